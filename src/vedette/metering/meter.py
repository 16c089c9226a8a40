"""Counting: in memory at once, in the database a few times a minute, and completely at the end.

Counts since the last write are lost with a killed process: figures are not worth a write
a request.
"""

import logging
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack

from sqlalchemy import select

from vedette.clock import Clock, milliseconds, system_clock
from vedette.metering.buckets import read_buckets
from vedette.metering.days import pack_days
from vedette.metering.figure import Figure, Key, add
from vedette.metering.fold import by_hour, fold
from vedette.metering.recent import pack_recent, remove_changed
from vedette.metering.series import SeriesRequest, read_arns, read_names, read_series
from vedette.metering.soundness import ClockWatch
from vedette.metering.spans import SpanRecorder
from vedette.metering.spreads import PeriodBuckets
from vedette.metering.sums import PeriodSums
from vedette.metering.tables import hours, minutes
from vedette.metering.usage import ASKED, PeriodFigure, read_periods
from vedette.metering.weeks import pack_weeks, repack
from vedette.store.db import Database

log = logging.getLogger(__name__)

WRITE_EVERY_S = 20.0

Watch = Callable[[str, str, float], None]


class Meter:
    """The figures of the installation. Counting is safe from any thread, and takes no time."""

    def __init__(
        self,
        database: Database,
        clock: Clock = system_clock,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self.watch: Watch = _ignore
        self.write_every_s = WRITE_EVERY_S
        self._database = database
        self._clock = clock
        self._ticks = ticks
        self._clock_watch = ClockWatch(clock, ticks)
        self._lock = threading.Lock()
        # Held while counts go from memory to the database, and while both are read: a count on its way would
        # be in neither, or in both.
        self._moving = threading.Lock()
        self._new: dict[Key, Figure] = {}
        self._folded = 0
        # How many units versions have had, and for how long.
        self.spans = SpanRecorder(database, clock)
        self._stop = threading.Event()
        self._writer: threading.Thread | None = None

    def open(self) -> None:
        """Start the thread that writes counts."""
        self._clock_watch.look_back(self._database)
        self._writer = threading.Thread(target=self._write_often, name="meter", daemon=True)
        self._writer.start()

    def close(self) -> None:
        """Write the rest."""
        self._stop.set()
        if self._writer is not None:
            self._writer.join()
        self._try_to_write(self.write)
        self._try_to_write(self.spans.write)

    def count(self, arn: str, figures: Mapping[str, float]) -> None:
        """Count these at this minute."""
        minute = milliseconds(self._clock()) // 60_000
        with self._lock:
            for name, value in figures.items():
                self._new.setdefault((arn, minute, name), Figure()).add(Figure(value, 1, value, value))
        for name, value in figures.items():
            self.watch(arn, name, value)

    def put(self, key: Key, figure: Figure) -> None:
        """Count a figure of some minute, of now or of another time."""
        with self._lock:
            self._new.setdefault(key, Figure()).add(figure)

    def write(self) -> None:
        """Add the counts since the last write to the database."""
        with self._moving:
            self._write()

    def _write(self) -> None:
        with self._lock:
            counted, self._new = self._new, {}
        if not counted:
            return
        try:
            with self._database.write() as connection:
                for key, figure in counted.items():
                    add(connection, key, figure)
                of_hours = by_hour(counted)
                for key, figure in of_hours.items():
                    add(connection, key, figure, hours)
                repack(connection, of_hours)
                remove_changed(connection, of_hours)
        except Exception:
            self._take_back(counted)
            raise

    def _take_back(self, counted: Mapping[Key, Figure]) -> None:
        with self._lock:
            for key, figure in counted.items():
                self._new.setdefault(key, Figure()).add(figure)

    def fold(self) -> None:
        """Once an hour, fold what is old; a stop waits for no more than one part of it.

        Packing takes minutes where there is much, and counts are to be written meanwhile: then it goes on
        with the next call.
        """
        now = milliseconds(self._clock()) // 60_000
        if now // 60 == self._folded // 60:
            return
        is_sound = self._clock_watch.is_sound()
        while fold(self._database, last=self._folded, now=now, deletes=is_sound):
            if self._stop.is_set():
                return
        if is_sound:
            until = self._ticks() + self.write_every_s
            pack_weeks(self._database, now=now, is_stopped=lambda: self._is_over(until))
            pack_days(self._database, is_stopped=lambda: self._is_over(until))
            pack_recent(self._database, now=now, is_stopped=lambda: self._is_over(until))
            if self._is_over(until):
                return
            self.spans.forget_old()
        else:
            log.warning("the clock was set, or nothing was counted for a week: old figures are kept for now")
        self._folded = now

    def _is_over(self, until: float) -> bool:
        """Say whether the server stops, or counts are to be written."""
        return self._stop.is_set() or self._ticks() >= until

    def read_periods(self, prefix: str, edges: Sequence[int]) -> list[PeriodFigure]:
        """Return what was asked of all versions whose ARNs begin so, in periods between these minutes."""
        with self._moving:
            counted = read_periods(self._database, prefix, edges)
            unwritten = self._unwritten()
        for (arn, minute, name), figure in unwritten.items():
            period = bisect_right(edges, minute) - 1
            if arn.startswith(prefix) and name in ASKED and 0 <= period < len(edges) - 1:
                counted.append(PeriodFigure(arn, period, name, figure))
        return counted

    def read(self, arn: str, figure: str, *, since: int, until: int) -> Sequence[tuple[int, Figure]]:
        """Return a figure's minutes from `since` up to `until`, in order."""
        query = select(minutes).where(
            minutes.c.arn == arn,
            minutes.c.figure == figure,
            minutes.c.minute >= since,
            minutes.c.minute < until,
        )
        with self._database.read() as connection:
            rows = connection.execute(query.order_by(minutes.c.minute)).all()
        return [(row.minute, Figure(row.total, row.samples, row.least, row.most)) for row in rows]

    def read_series(self, requests: Sequence[SeriesRequest]) -> list[PeriodSums]:
        """Return each series by the first minutes of its periods, with what is not written yet."""
        now = milliseconds(self._clock()) // 60_000
        with self._moving, self._database.read() as connection:
            return read_series(connection, requests, self._unwritten(), now)

    def read_buckets(self, requests: Sequence[SeriesRequest]) -> list[PeriodBuckets]:
        """Return what percentiles of each series are told from, with what is not written yet."""
        now = milliseconds(self._clock()) // 60_000
        with self._moving, self._database.read() as connection:
            return read_buckets(connection, requests, self._unwritten(), now)

    def read_names(self, prefix: str, *, since: int) -> dict[str, set[str]]:
        """Return which figures the resources whose ARNs begin so had from a minute on."""
        with self._moving, self._database.read() as connection:
            return read_names(connection, prefix, self._unwritten(), since=since)

    def read_arns(self, prefix: str) -> list[str]:
        """Return the resources with figures whose ARNs begin so, in order."""
        with self._moving, self._database.read() as connection:
            return read_arns(connection, prefix, self._unwritten())

    def _unwritten(self) -> dict[Key, Figure]:
        with self._lock:
            return {key: figure.copy() for key, figure in self._new.items()}

    def _write_often(self) -> None:
        while not self._stop.wait(self.write_every_s):
            self._try_to_write(self.write)
            self._try_to_write(self.spans.write, self.fold)

    def _try_to_write(self, *acts: Callable[[], None]) -> None:
        """Write, or log why not: figures are not worth a stopped server, and stay in memory."""
        try:
            for act in acts:
                act()
        except Exception:
            log.exception("figures could not be written and stay in memory")


def open_meter(database: Database, closing: ExitStack) -> Meter:
    """Return the meter, which counts from now on."""
    meter = Meter(database)
    closing.callback(meter.close)
    meter.open()
    return meter


def _ignore(arn: str, figure: str, value: float) -> None:
    del arn, figure, value
