"""The journal read: a dataset's changes with who and when, sums by day and person, one picture's past.

Reads only. Who asks is told names and labels, never what lines said before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from vedette.datasets import changes
from vedette.datasets.blocks import SEPARATOR
from vedette.datasets.callers import read_callers
from vedette.datasets.dataset import Dataset, Kind
from vedette.datasets.journal import OriginKind
from vedette.datasets.parts import read_rows
from vedette.datasets.staging import BLOCK
from vedette.datasets.steps import PRESENT, EntryStep, class_of, names_of_row, read_facts, unpack_step
from vedette.datasets.tables import callers, datasets, journal, journal_steps, labels, refs
from vedette.identity.principal import Principal
from vedette.store.db import Database

DAY_MS = 24 * 60 * 60 * 1000
MOST_EVENTS = 200
"""Events of one picture: nobody reads more, and the newest come first."""


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which lines are asked for; every condition that is given must hold."""

    person: str = ""
    kinds: tuple[OriginKind, ...] = ()
    label: str = ""
    source: str = ""
    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A change of a dataset. Both of a project's datasets have the line of a move between them."""

    number: int
    kind: OriginKind
    caller: Principal | None
    began_ms: int
    ended_ms: int
    added: int
    removed: int
    changed: int
    labels: Mapping[str, tuple[int, int]]
    note: str
    reverts: int | None
    reverted_by: int | None
    # Whether the dataset is the one whose entries left, where there is another one.
    is_giving: bool
    has_other: bool
    came_whole: bool


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one person did to a dataset on one day, by one kind of change."""

    day: int
    caller: Principal | None
    kind: OriginKind
    lines: int
    entries: int


@dataclass(frozen=True, slots=True)
class EntryEvent:
    """What happened to one picture's entry: `action` is what, labels are those before and after."""

    line: int
    action: Literal["added", "removed", "changed", "moved"]
    kind: OriginKind
    dataset: Kind
    caller: Principal | None
    at_ms: int
    note: str
    before: tuple[str, ...]
    after: tuple[str, ...]


class DatasetHistory:
    """The history of every dataset."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lines(
        self, dataset: Dataset, conditions: JournalFilter, *, before: int | None = None, most: int = 50
    ) -> tuple[list[JournalLine], bool]:
        """Return the newest changes that pass, from before a number if one is given; and if more are."""
        with self._database.read() as connection:
            query = select(journal).where(*_conditions(connection, dataset, conditions))
            if before is not None:
                query = query.where(journal.c.id < before)
            rows = list(_passing(connection, query.order_by(journal.c.id.desc()), conditions, most + 1))
            return _lines(connection, dataset, rows[:most]), len(rows) > most

    def days(self, dataset: Dataset, conditions: JournalFilter, *, offset_ms: int = 0) -> list[DayCount]:
        """Return what was done by day, person and kind, the newest day first.

        `offset_ms` is how far a time zone is ahead: days begin at its midnight.
        """
        moment = journal.c.began_ms + offset_ms
        entries = journal.c.added + journal.c.removed + journal.c.changed
        columns = (
            (moment - moment % DAY_MS).label("day"),
            journal.c.caller,
            journal.c.kind,
            func.count().label("lines"),
            func.sum(entries).label("entries"),
        )
        with self._database.read() as connection:
            query = select(*columns).where(*_conditions(connection, dataset, conditions))
            rows = connection.execute(query.group_by("day", journal.c.caller, journal.c.kind)).all()
            people = read_callers(connection, {row.caller for row in rows if row.caller})
        counts = [
            DayCount(int(row.day), people.get(row.caller), row.kind, row.lines, int(row.entries))
            for row in rows
        ]
        return sorted(counts, key=lambda count: (-count.day, -count.entries))

    def people(self, dataset: Dataset) -> list[Principal]:
        """Return everybody who changed the dataset."""
        its = or_(journal.c.dataset == dataset.id, journal.c.other == dataset.id)
        with self._database.read() as connection:
            numbers = connection.execute(select(journal.c.caller).where(its).distinct()).scalars().all()
            people = read_callers(connection, [number for number in numbers if number])
        return sorted(
            {person.arn: person for person in people.values()}.values(), key=lambda person: person.arn
        )

    def find(self, dataset: Dataset, number: int) -> JournalLine | None:
        """Return one line of the dataset's."""
        with self._database.read() as connection:
            its = or_(journal.c.dataset == dataset.id, journal.c.other == dataset.id)
            rows = connection.execute(select(journal).where(journal.c.id == number, its)).all()
            return next(iter(_lines(connection, dataset, rows)), None)

    def of_picture(self, dataset: Dataset, source: str) -> list[EntryEvent]:
        """Return what happened to a picture's entry in the project's datasets, the newest first."""
        with self._database.read() as connection:
            query = select(datasets.c.id).where(datasets.c.project == dataset.project)
            numbers = connection.execute(query).scalars().all()
            both = [current for number in numbers if (current := changes.find_by_id(connection, number))]
            events = [
                event for current in both for event in _PictureReading(connection, current, source).events()
            ]
        leaving = {event.line for event in events if event.action == "moved"}
        events = [event for event in events if event.line not in leaving or event.action == "moved"]
        return sorted(events, key=lambda event: (-event.at_ms, -event.line))[:MOST_EVENTS]


