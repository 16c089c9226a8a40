"""Snapshots: a dataset as it was at a moment, by a name. Making one copies nothing.

A snapshot is the number of a step of the journal; what has changed since is in the journal's steps, which
keep what entries said for as long as a snapshot needs it. Never puts anything back: `restoring.py` does.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vedette.clock import Clock, milliseconds
from vedette.datasets import changes
from vedette.datasets.callers import keep_caller, read_callers
from vedette.datasets.dataset import Counts, Dataset
from vedette.datasets.parts import drop_unused
from vedette.datasets.tables import journal_steps, labels, parts, restorations, snapshots
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.identity.principal import Principal
from vedette.store.db import Database

# Why a snapshot was made by itself: before a restoration or an import that replaces entries, or by
# a training.
SnapshotReason = Literal["", "restore", "import", "training"]

MOST = 100
"""Snapshots that people may make of a dataset; each lets the journal keep more of what entries said."""
MOST_AUTOMATIC = 10
"""So many that were made before something are kept, the newest; a training's stays with its version."""
LONGEST_NAME, LONGEST_DESCRIPTION = 100, 1000


@dataclass(frozen=True, slots=True)
class DatasetSnapshot:
    """A snapshot: where in the journal it is, and what the dataset held then."""

    id: str
    dataset: int
    part: int
    step: int
    name: str
    description: str
    reason: SnapshotReason
    caller: Principal | None
    created_ms: int
    bucket: str
    counts: Counts
    labels: Mapping[str, int]
    # The version that was trained with it.
    version: int | None = None


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """What a snapshot is to be called, and who or what wants it."""

    name: str
    caller: Principal | None
    description: str = ""
    reason: SnapshotReason = ""
    version: int | None = None


@dataclass(frozen=True, slots=True)
class DatasetMoment:
    """What a dataset holds at a moment that was read: where that is in the journal, and the counts."""

    dataset: Dataset
    step: int
    labels: Mapping[str, int]


class DatasetSnapshots:
    """The snapshots of every dataset."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, dataset: Dataset, new: NewSnapshot) -> DatasetSnapshot:
        """Make a snapshot of what the dataset holds now."""
        _check(new)
        with self._database.write() as connection:
            current = changes.require(connection, dataset)
            changes.require_state(current, "updated")
            return take_snapshot(connection, current, new, milliseconds(self._clock()))

    def list(self, dataset: Dataset) -> Sequence[DatasetSnapshot]:
        """Return a dataset's snapshots, the newest first."""
        with self._database.read() as connection:
            query = select(snapshots).where(snapshots.c.dataset == dataset.id)
            rows = connection.execute(query.order_by(snapshots.c.created_ms.desc(), snapshots.c.id)).all()
            callers = read_callers(connection, {row.caller for row in rows if row.caller})
        return [_snapshot(row, callers) for row in rows]

    def find(self, dataset: Dataset, snapshot: str) -> DatasetSnapshot:
        """Return one of a dataset's snapshots, by its number or its name."""
        with self._database.read() as connection:
            return require_snapshot(connection, dataset, snapshot)

    def keep(self, connection: Connection, moment: DatasetMoment, new: NewSnapshot) -> None:
        """Make a snapshot of a moment that was read before, unless the dataset was deleted since."""
        part = moment.dataset.part
        is_there = select(parts.c.id).where(parts.c.id == part, parts.c.dropped.is_(False))
        current = changes.find_by_id(connection, moment.dataset.id)
        if current is not None and connection.execute(is_there).first():
            _write(connection, moment, new, milliseconds(self._clock()))

    def keep_now(self, connection: Connection, dataset: Dataset, new: NewSnapshot) -> Dataset:
        """Make a snapshot in a transaction of somebody else's; return the dataset as it is in it."""
        current = changes.require(connection, dataset)
        _write(connection, read_moment(connection, current), new, milliseconds(self._clock()))
        return current

    def of_version(self, version: int) -> Mapping[int, DatasetSnapshot]:
        """Return what a version began from, by the number of the dataset."""
        with self._database.read() as connection:
            rows = connection.execute(select(snapshots).where(snapshots.c.version == version)).all()
        return {row.dataset: _snapshot(row, {}) for row in rows}

    def forget_version(self, version: int) -> None:
        """Delete what was kept for a version that is deleted, unless it is being restored just now."""
        with self._database.write() as connection:
            its = snapshots.c.version == version
            rows = connection.execute(select(snapshots.c.id, snapshots.c.part).where(its)).all()
            unused = [row.id for row in rows if row.id not in _in_use(connection)]
            connection.execute(update(snapshots).where(its).values(version=None))
            connection.execute(delete(snapshots).where(snapshots.c.id.in_(unused)))
            drop_unused(connection, [row.part for row in rows])

    def delete(self, dataset: Dataset, snapshot: str) -> None:
        """Delete a snapshot; the dataset stays as it is."""
        with self._database.write() as connection:
            current = require_snapshot(connection, dataset, snapshot)
            uses = (restorations.c.snapshot == current.id) | (restorations.c.before == current.id)
            running = select(restorations.c.id).where(uses, restorations.c.status == "running")
            if connection.execute(running.limit(1)).first():
                raise Busy(
                    f"The snapshot {current.name} is in use; wait until the dataset is restored.",
                    kind="snapshot",
                    name=current.name,
                )
            connection.execute(delete(snapshots).where(snapshots.c.id == current.id))
            drop_unused(connection, [current.part])


