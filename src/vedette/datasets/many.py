"""One change made to many entries: labels given and taken, entries moved to the other dataset or removed.

A change of a thousand entries is made while its caller waits, a larger one by a durable job, a batch a
transaction, each on what the entries say then; a killed server's change goes on where it was. For a minute
the whole can be undone, from what the journal says of it. The front is `EntryChanges`.
"""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.datasets import changes
from vedette.datasets.asking import EntryFilter
from vedette.datasets.batches import BATCH, Batch, BatchOutcome, EntryChange, apply_batch
from vedette.datasets.dataset import Dataset
from vedette.datasets.filling import Changed
from vedette.datasets.journal import ChangeOrigin, OriginKind
from vedette.datasets.queries import EntryQueries
from vedette.datasets.tables import entry_changes, journal
from vedette.datasets.undoing import undo_batch
from vedette.errors import Missing, TooEarly, Wrong
from vedette.identity.principal import Principal, dump_principal, load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project
from vedette.projects.projects import by_id
from vedette.store.db import Database

AT_ONCE = 1000
"""So many entries are changed while the caller waits: as many as `UpdateEntries` takes."""

UNDO_MS = 60_000
KEPT_MS = 24 * 60 * 60 * 1000
"""For a day a change can be asked about."""

WAIT_S = 0.2
"""While something else is done to the dataset, a batch waits for it."""

CHANGES = WorkQueue("entry-changes", 2)
KIND = "entry-change"
# What became of a batch, what is written of the change then, and its state where that was the last.
StepResult = tuple[BatchOutcome | None, dict[str, Any], str]
Step = Callable[[Batch, Row[Any]], StepResult]


@dataclass(frozen=True, slots=True)
class ManyOrder:
    """Make a change, or undo it."""

    change: str
    is_undo: bool = False


@dataclass(frozen=True, slots=True)
class ChangeProgress:
    """How far a change is. `status` is running, done, failed, undoing or undone."""

    id: str
    status: str
    message: str
    total: int
    completed: int
    skipped: int
    undo_until_ms: int | None


