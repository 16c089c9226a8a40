"""What one step of a change did to the entries of one block, packed: which, from what to what.

A step holds a few numbers an entry (its place, what it was and is in bits, the revisions before and after),
the labels before and after by their numbers, and what the entries said before, compressed. Knows no database.
"""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from vedette.datasets.staging import BLOCK, EntryRow

PRESENT, LABELLED, NORMAL, ANOMALY, ERRORS = 1, 2, 4, 8, 16

FACTS = np.dtype([("place", "<u2"), ("before", "u1"), ("after", "u1"), ("old", "<u8"), ("new", "<u8")])
StepFacts = NDArray[np.void]

COMPRESSION = 1
"""zlib's quickest: 500 lines with nine boxes each take a millisecond, level 6 twice that (2026-11-28)."""

# What an entry was and is; None where there was or is none.
Touched = tuple[EntryRow | None, EntryRow | None]


@dataclass(frozen=True, slots=True)
class PackedStep:
    """A step as its row has it. `rows` are forgotten once nobody can need them any more."""

    block: int
    facts: bytes
    labels: bytes
    rows: bytes | None


class EntryStep(NamedTuple):
    """What a step did to one entry. Bits of zero are an entry that is not there."""

    place: int
    before: int
    after: int
    old: int
    new: int
    old_labels: Sequence[int]
    new_labels: Sequence[int]


def digest_line(line: str) -> bytes:
    """Return 64 bits of what a line says; written in hexadecimal they are the entry's revision."""
    return hashlib.blake2b(line.encode("utf-8"), digest_size=8).digest()


def pack_step(block: int, touched: Mapping[int, Touched], numbers: Mapping[str, int]) -> PackedStep:
    """Pack what became of these entries of a block, by their places in it."""
    facts = np.zeros(len(touched), FACTS)
    labels: list[tuple[list[int], list[int]]] = []
    rows: list[tuple[object, ...]] = []
    for at, (place, (old, new)) in enumerate(touched.items()):
        facts[at] = (place, _bits(old), _bits(new), _number(old), _number(new))
        labels.append((_numbers(old, numbers), _numbers(new, numbers)))
        if old is not None:
            rows.append((place, *old[1:]))
    packed_rows = _compress(rows) if rows else None
    return PackedStep(block, facts.tobytes(), _compress(labels), packed_rows)


def read_facts(data: bytes) -> StepFacts:
    """Return a step's facts as columns."""
    return np.frombuffer(bytes(data), FACTS)


def unpack_step(facts: bytes, labels: bytes) -> list[EntryStep]:
    """Return what a step did to each of its entries."""
    rows = read_facts(facts).tolist()
    pairs = orjson.loads(zlib.decompress(bytes(labels)))
    return [EntryStep(*row, *pair) for row, pair in zip(rows, pairs, strict=True)]


def unpack_rows(rows: bytes | None, addresses: Sequence[bytes]) -> dict[int, EntryRow]:
    """Return what the entries of a step were, by their places in the block with these addresses."""
    if rows is None:
        return {}
    values = orjson.loads(zlib.decompress(bytes(rows)))
    return {place: EntryRow(addresses[place].decode("utf-8"), *rest) for place, *rest in values}


def class_of(bits: int) -> str:
    """Return the class of an entry that has one."""
    return "anomaly" if bits & ANOMALY else "normal" if bits & NORMAL else ""


def names_of_row(row: EntryRow | None) -> set[str]:
    """Return every label and the class of an entry."""
    if row is None:
        return set()
    classes = () if row.is_anomalous is None else ("anomaly" if row.is_anomalous else "normal",)
    return {*row.labels, *classes}


def split_by_block(touched: Mapping[int, Touched]) -> dict[int, dict[int, Touched]]:
    """Return what became of a part's entries, by block and place in it."""
    by_block: dict[int, dict[int, Touched]] = {}
    for seq in sorted(touched):
        by_block.setdefault(seq // BLOCK, {})[seq % BLOCK] = touched[seq]
    return by_block


def _bits(row: EntryRow | None) -> int:
    if row is None:
        return 0
    bits = PRESENT | (LABELLED if row.is_labelled else 0) | (ERRORS if row.has_errors else 0)
    return bits | (0 if row.is_anomalous is None else ANOMALY if row.is_anomalous else NORMAL)


def _number(row: EntryRow | None) -> int:
    return 0 if row is None else int.from_bytes(digest_line(row.line), "big")


def _numbers(row: EntryRow | None, numbers: Mapping[str, int]) -> list[int]:
    return [] if row is None else [numbers[name] for name in row.labels]


def _compress(value: object) -> bytes:
    return zlib.compress(orjson.dumps(value), COMPRESSION)
