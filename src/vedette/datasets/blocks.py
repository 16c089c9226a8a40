"""A part's blocks, 1,024 entries each: bitmaps as whole numbers, a bit an entry; read, counted and looked up.

What changes them is a `Sheet` (sheet.py), within a write transaction.
"""

import array
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, select, update
from sqlalchemy import Row as Record

from vedette.datasets.dataset import Counts
from vedette.datasets.staging import BLOCK, EntryRow, read_flaws
from vedette.datasets.tables import blocks, entries, entry_places, label_blocks, labels, parts

# No UTF-8 text holds this byte.
SEPARATOR = b"\xff"
_BYTES = BLOCK // 8
BITMAPS = ("present", "labelled", "normal", "anomaly", "errors", "unsure")
EMPTY = bytes(_BYTES)
"""A bitmap of no entry."""


@dataclass(slots=True)
class EntryBlock:
    """The facts of up to 1,024 entries; removed ones keep their place, with no bit set."""

    bits: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BITMAPS, 0))
    created: "array.array[int]" = field(default_factory=lambda: array.array("q"))
    labels: dict[int, list[int]] = field(default_factory=dict)
    new_refs: list[bytes] = field(default_factory=list)
    is_new: bool = True


def write_bits(bits: int) -> bytes:
    """Return a bitmap as it is kept."""
    return bits.to_bytes(_BYTES, "little")


def read_bits(data: bytes) -> int:
    """Return a bitmap as a number."""
    return int.from_bytes(data, "little")


def ones(bits: int) -> Iterator[int]:
    """Yield the places of the bits that are set, from the first."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def hash_ref(ref: str) -> bytes:
    """Return what an address is found by."""
    return hashlib.blake2b(ref.encode("utf-8"), digest_size=16).digest()


def count_change(connection: Connection, part: int) -> int:
    """Count a change of a part's entries, and return the count: what was read before it is out of date."""
    counted = update(parts).where(parts.c.id == part).values(changes=parts.c.changes + 1)
    return int(connection.execute(counted.returning(parts.c.changes)).scalar_one())


def count(connection: Connection, part: int) -> Counts:
    """Count a part's entries by their bitmaps: 1,000 short rows for a million entries."""
    columns = [blocks.c[name] for name in BITMAPS]
    records = connection.execute(select(*columns).where(blocks.c.part == part)).all()
    bitmaps = np.frombuffer(b"".join(bytes(bitmap) for record in records for bitmap in record), np.uint64)
    by_name = bitmaps.reshape(len(records), len(BITMAPS), -1)
    sums = dict(
        zip(BITMAPS, np.bitwise_count(by_name).sum(axis=(0, 2), dtype=np.int64).tolist(), strict=True)
    )
    used = select(func.count()).where(labels.c.part == part, labels.c.pictures > 0)
    return Counts(
        total=sums["present"],
        labelled=sums["labelled"],
        errors=sums["errors"],
        normal=sums["normal"],
        anomaly=sums["anomaly"],
        labels=connection.execute(used).scalar_one(),
    )


def find_places(connection: Connection, part: int, addresses: Sequence[str]) -> Mapping[str, int]:
    """Return where the entries of these addresses are; an address that is not there is left out."""
    by_hash = {hash_ref(ref): ref for ref in addresses}
    hashes = list(by_hash)
    places: dict[str, int] = {}
    for start in range(0, len(hashes), 500):
        batch = hashes[start : start + 500]
        query = select(entry_places.c.ref_hash, entry_places.c.seq).where(
            entry_places.c.part == part, entry_places.c.ref_hash.in_(batch)
        )
        places.update({by_hash[bytes(record.ref_hash)]: record.seq for record in connection.execute(query)})
    return places


def read_entries_at(
    connection: Connection, part: int, places: Sequence[int]
) -> Iterator[Sequence[Record[Any]]]:
    """Yield the entries at these places, as many at once as SQLite surely takes parameters."""
    for start in range(0, len(places), 500):
        batch = places[start : start + 500]
        query = select(entries).where(entries.c.part == part, entries.c.seq.in_(batch))
        yield connection.execute(query).all()


def rows_of_block(
    block: EntryBlock, records: Sequence[Record[Any]], names: Mapping[int, str]
) -> dict[int, EntryRow]:
    """Return what entries of a block are, by their places in the part. Without their addresses."""
    mask = sum(1 << record.seq % BLOCK for record in records)
    labelled: dict[int, list[str]] = {place: [] for place in ones(mask)}
    boxed: dict[int, list[str]] = {place: [] for place in labelled}
    for label in sorted(block.labels):
        for bits, by_place in zip(block.labels[label], (labelled, boxed), strict=True):
            for place in ones(bits & mask):
                by_place[place].append(names[label])
    return {record.seq: _row_of(block, record, labelled, boxed) for record in records}


def _row_of(
    block: EntryBlock,
    record: Record[Any],
    labelled: Mapping[int, Sequence[str]],
    boxed: Mapping[int, Sequence[str]],
) -> EntryRow:
    place = record.seq % BLOCK
    bit = 1 << place
    is_classed = (block.bits["anomaly"] | block.bits["normal"]) & bit
    return EntryRow(
        ref="",
        line=record.line,
        flaws=record.flaws,
        has_errors=any(flaw.scope != "mark" for flaw in read_flaws(record.flaws)),
        labels=labelled[place],
        boxed=boxed[place],
        is_anomalous=bool(block.bits["anomaly"] & bit) if is_classed else None,
        created_ms=block.created[place],
        is_labelled=bool(block.bits["labelled"] & bit),
        picture_caller=record.picture_caller,
        line_caller=record.line_caller,
        is_unsure=bool(block.bits["unsure"] & bit),
    )


def find_end(connection: Connection, part: int) -> int:
    query = select(blocks.c.block, blocks.c.created).where(blocks.c.part == part)
    last = connection.execute(query.order_by(blocks.c.block.desc()).limit(1)).first()
    return 0 if last is None else last.block * BLOCK + len(last.created) // 8


def read_label_names(connection: Connection, part: int) -> dict[str, int]:
    query = select(labels.c.name, labels.c.label).where(labels.c.part == part)
    return {bytes(record.name).decode(): record.label for record in connection.execute(query)}


def load_block(connection: Connection, part: int, number: int) -> EntryBlock:
    record = connection.execute(select(blocks).where(blocks.c.part == part, blocks.c.block == number)).first()
    if record is None:
        return EntryBlock()
    query = select(label_blocks.c.label, label_blocks.c.pictures, label_blocks.c.boxed).where(
        label_blocks.c.part == part, label_blocks.c.block == number
    )
    return _block(record, {label: [read_bits(a), read_bits(b)] for label, a, b in connection.execute(query)})


def _block(record: Record[Any], label_bits: dict[int, list[int]]) -> EntryBlock:
    created = array.array("q")
    created.frombytes(bytes(record.created))
    bits = {name: read_bits(getattr(record, name)) for name in BITMAPS}
    return EntryBlock(bits=bits, created=created, labels=label_bits, is_new=False)
