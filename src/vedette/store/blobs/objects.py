"""Objects and their versions: put, found, removed.

Which version is the latest is a column kept right inside each transaction, so that
reading never has to work it out.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from vedette.clock import Clock, milliseconds
from vedette.errors import Missing
from vedette.store.blobs.buckets import require_bucket
from vedette.store.blobs.codec import read_about, write_about
from vedette.store.blobs.files import Draft, RetiredFiles
from vedette.store.blobs.index import Index
from vedette.store.blobs.names import place
from vedette.store.blobs.values import NULL, About, Blob

Check = Callable[[Blob | None], None]
"""Examines the present version, inside the transaction, and raises to keep it."""

COLUMNS = "bucket, key, version, seq, latest, marker, size, etag, modified_ms, owner, path, about"
_LATEST = f"SELECT {COLUMNS} FROM blobs WHERE bucket = ? AND key = ? AND latest = 1"  # noqa: S608  (our own text)
_VERSION = f"SELECT {COLUMNS} FROM blobs WHERE bucket = ? AND key = ? AND version = ?"  # noqa: S608  (our own text)


def accept(_: Blob | None) -> None:
    """Accept any replacement."""


class Objects:
    """Every version of every object."""

    def __init__(
        self, root: Path, index: Index, retired: RetiredFiles, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._root = root
        self._index = index
        self._retired = retired
        self._clock = clock
        self._new_id = new_id

    def put(  # noqa: PLR0913  (an object is that much at once)
        self,
        bucket: str,
        key: str,
        draft: Draft,
        *,
        owner: str,
        about: About,
        etag: str = "",
        check: Check = accept,
    ) -> Blob:
        """Make the draft the object's newest version; its ETag is its MD5 unless another is passed."""
        path = f"{bucket}/{place(key, draft.unique)}"
        draft.settle(self._root / path)
        etag = etag or draft.md5
        try:
            with self._index.writing() as db:
                blob, dead = self.insert(
                    db,
                    Blob(
                        bucket,
                        key,
                        NULL,
                        0,
                        True,
                        False,
                        draft.size,
                        etag or draft.md5,
                        0,
                        owner,
                        path,
                        about,
                    ),
                    check,
                )
        except BaseException:
            self._retired.add([path])
            raise
        self._retired.add(dead)
        return blob

    def insert(self, db: sqlite3.Connection, blob: Blob, check: Check = accept) -> tuple[Blob, list[str]]:
        """Add a version inside a transaction; return it and the files of those it replaced."""
        versioning = require_bucket(db, blob.bucket)
        old = find_latest(db, blob.bucket, blob.key)
        check(old)
        dead: list[str] = []
        version = self._new_id() if versioning == "Enabled" else NULL
        if version == NULL:
            dead = _drop(db, blob.bucket, blob.key, NULL)
        if old is not None:
            db.execute("UPDATE blobs SET latest = 0 WHERE seq = ?", (old.seq,))
        new = replace(blob, version=version, modified_ms=milliseconds(self._clock()), latest=True)
        return _insert_row(db, new), dead

    def find(self, bucket: str, key: str, version: str = "") -> Blob | None:
        """Return a version, or the latest; a delete marker is a version too."""
        db = self._index.reader()
        if not version:
            return find_latest(db, bucket, key)
        return find_version(db, bucket, key, version)

    def delete(self, bucket: str, key: str, *, owner: str, check: Check = accept) -> Blob | None:
        """Remove the object, or put a delete marker over it; return the marker."""
        with self._index.writing() as db:
            versioning = require_bucket(db, bucket)
            if versioning:
                marker = Blob(bucket, key, NULL, 0, True, True, 0, "", 0, owner, "", About())
                blob, dead = self.insert(db, marker, check)
            else:
                check(find_latest(db, bucket, key))
                blob, dead = None, _drop(db, bucket, key, NULL)
        self._retired.add(dead)
        return blob

    def delete_version(self, bucket: str, key: str, version: str, check: Check = accept) -> Blob | None:
        """Delete one version; the one before it becomes the latest."""
        with self._index.writing() as db:
            require_bucket(db, bucket)
            blob = find_version(db, bucket, key, version)
            if blob is None:
                return None
            check(blob)
            dead = _drop(db, bucket, key, version)
            if blob.latest:
                db.execute(
                    "UPDATE blobs SET latest = 1 WHERE seq ="
                    " (SELECT max(seq) FROM blobs WHERE bucket = ? AND key = ?)",
                    (bucket, key),
                )
        self._retired.add(dead)
        return blob

    def change(self, blob: Blob, alter: Callable[[About], About]) -> Blob:
        """Change a version's properties (tags, grants, locks), never its bytes."""
        with self._index.writing() as db:
            now = find_version(db, blob.bucket, blob.key, blob.version)
            if now is None:
                raise missing_key(blob.key)
            about = alter(now.about)
            db.execute("UPDATE blobs SET about = ? WHERE seq = ?", (write_about(about), now.seq))
        return replace(now, about=about)


def find_latest(db: sqlite3.Connection, bucket: str, key: str) -> Blob | None:
    """Return the newest version of an object."""
    row = db.execute(_LATEST, (bucket, key)).fetchone()
    return None if row is None else read_row(row)


def find_version(db: sqlite3.Connection, bucket: str, key: str, version: str) -> Blob | None:
    """Return the version of that name."""
    row = db.execute(_VERSION, (bucket, key, version)).fetchone()
    return None if row is None else read_row(row)


def read_row(row: tuple[Any, ...]) -> Blob:
    """Return the version of a row of `COLUMNS`."""
    bucket, key, version, seq, latest, marker, size, etag, modified_ms, owner, path, about = row
    return Blob(
        bucket,
        key,
        version,
        seq,
        bool(latest),
        bool(marker),
        size,
        etag,
        modified_ms,
        owner,
        path,
        read_about(about),
    )


def missing_key(key: str) -> Missing:
    """Return the refusal that names the key."""
    return Missing("The specified key does not exist.", kind="key", name=key)


def _insert_row(db: sqlite3.Connection, blob: Blob) -> Blob:
    cursor = db.execute(
        "INSERT INTO blobs (bucket, key, version, latest, marker, size, etag, modified_ms, owner, path,"
        " about) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?)",
        (
            blob.bucket, blob.key, blob.version, int(blob.marker), blob.size, blob.etag,
            blob.modified_ms, blob.owner, blob.path, write_about(blob.about),
        ),
    )  # fmt: skip
    return replace(blob, seq=cursor.lastrowid or 0)


def _drop(db: sqlite3.Connection, bucket: str, key: str, version: str) -> list[str]:
    rows = db.execute(
        "DELETE FROM blobs WHERE bucket = ? AND key = ? AND version = ? RETURNING path",
        (bucket, key, version),
    ).fetchall()
    return [row[0] for row in rows]
