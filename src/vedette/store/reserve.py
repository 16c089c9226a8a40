"""The disk reserve: a file that is given up when the disk is full, so that things can be deleted.

Deleting writes too: a database notes what is gone before anything is free. While the file is given
up, the server takes no new writes (they would use up what deleting needs), and the file is made
again as soon as there is room for it and some more.
"""

import logging
import os
import shutil
import threading
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from vedette.errors import NoSpace
from vedette.store.disk import NO_SPACE

log = logging.getLogger("vedette.reserve")

NAME = "reserve"
SIZE = 16 * 1024**2
"""Two databases, each of which may grow its log by 4 MiB before it is written back, twice over."""

LOW = 1024**2
"""With less free than this a delete may fail: it needs some ten pages of 4 KiB in each database."""

SMALLEST_SHARE = 8
"""On a disk of less than 128 MiB the reserve is an eighth of it."""

AGAIN_S = 2.0
"""How often creating the file again is tried. Deleted files are freed half a minute later."""

PIECE = 1024**2
BLOCK = 512
"""What the system counts a file's room in, whatever the file system does."""

NEEDED = "which deleting needs: nothing is stored until there is room."


class Reserve:
    """The reserve of one data folder. Threads may share it."""

    def __init__(self, folder: Path, *, size: int = SIZE, again_s: float = AGAIN_S) -> None:
        self._file = folder / NAME
        self._size = min(size, shutil.disk_usage(folder).total // SMALLEST_SHARE)
        self._again_s = again_s
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._keeper: threading.Thread | None = None
        self.is_spent = False

    def open(self) -> None:
        """Start the thread that creates the reserve and maintains it."""
        self._keeper = threading.Thread(target=self._keep, name="reserve", daemon=True)
        self._keeper.start()

    def close(self) -> None:
        """Stop the thread."""
        self._stop.set()
        if self._keeper is not None:
            self._keeper.join()

    def is_tight(self) -> bool:
        """Return whether the reserve is given up, or a delete needs it now."""
        return self.is_spent or self._free() < LOW

    def give_up(self) -> None:
        """Free the reserve; writes are refused until it is created again."""
        with self._lock, suppress(FileNotFoundError):
            self._spend(f"The disk is full, {NEEDED}")
            self._file.unlink()

    def refuse_writing(self) -> None:
        """Refuse to write while the reserve is given up, and there is no room to make it again."""
        if self.is_spent and not self._has_room():
            raise NoSpace(NO_SPACE)

    def renew(self) -> bool:
        """Create the reserve where it is missing; return whether it is complete."""
        with self._lock:
            if self._is_whole():
                return True
            if not self._has_room():
                self._spend(f"There are {self._free() // PIECE} MiB left on the disk, {NEEDED}")
                return False
            self._make()
            if self.is_spent:
                log.info("There is room on the disk again.")
            self.is_spent = False
            return True

    def _has_room(self) -> bool:
        # Twice: a reserve that takes the last room would be given up at the next delete.
        return self._free() >= 2 * self._size

    def _spend(self, message: str) -> None:
        if not self.is_spent:
            self.is_spent = True
            log.warning("%s", message)

    def _keep(self) -> None:
        is_said = False
        while not self._stop.is_set():
            try:
                self.renew()
            except OSError as error:
                # A bound on files or a quota: there may be room for all the rest, so nothing is refused.
                if not is_said:
                    log.warning("The reserve for a full disk cannot be made: %s", error)
                is_said = True
            self._stop.wait(self._again_s)

    def _is_whole(self) -> bool:
        try:
            return self._file.stat().st_size == self._size
        except FileNotFoundError:
            return False

    def _make(self) -> None:
        beside = self._file.with_name(f".{NAME}.new")
        try:
            with beside.open("wb") as file:
                _fill(file, self._size)
                os.fsync(file.fileno())
            beside.replace(self._file)
        except OSError:
            beside.unlink(missing_ok=True)
            raise

    def _free(self) -> int:
        return free_bytes(self._file.parent)


def free_bytes(folder: Path) -> int:
    """Return how many bytes a user who is not root may still write."""
    if hasattr(os, "statvfs"):
        stats = os.statvfs(folder)
        return stats.f_bavail * stats.f_frsize
    return shutil.disk_usage(folder).free


def _fill(file: BinaryIO, size: int) -> None:
    """Allocate the room by the file system's own call, or else by bytes that cannot be compressed."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file.fileno(), 0, size)
        if os.fstat(file.fileno()).st_blocks * BLOCK >= size:
            return
    for start in range(0, size, PIECE):
        file.write(os.urandom(min(PIECE, size - start)))
    file.flush()
