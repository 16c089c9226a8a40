"""Weeks of hours in one row each: what is read of a year is then a few thousand rows, and not a million.

A week is packed once it is over for as long as figures may be late; one that is put later yet changes the
packed row in the transaction that changes the hour. Whoever packs first writes a mark of the week, a row of
no ARN: from then on late figures make rows too. So before the end of the last week marked as done every
hour is in a packed row, and after it none is needed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vedette.metering.figure import Key, figure_of
from vedette.metering.sketch import dump
from vedette.metering.tables import hours, packed_weeks
from vedette.store.db import Database

HOUR, WEEK = 60, 7 * 24 * 60
# What comes later than this after its week changes the packed row: it is right either way, and costs more.
SETTLED = 24 * 60
# Figures packed in one transaction: few enough that no other write waits for long.
PAIRS = 20
NO_ARN = NO_FIGURE = ""
BEGUN, DONE = b"", b"done"
# How numbers may be kept; most are small and whole, and a year of a hundred models is read by its bytes.
KINDS = ("<u1", "<u2", "<u4", "<f8")
COLUMNS = ("total", "samples", "least", "most")

Hours = npt.NDArray[np.void]
# A packed row: ARN, first minute, and body, whose first bytes say the kind of each column.
PackedWeek = tuple[str, int, bytes]


def week_of(minute: int) -> int:
    """Return the first minute of a minute's week."""
    return minute - minute % WEEK


def pack_weeks(database: Database, *, now: int, is_stopped: Callable[[], bool]) -> None:
    """Pack the weeks that are over, the oldest first; stopped anywhere, it is called again."""
    while not is_stopped():
        with database.write() as connection:
            begin = _begin_next(connection, now)
        if begin is None:
            return
        while pairs := _pairs_of(database, begin):
            for start in range(0, len(pairs), PAIRS):
                if is_stopped():
                    return
                with database.write() as connection:
                    for arn, figure in pairs[start : start + PAIRS]:
                        _pack(connection, arn, figure, begin)
        with database.write() as connection:
            is_mark = (packed_weeks.c.arn == NO_ARN) & (packed_weeks.c.begin == begin)
            connection.execute(update(packed_weeks).where(is_mark).values(body=DONE))


def repack(connection: Connection, keys: Iterable[Key]) -> None:
    """Pack the weeks of these hours anew, those that are packed already: figures that came late."""
    newest = _newest_mark(connection)
    if newest is None:
        return
    weeks = {(arn, figure, week_of(minute)) for arn, minute, figure in keys}
    for arn, figure, begin in sorted(weeks):
        if begin <= newest[0]:
            _pack(connection, arn, figure, begin)


def packed_until(connection: Connection) -> int:
    """Return the minute before which all hours are in packed rows."""
    newest = _newest_mark(connection)
    if newest is None:
        return 0
    begin, body = newest
    if body == DONE:
        return begin + WEEK
    # The weeks before one that is being packed are done.
    return begin


