"""Suggestions that a person looked at and let stand: stored for the dataset, listed, and taken back.

One holds for what was looked at. Where that was a label, it ends when the picture's labels or the box are
others; where it was the file, when there is another file. A new study does not end it. No entry is changed.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select

from vedette.clock import Clock, milliseconds
from vedette.datasets.dataset import Dataset
from vedette.datasets.query_pages import SummaryEntry
from vedette.dialects.dialect import Dialect
from vedette.errors import TooMuch, Wrong
from vedette.manifest.lines import read_line
from vedette.store.db import Database
from vedette.suggestions.tables import dismissals

SuggestionKind = Literal["mislabelled", "boxes", "odd", "teach", "shared", "broken"]
# What is said of the file; the others are about a label.
_OF_FILES: frozenset[SuggestionKind] = frozenset({"odd", "shared", "broken"})
MOST = 10_000
"""Of a dataset: a person dismisses some hundred in a day, and whoever comes so far is told."""


@dataclass(frozen=True, slots=True)
class SuggestionKey:
    """One suggestion: of which kind, of which entry, and of which of its boxes."""

    kind: SuggestionKind
    entry: str
    box: int | None = None


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A suggestion that stands, who let it stand, and what it said."""

    kind: SuggestionKind
    entry: str
    about: str
    facts: Mapping[str, Any]
    person: str
    dismissed_ms: int


class Dismissals:
    """What was dismissed, of all datasets. Threads may share it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, dataset: Dataset, kinds: Collection[str] = ()) -> list[Dismissal]:
        """Return what is dismissed in a dataset, the latest first."""
        query = select(dismissals).where(dismissals.c.dataset == dataset.id)
        if kinds:
            query = query.where(dismissals.c.kind.in_(kinds))
        latest = query.order_by(dismissals.c.dismissed_ms.desc(), dismissals.c.entry, dismissals.c.about)
        with self._database.read() as connection:
            rows = connection.execute(latest).all()
        return [
            Dismissal(row.kind, row.entry, row.about, orjson.loads(row.facts), row.person, row.dismissed_ms)
            for row in rows
        ]

    def put(
        self, dataset: Dataset, new: Sequence[tuple[SuggestionKey, str, Mapping[str, Any]]], person: str
    ) -> None:
        """Dismiss suggestions: each with what it is about, and what it said; one dismissed already stays."""
        now = milliseconds(self._clock())
        rows = {
            (key.kind, key.entry, about): {
                "dataset": dataset.id,
                "kind": key.kind,
                "entry": key.entry,
                "about": about,
                "facts": orjson.dumps(facts).decode(),
                "person": person,
                "dismissed_ms": now,
            }
            for key, about, facts in new
        }
        with self._database.write() as connection:
            for row in rows.values():
                connection.execute(delete(dismissals).where(_same(dataset, row)))
            if rows:
                connection.execute(insert(dismissals), list(rows.values()))
            _hold_to_bound(connection, dataset)

    def drop(self, dataset: Dataset, keys: Iterable[tuple[SuggestionKey, str | None]]) -> None:
        """Take dismissals back; without what they are about, all of that kind and entry."""
        with self._database.write() as connection:
            for key, about in keys:
                row = {"kind": key.kind, "entry": key.entry} | ({} if about is None else {"about": about})
                connection.execute(delete(dismissals).where(_same(dataset, row)))


def _same(dataset: Dataset, values: Mapping[str, Any]) -> ColumnElement[bool]:
    conditions = [dismissals.c[name] == values[name] for name in ("kind", "entry", "about") if name in values]
    return and_(dismissals.c.dataset == dataset.id, *conditions)


def _hold_to_bound(connection: Connection, dataset: Dataset) -> None:
    query = select(func.count()).select_from(dismissals).where(dismissals.c.dataset == dataset.id)
    if connection.execute(query).scalar_one() > MOST:
        raise TooMuch(
            f"{MOST} suggestions of this dataset are dismissed; take some back first.", kind="suggestion"
        )


def about_of(kind: SuggestionKind, entry: SummaryEntry, box: int | None, dialect: Dialect) -> str:
    """Return a hash of what a suggestion is about: it is another one once the hash is."""
    if kind in _OF_FILES:
        return _hash([entry.picture_state, entry.width, entry.height, entry.bytes])
    if kind == "boxes":
        return _hash(_box_of(entry, box, dialect))
    return _hash([sorted(entry.labels), entry.is_anomalous])


def _box_of(entry: SummaryEntry, number: int | None, dialect: Dialect) -> list[Any]:
    boxes = dialect.judge_line(read_line(entry.line), strict=False).boxes or ()
    if number is None or number >= len(boxes):
        raise Wrong(f"{entry.source} has no box {number}.", kind="entries", name=entry.source)
    label, box = boxes[number]
    return [label, *(round(edge, 5) for edge in (box.left, box.top, box.width, box.height))]


def _hash(values: Sequence[Any]) -> str:
    return hashlib.blake2b(orjson.dumps(list(values)), digest_size=8).hexdigest()
