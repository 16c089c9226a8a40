"""After a crash: files that were written but never became part of an object are removed.

Only what is older than the given moment is looked at, and looked at twice, since another
process (a worker that outlived its server) may be between naming its file and committing it.
A row without a file cannot be (index.py), so nothing is ever removed from the index here but
uploads that ended long ago.
"""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from vedette.store.blobs.files import INCOMING, remove
from vedette.store.blobs.index import Index
from vedette.store.blobs.uploads import UPLOADS

REMEMBERED_S = 7 * 24 * 3600
"""How long the end of an upload is remembered for a client that asks again."""

PAUSE_S = 2.0
"""Between the two looks: far longer than it takes to commit a file that has its name."""

STALLED_S = 3600
"""Bytes that another process is still writing may stop coming for so long."""


def sweep(root: Path, index: Index, older_than: float, *, pause_s: float = PAUSE_S) -> int:
    """Remove the strays; return how many there were."""
    suspects = list(_strays(root, index, older_than))
    if suspects:
        time.sleep(pause_s)
        known = {folder: _known(index, folder) for folder in {path.split("/", 1)[0] for path in suspects}}
        suspects = [path for path in suspects if path not in known[path.split("/", 1)[0]]]
    for path in suspects:
        remove(root, path)
    with index.writing() as db:
        before_ms = int((time.time() - REMEMBERED_S) * 1000)
        db.execute("DELETE FROM uploads WHERE done != '{}' AND started_ms < ?", (before_ms,))
    return len(suspects)


def _strays(root: Path, index: Index, older_than: float) -> Iterator[str]:
    for folder in [entry for entry in root.iterdir() if entry.is_dir()]:
        known = _known(index, folder.name)
        limit = older_than - STALLED_S if folder.name == INCOMING else older_than
        for path in _files(folder):
            relative = path.relative_to(root).as_posix()
            with contextlib.suppress(FileNotFoundError):  # Removed while we looked.
                if relative not in known and path.stat().st_mtime < limit:
                    yield relative


def _known(index: Index, folder: str) -> set[str]:
    """Return the paths below a folder that something in the index names."""
    db = index.reader()
    if folder == UPLOADS:
        return {row[0] for row in db.execute("SELECT path FROM parts")}
    return {row[0] for row in db.execute("SELECT path FROM blobs WHERE bucket = ?", (folder,))}


def _files(root: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(root):
        for name in names:
            yield Path(folder) / name
