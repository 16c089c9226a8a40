"""What functions printed: kept a call a row, read a line at a time, let go of by number and by age."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, true, update

from vedette.clock import Clock, milliseconds
from vedette.functions.store import FunctionPlace
from vedette.functions.tables import function_logs, functions
from vedette.store.db import Database

# Of each function so many invocations keep their log.
MOST_LOGS = 1000
DAY_MS = 86_400_000
# Rows are read so many at a time: each has up to 264 KiB.
AT_ONCE = 16
SWEEP_S = 600.0

Position = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LogGroup:
    """The log of one function. Moments are milliseconds since 1970.

    When it began and its size, in bytes, are known of those that are listed.
    """

    function: int
    name: str
    days: int
    began_ms: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class LogStream:
    """What one process printed; `name` is empty for what the server says of calls."""

    name: str
    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, and its place: its row and which line of it."""

    row: int
    number: int
    at_ms: int
    stream: str
    text: str = field(repr=False)

    @property
    def place(self) -> Position:
        """Where it stands."""
        return self.row, self.number


@dataclass(frozen=True, slots=True)
class LogSelection:
    """Which lines of a function's log are wanted: of some streams, from a moment on, and before another."""

    streams: tuple[str, ...] | None = None
    since_ms: int = 0
    before_ms: int | None = None


