"""Multipart uploads: parts come in any order, and become one object when the client completes it.

Parts lie beside the buckets, one folder an upload. Completing joins them into a new file and
moves the index on in one transaction; the upload's end is remembered, so that a client
whose connection broke at that moment may ask again and hear the same.
"""

import sqlite3
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from vedette.clock import Clock, milliseconds
from vedette.errors import Missing, Wrong
from vedette.store.blobs.buckets import require_bucket
from vedette.store.blobs.codec import read_about, read_part, write_about
from vedette.store.blobs.files import Draft, RetiredFiles
from vedette.store.blobs.index import Index
from vedette.store.blobs.names import place
from vedette.store.blobs.objects import Check, Objects, accept
from vedette.store.blobs.sealed import is_sealed, sealed_size
from vedette.store.blobs.values import NULL, About, Blob, Upload, UploadPart

LEAST_PART = 5 * 1024 * 1024
"""S3's minimum of every part but the last."""

_UPLOAD = "id, bucket, key, owner, started_ms, about, done"
_PART = "number, size, etag, modified_ms, checksum, path"
UPLOADS = ".uploads"


class Uploads:
    """The unfinished uploads."""

    def __init__(
        self, root: Path, index: Index, retired: RetiredFiles, clock: Clock, objects: Objects
    ) -> None:
        self._root = root
        self._index = index
        self._retired = retired
        self._clock = clock
        self._objects = objects

    def begin(self, bucket: str, key: str, *, upload: str, owner: str, about: About) -> Upload:
        """Begin an upload."""
        new = Upload(upload, bucket, key, owner, milliseconds(self._clock()), about)
        with self._index.writing() as db:
            require_bucket(db, bucket)
            db.execute(
                "INSERT INTO uploads (id, bucket, key, owner, started_ms, about) VALUES (?, ?, ?, ?, ?, ?)",
                (upload, bucket, key, owner, new.started_ms, write_about(about)),
            )
        return new

    def find(self, bucket: str, key: str, upload: str, *, or_done: bool = False) -> Upload:
        """Return an unfinished upload, or with `or_done` a completed one."""
        row = self._index.reader().execute(
            f"SELECT {_UPLOAD} FROM uploads WHERE id = ? AND bucket = ? AND key = ?",  # noqa: S608  (our own text)
            (upload, bucket, key),
        ).fetchone()  # fmt: skip
        stored_upload = None if row is None else read_upload(row)
        if stored_upload is None or (stored_upload.result and not or_done):
            raise _missing(upload)
        return stored_upload

    def put_part(self, upload: Upload, draft: Draft, part: UploadPart) -> UploadPart:
        """Store a part, in place of one of that number."""
        path = f"{UPLOADS}/{upload.id}/{part.number}.{draft.unique}"
        draft.settle(self._root / path)
        etag = part.etag or draft.md5
        modified_ms = milliseconds(self._clock())
        try:
            with self._index.writing() as db:
                if not db.execute(
                    "SELECT 1 FROM uploads WHERE id = ? AND done = '{}'", (upload.id,)
                ).fetchone():
                    raise _missing(upload.id)  # noqa: TRY301  (it was aborted meanwhile)
                dead = db.execute(
                    "SELECT path FROM parts WHERE upload = ? AND number = ?", (upload.id, part.number)
                ).fetchall()
                db.execute(
                    "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        upload.id,
                        part.number,
                        draft.size,
                        etag,
                        modified_ms,
                        orjson.dumps(part.checksum),
                        path,
                    ),
                )
        except BaseException:
            self._retired.add([path])
            raise
        self._retired.add(row[0] for row in dead)
        return UploadPart(part.number, draft.size, etag, modified_ms, part.checksum, path)

    def parts(self, upload: Upload, *, after: int = 0, most: int = 10_000) -> list[UploadPart]:
        """Return the stored parts, by number."""
        rows = self._index.reader().execute(
            f"SELECT {_PART} FROM parts WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",  # noqa: S608  (our own text)
            (upload.id, after, most),
        )
        return [_read_part_row(row) for row in rows]

    def abort(self, upload: Upload) -> None:
        """Abort an upload, and delete its parts."""
        with self._index.writing() as db:
            dead = [row[0] for row in db.execute("SELECT path FROM parts WHERE upload = ?", (upload.id,))]
            db.execute("DELETE FROM parts WHERE upload = ?", (upload.id,))
            db.execute("DELETE FROM uploads WHERE id = ?", (upload.id,))
        self._retired.add(dead)

    def complete(
        self,
        upload: Upload,
        parts: list[UploadPart],
        draft: Draft,
        *,
        etag: str,
        about: About,
        check: Check = accept,
    ) -> Blob:
        """Join these parts, in this order, into the object."""
        for part in parts:
            size = sealed_size(part.size) if is_sealed(about) else part.size
            draft.append_file(self._root / part.path, 0, size)
        path = f"{upload.bucket}/{place(upload.key, draft.unique)}"
        draft.settle(self._root / path)
        size = sum(part.size for part in parts)
        row = Blob(upload.bucket, upload.key, NULL, 0, True, False, size, etag, 0, upload.owner, path, about)
        try:
            with self._index.writing() as db:
                blob, dead = self._objects.insert(db, row, check)
                dead += self._end(db, upload, blob)
        except BaseException:
            self._retired.add([path])
            raise
        self._retired.add(dead)
        return blob

    def _end(self, db: sqlite3.Connection, upload: Upload, blob: Blob) -> list[str]:
        result = {"version": blob.version, "etag": blob.etag, "checksum": blob.about.checksum}
        changed = db.execute(
            "UPDATE uploads SET done = ? WHERE id = ? AND done = '{}'",
            (orjson.dumps(result).decode(), upload.id),
        )
        if not changed.rowcount:
            raise _missing(upload.id)
        dead = [row[0] for row in db.execute("SELECT path FROM parts WHERE upload = ?", (upload.id,))]
        db.execute("DELETE FROM parts WHERE upload = ?", (upload.id,))
        return dead


