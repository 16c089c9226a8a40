"""What was asked of the versions of an account, and how long they ran, in periods that the caller names."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.projects import find_project
from vedette.clock import milliseconds
from vedette.dialects.registry import DIALECTS
from vedette.errors import Wrong
from vedette.metering.figure import Figure
from vedette.metering.spans import UnitSpan, unit_hours
from vedette.projects.version import read_version_arn

MINUTE_MS = 60_000
COUNTS = {
    "Images": "answered",
    "Anomalies": "anomalies",
    "Findings": "findings",
    "Invalid": "invalid",
    "Throttled": "throttled",
    "Errors": "errors",
}


@dataclass(slots=True)
class VersionUsage:
    """What one version was asked: its figures by period and name, and its spans."""

    figures: dict[tuple[int, str], Figure] = field(default_factory=lambda: defaultdict(Figure))
    spans: list[UnitSpan] = field(default_factory=list)


def list_usage(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List what every version was asked between moments: of a project, or of all in the region.

    Versions that were deleted are in it: what they did, they did. The caller draws the edges of days, since
    it knows which midnight is meant.
    """
    edges = _edges(request["Edges"])
    name = request.get("ProjectArn")
    service = project = ""
    if name is None:
        caller.require("ListUsage", "*")
    else:
        project_of_request = find_project(house, caller, "ListUsage", name)
        service, project = project_of_request.scope.service, project_of_request.name
    usage = _usage(house, caller, edges)
    rows = [_version(arn, usage[arn], edges) for arn in sorted(usage)]
    return {
        "Versions": [
            row
            for row in rows
            if row and (not project or (row["Service"], row["ProjectName"]) == (service, project))
        ]
    }


def _edges(moments: Sequence[datetime]) -> list[int]:
    edges = [milliseconds(moment) for moment in moments]
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise Wrong("Edges have to be in order, each later than the one before.")
    return edges


def _usage(house: House, caller: Caller, edges: Sequence[int]) -> dict[str, VersionUsage]:
    usage: defaultdict[str, VersionUsage] = defaultdict(VersionUsage)
    minutes = [edge // MINUTE_MS for edge in edges]
    for service in DIALECTS:
        prefix = f"arn:aws:{service}:{caller.region}:{caller.account}:"
        for entry in house.meter.read_periods(prefix, minutes):
            usage[entry.arn].figures[entry.period, entry.name].add(entry.figure)
        for span in house.meter.spans.read(f"{prefix}*", since_ms=edges[0], until_ms=edges[-1]):
            usage[span.arn].spans.append(span)
    return usage


def _version(arn: str, usage: VersionUsage, edges: Sequence[int]) -> dict[str, Any]:
    identity = read_version_arn(arn)
    if identity is None:
        return {}
    scope, project, name = identity
    periods = range(len(edges) - 1)
    figures = usage.figures
    times = [figures.get((period, "ms"), Figure()) for period in periods]
    answer: dict[str, Any] = {
        "ModelArn": arn,
        "Service": scope.service,
        "ProjectName": project,
        "VersionName": name,
        "AverageMilliseconds": [time.total / time.samples if time.samples else 0.0 for time in times],
        "MostMilliseconds": [time.most if time.samples else 0.0 for time in times],
        "UnitHours": [_hours(usage.spans, edges, period) for period in periods],
        "Hours": [_hours(_alone(usage.spans), edges, period) for period in periods],
    }
    for member, figure in COUNTS.items():
        answer[member] = [round(figures.get((period, figure), Figure()).total) for period in periods]
    return answer


def _hours(spans: Sequence[UnitSpan], edges: Sequence[int], period: int) -> float:
    return unit_hours(spans, since_ms=edges[period], until_ms=edges[period + 1])


def _alone(spans: Sequence[UnitSpan]) -> list[UnitSpan]:
    """Return the spans as if each had one unit: hours that the version ran."""
    return [UnitSpan(span.arn, 1, span.began_ms, span.until_ms) for span in spans]
