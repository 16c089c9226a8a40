"""How long an account's trainings took, for estimates; remembered for a minute, since pages ask often."""

import threading
import time
from dataclasses import dataclass, field

from vedette.projects.version import WITH_PACKAGE, Version
from vedette.projects.versions import Versions
from vedette.training.estimate import PastTraining

REMEMBERED_S = 60.0


@dataclass(slots=True)
class PastTrainings:
    """The trainings of the installation that ended with a model. Threads may share it."""

    versions: Versions
    _by_account: dict[str, list[PastTraining]] = field(default_factory=dict)
    _renewed: float = -REMEMBERED_S
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, account: str) -> list[PastTraining]:
        """Return an account's trainings, the newest last."""
        with self._lock:
            if time.monotonic() - self._renewed >= REMEMBERED_S:
                self._by_account = {}
                for version in self.versions.in_state(*sorted(WITH_PACKAGE)):
                    if (training := _past(version)) is not None:
                        self._by_account.setdefault(version.project.scope.account, []).append(training)
                self._renewed = time.monotonic()
            return self._by_account.get(account, [])


def _past(version: Version) -> PastTraining | None:
    """Return what a version says of its training; nothing of a copy, and of releases that kept less."""
    pictures = version.results.get("pictures") or {}
    budget, task = version.inputs.get("budget"), version.results.get("task")
    if version.source or not (budget and task and version.billable_s and pictures):
        return None
    count = int(pictures.get("train", 0)) + int(pictures.get("test", 0))
    return PastTraining(str(task), str(budget), count, float(version.billable_s))
