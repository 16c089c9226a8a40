"""What a person at a terminal gets beside the plain text: emphasis, aligned columns, and a line that moves.

Nothing of it reaches a file or a pipe: what is not a terminal gets text without colours and no progress.
"""

import os
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO, TypeVar

import click

T = TypeVar("T")

REDRAW_S = 0.1
"""Ten times a second looks like movement; more would cost a remote terminal its line."""

ESTIMATE_S = 2.0
"""How long the work goes on before its end is estimated; the first steps are often slower than the rest."""

BAR_WIDTH = 40
LEAST_BAR = 4


def styled(text: str, *, colour: str | None = None, is_bold: bool = False) -> str:
    """Return the text in a colour; plain where the person asked for none (https://no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return text
    return click.style(text, fg=colour, bold=is_bold or None)


def cell_width(text: str) -> int:
    """Return how many columns of a terminal a text takes: Chinese and Japanese signs take two."""
    return sum(
        0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines: the first column begins at the left, figures of the others end at one place."""
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_cells(row, widths)).rstrip() for row in rows]


def columns() -> int:
    """Return how wide the terminal is."""
    return shutil.get_terminal_size().columns


def _cut(text: str, width: int) -> str:
    while cell_width(text) > width:
        text = text[:-1]
    return text


def _cells(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for number, (cell, width) in enumerate(zip(row, widths, strict=True)):
        gap = " " * (width - cell_width(cell))
        yield gap + cell if number else cell + gap


class ProgressLine:
    """How far a piece of work is: a line on standard error while it goes on, and nothing after it."""

    def __init__(
        self, name: str = "", total: int | None = None, *, is_shown: bool = True, stream: TextIO | None = None
    ) -> None:
        self._stream = stream or sys.stderr
        self._is_shown = is_shown and self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._name = name
        self._total = total
        self._completed = 0
        self._note: str | None = None
        self._began = self._redrawn_at = time.monotonic()

    def __enter__(self) -> "ProgressLine":
        self._draw()
        return self

    def __exit__(self, *_: object) -> None:
        self._write("")

    def update(
        self,
        completed: int,
        total: int | None = None,
        *,
        name: str | None = None,
        note: str | None = None,
    ) -> None:
        """Show how much is done; a note stands in place of the share and the estimated end."""
        is_new = name not in (None, self._name)
        self._completed, self._note = completed, note
        self._total = self._total if total is None else total
        if is_new:
            self._name, self._began = name or "", time.monotonic()
        if is_new or time.monotonic() - self._redrawn_at >= REDRAW_S:
            self._draw()

    def advance(self, by: int = 1) -> None:
        """Count further steps."""
        self.update(self._completed + by, note=self._note)

    def watch(self, items: Iterable[T]) -> Iterator[T]:
        """Yield the items, counting each once it has been worked on."""
        for item in items:
            yield item
            self.advance()

    def print(self, sentence: str, to: TextIO | None = None) -> None:
        """Print a sentence above the line, to standard error unless another stream is named."""
        self._write("")
        print(sentence, file=to or self._stream)

    def _draw(self) -> None:
        self._redrawn_at = time.monotonic()
        if self._is_shown:
            self._write(self._line(columns()))

    def _line(self, width: int) -> str:
        beside = self._beside()
        # A line as wide as the terminal would move on to the next one.
        rest = width - 1 - cell_width(self._name) - cell_width(beside) - 2
        if rest < LEAST_BAR:
            return _cut(self._name, width - 1)
        bar = self._bar(min(BAR_WIDTH, rest))
        return " ".join(part for part in (self._name, bar, beside) if part)

    def _share(self) -> float | None:
        return min(self._completed / self._total, 1.0) if self._total else None

    def _bar(self, width: int) -> str:
        full, empty = ("━", "─") if _writes(self._stream, "━─") else ("#", "-")
        count = int((self._share() or 0.0) * width)
        return styled(full * count, colour="cyan") + empty * (width - count)

    def _beside(self) -> str:
        share = self._share()
        if self._note is not None or share is None:
            return self._note or ""
        passed = time.monotonic() - self._began
        text = f"{share:4.0%}".replace("%", " %")
        if passed >= ESTIMATE_S and 0 < share < 1:
            rest = round(passed / share - passed)
            text += f" {rest // 60}:{rest % 60:02d} left"
        return text

    def _write(self, line: str) -> None:
        if self._is_shown:
            # To the line's begin, then erase to its end (ECMA-48: CSI K).
            self._stream.write(f"\r\x1b[K{line}")
            self._stream.flush()


def _writes(stream: TextIO, signs: str) -> bool:
    try:
        signs.encode(stream.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return True
