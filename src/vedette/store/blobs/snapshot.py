"""The state of one bucket in an index, as the first lines of a journal."""

import sqlite3
from collections.abc import Iterator

from vedette.store.blobs.changes import (
    BLOB,
    PART,
    UPLOAD,
    Operation,
    blob_operation,
    bucket_operation,
    document_operation,
    part_operation,
    upload_operation,
)
from vedette.store.blobs.journal import JournalHeader, header_line, state_line

_BLOBS = f"SELECT {BLOB} FROM blobs WHERE bucket = ? ORDER BY seq"  # noqa: S608  (our own text)
_UPLOADS = f"SELECT {UPLOAD} FROM uploads WHERE bucket = ?"  # noqa: S608  (our own text)
_PARTS = (
    f"SELECT upload, {PART} FROM parts"  # noqa: S608  (our own text)
    " WHERE upload IN (SELECT id FROM uploads WHERE bucket = ?)"
)

ESTABLISHED = (
    "INSERT INTO journals (bucket, number, established) VALUES (?, ?, 1)"
    " ON CONFLICT DO UPDATE SET established = 1"
)
"""Says that the bucket has a journal: from now on a missing one is noticed."""


def change_number(db: sqlite3.Connection, bucket: str) -> int:
    """Return the number of the bucket's last change; one that never had a journal is at 0."""
    row = db.execute("SELECT number FROM journals WHERE bucket = ?", (bucket,)).fetchone()
    return 0 if row is None else int(row[0])


def snapshot_lines(db: sqlite3.Connection, bucket: str, header: JournalHeader) -> Iterator[bytes]:
    """Yield the header, and a line for every row. The caller has a snapshot open."""
    yield header_line(header)
    yield from map(state_line, _operations(db, bucket))


def _operations(db: sqlite3.Connection, bucket: str) -> Iterator[Operation]:
    yield bucket_operation(db, bucket)
    for name, body in db.execute("SELECT name, body FROM documents WHERE bucket = ?", (bucket,)):
        yield document_operation(name, bytes(body))
    for row in db.execute(_BLOBS, (bucket,)):
        yield blob_operation("put", row)
    # What lies between "bucket/" and "bucket0", the next character, begins with the former.
    retired = db.execute("SELECT path FROM retired WHERE path > ? AND path < ?", (f"{bucket}/", f"{bucket}0"))
    for (path,) in retired:
        yield ["retired", path]
    for row in db.execute(_UPLOADS, (bucket,)):
        yield upload_operation(row)
    for upload, *row in db.execute(_PARTS, (bucket,)):
        yield part_operation(upload, tuple(row))
