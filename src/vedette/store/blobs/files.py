"""Incoming and outgoing files: written beside, synced, then named; removed after a grace period.

Nothing here knows the index. A file gets its final name before it is synced, so that one
sync settles both its bytes and its name (decision 0020), and it is not part of any object
until the index says so.
"""

import contextlib
import hashlib
import logging
import math
import os
import secrets
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from vedette.store.blobs.sealed import Sealer

log = logging.getLogger("vedette.blobs")

INCOMING = ".incoming"
"""The folder of bytes on their way in, beside the buckets: no bucket's name begins with a dot."""

GRACE_S = 30.0
"""How long a replaced file stays for readers that know its name and have not opened it yet."""

BUFFER = 1024 * 1024
"""Up to so many bytes are buffered; most pictures are then written by one call."""

FILE_MODE, FOLDER_MODE = 0o600, 0o700
"""Other users of the machine must not read pictures."""

LEASE = ".backup.lease"
"""A backup touches this file while it copies; servers then remove no replaced files."""

LEASE_S = 60.0
"""How long a lease is valid that is not renewed: its holder was killed."""

SMALL = 128 * 1024
"""Fewer bytes are hashed in place: another thread would cost more than it saves."""

_HASHING = ThreadPoolExecutor(2, thread_name_prefix="md5")
"""MD5 is what a PUT takes longest over, so it runs beside writing and syncing, on another core."""


class Draft:
    """The incoming bytes of one object, and their MD5. Not safe for two threads at once."""

    def __init__(self, folder: Path, unique: str) -> None:
        self._path = folder / unique
        self._file: int | None = None
        self._waiting: list[bytes] = []
        self._waiting_size = 0
        self._hash = md5()
        self._hashing: Future[None] | None = None
        self.unique = unique
        self.size = 0
        self._sealer: Sealer | None = None
        self._hashes_plain = False

    @property
    def md5(self) -> str:
        """The MD5 of what was added, in hexadecimal: the ETag of a plain object."""
        self._hashed()
        return self._hash.hexdigest()

    def seal(self, sealer: Sealer, *, hashes_plain: bool) -> None:
        """Have what is added sealed on its way to the disk; the MD5 is of what lies there, or was added."""
        self._sealer, self._hashes_plain = sealer, hashes_plain

    def add(self, data: bytes) -> bool:
        """Buffer more bytes; return whether `flush` is due."""
        self._waiting.append(data)
        self._waiting_size += len(data)
        self.size += len(data)
        return self._waiting_size >= BUFFER

    def flush(self, *, is_last: bool = False) -> None:
        """Write the buffer, and hash it meanwhile; what comes last ends a sealed file."""
        if self._file is None:
            make_folder(self._path.parent)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        pieces, size = self._waiting, self._waiting_size
        self._waiting, self._waiting_size = [], 0
        self._hashed()
        if self._sealer is None:
            self._write(pieces, pieces, size)
        else:
            sealed = [chunk for data in pieces for chunk in self._sealer.update(data)]
            if is_last:
                sealed += self._sealer.finish()
            self._write(sealed, pieces if self._hashes_plain else sealed, size)

    def _write(self, pieces: list[bytes], hashed: list[bytes], size: int) -> None:
        assert self._file is not None
        if size < SMALL:
            self._update(hashed)
        else:
            self._hashing = _HASHING.submit(self._update, hashed)
        for data in pieces:
            _write_all(self._file, data)

    def _update(self, pieces: list[bytes]) -> None:
        for data in pieces:
            self._hash.update(data)

    def _hashed(self) -> None:
        """Wait until everything that was flushed is in the hash."""
        if self._hashing is not None:
            self._hashing.result()
            self._hashing = None

    def append_file(self, source: Path, start: int, length: int) -> None:
        """Append a part of another file, without copying it through memory where the system can."""
        self.flush()
        assert self._file is not None
        with source.open("rb") as file:
            self.size += _copy(file.fileno(), self._file, start, length)

    def settle(self, target: Path) -> None:
        """Give the file its name and sync both."""
        self.flush(is_last=True)
        assert self._file is not None
        for attempt in range(10):
            try:
                make_folder(target.parent)
                self._path.rename(target)
                break
            except FileNotFoundError:
                # Somebody removed the empty folder between the two calls.
                if attempt == 9:
                    raise
        os.fsync(self._file)
        if not sys.platform.startswith("linux"):
            sync_folder(target.parent)
        os.close(self._file)
        self._file = None

    def discard(self) -> None:
        """Discard it; a no-op after `settle`."""
        self._waiting.clear()
        if self._file is not None:
            os.close(self._file)
            self._file = None
            self._path.unlink(missing_ok=True)


