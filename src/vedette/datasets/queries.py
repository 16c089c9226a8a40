"""Entries asked for by any condition, in any order, from any place in the answer; and counted.

An answer is an array of places, kept for as long as pages of it may be asked for: so pages agree with one
another while the dataset changes, and a page deep in it costs what the first does. Reads, and never writes.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets import changes
from vedette.datasets.addresses import Addresses
from vedette.datasets.answers import KeptAnswers, QueryAnswer, keep_places
from vedette.datasets.asking import EntryFilter, EntryQuery
from vedette.datasets.blocks import hash_ref
from vedette.datasets.columns import MOST_PARTS, Bits, ColumnStore, PartColumns
from vedette.datasets.dataset import Dataset
from vedette.datasets.matching import Matcher, Twins, read_addresses
from vedette.datasets.natural import rank_names
from vedette.datasets.parts import read_lines_at
from vedette.datasets.sampling import (
    EntrySample,
    PictureMatch,
    SampledEntry,
    match_contents,
    revision_of_part,
    take_sample,
    take_unlabelled,
)
from vedette.datasets.sorting import order_places, ranks_of
from vedette.datasets.staging import read_flaws
from vedette.datasets.tables import datasets, entries, entry_places
from vedette.datasets.tallies import tally_of
from vedette.datasets.twin_groups import TwinFinder
from vedette.dialects.readiness import DatasetTally
from vedette.errors import Missing
from vedette.manifest.lines import read_line
from vedette.manifest.problems import Flaw
from vedette.store.db import Database

LARGE = 50_000
"""From so many entries on the first order by name takes more than a third of a second."""

Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SummaryEntry:
    """An entry as a gallery shows it. `id` is its address's hash, the same in every dataset."""

    seq: int
    id: str
    source: str
    line: str
    labels: Sequence[str]
    is_labelled: bool
    is_unsure: bool
    is_anomalous: bool | None
    flaws: Sequence[Flaw]
    created_ms: int
    picture_state: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class QueryPage:
    """A page of an answer; an entry that was removed since is None, so that places stay."""

    snapshot: str
    total: int
    offset: int
    entries: Sequence[SummaryEntry | None]
    # The dataset was changed since the answer was worked out.
    is_stale: bool
    # Pictures are being compared or looked at, so that the answer may change by itself.
    is_pending: bool


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """How many of the entries that pass have each property, and each label."""

    total: int
    labelled: int
    unsure: int
    errors: int
    normal: int
    anomaly: int
    broken: int
    pending: int
    twins: int
    shared: int
    labels: Sequence[tuple[str, int, int]]
    is_pending: bool


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
            reading = _Reading(self, connection, dataset, columns)
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
    def _reading(self, dataset: Dataset) -> Iterator["_Reading"]:
        with self._database.read() as connection:
            current = changes.require(connection, dataset)
            changes.require_state(current, "listed")
            columns = self._columns.of(current.part)
            with columns.lock:
                yield _Reading(self, connection, current, columns)

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


