"""The bitmaps of the parts that were listed last, kept in memory so that a page asks them all at once.

A value is what a part's blocks said after so many changes, and never changes itself: a transaction that began
before a change gets what it would have read. A million entries take 125 kB a bitmap; their dates and
addresses are not here.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets.staging import BLOCK
from vedette.datasets.tables import blocks, label_blocks, parts

# A row a block, a bit an entry.
BlockBits = NDArray[np.uint8]
_BYTES = BLOCK // 8
LISTED = ("present", "labelled", "normal", "anomaly", "errors")

MOST_PARTS = 16
MOST_LABELS = 32
"""Labels of one part that are kept: those that pages were filtered by last. Ten are asked for at most."""


@dataclass(frozen=True, slots=True)
class PartBitmaps:
    """The bitmaps of a part after so many changes, and those of the labels that were asked for since."""

    changes: int
    columns: Mapping[str, BlockBits]
    labels: "OrderedDict[int, BlockBits]" = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        """How many blocks there are."""
        return len(self.columns["present"])

    def having(self, connection: Connection, part: int, numbers: Sequence[int]) -> BlockBits:
        """Return the entries that have one or more of these labels."""
        with self.lock:
            by_label = {number: self.labels[number] for number in numbers if number in self.labels}
        missing = [number for number in numbers if number not in by_label]
        if missing:
            by_label |= _read_labels(connection, part, missing, self.count)
        together = np.zeros_like(self.columns["present"])
        for bits in by_label.values():
            together |= bits
        self._keep(by_label)
        return together

    def _keep(self, by_label: Mapping[int, BlockBits]) -> None:
        with self.lock:
            for number, bits in by_label.items():
                self.labels[number] = bits
                self.labels.move_to_end(number)
            while len(self.labels) > MOST_LABELS:
                self.labels.popitem(last=False)


class BitmapStore:
    """The bitmaps of the parts that were listed last. Threads may share it."""

    def __init__(self, most: int = MOST_PARTS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._parts: OrderedDict[int, PartBitmaps] = OrderedDict()

    def of(self, connection: Connection, part: int) -> PartBitmaps:
        """Return a part's bitmaps as this transaction sees them."""
        changes = connection.execute(select(parts.c.changes).where(parts.c.id == part)).scalar_one()
        with self._lock:
            older = self._parts.get(part)
            if older is not None:
                self._parts.move_to_end(part)
        if older is not None and older.changes == changes:
            return older
        if older is not None and older.changes > changes:
            return _read_all(connection, part, changes)  # what began before the last change sees none of it
        current = (
            _read_newer(connection, part, changes, older) if older else _read_all(connection, part, changes)
        )
        self._keep(part, current)
        return current

    def _keep(self, part: int, current: PartBitmaps) -> None:
        with self._lock:
            older = self._parts.get(part)
            if older is None or older.changes < current.changes:
                self._parts[part] = current
            self._parts.move_to_end(part)
            while len(self._parts) > self._most:
                self._parts.popitem(last=False)


def _read_all(connection: Connection, part: int, changes: int) -> PartBitmaps:
    empty = {name: np.zeros((0, _BYTES), np.uint8) for name in LISTED}
    return _read_newer(connection, part, changes, PartBitmaps(-1, empty))


def _read_newer(connection: Connection, part: int, changes: int, older: PartBitmaps) -> PartBitmaps:
    """Return what was kept, with the blocks that were written since."""
    query = select(blocks.c.block, *(blocks.c[name] for name in LISTED)).where(blocks.c.part == part)
    if older.changes >= 0:
        query = query.where(blocks.c.changed > older.changes)
    rows = connection.execute(query).all()
    numbers = [row.block for row in rows]
    count = max([older.count, *(number + 1 for number in numbers)])
    columns = {
        name: _with_rows(older.columns[name], count, numbers, [row[at] for row in rows])
        for at, name in enumerate(LISTED, start=1)
    }
    return PartBitmaps(changes, columns)


def _read_labels(
    connection: Connection, part: int, numbers: Sequence[int], count: int
) -> dict[int, BlockBits]:
    by_label = {number: np.zeros((count, _BYTES), np.uint8) for number in numbers}
    query = select(label_blocks.c.label, label_blocks.c.block, label_blocks.c.pictures).where(
        label_blocks.c.part == part, label_blocks.c.label.in_(numbers)
    )
    rows: dict[int, list[Any]] = {number: [] for number in numbers}
    for row in connection.execute(query):
        rows[row.label].append(row)
    for number, having in rows.items():
        if having:
            by_label[number][[row.block for row in having]] = _stack(row.pictures for row in having)
    return by_label


def _with_rows(older: BlockBits, count: int, numbers: Sequence[int], bitmaps: Sequence[bytes]) -> BlockBits:
    column = np.zeros((count, _BYTES), np.uint8)
    column[: len(older)] = older
    if numbers:
        column[numbers] = _stack(bitmaps)
    return column


def _stack(bitmaps: Iterable[bytes]) -> BlockBits:
    return np.frombuffer(b"".join(bytes(bitmap) for bitmap in bitmaps), np.uint8).reshape(-1, _BYTES)