class _PictureReading:
    """One picture's entries in one dataset, within a read transaction."""

    def __init__(self, connection: Connection, dataset: Dataset, source: str) -> None:
        self._connection = connection
        self._dataset = dataset
        self._source = source
        self._part = dataset.part

    def events(self) -> Iterator[EntryEvent]:
        """Yield what the journal knows, in any order."""
        for seq in _places_of(self._connection, self._part, self._source):
            steps = list(_steps_at(self._connection, self._part, seq))
            yield from self._of_steps(steps)
            if not steps or steps[0][1].before & PRESENT:
                yield from self._coming(seq, steps[0][1] if steps else None)

    def _of_steps(self, steps: Sequence[tuple[Any, EntryStep]]) -> Iterator[EntryEvent]:
        names = self._names()
        people = read_callers(self._connection, {row.caller for row, _ in steps if row.caller})
        for row, step in steps:
            yield EntryEvent(
                line=row.line,
                action=_action(row, step),
                kind=row.kind,
                dataset=self._dataset.kind,
                caller=people.get(row.caller),
                at_ms=row.at_ms,
                note=row.note,
                before=_labels(step.before, step.old_labels, names),
                after=_labels(step.after, step.new_labels, names),
            )

    def _coming(self, seq: int, first: EntryStep | None) -> Iterator[EntryEvent]:
        """Yield how an entry came that is in no step: with its whole part, if the journal is that old."""
        query = select(journal).where(journal.c.whole_part == self._part)
        row = self._connection.execute(query).first()
        if row is None:
            return
        if first is None:
            rows = [row for block in read_rows(self._connection, self._part, {seq}) for row in block]
            after = tuple(sorted(names_of_row(rows[0]))) if rows else ()
        else:
            after = _labels(first.before, first.old_labels, self._names())
        people = read_callers(self._connection, {row.caller} if row.caller else set())
        caller, kind = people.get(row.caller), self._dataset.kind
        yield EntryEvent(row.id, "added", row.kind, kind, caller, row.ended_ms, row.note, (), after)

    def _names(self) -> Mapping[int, str]:
        query = select(labels.c.label, labels.c.name).where(labels.c.part == self._part)
        return {row.label: bytes(row.name).decode() for row in self._connection.execute(query)}


def _action(row: Any, step: EntryStep) -> Literal["added", "removed", "changed", "moved"]:
    was_present, is_present = step.before & PRESENT, step.after & PRESENT
    if was_present and is_present:
        return "changed"
    if is_present:
        return "added"
    return "removed" if row.other is None else "moved"


def _labels(bits: int, numbers: Sequence[int], names: Mapping[int, str]) -> tuple[str, ...]:
    label_names = {names.get(number, "?") for number in numbers}
    return tuple(sorted(label_names | {class_of(bits)} - {""}))


def _places_of(connection: Connection, part: int, source: str) -> list[int]:
    """Return every place that the picture's entries have had in a part, removed ones included."""
    address = source.encode("utf-8")
    if SEPARATOR in address:
        return []
    query = select(refs.c.block, refs.c.refs).where(refs.c.part == part)
    places = []
    for row in connection.execute(query):
        text = SEPARATOR + bytes(row.refs)
        at = text.find(SEPARATOR + address + SEPARATOR)
        while at >= 0:
            places.append(row.block * BLOCK + text.count(SEPARATOR, 0, at))
            at = text.find(SEPARATOR + address + SEPARATOR, at + 1)
    return places