def unpack(weeks: Sequence[PackedWeek]) -> Iterator[tuple[list[PackedWeek], list[int], Hours]]:
    """Yield weeks whose numbers are kept alike, how many hours each has, and these hours together."""
    alike: dict[bytes, list[PackedWeek]] = {}
    for week in weeks:
        alike.setdefault(week[2][: len(COLUMNS)], []).append(week)
    for kinds, members in alike.items():
        kind = _kind_of(kinds)
        counts = [(len(body) - len(COLUMNS)) // kind.itemsize for _, _, body in members]
        bodies = b"".join([body[len(COLUMNS) :] for _, _, body in members])
        yield members, counts, np.frombuffer(bodies, kind)


def pack(rows: Sequence[tuple[int, float, int, float, float]] | npt.NDArray[np.float64]) -> bytes:
    """Return the body of hours: the number of each within its week, total, samples, least and most."""
    columns = np.array(rows, np.float64)
    kinds = bytes(_kind_for(columns[:, place]) for place in range(1, 1 + len(COLUMNS)))
    kind = _kind_of(kinds)
    packed = np.zeros(len(rows), kind)
    for place, name in enumerate(kind.names or ()):
        packed[name] = columns[:, place]
    return kinds + packed.tobytes()


def _kind_of(kinds: bytes) -> np.dtype[np.void]:
    # A week has 168 hours.
    numbers = [(name, KINDS[kind]) for name, kind in zip(COLUMNS, kinds, strict=True)]
    return np.dtype([("hour", "<u1"), *numbers])


def _kind_for(column: npt.NDArray[np.float64]) -> int:
    """Return the first kind that holds every number exactly."""
    for place, kind in enumerate(KINDS[:-1]):
        most = np.iinfo(np.dtype(kind)).max
        if np.all((column >= 0) & (column <= most) & (column == np.floor(column))):
            return place
    return len(KINDS) - 1


def _newest_mark(connection: Connection) -> tuple[int, bytes] | None:
    columns = packed_weeks.c
    query = select(columns.begin, columns.body).where(columns.arn == NO_ARN)
    row = connection.execute(query.order_by(columns.begin.desc()).limit(1)).first()
    return (int(row.begin), bytes(row.body)) if row is not None else None


def _begin_next(connection: Connection, now: int) -> int | None:
    """Mark the next week that is over, and return when it begins; one that was begun is gone on with."""
    newest = _newest_mark(connection)
    if newest is not None and newest[1] != DONE:
        return newest[0]
    after = 0 if newest is None else newest[0] + WEEK
    first = connection.execute(select(func.min(hours.c.minute)).where(hours.c.minute >= after)).scalar()
    if first is None or week_of(first) + WEEK > now - SETTLED:
        return None
    begin = week_of(first)
    mark = {"arn": NO_ARN, "figure": NO_FIGURE, "begin": begin, "body": BEGUN}
    connection.execute(insert(packed_weeks).values(mark))
    return begin


def _pairs_of(database: Database, begin: int) -> list[tuple[str, str]]:
    """Return the ARNs and figures of a week that are not packed yet."""
    in_week = (hours.c.minute >= begin) & (hours.c.minute < begin + WEEK)
    with database.read() as connection:
        counted = connection.execute(select(hours.c.arn, hours.c.figure).distinct().where(in_week))
        pairs = {(arn, figure) for arn, figure in counted}
        columns = packed_weeks.c
        packed = connection.execute(select(columns.arn, columns.figure).where(columns.begin == begin))
        return sorted(pairs - {(arn, figure) for arn, figure in packed})


def _pack(connection: Connection, arn: str, figure: str, begin: int) -> None:
    is_row = (packed_weeks.c.arn == arn) & (packed_weeks.c.figure == figure)
    connection.execute(delete(packed_weeks).where(is_row, packed_weeks.c.begin == begin))
    packed = pack_hours(connection, arn, figure, begin, begin + WEEK)
    if packed is not None:
        connection.execute(insert(packed_weeks).values(packed))


def pack_hours(
    connection: Connection, arn: str, figure: str, begin: int, end: int
) -> dict[str, str | int | bytes | None] | None:
    """Return the row of a week's hours up to a minute; None where there are none."""
    columns = hours.c
    query = select(hours).where(
        columns.arn == arn, columns.figure == figure, columns.minute >= begin, columns.minute < end
    )
    counted = connection.execute(query.order_by(columns.minute)).all()
    if not counted:
        return None
    rows = [((row.minute - begin) // HOUR, row.total, row.samples, row.least, row.most) for row in counted]
    bodies = {"body": pack(rows), "sketches": _sketches_of(counted, begin)}
    return {"arn": arn, "figure": figure, "begin": begin, **bodies}


def _sketches_of(counted: Sequence[Row[Any]], begin: int) -> bytes | None:
    """Return the buckets of a week's hours together; None where no hour has any."""
    buckets = [
        ((row.minute - begin) // HOUR, key, count)
        for row in counted
        for key, count in (figure_of(row).buckets or {}).items()
    ]
    return dump(buckets) if buckets else None
