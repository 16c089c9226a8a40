"""A part's entries as columns in memory, so that a query asks all of them at once.

Blocks are read as the tables have them and read again only where a change was counted on them; what is in
memory is bitmaps and numbers, about 90 bytes an entry, 256 a label and block. Holds no lines.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets.blocks import BITMAPS
from vedette.datasets.picture_facts import FACTS, HASHES, STATES, PictureState, unpack
from vedette.datasets.staging import BLOCK
from vedette.datasets.tables import blocks, label_blocks, labels, parts, picture_blocks
from vedette.vision.near import unlikeness

# A bit an entry, and what that unpacks to.
Bits = NDArray[np.uint8]
Flags = NDArray[np.bool_]
_BYTES = BLOCK // 8

MOST_PARTS = 16
"""So many parts stay in memory: eight projects' datasets. The largest take 40 MB with 200 labels."""


class PartColumns:
    """One part's columns. Whoever reads holds `lock` from `refresh` to the last use."""

    def __init__(self, part: int) -> None:
        self.part = part
        self.lock = threading.Lock()
        self.changes = -1
        self.picture_changes = -1
        self.end = 0
        self.bits: dict[str, Bits] = {name: np.zeros(0, np.uint8) for name in BITMAPS}
        self.created = np.zeros(0, np.int64)
        self.names: dict[int, str] = {}
        self.labels: dict[int, Bits] = {}
        # Of a label whose every picture has a box it is the same array.
        self.boxed: dict[int, Bits] = {}
        self.facts = np.zeros(0, FACTS)
        self.hashes = np.zeros(0, HASHES)
        self._unlikeness: tuple[tuple[int, int], NDArray[np.int64]] | None = None

    def refresh(self, connection: Connection) -> bool:
        """Read what was changed since; false where the part is not there any more."""
        row = connection.execute(
            select(parts.c.changes, parts.c.picture_changes).where(parts.c.id == self.part)
        ).first()
        if row is None:
            return False
        if row.changes > self.changes:
            self._read_blocks(connection)
            self.changes = row.changes
        if row.picture_changes > self.picture_changes:
            self._read_pictures(connection)
            self.picture_changes = row.picture_changes
        return True

    def flags(self, bits: Bits) -> Flags:
        """Return a bitmap as one flag an entry."""
        return np.unpackbits(bits, bitorder="little", count=self.end).view(bool)

    def places(self, bits: Bits) -> NDArray[np.int64]:
        """Return the entries of a bitmap, by looking only at bytes that have any."""
        touched = np.flatnonzero(bits)
        row, bit = np.nonzero(np.unpackbits(bits[touched, None], axis=1, bitorder="little"))
        return touched[row] * 8 + bit

    def unlikeness(self) -> NDArray[np.int64]:
        """Return how unlike the others each picture is, in thousandths of a bit; kept while none changes."""
        state = (self.picture_changes, self.end)
        if self._unlikeness is None or self._unlikeness[0] != state:
            scores = np.round(unlikeness(self.hashes["alike"][: self.end]) * 1000).astype(np.int64)
            self._unlikeness = (state, scores)
        return self._unlikeness[1]

    def numbers_of(self, names: Sequence[str]) -> list[int]:
        """Return the numbers of the labels that the part knows."""
        by_name = {name: number for number, name in self.names.items()}
        return [by_name[name] for name in names if name in by_name and by_name[name] in self.labels]

    def labels_at(self, seqs: NDArray[np.int64]) -> list[list[str]]:
        """Return the labels of each of these entries, in the order in which labels came."""
        names: list[list[str]] = [[] for _ in seqs]
        at, shift = seqs // 8, (seqs % 8).astype(np.uint8)
        for number in sorted(self.labels):
            for place in np.flatnonzero(self.labels[number][at] >> shift & 1):
                names[place].append(self.names[number])
        return names

    def is_at(self, name: str, seqs: NDArray[np.int64]) -> Flags:
        """Return whether these entries are in a bitmap."""
        return (self.bits[name][seqs // 8] >> (seqs % 8).astype(np.uint8) & 1).astype(bool)

    def state_at(self, seq: int) -> PictureState:
        """Return the state of an entry's picture."""
        return STATES[int(self.facts["state"][seq])]

    def _read_blocks(self, connection: Connection) -> None:
        newer = (blocks.c.part == self.part, blocks.c.changed > self.changes)
        rows = connection.execute(select(blocks).where(*newer).order_by(blocks.c.block)).all()
        if not rows:
            return
        self._grow(max(row.block for row in rows) + 1, rows[-1])
        for row in rows:
            self._take_block(row)
        names = connection.execute(select(labels.c.label, labels.c.name).where(labels.c.part == self.part))
        self.names = {row.label: bytes(row.name).decode() for row in names}
        self._read_labels(connection, [row.block for row in rows])

    def _grow(self, count: int, last: Any) -> None:
        """Make room for so many blocks; entries end where the last block's end."""
        short = count * _BYTES - len(self.bits["present"])
        if short > 0:
            same = [number for number, bits in self.boxed.items() if bits is self.labels[number]]
            for columns in (self.bits, self.labels, self.boxed):
                for key, bits in columns.items():
                    columns[key] = np.concatenate([bits, np.zeros(short, np.uint8)])  # type: ignore[index]
            self.boxed.update({number: self.labels[number] for number in same})
            self.created = _lengthen(self.created, short * 8)
            self.facts = _lengthen(self.facts, short * 8)
            self.hashes = _lengthen(self.hashes, short * 8)
        self.end = max(self.end, last.block * BLOCK + len(last.created) // 8)

    def _take_block(self, row: Any) -> None:
        at = slice(row.block * _BYTES, (row.block + 1) * _BYTES)
        for name in BITMAPS:
            self.bits[name][at] = np.frombuffer(bytes(getattr(row, name)), np.uint8)
        created = np.frombuffer(bytes(row.created), np.int64)
        self.created[row.block * BLOCK : row.block * BLOCK + len(created)] = created
        for columns in (self.labels, self.boxed):
            for bits in columns.values():
                bits[at] = 0

    def _read_labels(self, connection: Connection, numbers: Sequence[int]) -> None:
        columns = (label_blocks.c.label, label_blocks.c.block, label_blocks.c.pictures, label_blocks.c.boxed)
        query = select(*columns).where(
            label_blocks.c.part == self.part,
            label_blocks.c.block >= min(numbers),
            label_blocks.c.block <= max(numbers),
        )
        reread, size = set(numbers), len(self.bits["present"])
        for label, block, pictures, boxed in connection.execute(query):
            if block not in reread:
                continue
            if label not in self.labels:
                self.labels[label] = self.boxed[label] = np.zeros(size, np.uint8)
            if pictures != boxed and self.boxed[label] is self.labels[label]:
                self.boxed[label] = self.labels[label].copy()
            at = slice(block * _BYTES, (block + 1) * _BYTES)
            self.labels[label][at] = np.frombuffer(bytes(pictures), np.uint8)
            self.boxed[label][at] = np.frombuffer(bytes(boxed), np.uint8)

    def _read_pictures(self, connection: Connection) -> None:
        newer = (
            picture_blocks.c.part == self.part,
            picture_blocks.c.changed > self.picture_changes,
            picture_blocks.c.block < len(self.bits["present"]) // _BYTES,
        )
        for row in connection.execute(select(picture_blocks).where(*newer)):
            at = slice(row.block * BLOCK, (row.block + 1) * BLOCK)
            self.facts[at], self.hashes[at] = unpack(row.facts, row.hashes)


def _lengthen(column: NDArray[Any], by: int) -> NDArray[Any]:
    """Return a column with so many zeros more; new memory is zeros that take no room until it is written."""
    longer = np.zeros(len(column) + by, column.dtype)
    if len(column):
        longer[: len(column)] = column
    return longer


class ColumnStore:
    """The columns of the parts that were asked for last. Threads may share it."""

    def __init__(self, most: int = MOST_PARTS) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._parts: OrderedDict[int, PartColumns] = OrderedDict()

    def of(self, part: int) -> PartColumns:
        """Return a part's columns, to be locked and refreshed."""
        with self._lock:
            columns = self._parts.pop(part, None) or PartColumns(part)
            self._parts[part] = columns
            if len(self._parts) > self._most:
                self._parts.popitem(last=False)
            return columns
