"""The trainings that wait: who is next, and why each of them waits.

Accounts take turns (jobs/runner.py); a quota and the room where trainings run hold them back. Begins nothing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from vedette.jobs.guard import Gate, QueueGuard, open_gate
from vedette.jobs.line import waiting_line
from vedette.jobs.runner import JobRunner
from vedette.jobs.store import JobPlace
from vedette.projects.version import Version
from vedette.training.rooms import TrainingRules
from vedette.training.run import TRAIN, subject_of


@dataclass(frozen=True, slots=True)
class WaitingTraining:
    """A training in line: `position` from 1, `reason` a sentence."""

    subject: str
    account: str
    position: int
    reason: str


class TrainingQueue:
    """The line before the trainings of all servers."""

    def __init__(self, jobs: JobRunner, rules: TrainingRules, gate: Gate | None) -> None:
        self._jobs = jobs
        self._rules = rules
        self._guard = QueueGuard(gate or open_gate, quota=rules.quota)
        if gate is not None or rules.quota.holds_anybody:
            jobs.guard(rules.queue, self._guard)

    def most_of(self, account: str) -> int:
        """Return how many trainings of an account run at once; 0 is no quota."""
        return self._rules.quota.of(account)

    def places(self) -> Sequence[JobPlace]:
        """Return every training that has not ended, on whichever server."""
        return self._jobs.places(TRAIN)

    def waiting(self, places: Sequence[JobPlace]) -> list[WaitingTraining]:
        """Return the trainings that wait, the next one first."""
        running = Counter(place.account for place in places if place.owner)
        return [
            WaitingTraining(place.subject, place.account, number, self._why(running, place.account))
            for number, place in enumerate(waiting_line(places), start=1)
        ]

    def why(self, version: Version) -> str:
        """Say why a version's training waits; nothing where it does not."""
        subject, line = subject_of(version), self.waiting(self.places())
        return next((waiting.reason for waiting in line if waiting.subject == subject), "")

    def _why(self, running: Counter[str], account: str) -> str:
        if sentence := self._guard.quota_sentence(account, running[account]):
            return sentence
        if self._guard.reason:
            return self._guard.reason
        return f"As many trainings are under way as a server runs at once: {self._rules.at_once}."
