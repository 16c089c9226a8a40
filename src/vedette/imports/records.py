"""An import's record within a transaction: written, found, moved from state to state."""

from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from vedette.imports.pieces import count_pieces
from vedette.imports.tables import import_blocks, import_pieces, imports
from vedette.imports.values import ImportOptions, ImportSource, ImportState, ImportStatus

READY: ImportStatus = "ready"
FAILED: ImportStatus = "failed"


def add(connection: Connection, state: ImportState) -> None:
    """Write a new import down."""
    values = {
        "id": state.id,
        "project": state.project,
        "dataset": state.dataset,
        "source": _dump_source(state.source),
        "options": _dump(asdict(state.options)),
        "caller": _dump(state.caller),
        "status": state.status,
        "message": "",
        "done": 0,
        "total": 0,
        "totals": "{}",
        "result": "{}",
        "created_ms": state.created_ms,
        "changed_ms": state.changed_ms,
    }
    connection.execute(insert(imports).values(values))


def find(connection: Connection, import_id: str) -> ImportState | None:
    """Return an import."""
    row = connection.execute(select(imports).where(imports.c.id == import_id)).first()
    return None if row is None else _read(connection, row)


def of_project(connection: Connection, project: int) -> list[ImportState]:
    """Return the imports of a project, the newest first."""
    query = select(imports).where(imports.c.project == project).order_by(imports.c.created_ms.desc())
    return [_read(connection, row) for row in connection.execute(query).all()]


def under_way(connection: Connection, projects: list[int]) -> list[ImportState]:
    """Return the imports of these projects at which something is done, or was within the last minutes."""
    query = select(imports).where(imports.c.project.in_(projects))
    return [_read(connection, row) for row in connection.execute(query).all()]


def settle(connection: Connection, import_id: str, status: ImportStatus, message: str, now_ms: int) -> None:
    """Move an import to a state in which nothing is under way, or to one in which something is."""
    _change(connection, import_id, status=status, message=message, changed_ms=now_ms)


def begin(connection: Connection, import_id: str, status: ImportStatus, now_ms: int) -> None:
    """Move an import to a state in which something is under way."""
    _change(connection, import_id, status=status, message="", done=0, total=0, changed_ms=now_ms)


def say_progress(connection: Connection, import_id: str, completed: int, total: int, now_ms: int) -> None:
    """Say how far it is."""
    _change(connection, import_id, done=completed, total=total, changed_ms=now_ms)


def keep_totals(connection: Connection, import_id: str, totals: dict[str, Any]) -> None:
    """Write down what the lines come to."""
    _change(connection, import_id, totals=_dump(totals))


def keep_result(connection: Connection, import_id: str, result: dict[str, int]) -> None:
    """Write down what has become of the lines."""
    _change(connection, import_id, result=_dump(result))


def keep_options(connection: Connection, import_id: str, options: ImportOptions) -> None:
    """Write down what is to become of the lines."""
    _change(connection, import_id, options=_dump(asdict(options)))


def keep_source(connection: Connection, import_id: str, source: ImportSource) -> None:
    """Write down how the source is to be read."""
    _change(connection, import_id, source=_dump_source(source))


def drop_contents(connection: Connection, import_id: str) -> None:
    """Remove lines and pieces: nobody needs them any more."""
    connection.execute(delete(import_blocks).where(import_blocks.c.import_id == import_id))
    connection.execute(delete(import_pieces).where(import_pieces.c.import_id == import_id))


def drop(connection: Connection, import_id: str) -> None:
    """Remove an import."""
    drop_contents(connection, import_id)
    connection.execute(delete(imports).where(imports.c.id == import_id))


def late(connection: Connection, before_ms: int) -> list[str]:
    """Return the imports that nobody has touched since then, and at which nothing is done."""
    idle = imports.c.status.not_in(["reading", "mending", "running"])
    query = select(imports.c.id).where(imports.c.changed_ms < before_ms, idle)
    return list(connection.execute(query).scalars())


def _change(connection: Connection, import_id: str, **values: Any) -> None:
    connection.execute(update(imports).where(imports.c.id == import_id).values(values))


def _dump_source(source: ImportSource) -> str:
    facts = asdict(source)
    if source.masks_from == "none":
        del facts["masks_from"]  # what an older server beside this one does not know
    return _dump(facts)


def _dump(value: Any) -> str:
    return orjson.dumps(value).decode()


def _read(connection: Connection, row: Row[Any]) -> ImportState:
    return ImportState(
        id=row.id,
        project=row.project,
        dataset=row.dataset,
        source=ImportSource(**orjson.loads(row.source)),
        options=ImportOptions(**orjson.loads(row.options)),
        status=row.status,
        message=row.message,
        completed=row.done,
        total=row.total,
        pieces=count_pieces(connection, row.id) if row.status == "open" else 0,
        totals=orjson.loads(row.totals),
        result=orjson.loads(row.result),
        caller=orjson.loads(row.caller),
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
    )
