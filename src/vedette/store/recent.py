"""What was read from the database a moment ago, for questions that are asked a hundred times a second.

An answer is given again until this process commits anything, and for RECENT_S at most, since another process
may commit too. Nothing is written here, and a question that fails is asked again.
"""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from vedette.store.db import Database

# As long as a key that was disabled by a command in another process is still believed.
RECENT_S = 0.9
# Answers of a few KB each.
MOST_ANSWERS = 1024

Answer = TypeVar("Answer")


class RecentAnswers(Generic[Answer]):
    """The answers to questions of one kind. Threads may share it."""

    def __init__(self, database: Database, ticks: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._ticks = ticks
        self._answers: dict[Hashable, tuple[Answer, int, float]] = {}

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, question: Hashable, reader: Callable[[], Answer]) -> Answer:
        """Return the recent answer, or what `reader` returns."""
        # Counted before it is read: what is committed meanwhile makes the answer old.
        commits, now = self._database.commits, self._ticks()
        recent = self._answers.get(question)
        if recent is not None and recent[1] == commits and recent[2] > now:
            return recent[0]
        answer = reader()
        if len(self._answers) >= MOST_ANSWERS:
            self._answers.clear()
        self._answers[question] = answer, commits, now + RECENT_S
        return answer
