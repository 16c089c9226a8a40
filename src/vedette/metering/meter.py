"""Counting: in memory at once, in the database a few times a minute, and whole at the end.

What was counted since the last write is lost with a killed process: figures are not worth a write
a request.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, insert, select, update

from vedette.clock import Clock, milliseconds, system_clock
from vedette.metering.tables import minutes
from vedette.store.db import Database

WRITE_EVERY_S = 20.0

Key = tuple[str, int, str]
Watch = Callable[[str, str, float], None]


@dataclass(slots=True)
class Figure:
    """What was counted of one thing in one minute."""

    total: float = 0.0
    samples: int = 0
    least: float = float("inf")
    most: float = float("-inf")

    def add(self, other: "Figure") -> None:
        """Add what was counted besides."""
        self.total += other.total
        self.samples += other.samples
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)


class Meter:
    """The figures of the installation. Counting is safe from any thread, and takes no time."""

    def __init__(self, database: Database, clock: Clock = system_clock) -> None:
        self.watch: Watch = _ignore
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._new: dict[Key, Figure] = {}
        self._stop = threading.Event()
        self._writer: threading.Thread | None = None

    def open(self) -> None:
        """Begin to write what is counted."""
        self._writer = threading.Thread(target=self._write_often, name="meter", daemon=True)
        self._writer.start()

    def close(self) -> None:
        """Write the rest."""
        self._stop.set()
        if self._writer is not None:
            self._writer.join()
        self.write()

    def count(self, arn: str, figures: Mapping[str, float]) -> None:
        """Count these at this minute."""
        minute = milliseconds(self._clock()) // 60_000
        with self._lock:
            for name, value in figures.items():
                self._new.setdefault((arn, minute, name), Figure()).add(Figure(value, 1, value, value))
        for name, value in figures.items():
            self.watch(arn, name, value)

    def write(self) -> None:
        """Add to the database what was counted since the last time."""
        with self._lock:
            counted, self._new = self._new, {}
        if not counted:
            return
        with self._database.write() as connection:
            for key, figure in counted.items():
                _add(connection, key, figure)

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

    def _write_often(self) -> None:
        while not self._stop.wait(WRITE_EVERY_S):
            self.write()


def _add(connection: Connection, key: Key, figure: Figure) -> None:
    arn, minute, name = key
    here = and_(minutes.c.arn == arn, minutes.c.minute == minute, minutes.c.figure == name)
    row = connection.execute(select(minutes).where(here)).first()
    if row is None:
        connection.execute(insert(minutes).values(arn=arn, minute=minute, figure=name, **_values(figure)))
        return
    whole = Figure(row.total, row.samples, row.least, row.most)
    whole.add(figure)
    connection.execute(update(minutes).where(here).values(_values(whole)))


def _values(figure: Figure) -> dict[str, float]:
    return {
        "total": figure.total,
        "samples": figure.samples,
        "least": figure.least,
        "most": figure.most,
    }


def _ignore(arn: str, figure: str, value: float) -> None:
    del arn, figure, value
