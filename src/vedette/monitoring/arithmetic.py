"""Numbers and series put together: what is no number in the end is left out of a series."""

import math
import operator
import statistics
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from vedette.errors import Wrong
from vedette.monitoring.series import ManySeries, Series, Value

OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "AND": lambda a, b: bool(a) and bool(b),
    "OR": lambda a, b: bool(a) or bool(b),
}
# Of a series: a number. Of several: a series, period by period.
AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "SUM": math.fsum,
    "AVG": statistics.fmean,
    "MIN": min,
    "MAX": max,
    "STDDEV": statistics.pstdev,
}


def aggregated(name: str, numbers: Sequence[float]) -> float:
    """Return an aggregate of numbers; no number where it is beyond all that there are."""
    try:
        return AGGREGATES[name](numbers)
    except (ArithmeticError, ValueError):  # beyond the numbers that there are
        return math.nan


def combined(function: Callable[[float, float], float], first: float, second: float) -> float:
    """Return an operator of two numbers; no number where it has none."""
    try:
        number = float(function(first, second))
    except (ArithmeticError, ValueError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def paired(
    function: Callable[[float, float], float], first: float | Series, second: float | Series
) -> Series:
    """Return a function of two values of each period that both have."""
    if isinstance(first, Series) and isinstance(second, Series):
        pairs = ((minute, first.points[minute], second.points.get(minute)) for minute in first.points)
        numbers = {minute: combined(function, a, b) for minute, a, b in pairs if b is not None}
        return Series(first.label, finite(numbers), first.span, first.id)
    if isinstance(first, Series):
        assert not isinstance(second, Series)
        numbers = {minute: combined(function, value, second) for minute, value in first.points.items()}
        return Series(first.label, finite(numbers), first.span, first.id)
    assert isinstance(second, Series)
    numbers = {minute: combined(function, first, value) for minute, value in second.points.items()}
    return Series(second.label, finite(numbers), second.span, second.id)


def finite(points: Mapping[int, float]) -> dict[int, float]:
    """Return the points that are numbers."""
    return {minute: value for minute, value in points.items() if math.isfinite(value)}


def value_at(value: Value | None, minute: int) -> float | None:
    """Return the value that a number or a series has in a period."""
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Series):
        return value.points.get(minute)
    raise Wrong("IF() chooses between numbers and series.")


def filled(series: Series, filling: Value) -> Series:
    """Return a series with its gaps filled by a number, another series, what came before, or lines."""
    points = dict(series.points)
    if filling == "LINEAR":
        points |= _lines_between(series)
    elif filling == "REPEAT":
        last: float | None = None
        for minute in series.span.starts:
            last = series.points.get(minute, last)
            if last is not None:
                points[minute] = last
    elif isinstance(filling, str | ManySeries):
        raise Wrong("FILL() takes a number, a series, REPEAT or LINEAR to fill with.")
    else:
        for minute in series.span.starts:
            number = value_at(filling, minute) if minute not in points else None
            if number is not None:
                points[minute] = number
    return Series(series.label, points, series.span, series.id)


def _lines_between(series: Series) -> dict[int, float]:
    """Return points on the straight lines between those that are there."""
    points, corners = {}, series.in_order()
    for (begin, first), (end, last) in pairwise(corners):
        for minute in range(begin + series.span.period, end, series.span.period):
            points[minute] = first + (last - first) * (minute - begin) / (end - begin)
    return points