class RetiredFiles:
    """Files that no version names any more: removed after the grace period, or on request."""

    def __init__(self, root: Path, forget: Callable[[list[str]], None]) -> None:
        self._root = root
        self._forget = forget
        self._queue: deque[tuple[float, str]] = deque()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._reaper: threading.Thread | None = None

    def add(self, paths: Iterable[str]) -> None:
        """Remove these later."""
        now = time.monotonic()
        with self._lock:
            self._queue.extend((now, path) for path in paths if path)
            if self._queue and self._reaper is None and not self._closing.is_set():
                self._reaper = threading.Thread(target=self._work, name="retired", daemon=True)
                self._reaper.start()

    def reap(self, *, grace_s: float = GRACE_S, below: str = "") -> None:
        """Remove files whose grace period is over, or at once those below a folder.

        While a backup holds its lease, what has only waited long enough waits on.
        """
        now = time.monotonic()
        if grace_s and is_leased(self._root):
            grace_s = math.inf
        with self._lock:
            due = [
                path
                for since, path in self._queue
                if now - since >= grace_s or (below and path.startswith(below))
            ]
            removed = set(due)
            self._queue = deque(item for item in self._queue if item[1] not in removed)
        for path in due:
            remove(self._root, path)
        if due:
            self._forget(due)

    def close(self) -> None:
        """Remove all of it now and stop waiting."""
        self._closing.set()
        if self._reaper is not None:
            self._reaper.join()
        self.reap(grace_s=0)

    def _work(self) -> None:
        while not self._closing.wait(GRACE_S / 2):
            try:
                self.reap()
            except Exception:  # A thread's edge; what it could not remove, the next start does.
                log.exception("Replaced files could not be removed.")


def is_leased(root: Path) -> bool:
    """Return whether a running backup still needs files that no version names any more."""
    try:
        age_s = time.time() - (root / LEASE).stat().st_mtime
    except OSError:
        return False
    return abs(age_s) < LEASE_S


@contextlib.contextmanager
def leased(root: Path) -> Iterator[None]:
    """Keep files that are replaced meanwhile; the lease of a dead holder expires."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(LEASE_S / 4):
            (root / LEASE).touch(FILE_MODE)

    (root / LEASE).touch(FILE_MODE)
    renewing = threading.Thread(target=renew, name="lease", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()
        (root / LEASE).unlink(missing_ok=True)


def remove(root: Path, relative: str) -> None:
    """Remove a file, and the folders it leaves empty, up to the bucket's own."""
    path = root / relative
    path.unlink(missing_ok=True)
    for _ in range(relative.count("/") - 1):
        path = path.parent
        try:
            path.rmdir()
        except OSError:
            return


def sync_folder(folder: Path) -> None:
    """Sync the folder's own entries, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_all(folder: Path) -> None:
    """Sync everything that was written, by one call for many files where the system offers it."""
    if hasattr(os, "sync"):
        os.sync()
    else:
        sync_folder(folder)


def md5() -> "hashlib._Hash":
    """Return the hash of S3's ETags; it is not used for security."""
    return hashlib.md5(usedforsecurity=False)


def make_folder(folder: Path) -> None:
    """Make a folder that only we may enter, with those above it, and wait until the disk has its name."""
    if make_unsynced(folder):
        sync_folder(folder.parent)


def make_unsynced(folder: Path) -> bool:
    """Make such a folder without syncing; return whether it was missing."""
    lacking: list[Path] = []
    while not folder.is_dir():
        lacking.append(folder)
        folder = folder.parent
    for path in reversed(lacking):
        with contextlib.suppress(FileExistsError):
            path.mkdir(FOLDER_MODE)
    return bool(lacking)


def replace_file(path: Path, content: bytes) -> None:
    """Write a small file atomically, and sync it and its name."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _write_all(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _copy(source: int, target: int, start: int, length: int) -> int:
    copied = 0
    while copied < length:
        count = min(length - copied, 64 * BUFFER)
        if hasattr(os, "copy_file_range"):
            try:
                written_bytes = os.copy_file_range(source, target, count, offset_src=start + copied)
            except OSError:
                written_bytes = _copy_through(source, target, start + copied, count)
        else:
            written_bytes = _copy_through(source, target, start + copied, count)
        if not written_bytes:
            break
        copied += written_bytes
    return copied


def _copy_through(source: int, target: int, start: int, count: int) -> int:
    data = os.pread(source, min(count, BUFFER), start)
    _write_all(target, data)
    return len(data)
