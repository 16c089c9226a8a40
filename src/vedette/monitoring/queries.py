"""Queries of figures: statistics of metrics and expressions over them, read at once, computed in order."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from vedette.errors import Wrong
from vedette.metering.meter import Meter
from vedette.metering.series import SeriesRequest, earliest, round_start
from vedette.metering.spreads import PeriodBuckets, PeriodSpreads
from vedette.metering.sums import PeriodSums
from vedette.monitoring.expressions import Evaluation, WorkBudget, refuse_elsewhere
from vedette.monitoring.extended import read_extended
from vedette.monitoring.grammar import Node, calls_in, names_in, parse
from vedette.monitoring.metrics import KnownMetrics, MetricName, MetricSource, Place
from vedette.monitoring.series import ManySeries, Series, Span, Value

HOUR = 60
# As many as CloudWatch takes.
MOST_QUERIES = 500
# Periods that one request may read: what a hundred graphs of a month by five minutes have.
MOST_PERIODS = 1_000_000
# So many buckets cost as much as one value of an expression.
BUCKETS = 10
ID = re.compile(r"[a-z][A-Za-z0-9_]*", re.ASCII)
STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")


@dataclass(frozen=True, slots=True)
class MetricStatistic:
    """A statistic of a metric, in periods of so many minutes."""

    metric: MetricName
    statistic: str
    period: int
    unit: str = ""


@dataclass(frozen=True, slots=True)
class MetricQuery:
    """One query of a request: a statistic, or an expression over the others."""

    id: str
    statistic: MetricStatistic | None = None
    expression: str = ""
    label: str = ""
    returns: bool = True
    period: int = 0


@dataclass(frozen=True, slots=True)
class Answered:
    """What a query comes to."""

    query: MetricQuery
    series: tuple[Series, ...]


def read_statistic(text: str) -> str:
    """Return the statistic of that name."""
    if text in STATISTICS or read_extended(text) is not None:
        return text
    raise Wrong(
        f"There is no statistic {text[:40]!r}: there are {', '.join(STATISTICS)}, percentiles (p99.9), "
        "trimmed ones (tm, tc, ts and wm: TM(2%:98%), tm95), IQM and PR(100:300)."
    )


def read_period(seconds: int) -> int:
    """Return a period in minutes."""
    if seconds < 1 or seconds % 60:
        raise Wrong(f"The period {seconds} is no multiple of 60 seconds: figures are kept by the minute.")
    return seconds // 60


def span_of(since: int, until: int, period: int, now: int, *, is_exact: bool = False) -> Span:
    """Return the periods between two minutes, from where kept figures begin.

    Exact ones begin at the minute that is asked for, also those of hours.
    """
    start = round_start(since, now)
    if period % HOUR == 0 and not is_exact:
        # Whole hours begin at the hour: they are added up already, sixty times fewer rows to read.
        start -= start % HOUR
    # Before what is kept there is nothing: a request from the year 1 reads no more than one of 455 days.
    skipped = max(0, (earliest(period, now) - start) // period)
    start += skipped * period
    return Span(start, max(until, start), period)


def answer(
    metrics: KnownMetrics,
    place: Place,
    queries: Sequence[MetricQuery],
    *,
    since: int,
    until: int,
    is_exact: bool = False,
) -> list[Answered]:
    """Return what the queries come to that are to be returned, in their order.

    Raises:
        Wrong: when they do not fit together, or ask for too much.
    """
    trees = checked(queries)
    periods_of = partial(span_of, since, until, now=metrics.now(), is_exact=is_exact)
    spans = {query.id: periods_of(query.statistic.period) for query in _asked(queries)}
    if sum(len(span.starts) for span in spans.values()) > MOST_PERIODS:
        raise Wrong(
            f"The request asks for more than {MOST_PERIODS:,} data points; ask for a shorter time, "
            "longer periods or fewer metrics."
        )
    budget = WorkBudget()
    values = dict[str, Value](_read(metrics, place, queries, spans, budget))
    basic = [series for value in values.values() for series in _members(value)]
    for query in _in_order(queries, trees):
        span = _span_of_expression(query, trees, spans, queries, periods_of(query.period or 1))
        spans[query.id] = span
        value = Evaluation(values, basic, span, budget).value(trees[query.id])
        if isinstance(value, str) or (isinstance(value, int | float) and query.returns):
            raise Wrong(
                f"The expression of {query.id} comes to a single value, not to a series; "
                "TIME_SERIES() makes one of a number."
            )
        values[query.id] = value
    return [
        Answered(query, _labelled(query, _members(values[query.id]))) for query in queries if query.returns
    ]


def _asked(queries: Sequence[MetricQuery]) -> Iterator["_Asked"]:
    for query in queries:
        if query.statistic is not None:
            yield _Asked(query.id, query.statistic)


@dataclass(frozen=True, slots=True)
class _Asked:
    id: str
    statistic: MetricStatistic


def checked(queries: Sequence[MetricQuery]) -> dict[str, Node]:
    """Return the trees of the expressions; refuse queries that do not fit together."""
    if len(queries) > MOST_QUERIES:
        raise Wrong(f"A request has {MOST_QUERIES} queries at most, not {len(queries)}.")
    ids = {query.id for query in queries}
    if len(ids) < len(queries):
        raise Wrong("Two queries of the request have the same Id.")
    trees: dict[str, Node] = {}
    for query in queries:
        if not ID.fullmatch(query.id):
            raise Wrong(f"The Id {query.id[:40]!r} does not begin with a small letter, or has other signs.")
        if (query.statistic is None) == (not query.expression):
            raise Wrong(f"The query {query.id} has to have either a MetricStat or an Expression.")
        if query.expression:
            trees[query.id] = parse(query.expression)
            # Before names: AVG and DESC in SORT(METRICS(), AVG, DESC) are no queries.
            refuse_elsewhere(trees[query.id])
            unknown = names_in(trees[query.id]) - ids - {"REPEAT", "LINEAR", "repeat", "linear"}
            if unknown:
                raise Wrong(f"The expression of {query.id} names {min(unknown)[:40]}, which no query is.")
    return trees


def _in_order(queries: Sequence[MetricQuery], trees: Mapping[str, Node]) -> list[MetricQuery]:
    """Return the expressions, each after those that it names."""
    pending = {query.id: query for query in queries if query.expression}
    ordered: list[MetricQuery] = []
    while pending:
        ready = [query for query in pending.values() if not names_in(trees[query.id]) & pending.keys()]
        if not ready:
            raise Wrong(f"The expressions of {', '.join(sorted(pending)[:5])} name each other in a circle.")
        ordered += ready
        pending = {name: query for name, query in pending.items() if query not in ready}
    return ordered


def _span_of_expression(
    query: MetricQuery,
    trees: Mapping[str, Node],
    spans: Mapping[str, Span],
    queries: Sequence[MetricQuery],
    own: Span,
) -> Span:
    """Return an expression's periods: those of what it names, which have to be the same."""
    names = names_in(trees[query.id]) & spans.keys()
    if "METRICS" in calls_in(trees[query.id]):
        names |= {other.id for other in queries if other.statistic is not None}
    periods = {spans[name].period for name in names}
    if len(periods) > 1:
        raise Wrong(f"The expression of {query.id} computes with metrics of different periods.")
    return next((spans[name] for name in sorted(names)), own)


