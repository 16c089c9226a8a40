"""The addresses of pictures as blocks of text, kept in memory once they were looked through.

A full block's addresses never change, and a part's number is never given twice, so that what is
kept need never be checked. Searching 250,000 of them takes ten milliseconds; fetching them took thirty.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, select

from vedette.datasets.blocks import SEPARATOR
from vedette.datasets.staging import BLOCK
from vedette.datasets.tables import refs

# Four datasets of the largest size, with addresses of 60 characters.
MOST_BYTES = 64 << 20


class Addresses:
    """The most recently used blocks of text. Threads may share it."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._texts: OrderedDict[tuple[int, int], bytes] = OrderedDict()

    def read(self, connection: Connection, part: int, numbers: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """Yield the text of each of these blocks, in any order."""
        missing: list[int] = []
        for number in numbers:
            with self._lock:
                text = self._texts.get((part, number))
                if text is not None:
                    self._texts.move_to_end((part, number))
            if text is None:
                missing.append(number)
            else:
                yield number, text
        if missing:
            query = select(refs.c.block, refs.c.refs).where(refs.c.part == part, refs.c.block.in_(missing))
            for record in connection.execute(query):
                text = bytes(record.refs)
                self._keep(part, record.block, text)
                yield record.block, text

    def _keep(self, part: int, number: int, text: bytes) -> None:
        if text.count(SEPARATOR) < BLOCK:
            return  # it may still grow
        with self._lock:
            if (part, number) in self._texts:
                return
            self._texts[part, number] = text
            self._bytes += len(text)
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._texts.popitem(last=False)[1])
