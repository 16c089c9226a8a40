"""The days of weeks that are not packed yet, a week in one row a figure.

A week is packed a day after its end (weeks.py). Until then its hours are up to eight days of rows, which were
a third of what percentiles of a year took; here they are a row, up to the end of the last day.

A row says up to which minute it has every hour of its week. Whoever changes such an hour removes the row in
the same transaction, and the hours are read until the next pass makes it anew. So a pass may be stopped
anywhere, and made by any server. When the week is packed, its rows here go.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select

from vedette.metering.days import DAY, PackedRequest, PackedRows, read_some, select_rows
from vedette.metering.figure import Key
from vedette.metering.tables import hours, packed_recent
from vedette.metering.weeks import PAIRS, WEEK, pack_hours, packed_until, week_of
from vedette.store.db import Database

# A day is packed this long after its end: what comes later makes its row go for some hours.
SETTLED = 2 * 60
# More weeks than these are not read by the hour for long: they wait to be packed themselves.
MOST_WEEKS = 2
# Changes of hours whose rows are removed in one statement.
MOST_KEYS = 100

# ARN, figure and first minute of a week.
Week = tuple[str, str, int]


@dataclass(frozen=True, slots=True)
class RecentDays:
    """What is read of these rows for some resources: all up to a minute, of those that have all of it."""

    arns: Sequence[str]
    others: Sequence[str]
    since: int
    until: int

    def read(
        self, connection: Connection, figure: str, places: Mapping[str, int], *, with_sketches: bool
    ) -> Iterator[PackedRows]:
        """Yield the rows, some at once."""
        if not self.arns:
            return
        columns = packed_recent.c
        is_asked = (columns.begin > self.since - WEEK) & (columns.begin < self.until)
        query = select_rows(packed_recent, with_sketches).where(
            columns.arn.in_(self.arns), columns.figure == figure, is_asked
        )
        for rows in read_some(connection, query):
            yield PackedRows(rows, places, self.since, self.until)

    def rest(self) -> Iterator[tuple[Sequence[str], int]]:
        """Yield which resources are read by the hour, and from which minute on."""
        if self.arns:
            yield self.arns, self.until
        if self.others:
            yield self.others, self.since


def recent_days(
    connection: Connection, request: PackedRequest, arns: Sequence[str], until: int
) -> RecentDays:
    """Return which of these resources have rows from the end of the packed weeks on, and up to when."""
    since, columns = request.until, packed_recent.c
    query = select(columns.arn, columns.begin, columns.until).where(
        columns.arn.in_(arns),
        columns.figure == request.figure,
        columns.begin > since - WEEK,
        columns.begin < until,
    )
    ends: dict[str, dict[int, int]] = {}
    for arn, begin, end in connection.execute(query) if since < until else ():
        ends.setdefault(arn, {})[begin] = end
    last = max((end for of_arn in ends.values() for end in of_arn.values()), default=since)
    if last <= since:  # all that is asked for came after the rows
        return RecentDays([], arns, since, since)
    whole = {begin: min(begin + WEEK, last) for begin in range(week_of(since), last, WEEK)}
    with_all = [arn for arn in arns if ends.get(arn) == whole]
    others = [arn for arn in arns if ends.get(arn) != whole]
    return RecentDays(with_all, others, since, min(last, until))


def pack_recent(database: Database, *, now: int, is_stopped: Callable[[], bool]) -> None:
    """Pack the days that are over of weeks that are not packed; stopped anywhere, it is called again."""
    until = (now - SETTLED) // DAY * DAY
    with database.read() as connection:
        since = packed_until(connection)
        first = since or connection.execute(select(func.min(hours.c.minute))).scalar() or until
        begins = range(week_of(first), until, WEEK)
        weeks = _waiting(connection, begins, until) if len(begins) <= MOST_WEEKS else []
    _forget(database, since)
    for start in range(0, len(weeks), PAIRS):
        if is_stopped() or database.is_short_of_room():
            return
        with database.write() as connection:
            for week in weeks[start : start + PAIRS]:
                _pack(connection, week, min(week[2] + WEEK, until))


def remove_changed(connection: Connection, keys: Iterable[Key]) -> None:
    """Remove the rows that have one of these hours, which is changed now."""
    columns = packed_recent.c
    newest = connection.execute(select(func.max(columns.until))).scalar()
    changed = [key for key in keys if newest is not None and key[1] < newest]
    for start in range(0, len(changed), MOST_KEYS):
        has_any = or_(*(_has(key) for key in changed[start : start + MOST_KEYS]))
        connection.execute(delete(packed_recent).where(has_any))


def _has(key: Key) -> ColumnElement[bool]:
    arn, minute, figure = key
    columns = packed_recent.c
    is_of_pair = (columns.arn == arn) & (columns.figure == figure) & (columns.begin == week_of(minute))
    return is_of_pair & (columns.until > minute)


def _waiting(connection: Connection, begins: Iterable[int], until: int) -> list[Week]:
    """Return the weeks of which rows are missing, or end before the last day does."""
    waiting: list[Week] = []
    for begin in begins:
        end = min(begin + WEEK, until)
        columns, packed = hours.c, packed_recent.c
        counted = (
            select(columns.arn, columns.figure)
            .distinct()
            .where(columns.minute >= begin, columns.minute < end)
        )
        ended = select(packed.arn, packed.figure).where(packed.begin == begin, packed.until == end)
        pairs = _pairs(connection.execute(counted)) - _pairs(connection.execute(ended))
        waiting += [(arn, figure, begin) for arn, figure in sorted(pairs)]
    return waiting


def _pairs(rows: Iterable[Any]) -> set[tuple[str, str]]:
    return {(arn, figure) for arn, figure in rows}


def _pack(connection: Connection, week: Week, end: int) -> None:
    arn, figure, begin = week
    columns = packed_recent.c
    is_row = (columns.arn == arn) & (columns.figure == figure) & (columns.begin == begin)
    connection.execute(delete(packed_recent).where(is_row))
    packed = pack_hours(connection, arn, figure, begin, end)
    if packed is not None:
        connection.execute(insert(packed_recent).values(packed | {"until": end}))


def _forget(database: Database, before: int) -> None:
    """Delete the rows of weeks that are packed: nothing of theirs is read any more."""
    is_packed = packed_recent.c.begin < before
    with database.read() as connection:
        is_any = connection.execute(select(packed_recent.c.begin).where(is_packed).limit(1)).first()
    if is_any is not None:
        with database.write() as connection:
            connection.execute(delete(packed_recent).where(is_packed))
