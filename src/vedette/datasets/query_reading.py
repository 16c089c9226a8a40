"""One look at a dataset, within a transaction and the lock of its columns.

It works out answers, pages and counts; what outlives it (kept answers, addresses, ranks of names, groups of
the same picture) it is lent by queries.py.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from vedette.datasets.addresses import Addresses
from vedette.datasets.answers import KeptAnswers, QueryAnswer, keep_places
from vedette.datasets.asking import EntryFilter, EntryQuery
from vedette.datasets.columns import Bits, PartColumns
from vedette.datasets.dataset import Dataset
from vedette.datasets.matching import Matcher, Twins
from vedette.datasets.parts import read_lines_at
from vedette.datasets.query_pages import EntryCounts, QueryPage, SummaryEntry, id_bytes
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
from vedette.datasets.tables import entries, entry_places
from vedette.datasets.tallies import tally_of
from vedette.dialects.readiness import DatasetTally
from vedette.manifest.lines import read_line

Numbers = NDArray[np.int64]


class ReadingTools(Protocol):
    """What is kept from one look to the next."""

    addresses: Addresses
    answers: KeptAnswers

    def names_of(self, connection: Connection, dataset: Dataset, columns: PartColumns) -> Numbers:
        """Return the entries' places by name."""
        ...

    def groups_of(self, connection: Connection, dataset: Dataset, own: PartColumns) -> Twins:
        """Return the groups of the same picture, and which entries the project's other dataset has."""
        ...


class DatasetReading:
    """One look at a dataset, within a transaction and its columns' lock."""

    def __init__(
        self, tools: ReadingTools, connection: Connection, dataset: Dataset, columns: PartColumns
    ) -> None:
        self._tools = tools
        self._connection = connection
        self._dataset = dataset
        self._columns = columns
        self._twins: Twins | None = None
        columns.refresh(connection)

    @property
    def twins(self) -> Twins:
        """The groups of the same picture, worked out where they are asked for."""
        if self._twins is None:
            self._twins = self._tools.groups_of(self._connection, self._dataset, self._columns)
        return self._twins

    def answer(self, query: EntryQuery, snapshot: str) -> QueryAnswer:
        """Return the answer that a snapshot names, if it is this query's and kept still; or a new one."""
        now = self._snapshot(query)
        for name in (snapshot, now):
            if name.endswith(query.key()) and name.startswith(f"{self._dataset.part}."):
                answer = self._tools.answers.recall(name)
                if answer is not None:
                    return answer
        answer = self._work_out(query, now)
        self._tools.answers.remember(answer)
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
        matcher = Matcher(self._connection, self._dataset, self._columns, self._tools.addresses)
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
            lambda: self._tools.names_of(self._connection, self._dataset, self._columns),
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
