"""Figures asked for and put: statistics, data, lists of metrics."""

from datetime import timedelta
from typing import Any

from vedette.api.cloudwatch.readings import metric_of, minute_of, place_of, queries_of, times_of
from vedette.api.house import Caller, House
from vedette.api.paging import PageMembers, read_page
from vedette.clock import from_milliseconds
from vedette.dialects.metrics import OWN_NAMESPACE
from vedette.errors import Unbuilt, Wrong
from vedette.metering.figure import Figure
from vedette.monitoring.metrics import NO_UNIT, MetricName, OwnFigure, Place
from vedette.monitoring.queries import (
    STATISTICS,
    Answered,
    answer,
    points_of,
    read_period,
    read_statistic,
    request_of,
    span_of,
)

# As CloudWatch has them.
MOST_POINTS_OF_STATISTICS, MOST_POINTS_OF_DATA, MOST_LISTED = 1440, 100_800, 500
MOST_PUT, MOST_VALUES = 1000, 150
LARGEST = 2.0**360
MOST_COUNT = 1_000_000_000
EARLIEST, LATEST = timedelta(weeks=2), timedelta(hours=2)
RECENT_MINUTES = 3 * 60
POINTS = PageMembers(size="MaxDatapoints")
MINUTE_MS = 60_000


