"""Every statement on the tables of batches, each within its caller's transaction."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from vedette.batches.tables import batch_parts, batches
from vedette.batches.values import UNDER_WAY, BatchModel, BatchState, BatchStatus, BatchWish


def add(connection: Connection, state: BatchState) -> None:
    """Write a new batch down, without parts."""
    values = {
        "id": state.id,
        "project": state.project,
        "version": state.version,
        "version_name": state.version_name,
        "model": None if state.model is None else orjson.dumps(state.model).decode(),
        "wish": orjson.dumps(asdict(state.wish)).decode(),
        "caller": orjson.dumps(state.caller).decode(),
        "address": state.wish.address,
        "status": state.status,
        "message": state.message,
        "total": 0,
        "parts": 0,
        "tally": "{}",
        "created_ms": state.created_ms,
        "changed_ms": state.changed_ms,
    }
    connection.execute(insert(batches).values(values))


def find(connection: Connection, batch: str) -> BatchState | None:
    """Return a batch."""
    row = connection.execute(select(batches).where(batches.c.id == batch)).first()
    return None if row is None else _read(row)


def of_projects(connection: Connection, projects: Sequence[int]) -> list[BatchState]:
    """Return the batches of these projects, the newest first."""
    query = select(batches).where(batches.c.project.in_(projects))
    return [
        _read(row) for row in connection.execute(query.order_by(batches.c.created_ms.desc(), batches.c.id))
    ]


def is_taken(connection: Connection, address: str) -> bool:
    """Say whether a batch that is under way writes its results there."""
    is_same = (batches.c.address == address) & batches.c.status.in_(UNDER_WAY)
    return connection.execute(select(batches.c.id).where(is_same)).first() is not None


def status_of(connection: Connection, batch: str) -> BatchStatus | None:
    """Return a batch's status; nothing where it was deleted."""
    status: BatchStatus | None = connection.execute(
        select(batches.c.status).where(batches.c.id == batch)
    ).scalar()
    return status


def settle(connection: Connection, batch: str, status: BatchStatus, message: str, now_ms: int) -> bool:
    """Move a batch that is under way on; say whether it was."""
    change = update(batches).where(batches.c.id == batch, batches.c.status.in_(UNDER_WAY))
    values = {"status": status, "message": message, "changed_ms": now_ms}
    return connection.execute(change.values(values)).rowcount == 1


def begin_again(connection: Connection, batch: str, status: BatchStatus, now_ms: int) -> None:
    """Let a batch that was over be under way again."""
    values = {"status": status, "message": "", "changed_ms": now_ms}
    connection.execute(update(batches).where(batches.c.id == batch).values(values))


def keep_total(connection: Connection, batch: str, total: int, parts: int) -> None:
    """Write down how many pictures and parts there are."""
    connection.execute(update(batches).where(batches.c.id == batch).values(total=total, parts=parts))


def keep_tally(connection: Connection, batch: str, tally: Mapping[str, Any], now_ms: int) -> None:
    """Write down what came of its pictures so far."""
    values = {"tally": orjson.dumps(tally).decode(), "changed_ms": now_ms}
    connection.execute(update(batches).where(batches.c.id == batch).values(values))


def drop(connection: Connection, batch: str) -> None:
    """Remove a batch."""
    drop_parts(connection, batch)
    connection.execute(delete(batches).where(batches.c.id == batch))


def add_part(connection: Connection, batch: str, number: int, keys: Sequence[str]) -> None:
    """Write a part down."""
    body = zlib.compress(orjson.dumps(list(keys)), 1)
    values = {"batch": batch, "number": number, "keys": body, "is_done": False}
    connection.execute(insert(batch_parts).values(values))


def keys_of(connection: Connection, batch: str, number: int) -> list[str] | None:
    """Return the keys of a part that is not done yet; nothing where it is, or was dropped."""
    is_it = (batch_parts.c.batch == batch) & (batch_parts.c.number == number)
    row = connection.execute(select(batch_parts).where(is_it)).first()
    if row is None or row.is_done:
        return None
    keys: list[str] = orjson.loads(zlib.decompress(bytes(row.keys)))
    return keys


def mark_done(connection: Connection, batch: str, number: int) -> None:
    """Note that a part's results are written."""
    is_it = (batch_parts.c.batch == batch) & (batch_parts.c.number == number)
    connection.execute(update(batch_parts).where(is_it).values(is_done=True))


def undone(connection: Connection, batch: str) -> list[int]:
    """Return the numbers of the parts that have no results yet."""
    query = select(batch_parts.c.number).where(batch_parts.c.batch == batch, ~batch_parts.c.is_done)
    return list(connection.execute(query.order_by(batch_parts.c.number)).scalars())


def count_undone(connection: Connection, batch: str) -> int:
    """Return how many parts have no results yet."""
    query = select(func.count()).select_from(batch_parts)
    is_it = (batch_parts.c.batch == batch) & ~batch_parts.c.is_done
    return int(connection.execute(query.where(is_it)).scalar_one())


def drop_parts(connection: Connection, batch: str) -> None:
    """Remove the parts."""
    connection.execute(delete(batch_parts).where(batch_parts.c.batch == batch))


def _read(row: Row[Any]) -> BatchState:
    return BatchState(
        id=row.id,
        project=row.project,
        version=row.version,
        version_name=row.version_name,
        model=None if row.model is None else BatchModel(**orjson.loads(row.model)),
        wish=BatchWish(**orjson.loads(row.wish)),
        status=row.status,
        message=row.message,
        total=row.total,
        parts=row.parts,
        caller=orjson.loads(row.caller),
        tally=orjson.loads(row.tally),
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
    )
