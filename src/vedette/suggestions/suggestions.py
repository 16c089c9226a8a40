"""The room's front: studies of datasets asked for, followed and left, and what the last one said.

An answer is of one state of its dataset. When the dataset changes it is kept and said to be out of date; what
it says of an entry is left out once that entry has another line.
"""

import shutil
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import orjson
from sqlalchemy import Connection, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.datasets.asking import MOST_ENTRIES, EntryFilter, EntryQuery
from vedette.datasets.dataset import Dataset
from vedette.datasets.editing import revision_of
from vedette.datasets.query_pages import SummaryEntry
from vedette.datasets.sampling import PictureMatch
from vedette.errors import Missing, Refusal, Wrong
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project
from vedette.store.db import Database
from vedette.suggestions.different import FeatureRows, choose_different
from vedette.suggestions.dismissals import Dismissal, Dismissals, SuggestionKey, SuggestionKind, about_of
from vedette.suggestions.study import Study, StudyTools
from vedette.suggestions.tables import studies

KIND = "study"
# One at a time: each uses every core that it gets, at a low priority.
STUDIES = WorkQueue("studies", 1)
FAILED = "The service failed; its log tells why."

KINDS: tuple[SuggestionKind, ...] = get_args(SuggestionKind)
PATTERNS = 500
"""Labelled pictures that stand for those labelled lately, on a first visit."""
# What of a suggestion's facts is kept with its dismissal, to say it again.
KEPT = ("label", "suggested", "place", "strength", "deviations")
StudyStatus = Literal["none", "running", "ready", "failed", "cancelled"]
NO_DOUBTS: Callable[[Project, Dataset], Mapping[str, float]] = lambda project, dataset: {}  # noqa: E731


@dataclass(frozen=True, slots=True)
class StudyOrder:
    """Study a dataset."""

    dataset: int