def _read(
    metrics: KnownMetrics,
    place: Place,
    queries: Sequence[MetricQuery],
    spans: Mapping[str, Span],
    budget: WorkBudget,
) -> Iterator[tuple[str, Value]]:
    """Yield the series of each statistic; what is asked for twice is read once."""
    index = metrics.index(place)
    unique: dict[SeriesRequest, None] = {}
    spread: dict[SeriesRequest, None] = {}
    statistics: list[tuple[MetricQuery, MetricStatistic, list[SeriesRequest]]] = []
    for query in queries:
        if query.statistic is None:
            continue
        sources = index.sources(query.statistic.metric, query.statistic.unit)
        requests = [request_of(source, spans[query.id]) for source in sources]
        (unique if query.statistic.statistic in STATISTICS else spread).update(dict.fromkeys(requests))
        statistics.append((query, query.statistic, requests))
    figures = dict(zip(unique, metrics.meter.read_series(list(unique)), strict=True))
    buckets = dict(zip(spread, metrics.meter.read_buckets(list(spread)), strict=True))
    spreads: dict[tuple[SeriesRequest, ...], PeriodSpreads] = {}
    for query, statistic, requests in statistics:
        extended = read_extended(statistic.statistic)
        if extended is not None:
            group, span = tuple(requests), spans[query.id]
            if group not in spreads:
                joined = PeriodBuckets.joined([buckets[request] for request in group])
                spreads[group] = PeriodSpreads.of(joined, span.since, span.period)
            budget.spend(len(spreads[group].counts) // BUCKETS)
            points = extended.points(spreads[group])
        else:
            sums = [figures[request] for request in requests]
            whole = sums[0] if len(sums) == 1 else PeriodSums.joined(sums)
            points = whole.points(statistic.statistic)
        yield query.id, Series(query.label or statistic.metric.name, points, spans[query.id], query.id)


def points_of(meter: Meter, request: SeriesRequest, statistics: Sequence[str]) -> dict[str, dict[int, float]]:
    """Return statistics of one series, each by the first minutes of its periods."""
    points: dict[str, dict[int, float]] = {}
    extended = {name: statistic for name in statistics if (statistic := read_extended(name)) is not None}
    if extended:
        (buckets,) = meter.read_buckets([request])
        spreads = PeriodSpreads.of(buckets, request.since, request.period)
        points |= {name: statistic.points(spreads) for name, statistic in extended.items()}
    if len(extended) < len(statistics):
        (sums,) = meter.read_series([request])
        points |= {name: sums.points(name) for name in statistics if name not in extended}
    return points


def request_of(source: MetricSource, span: Span) -> SeriesRequest:
    """Return what to read of a source."""
    return SeriesRequest(source.arns, source.figure, span.since, span.until, span.period)


def _labelled(query: MetricQuery, several: Sequence[Series]) -> tuple[Series, ...]:
    """Return the series as they are called in the answer; of several each has its own name beside."""
    if len(several) == 1:
        own = query.id if query.statistic is None else several[0].label
        return (replace(several[0], label=query.label or own),)
    return tuple(replace(series, label=f"{query.label} {series.label}".strip()) for series in several)


def _members(value: Value) -> tuple[Series, ...]:
    if isinstance(value, Series):
        return (value,)
    return value.members if isinstance(value, ManySeries) else ()
