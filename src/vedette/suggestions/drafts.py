"""Guesses of a project's newest model, kept apart from the dataset until a person accepts them.

A draft is of one revision of its entry: once that is changed, labelled by hand say, the draft is no more.
Accepting makes one change of many entries (`datasets/many.py`), which can be undone for a minute.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.datasets.asking import EntryFilter, EntryQuery
from vedette.datasets.batches import EntryChange
from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.editing import revision_of
from vedette.datasets.many import ChangeProgress
from vedette.datasets.sampling import SampledEntry
from vedette.dialects.guesses import mask_place, write_guess
from vedette.engines.port import LAST, Engine, Job
from vedette.errors import Denied, Missing, Refusal
from vedette.identity.principal import Principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobCancelled, JobInterrupted, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import Line, read_line
from vedette.projects.project import Project
from vedette.projects.version import WITH_PACKAGE, Version
from vedette.projects.versions import Versions
from vedette.runtime.package_files import FACTS
from vedette.store.db import Database
from vedette.store.sealed_folders import keys_for
from vedette.suggestions.lending import PictureLender
from vedette.suggestions.study import end_of_run
from vedette.suggestions.tables import draft_runs, drafts

KIND = "draft"
# One at a time, as studies: it takes a core.
DRAFTS = WorkQueue("drafts", 1)
# As many as a person looks through before a better model is trained.
USUAL, MOST = 500, 5000
BATCH = 100
FAILED = "The service failed; its log tells why."
JOB = "labeling-job/console"
_FEW = 500

DraftStatus = Literal["none", "running", "ready", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class DraftOrder:
    """Guess at the first entries without a label."""

    dataset: int
    version: int
    most: int


@dataclass(frozen=True, slots=True)
class DraftState:
    """How far the guessing is, and how many drafts there are that can be accepted."""

    status: DraftStatus
    message: str = ""
    version: str = ""
    total: int = 0
    completed: int = 0
    count: int = 0
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """A guess at an entry. `guess` is as `workers/draft.py` says."""

    entry: str
    revision: str
    confidence: float
    guess: Mapping[str, Any]
    mask: bytes | None = None


@dataclass(frozen=True, slots=True)
class DraftTools:
    """What guessing works with."""

    datasets: Datasets
    versions: Versions
    lender: PictureLender
    engine: Engine
    root: Path
    package_of: Callable[[Version], Path]


@dataclass(frozen=True, slots=True)
class DraftChoice:
    """Which drafts: those of these entries, or those that are at least so sure; both hold."""

    ids: Sequence[str] = field(default=())
    least: float = 0.0


class Drafts:
    """The drafts of all datasets. Threads may share it."""

    def __init__(self, database: Database, jobs: JobRunner, tools: DraftTools, clock: Clock) -> None:
        self._database = database
        self._jobs = jobs
        self._tools = tools
        self._clock = clock
        jobs.register(JobKind(KIND, DraftOrder, DRAFTS, self._run, self._fail))

    def begin(self, project: Project, dataset: Dataset, most: int = USUAL) -> DraftState:
        """Begin to guess, unless that is under way.

        Raises:
            Missing: where no version of the project has a model.
        """
        version = self._newest(project)
        with self._database.write() as connection:
            if self._status(connection, dataset) == "running":
                return self.state(dataset)
            self._write_begin(connection, dataset, version)
            order = DraftOrder(dataset.id, version.id, most)
            job = NewJob(KIND, _subject(dataset.id), project.scope.account, order)
            number = self._jobs.add(connection, job)
        self._jobs.begin(KIND, number)
        return self.state(dataset)

    def cancel(self, dataset: Dataset) -> DraftState:
        """Leave off; what was guessed stays."""
        number = self._jobs.number(KIND, _subject(dataset.id))
        if number is not None and self._jobs.cancel(number):
            with self._database.write() as connection:
                self._write(connection, dataset.id, status="cancelled", ended_ms=self._now())
        return self.state(dataset)

    def state(self, dataset: Dataset, least: float = 0.0) -> DraftState:
        """Return how far the guessing is, and how many drafts are at least so sure."""
        with self._database.read() as connection:
            row = connection.execute(select(draft_runs).where(draft_runs.c.dataset == dataset.id)).first()
        if row is None:
            return DraftState("none")
        count = sum(1 for _ in self._valid(dataset, DraftChoice(least=least)))
        return DraftState(row.status, row.message, str(row.version), row.total, row.done, count)

    def progress(self, datasets: Sequence[int]) -> dict[int, DraftState]:
        """Return how far the guessing at each of these datasets is, where it was begun."""
        states = {}
        with self._database.read() as connection:
            for start in range(0, len(datasets), _FEW):
                few = draft_runs.c.dataset.in_(datasets[start : start + _FEW])
                for row in connection.execute(select(draft_runs).where(few)):
                    states[row.dataset] = DraftState(
                        row.status, row.message, str(row.version), row.total, row.done, ended_ms=row.ended_ms
                    )
        return states

    def find(self, dataset: Dataset, choice: DraftChoice, most: int) -> list[EntryDraft]:
        """Return drafts, the surest first."""
        return sorted(self._valid(dataset, choice), key=lambda draft: (-draft.confidence, draft.entry))[:most]

    def doubts(self, project: Project, dataset: Dataset) -> dict[str, float]:
        """Return how much the newest model is in doubt about entries, as far as it was asked."""
        try:
            version = self._newest(project)
        except Missing:
            return {}
        query = select(drafts.c.entry, drafts.c.doubt).where(
            drafts.c.dataset == dataset.id, drafts.c.version == version.id
        )
        with self._database.read() as connection:
            return {row.entry: row.doubt for row in connection.execute(query)}

    def discard(self, dataset: Dataset, choice: DraftChoice) -> None:
        """Forget drafts."""
        with self._database.write() as connection:
            for condition in _conditions(dataset, choice):
                connection.execute(delete(drafts).where(condition))

    def accept(
        self, project: Project, dataset: Dataset, choice: DraftChoice, caller: Principal
    ) -> ChangeProgress:
        """Let drafts become what their entries say; those whose entries were changed are none."""
        lines: list[tuple[str, str]] = []
        accepted = self.find(dataset, choice, MOST)
        entries = self._summaries(dataset, [draft.entry for draft in accepted])
        stamp = Stamp(moment=self._clock(), job=JOB)
        for draft in accepted:
            line = self._line(project, caller, draft, read_line(entries[draft.entry]), stamp)
            lines.append((draft.revision, line.text))
        change = EntryChange("replace", lines=tuple(lines))
        conditions = EntryFilter(ids=tuple(draft.entry for draft in accepted) or ("0" * 32,))
        return self._tools.datasets.many.start(project, dataset, conditions, change, caller)

    # What is valid

    def _valid(self, dataset: Dataset, choice: DraftChoice) -> Iterator[EntryDraft]:
        """Yield the drafts whose entries are as they were."""
        with self._database.read() as connection:
            rows = [
                row
                for condition in _conditions(dataset, choice)
                for row in connection.execute(select(drafts).where(condition))
            ]
        lines = self._summaries(dataset, [row.entry for row in rows])
        for row in rows:
            line = lines.get(row.entry)
            if line is not None and revision_of(line) == row.revision:
                yield EntryDraft(row.entry, row.revision, row.confidence, orjson.loads(row.guess), row.mask)

    def _summaries(self, dataset: Dataset, ids: Sequence[str]) -> dict[str, str]:
        lines: dict[str, str] = {}
        for start in range(0, len(ids), _FEW):
            query = EntryQuery(EntryFilter(ids=tuple(ids[start : start + _FEW])))
            page = self._tools.datasets.queries.page(dataset, query, most=_FEW)
            lines.update({entry.id: entry.line for entry in page.entries if entry is not None})
        return lines

    def _line(self, project: Project, caller: Principal, draft: EntryDraft, line: Line, stamp: Stamp) -> Line:
        address = ""
        if draft.mask is not None:
            address = self._put_mask(project, caller, line, bytes(draft.mask))
        return write_guess(project.dialect, line, draft.guess, stamp, address)

    def _put_mask(self, project: Project, caller: Principal, line: Line, png: bytes) -> str:
        """Store a mask by the caller's rights, under a name of its bytes (decisions/0271)."""
        bucket, key = mask_place(project.name, line.source, png)
        if not self._tools.lender.access.may_write(caller, bucket, key):
            raise Denied(f"User: {caller.arn} is not authorized to perform: s3:PutObject on {bucket}/{key}")
        self._tools.lender.blobs.put(bucket, key, png, content_type="image/png")
        return f"s3://{bucket}/{key}"

    # The job

    def _run(self, context: JobContext, order: DraftOrder) -> None:
        project, dataset = self._tools.datasets.with_project(order.dataset)
        version = self._tools.versions.find_by_id(order.version)
        entries = self._tools.datasets.queries.unlabelled(dataset, order.most)
        revisions = self._revisions(dataset, version)
        new = [entry for entry in entries if revisions.get(entry.id) != revision_of(entry.line)]
        with self._database.write() as connection:
            self._write(connection, dataset.id, total=len(entries), done=len(entries) - len(new))
        for start in range(0, len(new), BATCH):
            self._guess(context, project, dataset, version, new[start : start + BATCH])
        with self._database.write() as connection:
            values = {"status": "ready", "done": len(entries), "ended_ms": self._now()}
            self._write(connection, dataset.id, **values)
            context.end(connection)

    def _revisions(self, dataset: Dataset, version: Version) -> dict[str, str]:
        query = select(drafts.c.entry, drafts.c.revision).where(
            drafts.c.dataset == dataset.id, drafts.c.version == version.id
        )
        with self._database.read() as connection:
            return {row.entry: row.revision for row in connection.execute(query)}

    def _guess(
        self,
        context: JobContext,
        project: Project,
        dataset: Dataset,
        version: Version,
        entries: Sequence[SampledEntry],
    ) -> None:
        if context.should_leave():
            raise JobInterrupted
        folder = self._tools.root / f"draft-{dataset.id}"
        by_id = {entry.id: entry for entry in entries}
        with self._tools.lender.lend(folder, project.scope.account, dataset, entries) as loan:
            items = [
                {"id": entry.id, "file": str(loan.files[entry.seq])}
                for entry in entries
                if entry.seq in loan.files
            ]
            package = self._tools.package_of(version)
            keys = {**keys_for(package / FACTS), **loan.keys}
            run = self._tools.engine.submit(Job(KIND, {"package": str(package), "items": items}, keys=keys))
            with context.calling(partial(self._tools.engine.cancel, run)):
                for event in self._tools.engine.events(run):
                    if event.kind == "progress":
                        self._store(dataset, version, by_id, event.facts["guesses"])
                    elif event.kind in LAST:
                        end_of_run(context, event)

    def _store(
        self,
        dataset: Dataset,
        version: Version,
        by_id: Mapping[str, SampledEntry],
        guesses: Sequence[Mapping[str, Any]],
    ) -> None:
        rows = []
        for guess in guesses:
            if guess.get("is_broken"):
                continue
            document = {key: guess.get(key) for key in ("labels", "boxes", "size", "is_anomalous", "colors")}
            rows.append(
                {
                    "dataset": dataset.id,
                    "entry": guess["id"],
                    "revision": revision_of(by_id[guess["id"]].line),
                    "version": version.id,
                    "confidence": guess["confidence"],
                    "doubt": guess["doubt"],
                    "guess": orjson.dumps(document).decode(),
                    "mask": base64.b64decode(guess["mask"]) if guess["mask"] else None,
                }
            )
        with self._database.write() as connection:
            ids = [row["entry"] for row in rows]
            connection.execute(delete(drafts).where(drafts.c.dataset == dataset.id, drafts.c.entry.in_(ids)))
            if rows:
                connection.execute(insert(drafts), rows)
            counted = update(draft_runs).where(draft_runs.c.dataset == dataset.id)
            connection.execute(counted.values(done=draft_runs.c.done + len(guesses)))

    def _fail(self, context: JobContext, order: DraftOrder, problem: Exception) -> None:
        is_cancelled = isinstance(problem, JobCancelled)
        sentence = problem.sentence if isinstance(problem, Refusal) else FAILED
        with self._database.write() as connection:
            self._write(
                connection,
                order.dataset,
                status="cancelled" if is_cancelled else "failed",
                message="" if is_cancelled else sentence,
                ended_ms=self._now(),
            )
            context.end(connection)

    def _newest(self, project: Project) -> Version:
        versions, _ = self._tools.versions.list(project)
        for version in versions:
            if version.state in WITH_PACKAGE:
                return version
        raise Missing(f"The project {project.name} has no trained model.", kind="version", name=project.name)

    def _status(self, connection: Connection, dataset: Dataset) -> str:
        query = select(draft_runs.c.status).where(draft_runs.c.dataset == dataset.id)
        return connection.execute(query).scalar() or "none"

    def _write_begin(self, connection: Connection, dataset: Dataset, version: Version) -> None:
        connection.execute(delete(draft_runs).where(draft_runs.c.dataset == dataset.id))
        values = {"status": "running", "message": "", "total": 0, "done": 0, "started_ms": self._now()}
        connection.execute(
            insert(draft_runs).values(dataset=dataset.id, version=version.id, ended_ms=None, **values)
        )

    def _write(self, connection: Connection, dataset: int, **values: Any) -> None:
        connection.execute(update(draft_runs).where(draft_runs.c.dataset == dataset).values(values))

    def _now(self) -> int:
        return milliseconds(self._clock())


def _conditions(dataset: Dataset, choice: DraftChoice) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions whose drafts together are the chosen ones: as many ids as a statement may name."""
    common = (drafts.c.dataset == dataset.id) & (drafts.c.confidence >= choice.least)
    if not choice.ids:
        yield common
    for start in range(0, len(choice.ids), _FEW):
        yield common & drafts.c.entry.in_(choice.ids[start : start + _FEW])


def _subject(dataset: int) -> str:
    return f"dataset:{dataset}"
