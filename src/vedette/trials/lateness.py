"""Trials that nobody has touched for so long that an installation which says so lets them go.

One with verified pictures that are in no dataset yet stays: that is somebody's work, which is nowhere else.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from vedette.store.db import Database
from vedette.trials import records
from vedette.trials.tables import trial_pictures, trials
from vedette.trials.values import Trial


def late_trials(connection: Connection, before_ms: int) -> list[Trial]:
    """Return the trials that are over, hold nobody's work, and were touched last before a moment."""
    query = select(trials.c.id).where(
        trials.c.kind == "trial", trials.c.status != "running", trials.c.changed_ms < before_ms
    )
    candidates = [records.find(connection, trial) for trial in connection.execute(query).scalars().all()]
    return [
        trial
        for trial in candidates
        if trial is not None and not trial.counts.addable and _verified_ms(connection, trial.id) < before_ms
    ]


def forget_late(database: Database, before_ms: int) -> Sequence[Trial]:
    """Forget them, as they are in one transaction; return what they were. Datasets keep what was added."""
    with database.write() as connection:
        late = late_trials(connection, before_ms)
        for trial in late:
            records.drop(connection, trial.id)
    return late


def _verified_ms(connection: Connection, trial: str) -> int:
    query = select(func.max(trial_pictures.c.verified_ms)).where(trial_pictures.c.trial == trial)
    return int(connection.execute(query).scalar() or 0)
