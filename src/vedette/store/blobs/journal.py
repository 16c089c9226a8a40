"""The journal in each bucket's own folder, from which a lost index is rebuilt.

`<bucket>/%journal` (no key maps to that name, names.py) begins with a header and then has a
line a transaction, appended after its commit. It lies inside the bucket's folder, so that
copying the folder takes it along, and is never synced on a request's way: after a loss of
power it may lag behind the index, never lead, and is then written anew from it. So a
journal that leads says that the index is older than the folder.

A line is a checksum (CRC-32, eight hexadecimal digits), a space and a JSON document:

    {"journal": 1, "generation": …, "bucket": …, "number": …}    the header
    {"ops": […]}                          state at the header's number
    {"n": 12, "at": …, "ops": […]}        the bucket's twelfth change (changes.py)

What is torn or damaged is passed over and counted; nothing here reads the index.
"""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from vedette.errors import Refusal
from vedette.store.blobs.changes import Change, Operation
from vedette.store.blobs.files import FILE_MODE

JOURNAL = "%journal"
"""Its name in the bucket's folder: no key's file begins with % and a letter that is no digit of a
hexadecimal number (names.py)."""

FRESH = "%journal.new"
"""A journal that is being rewritten; one that a killed process left is worthless."""

FORM = 1
"""The form of the lines; a later program may write another."""

TAIL = 64 * 1024
"""So much of the end is read at first to find the last line: a line is some 400 bytes."""


@dataclass(frozen=True, slots=True)
class JournalHeader:
    """The head of a journal: its index, its bucket, and the number of its first change."""

    generation: str
    bucket: str
    number: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One valid line after the header. State at the header's moment has the number 0."""

    number: int
    at_ms: int
    operations: list[Operation]


@dataclass(frozen=True, slots=True)
class JournalEnd:
    """The facts of a journal's first and last line."""

    header: JournalHeader | None
    number: int
    is_whole: bool
    """Whether the last line is complete and good."""
    is_gone: bool
    """Whether the last change removed the bucket."""

    def follows(self, generation: str) -> bool:
        """Return whether this index wrote it, up to its end."""
        return self.is_whole and self.header is not None and self.header.generation == generation


def encode(document: dict[str, Any]) -> bytes:
    """Return a document as a line."""
    text = orjson.dumps(document)
    return b"%08x %s\n" % (zlib.crc32(text), text)


def decode(line: bytes) -> dict[str, Any] | None:
    """Return a line's document, or None for a line that is torn or damaged."""
    checksum, _, text = line.rstrip(b"\n").partition(b" ")
    with suppress(ValueError):
        if len(checksum) == 8 and int(checksum, 16) == zlib.crc32(text):
            document = orjson.loads(text)
            return document if isinstance(document, dict) else None
    return None


def header_line(header: JournalHeader) -> bytes:
    """Return the first line of a journal."""
    return encode(
        {
            "journal": FORM,
            "generation": header.generation,
            "bucket": header.bucket,
            "number": header.number,
        }
    )


def state_line(operation: Operation) -> bytes:
    """Return a line of state at the header's moment."""
    return encode({"ops": [operation]})


def change_line(change: Change, at_ms: int) -> bytes:
    """Return the line of one transaction."""
    return encode({"n": change.number, "at": at_ms, "ops": change.operations})


class JournalReader:
    """The valid lines of one journal in their order, and the number of damaged ones."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.header: JournalHeader | None = None
        self.damaged = 0
        self.number = 0

    def __iter__(self) -> Iterator[JournalEntry]:
        with self._path.open("rb") as file:
            for line in file:
                document = decode(line)
                if document is None:
                    self.damaged += 1
                elif "journal" in document:
                    self.header = read_header(document)
                    self.number = self.header.number
                else:
                    entry = _read_entry(document)
                    self.number = max(self.number, entry.number)
                    yield entry


def read_header(document: dict[str, Any]) -> JournalHeader:
    """Return the header that a first line's document is."""
    if document["journal"] > FORM:
        raise Refusal(f"The journal of {document['bucket']} was written by a later version of this program.")
    return JournalHeader(str(document["generation"]), str(document["bucket"]), int(document["number"]))


def _read_entry(document: dict[str, Any]) -> JournalEntry:
    return JournalEntry(int(document.get("n", 0)), int(document.get("at", 0)), list(document.get("ops", ())))


def read_end(path: Path) -> JournalEnd | None:
    """Return the facts of a journal's two ends, or None where there is no journal."""
    try:
        with path.open("rb") as file:
            first = decode(file.readline())
            header = read_header(first) if first is not None and "journal" in first else None
            last, is_whole = _last_line(file.fileno())
    except FileNotFoundError:
        return None
    number = 0 if header is None else header.number
    if last is None or "journal" in last:
        return JournalEnd(header, number, is_whole, is_gone=False)
    return JournalEnd(
        header, max(number, int(last.get("n", 0))), is_whole, is_gone=["gone"] in last.get("ops", ())
    )


def _last_line(file: int) -> tuple[dict[str, Any] | None, bool]:
    """Return the last good line, and whether nothing follows it."""
    size = os.fstat(file).st_size
    reach = TAIL
    while True:
        start = max(0, size - reach)
        lines = os.pread(file, size - start, start).splitlines(keepends=True)
        # The first line is a piece of one unless the file begins there.
        for place, line in enumerate(reversed(lines if start == 0 else lines[1:])):
            document = decode(line) if line.endswith(b"\n") else None
            if document is not None:
                return document, place == 0
        if start == 0:
            return None, False
        reach *= 16


@contextmanager
def locked_journal(path: Path) -> Iterator[int]:
    """Yield the journal open for appending, locked against other processes, under its present name."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, FILE_MODE)
        try:
            lock_file(file)
            # It may have been written anew, in another file, while we waited.
            if not _is_at(file, path):
                continue
            yield file
            return
        finally:
            os.close(file)


def lock_file(file: int) -> None:
    """Lock an open file against other processes."""
    with suppress(ImportError):  # Windows has no fcntl; there one server is all that writes.
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)


def unlock_file(file: int) -> None:
    """Unlock an open file."""
    with suppress(ImportError):
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def open_fresh(path: Path) -> BinaryIO:
    """Open a journal that is rewritten, under another name until it is complete."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")
