"""Requests about metrics, read: names and dimensions, statistics, times and periods."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from vedette.api.house import Caller
from vedette.clock import milliseconds
from vedette.errors import Wrong
from vedette.monitoring.metrics import MetricName, Place, named
from vedette.monitoring.queries import MetricQuery, MetricStatistic, read_period, read_statistic

MINUTE_MS = 60_000


def place_of(caller: Caller) -> Place:
    """Return whose metrics a caller asks for: its own account's, in the region it called."""
    return Place(caller.account, caller.region)


def minute_of(moment: datetime) -> int:
    """Return the minute that a moment lies in."""
    return milliseconds(moment) // MINUTE_MS


def times_of(request: dict[str, Any]) -> tuple[int, int]:
    """Return the minutes between which a request asks."""
    since, until = milliseconds(request["StartTime"]), milliseconds(request["EndTime"])
    if since >= until:
        raise Wrong("The parameter StartTime must be less than the parameter EndTime.")
    # An end within a minute has that minute in it, as CloudWatch's own end excludes whole ones alone.
    return since // MINUTE_MS, -(-until // MINUTE_MS)


def metric_of(described: dict[str, Any]) -> MetricName:
    """Return the metric that a request describes."""
    if "Namespace" not in described or "MetricName" not in described:
        raise Wrong("A metric needs a Namespace and a MetricName.", kind="absent")
    return named(described["Namespace"], described["MetricName"], dimensions_of(described))


def dimensions_of(described: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the dimensions, each once."""
    pairs = [(pair["Name"], pair["Value"]) for pair in described.get("Dimensions", ())]
    if len({name for name, _ in pairs}) < len(pairs):
        raise Wrong("A metric has a dimension of each name once.")
    return pairs


def queries_of(listed: Sequence[dict[str, Any]]) -> list[MetricQuery]:
    """Return the queries of a request."""
    return [_query(described) for described in listed]


def _query(described: dict[str, Any]) -> MetricQuery:
    statistic = None
    if "MetricStat" in described:
        described_statistic = described["MetricStat"]
        statistic = MetricStatistic(
            metric_of(described_statistic["Metric"]),
            read_statistic(described_statistic["Stat"]),
            read_period(described_statistic["Period"]),
            described_statistic.get("Unit", ""),
        )
    if "AccountId" in described:
        raise Wrong("Metrics of other accounts cannot be asked for (AccountId).")
    return MetricQuery(
        described["Id"],
        statistic,
        described.get("Expression", ""),
        described.get("Label", ""),
        described.get("ReturnData", True),
        read_period(described["Period"]) if "Period" in described else 0,
    )