def get_metric_statistics(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return statistics of one metric, a data point a period that has figures."""
    caller.require("GetMetricStatistics", "*")
    names = _statistics_of(request)
    since, until = times_of(request)
    period, now = read_period(request["Period"]), house.monitoring.metrics.now()
    count = -(-(until - since) // period)
    if count > MOST_POINTS_OF_STATISTICS:
        raise Wrong(
            f"You have requested up to {count:,} datapoints, which exceeds the limit of "
            f"{MOST_POINTS_OF_STATISTICS:,}. You may reduce the datapoints requested by increasing Period, "
            "or decreasing the time range.",
            kind="combination",
        )
    span, metric = span_of(since, until, period, now), metric_of(request)
    index = house.monitoring.metrics.index(place_of(caller))
    points = []
    for source in index.sources(metric, request.get("Unit", "")):
        values = points_of(house.meter, request_of(source, span), names)
        for minute in sorted({minute for series in values.values() for minute in series}):
            at_minute = {name: series[minute] for name, series in values.items() if minute in series}
            row = at_minute if request.get("Statistics") else {"ExtendedStatistics": at_minute}
            moment = from_milliseconds(minute * MINUTE_MS)
            points.append({"Timestamp": moment, **row, "Unit": source.unit})
    return {"Label": metric.name, "Datapoints": points}


def _statistics_of(request: dict[str, Any]) -> list[str]:
    """Return the statistics asked for: plain ones or extended ones, as CloudWatch has them."""
    plain, extended = request.get("Statistics"), request.get("ExtendedStatistics")
    if not plain and not extended:
        raise Wrong("Must specify either Statistics or ExtendedStatistics.", kind="absent")
    if plain and extended:
        raise Wrong("Statistics and ExtendedStatistics exclude each other.", kind="combination")
    if plain:
        return [name for name in STATISTICS if name in plain]
    for text in extended or ():
        if text in STATISTICS:
            raise Wrong(f"{text} is no extended statistic: it belongs to Statistics.")
        read_statistic(text)
    return list(dict.fromkeys(extended or ()))


def get_metric_data(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return metrics and expressions over them, the newest values first unless asked otherwise."""
    caller.require("GetMetricData", "*")
    since, until = times_of(request)
    if request.get("MaxDatapoints", 1) < 1:
        raise Wrong("MaxDatapoints must be 1 or more.")
    is_ascending = request.get("ScanBy") == "TimestampAscending"
    filters_of_page = (request["MetricDataQueries"], since, until, is_ascending)
    page = read_page(
        house, request, "GetMetricData", caller.account, caller.region, filters_of_page,
        size=MOST_POINTS_OF_DATA, members=POINTS,
    )  # fmt: skip
    queries = queries_of(request["MetricDataQueries"])
    answered = answer(house.monitoring.metrics, place_of(caller), queries, since=since, until=until)
    count = sum(len(entry.series) for entry in answered)
    most = max(1, min(page.size, MOST_POINTS_OF_DATA) // max(1, count))
    begin = page.after(0)
    rows = [row for entry in answered for row in _rows(entry, (begin, most), is_ascending=is_ascending)]
    is_more = any(row["StatusCode"] == "PartialData" for row in rows)
    return page.answer({"MetricDataResults": rows, "Messages": []}, begin + most if is_more else None)


def _rows(answered: Answered, part: tuple[int, int], *, is_ascending: bool) -> list[dict[str, Any]]:
    begin, most = part
    rows = []
    for series in answered.series:
        points = series.in_order()
        if not is_ascending:
            points.reverse()
        part_of_list = points[begin : begin + most]
        rows.append(
            {
                "Id": answered.query.id,
                "Label": series.label,
                "Timestamps": [from_milliseconds(minute * MINUTE_MS) for minute, _ in part_of_list],
                "Values": [value for _, value in part_of_list],
                "StatusCode": "PartialData" if len(points) > begin + most else "Complete",
            }
        )
    return rows


def list_metrics(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the metrics that had figures in the last two weeks, or three hours."""
    caller.require("ListMetrics", "*")
    if request.get("IncludeLinkedAccounts") or "OwningAccount" in request:
        raise Wrong("Metrics of other accounts cannot be listed.")
    filters = [(entry["Name"], entry.get("Value")) for entry in request.get("Dimensions", ())]
    filters_of_page = (
        request.get("Namespace"),
        request.get("MetricName"),
        filters,
        request.get("RecentlyActive"),
    )
    page = read_page(
        house, request, "ListMetrics", caller.account, caller.region, filters_of_page, size=MOST_LISTED
    )
    recent = {"minutes": RECENT_MINUTES} if request.get("RecentlyActive") else {}
    metrics = [
        metric
        for metric in house.monitoring.metrics.list_all(place_of(caller), **recent)
        if request.get("Namespace") in (None, metric.namespace)
        and request.get("MetricName") in (None, metric.name)
        and _has(metric, filters)
    ]
    begin = page.after(0)
    part_of_list = metrics[begin : begin + page.size]
    rows = [
        {
            "Namespace": metric.namespace,
            "MetricName": metric.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
        }
        for metric in part_of_list
    ]
    return page.answer({"Metrics": rows}, begin + page.size if len(metrics) > begin + page.size else None)


def _has(metric: MetricName, filters: list[tuple[str, str | None]]) -> bool:
    dimensions = dict(metric.dimensions)
    return all(name in dimensions and value in (None, dimensions[name]) for name, value in filters)


def put_metric_data(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Count figures of metrics of the customer's own."""
    caller.require("PutMetricData", "*")
    namespace = request["Namespace"]
    if namespace.startswith(("AWS/", ":")) or namespace == OWN_NAMESPACE:
        raise Wrong(f"The value {namespace[:40]} for parameter Namespace is invalid.")
    if request.get("EntityMetricData"):
        raise Unbuilt("EntityMetricData of PutMetricData is not supported yet.", name="EntityMetricData")
    data = request.get("MetricData", ())
    if not data:
        raise Wrong("The parameter MetricData is required.", kind="absent")
    if len(data) > MOST_PUT:
        raise Wrong(f"The collection MetricData must not have a size greater than {MOST_PUT}.")
    figures = [figure for datum in data for figure in _figures_of(house, namespace, datum)]
    house.monitoring.metrics.put(Place(caller.account, caller.region), figures)
    return {}


def _figures_of(house: House, namespace: str, datum: dict[str, Any]) -> list[OwnFigure]:
    metric = metric_of({**datum, "Namespace": namespace})
    now = house.clock()
    moment = datum.get("Timestamp", now)
    if not now - EARLIEST <= moment <= now + LATEST:
        raise Wrong("The parameter Timestamp must be within the last two weeks, or two hours ahead.")
    figure = _figure(datum)
    return [OwnFigure(metric, datum.get("Unit", NO_UNIT), minute_of(moment), figure)]


def _figure(datum: dict[str, Any]) -> Figure:
    ways = [name for name in ("Value", "Values", "StatisticValues") if name in datum]
    if len(ways) != 1:
        raise Wrong(
            "A metric's datum has either Value, Values or StatisticValues.",
            kind="combination" if ways else "absent",
        )
    if "StatisticValues" in datum:
        summary = datum["StatisticValues"]
        count, least, most = summary["SampleCount"], summary["Minimum"], summary["Maximum"]
        for number in summary.values():
            _refuse_extreme(number)
        if not 1 <= count <= MOST_COUNT or count != int(count) or least > most:
            raise Wrong("StatisticValues need a SampleCount of 1 at least, and a Minimum up to the Maximum.")
        return Figure(summary["Sum"], int(count), least, most)
    values = datum.get("Values", [datum.get("Value")])
    counts = datum.get("Counts", [1.0] * len(values))
    if len(counts) != len(values) or not 1 <= len(values) <= MOST_VALUES:
        raise Wrong(f"Values and Counts have the same number of items, up to {MOST_VALUES}.")
    whole = Figure()
    for value, count in zip(values, counts, strict=True):
        _refuse_extreme(value)
        if not 1 <= count <= MOST_COUNT or count != int(count):
            raise Wrong(f"Counts are whole numbers from 1 to {MOST_COUNT:,}.")
        whole.add(Figure(value * count, int(count), value, value))
    return whole


def _refuse_extreme(number: float) -> None:
    if not -LARGEST <= number <= LARGEST:
        raise Wrong("The values of a metric lie between -2^360 and 2^360; NaN and Infinity are none.")
