"""Folders whose files are all sealed by one data key, as a training's with a key of its caller's.

    .sealed   says by which key, and has the data key encrypted by it: what opens it is brought by the server
    …         every other file: 16 bytes that say what it is, a salt of 16 bytes, and a sealed file
              (blobs/sealed.py) under a key of its own, derived from the data key and the salt

The nearest folder above a file with such a mark counts. Files are renamed and moved between folders of one
key, so a file is bound to its key, and not to its name. A worker process is given the data key by the pipe
through which it has its order; without one nothing is read there, and nothing written.
"""

import io
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vedette.errors import Wrong
from vedette.file_access import sync_file, use_seals
from vedette.store.blobs.sealed import (
    CHUNK,
    HEAD,
    TAG,
    DamagedSeal,
    SealedStretch,
    Sealer,
    derive_file_key,
    open_sealed,
)

MARK = ".sealed"
START = b"vedette file\0\0\0\1"
SALT_BYTES = 16
BEFORE = len(START) + SALT_BYTES
PLACE = b"vedette sealed folder 1"

# Opens the mark of a folder: returns its data key, or refuses.
OpenMark = Callable[[bytes], bytes]


class SealedFolders:
    """The sealed folders that a process knows how to open. Threads may share it."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}
        self._openers: dict[str, OpenMark] = {}

    def serve(self, root: Path, open_mark: OpenMark) -> None:
        """Open the marks of folders below a root by this from now on."""
        self._openers[_text(root)] = open_mark

    def leave(self, root: Path) -> None:
        """Open no marks below a root any more."""
        self._openers.pop(_text(root), None)

    def unlock(self, folder: Path, key: bytes) -> None:
        """Know a folder's data key: its files are sealed by it from now on, marked or not."""
        self._keys[_text(folder)] = key

    def forget(self, folder: Path) -> None:
        """Know a folder's data key no longer."""
        self._keys.pop(_text(folder), None)

    def folder_of(self, path: Path) -> str:
        """Return the folder that seals a file; nothing for one that lies in clear."""
        parent = _text(path)
        while parent := parent.rpartition(os.sep)[0]:
            if parent in self._keys or os.access(f"{parent}/{MARK}", os.F_OK):
                return parent
        return ""

    def key_of(self, folder: str) -> bytes:
        """Return the data key of a sealed folder; refuse where it is not to be had now."""
        if (key := self._keys.get(folder)) is not None:
            return key
        for root, open_mark in list(self._openers.items()):
            if folder.startswith(f"{root}{os.sep}"):
                return open_mark(Path(folder, MARK).read_bytes())
        raise Wrong("The files are encrypted by a key, which is not to be had here.", kind="key")

    # What `file_access` asks

    def seals(self, path: Path) -> bool:
        """Return whether what is written to a place is sealed."""
        return bool(self.folder_of(path))

    def open(self, path: Path) -> io.BufferedReader:
        """Return the content of a sealed file as a stream."""
        key = self.key_of(self.folder_of(path))
        with path.open("rb") as file:
            start = file.read(BEFORE)
        stretch = SealedStretch(self.size(path), derive_file_key(key, _salt_of(start)))
        return open_sealed(path, [stretch], PLACE, BEFORE)

    def create(self, path: Path) -> io.BufferedWriter:
        """Return a stream whose bytes are sealed into a new file."""
        key = self.key_of(self.folder_of(path))
        salt = secrets.token_bytes(SALT_BYTES)
        sealer = Sealer(derive_file_key(key, salt.hex()), PLACE)
        return io.BufferedWriter(_SealedWriter(path, sealer, salt), CHUNK)

    def size(self, path: Path) -> int:
        """Return how many bytes a sealed file holds."""
        sealed = path.stat().st_size - BEFORE - len(HEAD)
        if sealed < TAG:
            raise DamagedSeal("it is too short to be a sealed file")
        return sealed - TAG * -(-sealed // (CHUNK + TAG))


def _text(path: Path) -> str:
    """Return a place as folders are remembered by: absolute, its links as they are."""
    return os.path.abspath(path)  # noqa: PTH100  (`resolve` would follow them, and ask the disk)


def _salt_of(start: bytes) -> str:
    if len(start) < BEFORE or not start.startswith(START):
        raise DamagedSeal("it lies in clear where all files are sealed, or is of a form that is not known")
    return start[len(START) :].hex()


class _SealedWriter(io.RawIOBase):
    """A sealed file that is being written, from its beginning to its end."""

    def __init__(self, path: Path, sealer: Sealer, salt: bytes) -> None:
        super().__init__()
        self._sealer = sealer
        self._file = path.open("wb")
        self._file.write(START + salt)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        # Whatever buffer it is: the sealer keeps its own copy.
        content = bytes(data)
        self._file.writelines(self._sealer.update(content))
        return len(content)

    def close(self) -> None:
        """Write the last chunk too; a file whose process dies before lacks it, and is known as damaged."""
        if not self.closed:
            try:
                self._file.writelines(self._sealer.finish())
            finally:
                self._file.close()
        super().close()


def mark_folder(folder: Path, mark: bytes) -> None:
    """Mark a folder as sealed; what is written into it from now on is."""
    beside = folder / f"{MARK}.new"
    beside.write_bytes(mark)
    sync_file(beside)
    beside.replace(folder / MARK)


def read_mark(folder: Path) -> bytes | None:
    """Return the mark of a sealed folder; None of one whose files lie in clear."""
    try:
        return (folder / MARK).read_bytes()
    except FileNotFoundError:
        return None


def is_sealed_file(path: Path) -> bool:
    """Return whether a file is there and begins as a sealed one does."""
    try:
        with path.open("rb") as file:
            return file.read(len(START)) == START
    except OSError:
        return False


# The folders of this process.
FOLDERS = SealedFolders()


def keys_for(path: Path) -> dict[str, str]:
    """Return what a worker needs for the files at a place: their folder and its data key in hex, if sealed.

    It refuses where the key is not to be had now.
    """
    folder = FOLDERS.folder_of(path)
    return {folder: FOLDERS.key_of(folder).hex()} if folder else {}


def take_keys(keys: Mapping[str, str]) -> None:
    """Take the keys that the server gave this worker with its order; nothing of its memory is dumped then."""
    if not keys:
        return
    _dump_nothing()
    use_seals(FOLDERS)
    for folder, key in keys.items():
        FOLDERS.unlock(Path(folder), bytes.fromhex(key))


def _dump_nothing() -> None:
    try:
        import resource
    except ImportError:  # Windows, which writes no dump unless it was set up for that
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
