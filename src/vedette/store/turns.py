"""A lock of threads and of processes, for what is a file and a row together: a file in a folder they share.

The database's own turn (store/db.py) is for rows. Who sweeps a folder of what no row names must know that
nobody, on any server, is between the file and its row.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderTurn:
    """One turn at a time, on whichever server. The system takes a dead process's back."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._threads = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Wait for the turn, and have it."""
        with self._threads:
            try:
                import fcntl
            except ImportError:  # Windows, where servers share no folder
                yield
                return
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a+") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
