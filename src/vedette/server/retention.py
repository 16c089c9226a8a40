"""Once a night, what an installation says it keeps no longer is deleted, and named in the log.

Nothing is, unless a setting says so: the services keep results until somebody deletes them. How old something
is, is counted time (`jobs/passed.py`), so that no clock that leaps makes anything old. What has no moment of
its end stays. Each removal is the one that a person could have asked for, with the same refusals.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date

from vedette.clock import Clock, from_milliseconds, milliseconds, system_clock
from vedette.errors import Refusal
from vedette.jobs.passed import PassedTime
from vedette.projects.version import Version
from vedette.server.nightly import HOUR, LOOK_S
from vedette.settings import Settings
from vedette.store.db import Database
from vedette.training.start import Trainings
from vedette.trials.lateness import forget_late

log = logging.getLogger("vedette.retention")

DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """What is kept for so many days: `remove` deletes what is older than a moment, and names each."""

    subject: str
    days: int
    remove: Callable[[int], Iterator[str]]


class RetentionWatch:
    """Looks every ten minutes whether the night's work is to be done."""

    def __init__(
        self,
        database: Database,
        passed: PassedTime,
        rules: list[RetentionRule],
        clock: Clock = system_clock,
    ) -> None:
        self._database, self._passed, self._clock = database, passed, clock
        self._rules = [rule for rule in rules if rule.days]
        self._last: date | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)

    def start(self) -> None:
        """Begin, where there is anything to do."""
        if self._rules:
            self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def look(self) -> list[str]:
        """Do the day's work where that is due; return what was deleted."""
        self._passed.look()
        now = self._clock().astimezone(UTC)
        if now.hour < HOUR or self._last == now.date():
            return []
        self._last = now.date()
        return [name for rule in self._rules for name in self._apply(rule)]

    def _apply(self, rule: RetentionRule) -> Iterator[str]:
        with self._database.read() as connection:
            before_ms = self._passed.moment_before(connection, rule.days * DAY_MS)
        if before_ms is None:
            return
        for name in rule.remove(before_ms):
            log.info("deleted after %d days, as the settings say: %s", rule.days, name)
            yield name

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
            except Exception:
                self._last = None
                log.exception("what is kept no longer could not be deleted; the next look tries again")


def watch_retention(
    settings: Settings, database: Database, trainings: Trainings, passed: PassedTime
) -> RetentionWatch:
    """Have what the settings say is kept no longer deleted at night, until the watch is closed."""
    watch = RetentionWatch(database, passed, rules_of(settings, database, trainings))
    watch.start()
    return watch


def rules_of(settings: Settings, database: Database, trainings: Trainings) -> list[RetentionRule]:
    """Return what an installation keeps, and for how many days."""
    return [
        RetentionRule("trials", settings.keep_trials, lambda before_ms: _forget_trials(database, before_ms)),
        RetentionRule(
            "failed versions", settings.keep_failed, lambda before_ms: _delete_failed(trainings, before_ms)
        ),
    ]


def _forget_trials(database: Database, before_ms: int) -> Iterator[str]:
    for trial in forget_late(database, before_ms):
        since = from_milliseconds(trial.changed_ms)
        yield f"trial {trial.name} ({trial.id}) of version {trial.version_name}, of {since:%Y-%m-%d}"


def _delete_failed(trainings: Trainings, before_ms: int) -> Iterator[str]:
    for version in trainings.versions.in_state("failed"):
        if not _ended_before(version, before_ms):
            continue
        try:
            trainings.delete(version)
        except Refusal as refusal:
            log.info("kept: %s", refusal.sentence)
            continue
        yield f"version {version.path}, which failed at {version.ended:%Y-%m-%d}: {version.message[:200]}"


def _ended_before(version: Version, before_ms: int) -> bool:
    return version.ended is not None and milliseconds(version.ended) < before_ms
