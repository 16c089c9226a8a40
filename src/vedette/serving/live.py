"""What running versions did in the last minute: in memory, for who looks on. Nothing here is ever written.

The durable figures are the meter's (metering/meter.py); these have what a minute's sums cannot say:
percentiles, and one second beside the next.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

# A minute: long enough for a percentile, short enough to be called live.
WINDOW_S = 60
# Latencies remembered a second. A unit answers some hundred pictures in it; of more, the first are enough.
MOST_LATENCIES = 500
# Versions that are remembered, those in service and those that were asked in vain.
MOST_VERSIONS = 256
OUTCOMES = ("answered", "invalid", "throttled", "errors")


@dataclass(slots=True)
class LiveSecond:
    """One second of one version."""

    second: int
    counts: dict[str, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    units: int | None = None


@dataclass(frozen=True, slots=True)
class LiveReport:
    """The last minute: outcomes, percentiles in milliseconds, and a row a second, the oldest first.

    A percentile of no answers is None. Seconds in which nothing happened have zeros; `units` of a second in
    which nobody counted are those of the second before.
    """

    counts: Mapping[str, int]
    p50_ms: float | None
    p99_ms: float | None
    answered: Sequence[int]
    refusals: Sequence[int]
    units: Sequence[int]


class LiveFigures:
    """The last minute of each version. Counting is safe from any thread, and takes no time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._versions: OrderedDict[str, deque[LiveSecond]] = OrderedDict()

    def count(self, arn: str, figures: Mapping[str, float]) -> None:
        """Count what the meter counts of a version."""
        with self._lock:
            second = self._second(arn)
            for name in OUTCOMES:
                if name in figures:
                    second.counts[name] = second.counts.get(name, 0) + int(figures[name])
            if "ms" in figures and len(second.latencies) < MOST_LATENCIES:
                second.latencies.append(figures["ms"])
            if "in_service_units" in figures:
                second.units = int(figures["in_service_units"])

    def report(self, arn: str) -> LiveReport:
        """Return what the version did in the last minute, without the second that is not over yet."""
        now = int(self._clock())
        with self._lock:
            rows = {row.second: row for row in self._versions.get(arn, ())}
            latencies = sorted(
                value for second, row in rows.items() if now - WINDOW_S <= second for value in row.latencies
            )
            whole = [rows.get(second, LiveSecond(second)) for second in range(now - WINDOW_S, now)]
            counts = {
                name: sum(row.counts.get(name, 0) for row in rows.values() if now - WINDOW_S <= row.second)
                for name in OUTCOMES
            }
            return LiveReport(
                counts,
                percentile(latencies, 0.5),
                percentile(latencies, 0.99),
                [row.counts.get("answered", 0) for row in whole],
                [sum(row.counts.values()) - row.counts.get("answered", 0) for row in whole],
                _filled([row.units for row in whole]),
            )

    def _second(self, arn: str) -> LiveSecond:
        now = int(self._clock())
        rows = self._versions.get(arn)
        if rows is None:
            rows = self._versions[arn] = deque()
            if len(self._versions) > MOST_VERSIONS:
                self._versions.popitem(last=False)
        self._versions.move_to_end(arn)
        if not rows or rows[-1].second != now:
            rows.append(LiveSecond(now))
        while rows[0].second < now - WINDOW_S:
            rows.popleft()
        return rows[-1]


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """Return the smallest value that at least this share of the values does not exceed (nearest rank)."""
    if not ordered:
        return None
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]


def _filled(units: Sequence[int | None]) -> list[int]:
    filled, last = [], 0
    for count in units:
        last = last if count is None else count
        filled.append(last)
    return filled
