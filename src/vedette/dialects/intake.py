"""What a dataset operation takes in: lines judged one after another, in bounded memory.

Each service has rules of its own for what fails an operation; these are the values that they share.
Nothing is stored here: the caller keeps the entries and throws them away on a refusal.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from vedette.manifest.lines import Line
from vedette.manifest.problems import Flaw, Problem
from vedette.manifest.verdicts import Verdict


class ManifestRefused(Exception):
    """A manifest that cannot be taken, with the code and the sentence that say why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class IncomingEntry(NamedTuple):
    """A line that becomes an entry, with what it says and what is wrong with it; each label once."""

    line: Line
    flaws: Sequence[Flaw] = ()
    labels: Collection[str] = ()
    # Those of its boxes.
    boxed: Collection[str] = ()
    is_anomalous: bool | None = None
    # Whether it has a label attribute at all, of use or not.
    carries_label: bool = False


def entry_of(line: Line, verdict: Verdict, *, carries_label: bool) -> IncomingEntry:
    """Return what a judged line becomes."""
    boxed = tuple(dict.fromkeys(name for name, _ in verdict.boxes or ()))
    return IncomingEntry(line, verdict.flaws, verdict.every_label, boxed, verdict.is_anomalous, carries_label)


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
