"""Files of a bucket that its index does not name: adopted as objects, or quarantined.

A file becomes an object where the index was lost, the journal never heard that it was
superfluous, and no newer version has its key. Its ETag is then the MD5 of its bytes and its
content type a guess from its name; what else was said of it is lost, and the report names it.
"""

import mimetypes
import secrets
import sqlite3
from dataclasses import dataclass, field
from pathlib import Path

from vedette.store.blobs.codec import write_about
from vedette.store.blobs.files import BUFFER, md5
from vedette.store.blobs.journal import FRESH, JOURNAL
from vedette.store.blobs.names import key_of
from vedette.store.blobs.replay import put_version
from vedette.store.blobs.report import RepairReport
from vedette.store.blobs.sweep import find_files
from vedette.store.blobs.values import NULL, About

ADOPTED = "made an object again"
NAMELESS = "no object names it"
SUPERFLUOUS = "its object was replaced or removed"
OLDER = "a newer object has its key"
NO_TEXT = "its name is no text"


@dataclass(slots=True)
class FileAdoption:
    """Examines the files of buckets, one bucket after the other."""

    root: Path
    db: sqlite3.Connection
    report: RepairReport
    aside: dict[str, str] = field(default_factory=dict)
    """Files that do not become objects, with the reason."""

    def look(self, bucket: str, *, adopts_all: bool) -> None:
        """Adopt the eligible files of a bucket, the oldest first."""
        rows = self.db.execute("SELECT path FROM blobs WHERE bucket = ?", (bucket,))
        indexed = {row[0] for row in rows} | {f"{bucket}/{JOURNAL}", f"{bucket}/{FRESH}"}
        paths = [path.relative_to(self.root).as_posix() for path in find_files(self.root / bucket)]
        returned = set(self.report.returned)
        for path in sorted((path for path in paths if path not in indexed), key=self._modified):
            if not _is_text(path):
                self.aside[path] = NO_TEXT
            elif not adopts_all and path not in returned:
                self.aside[path] = NAMELESS
            elif self._is_dead(path) and path not in returned:
                self.aside[path] = SUPERFLUOUS
            else:
                self._adopt(bucket, path)

    def _modified(self, path: str) -> int:
        return (self.root / path).lstat().st_mtime_ns // 1_000_000

    def _is_dead(self, path: str) -> bool:
        return self.db.execute("SELECT 1 FROM temp.dead WHERE path = ?", (path,)).fetchone() is not None

    def _adopt(self, bucket: str, path: str) -> None:
        key, is_certain = key_of(path.removeprefix(f"{bucket}/"))
        modified_ms = self._modified(path)
        newest = self.db.execute(
            "SELECT modified_ms FROM blobs WHERE bucket = ? AND key = ? ORDER BY seq DESC LIMIT 1",
            (bucket, key),
        ).fetchone()
        if newest is not None and newest[0] >= modified_ms:
            self.aside[path] = OLDER
            return
        self._put(bucket, key, path, modified_ms)
        self.report.add(ADOPTED, f"{bucket}/{key}", "" if is_certain else f"the key of {path} is a guess")

    def _put(self, bucket: str, key: str, path: str, modified_ms: int) -> None:
        account, versioning = self.db.execute(
            "SELECT account, versioning FROM buckets WHERE name = ?", (bucket,)
        ).fetchone()
        version = secrets.token_urlsafe(24) if versioning == "Enabled" else NULL
        self._set_replaced_aside(bucket, key, version)
        content_type = mimetypes.guess_type(key)[0] or "binary/octet-stream"
        members = {
            "key": key,
            "version": version,
            "marker": 0,
            "size": (self.root / path).stat().st_size,
            "etag": hash_file(self.root / path),
            "modified_ms": modified_ms,
            "owner": account,
            "path": path,
            "about": write_about(About(content_type=content_type)),
        }
        put_version(self.db, bucket, members)

    def _set_replaced_aside(self, bucket: str, key: str, version: str) -> None:
        replaced = self.db.execute(
            "SELECT path FROM blobs WHERE bucket = ? AND key = ? AND version = ? AND path != ''",
            (bucket, key, version),
        )
        self.aside |= {row[0]: OLDER for row in replaced}


def _is_text(path: str) -> bool:
    """Return whether a path can be a key: file systems accept names that are not UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def hash_file(path: Path, start: int = 0, length: int = -1) -> str:
    """Return the MD5 of a file's bytes, or of a stretch of them."""
    total = md5()
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(BUFFER if length < 0 else min(BUFFER, length)):
            total.update(chunk)
            length -= len(chunk) if length >= 0 else 0
    return total.hexdigest()
