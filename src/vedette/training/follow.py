"""How far trainings are: the last thing that each one's worker said. It is kept in memory alone.

A status message says the same words from the beginning of a training to its end, since programs compare
it; who wants to know more asks here, by `vedette model`, the own dialect or the figures.
"""

from collections.abc import Callable, Mapping
from typing import Any

from vedette.projects.version import Version

# Is told the ARN of a version and how far its training is, and nothing once that is over.
Watcher = Callable[[str, Mapping[str, Any] | None], None]


class Stages:
    """The stages of the trainings under way. Threads may share it."""

    def __init__(self) -> None:
        self._facts: dict[int, Mapping[str, Any]] = {}
        self.watch: Watcher = lambda arn, facts: None

    def say(self, version: Version, facts: Mapping[str, Any]) -> None:
        """Note what a worker said: stage, done, of, and seconds_left where it knows that."""
        self._facts[version.id] = facts
        self.watch(str(version.arn), facts)

    def of(self, version: Version) -> Mapping[str, Any] | None:
        """Return the stage of a version's training; None where nothing is under way."""
        return self._facts.get(version.id)

    def end(self, version: Version) -> None:
        """Forget a training."""
        if self._facts.pop(version.id, None) is not None:
            self.watch(str(version.arn), None)
