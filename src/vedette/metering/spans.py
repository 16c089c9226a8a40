"""How long versions had how many units: spans of a constant number, written some times a minute.

A span grows while its units are counted. A server that is killed leaves it as long as it was last written;
time that no server counted is in no span, and none is guessed. Lengths are those of the monotonic clock: a
wall clock that is set begins another span at its new time, and neither adds hours nor takes any.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from vedette.clock import Clock, milliseconds, system_clock
from vedette.metering.tables import unit_spans
from vedette.store.db import Database

# The wall clock is corrected by less than this without being set; it bounds how far a span's end may be off.
SET_MS = 5_000
# Units are counted every second, and at once when they change. Who was not counted for so long had stopped
# unnoticed: its loop hung, or the machine slept.
SILENT_MS = 60_000
# Rows may be so far behind what is in_memory in memory, while the disk is full for one.
UNWRITTEN_MS = 24 * 3_600_000
# As long as CloudWatch keeps hours.
KEPT_MS = 455 * 24 * 3_600_000


@dataclass(slots=True)
class UnitSpan:
    """So many units of a version without a break. Moments are milliseconds since 1970."""

    arn: str
    units: int
    began_ms: int
    until_ms: int


@dataclass(slots=True)
class OpenSpan:
    """A span that still grows, or that ended since the last write; `row` is None until it was written."""

    span: UnitSpan
    ticks: float
    row: int | None = None


@dataclass(slots=True)
class SpanRecorder:
    """The spans of one server. Counting is safe from any thread, and writes nothing."""

    database: Database
    clock: Clock = system_clock
    ticks: Callable[[], float] = time.monotonic
    _lock: threading.Lock = field(default_factory=threading.Lock)
    # Held while spans are written, and while memory and the database are read: one on its way would be in
    # neither, or in both.
    _moving: threading.Lock = field(default_factory=threading.Lock)
    _open: dict[str, OpenSpan] = field(default_factory=dict)
    _ended: list[OpenSpan] = field(default_factory=list)

    def note(self, arn: str, units: int) -> None:
        """Note how many units a version has at this moment; 0 ends its span."""
        now_ms, ticks = milliseconds(self.clock()), self.ticks()
        with self._lock:
            current = self._open.get(arn)
            if current is not None:
                is_same = self._grow(current, now_ms, ticks)
                if is_same and current.span.units == units:
                    return
                self._ended.append(self._open.pop(arn))
            if units > 0:
                self._open[arn] = OpenSpan(UnitSpan(arn, units, now_ms, now_ms), ticks)

    def _grow(self, current: OpenSpan, now_ms: int, ticks: float) -> bool:
        """Lengthen a span to now; return whether it may go on."""
        span, passed_ms = current.span, round(1000 * (ticks - current.ticks))
        due_ms = span.began_ms + passed_ms
        if due_ms - span.until_ms > SILENT_MS:
            return False
        span.until_ms = max(span.until_ms, due_ms)
        return abs(now_ms - due_ms) < SET_MS

    def write(self) -> None:
        """Write what has grown or ended since the last time."""
        with self._moving:
            self._write()

    def _write(self) -> None:
        with self._lock:
            lengths = [(entry, UnitSpan(**_values(entry.span))) for entry in self._held()]
            count = len(self._ended)
        if not lengths:
            return
        with self.database.write() as connection:
            for entry, span in lengths:
                entry.row = _write(connection, entry.row, span)
        with self._lock:
            del self._ended[:count]

    def forget_old(self) -> None:
        """Delete what is older than figures are kept."""
        oldest = milliseconds(self.clock()) - KEPT_MS
        with self.database.write() as connection:
            connection.execute(delete(unit_spans).where(unit_spans.c.until_ms < oldest))

    def read(self, arn: str, *, since_ms: int, until_ms: int) -> list[UnitSpan]:
        """Return the spans that overlap a time; of all ARNs that begin so, where the last sign is a `*`.

        What is not written yet is in it, and nothing is written for it: a full disk shows its hours too.
        """
        column = unit_spans.c.arn
        matches = column.startswith(arn[:-1], autoescape=True) if arn.endswith("*") else column == arn
        query = select(unit_spans).where(
            matches, unit_spans.c.began_ms < until_ms, unit_spans.c.until_ms > since_ms - UNWRITTEN_MS
        )
        with self._moving:
            with self._lock:
                in_memory = [(entry.row, UnitSpan(**_values(entry.span))) for entry in self._held()]
            with self.database.read() as connection:
                rows = connection.execute(query).all()
        spans = {row.id: UnitSpan(row.arn, row.units, row.began_ms, row.until_ms) for row in rows}
        spans |= {row: span for row, span in in_memory if row in spans}
        unwritten = [span for row, span in in_memory if row is None and _is_of(span.arn, arn)]
        whole = [*spans.values(), *unwritten]
        return sorted(
            (span for span in whole if span.began_ms < until_ms and span.until_ms > since_ms),
            key=lambda span: (span.began_ms, span.arn),
        )

    def _held(self) -> list[OpenSpan]:
        return [*self._ended, *self._open.values()]


def _is_of(arn: str, pattern: str) -> bool:
    return arn.startswith(pattern[:-1]) if pattern.endswith("*") else arn == pattern


def _values(span: UnitSpan) -> dict[str, Any]:
    return {
        "arn": span.arn,
        "units": span.units,
        "began_ms": span.began_ms,
        "until_ms": span.until_ms,
    }


def _write(connection: Connection, row: int | None, span: UnitSpan) -> int:
    if row is None:
        inserted = connection.execute(insert(unit_spans).values(**_values(span)).returning(unit_spans.c.id))
        return int(inserted.scalar_one())
    grown = update(unit_spans).where(unit_spans.c.id == row)
    connection.execute(grown.values(until_ms=span.until_ms))
    return row


def unit_hours(spans: Sequence[UnitSpan], *, since_ms: int, until_ms: int) -> float:
    """Return hours times units of these spans within a time."""
    total = sum(
        span.units * max(0, min(span.until_ms, until_ms) - max(span.began_ms, since_ms)) for span in spans
    )
    return total / 3_600_000
