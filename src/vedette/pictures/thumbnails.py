"""Thumbnails on the disk: made when they are asked for, the longest unused removed beyond a limit.

    clear/    of pictures that lie in clear, by the first two digits of their names
    sealed/   of pictures that lie sealed in their bucket, by a key in memory: nothing opens them after a stop

What lies here can be made again, so nothing waits for the disk and nothing is kept in a database.
"""

import contextlib
import os
import shutil
import threading
from pathlib import Path

from vedette.file_access import read_file, write_file
from vedette.store.blobs.sealed import DamagedSeal
from vedette.store.working_copies import MemorySealedFolder

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
        self._clear, self._sealed = folder / "clear", MemorySealedFolder(folder / "sealed")
        self._clear.mkdir(parents=True, exist_ok=True)
        self._sealed.empty()
        for path in folder.glob("??"):
            # Of a release that told no sealed picture's from the others.
            shutil.rmtree(path, ignore_errors=True)
        self._bytes = sum(size for _, size, _ in self._files())

    def read(self, name: str) -> bytes | None:
        """Return a thumbnail that is here, and remember that it was asked for."""
        for folder in (self._clear, self._sealed.folder):
            path = _path(folder, name)
            # What a machine's loss of power left half may be drawn again too.
            with contextlib.suppress(FileNotFoundError, DamagedSeal):
                data = read_file(path)
                os.utime(path)
                return data
        return None

    def keep(self, name: str, data: bytes, *, is_sealed: bool = False) -> None:
        """Keep a thumbnail, and let the longest unused go where they are too many."""
        path = _path(self._sealed.folder if is_sealed else self._clear, name)
        write = self._sealed.write if is_sealed else write_file
        # All above it too: people may remove what lies here, also while a server runs.
        path.parent.mkdir(parents=True, exist_ok=True)
        # Under another name first: nobody shall read half of one.
        draft = path.with_suffix(f".{threading.get_ident()}")
        write(draft, data)
        draft.replace(path)
        with self._lock:
            self._bytes += len(data)
            if self._bytes > self._most_bytes:
                self._cut()

    def close(self) -> None:
        """Forget the key, and remove what it sealed."""
        self._sealed.remove()

    def _cut(self) -> None:
        self._bytes = 0
        for _, size, path in sorted(self._files(), reverse=True):  # the last used first
            if self._bytes + size > _CUT * self._most_bytes:
                path.unlink(missing_ok=True)
            else:
                self._bytes += size

    def _files(self) -> list[tuple[int, int, Path]]:
        files = []
        for path in self._folder.glob("*/??/*"):
            with contextlib.suppress(FileNotFoundError):
                facts = path.stat()
                files.append((facts.st_mtime_ns, facts.st_size, path))
        return files


def _path(folder: Path, name: str) -> Path:
    return folder / name[:2] / f"{name}.webp"
