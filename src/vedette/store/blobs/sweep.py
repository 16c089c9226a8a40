"""After a crash: files that were written but never became part of an object are removed.

Only what is older than the given moment is looked at, so that writes under way, in this
process or another, are left alone. A row without a file cannot be (index.py), so nothing
is ever removed from the index here but uploads that ended long ago.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from vedette.store.blobs.files import remove
from vedette.store.blobs.index import Index
from vedette.store.blobs.uploads import UPLOADS

REMEMBERED_S = 7 * 24 * 3600
"""How long the end of an upload is remembered for a client that asks again."""


def sweep(root: Path, index: Index, older_than: float) -> int:
    """Remove the strays; return how many there were."""
    removed = 0
    for folder in [entry for entry in root.iterdir() if entry.is_dir()]:
        known = _known(index, folder.name)
        for path in list(_files(folder)):
            relative = path.relative_to(root).as_posix()
            if relative not in known and path.stat().st_mtime < older_than:
                remove(root, relative)
                removed += 1
    with index.writing() as db:
        before_ms = int((time.time() - REMEMBERED_S) * 1000)
        db.execute("DELETE FROM uploads WHERE done != '{}' AND started_ms < ?", (before_ms,))
    return removed


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
