"""The permissions of a data folder: only its owner may read it.

Folders are 700 and files 600, by the process's umask for what is made from now on, and by one walk for
what an older release left. Links are never followed and never changed: they may lead out of the folder.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UMASK = 0o077
OTHERS = 0o077
"""The bits of everybody but the owner; only these are ever taken away."""


@contextmanager
def private() -> Iterator[None]:
    """Make files of this process and its children readable only by the owner."""
    before = os.umask(UMASK)
    try:
        yield
    finally:
        os.umask(before)


def is_open(path: Path) -> bool:
    """Return whether others than the owner have any permission."""
    return bool(stat.S_IMODE(path.lstat().st_mode) & OTHERS)


def tighten(folder: Path) -> int:
    """Remove others' permissions on a folder and everything below it; return how many had some.

    The folder itself comes first: from then on nobody else reaches what is in it.
    """
    closed = _close(folder)
    for path in _walk(folder):
        closed += _close(path)
    return closed


def open_paths(folder: Path) -> Iterator[Path]:
    """Yield the paths with permissions for others, the folder and below it; changes nothing."""
    for path in (folder, *_walk(folder)):
        with suppress(OSError):
            if not path.is_symlink() and is_open(path):
                yield path


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(place, name)


def _close(path: Path) -> int:
    with suppress(OSError):  # gone meanwhile, or somebody else's, which a doctor names
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and stat.S_IMODE(mode) & OTHERS:
            path.chmod(stat.S_IMODE(mode) & ~OTHERS)
            return 1
    return 0
