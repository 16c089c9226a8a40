"""Days of packed weeks, added up once, for each hour of the day that a day may begin at.

Periods begin where a request begins, so a day of theirs may last from 14:00 to 14:00. Of each figure, eight
weeks and such hour (the phase) there is a row of the days' sums, and of their buckets: a year by the day is
then read from 400 days of a resource in a few rows, instead of 9,500 hours. No day has hours of two weeks: of
one that lasts from one week into the next there are two parts, a number each.

A week says whether its days are packed. Whoever changes it makes its row anew, which says that they are not,
be it a server of an older release; then its hours are read until its days are packed again. So days are
packed in any order, by any server, and may be stopped anywhere.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Row, Select, Table, delete, insert, select, update

from vedette.metering.sketch import Column, Numbers, dump, keys_of, load
from vedette.metering.spreads import codes_of
from vedette.metering.tables import packed_days, packed_weeks
from vedette.metering.weeks import HOUR, NO_ARN, WEEK, Hours, pack, unpack, week_of
from vedette.store.db import Database

DAY = 24 * HOUR
# Weeks of a row: read in few rows, and yet made anew in a moment when one of them changes.
WEEKS = 8
BLOCK = WEEKS * WEEK
# Days of a week with the rest of one that began before it, which has the first number.
DAYS = 8
# What a week's row says of its days, or says by being new.
WAITING, PACKED = 0, 1
# What is in memory at once: a megabyte of buckets takes some tens of them when it is loaded.
BYTES, ROWS = 1_000_000, 20

NO_CODES: Column = np.zeros(0, np.int64)
# Which day, key and count.
DayBuckets = tuple[Column, Column, Column]


@dataclass(frozen=True, slots=True)
class PackedRequest:
    """What is read of packed rows: a figure from an hour on, up to a minute before which all is packed."""

    figure: str
    period: int
    since: int
    until: int

    def days_until(self) -> int:
        """Return the minute before which its days are read: a week's last one may end within a day."""
        return max(self.since, week_of(self.until)) if self.period % DAY == 0 else self.since

    def is_of(
        self, table: Table, arns: Sequence[str], since: int, until: int, wide: int
    ) -> ColumnElement[bool]:
        """Return which rows of a table overlap a time, if a row is of so many minutes."""
        columns = table.c
        return (
            columns.arn.in_(arns)
            & (columns.figure == self.figure)
            & (columns.begin > since - wide)
            & (columns.begin < until)
        )


@dataclass(frozen=True, slots=True)
class PackedRows:
    """Rows of weeks or of days, and what of them is asked for."""

    # ARN, first minute and body of each, and its buckets where they were asked for.
    rows: Sequence[Any]
    # A number for each ARN.
    places: Mapping[str, int]
    since: int
    until: int
    is_days: bool = False
    # Weeks whose days are not to be read.
    waiting: Column = field(default_factory=lambda: NO_CODES)

    def numbers(self) -> Iterator[tuple[Column, Column, Hours]]:
        """Yield what was counted in hours or days: the numbers of ARNs, first minutes, and sums."""
        for rows, lengths, packed in unpack([(row[0], row[1], row[2]) for row in self.rows]):
            of_arns, begins = (np.repeat(column, lengths) for column in self.of_rows(rows))
            starts, is_asked = self.asked(of_arns, begins, packed["hour"])
            if is_asked.all():
                yield of_arns, starts, packed
            else:
                yield of_arns[is_asked], starts[is_asked], packed[is_asked]

    def of_rows(self, rows: Sequence[Any]) -> tuple[Column, Column]:
        """Return the numbers of the ARNs of rows, and their first minutes."""
        return (
            np.array([self.places[row[0]] for row in rows], np.int64),
            np.array([row[1] for row in rows], np.int64),
        )

    def asked(self, of_arns: Column, begins: Column, numbers: Column) -> tuple[Column, npt.NDArray[np.bool_]]:
        """Return when hours or days begin, by their numbers in their rows, and which are asked for.

        A day's part at the beginning of a week begins with its day, which was in the week before.
        """
        if not self.is_days:
            starts = begins + numbers * np.int64(HOUR)
            return starts, (starts >= self.since) & (starts < self.until)
        weeks = begins + numbers // np.uint8(DAYS) * np.int64(WEEK)
        starts = weeks + (numbers % np.uint8(DAYS) - np.int64(1)) * DAY + self.since % DAY
        is_asked = (starts >= self.since) & (weeks < self.until)
        if len(self.waiting):
            is_asked &= ~np.isin(_week_codes(of_arns, weeks), self.waiting)
        return starts, is_asked


