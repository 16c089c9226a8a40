"""A dataset put back: to a snapshot, or as it was before one change. A durable job, which others wait for.

Before anything is put back the dataset as it is becomes a snapshot, so that nothing is lost; while it runs
the dataset is being updated, so that nobody's change falls between. A killed job works out what is still to
do, and does it. The front is `DatasetRestorations`; `restore_work.py` does the work.
"""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.datasets import changes
from vedette.datasets.dataset import Dataset
from vedette.datasets.filling import Changed
from vedette.datasets.plans import RestorePlan
from vedette.datasets.restore_work import RestoreTarget, RestoreWork, batches
from vedette.datasets.snapshots import NewSnapshot, require_snapshot, take_snapshot
from vedette.datasets.tables import journal, journal_steps, restorations
from vedette.errors import Missing, Refusal, Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted, JobKind, NewJob, WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project
from vedette.store.db import Database

log = logging.getLogger(__name__)

AT_ONCE = 1000
"""So many entries are put back while the caller waits."""

RESTORING = "The dataset is being restored."
RESTORED = "The dataset was restored."
UNFORESEEN = "The service failed; its log tells why. What was there before is kept as a snapshot."

RESTORATIONS = WorkQueue("dataset-restorations", 2)
KIND = "dataset-restore"


@dataclass(frozen=True, slots=True)
class RestoreOrder:
    """Put a dataset back, as its row says."""

    restoration: str


@dataclass(frozen=True, slots=True)
class RestoreProgress:
    """How far a restoration is. `status` is running, done or failed."""

    id: str
    dataset: int
    snapshot: str
    line: int | None
    note: str
    before: str
    status: str
    message: str
    total: int
    completed: int
    skipped: int
    created_ms: int
    ended_ms: int | None


class DatasetRestorations:
    """Datasets put back to what they were. Threads may share it."""

    def __init__(
        self, database: Database, jobs: JobRunner, tell: Callable[[Changed], None], clock: Clock
    ) -> None:
        self._database = database
        self._jobs = jobs
        self._tell = tell
        self._clock = clock
        jobs.register(JobKind(KIND, RestoreOrder, RESTORATIONS, self._run, self._fail))

    def restore(
        self,
        project: Project,
        dataset: Dataset,
        snapshot: str,
        caller: Principal,
        *,
        only_labels: bool = False,
    ) -> RestoreProgress:
        """Put a dataset back to a snapshot; with `only_labels` no picture comes or goes."""
        with self._database.write() as connection:
            current, other = _require_both(connection, dataset)
            its = require_snapshot(connection, current, snapshot)
            target = RestoreTarget(current, other, its.id, None, only_labels)
            answer = self._begin(connection, project, target, caller, its.name)
        return self._finish_short(project, answer)

    def revert(self, project: Project, dataset: Dataset, line: int, caller: Principal) -> RestoreProgress:
        """Take one change of the dataset back, wherever entries still are as it left them."""
        with self._database.write() as connection:
            row = connection.execute(
                select(journal).where(journal.c.id == line, journal.c.dataset == dataset.id)
            ).first()
            if row is None:
                raise Missing(
                    f"The {dataset.kind} dataset has no change {line}.", kind="change", name=str(line)
                )
            if row.whole_part is not None and row.other is None:
                raise Wrong(
                    "The dataset came with this change; delete the dataset to take it back.", kind="change"
                )
            current, other = _require_both(connection, dataset)
            target = RestoreTarget(current, other, "", line, False)
            answer = self._begin(connection, project, target, caller, "")
        return self._finish_short(project, answer)

    def describe(self, project: Project, restoration: str) -> RestoreProgress:
        """Return how far a restoration is."""
        with self._database.read() as connection:
            query = select(restorations).where(
                restorations.c.id == restoration, restorations.c.project == project.id
            )
            row = connection.execute(query).first()
        if row is None:
            raise Missing(f"There is no restoration {restoration}.", kind="restoration", name=restoration)
        return _progress(row)

    def latest(self, dataset: Dataset) -> RestoreProgress | None:
        """Return the dataset's last restoration."""
        query = select(restorations).where(restorations.c.dataset == dataset.id)
        with self._database.read() as connection:
            row = connection.execute(query.order_by(restorations.c.created_ms.desc()).limit(1)).first()
        return _progress(row) if row else None

    # Beginning

    def _begin(
        self, connection: Connection, project: Project, target: RestoreTarget, caller: Principal, name: str
    ) -> tuple[str, int, bool]:
        dataset = target.dataset
        plan = target.plan(connection)
        if target.line is not None and not len(plan):
            raise Wrong(
                "Nothing is as this change left it, or what was there before is no longer kept; "
                "there is nothing to take back.",
                kind="change",
                name=str(target.line),
            )
        _refuse_forgotten(connection, plan)
        now = milliseconds(self._clock())
        label = f"Before restoring {name}" if name else f"Before taking back change {target.line}"
        before = take_snapshot(connection, dataset, NewSnapshot(label[:100], caller, reason="restore"), now)
        for locked in _locked(target, plan):
            changes.require_state(locked, "updated")
            changes.set_status(connection, locked.id, "updating", now, RESTORING)
        number = secrets.token_hex(16)
        row = {
            "id": number,
            "project": project.id,
            "dataset": dataset.id,
            "snapshot": target.snapshot,
            "line": target.line,
            "only_labels": target.only_labels,
            "note": name,
            "caller": orjson.dumps(dump_principal(caller)).decode(),
            "before": before.id,
            "status": "running",
            "message": "",
            "total": len(plan),
            "done": 0,
            "skipped": plan.stays,
            "created_ms": now,
            "ended_ms": None,
        }
        connection.execute(insert(restorations).values(row))
        is_short = len(plan) <= AT_ONCE
        job = NewJob(KIND, number, project.scope.account, RestoreOrder(number))
        return number, self._jobs.add(connection, job, runs_here=is_short), is_short

    def _finish_short(self, project: Project, answer: tuple[str, int, bool]) -> RestoreProgress:
        number, job, is_short = answer
        if is_short:
            self._jobs.run_here(job)
        else:
            self._jobs.begin(KIND, job)
        return self.describe(project, number)

    # The job

    def _run(self, context: JobContext, order: RestoreOrder) -> None:
        with self._database.read() as connection:
            row, target = _load(connection, order.restoration)
            plan = target.plan(connection)
        work = RestoreWork(row, target, plan, self._clock)
        for step in work.steps():
            if context.should_leave():
                raise JobInterrupted
            self._database.require_room()
            with self._database.write() as connection:
                changed = step(connection)
            for tidings in changed:
                self._tell(tidings)
        with self._database.write() as connection:
            for locked in _locked(target, plan):
                dataset = changes.require(connection, locked)
                outcome = changes.UpdateOutcome(
                    "updated", dataset.part, work.bucket(connection, dataset), RESTORED
                )
                changes.finish(connection, dataset, outcome, milliseconds(self._clock()))
            self._end(connection, order, "done", "")
            context.end(connection)

    def _end(self, connection: Connection, order: RestoreOrder, status: str, message: str) -> None:
        values = {"status": status, "message": message, "ended_ms": milliseconds(self._clock())}
        ended = update(restorations).where(restorations.c.id == order.restoration).values(values)
        connection.execute(ended)

    def _fail(self, context: JobContext, order: RestoreOrder, problem: Exception) -> None:
        """Say why a restoration stopped; what was there before is a snapshot."""
        sentence = problem.sentence if isinstance(problem, Refusal) else UNFORESEEN
        if not isinstance(problem, Refusal):
            log.error("restoration %s failed", order.restoration, exc_info=problem)
        with self._database.write() as connection:
            now = milliseconds(self._clock())
            for locked in _left_locked(connection, order.restoration):
                changes.fail(connection, locked, now, message=sentence, fault="service")
            self._end(connection, order, "failed", sentence)
            context.end(connection)


