"""The room's front: studies of datasets asked for, followed and left, and what the last one said.

An answer is of one state of its dataset. When the dataset changes it is kept and said to be out of date; what
it says of an entry is left out once that entry has another line.
"""

import shutil
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import orjson
from sqlalchemy import Connection, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.datasets.asking import EntryFilter, EntryQuery
from vedette.datasets.dataset import Dataset
from vedette.datasets.editing import revision_of
from vedette.datasets.queries import SummaryEntry
from vedette.errors import Refusal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project
from vedette.store.db import Database
from vedette.suggestions.study import Study, StudyTools
from vedette.suggestions.tables import studies

KIND = "study"
# One at a time: each uses every core that it gets, at a low priority.
STUDIES = WorkQueue("studies", 1)
FAILED = "The service failed; its log tells why."

SuggestionKind = Literal["mislabelled", "boxes", "odd", "teach", "shared", "broken"]
KINDS: tuple[SuggestionKind, ...] = get_args(SuggestionKind)
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
        jobs.register(JobKind(KIND, StudyOrder, STUDIES, self._run, self._fail))

    def start(self) -> None:
        """Clear what a crash or a deleted dataset left. The server calls this before its jobs start."""
        shutil.rmtree(self._tools.root, ignore_errors=True)
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

    def store(self, project: Project) -> Path:
        """Return where the features of a project's pictures are kept."""
        return self._tools.store(project.id)

    def find(self, dataset: Dataset, kind: SuggestionKind, most: int) -> list[Suggestion]:
        """Return what the last study said of one kind, of entries that are as they were."""
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
        return suggestions[:most]

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
        ids = tuple(sorted({name for item in items for name in (item["id"], *item["like"])}))
        if not ids:
            return {}
        query = EntryQuery(EntryFilter(ids=ids))
        page = self._tools.datasets.queries.page(dataset, query, most=len(ids))
        return {entry.id: entry for entry in page.entries if entry is not None}

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


def _subject(dataset: int) -> str:
    return f"dataset:{dataset}"
