"""Who may read what lies in a data folder: its owner alone.

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
    """Make what this process and its children write readable by the owner alone."""
    before = os.umask(UMASK)
    try:
        yield
    finally:
        os.umask(before)


def is_open(path: Path) -> bool:
    """Say whether anybody but the owner may do anything with this."""
    return bool(stat.S_IMODE(path.lstat().st_mode) & OTHERS)


def tighten(folder: Path) -> int:
    """Close everything below a folder, and itself, to others; return how much was open.

    The folder itself comes first: from then on nobody else reaches what is in it.
    """
    closed = _close(folder)
    for path in _walk(folder):
        closed += _close(path)
    return closed


def open_paths(folder: Path) -> Iterator[Path]:
    """Yield what others may read or write below a folder, and itself; changes nothing."""
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
