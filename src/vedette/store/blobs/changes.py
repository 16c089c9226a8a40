"""The changes of one transaction of the index, as operations that a journal can replay.

Triggers of the connection note what was touched, so that no statement, whoever wrote it, can
change the index and leave the journal behind. What is noted lives in a temporary table: it
is undone with the transaction and costs the disk nothing.

An operation is a list whose first word says what it does:

    ["bucket", {…}]            the bucket as it is now      ["gone"]  it was removed
    ["document", name, base64] a document put on it         ["no-document", name]
    ["put", {…}]               a new version, the newest    ["set", {…}]  one that is there, changed
    ["drop", key, version]     a version removed
    ["retired", path]          a file that waits to be removed (in a journal's beginning only)
    ["upload", {…}]            an upload as it is now       ["no-upload", id]
    ["part", id, {…}]          a part put                   ["no-part", id, number]
"""

import base64
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import orjson

Operation = list[Any]

BLOB = "key, version, marker, size, etag, modified_ms, owner, path, about"
UPLOAD = "id, key, owner, started_ms, about, done"
PART = "number, size, etag, modified_ms, checksum, path"

_NOTE = "INSERT INTO changed VALUES"
_OF_PART = "(SELECT bucket FROM uploads WHERE id = {0}.upload), {0}.upload, {0}.number"

TRIGGERS = f"""
PRAGMA temp_store = MEMORY;
CREATE TEMP TABLE changed (kind TEXT, bucket TEXT, a TEXT, b);
CREATE TEMP TRIGGER made_bucket AFTER INSERT ON buckets BEGIN
    {_NOTE} ('made', NEW.name, '', ''); END;
CREATE TEMP TRIGGER set_bucket AFTER UPDATE ON buckets BEGIN
    {_NOTE} ('bucket', NEW.name, '', ''); END;
CREATE TEMP TRIGGER gone_bucket AFTER DELETE ON buckets BEGIN
    {_NOTE} ('bucket', OLD.name, '', ''); END;
CREATE TEMP TRIGGER put_document AFTER INSERT ON documents BEGIN
    {_NOTE} ('document', NEW.bucket, NEW.name, ''); END;
CREATE TEMP TRIGGER set_document AFTER UPDATE ON documents BEGIN
    {_NOTE} ('document', NEW.bucket, NEW.name, ''); END;
CREATE TEMP TRIGGER no_document AFTER DELETE ON documents BEGIN
    {_NOTE} ('document', OLD.bucket, OLD.name, ''); END;
CREATE TEMP TRIGGER put_blob AFTER INSERT ON blobs BEGIN
    {_NOTE} ('put', NEW.bucket, NEW.key, NEW.version); END;
CREATE TEMP TRIGGER set_blob AFTER UPDATE OF {BLOB} ON blobs BEGIN
    {_NOTE} ('set', NEW.bucket, NEW.key, NEW.version); END;
CREATE TEMP TRIGGER drop_blob AFTER DELETE ON blobs BEGIN
    {_NOTE} ('set', OLD.bucket, OLD.key, OLD.version);
    INSERT OR IGNORE INTO retired SELECT OLD.path WHERE OLD.path != ''; END;
CREATE TEMP TRIGGER put_upload AFTER INSERT ON uploads BEGIN
    {_NOTE} ('upload', NEW.bucket, NEW.id, ''); END;
CREATE TEMP TRIGGER set_upload AFTER UPDATE ON uploads BEGIN
    {_NOTE} ('upload', NEW.bucket, NEW.id, ''); END;
CREATE TEMP TRIGGER no_upload AFTER DELETE ON uploads BEGIN
    {_NOTE} ('upload', OLD.bucket, OLD.id, ''); END;
CREATE TEMP TRIGGER replace_part BEFORE INSERT ON parts BEGIN
    INSERT OR IGNORE INTO retired
        SELECT path FROM parts WHERE upload = NEW.upload AND number = NEW.number; END;
CREATE TEMP TRIGGER put_part AFTER INSERT ON parts BEGIN
    {_NOTE} ('part', {_OF_PART.format("NEW")}); END;
CREATE TEMP TRIGGER no_part AFTER DELETE ON parts BEGIN
    {_NOTE} ('part', {_OF_PART.format("OLD")});
    INSERT OR IGNORE INTO retired VALUES (OLD.path); END;
"""  # noqa: S608  (our own text)


@dataclass(frozen=True, slots=True)
class Change:
    """The change of one bucket by one transaction, and its number in that bucket."""

    bucket: str
    number: int
    operations: list[Operation]
    makes: bool = False
    """Whether it made the bucket, whose journal then begins."""


def collect(db: sqlite3.Connection) -> list[Change]:
    """Return the changes of the open transaction, bucket by bucket, and number them in the index."""
    changes = db.execute("SELECT kind, bucket, a, b FROM changed WHERE bucket IS NOT NULL").fetchall()
    if not changes:
        return []
    db.execute("DELETE FROM changed")
    if len(changes) == 1:
        return [_change(db, changes[0][1], changes)]
    changes.sort(key=lambda row: row[1])  # Stable: within a bucket the order stays.
    return [_change(db, bucket, list(rows)) for bucket, rows in groupby(changes, key=lambda row: row[1])]


