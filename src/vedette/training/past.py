"""How long an account's trainings took, for estimates; remembered for a minute, since pages ask often."""

import threading
import time
from dataclasses import dataclass, field

from vedette.projects.version import WITH_PACKAGE, Version
from vedette.projects.versions import Versions
from vedette.training.estimate import PastTraining

REMEMBERED_S = 60.0
# Of each task the last 20 count (estimate.py), and there are five: so many hold them, as a rule.
MOST = 200


@dataclass(slots=True)
class PastTrainings:
    """The last trainings of each account that ended with a model. Threads may share it."""

    versions: Versions
    # By account, with the moment at which they were read.
    _by_account: dict[str, tuple[float, list[PastTraining]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, account: str) -> list[PastTraining]:
        """Return an account's trainings, the newest last."""
        with self._lock:
            now = time.monotonic()
            read_s, trainings = self._by_account.get(account, (now - REMEMBERED_S, []))
            if now - read_s >= REMEMBERED_S:
                newest = self.versions.newest_of(account, *sorted(WITH_PACKAGE), most=MOST)
                trainings = [past for version in reversed(newest) if (past := _past(version)) is not None]
                self._by_account[account] = (now, trainings)
            return trainings


def _past(version: Version) -> PastTraining | None:
    """Return what a version says of its training; nothing of a copy, and of releases that kept less."""
    pictures = version.results.get("pictures") or {}
    budget, task = version.inputs.get("budget"), version.results.get("task")
    if version.source or not (budget and task and version.billable_s and pictures):
        return None
    count = int(pictures.get("train", 0)) + int(pictures.get("test", 0))
    return PastTraining(str(task), str(budget), count, float(version.billable_s))
