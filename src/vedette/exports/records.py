"""An export's record and its frozen entries within a transaction: written, found, moved on, dropped."""

import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any, BinaryIO

import orjson
from sqlalchemy import Connection, Row, delete, insert, select, update

from vedette.exports.tables import export_blocks, exports
from vedette.exports.values import ExportState, ExportStatus, ExportWish

BLOCK = 1024
RUNNING: ExportStatus = "running"
CANCELLED: ExportStatus = "cancelled"
FAILED: ExportStatus = "failed"


@dataclass(frozen=True, slots=True)
class ExportProgress:
    """How far the writing is."""

    completed: int
    files: int
    size: int
    left_out: int


def add(connection: Connection, state: ExportState) -> None:
    """Write a new export down."""
    values = {
        "id": state.id,
        "project": state.project,
        "wish": orjson.dumps(asdict(state.wish)).decode(),
        "caller": orjson.dumps(state.caller).decode(),
        "status": state.status,
        "message": state.message,
        "is_frozen": state.is_frozen,
        "done": 0,
        "total": 0,
        "files": 0,
        "size": 0,
        "left_out": 0,
        "created_ms": state.created_ms,
        "changed_ms": state.changed_ms,
    }
    connection.execute(insert(exports).values(values))


def find(connection: Connection, export_id: str) -> ExportState | None:
    """Return an export."""
    row = connection.execute(select(exports).where(exports.c.id == export_id)).first()
    return None if row is None else _read(row)


def of_projects(connection: Connection, projects: list[int]) -> list[ExportState]:
    """Return the exports of these projects, the newest first."""
    query = select(exports).where(exports.c.project.in_(projects))
    query = query.order_by(exports.c.created_ms.desc(), exports.c.id)
    return [_read(row) for row in connection.execute(query)]


def under_way(connection: Connection) -> list[ExportState]:
    """Return the exports of the installation that are not over."""
    return [_read(row) for row in connection.execute(select(exports).where(exports.c.status == RUNNING))]


def settle(connection: Connection, export_id: str, status: ExportStatus, message: str, now_ms: int) -> None:
    """Move an export to its end; its entries are needed no more."""
    drop_blocks(connection, export_id)
    _change(connection, export_id, status=status, message=message, changed_ms=now_ms)


def keep_progress(connection: Connection, export_id: str, progress: ExportProgress, now_ms: int) -> None:
    """Write down how far it is."""
    _change(
        connection,
        export_id,
        done=progress.completed,
        files=progress.files,
        size=progress.size,
        left_out=progress.left_out,
        changed_ms=now_ms,
    )


def keep_frozen(connection: Connection, export_id: str, total: int) -> None:
    """Write down that the entries are all there."""
    _change(connection, export_id, is_frozen=True, total=total)


def drop(connection: Connection, export_id: str) -> None:
    """Remove an export."""
    drop_blocks(connection, export_id)
    connection.execute(delete(exports).where(exports.c.id == export_id))


def write_block(connection: Connection, export_id: str, number: int, text: bytes) -> None:
    """Keep some of the entries."""
    values = {"export_id": export_id, "block": number, "body": zlib.compress(text, 1)}
    connection.execute(insert(export_blocks).values(values))


def read_block(connection: Connection, export_id: str, number: int) -> bytes:
    """Return some of the entries, nothing behind the last."""
    same = (export_blocks.c.export_id == export_id, export_blocks.c.block == number)
    body = connection.execute(select(export_blocks.c.body).where(*same)).scalar()
    return b"" if body is None else zlib.decompress(bytes(body))


def drop_blocks(connection: Connection, export_id: str) -> None:
    """Remove the entries."""
    connection.execute(delete(export_blocks).where(export_blocks.c.export_id == export_id))


def blocks_of(manifest: BinaryIO) -> Iterator[bytes]:
    """Yield a manifest's lines, so many at a time."""
    while text := b"".join(islice(manifest, BLOCK)):
        yield text


def _change(connection: Connection, export_id: str, **values: Any) -> None:
    connection.execute(update(exports).where(exports.c.id == export_id).values(values))


def _read(row: Row[Any]) -> ExportState:
    return ExportState(
        id=row.id,
        project=row.project,
        wish=ExportWish(**orjson.loads(row.wish)),
        status=row.status,
        message=row.message,
        is_frozen=bool(row.is_frozen),
        completed=row.done,
        total=row.total,
        files=row.files,
        size=row.size,
        left_out=row.left_out,
        caller=orjson.loads(row.caller),
        created_ms=row.created_ms,
        changed_ms=row.changed_ms,
    )
