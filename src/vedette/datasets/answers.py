"""Answers to queries, kept for as long as pages of them may be asked for: those that were asked for last.

What is in the dataset's order, or against it, is kept as a bit an entry: of a million entries that takes
125 kB in place of four megabytes, and sixteen filters of a gallery took 64.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

MOST_ANSWERS = 64
"""So many answers are kept; who scrolls an older one is answered anew."""
MOST_BYTES = 64 << 20
"""And no more bytes: of a million entries an answer that is sorted by something has four megabytes."""

CHUNK = 4096
"""Bytes of bits that are counted together, so that a page unpacks its own alone."""

Places = NDArray[np.int32]


class AnswerPlaces(Protocol):
    """The places of entries in an order."""

    @property
    def nbytes(self) -> int:
        """The memory that they take."""

    def __len__(self) -> int:
        """Return how many they are."""

    def page(self, offset: int, most: int) -> Places:
        """Return so many of them, from the one at the offset on."""

    def index(self, place: int) -> int | None:
        """Return at which offset a place is; nothing where it is not among them."""


@dataclass(frozen=True, slots=True)
class ListedPlaces:
    """Places in any order, one number each."""

    places: Places

    @property
    def nbytes(self) -> int:
        """The memory that they take."""
        return self.places.nbytes

    def __len__(self) -> int:
        """Return how many they are."""
        return len(self.places)

    def page(self, offset: int, most: int) -> Places:
        """Return so many of them, from the one at the offset on."""
        return self.places[offset : offset + most]

    def index(self, place: int) -> int | None:
        """Return at which offset a place is; nothing where it is not among them."""
        offsets = np.flatnonzero(self.places == place)
        return int(offsets[0]) if len(offsets) else None


@dataclass(frozen=True, slots=True)
class PackedPlaces:
    """Places in the dataset's order or against it, a bit an entry; `before` counts those before a chunk."""

    bits: NDArray[np.uint8]
    before: NDArray[np.int64]
    is_reversed: bool

    @property
    def nbytes(self) -> int:
        """The memory that they take."""
        return self.bits.nbytes + self.before.nbytes

    def __len__(self) -> int:
        """Return how many they are."""
        return int(self.before[-1])

    def page(self, offset: int, most: int) -> Places:
        """Return so many of them, from the one at the offset on."""
        if not self.is_reversed:
            return self._between(offset, min(offset + most, len(self)))
        return self._between(max(0, len(self) - offset - most), max(0, len(self) - offset))[::-1]

    def _between(self, start: int, end: int) -> Places:
        """Return those from the one on to the other, both counted in the dataset's order."""
        if start >= end:
            return np.zeros(0, np.int32)
        first = int(np.searchsorted(self.before, start, "right")) - 1
        last = int(np.searchsorted(self.before, end, "left"))
        flags = np.unpackbits(self.bits[first * CHUNK : last * CHUNK], bitorder="little")
        places = np.flatnonzero(flags) + first * CHUNK * 8
        skipped = int(self.before[first])
        return places[start - skipped : end - skipped].astype(np.int32)

    def index(self, place: int) -> int | None:
        """Return at which offset a place is; nothing where it is not among them."""
        byte, bit = divmod(place, 8)
        if place < 0 or byte >= len(self.bits) or not self.bits[byte] >> bit & 1:
            return None
        chunk = byte // CHUNK
        count = int(self.before[chunk]) + int(np.bitwise_count(self.bits[chunk * CHUNK : byte]).sum())
        count += int(self.bits[byte] & ((1 << bit) - 1)).bit_count()
        return len(self) - 1 - count if self.is_reversed else count


def keep_places(places: NDArray[np.int64]) -> AnswerPlaces:
    """Return places to keep, in as little memory as their order lets them have."""
    forwards = places if len(places) < 2 or places[0] < places[-1] else places[::-1]
    size = CHUNK * (int(forwards[-1]) // (CHUNK * 8) + 1) if len(places) else 0
    if size >= 4 * len(places) or not (forwards[1:] > forwards[:-1]).all():
        return ListedPlaces(places.astype(np.int32))
    flags = np.zeros(size * 8, bool)
    flags[forwards] = True
    bits = np.packbits(flags, bitorder="little")
    counts = np.bitwise_count(bits).reshape(-1, CHUNK).sum(axis=1, dtype=np.int64)
    return PackedPlaces(bits, np.concatenate([[0], np.cumsum(counts)]), is_reversed=forwards is not places)


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """The places of the entries that pass, in the order that was asked for."""

    snapshot: str
    places: AnswerPlaces
    is_pending: bool


class KeptAnswers:
    """The answers of all datasets. Threads may share it."""

    def __init__(self, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, QueryAnswer] = OrderedDict()
        self._bytes = 0

    def recall(self, snapshot: str) -> QueryAnswer | None:
        """Return an answer that is kept."""
        with self._lock:
            answer = self._answers.get(snapshot)
            if answer is not None:
                self._answers.move_to_end(snapshot)
            return answer

    def remember(self, answer: QueryAnswer) -> None:
        """Keep an answer, and let those go that were not asked for the longest."""
        if answer.is_pending:
            return
        with self._lock:
            before = self._answers.pop(answer.snapshot, None)
            self._bytes += answer.places.nbytes - (before.places.nbytes if before else 0)
            self._answers[answer.snapshot] = answer
            # The newest stays, however large it is: its pages are asked for next.
            while len(self._answers) > 1 and self._is_full():
                self._bytes -= self._answers.popitem(last=False)[1].places.nbytes

    def _is_full(self) -> bool:
        return len(self._answers) > self._most or self._bytes > self._most_bytes
