"""Expressions computed: arithmetic and functions of numbers and series, as CloudWatch's metric math.

    AVG(m1)     a number: of all its values                AVG([m1, m2])   a series: of each period
    m1 + m2     of the periods that both have              RATE(m1)        change a second

Every function costs what it looks at, out of a budget: an expression over everything ends with a sentence.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from vedette.errors import Unbuilt, Wrong
from vedette.monitoring.arithmetic import (
    AGGREGATES,
    OPERATORS,
    aggregated,
    combined,
    filled,
    finite,
    paired,
    value_at,
)
from vedette.monitoring.grammar import FunctionCall, Listed, Name, Node, Number, Text, calls_in
from vedette.monitoring.series import ManySeries, Series, Span, Value

# Values that one request may look at: a second or two of one core.
MOST_WORK = 5_000_000

# Each value by itself.
MAPS: dict[str, Callable[[float], float]] = {
    "ABS": abs,
    "CEIL": math.ceil,
    "FLOOR": math.floor,
    "LOG": math.log,
    "LOG10": math.log10,
}
# What CloudWatch has, and what no alarm or report of the guides needs.
ELSEWHERE = (
    "ANOMALY_DETECTION_BAND", "DAY", "DB_PERF_INSIGHTS", "EPOCH", "HOUR", "INSIGHT_RULE_METRIC", "LAMBDA",
    "MINUTE", "MONTH", "SEARCH", "SERVICE_QUOTA", "SLICE", "SORT", "YEAR",
)  # fmt: skip
FILLINGS = ("REPEAT", "LINEAR")


def refuse_elsewhere(node: Node) -> None:
    """Refuse an expression that calls what CloudWatch alone has."""
    for name in ELSEWHERE:
        if name in calls_in(node):
            raise Unbuilt(f"{name}() in expressions is not supported yet.", name=name)


class WorkBudget:
    """What one request may still look at."""

    def __init__(self, most: int = MOST_WORK) -> None:
        self.remaining = most

    def spend(self, count: int) -> None:
        """Take so many values off it."""
        self.remaining -= count
        if self.remaining < 0:
            raise Wrong(
                "The request computes with too many values; ask for a shorter time, a longer period or less."
            )


class Evaluation:
    """Computes the expressions of one request."""

    def __init__(
        self, values: Mapping[str, Value], metrics: Sequence[Series], span: Span, budget: WorkBudget
    ) -> None:
        self._values = values
        self._metrics = metrics
        self._span = span
        self._budget = budget

    def value(self, node: Node) -> Value:
        """Return what an expression comes to."""
        match node:
            case Number():
                return node.value
            case Text():
                return node.value
            case Name():
                if node.id not in self._values:
                    raise Wrong(f"An expression names {node.id[:40]}, which no query is.")
                return self._values[node.id]
            case Listed():
                return ManySeries(
                    tuple(series for item in node.members for series in _members(self.value(item)))
                )
            case FunctionCall():
                return self._call(node)

    def _call(self, node: FunctionCall) -> Value:
        name, arguments = node.function, node.arguments
        if name in OPERATORS:
            first, second = (self.value(argument) for argument in arguments)
            return self._combine(OPERATORS[name], first, second)
        if name == "FILL":
            return self._fill(arguments)
        function = FUNCTIONS.get(name)
        if function is None:
            refuse_elsewhere(node)
            raise Wrong(f"There is no function {name[:40]}() in expressions.")
        values = [self.value(argument) for argument in arguments]
        self._budget.spend(sum(_size(value) for value in values))
        return function(self, name, values)

    # Two at once

    def _combine(self, function: Callable[[float, float], float], first: Value, second: Value) -> Value:
        self._budget.spend(_size(first) + _size(second))
        if isinstance(first, str) or isinstance(second, str):
            raise Wrong("An expression computes with a text.")
        if isinstance(first, ManySeries):
            if isinstance(second, ManySeries):
                raise Wrong("An expression computes with two lists of series: take SUM or AVG of series.")
            return ManySeries(tuple(paired(function, series, second) for series in first.members))
        if isinstance(second, ManySeries):
            return ManySeries(tuple(paired(function, first, series) for series in second.members))
        if isinstance(first, Series) or isinstance(second, Series):
            return paired(function, first, second)
        return combined(function, first, second)

    # Functions

    def aggregate(self, name: str, values: Sequence[Value]) -> Value:
        """Return a number of one series, or a series of several."""
        value = _only(name, values)
        if isinstance(value, Series):
            points = list(value.points.values())
            return aggregated(name, points) if points else (0.0 if name == "SUM" else math.nan)
        if not isinstance(value, ManySeries):
            raise Wrong(f"{name}() takes a series or a list of them.")
        columns: dict[int, list[float]] = {}
        for series in value.members:
            for minute, number in series.points.items():
                columns.setdefault(minute, []).append(number)
        numbers = {minute: aggregated(name, column) for minute, column in columns.items()}
        return Series(name, finite(numbers), self._span)

    def map(self, name: str, values: Sequence[Value]) -> Value:
        """Return each value changed by itself."""
        value = _only(name, values)
        if isinstance(value, int | float):
            return MAPS[name](value) if name not in ("LOG", "LOG10") or value > 0 else math.nan
        return self._each(name, value, lambda series: series.mapped(MAPS[name]))

    def metrics(self, name: str, values: Sequence[Value]) -> Value:
        """Return the request's metrics, or those whose ids have a text in them."""
        if not values:
            return ManySeries(tuple(self._metrics))
        part = _only(name, values)
        if not isinstance(part, str):
            raise Wrong('METRICS() takes nothing, or a text in quotes: METRICS("errors").')
        return ManySeries(tuple(series for series in self._metrics if part in series.id))

    def count(self, name: str, values: Sequence[Value]) -> Value:
        """Return how many values there are, or of several series how many in each period."""
        value = _only(name, values)
        if isinstance(value, Series):
            return float(len(value.points))
        if not isinstance(value, ManySeries):
            raise Wrong(f"{name}() takes a series or a list of them.")
        counts: dict[int, float] = {}
        for series in value.members:
            for minute in series.points:
                counts[minute] = counts.get(minute, 0.0) + 1
        return Series(name, counts, self._span)

    def steps(self, name: str, values: Sequence[Value]) -> Value:
        """Return what lies between each value and the one before it."""
        value = _only(name, values)
        step = STEPS[name]

        def one_series(series: Series) -> Series:
            points = series.in_order()
            between = pairwise(points)
            return Series(
                name,
                finite({later[0]: step(earlier, later) for earlier, later in between}),
                series.span,
                series.id,
            )

        return self._each(name, value, one_series)

    def running_sum(self, name: str, values: Sequence[Value]) -> Value:
        """Return the sum of all values up to each."""

        def one_series(series: Series) -> Series:
            total, points = 0.0, {}
            for minute, value in series.in_order():
                total += value
                points[minute] = total
            return Series(name, finite(points), series.span, series.id)

        return self._each(name, _only(name, values), one_series)

    def end(self, name: str, values: Sequence[Value]) -> Value:
        """Return the first or the last series of a list."""
        value = _only(name, values)
        if not isinstance(value, ManySeries) or not value.members:
            raise Wrong(f"{name}() takes a list of series with one at least.")
        return value.members[0 if name == "FIRST" else -1]

    def period(self, name: str, values: Sequence[Value]) -> Value:
        """Return a series' period in seconds."""
        value = _only(name, values)
        if not isinstance(value, Series):
            raise Wrong(f"{name}() takes a series.")
        return 60.0 * value.span.period

    def constant(self, name: str, values: Sequence[Value]) -> Value:
        """Return a series that has a number in every period."""
        value = _only(name, values)
        if not isinstance(value, int | float):
            raise Wrong(f"{name}() takes a number.")
        starts = self._span.starts
        self._budget.spend(len(starts))
        return Series(name, dict.fromkeys(starts, float(value)), self._span)

    def without_empty(self, name: str, values: Sequence[Value]) -> Value:
        """Return the series of a list that have values."""
        return ManySeries(tuple(series for series in _members(_only(name, values)) if series.points))

    def choose(self, name: str, values: Sequence[Value]) -> Value:
        """Return one value where a condition holds, and another, or none, where it does not."""
        if len(values) not in (2, 3):
            raise Wrong(f"{name}() takes a condition, a value, and another one or none.")
        condition, then, other = (*values, None)[:3]
        if isinstance(condition, int | float):
            branch = then if condition else other
            return Series(name, {}, self._span) if branch is None else branch
        if not isinstance(condition, Series):
            raise Wrong(f"The condition of {name}() is a number or a series.")
        points = {}
        for minute, holds in condition.points.items():
            number = value_at(then if holds else other, minute)
            if number is not None:
                points[minute] = number
        return Series(name, points, condition.span)

    def _fill(self, arguments: Sequence[Node]) -> Value:
        if len(arguments) != 2:
            raise Wrong("FILL() takes a series, and a number, a series, REPEAT or LINEAR.")
        value, with_node = self.value(arguments[0]), arguments[1]
        filling: Value
        if isinstance(with_node, Name) and with_node.id.upper() in FILLINGS:
            filling = with_node.id.upper()
        else:
            filling = self.value(with_node)
        self._budget.spend(len(self._span.starts) * max(1, len(_members(value))))
        return self._each("FILL", value, lambda series: filled(series, filling))

    def _each(self, name: str, value: Value, function: Callable[[Series], Series]) -> Value:
        if isinstance(value, Series):
            return function(value)
        if isinstance(value, ManySeries):
            return ManySeries(tuple(map(function, value.members)))
        raise Wrong(f"{name}() takes a series or a list of them.")


