"""Every statement on the table of loops, each within its caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from vedette.loops.tables import loops
from vedette.loops.values import LoopState, LoopWish


def add(connection: Connection, state: LoopState) -> None:
    """Write a new loop down; a job has it in hand."""
    values = {
        "id": state.id,
        "project": state.project,
        "version": state.version,
        "version_name": state.version_name,
        "wish": orjson.dumps(asdict(state.wish)).decode(),
        "caller": orjson.dumps(state.caller).decode(),
        "step": state.step,
        "status": state.status,
        "message": state.message,
        "is_confirmed": False,
        "is_in_hand": True,
        "facts": "{}",
        "created_ms": state.created_ms,
        "changed_ms": state.changed_ms,
    }
    connection.execute(insert(loops).values(values))


def find(connection: Connection, loop: str) -> LoopState | None:
    """Return a loop."""
    row = connection.execute(select(loops).where(loops.c.id == loop)).first()
    return None if row is None else _read(row)


def of_project(connection: Connection, project: int) -> list[LoopState]:
    """Return the loops of a project, the newest first."""
    query = select(loops).where(loops.c.project == project)
    return [_read(row) for row in connection.execute(query.order_by(loops.c.created_ms.desc(), loops.c.id))]


def at_rest(connection: Connection) -> list[LoopState]:
    """Return the loops that are under way and that no job has in hand."""
    query = select(loops).where(loops.c.status == "running", ~loops.c.is_in_hand)
    return [_read(row) for row in connection.execute(query.order_by(loops.c.changed_ms))]


def take(connection: Connection, loop: str) -> bool:
    """Take a loop in hand; say whether nobody else had it."""
    is_free = (loops.c.id == loop) & (loops.c.status == "running") & ~loops.c.is_in_hand
    return connection.execute(update(loops).where(is_free).values(is_in_hand=True)).rowcount == 1


def let_go(connection: Connection, loop: str) -> None:
    """Say that no job has it in hand any more."""
    connection.execute(update(loops).where(loops.c.id == loop).values(is_in_hand=False))


def change(connection: Connection, before: LoopState, **values: Any) -> bool:
    """Change a loop that is still where it was; say whether it was."""
    if "facts" in values:
        values["facts"] = orjson.dumps(values["facts"]).decode()
    if "caller" in values:
        values["caller"] = orjson.dumps(values["caller"]).decode()
    is_same = (
        (loops.c.id == before.id)
        & (loops.c.step == before.step)
        & (loops.c.status == before.status)
        & (loops.c.is_confirmed == before.is_confirmed)
    )
    return connection.execute(update(loops).where(is_same).values(values)).rowcount == 1


def drop(connection: Connection, loop: str) -> None:
    """Remove a loop."""
    connection.execute(delete(loops).where(loops.c.id == loop))


def _read(row: Row[Any]) -> LoopState:
    return LoopState(
        id=row.id,
        project=row.project,
        version=row.version,
        version_name=row.version_name,
        wish=_wish(orjson.loads(row.wish)),
        step=row.step,
        status=row.status,
        message=row.message,
        caller=orjson.loads(row.caller),
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
        is_confirmed=row.is_confirmed,
        facts=orjson.loads(row.facts),
    )


def _wish(values: dict[str, Any]) -> LoopWish:
    lists: dict[str, Sequence[str]] = {name: tuple(values[name]) for name in ("people", "groups")}
    return LoopWish(**{**values, **lists})
