"""A dataset's record changed within a transaction: found, moved from state to state, finished."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from vedette.clock import from_milliseconds
from vedette.datasets.blocks import count, find_places
from vedette.datasets.dataset import MOVES, Counts, Dataset, Fault, Kind, Status
from vedette.datasets.journal import ChangeRecorder
from vedette.datasets.parts import drop_unused
from vedette.datasets.sheet import Sheet
from vedette.datasets.staging import EntryRow
from vedette.datasets.tables import datasets
from vedette.dialects.dialect import Dialect
from vedette.errors import Busy, Missing, TooEarly
from vedette.projects.project import Project

TOO_EARLY = {
    "creating": "is still being made",
    "updating": "is being updated",
    "create-failed": "could not be made",
}


def read_dataset(row: Row[Any]) -> Dataset:
    """Return a row as the value it stands for."""
    return Dataset(
        id=row.id,
        project=row.project,
        kind=row.kind,
        created=from_milliseconds(row.created_ms),
        created_ms=row.created_ms,
        updated=from_milliseconds(row.updated_ms),
        status=row.status,
        message=row.message,
        fault=row.fault,
        part=row.part,
        bucket=row.bucket,
        counts=Counts(row.total, row.labelled, row.errors, row.normal, row.anomaly, row.labels),
    )


def find_of_project(connection: Connection, project: int, kind: Kind) -> Dataset | None:
    """Return the project's dataset of that kind."""
    query = select(datasets).where(datasets.c.project == project, datasets.c.kind == kind)
    row = connection.execute(query).first()
    return read_dataset(row) if row else None


def find_by_id(connection: Connection, number: int) -> Dataset | None:
    """Return the dataset of that number."""
    row = connection.execute(select(datasets).where(datasets.c.id == number)).first()
    return read_dataset(row) if row else None


def require_kind(connection: Connection, project: Project, kind: Kind) -> Dataset:
    """Return the project's dataset of that kind."""
    dataset = find_of_project(connection, project.id, kind)
    if dataset is None:
        raise Missing(f"The project {project.name} has no {kind} dataset.", kind="dataset", name=kind)
    return dataset


def require(connection: Connection, dataset: Dataset) -> Dataset:
    """Return the dataset as it is now."""
    current = find_by_id(connection, dataset.id)
    if current is None:
        raise Missing("The dataset was deleted.", kind="dataset", name=dataset.kind)
    return current


def require_state(dataset: Dataset, action: str) -> None:
    """Refuse what the dataset's state forbids now. Who only reads is told to come back."""
    if dataset.status in MOVES[action]:
        return
    reason = TOO_EARLY[dataset.status]
    sentence = f"The {dataset.kind} dataset {reason}; it cannot be {action} now."
    refusal = TooEarly if action in ("listed", "distributed", "copied") else Busy
    raise refusal(sentence, kind="dataset", name=dataset.kind)


def add_dataset(  # noqa: PLR0913  (a row has that many sides)
    connection: Connection,
    project: int,
    kind: Kind,
    *,
    part: int,
    status: Status,
    message: str,
    now_ms: int,
) -> Dataset:
    """Write a new dataset down, with nothing in it yet."""
    values = {
        "project": project,
        "kind": kind,
        "created_ms": now_ms,
        "updated_ms": now_ms,
        "status": status,
        "message": message,
        "fault": "",
        "part": part,
        "bucket": "",
        **dict.fromkeys(("total", "labelled", "errors", "normal", "anomaly", "labels"), 0),
    }
    return read_dataset(connection.execute(insert(datasets).values(values).returning(datasets)).one())


def set_status(connection: Connection, dataset: int, status: Status, now_ms: int, message: str = "") -> None:
    """Move a dataset to a state in which something is under way."""
    values = {"status": status, "message": message, "fault": "", "updated_ms": now_ms}
    connection.execute(update(datasets).where(datasets.c.id == dataset).values(values))


def say_progress(connection: Connection, dataset: int, message: str) -> None:
    """Say how far the work is."""
    connection.execute(update(datasets).where(datasets.c.id == dataset).values(message=message))


@dataclass(frozen=True, slots=True)
class UpdateOutcome:
    """What a work has come to: the part that holds the entries now, and what to say."""

    status: Status
    part: int
    bucket: str
    message: str


def finish(connection: Connection, dataset: Dataset, outcome: UpdateOutcome, now_ms: int) -> None:
    """Show a dataset's new entries: point at their part, count them, say what was done."""
    counts = count(connection, outcome.part)
    values = {**asdict(outcome), **asdict(counts), "fault": "", "updated_ms": now_ms}
    if not counts.total:
        # The next picture may lie in any bucket: a mistyped one is taken out and put in aright.
        values["bucket"] = ""
    connection.execute(update(datasets).where(datasets.c.id == dataset.id).values(values))
    if outcome.part != dataset.part:
        drop_unused(connection, [dataset.part])


def finish_whole(recorder: ChangeRecorder, dataset: Dataset, outcome: UpdateOutcome) -> None:
    """Show a part that was filled before anybody saw it; the journal says so in one line."""
    finish(recorder.connection, dataset, outcome, recorder.now_ms)
    recorder.write_whole(outcome.part, count(recorder.connection, outcome.part).total)


def fail(connection: Connection, dataset: Dataset, now_ms: int, *, message: str, fault: Fault) -> None:
    """Say that an operation failed. What was there before is there still."""
    status: Status = "create-failed" if dataset.status == "creating" else "update-failed"
    values = {"status": status, "message": message, "fault": fault, "updated_ms": now_ms}
    connection.execute(update(datasets).where(datasets.c.id == dataset.id).values(values))


def apply_rows(
    recorder: ChangeRecorder, dataset: Dataset, dialect: Dialect, rows: Sequence[EntryRow]
) -> list[int]:
    """Put an update's lines in: each replaces the one of its address, or comes behind the last.

    Raises ManifestRefused, and so undoes the transaction, when the dataset would become too large.
    """
    connection = recorder.connection
    existing = find_places(connection, dataset.part, [row.ref for row in rows])
    sheet = Sheet(connection, dataset.part, recorder.now_ms, recorder)
    sheet.replace({existing[row.ref]: row for row in rows if row.ref in existing})
    new = [row for row in rows if row.ref not in existing]
    added = sheet.append(new)
    sheet.save()
    counts = count(connection, dataset.part)
    dialect.refuse_beyond_limits(dataset.kind, entries=counts.total, labels=counts.labels)
    return [*existing.values(), *added]
