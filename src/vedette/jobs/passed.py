"""How much time has passed for certain, by which it is decided what is old enough to be removed.

A clock that was set wrongly makes everything look old, or new things older than old ones. So time is counted
by the monotonic clock, which nobody sets, while a server runs; every hour of it is a mark with what the clock
showed. What was stamped before a mark of 30 counted days ago is 30 days old, whatever the clock did since:
forward it may leap as it likes, and where it goes back, the marks that then lie ahead of it are taken away. A
machine that is off counts nothing, so that things are kept longer, never shorter. Removes nothing itself.
"""

import threading
import time
from collections.abc import Callable

from sqlalchemy import Connection, delete, func, insert, select

from vedette.clock import Clock, milliseconds
from vedette.jobs.tables import passed_time
from vedette.store.db import Database

# A stop loses what was counted since the last mark.
MARK_MS = 60 * 60 * 1000
# Ten days more than any setting lets anything be kept for: at most 9,000 marks.
KEPT_MS = 375 * 24 * 60 * 60 * 1000


class PassedTime:
    """Counts the time that this server has run. Threads may share it, and servers a database."""

    def __init__(self, database: Database, clock: Clock, ticks: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._ticks = ticks
        self._lock = threading.Lock()
        # When the last mark was made, by the clock that nobody sets; and what the other one showed last.
        self._marked: float | None = None
        self._shown_ms = 0

    def look(self) -> None:
        """Make a mark where an hour has passed since the last one, or the clock was set back."""
        with self._lock:
            now_ms, ticks = milliseconds(self._clock()), self._ticks()
            is_back, self._shown_ms = now_ms < self._shown_ms, now_ms
            counted = 0 if self._marked is None else round((ticks - self._marked) * 1000)
            if self._marked is None or is_back or counted >= MARK_MS:
                self._mark(now_ms, counted)
                self._marked = ticks

    def _mark(self, now_ms: int, counted_ms: int) -> None:
        column = passed_time.c
        newest = select(column.passed_ms, column.wall_ms).order_by(column.passed_ms.desc()).limit(1)
        with self._database.write() as connection:
            connection.execute(delete(passed_time).where(column.wall_ms > now_ms))
            before = connection.execute(newest).first()
            passed_ms = 0
            if before is not None:
                # Of several servers each counts; no more has passed than the clock says since the last mark.
                passed_ms = before.passed_ms + min(counted_ms, now_ms - before.wall_ms)
                connection.execute(delete(passed_time).where(column.passed_ms < passed_ms - KEPT_MS))
            connection.execute(insert(passed_time).values(wall_ms=now_ms, passed_ms=passed_ms))

    def moment_before(self, connection: Connection, age_ms: int) -> int | None:
        """Return the moment before which everything is older than that for certain; None where nothing is."""
        column = passed_time.c
        newest = select(func.max(column.passed_ms)).scalar_subquery()
        query = select(func.max(column.wall_ms)).where(column.passed_ms <= newest - age_ms)
        return connection.execute(query).scalar()
