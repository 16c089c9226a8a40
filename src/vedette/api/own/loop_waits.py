"""What a feedback loop waits for between its steps, in a sentence. A look: nothing is changed."""

from collections.abc import Callable, Mapping

from vedette.api.own.loop_finder import LoopFinder
from vedette.loops.values import LoopState

OVER = ("handed-back", "cancelled")


class LoopWaits:
    """Says what a loop waits for, other than a person's word."""

    def __init__(self, finder: LoopFinder) -> None:
        self._finder = finder
        self._questions: Mapping[str, Callable[[LoopState], str]] = {
            "look": self._trial,
            "label": self._people,
            "learn": self._training,
            "start": self._units,
        }

    def find(self, loop: LoopState) -> str:
        """Return the sentence; nothing where the next step can be done."""
        question = self._questions.get(loop.step)
        return "" if question is None else question(loop)

    def _trial(self, loop: LoopState) -> str:
        trial = self._finder.trial(loop)
        if trial is None or trial.status != "running":
            return ""
        counts = trial.counts
        count = counts.answered + counts.unreadable
        return trial.message or f"{count} of {counts.total} pictures are looked at."

    def _people(self, loop: LoopState) -> str:
        waiting = [item for item in self._finder.rounds(loop) if item.status not in OVER]
        if not waiting:
            return ""
        first = waiting[0]
        if first.status == "draft":
            return f"The round {first.name} waits to be assigned to people."
        count = first.counts.tasks - first.counts.open
        return (
            f"The round {first.name} is {first.status}: {count} of {first.counts.tasks} tasks are answered."
        )

    def _training(self, loop: LoopState) -> str:
        version = self._finder.new(loop)
        if version is None or version.state != "training":
            return ""
        return f"The version {version.name} is being trained."

    def _units(self, loop: LoopState) -> str:
        version = self._finder.new(loop)
        if version is None or version.state != "starting":
            return ""
        return f"The version {version.name} is starting."
