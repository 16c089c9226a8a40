"""The addresses of pictures as blocks of text, kept in memory once they were looked through, and searched.

A full block's addresses never change, and a part's number is never given twice, so that what is
kept need never be checked. That holds of what a search found in them too: whoever pages through the finds
of a text has them looked for once. Searching 250,000 addresses takes ten milliseconds; fetching them took
thirty.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets.bitmaps import BlockBits
from vedette.datasets.blocks import SEPARATOR
from vedette.datasets.staging import BLOCK
from vedette.datasets.tables import refs

# Four datasets of the largest size of the services, or one of a million, with addresses of 60 characters.
MOST_BYTES = 64 << 20
# What so many searches found is kept: a bitmap for each block with a find, 130 kB for a million entries.
MOST_SEARCHES = 32


@dataclass(frozen=True, slots=True)
class TextFinds:
    """In which addresses of a part a text is, a row a full block; whoever finds more writes it here."""

    is_known: NDArray[np.bool_]
    bits: BlockBits

    @classmethod
    def empty(cls) -> "TextFinds":
        """Return what is known before the first search."""
        return cls(np.zeros(0, bool), np.zeros((0, BLOCK // 8), np.uint8))

    def lengthened(self, count: int) -> "TextFinds":
        """Return the same with room for so many blocks."""
        short = count - len(self.is_known)
        if short <= 0:
            return self
        more = np.zeros((short, BLOCK // 8), np.uint8)
        return TextFinds(np.append(self.is_known, np.zeros(short, bool)), np.concatenate([self.bits, more]))

    def keep(self, number: int, bits: NDArray[np.uint8]) -> None:
        """Keep what a block has; the flag is last, since another thread goes by it."""
        self.bits[number] = bits
        self.is_known[number] = True


class Addresses:
    """The most recently used blocks of text. Threads may share it."""

    def __init__(self, most_bytes: int = MOST_BYTES, most_searches: int = MOST_SEARCHES) -> None:
        self._most_bytes = most_bytes
        self._most_searches = most_searches
        self._bytes = 0
        self._lock = threading.Lock()
        self._texts: OrderedDict[tuple[int, int], bytes] = OrderedDict()
        # By part and text: the bits of the addresses of each full block that hold it.
        self._finds: OrderedDict[tuple[int, bytes], TextFinds] = OrderedDict()

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

    def search(self, connection: Connection, part: int, numbers: NDArray[np.int64], text: str) -> BlockBits:
        """Return the bits of the addresses that contain the text, a row for each of these blocks."""
        needle = text.encode("utf-8", "surrogatepass")
        finds = self._finds_of(part, needle, int(numbers.max(initial=-1)) + 1)
        bits = finds.bits[numbers]
        rows = np.flatnonzero(~finds.is_known[numbers])
        row_of = {int(numbers[row]): int(row) for row in rows}
        for number, addresses in self.read(connection, part, list(row_of)):
            body = find_containing(addresses, needle).to_bytes(BLOCK // 8, "little")
            bits[row_of[number]] = np.frombuffer(body, np.uint8)
            # What is kept is full; where there was no room for it, it is counted.
            if (part, number) in self._texts or addresses.count(SEPARATOR) == BLOCK:
                finds.keep(number, bits[row_of[number]])
        return bits

    def _finds_of(self, part: int, needle: bytes, count: int) -> "TextFinds":
        """Return what a text was found in so far, with room for so many blocks."""
        with self._lock:
            finds = self._finds.pop((part, needle), None) or TextFinds.empty()
            finds = self._finds[part, needle] = finds.lengthened(count)
            if len(self._finds) > self._most_searches:
                self._finds.popitem(last=False)
        return finds

    def _keep(self, part: int, number: int, text: bytes) -> None:
        if text.count(SEPARATOR) < BLOCK:
            return  # it may still grow
        with self._lock:
            if (part, number) in self._texts:
                return
            while self._texts and self._bytes + len(text) > self._most_bytes:
                if next(iter(self._texts))[0] == part:
                    # To let the part's first block go for its last would find none of them the next time.
                    return
                self._bytes -= len(self._texts.popitem(last=False)[1])
            self._texts[part, number] = text
            self._bytes += len(text)


def find_containing(addresses: bytes, needle: bytes) -> int:
    """Return the bits of the addresses with the needle in them; one search runs over all of them."""
    bits, place, counted_to = 0, 0, 0
    at = addresses.find(needle)
    while at >= 0:
        place += addresses.count(SEPARATOR, counted_to, at)
        bits |= 1 << place
        counted_to = addresses.find(SEPARATOR, at)
        at = addresses.find(needle, counted_to)
    return bits
