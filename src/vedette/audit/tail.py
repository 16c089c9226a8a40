"""The end of a chain, read on as it grows."""

import gzip
import logging
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from vedette.audit.event import AuditEvent
from vedette.audit.lines import DIGEST, SignedNote, hash_of, part_name, parts_of, read_line

log = logging.getLogger("vedette.audit")

# A line by its number: its hash, and its event; None where it is none.
NumberedLine = tuple[int, str, AuditEvent | None]


class ChainReplaced(Exception):
    """A chain is not the one that was read before: a backup was brought back."""


class ChainTail:
    """Reads a chain on from where it was, without reading again what it has passed."""

    def __init__(self, chain: Path) -> None:
        self._chain = chain
        self._part, self._offset = "", 0

    def after(self, position: int, hash_: str, until: int) -> Iterator[NumberedLine]:
        """Yield the whole lines after a number up to another.

        Raises:
            ChainReplaced: when the line of that number has another hash, or the chain ends before it.
        """
        if until < position:
            raise ChainReplaced(self._chain.name)
        for line, numbered in self._lines_from(position):
            if numbered is not None and numbered[0] > until:
                return
            self._offset += len(line)
            if numbered is None:
                continue
            if numbered[0] > position:
                yield numbered
            elif numbered[0] == position and hash_ not in ("", numbered[1]):
                raise ChainReplaced(self._chain.name)

    def _lines_from(self, position: int) -> Iterator[tuple[bytes, NumberedLine | None]]:
        """Yield the lines from where the tail is, but for parts that end before a position."""
        parts = parts_of(self._chain)
        for part in parts:
            name = part_name(part)
            if name < self._part:
                continue
            if name != self._part:
                if last_signed(self._chain / f"{name}{DIGEST}") < position:
                    continue
                self._part, self._offset = name, 0
            try:
                for line in self._lines(part, is_last=part == parts[-1]):
                    yield line, _numbered(line.rstrip(b"\n"))
            except (EOFError, zlib.error, gzip.BadGzipFile):
                log.warning("%s is damaged: `vedette audit verify` says where", part)

    def _lines(self, part: Path, *, is_last: bool) -> Iterator[bytes]:
        # Packing a part changes no place within it.
        with gzip.open(part, "rb") if part.name.endswith(".gz") else part.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if line.endswith(b"\n") or not is_last:
                    yield line


def last_signed(file: Path, otherwise: int = sys.maxsize) -> int:
    """Return the line that a signed note names, of a digest the last one of its part."""
    try:
        note = SignedNote.read(file)
    except ValueError:
        return otherwise
    return note.n if note else otherwise


def _numbered(line: bytes) -> NumberedLine | None:
    try:
        n, _, document = read_line(line)
    except ValueError:
        return None
    try:
        return n, hash_of(line), AuditEvent.load(document)
    except (ValueError, TypeError, KeyError):
        return n, hash_of(line), None
