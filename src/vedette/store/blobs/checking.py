"""Whether every version's file exists, has its size and, on request, matches its ETag.

Nothing here changes a file. A row whose file is missing stays, since the file may come back (a copy that
is still under way, a disk that was not mounted), unless a person asks to forget such objects.
"""

import sqlite3
from pathlib import Path

from vedette.store.blobs.adopting import hash_file
from vedette.store.blobs.codec import read_about
from vedette.store.blobs.files import md5
from vedette.store.blobs.quarantine import quarantined
from vedette.store.blobs.report import DAMAGED, MISSING, RepairReport
from vedette.store.blobs.sealed import file_size, hashes_file, is_sealed, sealed_size

RETURNS = "comes back from quarantine"
_ROWS = "SELECT seq, bucket, key, path, size, etag, about FROM blobs WHERE marker = 0"
_PARTS = "SELECT upload, number, path FROM parts"


def check_files(
    root: Path, db: sqlite3.Connection, report: RepairReport, *, is_deep: bool = False, forgets: bool = False
) -> None:
    """Check the file of every version, and report missing and damaged ones."""
    aside = {item.path: item for item in quarantined(root)}
    for seq, bucket, key, path, size, etag, about in db.execute(_ROWS).fetchall():
        have = _size(root / path)
        if have is None and path in aside:
            report.needed.append(aside[path])
            report.add(RETURNS, f"{bucket}/{key}")
        elif have is None:
            then = "it is forgotten" if forgets else "it is listed and cannot be read"
            report.add(MISSING, f"{bucket}/{key}", f"its file {path} is gone; {then}")
            db.execute("DELETE FROM blobs WHERE seq = ? AND ?", (seq, forgets))
        elif have != (expected := file_size(size, read_about(about))):
            report.add(DAMAGED, f"{bucket}/{key}", f"has {have} bytes instead of {expected}")
        elif is_deep and not _has_etag(root / path, etag, about):
            report.add(DAMAGED, f"{bucket}/{key}", f"its bytes are not those of its ETag {etag}")


def check_parts(root: Path, db: sqlite3.Connection, report: RepairReport) -> None:
    """Remove parts of unfinished uploads whose files are missing: their clients send them again."""
    for upload, number, path in db.execute(_PARTS).fetchall():
        if _size(root / path) is None:
            report.add(
                "missing part", f"part {number} of the upload {upload}", "its client has to send it again"
            )
            db.execute("DELETE FROM parts WHERE upload = ? AND number = ?", (upload, number))


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return None


def _has_etag(path: Path, etag: str, about: bytes) -> bool:
    """Return whether the bytes match the ETag; one that is no MD5 always matches."""
    total, dash, count = etag.partition("-")
    description = read_about(about)
    if len(total) != 32 or (is_sealed(description) and not hashes_file(description)):
        return True
    if not dash:
        return hash_file(path) == total
    parts = description.parts
    if len(parts) != int(count):
        return True
    whole, start = md5(), 0
    for part in parts:
        size = sealed_size(part.size) if is_sealed(description) else part.size
        whole.update(bytes.fromhex(hash_file(path, start, size)))
        start += size
    return whole.hexdigest() == total
