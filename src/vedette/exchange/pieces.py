"""What a reader does with a piece of a file that it cannot use: refuse the whole file, or note it and go on.

The command line refuses, since nobody is asked what to do; the console notes, and shows the notes before
anything is imported. Sentences are for people.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from vedette.errors import Wrong


class PieceNotes(Protocol):
    """Where a reader reports pieces."""

    @property
    def are_shapes_drawn(self) -> bool:
        """Whether shapes become masks, and not the boxes around them."""

    def refuse(self, name: str, sentence: str) -> None:
        """Report a piece of which nothing can be used."""

    def change(self, name: str, sentence: str) -> None:
        """Report what is not as it was in the file: a turned box that becomes an upright one."""

    def bound(self, name: str, sentence: str) -> None:
        """Report a shape that becomes the box around it."""


@dataclass(frozen=True, slots=True)
class StrictNotes:
    """Refuses a file for its first unusable piece, and takes changes without a word."""

    are_shapes_drawn: bool = False

    def refuse(self, name: str, sentence: str) -> None:
        """Refuse all of it."""
        raise Wrong(sentence, kind="file", name=name)

    def change(self, name: str, sentence: str) -> None:
        """Take it."""

    def bound(self, name: str, sentence: str) -> None:
        """Take it."""


STRICT = StrictNotes()


@dataclass(frozen=True, slots=True)
class PieceNote:
    """One piece by its name, and what became of it."""

    name: str
    sentence: str
    is_refused: bool


MOST_NOTES = 10_000
"""Enough for a person; a file of another kind may have as many as it has letters."""


@dataclass(slots=True)
class NoteList:
    """Keeps the notes; `root` is a folder whose name people are not told."""

    root: str = ""
    are_shapes_drawn: bool = False
    notes: list[PieceNote] = field(default_factory=list)
    count: int = 0

    def refuse(self, name: str, sentence: str) -> None:
        """Note a piece that is left out."""
        self._add(name, sentence, is_refused=True)

    def change(self, name: str, sentence: str) -> None:
        """Note a piece that is changed."""
        self._add(name, sentence, is_refused=False)

    def bound(self, name: str, sentence: str) -> None:
        """Note a shape that becomes the box around it, unless all shapes are drawn."""
        if not self.are_shapes_drawn:
            self.change(name, sentence)

    def take(self) -> list[PieceNote]:
        """Return the notes since the last call."""
        notes, self.notes = self.notes, []
        return notes

    def _add(self, name: str, sentence: str, *, is_refused: bool) -> None:
        self.count += 1
        if self.count <= MOST_NOTES:
            self.notes.append(PieceNote(self._short(name), self._short(sentence), is_refused))

    def _short(self, text: str) -> str:
        return text.replace(f"{self.root}/", "") if self.root else text


@contextmanager
def noting(notes: PieceNotes, name: str) -> Iterator[None]:
    """Report what is refused inside as one piece."""
    try:
        yield
    except Wrong as fault:
        notes.refuse(name, fault.sentence)
