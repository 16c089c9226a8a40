"""Time marks, which distinguish a clock that was set from time that passed.

A mark has the clock's time and how long the machine had been up, sleep included, which nobody
sets. Two marks of one boot show exactly how far the clock was moved between them. Across boots
only what cannot be is noticed: time that ran backwards, and a gap that wants a person's eye.
"""

import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vedette.store.blobs.rules import DAY_S

LONGEST_GAP_S = 31 * DAY_S
"""A machine may be off for a holiday. After more, a clock that woke up in the wrong year is as likely as not,
and an hour's wait for a person costs less than a year of objects. My estimate, not a measurement."""

_UPTIME = Path("/proc/uptime")
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class TimeMark:
    """A moment by the clock, and by the machine's uptime."""

    wall_ms: int
    up_s: float
    boot: str

    def document(self) -> dict[str, Any]:
        """Return the mark as it is stored."""
        return asdict(self)


def mark_time(wall_ms: int) -> TimeMark:
    """Return the mark of this moment. Where the system does not say which boot it is, each start is one."""
    try:
        # Read from /proc rather than by a call, which what fakes a clock for one program would fake too.
        return TimeMark(wall_ms, float(_UPTIME.read_text().split()[0]), _BOOT.read_text().strip())
    except (OSError, ValueError, IndexError):
        return TimeMark(wall_ms, time.monotonic(), f"process {id(time)}")


def clock_problem(before: TimeMark, now: TimeMark) -> str:
    """Return the problem of the clock between two marks, as the end of a sentence, or nothing."""
    passed_s = (now.wall_ms - before.wall_ms) / 1000
    if before.boot == now.boot:
        moved_s = passed_s - (now.up_s - before.up_s)
        if abs(moved_s) <= DAY_S:
            return ""
        direction = "forward" if moved_s > 0 else "back"
        return f"the machine's clock was set {direction} by {_days(moved_s)}"
    if passed_s < -DAY_S:
        return f"the machine's clock shows a time {_days(passed_s)} before the last look"
    if passed_s > LONGEST_GAP_S:
        return f"the last look at the rules was {_days(passed_s)} ago, before the machine was started again"
    return ""


def _days(seconds: float) -> str:
    return f"{abs(seconds) / DAY_S:.1f} days"
