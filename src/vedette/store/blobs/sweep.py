"""After a crash: files that were written but never became part of an object are put aside.

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
from vedette.store.blobs.quarantine import put_aside
from vedette.store.blobs.standing import bucket_folders, repair_command
from vedette.store.blobs.uploads import UPLOADS

log = logging.getLogger("vedette.blobs")

REMEMBERED_S = 7 * 24 * 3600
"""How long the end of an upload is remembered for a client that asks again."""

PAUSE_S = 2.0
"""Between the two looks: far longer than it takes to commit a file that has its name."""

STALLED_S = 3600
"""Bytes on their way in may stop coming for so long. They are no object yet, and never acknowledged."""

HANDFUL = 64
"""A crash leaves one file a handler thread at most, of which there are 16 (server/app.py); four
crashes may come before one start. More than that is no crash but a fault."""

WHY = "a crash left it: no object names it"
BUCKET_GONE = "its bucket was removed, and no object named it"


def sweep(root: Path, index: Index, older_than: float, *, pause_s: float = PAUSE_S) -> int:
    """Put the strays into quarantine; return how many there were."""
    _remove_stalled(root, older_than - STALLED_S)
    suspects = list(strays(root, index, older_than))
    if suspects:
        time.sleep(pause_s)
        known = {folder: _known(index, folder) for folder in {path.split("/", 1)[0] for path in suspects}}
        suspects = [path for path in suspects if path not in known[path.split("/", 1)[0]]]
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
    return len(put_aside(root, suspects, WHY))


def forget_ended(index: Index, now: float) -> int:
    """Forget uploads that ended long ago; return how many."""
    with index.writing() as db:
        before_ms = int((now - REMEMBERED_S) * 1000)
        ended = db.execute("DELETE FROM uploads WHERE done != '{}' AND started_ms < ?", (before_ms,))
        return ended.rowcount


def strays(root: Path, index: Index, older_than: float) -> Iterator[str]:
    """Yield the files below buckets and uploads that nothing in the index names."""
    buckets = {row[0] for row in index.reader().execute("SELECT name FROM buckets")}
    folders = [folder for folder in bucket_folders(root) if folder.name in buckets]
    for folder in [*folders, root / UPLOADS]:
        known = _known(index, folder.name)
        for path in find_files(folder):
            relative = path.relative_to(root).as_posix()
            with contextlib.suppress(FileNotFoundError):  # Removed while we looked.
                if relative not in known and path.lstat().st_mtime < older_than:
                    yield relative


def clear_folder(root: Path, bucket: str) -> None:
    """Remove the folder of a bucket that was removed; files that are still in it are put aside."""
    folder = root / bucket
    for name in (JOURNAL, FRESH):
        (folder / name).unlink(missing_ok=True)
    put_aside(root, [path.relative_to(root).as_posix() for path in find_files(folder)], BUCKET_GONE)
    for below, _, _ in os.walk(folder, topdown=False):
        with contextlib.suppress(OSError):  # Something could not be moved, and stays.
            Path(below).rmdir()


def _remove_stalled(root: Path, older_than: float) -> None:
    """Remove what never got a name: a request that was cut off, and by its place known to be that."""
    for path in find_files(root / INCOMING):
        with contextlib.suppress(FileNotFoundError):
            if path.lstat().st_mtime < older_than:
                remove(root, path.relative_to(root).as_posix())


def _known(index: Index, folder: str) -> set[str]:
    """Return the paths below a folder that something in the index names, if only as superfluous."""
    db = index.reader()
    # What begins with "folder/" lies between it and "folder0", the next character after the slash.
    within = (f"{folder}/", f"{folder}0")
    retired = {row[0] for row in db.execute("SELECT path FROM retired WHERE path > ? AND path < ?", within)}
    if folder == UPLOADS:
        return retired | {row[0] for row in db.execute("SELECT path FROM parts")}
    ours = {f"{folder}/{JOURNAL}", f"{folder}/{FRESH}"}
    return (
        retired | ours | {row[0] for row in db.execute("SELECT path FROM blobs WHERE bucket = ?", (folder,))}
    )


def find_files(root: Path) -> Iterator[Path]:
    """Yield every file below a folder; a folder that is not there has none."""
    for folder, _, names in os.walk(root):
        for name in names:
            yield Path(folder) / name