Point = tuple[int, float]
STEPS: dict[str, Callable[[Point, Point], float]] = {
    "RATE": lambda earlier, later: (later[1] - earlier[1]) / (60 * (later[0] - earlier[0])),
    "DIFF": lambda earlier, later: later[1] - earlier[1],
    "DIFF_TIME": lambda earlier, later: 60.0 * (later[0] - earlier[0]),
}
FUNCTIONS: dict[str, Callable[[Evaluation, str, Sequence[Value]], Value]] = {
    **dict.fromkeys(AGGREGATES, Evaluation.aggregate),
    **dict.fromkeys(MAPS, Evaluation.map),
    **dict.fromkeys(STEPS, Evaluation.steps),
    "DATAPOINT_COUNT": Evaluation.count,
    "METRIC_COUNT": lambda _, name, values: float(len(_members(_only(name, values)))),
    "FIRST": Evaluation.end,
    "LAST": Evaluation.end,
    "IF": Evaluation.choose,
    "METRICS": Evaluation.metrics,
    "PERIOD": Evaluation.period,
    "REMOVE_EMPTY": Evaluation.without_empty,
    "RUNNING_SUM": Evaluation.running_sum,
    "TIME_SERIES": Evaluation.constant,
}


def _only(name: str, values: Sequence[Value]) -> Value:
    if len(values) != 1:
        raise Wrong(f"{name}() takes one value, not {len(values)}.")
    return values[0]


def _members(value: Value) -> tuple[Series, ...]:
    if isinstance(value, Series):
        return (value,)
    if isinstance(value, ManySeries):
        return value.members
    raise Wrong("A list in an expression has series, and no numbers or texts.")


def _size(value: Value) -> int:
    if isinstance(value, Series):
        return len(value.points) + 1
    if isinstance(value, ManySeries):
        return sum(len(series.points) + 1 for series in value.members)
    return 1
