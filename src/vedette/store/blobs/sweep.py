"""The sweep after a crash: files that were written but never became part of an object are quarantined.

Only what is older than the given moment is looked at, and looked at twice, since another
process may be between naming its file and committing it. What the index itself noted as
superfluous (`retired`) is removed by knowledge; everything else goes into quarantine, and
more than a handful is left where it is. Rows are never removed here, but uploads that ended
long ago.
"""

import contextlib
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

from vedette.store.blobs.files import INCOMING, remove
from vedette.store.blobs.index import Index
from vedette.store.blobs.journal import FRESH, JOURNAL
from vedette.store.blobs.quarantine import quarantine_files
from vedette.store.blobs.standing import bucket_folders, repair_command
from vedette.store.blobs.uploads import UPLOADS

log = logging.getLogger("vedette.blobs")

REMEMBERED_S = 7 * 24 * 3600
"""How long the result of an upload is stored for a client that repeats its request."""

PAUSE_S = 2.0
"""Between the two looks: far longer than it takes to commit a file that has its name."""

STALLED_S = 3600
"""How long an incoming object may stall. Its bytes are no object yet, and were never acknowledged."""

HANDFUL = 64
"""A crash leaves one file a handler thread at most, of which there are 16 (server/app.py); four
crashes may come before one start. More than that is no crash but a fault."""

WHY = "a crash left it: no object names it"
BUCKET_GONE = "its bucket was removed, and no object named it"


def sweep(root: Path, index: Index, older_than: float, *, pause_s: float = PAUSE_S) -> int:
    """Quarantine the strays; return how many there were."""
    _remove_stalled(root, older_than - STALLED_S)
    suspects = list(strays(root, index, older_than))
    if suspects:
        time.sleep(pause_s)
        indexed = {folder: _known(index, folder) for folder in {path.split("/", 1)[0] for path in suspects}}
        suspects = [path for path in suspects if path not in indexed[path.split("/", 1)[0]]]
    if len(suspects) > HANDFUL:
        log.warning(
            "%d files in %s belong to no object, such as %s: more than a crash leaves, so they are left"
            " alone. Stop the server; %s looks into it.",
            len(suspects),
            root,
            suspects[0],
            repair_command(root),
        )
        return 0
    return len(quarantine_files(root, suspects, WHY))


def forget_ended(index: Index, now: float) -> int:
    """Delete records of uploads that ended long ago; return how many."""
    with index.writing() as db:
        before_ms = int((now - REMEMBERED_S) * 1000)
        ended = db.execute("DELETE FROM uploads WHERE done != '{}' AND started_ms < ?", (before_ms,))
        return ended.rowcount


def strays(root: Path, index: Index, older_than: float) -> Iterator[str]:
    """Yield the files below buckets and uploads that the index does not name."""
    buckets = {row[0] for row in index.reader().execute("SELECT name FROM buckets")}
    folders = [folder for folder in bucket_folders(root) if folder.name in buckets]
    for folder in [*folders, root / UPLOADS]:
        indexed = _known(index, folder.name)
        for path in find_files(folder):
            relative = path.relative_to(root).as_posix()
            with contextlib.suppress(FileNotFoundError):  # Removed while we looked.
                if relative not in indexed and path.lstat().st_mtime < older_than:
                    yield relative


def clear_folder(root: Path, bucket: str) -> None:
    """Remove the folder of a deleted bucket; files that are still in it are quarantined."""
    folder = root / bucket
    for name in (JOURNAL, FRESH):
        (folder / name).unlink(missing_ok=True)
    quarantine_files(root, [path.relative_to(root).as_posix() for path in find_files(folder)], BUCKET_GONE)
    for below, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):  # Something could not be moved, and stays.
            Path(below).rmdir()


def _remove_stalled(root: Path, older_than: float) -> None:
    """Remove incoming files that never got a name: their requests were cut off."""
    for path in find_files(root / INCOMING):
        with contextlib.suppress(FileNotFoundError):
            if path.lstat().st_mtime < older_than:
                remove(root, path.relative_to(root).as_posix())


def _known(index: Index, folder: str) -> set[str]:
    """Return the paths below a folder that the index names, retired files included."""
    db = index.reader()
    # What begins with "folder/" lies between it and "folder0", the next character after the slash.
    within = (f"{folder}/", f"{folder}0")
    retired = {row[0] for row in db.execute("SELECT path FROM retired WHERE path > ? AND path < ?", within)}
    if folder == UPLOADS:
        return retired | {row[0] for row in db.execute("SELECT path FROM parts")}
    journals = {f"{folder}/{JOURNAL}", f"{folder}/{FRESH}"}
    return (
        retired
        | journals
        | {row[0] for row in db.execute("SELECT path FROM blobs WHERE bucket = ?", (folder,))}
    )


def find_files(root: Path) -> Iterator[Path]:
    """Yield every file below a folder; a missing folder has none."""
    for folder, _, names in os.walk(root):
        for name in names:
            yield Path(folder) / name
