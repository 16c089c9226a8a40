"""What expressions compute with: numbers, series, and several series. Times are minutes since 1970."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Points = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Span:
    """The periods of a request: so many minutes each, from the first minute on, before the last."""

    since: int
    until: int
    period: int

    @property
    def starts(self) -> range:
        """The first minute of each."""
        return range(self.since, self.until, self.period)


@dataclass(frozen=True, slots=True)
class Series:
    """Values by the first minutes of their periods; of periods without figures there are none."""

    label: str
    points: Points
    span: Span
    # The metric that it is of, for METRICS("…").
    id: str = ""

    def mapped(self, function: Callable[[float], float]) -> "Series":
        """Return the same with each value changed; what is no number afterwards is left out."""
        changed = ((minute, _tried(function, value)) for minute, value in self.points.items())
        points = {minute: value for minute, value in changed if math.isfinite(value)}
        return Series(self.label, points, self.span, self.id)

    def in_order(self) -> list[tuple[int, float]]:
        """Return the points from the first to the last."""
        return sorted(self.points.items())


@dataclass(frozen=True, slots=True)
class ManySeries:
    """Several series, as METRICS() has them."""

    members: tuple[Series, ...] = field(default=())


Value = float | str | Series | ManySeries


def _tried(function: Callable[[float], float], value: float) -> float:
    try:
        return function(value)
    except (ArithmeticError, ValueError):
        return math.nan
