"""Replay: an index from journals, every operation of a bucket's journal in its order.

The index is a new file; nothing that exists is changed here. Which paths an operation made
superfluous is kept in a table of its own, so that a file of a removed object is told from one
that the journal never heard of.
"""

import base64
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from vedette.errors import Refusal
from vedette.store.blobs.changes import BLOB, PART, Operation
from vedette.store.blobs.files import FILE_MODE
from vedette.store.blobs.index import SCHEMA, VERSION, find_generation

_TABLES = "blobs", "documents", "uploads"
_MEMBERS = BLOB.split(", ")
_PART_MEMBERS = PART.split(", ")


class NewIndex:
    """An index under another name, filled bucket by bucket and then put in place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.unlink(missing_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
        self.db = sqlite3.connect(path, isolation_level=None)
        # Until it is whole it is worth nothing, so nothing waits for the disk.
        self.db.executescript(f"PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; {SCHEMA}")
        self.db.execute(f"PRAGMA user_version = {VERSION}")
        self.db.execute("CREATE TEMP TABLE dead (path TEXT PRIMARY KEY) WITHOUT ROWID")
        self.db.execute("BEGIN")

    @property
    def generation(self) -> str:
        """The mark that journals of this index carry."""
        return find_generation(self.db)

    def has_bucket(self, bucket: str) -> bool:
        """Return whether the bucket exists."""
        return self.db.execute("SELECT 1 FROM buckets WHERE name = ?", (bucket,)).fetchone() is not None

    def repeat(self, bucket: str, operation: Operation) -> None:
        """Replay one operation of a journal."""
        word, *arguments = operation
        action = _ACTIONS.get(word)
        if action is None:
            raise Refusal(f"The journal of the bucket {bucket} holds {word!r}: a later program wrote it.")
        action(self.db, bucket, *arguments)

    def take_over(self, old: Path, bucket: str) -> None:
        """Copy a bucket from another index."""
        self._attached(old, lambda: self._copy_bucket(bucket))

    def take_state(self, old: Path) -> None:
        """Copy the other state of an index, such as when rules last ran."""
        self._attached(old, lambda: self.db.execute(_STATE))

    def add_rows(self, old: Path, bucket: str, root: Path) -> list[str]:
        """Add versions of another index that are not here, were never dropped and have their files."""
        added: list[str] = []

        def add() -> None:
            for row in self.db.execute(_ADDABLE, (bucket,)).fetchall():
                if (root / row[_MEMBERS.index("path")]).is_file():
                    put_version(self.db, bucket, dict(zip(_MEMBERS, row, strict=True)))
                    added.append(str(row[0]))

        self._attached(old, add)
        return added

    def finish(self) -> None:
        """Mark the latest version of each key, and commit."""
        self.db.execute("UPDATE blobs SET latest = 0")
        self.db.execute(
            "UPDATE blobs SET latest = 1 WHERE seq IN (SELECT max(seq) FROM blobs GROUP BY bucket, key)"
        )
        self.db.execute("COMMIT")
        self.db.execute("PRAGMA journal_mode = DELETE")

    def close(self) -> None:
        """Close and sync the file."""
        self.db.close()
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())

    def discard(self) -> None:
        """Discard it."""
        self.db.close()
        for end in ("", "-journal", "-wal", "-shm"):
            self.path.with_name(self.path.name + end).unlink(missing_ok=True)

    def _attached(self, old: Path, work: Callable[[], Any]) -> None:
        # A database cannot be attached inside a transaction.
        self.db.execute("COMMIT")
        self.db.execute("ATTACH ? AS old", (str(old),))
        self.db.execute("BEGIN")
        try:
            work()
        finally:
            self.db.execute("COMMIT")
            self.db.execute("DETACH old")
            self.db.execute("BEGIN")

    def _copy_bucket(self, bucket: str) -> None:
        for statement in _COPY:
            self.db.execute(statement, (bucket,))


def put_version(db: sqlite3.Connection, bucket: str, members: dict[str, Any]) -> None:
    """Put a version, as the newest of its key, in place of one of that name."""
    drop_version(db, bucket, members["key"], members["version"], unless=members["path"])
    db.execute(
        f"INSERT INTO blobs (bucket, latest, {BLOB}) VALUES (?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608  (our own text)
        (bucket, *_columns(members)),
    )


def drop_version(db: sqlite3.Connection, bucket: str, key: str, version: str, unless: str = "") -> None:
    """Remove a version, and record its file as superfluous."""
    rows = db.execute(
        "DELETE FROM blobs WHERE bucket = ? AND key = ? AND version = ? RETURNING path",
        (bucket, key, version),
    ).fetchall()
    _bury(db, [path for (path,) in rows if path != unless])


def _columns(members: dict[str, Any]) -> list[Any]:
    about = members["about"]
    return [
        *(members[name] for name in _MEMBERS[:-1]),
        about if isinstance(about, bytes) else orjson.dumps(about),
    ]


def _bury(db: sqlite3.Connection, paths: list[str]) -> None:
    db.executemany("INSERT OR IGNORE INTO dead VALUES (?)", [(path,) for path in paths if path])


def _retire(db: sqlite3.Connection, _: str, path: str) -> None:
    _bury(db, [path])


def _make_bucket(db: sqlite3.Connection, bucket: str, members: dict[str, Any]) -> None:
    db.execute(
        "INSERT OR REPLACE INTO buckets (name, account, region, created_ms, versioning, locked)"
        " VALUES (:name, :account, :region, :created_ms, :versioning, :locked)",
        {**members, "name": bucket},
    )


def _remove_bucket(db: sqlite3.Connection, bucket: str) -> None:
    db.execute("INSERT OR IGNORE INTO dead SELECT path FROM blobs WHERE bucket = ? AND path != ''", (bucket,))
    for (upload,) in db.execute("SELECT id FROM uploads WHERE bucket = ?", (bucket,)).fetchall():
        _drop_parts(db, upload)
    for table in _TABLES:
        db.execute(f"DELETE FROM {table} WHERE bucket = ?", (bucket,))  # noqa: S608  (our own text)
    db.execute("DELETE FROM buckets WHERE name = ?", (bucket,))


def _put_document(db: sqlite3.Connection, bucket: str, name: str, body: str) -> None:
    db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (bucket, name, base64.b64decode(body)))


def _remove_document(db: sqlite3.Connection, bucket: str, name: str) -> None:
    db.execute("DELETE FROM documents WHERE bucket = ? AND name = ?", (bucket, name))


def _set_version(db: sqlite3.Connection, bucket: str, members: dict[str, Any]) -> None:
    *columns, about = _columns(members)
    changed = db.execute(
        "UPDATE blobs SET marker = ?, size = ?, etag = ?, modified_ms = ?, owner = ?, path = ?, about = ?"
        " WHERE bucket = ? AND key = ? AND version = ?",
        (*columns[2:], about, bucket, members["key"], members["version"]),
    )
    if not changed.rowcount:  # The line that put it was damaged.
        put_version(db, bucket, members)


def _put_upload(db: sqlite3.Connection, bucket: str, members: dict[str, Any]) -> None:
    about, result = orjson.dumps(members["about"]), orjson.dumps(members["done"]).decode()
    db.execute(
        "INSERT OR REPLACE INTO uploads (id, bucket, key, owner, started_ms, about, done)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (members["id"], bucket, members["key"], members["owner"], members["started_ms"], about, result),
    )
    if members["done"]:
        _drop_parts(db, members["id"])


def _remove_upload(db: sqlite3.Connection, _: str, upload: str) -> None:
    _drop_parts(db, upload)
    db.execute("DELETE FROM uploads WHERE id = ?", (upload,))


def _drop_parts(db: sqlite3.Connection, upload: str) -> None:
    rows = db.execute("DELETE FROM parts WHERE upload = ? RETURNING path", (upload,)).fetchall()
    _bury(db, [path for (path,) in rows])


def _put_part(db: sqlite3.Connection, bucket: str, upload: str, members: dict[str, Any]) -> None:
    _remove_part(db, bucket, upload, members["number"])
    checksum = orjson.dumps(members["checksum"])
    values = [checksum if name == "checksum" else members[name] for name in _PART_MEMBERS]
    db.execute(f"INSERT INTO parts (upload, {PART}) VALUES (?, ?, ?, ?, ?, ?, ?)", (upload, *values))  # noqa: S608  (our own text)


def _remove_part(db: sqlite3.Connection, _: str, upload: str, number: int) -> None:
    rows = db.execute(
        "DELETE FROM parts WHERE upload = ? AND number = ? RETURNING path", (upload, number)
    ).fetchall()
    _bury(db, [path for (path,) in rows])


_ACTIONS: dict[str, Callable[..., None]] = {
    "bucket": _make_bucket,
    "gone": _remove_bucket,
    "document": _put_document,
    "no-document": _remove_document,
    "put": put_version,
    "set": _set_version,
    "drop": drop_version,
    "retired": _retire,
    "upload": _put_upload,
    "no-upload": _remove_upload,
    "part": _put_part,
    "no-part": _remove_part,
}

_COPY = (
    "INSERT INTO buckets SELECT * FROM old.buckets WHERE name = ?",
    "INSERT INTO documents SELECT * FROM old.documents WHERE bucket = ?",
    f"INSERT INTO blobs (bucket, latest, {BLOB}) SELECT bucket, latest, {BLOB} FROM old.blobs"  # noqa: S608  (our own text)
    " WHERE bucket = ? ORDER BY seq",
    "INSERT INTO uploads SELECT * FROM old.uploads WHERE bucket = ?",
    "INSERT INTO parts SELECT * FROM old.parts WHERE upload IN (SELECT id FROM old.uploads WHERE bucket = ?)",
)
_STATE = (
    "INSERT OR IGNORE INTO state SELECT * FROM old.state"
    " WHERE name != 'generation' AND name NOT LIKE 'base of %'"
)
_ADDABLE = (
    f"SELECT {BLOB} FROM old.blobs AS o WHERE bucket = ? AND path NOT IN (SELECT path FROM dead)"  # noqa: S608  (our own text)
    " AND path != '' AND NOT EXISTS (SELECT 1 FROM main.blobs AS n"
    " WHERE n.bucket = o.bucket AND n.key = o.key AND n.version = o.version) ORDER BY seq"
)