def _steps_at(connection: Connection, part: int, seq: int) -> Iterator[tuple[Any, EntryStep]]:
    """Yield the steps that touched a place, the oldest first."""
    columns = (
        journal_steps.c.line,
        journal_steps.c.at_ms,
        journal_steps.c.facts,
        journal_steps.c.labels,
        journal.c.kind,
        journal.c.caller,
        journal.c.note,
        journal.c.other,
    )
    query = select(*columns).join(journal, journal.c.id == journal_steps.c.line)
    its = (journal_steps.c.part == part, journal_steps.c.block == seq // BLOCK)
    for row in connection.execute(query.where(*its).order_by(journal_steps.c.id)):
        if seq % BLOCK in read_facts(row.facts)["place"]:
            steps = unpack_step(row.facts, row.labels)
            yield row, next(step for step in steps if step.place == seq % BLOCK)


def _conditions(
    connection: Connection, dataset: Dataset, conditions: JournalFilter
) -> list[ColumnElement[bool]]:
    criteria = [or_(journal.c.dataset == dataset.id, journal.c.other == dataset.id)]
    if conditions.person:
        criteria.append(journal.c.caller.in_(_numbers_of(connection, conditions.person)))
    if conditions.kinds:
        criteria.append(journal.c.kind.in_(conditions.kinds))
    if conditions.label:
        quoted = orjson.dumps(conditions.label).decode()
        criteria.append(journal.c.labels.contains(f"{quoted}:", autoescape=True))
    if conditions.since_ms is not None:
        criteria.append(journal.c.began_ms >= conditions.since_ms)
    if conditions.until_ms is not None:
        criteria.append(journal.c.began_ms < conditions.until_ms)
    if conditions.source:
        criteria.append(journal.c.id.in_(_lines_of(connection, dataset, conditions.source)))
    return criteria


def _numbers_of(connection: Connection, arn: str) -> list[int]:
    """Return the numbers under which a person is known: one with each session's facts."""
    rows = connection.execute(select(callers.c.id, callers.c.facts)).all()
    return [row.id for row in rows if orjson.loads(row.facts).get("arn") == arn]


def _lines_of(connection: Connection, dataset: Dataset, source: str) -> list[int]:
    places = _places_of(connection, dataset.part, source)
    numbers = {row.line for seq in places for row, _ in _steps_at(connection, dataset.part, seq)}
    whole = select(journal.c.id).where(journal.c.whole_part == dataset.part)
    return sorted(numbers | set(connection.execute(whole).scalars()) if places else numbers)


def _passing(
    connection: Connection, query: Select[Any], conditions: JournalFilter, most: int
) -> Iterator[Row[Any]]:
    """Yield so many rows that pass; a database's search for a label is regardless of case."""
    # PostgreSQL keeps a cursor open for rows that nobody takes any more.
    with connection.execute(query.execution_options(yield_per=200)) as rows:
        passing = (
            row for row in rows if not conditions.label or conditions.label in orjson.loads(row.labels)
        )
        yield from islice(passing, most)


def _lines(connection: Connection, dataset: Dataset, rows: Sequence[Row[Any]]) -> list[JournalLine]:
    people = read_callers(connection, {row.caller for row in rows if row.caller})
    query = select(journal.c.reverts, journal.c.id).where(journal.c.reverts.in_([row.id for row in rows]))
    reverted = {row.reverts: row.id for row in connection.execute(query)}
    return [
        JournalLine(
            number=row.id,
            kind=row.kind,
            caller=people.get(row.caller),
            began_ms=row.began_ms,
            ended_ms=row.ended_ms,
            added=row.added,
            removed=row.removed,
            changed=row.changed,
            labels={name: tuple(deltas) for name, deltas in orjson.loads(row.labels).items()},
            note=row.note,
            reverts=row.reverts,
            reverted_by=reverted.get(row.id),
            is_giving=row.dataset == dataset.id,
            has_other=row.other is not None,
            came_whole=row.whole_part is not None,
        )
        for row in rows
    ]
