"""Thumbnails on the disk: made when they are asked for, the longest unused removed beyond a limit.

What lies here can be made again, so nothing waits for the disk and nothing is kept in a database.
"""

import contextlib
import os
import threading
from pathlib import Path

# About 30,000 of 256 pixels.
MOST_BYTES = 256 << 20
# How far it is cut down, so that not every thumbnail beyond the limit looks through the folder.
_CUT = 0.8


class Thumbnails:
    """A folder of thumbnails by their names, which are hexadecimal. Threads may share it."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._bytes = sum(size for _, size, _ in self._files())

    def read(self, name: str) -> bytes | None:
        """Return a thumbnail that is here, and remember that it was asked for."""
        path = self._path(name)
        try:
            data = path.read_bytes()
            os.utime(path)
        except FileNotFoundError:
            return None
        return data

    def keep(self, name: str, data: bytes) -> None:
        """Keep a thumbnail, and let the longest unused go where they are too many."""
        path = self._path(name)
        path.parent.mkdir(exist_ok=True)
        # Under another name first: nobody shall read half of one.
        draft = path.with_suffix(f".{threading.get_ident()}")
        draft.write_bytes(data)
        draft.replace(path)
        with self._lock:
            self._bytes += len(data)
            if self._bytes > self._most_bytes:
                self._cut()

    def _cut(self) -> None:
        self._bytes = 0
        for _, size, path in sorted(self._files(), reverse=True):  # the last used first
            if self._bytes + size > _CUT * self._most_bytes:
                path.unlink(missing_ok=True)
            else:
                self._bytes += size

    def _files(self) -> list[tuple[int, int, Path]]:
        files = []
        for path in self._folder.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                facts = path.stat()
                files.append((facts.st_mtime_ns, facts.st_size, path))
        return files

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.webp"