def read_packed(
    connection: Connection, request: PackedRequest, places: Mapping[str, int], *, with_sketches: bool
) -> Iterator[PackedRows]:
    """Yield rows of days and of weeks, some at once, which have each time once."""
    arns, since, last = list(places), request.since, request.days_until()
    if last > since:
        columns = packed_weeks.c
        waits = (columns.has_days == WAITING) & request.is_of(packed_weeks, arns, since, last, WEEK)
        weeks = connection.execute(select(columns.arn, columns.begin).where(waits)).all()
        waiting = NO_CODES
        if weeks:
            of_arns, begins = PackedRows([], places, since, last).of_rows(weeks)
            waiting = _week_codes(of_arns, begins)
        of_phase = (packed_days.c.phase == since % DAY // HOUR) & (
            request.is_of(packed_days, arns, since, last, BLOCK)
        )
        for rows in read_some(connection, select_rows(packed_days, with_sketches).where(of_phase)):
            yield PackedRows(rows, places, since, last, is_days=True, waiting=waiting)
        for rows in (
            read_some(connection, select_rows(packed_weeks, with_sketches).where(waits)) if weeks else ()
        ):
            yield PackedRows(rows, places, since, last)
    if last < request.until:
        is_asked = request.is_of(packed_weeks, arns, last, request.until, WEEK)
        for rows in read_some(connection, select_rows(packed_weeks, with_sketches).where(is_asked)):
            yield PackedRows(rows, places, last, request.until)


def select_rows(table: Table, with_sketches: bool) -> Select[Any]:
    """Return the query of what `PackedRows` holds of such rows."""
    columns = table.c
    selected = [columns.arn, columns.begin, columns.body, *([columns.sketches] if with_sketches else [])]
    return select(*selected).order_by(columns.arn, columns.begin)


def read_some(connection: Connection, query: Select[Any]) -> Iterator[list[Any]]:
    """Yield the rows of a query, as many at once as may be in memory."""
    batch: list[Any] = []
    size = 0
    with connection.execute(query.execution_options(yield_per=ROWS)) as result:
        for row in result:
            batch.append(row)
            size += sum(len(body or b"") for body in row[2:])
            if size > BYTES:
                yield batch
                batch, size = [], 0
    if batch:
        yield batch


def _week_codes(of_arns: Column, begins: Column) -> Column:
    """Return a number for each ARN and week; weeks since 1970 have 16 bits until the year 3226."""
    return (of_arns << 16) + begins // WEEK


def pack_days(database: Database, *, is_stopped: Callable[[], bool]) -> None:
    """Pack the days of the weeks that wait for it; stopped anywhere, it is called again."""
    columns = packed_weeks.c
    next_waiting = select(columns.arn, columns.figure, columns.begin).where(
        columns.has_days == WAITING, columns.arn != NO_ARN
    )
    while not is_stopped() and not database.is_short_of_room():
        with database.read() as connection:
            waiting = connection.execute(next_waiting.limit(1)).first()
            if waiting is None:
                return
            block = waiting.begin - waiting.begin % BLOCK
            weeks = _weeks_of(connection, waiting.arn, waiting.figure, block)
        # While no other write waits; what was changed meanwhile is done once more.
        rows = [
            {"arn": waiting.arn, "figure": waiting.figure, "begin": block, **row}
            for row in rows_of(weeks, block)
        ]
        with database.write() as connection:
            if _weeks_of(connection, waiting.arn, waiting.figure, block) == weeks:
                _write(connection, rows)


def _weeks_of(connection: Connection, arn: str, figure: str, block: int) -> list[Row[Any]]:
    columns = packed_weeks.c
    query = select(columns.begin, columns.body, columns.sketches).where(
        columns.arn == arn,
        columns.figure == figure,
        columns.begin >= block,
        columns.begin < block + BLOCK,
    )
    return list(connection.execute(query.order_by(columns.begin)))


