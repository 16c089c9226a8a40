"""Who holds a data folder: one server alone, or several that share a PostgreSQL and an S3.

    data/server.lock        held by the one server, or shared by all of them
    data/servers/<id>/      what is one server's alone and only for a while, with a lock of its own

A server that finds nobody else holds the folder alone until it has cleared what a crash left there and
changed the database: only then is it certain that nothing of it is in use. The next one waits for that
long. What a dead server left in its own folder is known by its lock, which the system has taken back.
Buckets in the folder are one server's: their index and their sweep know nothing of a second one.
"""

import contextlib
import importlib
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from vedette.errors import Busy
from vedette.settings import Settings
from vedette.store.db import sqlite_file

LOCK = "server.lock"
# In a data folder that servers share: a folder a server.
SERVERS = "servers"
# As long as a server waits for another one that starts: it may be changing a large database.
START_S = 600.0
LOOK_S = 0.2


@dataclass(slots=True)
class FolderHold:
    """A data folder that this process holds. `scratch` is where its own passing files lie."""

    settings: Settings
    scratch: Path
    # Whether no other server can be: what is left in the folder is a dead one's.
    is_alone: bool
    # By what servers know that they hold the same one; a copy of it is another.
    id: str = ""
    file: IO[str] | None = None

    @property
    def data(self) -> Path:
        """The folder."""
        return self.settings.data

    def share(self) -> None:
        """Let other servers in, now that what only one may do at a start is done."""
        if self.file is not None and self.is_alone:
            # Not in one step on Linux: one that waits may come between, and is waited for.
            _lock(self.file, shares=True, waits=True)


def is_shareable(settings: Settings) -> bool:
    """Say whether several servers may serve this folder: where database and buckets lie outside of it."""
    return sqlite_file(settings.database, settings.data) is None and bool(settings.s3_endpoint)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; a second server on it is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a+") as file:
        if not _lock(file):
            raise Busy(f"Another server holds the folder {folder}. Stop it, or choose another with --data.")
        yield


@contextlib.contextmanager
def hold_folder(settings: Settings, *, start_s: float = START_S) -> Iterator[FolderHold]:
    """Hold the data folder, alone or beside the servers that share it."""
    data = settings.data
    if not is_shareable(settings):
        with _refusing_second(settings):
            is_apart = sqlite_file(settings.database, data) is None
            yield FolderHold(settings, data, True, _folder_id(data) if is_apart else "")
        return
    with (data / LOCK).open("a+") as file:
        is_alone = _lock_or_join(file, data, start_s)
        with _own_folder(data) as scratch:
            yield FolderHold(settings, scratch, is_alone, _folder_id(data), file)


@contextlib.contextmanager
def _refusing_second(settings: Settings) -> Iterator[None]:
    """Hold the folder alone; where only buckets are missing for a second server, say so."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(locked(settings.data))
        except Busy as refusal:
            if sqlite_file(settings.database, settings.data) is not None:
                raise
            raise Busy(
                f"{refusal.sentence} Several servers on one PostgreSQL need their buckets on an S3: set "
                "VEDETTE_S3_ENDPOINT for all of them."
            ) from None
        yield


def _lock_or_join(file: IO[str], data: Path, start_s: float) -> bool:
    """Lock the folder alone where nobody has it, else beside the others; return whether alone."""
    deadline = time.monotonic() + start_s
    while True:
        if _lock(file):
            return True
        if _lock(file, shares=True):
            return False
        if time.monotonic() >= deadline:
            raise Busy(
                f"Another server or command has held the folder {data} alone for {start_s:.0f} s: it still "
                "changes the database, or does not share its folder (see `vedette doctor`)."
            )
        time.sleep(LOOK_S)


def _folder_id(data: Path) -> str:
    """Return what only this folder has: something random, and its number on its disk."""
    file = data / SERVERS / "id"
    file.parent.mkdir(exist_ok=True, mode=0o700)
    with file.open("a+") as stream:
        _lock(stream, waits=True)
        stream.seek(0)
        text = stream.read().strip()
        if not text:
            text = secrets.token_hex(8)
            stream.write(text)
    return f"{text}-{data.stat().st_ino}"


@contextlib.contextmanager
def _own_folder(data: Path) -> Iterator[Path]:
    """Make this server's own folder, and take away those of dead servers."""
    root = data / SERVERS
    root.mkdir(exist_ok=True, mode=0o700)
    own = root / secrets.token_hex(8)
    own.mkdir(mode=0o700)
    # Locked before it has its name, so that nobody finds it free.
    with (own / "locking").open("a+") as file:
        if not _lock(file):
            raise Busy(f"The folder {own} cannot be locked: its file system must know locks.")
        (own / "locking").rename(own / "lock")
        _clear_dead(root, own)
        yield own
    shutil.rmtree(own, ignore_errors=True)


def _clear_dead(root: Path, own: Path) -> None:
    for place in root.iterdir():
        lock = place / "lock"
        # One without a lock is being made at this moment, or was never used.
        if place == own or not lock.exists():
            continue
        with contextlib.suppress(OSError), lock.open("a+") as file:
            if _lock(file):
                shutil.rmtree(place, ignore_errors=True)


def _lock(file: IO[str], *, shares: bool = False, waits: bool = False) -> bool:
    try:
        import fcntl
    except ImportError:  # Windows has no fcntl; there the lock is the file's first byte, never shared.
        return _lock_first_byte(file)
    with contextlib.suppress(OSError):
        mode = (fcntl.LOCK_SH if shares else fcntl.LOCK_EX) | (0 if waits else fcntl.LOCK_NB)
        fcntl.flock(file, mode)
        return True
    return False


def _lock_first_byte(file: IO[str]) -> bool:
    windows: Any = importlib.import_module("msvcrt")
    with contextlib.suppress(OSError):
        windows.locking(file.fileno(), windows.LK_NBLCK, 1)
        return True
    return False