def _change(db: sqlite3.Connection, bucket: str, rows: list[tuple[str, str, str, Any]]) -> Change:
    operations = list(_operations(db, bucket, [(kind, a, b) for kind, _, a, b in rows]))
    if any(kind == "made" for kind, *_ in rows):
        db.execute("INSERT OR REPLACE INTO journals (bucket, number) VALUES (?, 1)", (bucket,))
        return Change(bucket, 1, operations, makes=True)
    # The folder outlives the bucket's row for a moment, or for good where the process dies in it.
    is_removed = operations[0] == ["gone"]
    ((number,),) = db.execute(
        "INSERT INTO journals (bucket, number, gone) VALUES (?, 1, ?)"
        " ON CONFLICT DO UPDATE SET number = number + 1, gone = excluded.gone RETURNING number",
        (bucket, is_removed),
    ).fetchall()
    return Change(bucket, number, operations)


def _operations(
    db: sqlite3.Connection, bucket: str, changes: list[tuple[str, str, Any]]
) -> Iterator[Operation]:
    """Yield the state after the transaction of every row that it touched."""
    if any(kind == "bucket" for kind, _, _ in changes) and bucket_operation(db, bucket) == ["gone"]:
        yield ["gone"]
        return
    newly = {(key, version) for kind, key, version in changes if kind == "put"}
    uploads = {a for kind, a, _ in changes if kind == "upload"}
    for kind, a, b in _once(changes):
        if kind == "bucket":
            yield bucket_operation(db, bucket)
        elif kind == "document":
            yield _document_operation(db, bucket, a)
        elif kind == "blob":
            yield _blob_operation(db, bucket, a, b, is_new=(a, b) in newly)
        elif kind == "upload":
            yield _upload_operation(db, a)
        elif a not in uploads:  # An upload that ended took its parts along.
            yield _part_operation(db, a, int(b))


def _once(changes: Iterable[tuple[str, str, Any]]) -> Iterator[tuple[str, str, Any]]:
    names = {"made": "bucket", "put": "blob", "set": "blob"}
    yield from dict.fromkeys((names.get(kind, kind), a, b) for kind, a, b in changes)


def bucket_operation(db: sqlite3.Connection, bucket: str) -> Operation:
    """Return the operation for the bucket's present state, without its documents."""
    row = db.execute(
        "SELECT account, region, created_ms, versioning, locked FROM buckets WHERE name = ?", (bucket,)
    ).fetchone()
    if row is None:
        return ["gone"]
    return [
        "bucket",
        dict(zip(("account", "region", "created_ms", "versioning", "locked"), row, strict=True)),
    ]


def document_operation(name: str, body: bytes) -> Operation:
    """Return the operation that puts a document."""
    return ["document", name, base64.b64encode(body).decode()]


def blob_operation(kind: str, row: tuple[Any, ...]) -> Operation:
    """Return the operation that puts or changes a version, from a row of `BLOB`."""
    members = dict(zip(BLOB.split(", "), row, strict=True))
    members["about"] = orjson.Fragment(members["about"])
    return [kind, members]


def upload_operation(row: tuple[Any, ...]) -> Operation:
    """Return the operation for an upload's present state, from a row of `UPLOAD`."""
    members = dict(zip(UPLOAD.split(", "), row, strict=True))
    return ["upload", members | {name: orjson.Fragment(members[name]) for name in ("about", "done")}]


def part_operation(upload: str, row: tuple[Any, ...]) -> Operation:
    """Return the operation that puts a part, from a row of `PART`."""
    members = dict(zip(PART.split(", "), row, strict=True))
    members["checksum"] = orjson.Fragment(members["checksum"])
    return ["part", upload, members]


def _document_operation(db: sqlite3.Connection, bucket: str, name: str) -> Operation:
    row = db.execute("SELECT body FROM documents WHERE bucket = ? AND name = ?", (bucket, name)).fetchone()
    return ["no-document", name] if row is None else document_operation(name, bytes(row[0]))


def _blob_operation(
    db: sqlite3.Connection, bucket: str, key: str, version: str, *, is_new: bool
) -> Operation:
    row = db.execute(
        f"SELECT {BLOB} FROM blobs WHERE bucket = ? AND key = ? AND version = ?",  # noqa: S608  (our own text)
        (bucket, key, version),
    ).fetchone()
    return ["drop", key, version] if row is None else blob_operation("put" if is_new else "set", row)


def _upload_operation(db: sqlite3.Connection, upload: str) -> Operation:
    row = db.execute(f"SELECT {UPLOAD} FROM uploads WHERE id = ?", (upload,)).fetchone()  # noqa: S608  (our own text)
    return ["no-upload", upload] if row is None else upload_operation(row)


def _part_operation(db: sqlite3.Connection, upload: str, number: int) -> Operation:
    row = db.execute(
        f"SELECT {PART} FROM parts WHERE upload = ? AND number = ?",  # noqa: S608  (our own text)
        (upload, number),
    ).fetchone()
    return ["no-part", upload, number] if row is None else part_operation(upload, row)