class _Reading:
    """One look at a dataset, within a transaction and its columns' lock."""

    def __init__(
        self, queries: EntryQueries, connection: Connection, dataset: Dataset, columns: PartColumns
    ) -> None:
        self._queries = queries
        self._connection = connection
        self._dataset = dataset
        self._columns = columns
        self._twins: Twins | None = None
        columns.refresh(connection)

    @property
    def twins(self) -> Twins:
        """The groups of the same picture, worked out where they are asked for."""
        if self._twins is None:
            self._twins = self._queries.groups_of(self._connection, self._dataset, self._columns)
        return self._twins

    def answer(self, query: EntryQuery, snapshot: str) -> QueryAnswer:
        """Return the answer that a snapshot names, if it is this query's and kept still; or a new one."""
        now = self._snapshot(query)
        for name in (snapshot, now):
            if name.endswith(query.key()) and name.startswith(f"{self._dataset.part}."):
                answer = self._queries.answers.recall(name)
                if answer is not None:
                    return answer
        answer = self._work_out(query, now)
        self._queries.answers.remember(answer)
        return answer

    def page(self, answer: QueryAnswer, offset: int, most: int) -> QueryPage:
        """Return a page of an answer."""
        places = answer.places.page(offset, most).astype(np.int64)
        summaries = self._summaries(places)
        return QueryPage(
            answer.snapshot,
            len(answer.places),
            offset,
            [summaries.get(int(place)) for place in places],
            is_stale=self._version(answer.snapshot) != self._version(self._snapshot_head()),
            is_pending=answer.is_pending or self._is_looked_at(),
        )

    def count(self, conditions: EntryFilter) -> EntryCounts:
        """Count the entries that pass."""
        columns, end = self._columns, self._columns.end
        flags = np.zeros(end, bool)
        flags[self.matching(conditions)] = True
        groups, others = self.twins
        present = columns.flags(columns.bits["present"])
        state = columns.facts["state"][:end]
        packed = np.packbits(flags, bitorder="little")

        def count_in(bits: Bits) -> int:
            return int(np.bitwise_count(bits[: len(packed)] & packed).sum())

        labels = [
            (columns.names[number], count_in(columns.labels[number]), count_in(columns.boxed[number]))
            for number in sorted(columns.labels)
        ]
        return EntryCounts(
            total=int(flags.sum()),
            **{
                name: count_in(columns.bits[name])
                for name in ("labelled", "unsure", "errors", "normal", "anomaly")
            },
            broken=int(((state >= 2) & flags).sum()),
            pending=int(((state == 0) & flags).sum()),
            twins=int((groups.twins(present) & flags).sum()),
            shared=int((groups.shared(present, others) & flags).sum()),
            labels=[label for label in labels if label[1]],
            is_pending=groups.is_pending or self._is_looked_at(),
        )

    def matching(self, conditions: EntryFilter) -> Numbers:
        """Return the places of the entries that pass, in the dataset's order."""
        self._twins = self.twins if conditions.asks_for_twins else self._twins
        matcher = Matcher(self._connection, self._dataset, self._columns, self._queries.addresses)
        return np.flatnonzero(matcher.flags(conditions, lambda: self.twins))

    def tally(self) -> DatasetTally:
        """Count all entries."""
        return tally_of(self._columns)

    def match(self, contents: Sequence[bytes]) -> PictureMatch:
        """Return the entries with these contents."""
        return match_contents(self._columns, contents)

    def at(self, place: int) -> SummaryEntry | None:
        """Return the entry at a place."""
        return self._summaries(np.asarray([place], np.int64)).get(place)

    def sample(self, most: int) -> EntrySample:
        """Return entries that stand for all."""
        return take_sample(self._connection, self._columns, most)

    def unlabelled(self, most: int) -> list[SampledEntry]:
        """Return the first entries without a label."""
        return take_unlabelled(self._connection, self._columns, most)

    def revision(self) -> str:
        """Return what changes with every change."""
        return revision_of_part(self._columns)

    def lines(self, places: Numbers) -> list[str]:
        """Return the lines of the entries at these places, in their order."""
        lines = read_lines_at(self._connection, self._dataset.part, places.tolist())
        return [lines[place] for place in sorted(lines)]

    def place_of(self, entry: str) -> int:
        """Return an entry's place; -1 where there is none."""
        query = select(entry_places.c.seq).where(
            entry_places.c.part == self._dataset.part, entry_places.c.ref_hash == id_bytes(entry)
        )
        place = self._connection.execute(query).scalar()
        return -1 if place is None else int(place)

    def _work_out(self, query: EntryQuery, snapshot: str) -> QueryAnswer:
        places = self.matching(query.conditions)
        ranks = ranks_of(
            query.sort,
            self._columns,
            lambda: self._queries.names_of(self._connection, self._dataset, self._columns),
            lambda: self.twins[0].own_at(self._columns.end),
        )
        ordered = order_places(places, ranks, descending=query.descending)
        is_pending = query.asks_for_twins and self.twins[0].is_pending
        return QueryAnswer(snapshot, keep_places(ordered), is_pending)

    def _snapshot(self, query: EntryQuery) -> str:
        return f"{self._snapshot_head()}.{query.key()}"

    def _snapshot_head(self) -> str:
        columns = self._columns
        return f"{columns.part}.{columns.changes}.{columns.picture_changes}"

    def _version(self, snapshot: str) -> list[str]:
        return snapshot.split(".")[:3]

    def _is_looked_at(self) -> bool:
        columns = self._columns
        present = columns.flags(columns.bits["present"])
        return bool(((columns.facts["state"][: columns.end] == 0) & present).any())

    def _summaries(self, places: Numbers) -> dict[int, SummaryEntry]:
        columns = self._columns
        labels = dict(zip(places.tolist(), columns.labels_at(places), strict=True))
        marks = {name: columns.is_at(name, places) for name in ("labelled", "unsure", "normal", "anomaly")}
        at = {int(place): number for number, place in enumerate(places)}
        query = select(
            entries.c.seq, entries.c.ref_hash, entries.c.line, entries.c.flaws, entries.c.picture_flaws
        ).where(entries.c.part == self._dataset.part, entries.c.seq.in_(list(at)))
        summaries = {}
        for row in self._connection.execute(query):
            number, fact = at[row.seq], columns.facts[row.seq]
            has_class = marks["normal"][number] or marks["anomaly"][number]
            summaries[row.seq] = SummaryEntry(
                seq=row.seq,
                id=bytes(row.ref_hash).hex(),
                source=read_line(row.line).source,
                line=row.line,
                labels=labels[row.seq],
                is_labelled=bool(marks["labelled"][number]),
                is_unsure=bool(marks["unsure"][number]),
                is_anomalous=bool(marks["anomaly"][number]) if has_class else None,
                flaws=[*read_flaws(row.flaws), *read_flaws(row.picture_flaws)],
                created_ms=int(columns.created[row.seq]),
                picture_state=columns.state_at(row.seq),
                width=int(fact["width"]),
                height=int(fact["height"]),
                bytes=int(fact["bytes"]),
            )
        return summaries


def id_of(ref: str) -> str:
    """Return the identifier of the entry of an address, whether there is one or not."""
    return hash_ref(ref).hex()


def id_bytes(text: str) -> bytes:
    """Return what an entry is found by; nothing's where the text is no identifier."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
