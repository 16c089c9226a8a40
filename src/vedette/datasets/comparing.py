"""A snapshot beside what the dataset is now: how many entries are gone, new, relabelled or otherwise changed.

Works on the numbers of the journal's steps; of entries it reads the addresses of one page. Changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets import changes
from vedette.datasets.dataset import Dataset
from vedette.datasets.past import addresses_at, find_differences, read_past_labels
from vedette.datasets.plans import find_moved
from vedette.datasets.snapshots import DatasetSnapshot, require_snapshot
from vedette.datasets.steps import class_of
from vedette.datasets.tables import labels
from vedette.store.db import Database

# Gone since (would come back), new since (would go), other labels, only other boxes or metadata; and those
# that were moved to the other dataset, where they stay.
DifferenceKind = Literal["gone", "new", "relabelled", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class EntryDifference:
    """An entry that is not what it was: its picture, and its labels and class then and now."""

    source: str
    then: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SnapshotComparison:
    """How a dataset differs from a snapshot, and some of the entries that do."""

    snapshot: DatasetSnapshot
    counts: dict[DifferenceKind, int]
    entries: Sequence[EntryDifference]
    has_more: bool


@dataclass(frozen=True, slots=True)
class DifferencePage:
    """Which entries of a comparison are asked for."""

    kind: DifferenceKind = "gone"
    offset: int = 0
    most: int = 100


class SnapshotComparisons:
    """Snapshots compared with their datasets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def compare(self, dataset: Dataset, snapshot: str, page: DifferencePage) -> SnapshotComparison:
        """Return how a dataset differs from one of its snapshots, and a page of the entries that do."""
        with self._database.read() as connection:
            current = changes.require(connection, dataset)
            its = require_snapshot(connection, current, snapshot)
            return _Comparison(connection, current, its).answer(page)


class _Comparison:
    """One comparison, within a read transaction."""

    def __init__(self, connection: Connection, dataset: Dataset, snapshot: DatasetSnapshot) -> None:
        self._connection = connection
        self._snapshot = snapshot
        self._names = _names(connection, snapshot.part)
        other_kind = "test" if dataset.kind == "train" else "train"
        other = changes.find_of_project(connection, dataset.project, other_kind)  # type: ignore[arg-type]
        self._differences = find_differences(connection, snapshot.part, snapshot.step)
        moved_places = find_moved(connection, snapshot.part, other, self._differences)
        self._is_moved = np.isin(self._differences.removed["seq"], list(moved_places))

    def answer(self, page: DifferencePage) -> SnapshotComparison:
        """Return the counts and a page of one kind."""
        differences = self._differences
        relabelled = self._relabelled()
        rows_by_kind: dict[DifferenceKind, tuple[NDArray[np.void], NDArray[np.void]]] = {
            "gone": _both(differences.removed[~self._is_moved]),
            "moved": _both(differences.removed[self._is_moved]),
            "new": _both(differences.added),
            "relabelled": (differences.changed[relabelled], differences.changed_now[relabelled]),
            "changed": (differences.changed[~relabelled], differences.changed_now[~relabelled]),
        }
        then, now = (rows[page.offset : page.offset + page.most] for rows in rows_by_kind[page.kind])
        return SnapshotComparison(
            self._snapshot,
            {kind: len(rows) for kind, (rows, _) in rows_by_kind.items()},
            list(self._entries(then, now)),
            len(rows_by_kind[page.kind][0]) > page.offset + page.most,
        )

    def _relabelled(self) -> NDArray[np.bool_]:
        """Return which changed entries have other labels, rather than other boxes of the same."""
        then, now = self._differences.changed, self._differences.changed_now
        labels_then, labels_now = self._labels(then, now)
        is_other = [before != after for before, after in zip(labels_then, labels_now, strict=True)]
        return np.array(is_other, bool)

    def _labels(
        self, then: NDArray[np.void], now: NDArray[np.void]
    ) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
        steps = {int(number) for number in np.concatenate([then["first"], now["last"]])}
        labels_by_step = read_past_labels(self._connection, steps)
        before = [
            self._named(row["before"], labels_by_step[int(row["first"]), int(row["seq"])][0]) for row in then
        ]
        after = [
            self._named(row["after"], labels_by_step[int(row["last"]), int(row["seq"])][1]) for row in now
        ]
        return before, after

    def _entries(self, then: NDArray[np.void], now: NDArray[np.void]) -> Sequence[EntryDifference]:
        before, after = self._labels(then, now)
        addresses = dict(addresses_at(self._connection, self._snapshot.part, then["seq"]))
        return [
            EntryDifference(addresses[int(seq)].decode(), *pair)
            for seq, *pair in zip(then["seq"], before, after, strict=True)
        ]

    def _named(self, bits: int, numbers: Sequence[int]) -> tuple[str, ...]:
        return tuple(sorted({self._names.get(number, "?") for number in numbers} | {class_of(bits)} - {""}))


def _both(rows: NDArray[np.void]) -> tuple[NDArray[np.void], NDArray[np.void]]:
    return rows, rows


def _names(connection: Connection, part: int) -> dict[int, str]:
    query = select(labels.c.label, labels.c.name).where(labels.c.part == part)
    return {row.label: bytes(row.name).decode() for row in connection.execute(query)}
