"""What the journal need not keep: lines of deleted datasets, and what entries said that nobody can want.

What an entry said before a change is kept for 30 days, and for as long as a snapshot from before the change
is there. Who changed which entry when, from which labels to which, stays as long as the dataset. The days are
counted ones (`jobs/passed.py`): a clock that leaps ahead makes nothing old. A little at a time, so that no
other write waits.
"""

from sqlalchemy import Connection, Select, delete, exists, select, update

from vedette.datasets.tables import datasets, journal, journal_steps, snapshots
from vedette.jobs.passed import PassedTime
from vedette.store.db import Database

KEPT_MS = 30 * 24 * 60 * 60 * 1000
"""For so long a change can be taken back without a snapshot."""

LINES_AT_ONCE, STEPS_AT_ONCE = 2000, 200


def forget(database: Database, passed: PassedTime) -> bool:
    """Forget a little; return whether there may be more to forget."""
    passed.look()
    with database.write() as connection:
        return _forget_lines(connection) or _forget_rows(connection, passed)


def is_anything_late(connection: Connection, passed: PassedTime) -> bool:
    """Say whether there is something to forget."""
    if connection.execute(_lines_of_nobody().limit(1)).first():
        return True
    before_ms = passed.moment_before(connection, KEPT_MS)
    return before_ms is not None and bool(connection.execute(_late_steps(before_ms).limit(1)).first())


def _forget_lines(connection: Connection) -> bool:
    numbers = connection.execute(_lines_of_nobody().limit(LINES_AT_ONCE)).scalars().all()
    connection.execute(delete(journal).where(journal.c.id.in_(numbers)))
    return bool(numbers)


def _forget_rows(connection: Connection, passed: PassedTime) -> bool:
    before_ms = passed.moment_before(connection, KEPT_MS)
    if before_ms is None:
        return False
    numbers = connection.execute(_late_steps(before_ms).limit(STEPS_AT_ONCE)).scalars().all()
    forgotten = update(journal_steps).where(journal_steps.c.id.in_(numbers)).values(rows=None)
    connection.execute(forgotten)
    return bool(numbers)


def _lines_of_nobody() -> Select[tuple[int]]:
    return select(journal.c.id).where(journal.c.dataset.not_in(select(datasets.c.id)))


def _late_steps(before_ms: int) -> Select[tuple[int]]:
    needed = exists().where(snapshots.c.part == journal_steps.c.part, snapshots.c.step < journal_steps.c.id)
    return select(journal_steps.c.id).where(
        journal_steps.c.rows.is_not(None), journal_steps.c.at_ms < before_ms, ~needed
    )
