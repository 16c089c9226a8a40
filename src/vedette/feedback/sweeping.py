"""What is older than its plan says is removed: a little at a time, and only where that is certain.

A sweep compares the machine's clock with its uptime (`timemarks.py`): where somebody set the clock by more
than a day, nothing is removed until a person says so by saving the plan anew. What is in a dataset stays, and
what somebody verified within the last day, who may be about to add it.
"""

import logging
import threading
from collections.abc import Callable

from vedette.clock import Clock, milliseconds
from vedette.feedback import records
from vedette.feedback.storing import DAY_MS, SampleStore
from vedette.feedback.values import SamplingPlan
from vedette.store.blobs.timemarks import TimeMark, clock_problem, mark_time
from vedette.store.db import Database
from vedette.trials.collecting import TrialCollections

log = logging.getLogger(__name__)

EVERY_S = 3600.0
FIRST_S = 300.0
# Somebody who verifies in the morning adds in the afternoon.
SPARED_MS = DAY_MS


class SampleSweeper:
    """Removes what is too old, once an hour."""

    def __init__(
        self,
        database: Database,
        collections: TrialCollections,
        store: SampleStore,
        clock: Clock,
        mark: Callable[[int], TimeMark] = mark_time,
    ) -> None:
        self._database = database
        self._collections = collections
        self._store = store
        self._clock = clock
        self._mark = mark
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Begin to sweep, some minutes from now."""
        self._thread = threading.Thread(target=self._work, name="feedback-sweep", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave off."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()

    def sweep(self) -> int:
        """Remove what is too old; return how many pictures that were."""
        with self._database.read() as connection:
            plans = records.plans(connection)
        return sum(self._sweep(plan) for plan in plans)

    def _sweep(self, plan: SamplingPlan) -> int:
        mark = self._mark(milliseconds(self._clock()))
        problem = clock_problem(TimeMark(**plan.swept), mark) if plan.swept else ""
        if plan.pause or problem:
            pause = plan.pause or f"Old pictures are not removed: {problem}. Save the settings to go on."
            with self._database.write() as connection:
                records.note_sweep(connection, plan.version, plan.swept or mark.document(), pause)
            return 0
        limit = mark.wall_ms - plan.retention_days * DAY_MS
        with self._database.read() as connection:
            old = [sample.number for sample in records.samples(connection, plan.trial, before_ms=limit)]
        removed = 0
        for picture in self._collections.pictures(plan.trial, old):
            before = mark.wall_ms - SPARED_MS
            removed += self._store.remove(plan, picture, verified_before_ms=before)
        with self._database.write() as connection:
            records.note_sweep(connection, plan.version, mark.document(), "")
        return removed

    def _work(self) -> None:
        wait = FIRST_S
        while not self._closing.wait(wait):
            wait = EVERY_S
            try:
                self.sweep()
            except Exception:
                log.warning("samples of production could not be swept", exc_info=True)
