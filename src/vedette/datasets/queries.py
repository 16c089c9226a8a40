"""Entries asked for by any condition, in any order, from any place in the answer; and counted.

An answer is an array of places, kept for as long as pages of it may be asked for: so pages agree with one
another while the dataset changes, and a page deep in it costs what the first does. Reads, and never writes.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets import changes
from vedette.datasets.addresses import Addresses
from vedette.datasets.answers import KeptAnswers
from vedette.datasets.asking import EntryFilter, EntryQuery
from vedette.datasets.columns import MOST_PARTS, ColumnStore, PartColumns
from vedette.datasets.dataset import Dataset
from vedette.datasets.matching import Twins, read_addresses
from vedette.datasets.natural import rank_names
from vedette.datasets.query_pages import EntryCounts, QueryPage, SummaryEntry
from vedette.datasets.query_reading import DatasetReading
from vedette.datasets.sampling import (
    EntrySample,
    PictureMatch,
    SampledEntry,
)
from vedette.datasets.tables import datasets
from vedette.datasets.twin_groups import TwinFinder
from vedette.dialects.readiness import DatasetTally
from vedette.errors import Missing
from vedette.store.db import Database

LARGE = 50_000
"""From so many entries on the first order by name takes more than a third of a second."""

Numbers = NDArray[np.int64]


class EntryQueries:
    """Queries on any dataset. Threads may share it."""

    def __init__(self, database: Database, twins: TwinFinder | None = None) -> None:
        self._database = database
        self._columns = ColumnStore()
        self.addresses = Addresses()
        self._twins = twins or TwinFinder()
        self._lock = threading.Lock()
        # Held while names are ranked, so that who asks meanwhile waits and does not begin again.
        self._ranking = threading.Lock()
        self.answers = KeptAnswers()
        self._names: OrderedDict[int, Numbers] = OrderedDict()
        self._warmed: set[int] = set()

    def close(self) -> None:
        """Leave comparisons off."""
        self._twins.close()

    def page(
        self, dataset: Dataset, query: EntryQuery, *, offset: int = 0, most: int = 100, snapshot: str = ""
    ) -> QueryPage:
        """Return a page of the answer that `snapshot` names, or of one that is worked out now."""
        with self._reading(dataset) as reading:
            answer = reading.answer(query, snapshot)
            page = reading.page(answer, offset, most)
        self._warm(dataset, page.total)
        return page

    def page_around(
        self, dataset: Dataset, query: EntryQuery, entry: str, *, most: int = 100, snapshot: str = ""
    ) -> QueryPage:
        """Return the page that an entry is in the middle of.

        Raises:
            Missing: where the answer does not hold it.
        """
        with self._reading(dataset) as reading:
            answer = reading.answer(query, snapshot)
            at = answer.places.index(reading.place_of(entry))
            if at is None:
                raise Missing(f"The entry {entry} is not among those that pass.", kind="entry", name=entry)
            return reading.page(answer, max(0, at - most // 2), most)

    def count(self, dataset: Dataset, conditions: EntryFilter) -> EntryCounts:
        """Count the entries that pass, by state and by label."""
        with self._reading(dataset) as reading:
            counts = reading.count(conditions)
        # A project's page counts what its gallery will sort.
        self._warm(dataset, counts.total)
        return counts

    def tally(self, dataset: Dataset) -> DatasetTally:
        """Count a dataset's entries, without comparing pictures."""
        with self._reading(dataset) as reading:
            return reading.tally()

    def match(
        self, dataset: Dataset, contents: Sequence[bytes], ids: Sequence[str]
    ) -> tuple[PictureMatch, list[int]]:
        """Return the entries with these contents, and the places of those with these identifiers."""
        with self._reading(dataset) as reading:
            places = [reading.place_of(entry) for entry in ids]
            return reading.match(contents), [place for place in places if place >= 0]

    def at(self, dataset: Dataset, place: int) -> SummaryEntry | None:
        """Return the entry at a place; nothing where it was removed."""
        with self._reading(dataset) as reading:
            return reading.at(place)

    def places(self, connection: Connection, dataset: Dataset, conditions: EntryFilter) -> list[int]:
        """Return the places of the entries that pass, as the caller's transaction sees them."""
        columns = self._columns.of(dataset.part)
        with columns.lock:
            reading = DatasetReading(self, connection, dataset, columns)
            return [int(place) for place in reading.matching(conditions)]

    def sample(self, dataset: Dataset, most: int) -> EntrySample:
        """Return entries that stand for all of a dataset, so many of each kind at most."""
        with self._reading(dataset) as reading:
            return reading.sample(most)

    def unlabelled(self, dataset: Dataset, most: int) -> list[SampledEntry]:
        """Return the first entries without a label whose pictures are sound."""
        with self._reading(dataset) as reading:
            return reading.unlabelled(most)

    def revision(self, dataset: Dataset) -> str:
        """Return what changes with every change of a dataset's entries or pictures."""
        with self._reading(dataset) as reading:
            return reading.revision()

    def lines(self, dataset: Dataset, conditions: EntryFilter, most: int) -> list[str]:
        """Return the lines of the entries that pass, in the dataset's order, and so many at the most."""
        with self._reading(dataset) as reading:
            return reading.lines(reading.matching(conditions)[:most])

    def _warm(self, dataset: Dataset, size: int) -> None:
        """Have what takes long on a large dataset worked out before somebody waits for it, once."""
        with self._lock:
            if size < LARGE or dataset.part in self._warmed:
                return
            self._warmed.add(dataset.part)
        self._twins.later(partial(self._warm_names, dataset))
        self._twins.later(partial(self.page, dataset, EntryQuery(EntryFilter(has_twin=True)), most=1))

    def _warm_names(self, dataset: Dataset) -> None:
        """Order names without the columns' lock, since it takes a moment with the largest datasets."""
        with self._database.read() as connection:
            self._rank_names(connection, dataset, self._columns.of(dataset.part).end)

    def _rank_names(self, connection: Connection, dataset: Dataset, end: int) -> Numbers:
        """Return the ranks of so many entries' names, which are kept."""
        with self._ranking:
            ranks = self._known_names(dataset.part)
            if len(ranks) < end:
                ranks = rank_names(read_addresses(connection, self.addresses, dataset, end))
                self._keep_names(dataset.part, ranks)
        return ranks[:end]

    @contextmanager
    def _reading(self, dataset: Dataset) -> Iterator[DatasetReading]:
        with self._database.read() as connection:
            current = changes.require(connection, dataset)
            changes.require_state(current, "listed")
            columns = self._columns.of(current.part)
            with columns.lock:
                yield DatasetReading(self, connection, current, columns)

    def names_of(self, connection: Connection, dataset: Dataset, columns: PartColumns) -> Numbers:
        """Return the entries' places by name; names of a part never change, there only come more."""
        ranks = self._known_names(dataset.part)
        if len(ranks) < columns.end:
            return self._rank_names(connection, dataset, columns.end)
        return ranks[: columns.end]

    def _known_names(self, part: int) -> Numbers:
        with self._lock:
            return self._names.get(part, np.zeros(0, np.int64))

    def _keep_names(self, part: int, ranks: Numbers) -> None:
        with self._lock:
            self._names[part] = ranks
            self._names.move_to_end(part)
            if len(self._names) > MOST_PARTS:
                self._names.popitem(last=False)

    def groups_of(self, connection: Connection, dataset: Dataset, own: PartColumns) -> Twins:
        """Return the groups of the same picture, and which entries the project's other dataset has."""
        query = select(datasets.c.part).where(
            datasets.c.project == dataset.project, datasets.c.id != dataset.id
        )
        part = connection.execute(query).scalar()
        other = PartColumns(0) if part is None else self._read_other(connection, part)
        state = (own.picture_changes, other.picture_changes)
        hashes = (own.hashes[: own.end], other.hashes[: other.end])
        groups = self._twins.find((own.part, other.part), state, *hashes)
        return groups, other.flags(other.bits["present"])

    def _read_other(self, connection: Connection, part: int) -> PartColumns:
        """Return a copy of the other part's columns: to hold both locks could wait for one another."""
        columns = self._columns.of(part)
        copy = PartColumns(part)
        if not columns.lock.acquire(timeout=1):
            copy.refresh(connection)
            return copy
        try:
            columns.refresh(connection)
            copy.bits = {"present": columns.bits["present"].copy()}
            copy.hashes, copy.end = columns.hashes.copy(), columns.end
            copy.picture_changes = columns.picture_changes
        finally:
            columns.lock.release()
        return copy