def choose_parts(have: list[UploadPart], requested: list[tuple[int, str]]) -> list[UploadPart]:
    """Return the parts that the client names, or refuse: unknown, out of order, or too small.

    A part that was sent again while it was still being sent may be named twice in a row: the last counts.
    """
    by_number = {part.number: part for part in have}
    if any(later < earlier for (earlier, _), (later, _) in pairwise(requested)):
        raise Wrong("The list of parts was not in ascending order.", kind="part-order")
    requested = list(dict(requested).items())
    numbers = [number for number, _ in requested]
    candidates = [by_number.get(number) for number in numbers]
    for part, (number, etag) in zip(candidates, requested, strict=True):
        if part is None or part.etag != etag.strip('"'):
            raise Wrong(
                "One or more of the specified parts could not be found.", kind="part", name=str(number)
            )
    parts = [part for part in candidates if part is not None]
    if any(part.size < LEAST_PART for part in parts[:-1]):
        raise Wrong("Your proposed upload is smaller than the minimum allowed size.", kind="part-size")
    return parts


def nonce_of(part: UploadPart) -> str:
    """Return what sets a part's key apart: its draft's own name, which its file's name ends with."""
    return part.path.rpartition(".")[2]


def read_upload(row: tuple[Any, ...]) -> Upload:
    """Return the upload of a row."""
    upload, bucket, key, owner, started_ms, about, result = row
    return Upload(upload, bucket, key, owner, started_ms, read_about(about), orjson.loads(result))


def _read_part_row(row: tuple[Any, ...]) -> UploadPart:
    number, size, etag, modified_ms, checksum, path = row
    members = {"number": number, "size": size, "etag": etag, "modified_ms": modified_ms, "path": path}
    return read_part({**members, "checksum": orjson.loads(checksum)})


def _missing(upload: str) -> Missing:
    return Missing("The specified upload does not exist.", kind="upload", name=upload)