class EntryChanges:
    """Changes of many entries of any dataset. Threads may share it."""

    def __init__(
        self,
        database: Database,
        queries: EntryQueries,
        jobs: JobRunner,
        tell: Callable[[Changed], None],
        clock: Clock,
    ) -> None:
        self._database = database
        # When changes of the last minutes ended, by those ticks.
        self._ended: dict[str, float] = {}
        self._queries = queries
        self._jobs = jobs
        self._tell = tell
        self._clock = clock
        jobs.register(JobKind(KIND, ManyOrder, CHANGES, self._run, self._fail))

    def start(
        self,
        project: Project,
        dataset: Dataset,
        conditions: EntryFilter,
        change: EntryChange,
        caller: Principal,
    ) -> ChangeProgress:
        """Change every entry that passes; return once it is done, or begun where it takes long."""
        self._jobs.passed.look()
        with self._database.write() as connection:
            current = changes.require(connection, dataset)
            changes.require_state(current, "updated")
            if change.kind == "move":
                _require_other(connection, current)
            places = self._queries.places(connection, current, conditions)
            self._forget(connection)
            row: dict[str, Any] = {
                "id": secrets.token_hex(16),
                "project": project.id,
                "dataset": current.id,
                "change": orjson.dumps(asdict(change)).decode(),
                "caller": orjson.dumps(dump_principal(caller)).decode(),
                "places": np.asarray(places, np.int32).tobytes(),
                "status": "running",
                "message": "",
                "total": len(places),
                "done": 0,
                "skipped": 0,
                "created_ms": self._now(),
            }
            connection.execute(insert(entry_changes).values(row))
            is_short = len(places) <= AT_ONCE
            job = self._add(connection, project, ManyOrder(row["id"]), is_short=is_short)
        self._begin(job, is_short=is_short)
        return self.describe(project, row["id"])

    def describe(self, project: Project, change: str) -> ChangeProgress:
        """Return how far a change is."""
        with self._database.read() as connection:
            row = _require_change(connection, project, change)
        until = row.ended_ms + UNDO_MS if row.status == "done" and row.ended_ms else None
        return ChangeProgress(row.id, row.status, row.message, row.total, row.done, row.skipped, until)

    def undo(self, project: Project, change: str) -> ChangeProgress:
        """Undo a change of the last minute, wherever the entries still are as it left them."""
        with self._database.write() as connection:
            row = _require_change(connection, project, change)
            if row.status != "done" or row.ended_ms is None:
                raise TooEarly(
                    f"The change is {row.status}; it cannot be undone.", kind="change", name=change
                )
            if self._is_late(row):
                raise Wrong("A change can be undone for a minute.", kind="change", name=change)
            values = {"status": "undoing", "done": 0, "skipped": 0, "undone_step": None}
            connection.execute(update(entry_changes).where(entry_changes.c.id == change).values(values))
            is_short = row.total <= AT_ONCE
            job = self._add(connection, project, ManyOrder(change, is_undo=True), is_short=is_short)
        self._begin(job, is_short=is_short)
        return self.describe(project, change)

    def _is_late(self, row: Row[Any]) -> bool:
        """Say whether the minute is over: by a clock that nobody sets, where the change was made here."""
        ended = self._ended.get(row.id)
        if ended is not None:
            return (self._jobs.ticks() - ended) * 1000 > UNDO_MS
        return self._now() > int(row.ended_ms) + UNDO_MS

    def _now(self) -> int:
        return milliseconds(self._clock())

    def _add(self, connection: Connection, project: Project, order: ManyOrder, *, is_short: bool) -> int:
        job = NewJob(KIND, f"{order.change}{' undo' if order.is_undo else ''}", project.scope.account, order)
        return self._jobs.add(connection, job, runs_here=is_short)

    def _begin(self, job: int, *, is_short: bool) -> None:
        if is_short:
            self._jobs.run_here(job)
        else:
            self._jobs.begin(KIND, job)

    def _forget(self, connection: Connection) -> None:
        """Forget changes of yesterday."""
        before_ms = self._jobs.passed.moment_before(connection, KEPT_MS)
        if before_ms is not None:
            connection.execute(delete(entry_changes).where(entry_changes.c.ended_ms < before_ms))

    # The job

    def _run(self, context: JobContext, order: ManyOrder) -> None:
        step = self._undo_step if order.is_undo else self._step
        is_over = False
        while not is_over:
            if context.should_leave():
                raise JobInterrupted
            with self._database.write() as connection:
                outcome, is_over = self._take_step(connection, context, order.change, step)
            if outcome is None and not is_over:
                context.pause(WAIT_S)
            for changed in outcome.changed if outcome else ():
                self._tell(changed)

    def _take_step(
        self, connection: Connection, context: JobContext, change: str, step: Step
    ) -> tuple[BatchOutcome | None, bool]:
        """Change or undo a batch, unless the dataset is busy; say whether it was the last."""
        row = connection.execute(select(entry_changes).where(entry_changes.c.id == change)).one()
        giving, taking = _datasets_of(connection, row.dataset)
        if _are_busy(giving, taking):
            return None, False
        project = by_id(connection, row.project)
        assert project is not None, "a project's changes go with it"
        caller = load_principal({"caller": orjson.loads(row.caller)})
        origin = _origin_of(connection, row, caller)
        batch = Batch(connection, project.dialect, giving, taking, caller, self._now(), origin)
        outcome, values, end = step(batch, row)
        self._write(connection, context, change, values, end)
        return outcome, bool(end)

    def _step(self, batch: Batch, row: Row[Any]) -> StepResult:
        places = np.frombuffer(bytes(row.places), np.int32)[row.done : row.done + BATCH].tolist()
        outcome = apply_batch(batch, EntryChange(**orjson.loads(row.change)), places)
        completed = row.done + len(places)
        values = {"done": completed, "skipped": row.skipped + outcome.skipped}
        values |= {"message": row.message or outcome.message}
        return outcome, values, "done" if completed >= row.total else ""

    def _undo_step(self, batch: Batch, row: Row[Any]) -> StepResult:
        is_move = EntryChange(**orjson.loads(row.change)).kind == "move"
        line = batch.origin.reverts
        # A change that changed nothing has no line.
        undone = undo_batch(batch, line, row.undone_step, is_move=is_move) if line else None
        if undone is None:
            return None, {}, "undone"
        outcome, step = undone
        values = {"skipped": row.skipped + outcome.skipped, "done": row.done + outcome.count}
        return outcome, {**values, "undone_step": step}, ""

    def _write(
        self, connection: Connection, context: JobContext, change: str, values: dict[str, Any], end: str
    ) -> None:
        if end:
            values = {**values, "status": end, "ended_ms": self._now()}
            self._note_end(change)
            context.end(connection)
        if values:
            connection.execute(update(entry_changes).where(entry_changes.c.id == change).values(values))

    def _note_end(self, change: str) -> None:
        now = self._jobs.ticks()
        recent = {name: ended for name, ended in self._ended.items() if (now - ended) * 1000 <= UNDO_MS}
        self._ended = {**recent, change: now}

    def _fail(self, context: JobContext, order: ManyOrder, problem: Exception) -> None:
        """Say why a change stopped; what it had changed until then stays."""
        with self._database.write() as connection:
            sentence = getattr(problem, "sentence", "") or "The service failed; its log tells why."
            values: dict[str, Any] = {"message": sentence}
            self._write(connection, context, order.change, values, "failed")


def _origin_of(connection: Connection, row: Row[Any], caller: Principal) -> ChangeOrigin:
    """Return what the journal says of a change, or of its undoing."""
    work = f"change:{row.id}"
    if row.status == "undoing":
        line = connection.execute(select(journal.c.id).where(journal.c.work == work)).scalar()
        return ChangeOrigin("undo", caller, f"undo:{row.id}", reverts=line)
    change = EntryChange(**orjson.loads(row.change))
    kind: OriginKind = "drafts" if change.kind == "replace" else change.kind
    return ChangeOrigin("rename" if change.renames else kind, caller, work)


def _datasets_of(connection: Connection, number: int) -> tuple[Dataset, Dataset | None]:
    """Return the dataset that is changed, and the project's other one."""
    giving = changes.find_by_id(connection, number)
    if giving is None:
        raise Missing("The dataset was deleted.", kind="dataset", name=str(number))
    other = "test" if giving.kind == "train" else "train"
    return giving, changes.find_of_project(connection, giving.project, other)  # type: ignore[arg-type]


def _are_busy(giving: Dataset, taking: Dataset | None) -> bool:
    return any(dataset.status in ("creating", "updating") for dataset in (giving, taking) if dataset)


def _require_other(connection: Connection, dataset: Dataset) -> None:
    if _datasets_of(connection, dataset.id)[1] is None:
        other = "test" if dataset.kind == "train" else "train"
        raise Missing(f"The project has no {other} dataset.", kind="dataset", name=other)


def _require_change(connection: Connection, project: Project, change: str) -> Row[Any]:
    same_change = (entry_changes.c.id == change, entry_changes.c.project == project.id)
    row = connection.execute(select(entry_changes).where(*same_change)).first()
    if row is None:
        raise Missing(f"There is no change {change}.", kind="change", name=change)
    return row
