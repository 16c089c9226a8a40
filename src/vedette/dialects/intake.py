"""What a dataset operation takes in: lines judged one after another, in bounded memory.

Each service has rules of its own for what fails an operation; these are the values that they share.
Nothing is stored here: the caller keeps the entries and throws them away on a refusal.
"""

from dataclasses import dataclass, field

from vedette.manifest.lines import Line
from vedette.manifest.problems import Flaw, Problem
from vedette.manifest.verdicts import Verdict


class ManifestRefused(Exception):
    """A manifest that cannot be taken, with the code and the sentence that say why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class IncomingEntry:
    """A line that becomes an entry, with what it says and what is wrong with it."""

    line: Line
    verdict: Verdict
    # Whether it has a label attribute at all, of use or not.
    carries_label: bool = False


@dataclass(frozen=True, slots=True)
class LineReview:
    """A line before anything is taken in: the flaws that keep it out, and those that it brings along.

    `line` is None where there is none: not JSON, or too long.
    """

    line: Line | None
    refusals: tuple[Flaw, ...] = ()
    flaws: tuple[Flaw, ...] = ()


@dataclass(slots=True)
class Intake:
    """What the lines so far have shown. `sources` and `labels` may start with what a dataset has."""

    bucket: str = ""
    sources: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    rows: int = 0
    dropped: list[Problem] = field(default_factory=list)
    count_dropped: int = 0
