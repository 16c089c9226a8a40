"""Every statement on the tables of feedback, each within its caller's transaction."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vedette.feedback.drift import DriftFinding, DriftReference, LookedAtPicture
from vedette.feedback.tables import feedback_drift, feedback_plans, feedback_samples
from vedette.feedback.values import DriftState, SampleFacts, SamplingPlan


def plans(connection: Connection) -> list[SamplingPlan]:
    """Return every plan."""
    return [_plan(row) for row in connection.execute(select(feedback_plans))]


def find_plan(connection: Connection, version: int) -> SamplingPlan | None:
    """Return a version's plan."""
    row = connection.execute(select(feedback_plans).where(feedback_plans.c.version == version)).first()
    return None if row is None else _plan(row)


def put_plan(connection: Connection, plan: SamplingPlan) -> None:
    """Write a version's plan, in the place of the one before."""
    connection.execute(delete(feedback_plans).where(feedback_plans.c.version == plan.version))
    values = asdict(plan) | {
        "caller": orjson.dumps(plan.caller).decode(),
        "swept": orjson.dumps(plan.swept).decode() if plan.swept else "",
    }
    connection.execute(insert(feedback_plans).values(values))


def note_sweep(connection: Connection, version: int, mark: Mapping[str, Any], pause: str) -> None:
    """Note when a version's samples were last swept, or why they are not."""
    values = {"swept": orjson.dumps(mark).decode(), "pause": pause}
    connection.execute(update(feedback_plans).where(feedback_plans.c.version == version).values(values))


def add_sample(connection: Connection, trial: str, sample: SampleFacts) -> None:
    """Note a kept picture beside its record among the trial's."""
    connection.execute(insert(feedback_samples).values(trial=trial, **asdict(sample)))


def samples(connection: Connection, trial: str, *, before_ms: int | None = None) -> list[SampleFacts]:
    """Return what was kept, or what was taken before a moment."""
    column = feedback_samples.c
    query = select(column.number, column.taken_ms, column.size, column.exact).where(column.trial == trial)
    if before_ms is not None:
        query = query.where(column.taken_ms < before_ms)
    return [SampleFacts(*row) for row in connection.execute(query.order_by(column.number))]


def has_exact(connection: Connection, trial: str, exact: str) -> bool:
    """Say whether this very picture is kept already."""
    column = feedback_samples.c
    query = select(column.number).where(column.trial == trial, column.exact == exact)
    return connection.execute(query).first() is not None


def numbers_of(connection: Connection, trial: str, exacts: Sequence[str]) -> dict[str, int]:
    """Return the numbers of kept pictures by the hashes of their bytes."""
    column = feedback_samples.c
    query = select(column.exact, column.number).where(column.trial == trial, column.exact.in_(exacts))
    return {exact: int(number) for exact, number in connection.execute(query)}


def count_samples(connection: Connection, trial: str, since_ms: int = 0) -> tuple[int, int]:
    """Return how many pictures were kept since a moment, and their bytes."""
    column = feedback_samples.c
    query = select(func.count(), func.coalesce(func.sum(column.size), 0))
    row = connection.execute(query.where(column.trial == trial, column.taken_ms >= since_ms)).one()
    return int(row[0]), int(row[1])


def find_drift(connection: Connection, version: int) -> Row[Any] | None:
    """Return what is known of a version's drift, as it lies."""
    return connection.execute(select(feedback_drift).where(feedback_drift.c.version == version)).first()


def put_drift(connection: Connection, version: int, project: int, **values: Any) -> None:
    """Write what is known of a version's drift."""
    if find_drift(connection, version) is None:
        blank = {
            "status": "none", "message": "", "reference": None, "recent": None, "count": 0, "looks": 0,
            "findings": "[]", "since_ms": 0,
        }  # fmt: skip
        connection.execute(insert(feedback_drift).values(version=version, project=project, **blank))
    connection.execute(update(feedback_drift).where(feedback_drift.c.version == version).values(values))


def read_drift(row: Row[Any] | None) -> DriftState:
    """Return the state in a row."""
    if row is None:
        return DriftState()
    findings = [DriftFinding(**finding) for finding in orjson.loads(row.findings)]
    # A row is a tuple too, whose `count` is a method.
    count = row._mapping["count"]
    return DriftState(row.status, row.message, count, row.looks, findings, row.since_ms)


def pack_pictures(pictures: Sequence[LookedAtPicture], doubts: Sequence[float] = ()) -> bytes:
    """Return pictures as numbers, for a row."""
    document = {
        "pictures": [[dict(item.features), item.answer, item.doubt, item.exact] for item in pictures],
        "doubts": list(doubts),
    }
    return zlib.compress(orjson.dumps(document), 1)


def unpack_pictures(body: bytes | None) -> DriftReference:
    """Return the pictures of a row."""
    if body is None:
        return DriftReference(())
    document = orjson.loads(zlib.decompress(bytes(body)))
    return DriftReference([LookedAtPicture(*item) for item in document["pictures"]], document["doubts"])


def _plan(row: Row[Any]) -> SamplingPlan:
    facts = dict(row._mapping)
    swept = orjson.loads(row.swept) if row.swept else None
    flags = {"is_on": bool(row.is_on), "doubtful_first": bool(row.doubtful_first)}
    return SamplingPlan(**{**facts, **flags, "caller": orjson.loads(row.caller), "swept": swept})
