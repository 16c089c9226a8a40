"""What datasets hold: entries and labels, read a page at a time or as of one moment, and marked."""

from collections.abc import Mapping, Sequence
from typing import BinaryIO

from sqlalchemy import Connection, select

from vedette.clock import Clock, milliseconds, system_clock
from vedette.datasets import changes
from vedette.datasets.addresses import Addresses
from vedette.datasets.bitmaps import BitmapStore
from vedette.datasets.blocks import find_places
from vedette.datasets.dataset import Dataset, Filter, Label
from vedette.datasets.findings import mark_pictures, relabel
from vedette.datasets.listing import ListedEntry, ListSources, list_entries, list_labels
from vedette.datasets.parts import read_lines_at, read_lines_of, read_refs
from vedette.datasets.past_lines import read_lines_then
from vedette.datasets.snapshots import DatasetMoment, DatasetSnapshot, read_moment
from vedette.datasets.tables import datasets
from vedette.manifest.places import split_s3
from vedette.manifest.problems import Flaw
from vedette.store.db import Database

# More than a dataset of either service may have (250), so that all are read at once.
MOST_LABELS = 10_000


class DatasetContents:
    """The entries and labels of all datasets."""

    def __init__(
        self, database: Database, clock: Clock = system_clock, addresses: Addresses | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._sources = ListSources(BitmapStore(), addresses or Addresses())

    def page(
        self, dataset: Dataset, conditions: Filter, *, after: int = -1, most: int = 100
    ) -> tuple[list[ListedEntry], bool]:
        """Return the entries behind the place `after` that pass, and whether there are more."""
        with self._database.read() as connection:
            part = _require_listed(connection, dataset)
            return list_entries(connection, part, conditions, self._sources, after=after, most=most)

    def labels(self, dataset: Dataset, *, after: int = 0, most: int = 100) -> tuple[list[Label], bool]:
        """Return the labels behind the number `after`, as they came, and whether there are more."""
        with self._database.read() as connection:
            return list_labels(connection, _require_listed(connection, dataset), after=after, most=most)

    def label_names(self, dataset: Dataset) -> list[str]:
        """Return the names of all labels in use, as they came."""
        with self._database.read() as connection:
            part = _require_listed(connection, dataset)
            return [label.name for label in list_labels(connection, part, most=MOST_LABELS)[0]]

    def present(self, dataset: Dataset, refs: Sequence[str]) -> set[str]:
        """Return which of these pictures the dataset has."""
        with self._database.read() as connection:
            return set(find_places(connection, changes.require(connection, dataset).part, refs))

    def freeze(self, dataset: Dataset, out: BinaryIO) -> DatasetMoment:
        """Write every line of one moment, as it was given; return that moment."""
        with self._database.read() as connection:
            current = changes.require(connection, dataset)
            changes.require_state(current, "listed")
            for line in read_lines_of(connection, current.part):
                out.write(line.encode("utf-8") + b"\n")
            return read_moment(connection, current)

    def write_snapshot(self, snapshot: DatasetSnapshot, out: BinaryIO) -> None:
        """Write every line that the dataset had at the moment of a snapshot, as it was given."""
        with self._database.read() as connection:
            for line in read_lines_then(connection, snapshot.part, snapshot.step):
                out.write(line.encode("utf-8") + b"\n")

    def addresses(self, part: int, *, after: int = -1, most: int = 1000) -> list[tuple[int, str]]:
        """Return the places and picture addresses of the next entries of a part."""
        with self._database.read() as connection:
            return [pair for pair, _ in zip(read_refs(connection, part, after), range(most), strict=False)]

    def lines_at(self, dataset: int, sources: Sequence[str]) -> dict[str, str]:
        """Return what a dataset says of these pictures; nothing of those it has not, or where it is gone."""
        with self._database.read() as connection:
            current = changes.find_by_id(connection, dataset)
            places = find_places(connection, current.part, sources) if current else {}
            lines = read_lines_at(connection, current.part, list(places.values())) if current else {}
        return {source: lines[place] for source, place in places.items() if place in lines}

    def is_in_any(self, source: str) -> bool:
        """Say whether any dataset has this picture, of whichever project and account."""
        bucket = split_s3(source)[0]
        with self._database.read() as connection:
            holding = connection.execute(select(datasets.c.part).where(datasets.c.bucket == bucket)).scalars()
            return any(find_places(connection, part, [source]) for part in holding.all())

    def say_of_pictures(self, part: int, findings: Mapping[int, Sequence[Flaw]]) -> None:
        """Keep what is wrong with the pictures of these entries, nothing where nothing is (any more)."""
        with self._database.write() as connection:
            mark_pictures(connection, part, findings, milliseconds(self._clock()))

    def say_of_masks(self, part: int, labels: Mapping[int, Sequence[str]]) -> None:
        """Keep which anomaly labels the masks of these entries show, whatever their lines declare."""
        with self._database.write() as connection:
            relabel(connection, part, labels, milliseconds(self._clock()))


def _require_listed(connection: Connection, dataset: Dataset) -> int:
    """Return the part to list, read in the transaction that lists it, since another may take its place."""
    current = changes.require(connection, dataset)
    changes.require_state(current, "listed")
    return current.part