class LogStore:
    """Reads and writes logs within transactions of its callers."""

    def __init__(self, clock: Clock, ticks: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._ticks = ticks
        self._swept = ticks()

    def add(self, connection: Connection, function: int, source: tuple[str, str], text: str) -> None:
        """Keep what an invocation printed (`source`: its id, and its stream), and let go of the oldest."""
        (request, stream), columns = source, function_logs.c
        now_ms = milliseconds(self._clock())
        row = {"function": function, "request": request, "at_ms": now_ms, "text": text, "stream": stream}
        size = len(text.encode("utf-8", "surrogatepass"))
        connection.execute(insert(function_logs).values({**row, "size": size}))
        own = select(columns.id).where(columns.function == function).order_by(columns.id.desc())
        oldest = connection.execute(own.offset(MOST_LOGS).limit(1)).scalar()
        if oldest is not None:
            connection.execute(
                delete(function_logs).where(columns.function == function, columns.id <= oldest)
            )

    def last(self, connection: Connection, function: int, most: int) -> Sequence[Row[Any]]:
        """Return what the last invocations printed, the oldest first: id, request, at_ms and text."""
        columns = function_logs.c
        query = select(columns.id, columns.request, columns.at_ms, columns.text)
        query = query.where(columns.function == function).order_by(columns.id.desc())
        return list(reversed(connection.execute(query.limit(most)).all()))

    # Groups and streams

    def groups(
        self, connection: Connection, place: FunctionPlace, *, after: int = 0, most: int
    ) -> Sequence[LogGroup]:
        """Return the functions of a place that printed anything, or whose log has days."""
        columns, logs = functions.c, function_logs.c
        began = func.min(logs.at_ms)
        query = (
            select(columns.id, columns.name, columns.log_days, began, func.sum(logs.size))
            .join_from(functions, function_logs, logs.function == columns.id, isouter=True)
            .where(columns.account == place.account, columns.region == place.region, columns.id > after)
            .group_by(columns.id, columns.name, columns.log_days)
            .having(or_(began.is_not(None), columns.log_days > 0))
            .order_by(columns.id)
        )
        rows = connection.execute(query.limit(most)).all()
        return [LogGroup(row[0], row[1], row[2], row[3] or 0, int(row[4] or 0)) for row in rows]

    def group(self, connection: Connection, place: FunctionPlace, name: str) -> LogGroup | None:
        """Return the log of a function, if it printed anything, or its log has days."""
        columns = functions.c
        has_any = select(function_logs.c.id).where(function_logs.c.function == columns.id).exists()
        is_it = (columns.account == place.account, columns.region == place.region, columns.name == name)
        query = select(columns.id, columns.name, columns.log_days)
        row = connection.execute(query.where(*is_it, or_(has_any, columns.log_days > 0))).first()
        return None if row is None else LogGroup(*row)

    def set_days(self, connection: Connection, function: int, days: int) -> None:
        """Say for how many days a log is kept; 0 for as long as there is room."""
        connection.execute(update(functions).where(functions.c.id == function).values(log_days=days))

    def clear(self, connection: Connection, function: int) -> None:
        """Forget all that a function printed, and for how long it is kept."""
        connection.execute(delete(function_logs).where(function_logs.c.function == function))
        self.set_days(connection, function, 0)

    def streams(self, connection: Connection, group: LogGroup) -> Sequence[LogStream]:
        """Return the streams of a log, by their names."""
        columns = function_logs.c
        query = select(columns.stream, func.min(columns.at_ms), func.max(columns.at_ms))
        query = query.where(columns.function == group.function, columns.at_ms >= self._oldest_ms(group.days))
        return [LogStream(*row) for row in connection.execute(query.group_by(columns.stream))]

    # Lines

    def lines(
        self, connection: Connection, group: LogGroup, choice: LogSelection, start: Position | None = None
    ) -> Iterator[LogLine]:
        """Yield lines in their order, from the one after a place on."""
        last = start or (0, 0)
        while rows := self._rows(connection, group, choice, function_logs.c.id >= last[0], is_forward=True):
            for row in rows:
                yield from (line for line in _lines_of(row) if line.place > last)
            last = (rows[-1].id + 1, 0)

    def lines_before(
        self, connection: Connection, group: LogGroup, choice: LogSelection, end: Position | None = None
    ) -> Iterator[LogLine]:
        """Yield lines from the one before a place back to the first."""
        is_before: ColumnElement[bool] = true() if end is None else function_logs.c.id <= end[0]
        while rows := self._rows(connection, group, choice, is_before, is_forward=False):
            for row in rows:
                lines = reversed(_lines_of(row))
                yield from (line for line in lines if end is None or line.place < end)
            is_before = function_logs.c.id < rows[-1].id

    def _rows(
        self,
        connection: Connection,
        group: LogGroup,
        choice: LogSelection,
        is_beyond: ColumnElement[bool],
        *,
        is_forward: bool,
    ) -> Sequence[Row[Any]]:
        columns = function_logs.c
        since_ms = max(choice.since_ms, self._oldest_ms(group.days))
        query = select(columns.id, columns.at_ms, columns.stream, columns.text)
        query = query.where(columns.function == group.function, is_beyond, columns.at_ms >= since_ms)
        if choice.before_ms is not None:
            query = query.where(columns.at_ms < choice.before_ms)
        if choice.streams is not None:
            query = query.where(columns.stream.in_(choice.streams))
        order = columns.id if is_forward else columns.id.desc()
        return list(connection.execute(query.order_by(order).limit(AT_ONCE)))

    def _oldest_ms(self, days: int) -> int:
        return milliseconds(self._clock()) - days * DAY_MS if days else 0

    # Age

    def sweep(self, database: Database) -> None:
        """Let go of what is older than its log's days; at most every ten minutes."""
        if self._ticks() - self._swept < SWEEP_S:
            return
        self._swept = self._ticks()
        with database.read() as connection:
            query = select(functions.c.id, functions.c.log_days).where(functions.c.log_days > 0)
            aged = connection.execute(query).all()
        for function, days in aged:
            is_old = function_logs.c.at_ms < self._oldest_ms(days)
            with database.write() as connection:
                connection.execute(delete(function_logs).where(function_logs.c.function == function, is_old))


def _lines_of(row: Row[Any]) -> list[LogLine]:
    lines = enumerate(row.text.split("\n"), 1)
    return [LogLine(row.id, number, row.at_ms, row.stream, text) for number, text in lines if text.strip()]
