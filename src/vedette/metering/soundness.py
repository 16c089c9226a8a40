"""Whether the wall clock may be believed when it says that figures are too old to be kept.

A clock that was set years ahead would have every figure deleted at once, and setting it back brings none
back. The audit trail asks the same (`audit/trail.py`).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import func, select

from vedette.clock import Clock, milliseconds
from vedette.metering.tables import hours
from vedette.store.db import Database

# A clock that is off by more than a day has been set; and where a week lies between the newest figure and the
# start, it may be wrong from the start, and has to go on for a day.
JUMP_S, LONG_AWAY_S = 86_400.0, 7 * 86_400.0


@dataclass(slots=True)
class ClockWatch:
    """Holds the wall clock against time that passed."""

    clock: Clock
    ticks: Callable[[], float] = time.monotonic
    was_long_away: bool = False
    _began_s: float = field(init=False)
    _began_ticks: float = field(init=False)

    def __post_init__(self) -> None:
        self._began_s, self._began_ticks = self._now_s(), self.ticks()

    def look_back(self, database: Database) -> None:
        """See how long ago the newest figure is; before the first one of this server is written."""
        with database.read() as connection:
            newest = connection.execute(select(func.max(hours.c.minute))).scalar()
        self.was_long_away = newest is not None and self._now_s() - newest * 60 > LONG_AWAY_S

    def is_sound(self) -> bool:
        """Return whether the clock went on as time did."""
        passed = self.ticks() - self._began_ticks
        drift = self._now_s() - self._began_s - passed
        return abs(drift) < JUMP_S and (not self.was_long_away or passed > JUMP_S)

    def _now_s(self) -> float:
        return milliseconds(self.clock()) / 1000
