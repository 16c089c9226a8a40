"""Pages of entries and labels, in the order in which they came, through any filter.

A filter is worked out on bitmaps, 1,024 entries at a time, from the place where the last page
ended. So a deep page costs what the first does, and entries that come or go between two pages
neither hide nor repeat another. The database leaves out blocks whose bitmaps show that none of their
entries can pass: a rare label costs what its blocks do, however large the dataset is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, select

from vedette.datasets.addresses import Addresses
from vedette.datasets.blocks import EMPTY, ones, read_bits
from vedette.datasets.dataset import Filter, Label
from vedette.datasets.staging import BLOCK, read_flaws
from vedette.datasets.tables import blocks, entries, label_blocks, labels
from vedette.manifest.problems import Flaw

# Blocks looked at together: few at first, since mostly the next one is enough, then more.
_FIRST_BATCH, _LARGEST_BATCH = 2, 64


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of a page: its line as it was given, and all that is wrong with it."""

    seq: int
    line: str
    is_labelled: bool
    flaws: Sequence[Flaw]


def list_entries(
    connection: Connection,
    part: int,
    conditions: Filter,
    addresses: Addresses,
    *,
    after: int = -1,
    most: int = 100,
) -> tuple[list[ListedEntry], bool]:
    """Return the entries behind the place `after`, and whether there are more."""
    places: list[tuple[int, bool]] = []
    for place in _places(connection, part, conditions, after, addresses):
        places.append(place)
        if len(places) > most:
            break
    is_labelled = dict(places[:most])
    query = select(entries.c.seq, entries.c.line, entries.c.flaws, entries.c.picture_flaws).where(
        entries.c.part == part, entries.c.seq.in_(list(is_labelled))
    )
    page = [
        ListedEntry(
            record.seq,
            record.line,
            is_labelled[record.seq],
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
    connection: Connection, part: int, conditions: Filter, after: int, addresses: Addresses
) -> Iterator[tuple[int, bool]]:
    """Yield the places of the entries that pass, and whether each is labelled."""
    numbers = _find_labels(connection, part, conditions.labels)
    if conditions.labels and not numbers:
        return
    first, skipped = divmod(after + 1, BLOCK)
    for batch in _batches(connection, _blocks_of(part, conditions, numbers), first):
        passing = {record.block: _passing(record, conditions) for record in batch}
        if first in passing:
            passing[first] &= -1 << skipped
        _keep_labelled(connection, part, numbers, passing)
        if conditions.contains:
            _keep_containing(connection, part, addresses, conditions.contains, passing)
        for record in batch:
            labelled = read_bits(record.labelled)
            for place in ones(passing[record.block]):
                yield record.block * BLOCK + place, bool(labelled >> place & 1)


def _batches(connection: Connection, query: Select[Any], first: int) -> Iterator[Sequence[Any]]:
    size = _FIRST_BATCH
    while True:
        batch = connection.execute(query.where(blocks.c.block >= first).limit(size)).all()
        if not batch:
            return
        yield batch
        if len(batch) < size:
            return
        first = batch[-1].block + 1
        size = min(4 * size, _LARGEST_BATCH)


def _blocks_of(part: int, conditions: Filter, numbers: Sequence[int]) -> Select[Any]:
    """Return the blocks that may hold an entry that passes, in order, with the bitmaps that are asked."""
    columns: list[ColumnElement[Any]] = [blocks.c.block, blocks.c.present, blocks.c.labelled]
    needed: list[ColumnElement[bool]] = [blocks.c.part == part]
    if conditions.is_labelled is not None:
        others = EMPTY if conditions.is_labelled else blocks.c.present
        needed.append(blocks.c.labelled != others)
    if conditions.has_errors:
        columns.append(blocks.c.errors)
        needed.append(blocks.c.errors != EMPTY)
    if conditions.is_anomalous is not None:
        column = blocks.c.anomaly if conditions.is_anomalous else blocks.c.normal
        columns.append(column)
        needed.append(column != EMPTY)
    if conditions.created_before_ms is not None or conditions.created_after_ms is not None:
        columns.append(blocks.c.created)
    if numbers:
        having = select(label_blocks.c.block).where(
            label_blocks.c.part == part, label_blocks.c.label.in_(numbers)
        )
        needed.append(blocks.c.block.in_(having))
    return select(*columns).where(*needed).order_by(blocks.c.block)


def _passing(record: Any, conditions: Filter) -> int:
    """Return the bits of the entries that pass all but the labels and the address."""
    bits = read_bits(record.present)
    if conditions.is_labelled is not None:
        labelled = read_bits(record.labelled)
        bits &= labelled if conditions.is_labelled else ~labelled
    if conditions.has_errors:
        bits &= read_bits(record.errors)
    if conditions.is_anomalous is not None:
        bits &= read_bits(record.anomaly if conditions.is_anomalous else record.normal)
    if conditions.created_before_ms is not None or conditions.created_after_ms is not None:
        bits &= _created_within(record.created, conditions)
    return bits


def _created_within(data: bytes, conditions: Filter) -> int:
    created = np.frombuffer(bytes(data), dtype=np.int64)
    passes = np.ones(len(created), dtype=bool)
    if conditions.created_before_ms is not None:
        passes &= created < conditions.created_before_ms
    if conditions.created_after_ms is not None:
        passes &= created > conditions.created_after_ms
    return int.from_bytes(np.packbits(passes, bitorder="little").tobytes(), "little")


def _find_labels(connection: Connection, part: int, names: Sequence[str]) -> list[int]:
    if not names:
        return []
    query = select(labels.c.label).where(
        labels.c.part == part, labels.c.name.in_([name.encode("utf-8", "surrogatepass") for name in names])
    )
    return list(connection.execute(query).scalars())


def _keep_labelled(connection: Connection, part: int, numbers: list[int], passing: dict[int, int]) -> None:
    """Keep the entries that have one or more of the labels."""
    if not numbers:
        return
    having = dict.fromkeys(passing, 0)
    query = select(label_blocks.c.block, label_blocks.c.pictures).where(
        label_blocks.c.part == part,
        label_blocks.c.label.in_(numbers),
        label_blocks.c.block >= min(passing),
        label_blocks.c.block <= max(passing),
    )
    for record in connection.execute(query):
        having[record.block] |= read_bits(record.pictures)
    for number in passing:
        passing[number] &= having[number]


def _keep_containing(
    connection: Connection, part: int, addresses: Addresses, text_part: str, passing: dict[int, int]
) -> None:
    """Keep the entries whose picture's address contains the text."""
    open_blocks = [number for number, bits in passing.items() if bits]
    for number, bits in addresses.search(connection, part, open_blocks, text_part):
        passing[number] &= bits
