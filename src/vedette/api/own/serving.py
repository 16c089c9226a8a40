"""A version in service at this moment: its units, its load, and what it is asked with."""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.clock import milliseconds
from vedette.metering.spans import unit_hours
from vedette.projects.version import Version
from vedette.runtime.facts import PackageFacts
from vedette.serving.live import WINDOW_S

# A clock that was set back leaves records of a time to come.
AHEAD_MS = 366 * 24 * 3_600_000


def describe_serving(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return how a version is in service, what it did in the last minute, and what pictures it takes."""
    version = find_model(house, caller, "DescribeServing", request)
    answer: dict[str, Any] = {
        "State": version.state,
        "Message": version.message,
        "UnitLimit": house.hosting.most_units,
        "Task": version.results.get("task", ""),
        "UnitHours": _unit_hours(house, version),
        **_load(house, version),
        **_last_minute(house, version),
    }
    units = {"MinUnits": version.least_units, "MaxUnits": version.most_units}
    answer |= {name: count for name, count in units.items() if count is not None}
    size = version.results.get("size")
    if house.settings.one_size and size and version.project.scope.service == "lookoutvision":
        answer |= {"ImageWidth": size[0], "ImageHeight": size[1]}
    facts = house.hosting.facts(version)
    return answer if facts is None else answer | _of_package(facts, version.thresholds.values)


def _unit_hours(house: House, version: Version) -> float:
    """Return hours times units since the version was first started, as far back as records go."""
    span = {"since_ms": 0, "until_ms": milliseconds(house.clock()) + AHEAD_MS}
    return unit_hours(house.meter.spans.read(str(version.arn), **span), **span)


def _load(house: House, version: Version) -> dict[str, Any]:
    hosted = house.hosting.hosted(version)
    if hosted is None:
        return {"Units": 0, "DesiredUnits": 0, "Waiting": 0, "InFlight": 0}
    load = hosted.load
    return {
        "Units": load.units,
        "DesiredUnits": load.desired_units,
        "Waiting": load.waiting,
        "InFlight": load.in_flight,
    }


def _last_minute(house: House, version: Version) -> dict[str, Any]:
    live = house.hosting.live(version)
    answer = {
        "WindowSeconds": WINDOW_S,
        "Answered": live.counts["answered"],
        "Invalid": live.counts["invalid"],
        "Throttled": live.counts["throttled"],
        "Errors": live.counts["errors"],
        "AnsweredBySecond": list(live.answered),
        "RefusedBySecond": list(live.refusals),
        "UnitsBySecond": list(live.units),
    }
    if live.p50_ms is not None and live.p99_ms is not None:
        answer |= {"P50Milliseconds": live.p50_ms, "P99Milliseconds": live.p99_ms}
    return answer


def _of_package(facts: PackageFacts, thresholds: Mapping[str, float]) -> dict[str, Any]:
    """Return what the model tells apart; an anomaly model has one threshold, of the picture's score.

    Thresholds are those that people chose for the version, where they did, else the training's.
    """
    labels = ("anomaly",) if facts.task in ("anomaly", "segmentation") else facts.labels
    return {
        "Task": facts.task,
        "Labels": [
            {
                "Label": label,
                "Threshold": thresholds.get(label, facts.threshold(label)),
                "Color": facts.colors.get(label, ""),
            }
            for label in labels
        ],
        "Types": [
            {"Label": label, "Color": facts.colors.get(label, "")}
            for label in (facts.labels if facts.task == "segmentation" else ())
        ],
    }
