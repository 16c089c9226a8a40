"""Retention of figures: minutes are aggregated to hours, and hours are deleted in the end.

An hour's row lies at its first minute, so that sums over a longer time need not know of it; the table of
hours has the same from the beginning. Minutes are folded some rows at a time, each time whole or not at all:
a killed server goes on where it was.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select

from vedette.metering.figure import Figure, Key, add
from vedette.metering.tables import hours, minutes
from vedette.store.db import Database

DAY = 24 * 60
# As long as CloudWatch keeps points of a minute, and of an hour.
MINUTES_KEPT, HOURS_KEPT = 15 * DAY, 455 * DAY
# Few enough that no other write waits for long.
ROWS = 1000


def fold(database: Database, *, since: int, now: int) -> bool:
    """Fold some rows that are too old now and not before `since`; return whether there may be more."""
    old = select(minutes).where(
        minutes.c.minute >= since, minutes.c.minute < now - MINUTES_KEPT, minutes.c.minute % 60 != 0
    )
    with database.read() as connection:
        rows = connection.execute(old.order_by(minutes.c.minute).limit(ROWS)).all()
    with database.write() as connection:
        for table in (minutes, hours):
            connection.execute(delete(table).where(table.c.minute < now - HOURS_KEPT))
        _fold_rows(connection, rows)
    return len(rows) == ROWS


def by_hour(figures: Mapping[Key, Figure]) -> dict[Key, Figure]:
    """Return figures of minutes added up to those of hours."""
    sums: defaultdict[Key, Figure] = defaultdict(Figure)
    for (arn, minute, name), figure in figures.items():
        sums[arn, minute - minute % 60, name].add(figure)
    return dict(sums)


def _fold_rows(connection: Connection, rows: Sequence[Row[Any]]) -> None:
    figures = {
        (row.arn, row.minute, row.figure): Figure(row.total, row.samples, row.least, row.most) for row in rows
    }
    for row in rows:
        key_matches = and_(
            minutes.c.arn == row.arn, minutes.c.minute == row.minute, minutes.c.figure == row.figure
        )
        connection.execute(delete(minutes).where(key_matches))
    for key, figure in by_hour(figures).items():
        add(connection, key, figure)
