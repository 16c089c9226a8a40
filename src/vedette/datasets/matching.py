"""Which entries pass a filter: one flag an entry, from a part's columns and its addresses."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets.addresses import Addresses
from vedette.datasets.asking import EntryFilter, SizeRange
from vedette.datasets.blocks import SEPARATOR
from vedette.datasets.columns import Bits, Flags, PartColumns
from vedette.datasets.dataset import Dataset, Filter
from vedette.datasets.picture_facts import STATES
from vedette.datasets.staging import BLOCK
from vedette.datasets.tables import entry_places
from vedette.datasets.twin_groups import TwinGroups

# The groups of the same picture, and which entries the other dataset has.
Twins = tuple[TwinGroups, Flags]
_FEW = 500  # as many parameters as SQLite surely takes


class Matcher:
    """One filter's evaluation on one part."""

    def __init__(
        self, connection: Connection, dataset: Dataset, columns: PartColumns, addresses: Addresses
    ) -> None:
        self._connection = connection
        self._dataset = dataset
        self._columns = columns
        self._addresses = addresses

    def flags(self, conditions: EntryFilter, twins: Callable[[], Twins]) -> Flags:
        """Return which entries pass."""
        present = self._columns.flags(self._columns.bits["present"])
        tests = [
            self._basic(conditions.basic, conditions.is_unsure),
            self._labels(conditions),
            self._pictures(conditions),
        ]
        flags = reduce(np.logical_and, tests, present)
        if conditions.has_twin:
            flags = flags & twins()[0].twins(present)
        if conditions.is_shared:
            groups, others = twins()
            flags = flags & groups.shared(present, others)
        if conditions.ids:
            flags = flags & self._named(conditions.ids)
        if conditions.basic.contains:
            flags = flags & self._containing(conditions.basic.contains, flags)
        return flags

    def _all(self) -> Flags:
        return np.ones(self._columns.end, bool)

    def _basic(self, basic: Filter, is_unsure: bool | None) -> Flags:
        columns, flags = self._columns, self._all()
        if basic.is_labelled is not None:
            flags &= columns.flags(columns.bits["labelled"]) == basic.is_labelled
        if basic.has_errors:
            flags &= columns.flags(columns.bits["errors"])
        if is_unsure is not None:
            flags &= columns.flags(columns.bits["unsure"]) == is_unsure
        if basic.is_anomalous is not None:
            flags &= columns.flags(columns.bits["anomaly" if basic.is_anomalous else "normal"])
        created = columns.created[: columns.end]
        if basic.created_before_ms is not None:
            flags &= created < basic.created_before_ms
        if basic.created_after_ms is not None:
            flags &= created > basic.created_after_ms
        return flags

    def _labels(self, conditions: EntryFilter) -> Flags:
        flags = self._all()
        if conditions.basic.labels:
            flags &= self._having(conditions.basic.labels)
        if conditions.without_labels:
            flags &= ~self._having(conditions.without_labels)
        if conditions.has_boxes is not None:
            flags &= self._any(self._columns.boxed.values()) == conditions.has_boxes
        return flags

    def _having(self, names: Sequence[str]) -> Flags:
        return self._any(self._columns.labels[number] for number in self._columns.numbers_of(names))

    def _any(self, bitmaps: Iterable[Bits]) -> Flags:
        """Return which entries are in one or more bitmaps: bits first, which take an eighth of flags."""
        together = np.zeros_like(self._columns.bits["present"])
        for bits in bitmaps:
            together |= bits
        return self._columns.flags(together)

    def _pictures(self, conditions: EntryFilter) -> Flags:
        facts, flags = self._columns.facts[: self._columns.end], self._all()
        if conditions.picture_states:
            flags &= np.isin(facts["state"], [STATES.index(state) for state in conditions.picture_states])
        size = conditions.size
        if size != SizeRange():
            sides = np.minimum(facts["width"], facts["height"])
            # Of a picture that was not looked at nobody knows the size.
            flags &= (sides > 0) & _within(sides, size.least_side, size.most_side)
            flags &= _within(facts["bytes"], size.least_bytes, size.most_bytes)
        return flags

    def _named(self, ids: Sequence[str]) -> Flags:
        flags = ~self._all()
        hashes = [bytes.fromhex(text) for text in ids]
        for start in range(0, len(hashes), _FEW):
            query = select(entry_places.c.seq).where(
                entry_places.c.part == self._columns.part,
                entry_places.c.ref_hash.in_(hashes[start : start + _FEW]),
            )
            flags[list(self._connection.execute(query).scalars())] = True
        return flags

    def _containing(self, text: str, among: Flags) -> Flags:
        """Return which of these entries have the text in their name, without regard to the case of A to Z."""
        flags, needle = ~self._all(), text.encode("utf-8", "surrogatepass").lower()
        bucket = f"s3://{self._dataset.bucket}/".encode()
        touches = _may_touch(bucket, needle)
        numbers = np.unique(np.flatnonzero(among) // BLOCK).tolist()
        for number, addresses in self._addresses.read(self._connection, self._columns.part, numbers):
            # A name is an address without the bucket, which is one; to take it out costs four times the rest.
            names = (_without(bucket, addresses) if touches else addresses).lower()
            if needle in names:
                flags[_find_places(needle, names) + number * BLOCK] = True
        return flags


def _may_touch(bucket: bytes, needle: bytes) -> bool:
    """Say whether a text may be found in a bucket's address, or from within it into the name."""
    return needle in bucket or any(needle.startswith(bucket[at:]) for at in range(len(bucket)))


def _without(bucket: bytes, addresses: bytes) -> bytes:
    return addresses.removeprefix(bucket).replace(SEPARATOR + bucket, SEPARATOR)


def _find_places(needle: bytes, names: bytes) -> NDArray[np.int64]:
    """Return the places of the names that have the text: its finds are fewer than the names, mostly."""
    finds = [match.start() for match in re.finditer(re.escape(needle), names)]
    ends = np.flatnonzero(np.frombuffer(names, np.uint8) == SEPARATOR[0])
    return np.searchsorted(ends, finds)


def _within(values: NDArray[np.unsignedinteger], least: int | None, most: int | None) -> Flags:
    flags = np.ones(len(values), bool)
    if least is not None:
        flags &= values >= least
    if most is not None:
        flags &= values <= most
    return flags


def read_addresses(connection: Connection, addresses: Addresses, dataset: Dataset, end: int) -> list[bytes]:
    """Return the addresses of a part's entries, removed ones included, as blocks in the dataset's order."""
    blocks = addresses.read(connection, dataset.part, range(-(-end // BLOCK)))
    return [text for _, text in sorted(blocks)]