def _write(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the days of eight weeks instead of those that are there."""
    arn, figure, block = (rows[0][name] for name in ("arn", "figure", "begin"))
    days, weeks = packed_days.c, packed_weeks.c
    connection.execute(delete(packed_days).where(days.arn == arn, days.figure == figure, days.begin == block))
    connection.execute(insert(packed_days), list(rows))
    is_of_block = (weeks.begin >= block) & (weeks.begin < block + BLOCK)
    connection.execute(
        update(packed_weeks)
        .where(weeks.arn == arn, weeks.figure == figure, is_of_block)
        .values(has_days=PACKED)
    )


def forget_packed(connection: Connection, before: int) -> None:
    """Delete packed weeks that ended before a minute; where one of eight goes, their days are made anew."""
    weeks, days = packed_weeks.c, packed_days.c
    is_over = weeks.begin <= before - WEEK
    blocks = {
        begin - begin % BLOCK
        for (begin,) in connection.execute(select(weeks.begin).distinct().where(is_over, weeks.arn != NO_ARN))
    }
    connection.execute(delete(packed_weeks).where(is_over))
    connection.execute(delete(packed_days).where(days.begin <= before - BLOCK))
    for block in blocks:
        is_rest = (weeks.begin >= block) & (weeks.begin < block + BLOCK)
        connection.execute(update(packed_weeks).where(is_rest).values(has_days=WAITING))


def rows_of(weeks: Sequence[Row[Any]], block: int) -> Iterator[dict[str, Any]]:
    """Yield the days of eight packed weeks or fewer, by the hour that they begin at."""
    hours, columns = _hours_of(weeks, block)
    buckets = _buckets_of(weeks, block, hours, columns)
    for phase in range(24):
        rows = _days_of(hours, columns, phase)
        yield {"phase": phase, "body": pack(rows), "sketches": _sketches_of(rows, buckets, phase)}


def _hours_of(weeks: Sequence[Row[Any]], block: int) -> tuple[Column, Numbers]:
    """Return the hours of weeks, counted from the first one of all, and their numbers in columns."""
    hours, columns = [], []
    for week in weeks:
        [(_, _, packed)] = unpack([("", week.begin, week.body)])
        hours.append(packed["hour"].astype(np.int64) + (week.begin - block) // HOUR)
        columns.append(np.array([packed[name] for name in ("total", "samples", "least", "most")], np.float64))
    return np.concatenate(hours), np.concatenate(columns, axis=1)


def _days_in(hours: Column, phase: int) -> Column:
    """Return the numbers of the days that hours lie in."""
    return hours // 168 * DAYS + (hours % 168 + 24 - phase) // 24


def _days_of(hours: Column, columns: Numbers, phase: int) -> Numbers:
    """Return rows of the days: number, total, samples, least and most."""
    days = _days_in(hours, phase)
    starts = np.flatnonzero(np.concatenate(([True], days[1:] != days[:-1])))
    total, samples, least, most = columns
    # A customer's figures may be so large that their sum is infinite: that is no value, and no fault.
    with np.errstate(over="ignore", invalid="ignore"):
        sums = [np.add.reduceat(total, starts), np.add.reduceat(samples, starts)]
    ends = [np.minimum.reduceat(least, starts), np.maximum.reduceat(most, starts)]
    return np.column_stack([days[starts], *sums, *ends])


def _buckets_of(weeks: Sequence[Row[Any]], block: int, hours: Column, columns: Numbers) -> DayBuckets:
    """Return hours, keys and counts, in the order of the keys, of each in that of the hours."""
    _, samples, least, most = columns
    is_uniform = (least == most) & np.isfinite(least)
    sketched = [week for week in weeks if week.sketches is not None]
    of, of_week, keys, counts = load([week.sketches for week in sketched])
    begins = np.array([(week.begin - block) // HOUR for week in sketched], np.int64)
    all_hours = np.concatenate([begins[of] + of_week, hours[is_uniform]])
    keys = np.concatenate([keys, keys_of(least[is_uniform])])
    counts = np.concatenate([counts, samples[is_uniform].astype(np.int64)])
    order = np.lexsort((all_hours, keys))
    return all_hours[order], keys[order], counts[order]


def _sketches_of(rows: Numbers, buckets: DayBuckets, phase: int) -> bytes | None:
    """Return the buckets of the days, day after day; those whose values are all the same need none."""
    hours, keys, counts = buckets
    if not len(hours):
        return None
    days = _days_in(hours, phase)
    is_new = (keys[1:] != keys[:-1]) | (days[1:] != days[:-1])
    starts = np.flatnonzero(np.concatenate(([True], is_new)))
    days, keys, counts = days[starts], keys[starts], np.add.reduceat(counts, starts)
    is_needed = np.isin(days, rows[rows[:, 3] < rows[:, 4], 0].astype(np.int64))
    days, keys, counts = days[is_needed], keys[is_needed], counts[is_needed]
    order = np.argsort(codes_of(days, keys), kind="stable")
    return dump(np.column_stack([days, keys, counts])[order]) if len(order) else None