def read_moment(connection: Connection, dataset: Dataset) -> DatasetMoment:
    """Return what a dataset, as this transaction reads it, holds now."""
    last_step = connection.execute(select(func.max(journal_steps.c.id))).scalar()
    used = select(labels.c.name, labels.c.pictures).where(
        labels.c.part == dataset.part, labels.c.pictures > 0
    )
    label_counts = {
        bytes(row.name).decode(): row.pictures for row in connection.execute(used.order_by(labels.c.label))
    }
    return DatasetMoment(dataset, last_step or 0, label_counts)


def take_snapshot(connection: Connection, dataset: Dataset, new: NewSnapshot, now_ms: int) -> DatasetSnapshot:
    """Write a snapshot down in the transaction of something else; older automatic ones make way."""
    return _write(connection, read_moment(connection, dataset), new, now_ms)


def _write(connection: Connection, moment: DatasetMoment, new: NewSnapshot, now_ms: int) -> DatasetSnapshot:
    dataset = moment.dataset
    name = _free_name(connection, dataset, new)
    _refuse_too_many(connection, dataset, new)
    values = {
        "id": secrets.token_hex(16),
        "dataset": dataset.id,
        "part": dataset.part,
        "step": moment.step,
        "name": name,
        "description": new.description,
        "reason": new.reason,
        "caller": keep_caller(connection, new.caller) if new.caller else None,
        "created_ms": now_ms,
        "bucket": dataset.bucket,
        "counts": orjson.dumps(asdict(dataset.counts)).decode(),
        "labels": orjson.dumps(dict(moment.labels)).decode(),
        "version": new.version,
    }
    row = connection.execute(insert(snapshots).values(values).returning(snapshots)).one()
    _forget_automatic(connection, dataset)
    return _snapshot(row, {row.caller: new.caller} if new.caller else {})


def require_snapshot(connection: Connection, dataset: Dataset, snapshot: str) -> DatasetSnapshot:
    """Return one of a dataset's snapshots, by its number or its name."""
    its = (snapshots.c.id == snapshot) | (snapshots.c.name == snapshot)
    row = connection.execute(select(snapshots).where(snapshots.c.dataset == dataset.id, its)).first()
    if row is None:
        raise Missing(
            f"The {dataset.kind} dataset has no snapshot {snapshot}.", kind="snapshot", name=snapshot
        )
    return _snapshot(row, read_callers(connection, {row.caller} if row.caller else set()))


def _snapshot(row: Row[Any], callers: Mapping[int, Principal | None]) -> DatasetSnapshot:
    return DatasetSnapshot(
        id=row.id,
        dataset=row.dataset,
        part=row.part,
        step=row.step,
        name=row.name,
        description=row.description,
        reason=row.reason,
        caller=callers.get(row.caller),
        created_ms=row.created_ms,
        bucket=row.bucket,
        counts=Counts(**orjson.loads(row.counts)),
        labels=orjson.loads(row.labels),
        version=row.version,
    )


def _check(new: NewSnapshot) -> None:
    if not 1 <= len(new.name.strip()) <= LONGEST_NAME or new.name != new.name.strip():
        raise Wrong(
            f"A snapshot's name has from 1 to {LONGEST_NAME} characters, no space around it.", kind="snapshot"
        )
    if not new.name.isprintable():
        raise Wrong("A snapshot's name has no control characters.", kind="snapshot")
    if len(new.description) > LONGEST_DESCRIPTION:
        raise Wrong(
            f"A snapshot's description has {LONGEST_DESCRIPTION} characters at the most.", kind="snapshot"
        )
    if "\0" in new.description:
        raise Wrong("A snapshot's description has no NUL.", kind="snapshot")


def _free_name(connection: Connection, dataset: Dataset, new: NewSnapshot) -> str:
    """Return the name, or for one that is made by itself the name with a number behind it."""
    query = select(snapshots.c.name).where(snapshots.c.dataset == dataset.id)
    names = set(connection.execute(query).scalars())
    if new.name not in names:
        return new.name
    if not new.reason:
        raise Taken(
            f"The {dataset.kind} dataset has a snapshot {new.name} already.", kind="snapshot", name=new.name
        )
    return next(name for number in range(2, 10_000) if (name := f"{new.name} ({number})") not in names)


def _refuse_too_many(connection: Connection, dataset: Dataset, new: NewSnapshot) -> None:
    made_by_people = (snapshots.c.dataset == dataset.id, snapshots.c.reason == "")
    if new.reason or connection.execute(select(func.count()).where(*made_by_people)).scalar_one() < MOST:
        return
    raise TooMuch(
        f"A dataset has {MOST} snapshots at the most; delete one that you no longer need.", kind="snapshot"
    )


def _in_use(connection: Connection) -> set[str]:
    """Return the snapshots that a restoration needs that is running."""
    running = select(restorations).where(restorations.c.status == "running")
    return {number for row in connection.execute(running) for number in (row.snapshot, row.before)}


def _forget_automatic(connection: Connection, dataset: Dataset) -> None:
    """Delete automatic snapshots beyond the newest ones, unless a restoration that runs needs them."""
    in_use = _in_use(connection)
    automatic = select(snapshots.c.id, snapshots.c.part).where(
        snapshots.c.dataset == dataset.id, snapshots.c.reason != "", snapshots.c.version.is_(None)
    )
    rows = connection.execute(automatic.order_by(snapshots.c.created_ms.desc())).all()
    late = [row for row in rows[MOST_AUTOMATIC:] if row.id not in in_use]
    if late:
        connection.execute(delete(snapshots).where(snapshots.c.id.in_([row.id for row in late])))
        drop_unused(connection, [row.part for row in late])
