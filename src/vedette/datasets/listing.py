"""Pages of entries and labels, in the order in which they came, through any filter.

A filter is worked out on bitmaps from the place where the last page ended: those of all blocks at once, from
memory (`bitmaps.py`), then dates and addresses of the blocks that are left, some at a time. So a deep page
costs what the first does, and entries that come or go between two pages neither hide nor repeat another.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets.addresses import Addresses
from vedette.datasets.bitmaps import BitmapStore, BlockBits, PartBitmaps
from vedette.datasets.blocks import write_bits
from vedette.datasets.dataset import Filter, Label
from vedette.datasets.staging import BLOCK, read_flaws
from vedette.datasets.tables import blocks, entries, labels
from vedette.manifest.problems import Flaw

Numbers = NDArray[np.int64]

# Blocks looked at together: few at first, since mostly the next one is enough, then more.
_FIRST_BATCH, _LARGEST_BATCH = 2, 64


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of a page: its line as it was given, and all that is wrong with it."""

    seq: int
    line: str
    is_labelled: bool
    flaws: Sequence[Flaw]


@dataclass(frozen=True, slots=True)
class ListSources:
    """What pages are worked out from, kept from page to page."""

    bitmaps: BitmapStore
    addresses: Addresses


def list_entries(
    connection: Connection,
    part: int,
    conditions: Filter,
    sources: ListSources,
    *,
    after: int = -1,
    most: int = 100,
) -> tuple[list[ListedEntry], bool]:
    """Return the entries behind the place `after`, and whether there are more."""
    bitmaps = sources.bitmaps.of(connection, part)
    places: list[int] = []
    for few in _places(connection, part, conditions, after, bitmaps, sources.addresses):
        places += few[: most + 1 - len(places)].tolist()
        if len(places) > most:
            break
    labelled = bitmaps.columns["labelled"]
    query = select(entries.c.seq, entries.c.line, entries.c.flaws, entries.c.picture_flaws).where(
        entries.c.part == part, entries.c.seq.in_(places[:most])
    )
    page = [
        ListedEntry(
            record.seq,
            record.line,
            bool(labelled[record.seq // BLOCK, record.seq % BLOCK // 8] >> record.seq % 8 & 1),
            [*read_flaws(record.flaws), *read_flaws(record.picture_flaws)],
        )
        for record in connection.execute(query.order_by(entries.c.seq))
    ]
    return page, len(places) > most


def list_labels(
    connection: Connection, part: int, *, after: int = 0, most: int = 100
) -> tuple[list[Label], bool]:
    """Return the labels in use behind the number `after`, as they came, and whether there are more."""
    query = select(labels).where(labels.c.part == part, labels.c.pictures > 0, labels.c.label > after)
    rows = connection.execute(query.order_by(labels.c.label).limit(most + 1)).all()
    page = [
        Label(label.label, bytes(label.name).decode(), label.pictures, label.boxed) for label in rows[:most]
    ]
    return page, len(rows) > most


def _places(
    connection: Connection,
    part: int,
    conditions: Filter,
    after: int,
    bitmaps: PartBitmaps,
    addresses: Addresses,
) -> Iterator[Numbers]:
    """Yield the places of the entries that pass, some at a time."""
    first, skipped = divmod(after + 1, BLOCK)
    if first >= bitmaps.count:
        return
    passing = _passing(connection, part, conditions, bitmaps)
    passing[:first] = 0
    passing[first] &= np.frombuffer(write_bits((1 << BLOCK) - (1 << skipped)), np.uint8)
    for numbers in _batches(np.flatnonzero(passing.any(axis=1))):
        if conditions.created_before_ms is not None or conditions.created_after_ms is not None:
            _keep_created(connection, part, conditions, numbers, passing)
        if conditions.contains:
            _keep_containing(connection, part, addresses, conditions.contains, numbers, passing)
        rows, bits = np.nonzero(np.unpackbits(passing[numbers], axis=1, bitorder="little"))
        yield numbers[rows] * BLOCK + bits


def _batches(numbers: Numbers) -> Iterator[Numbers]:
    size = _FIRST_BATCH
    while len(numbers):
        yield numbers[:size]
        numbers = numbers[size:]
        size = min(4 * size, _LARGEST_BATCH)


def _passing(connection: Connection, part: int, conditions: Filter, bitmaps: PartBitmaps) -> BlockBits:
    """Return the bits of the entries that pass all but the dates and the address; the caller's own."""
    columns = bitmaps.columns
    bits = columns["present"].copy()
    if conditions.is_labelled is not None:
        bits &= columns["labelled"] if conditions.is_labelled else ~columns["labelled"]
    if conditions.has_errors:
        bits &= columns["errors"]
    if conditions.is_anomalous is not None:
        bits &= columns["anomaly" if conditions.is_anomalous else "normal"]
    if conditions.labels:
        bits &= bitmaps.having(connection, part, _find_labels(connection, part, conditions.labels))
    return bits


def _keep_created(
    connection: Connection, part: int, conditions: Filter, numbers: Numbers, passing: BlockBits
) -> None:
    """Keep the entries of these blocks that came within the time."""
    query = select(blocks.c.block, blocks.c.created).where(
        blocks.c.part == part, blocks.c.block.in_(numbers.tolist())
    )
    for record in connection.execute(query):
        passing[record.block] &= _created_within(record.created, conditions)


def _created_within(data: bytes, conditions: Filter) -> BlockBits:
    created = np.frombuffer(bytes(data), dtype=np.int64)
    passes = np.zeros(BLOCK, dtype=bool)
    passes[: len(created)] = True
    if conditions.created_before_ms is not None:
        passes[: len(created)] &= created < conditions.created_before_ms
    if conditions.created_after_ms is not None:
        passes[: len(created)] &= created > conditions.created_after_ms
    return np.packbits(passes, bitorder="little")


def _find_labels(connection: Connection, part: int, names: Sequence[str]) -> list[int]:
    if not names:
        return []
    query = select(labels.c.label).where(
        labels.c.part == part, labels.c.name.in_([name.encode("utf-8", "surrogatepass") for name in names])
    )
    return list(connection.execute(query).scalars())


def _keep_containing(
    connection: Connection,
    part: int,
    addresses: Addresses,
    text_part: str,
    numbers: Numbers,
    passing: BlockBits,
) -> None:
    """Keep the entries of these blocks whose picture's address contains the text."""
    few = numbers[passing[numbers].any(axis=1)]
    passing[few] &= addresses.search(connection, part, few, text_part)
