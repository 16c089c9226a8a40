"""Retention of figures: minutes are added up to five minutes, these to hours, and hours deleted in the end.

A row of five minutes or of an hour lies at its first minute, so that sums over a longer time need not know of
it; the table of hours has the same from the beginning. Rows are folded some at a time, each time whole or not
at all: a killed server goes on where it was.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, select

from vedette.metering.days import forget_packed
from vedette.metering.figure import Figure, Key, add, figure_of
from vedette.metering.tables import hours, minutes
from vedette.store.db import Database

DAY = 24 * 60
# As long as CloudWatch keeps points of a minute, of five, and of an hour.
MINUTES_KEPT, FIVES_KEPT, HOURS_KEPT = 15 * DAY, 63 * DAY, 455 * DAY
# What is older than this is added up to so many minutes.
STAGES = ((MINUTES_KEPT, 5), (FIVES_KEPT, 60))
# Few enough that no other write waits for long.
ROWS = 1000


def fold(database: Database, *, last: int, now: int, deletes: bool) -> bool:
    """Fold some rows that are too old now; return whether there may be more.

    `last` is when everything was folded before: what was too old then is not looked at again. What is kept no
    longer is deleted only where the caller believes its clock.
    """
    is_more = False
    for age, step in STAGES:
        is_more = _fold_stage(database, (last - age, now - age), step) or is_more
    if not deletes:
        return is_more
    with database.write() as connection:
        for table in (minutes, hours):
            connection.execute(delete(table).where(table.c.minute < now - HOURS_KEPT))
        forget_packed(connection, now - HOURS_KEPT)
    return is_more


def _fold_stage(database: Database, between: tuple[int, int], step: int) -> bool:
    """Add some rows of this time up to steps of so many minutes; return whether there may be more."""
    since, until = between
    # From a step's beginning: a row that came late belongs to the whole of it.
    old = select(minutes).where(
        minutes.c.minute >= since - since % step, minutes.c.minute < until, minutes.c.minute % step != 0
    )
    with database.read() as connection:
        rows = connection.execute(old.order_by(minutes.c.minute).limit(ROWS)).all()
    if rows:
        with database.write() as connection:
            _fold_rows(connection, rows, step)
    return len(rows) == ROWS


def by_hour(figures: Mapping[Key, Figure]) -> dict[Key, Figure]:
    """Return figures of minutes added up to those of hours."""
    return by_step(figures, 60)


def by_step(figures: Mapping[Key, Figure], step: int) -> dict[Key, Figure]:
    """Return figures of minutes added up to those of so many minutes."""
    sums: defaultdict[Key, Figure] = defaultdict(Figure)
    for (arn, minute, name), figure in figures.items():
        sums[arn, minute - minute % step, name].add(figure)
    return dict(sums)


def _fold_rows(connection: Connection, rows: Sequence[Row[Any]], step: int) -> None:
    figures = {(row.arn, row.minute, row.figure): figure_of(row) for row in rows}
    for row in rows:
        key_matches = and_(
            minutes.c.arn == row.arn, minutes.c.minute == row.minute, minutes.c.figure == row.figure
        )
        connection.execute(delete(minutes).where(key_matches))
    for key, figure in by_step(figures, step).items():
        add(connection, key, figure)
