"""A part filled from its start while nobody sees it: whole blocks, whose labels are counted at the end.

Where the entry of an address is comes last, in the order of the hashes: put in as entries come, each of them
lies on another page, and a block of lines had a thousand pages written (decisions/0405).
What `blocks.Sheet` does for entries one by one is done here for a block at once, without a look at what is
there: a million lines take the server half the time. The rows are the same.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from sqlalchemy import Connection, insert

from vedette.datasets.blocks import EMPTY, SEPARATOR, count_change, hash_ref
from vedette.datasets.staging import BLOCK, EntryRow
from vedette.datasets.tables import blocks, entries, entry_places, label_blocks, labels, refs
from vedette.store.bulk import insert_rows, insert_values

_ENTRY = ("part", "seq", "ref_hash", "line", "flaws", "picture_flaws", "picture_caller", "line_caller")
_PLACE = ("part", "ref_hash", "seq")
_LABEL = ("part", "label", "block", "pictures", "boxed")

_HASH = 16
# Eight thousand neighbours are 0.3 MB: a transaction that other writers hardly wait for.
_PLACES_AT_ONCE = 8192
# Each label's blocks lie together, so that of 200 labels a block alone would change 200 pages.
_BLOCKS_OF_LABELS = 32


class PartWriter:
    """One part on its way from empty to full."""

    def __init__(self, part: int) -> None:
        self._part = part
        self._blocks = 0
        # The number of each label, from 1, as they came; and how many pictures and boxes have it.
        self._numbers: dict[str, int] = {}
        self._counts: list[list[int]] = []
        self._label_rows: list[tuple[int, int, int, bytes, bytes]] = []
        # The hashes of a block's addresses, one behind the other.
        self._hashes: list[bytes] = []

    def write(self, connection: Connection, rows: Sequence[EntryRow], now_ms: int) -> None:
        """Put a block behind the others; all but the last have 1,024 entries."""
        number = self._blocks
        hashes = [hash_ref(row.ref) for row in rows]
        self._hashes.append(b"".join(hashes))
        insert_values(connection, entries, _ENTRY, list(self._entries(rows, hashes, number * BLOCK)))
        facts = {"part": self._part, "block": number, "changed": count_change(connection, self._part)}
        created = np.array([row.created_ms or now_ms for row in rows], np.int64)
        connection.execute(insert(blocks).values(**facts, **_bitmaps(rows), created=created.tobytes()))
        addresses = b"".join(row.ref.encode("utf-8") + SEPARATOR for row in rows)
        connection.execute(insert(refs).values(part=self._part, block=number, refs=addresses))
        self._label_rows += self._label_blocks(rows, number)
        self._blocks += 1
        if self._blocks % _BLOCKS_OF_LABELS == 0:
            self._write_label_blocks(connection)

    def places(self) -> Iterator[list[tuple[int, bytes, int]]]:
        """Yield what is to be put by `write_places`, some at a time."""
        joined = b"".join(self._hashes)
        numbers = np.frombuffer(joined, ">u8").reshape(-1, 2)
        order = np.lexsort((numbers[:, 1], numbers[:, 0]))
        for start in range(0, len(order), _PLACES_AT_ONCE):
            seqs = order[start : start + _PLACES_AT_ONCE].tolist()
            yield [(self._part, joined[seq * _HASH : (seq + 1) * _HASH], seq) for seq in seqs]

    def write_places(self, connection: Connection, places: Sequence[tuple[int, bytes, int]]) -> None:
        """Have the entries at these places found by their addresses."""
        insert_values(connection, entry_places, _PLACE, places)

    def finish(self, connection: Connection) -> None:
        """Write the labels, and what of them is left."""
        self._write_label_blocks(connection)
        rows = [
            {"part": self._part, "label": number, "name": name.encode(), "pictures": pictures, "boxed": boxed}
            for (name, number), (pictures, boxed) in zip(self._numbers.items(), self._counts, strict=True)
        ]
        insert_rows(connection, labels, rows)

    def _write_label_blocks(self, connection: Connection) -> None:
        """Write what labels have in the last blocks, in the order of their key."""
        insert_values(connection, label_blocks, _LABEL, sorted(self._label_rows))
        self._label_rows.clear()

    def _entries(
        self, rows: Sequence[EntryRow], hashes: Sequence[bytes], first: int
    ) -> Iterator[tuple[object, ...]]:
        part = self._part
        for seq, (row, digest) in enumerate(zip(rows, hashes, strict=True), start=first):
            yield (part, seq, digest, row.line, row.flaws, None, row.picture_caller, row.line_caller)

    def _label_blocks(
        self, rows: Sequence[EntryRow], block: int
    ) -> Iterator[tuple[int, int, int, bytes, bytes]]:
        """Yield a bitmap of pictures and one of boxes for each label of a block."""
        numbers = [self._number(name) for row in rows for name in row.labels]
        if not numbers:
            return
        places = np.repeat(np.arange(len(rows)), [len(row.labels) for row in rows])
        is_boxed = np.fromiter(chain.from_iterable(map(_are_boxed, rows)), bool, len(numbers))
        used, at = np.unique(np.array(numbers), return_inverse=True)
        flags = np.zeros((2, len(used), BLOCK), bool)
        flags[0, at, places] = True
        flags[1, at[is_boxed], places[is_boxed]] = True
        counts = flags.sum(axis=2).tolist()
        packed = np.packbits(flags, axis=2, bitorder="little")
        for index, number in enumerate(used.tolist()):
            for kind in (0, 1):
                self._counts[number - 1][kind] += counts[kind][index]
            yield self._part, number, block, packed[0, index].tobytes(), packed[1, index].tobytes()

    def _number(self, name: str) -> int:
        number = self._numbers.get(name)
        if number is None:
            number = self._numbers[name] = len(self._numbers) + 1
            self._counts.append([0, 0])
        return number


def _are_boxed(row: EntryRow) -> Iterable[bool]:
    boxed = row.boxed
    return [name in boxed for name in row.labels]


def _bitmaps(rows: Sequence[EntryRow]) -> dict[str, bytes]:
    return {
        "present": _pack([True] * len(rows)),
        "labelled": _pack([row.is_labelled for row in rows]),
        "normal": _pack([row.is_anomalous is not None and not row.is_anomalous for row in rows]),
        "anomaly": _pack([bool(row.is_anomalous) for row in rows]),
        "errors": _pack([row.has_errors for row in rows]),
        "unsure": _pack([row.is_unsure for row in rows]),
    }


def _pack(flags: Sequence[bool]) -> bytes:
    return np.packbits(np.array(flags, bool), bitorder="little").tobytes().ljust(len(EMPTY), b"\0")