def _load(connection: Connection, number: str) -> tuple[Row[Any], RestoreTarget]:
    row = connection.execute(select(restorations).where(restorations.c.id == number)).one()
    dataset = changes.find_by_id(connection, row.dataset)
    if dataset is None:
        raise Missing("The dataset was deleted.", kind="dataset", name=str(row.dataset))
    return row, RestoreTarget(
        dataset, _other_of(connection, dataset), row.snapshot, row.line, row.only_labels
    )


def _left_locked(connection: Connection, number: str) -> Sequence[Dataset]:
    """Return the datasets that a restoration keeps from being changed; none where they are gone."""
    row = connection.execute(select(restorations.c.dataset).where(restorations.c.id == number)).first()
    dataset = changes.find_by_id(connection, row.dataset) if row else None
    both = (dataset, _other_of(connection, dataset)) if dataset else ()
    return [
        locked for locked in both if locked and (locked.status, locked.message) == ("updating", RESTORING)
    ]


def _require_both(connection: Connection, dataset: Dataset) -> tuple[Dataset, Dataset | None]:
    current = changes.require(connection, dataset)
    changes.require_state(current, "updated")
    return current, _other_of(connection, current)


def _other_of(connection: Connection, dataset: Dataset) -> Dataset | None:
    kind = "test" if dataset.kind == "train" else "train"
    return changes.find_of_project(connection, dataset.project, kind)  # type: ignore[arg-type]


def _locked(target: RestoreTarget, plan: RestorePlan) -> Sequence[Dataset]:
    """Return the datasets whose entries change: the other one too, where entries come back from it."""
    if plan.takes_from_other and target.other is not None:
        return (target.dataset, target.other)
    return (target.dataset,)


def _refuse_forgotten(connection: Connection, plan: RestorePlan) -> None:
    numbers = set(plan.sources.values())
    for few in batches(sorted(numbers)):
        late = select(journal_steps.c.id).where(journal_steps.c.id.in_(few), journal_steps.c.rows.is_(None))
        if connection.execute(late.limit(1)).first():
            raise Wrong(
                "What the entries said before is no longer kept: that is 30 days where no snapshot needs it.",
                kind="change",
            )


def _progress(row: Row[Any]) -> RestoreProgress:
    return RestoreProgress(
        row.id, row.dataset, row.snapshot, row.line, row.note, row.before, row.status, row.message,
        row.total, row.done, row.skipped, row.created_ms, row.ended_ms,
    )  # fmt: skip