@dataclass(frozen=True, slots=True)
class StudyState:
    """How far the last study of a dataset is. `is_stale`: the dataset was changed since its answer."""

    status: StudyStatus
    message: str = ""
    is_stale: bool = False
    looked_at: int = 0
    of: int = 0
    completed: int = 0
    total: int = 0
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry that is worth a look, and why, as facts that a page puts into words."""

    entry: SummaryEntry
    facts: Mapping[str, Any]
    like: Sequence[SummaryEntry]


class Suggestions:
    """The studies of all datasets. Threads may share it."""

    def __init__(
        self,
        database: Database,
        jobs: JobRunner,
        tools: StudyTools,
        clock: Clock,
        doubts: Callable[[Project, Dataset], Mapping[str, float]] = NO_DOUBTS,
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._tools = tools
        self._clock = clock
        self._doubts = doubts
        self._dismissals = Dismissals(database, clock)
        self._rows = FeatureRows()
        jobs.register(JobKind(KIND, StudyOrder, STUDIES, self._run, self._fail))

    @property
    def tools(self) -> StudyTools:
        """What studies work with, for a look at pictures that no dataset has."""
        return self._tools

    def start(self, *, is_alone: bool = True) -> None:
        """Clear what a crash or a deleted dataset left. The server calls this before its jobs start.

        Beside another server, a store may be of a study that begins there.
        """
        shutil.rmtree(self._tools.root, ignore_errors=True)
        self._tools.sealed.empty()
        if not is_alone:
            return
        with self._database.read() as connection:
            projects = set(connection.execute(select(studies.c.project)).scalars())
        for store in self._tools.stores.glob("*"):
            if store not in {self._tools.store(project) for project in projects}:
                store.unlink(missing_ok=True)

    def begin(self, project: Project, dataset: Dataset) -> StudyState:
        """Begin a study, unless one is under way."""
        with self._database.write() as connection:
            if self._status(connection, dataset) == "running":
                return self.state(dataset)
            self._write_begin(connection, project, dataset)
            job = NewJob(KIND, _subject(dataset.id), project.scope.account, StudyOrder(dataset.id))
            number = self._jobs.add(connection, job)
        self._jobs.begin(KIND, number)
        return self.state(dataset)

    def cancel(self, dataset: Dataset) -> StudyState:
        """Leave a study; what it had looked at need not be looked at again."""
        number = self._jobs.number(KIND, _subject(dataset.id))
        if number is not None and self._jobs.cancel(number):
            with self._database.write() as connection:
                self._write_end(connection, dataset.id, "cancelled")
        return self.state(dataset)

    def state(self, dataset: Dataset) -> StudyState:
        """Return how far the last study is."""
        with self._database.read() as connection:
            row = connection.execute(select(studies).where(studies.c.dataset == dataset.id)).first()
        if row is None:
            return StudyState("none")
        progress = self._jobs.progress(KIND, _subject(dataset.id)) or {}
        now = self._tools.datasets.queries.revision(dataset)
        return StudyState(
            row.status,
            row.message,
            is_stale=bool(row.answer) and row.revision != now,
            looked_at=row.looked_at,
            of=row.of,
            completed=progress.get("done", 0),
            total=progress.get("of", 0),
            ended_ms=row.ended_ms,
        )

    def progress(self, datasets: Sequence[int]) -> dict[int, StudyState]:
        """Return how far the last study of each of these datasets is, where there is one."""
        with self._database.read() as connection:
            rows = [
                row
                for start in range(0, len(datasets), MOST_ENTRIES)
                for row in connection.execute(
                    select(studies.c.dataset, studies.c.status, studies.c.message, studies.c.ended_ms).where(
                        studies.c.dataset.in_(datasets[start : start + MOST_ENTRIES])
                    )
                )
            ]
        states = {}
        for row in rows:
            report = self._jobs.progress(KIND, _subject(row.dataset)) if row.status == "running" else None
            facts = report or {}
            states[row.dataset] = StudyState(
                row.status,
                row.message,
                completed=facts.get("done", 0),
                total=facts.get("of", 0),
                ended_ms=row.ended_ms,
            )
        return states

    def store(self, project: Project) -> Path:
        """Return where the features of a project's pictures are kept."""
        return self._tools.store(project.id)

    def find(self, project: Project, dataset: Dataset, kind: SuggestionKind, most: int) -> list[Suggestion]:
        """Return what the last study said of one kind, of entries that are as they were, undismissed."""
        dismissed = {(item.entry, item.about) for item in self._dismissals.of(dataset, (kind,))}
        standing = (
            suggestion
            for suggestion in self._all(dataset, kind, most + len(dismissed))
            if not dismissed or (suggestion.entry.id, _about(project, kind, suggestion)) not in dismissed
        )
        return list(islice(standing, most))

    def different(
        self, project: Project, dataset: Dataset, recent: Sequence[str], passed: Sequence[str]
    ) -> SummaryEntry | None:
        """Return the entry that looks least like recent ones, unlabelled first; nothing without a study.

        `passed` are entries that the person went by. Without a recent one that has features, those
        that are labelled stand for them.
        """
        contents, rows = self._rows.of(*self._tools.all_stores(project.id))
        if not contents:
            return None
        queries = self._tools.datasets.queries
        match, places = queries.match(dataset, contents, [*recent, *passed])
        lately, left_out = set(places[: len(recent)]), set(places)
        near = [row for place, row in zip(match.places, match.rows, strict=True) if place in lately]
        is_open = np.asarray([place not in left_out for place in match.places.tolist()], bool)
        candidates = PictureMatch(match.places[is_open], match.rows[is_open], match.labelled[is_open])
        pattern = rows[near] if near else rows[match.rows[match.labelled][:PATTERNS]]
        place = choose_different(rows, pattern, candidates)
        return None if place is None else queries.at(dataset, place)

    def dismiss(self, project: Project, dataset: Dataset, keys: Sequence[SuggestionKey], person: str) -> None:
        """Let suggestions stand until what they are about changes.

        Raises:
            Missing: where the dataset has no such entry.
        """
        entries = self._entries(dataset, keys)
        facts = {
            (kind, item.entry.id, item.facts.get("place")): item.facts
            for kind in {key.kind for key in keys}
            for item in self._all(dataset, kind, MOST_ENTRIES)
        }
        new = []
        for key in keys:
            about = about_of(key.kind, entries[key.entry], key.box, project.dialect)
            document = facts.get((key.kind, key.entry, key.box), {"place": key.box})
            new.append(
                (key, about, {name: document[name] for name in KEPT if document.get(name) is not None})
            )
        self._dismissals.put(dataset, new, person)

    def restore(self, project: Project, dataset: Dataset, keys: Sequence[SuggestionKey]) -> None:
        """Take back that suggestions were dismissed; what is not dismissed stays so."""
        self._dismissals.drop(dataset, [(key, None) for key in keys if key.box is None])
        boxed = [key for key in keys if key.box is not None]
        if boxed:
            entries = self._entries(dataset, boxed)
            self._dismissals.drop(
                dataset,
                [(key, about_of(key.kind, entries[key.entry], key.box, project.dialect)) for key in boxed],
            )

    def dismissed(self, project: Project, dataset: Dataset) -> list[tuple[Dismissal, Suggestion]]:
        """Return what is dismissed and still is what it was when somebody let it stand."""
        standing = self._dismissals.of(dataset)
        summaries = self._by_id(dataset, [item.entry for item in standing])
        pairs = [
            (item, Suggestion(summaries[item.entry], item.facts, ()))
            for item in standing
            if item.entry in summaries
        ]
        return [(item, pair) for item, pair in pairs if _about(project, item.kind, pair) == item.about]

    def _entries(self, dataset: Dataset, keys: Sequence[SuggestionKey]) -> dict[str, SummaryEntry]:
        entries = self._by_id(dataset, [key.entry for key in keys])
        for key in keys:
            if key.entry not in entries:
                raise Missing(f"There is no entry {key.entry}.", kind="entry", name=key.entry)
        return entries

    def _all(self, dataset: Dataset, kind: SuggestionKind, most: int) -> Sequence[Suggestion]:
        """Return what there is of one kind, dismissed or not; of what columns know, so many."""
        if kind in ("shared", "broken"):
            return self._queried(dataset, kind, most)
        with self._database.read() as connection:
            query = select(studies.c.answer).where(studies.c.dataset == dataset.id)
            answer = connection.execute(query).scalar()
        items = orjson.loads(zlib.decompress(answer))[kind] if answer else []
        summaries = self._summaries(dataset, items)
        suggestions = []
        for item in items:
            entry = summaries.get(item["id"])
            if entry is not None and revision_of(entry.line) == item["revision"]:
                like = [summaries[other] for other in item["like"] if other in summaries]
                suggestions.append(Suggestion(entry, item, like))
        return suggestions

    def _queried(self, dataset: Dataset, kind: SuggestionKind, most: int) -> list[Suggestion]:
        """Return what the columns of pictures know without a study."""
        conditions = (
            EntryFilter(is_shared=True)
            if kind == "shared"
            else EntryFilter(picture_states=("broken", "missing"))
        )
        page = self._tools.datasets.queries.page(dataset, EntryQuery(conditions), most=most)
        return [Suggestion(entry, {}, ()) for entry in page.entries if entry is not None]

    def _summaries(self, dataset: Dataset, items: Sequence[Mapping[str, Any]]) -> dict[str, SummaryEntry]:
        return self._by_id(dataset, [name for item in items for name in (item["id"], *item["like"])])

    def _by_id(self, dataset: Dataset, ids: Sequence[str]) -> dict[str, SummaryEntry]:
        summaries: dict[str, SummaryEntry] = {}
        unique = sorted(set(ids))
        for start in range(0, len(unique), MOST_ENTRIES):
            few = tuple(unique[start : start + MOST_ENTRIES])
            page = self._tools.datasets.queries.page(dataset, EntryQuery(EntryFilter(ids=few)), most=len(few))
            summaries |= {entry.id: entry for entry in page.entries if entry is not None}
        return summaries

    # The job

    def _run(self, context: JobContext, order: StudyOrder) -> None:
        project, dataset = self._tools.datasets.with_project(order.dataset)
        answer = Study(self._tools, context, project, dataset, self._doubts(project, dataset)).run()
        with self._database.write() as connection:
            values = {
                "revision": answer.revision,
                "looked_at": answer.looked_at,
                "of": answer.of,
                "answer": answer.document,
            }
            self._write_end(connection, dataset.id, "ready", **values)
            context.end(connection)

    def _fail(self, context: JobContext, order: StudyOrder, problem: Exception) -> None:
        status = "cancelled" if isinstance(problem, JobCancelled) else "failed"
        sentence = problem.sentence if isinstance(problem, Refusal) else FAILED
        with self._database.write() as connection:
            self._write_end(
                connection, order.dataset, status, message="" if status == "cancelled" else sentence
            )
            context.end(connection)

    def _status(self, connection: Connection, dataset: Dataset) -> str:
        query = select(studies.c.status).where(studies.c.dataset == dataset.id)
        return connection.execute(query).scalar() or "none"

    def _write_begin(self, connection: Connection, project: Project, dataset: Dataset) -> None:
        running = {"status": "running", "message": "", "started_ms": self._now(), "ended_ms": None}
        if self._status(connection, dataset) != "none":
            connection.execute(update(studies).where(studies.c.dataset == dataset.id).values(running))
            return
        values = {"dataset": dataset.id, "project": project.id, "revision": "", "looked_at": 0, "of": 0}
        connection.execute(insert(studies).values({**values, **running, "answer": None}))

    def _write_end(self, connection: Connection, dataset: int, status: str, **values: Any) -> None:
        ended = {"status": status, "message": "", "ended_ms": self._now(), **values}
        connection.execute(update(studies).where(studies.c.dataset == dataset).values(ended))

    def _now(self) -> int:
        return milliseconds(self._clock())


def _about(project: Project, kind: SuggestionKind, suggestion: Suggestion) -> str:
    """Return what a suggestion is about; nothing's where the box is not there any more."""
    try:
        return about_of(kind, suggestion.entry, suggestion.facts.get("place"), project.dialect)
    except Wrong:
        return ""


def _subject(dataset: int) -> str:
    return f"dataset:{dataset}"
