"""Journals kept open for appending: a line costs four system calls, and no path lookup.

What this process knows of a journal's end is believed for as long as its size is what this
process left, which spares reading the end before each line. A journal that was written anew
has another file under its name; the one held open then has no name left.
"""

import os
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vedette.store.blobs.files import FILE_MODE
from vedette.store.blobs.journal import JournalEnd, lock_file, read_end, unlock_file

OPEN = 64
"""So many journals are kept open; beyond that the least recently used one is closed."""


@dataclass(slots=True)
class OpenJournal:
    """One journal and its end, as this process left it."""

    file: int
    number: int = -1
    size: int = -1
    base: int = 0
    """Its size when it was last written anew."""

    def write(self, line: bytes) -> None:
        """Append a line, completely or not at all. The journal must be locked."""
        try:
            data = line
            while data:
                data = data[os.write(self.file, data) :]
        except OSError:
            os.ftruncate(self.file, self.size)
            raise
        self.size += len(line)


class OpenJournals:
    """The journals that were appended to last, by bucket. Not safe for two threads at once."""

    def __init__(self, path_of: Callable[[str], Path], base_of: Callable[[str], int]) -> None:
        self._path_of = path_of
        self._base_of = base_of
        self._open: OrderedDict[str, OpenJournal] = OrderedDict()

    @contextmanager
    def held(self, bucket: str, generation: str) -> Iterator[OpenJournal]:
        """Yield a bucket's journal, locked against other processes, with its end."""
        journal = self._held(bucket)
        try:
            size = os.fstat(journal.file).st_size
            if size != journal.size:
                self._read_end(bucket, journal, size, generation)
            yield journal
        except BaseException:
            self.forget(bucket)
            raise
        else:
            unlock_file(journal.file)

    def forget(self, bucket: str) -> None:
        """Close a journal; it is read again at its next line."""
        journal = self._open.pop(bucket, None)
        if journal is not None:
            os.close(journal.file)

    def close(self) -> None:
        """Close all of them."""
        for bucket in list(self._open):
            self.forget(bucket)

    def _held(self, bucket: str) -> OpenJournal:
        while True:
            journal = self._open.get(bucket)
            if journal is None:
                file = os.open(self._path_of(bucket), os.O_RDWR | os.O_APPEND | os.O_CREAT, FILE_MODE)
                journal = self._open[bucket] = OpenJournal(file)
                if len(self._open) > OPEN:
                    self.forget(next(iter(self._open)))
            self._open.move_to_end(bucket)
            lock_file(journal.file)
            if os.fstat(journal.file).st_nlink:
                return journal
            self.forget(bucket)  # It was written anew, in another file.

    def _read_end(self, bucket: str, journal: OpenJournal, size: int, generation: str) -> None:
        end = read_end(self._path_of(bucket))
        journal.number = _number(end, generation)
        journal.size = size
        journal.base = self._base_of(bucket)
        if size and os.pread(journal.file, 1, size - 1) != b"\n":
            journal.write(b"\n")  # What a killed process left torn ends its line.


def _number(end: JournalEnd | None, generation: str) -> int:
    """Return the change that a journal of this index is at, or -1 where it has to be written anew."""
    return end.number if end is not None and end.follows(generation) else -1
