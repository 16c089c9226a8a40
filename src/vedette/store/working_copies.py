"""Objects brought into files for another process: linked where that is possible, else copied.

An object that lies sealed in its bucket is sealed here too, by a key that is nowhere but in memory: what a
kill leaves behind opens for nobody. The process that is to read has the key with its order (`keys`).
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from vedette.errors import Missing
from vedette.file_access import use_seals
from vedette.store.blobs.port import Blobs
from vedette.store.blobs.sealed import is_sealed_stream
from vedette.store.sealed_folders import FOLDERS, keys_for

# Beside the others, so that a folder of clear pictures is links alone.
SEALED = "sealed"
DATA_KEY = 32


class WorkingCopies:
    """A folder of copies that goes with its work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sealed = folder / SEALED

    def bring(self, blobs: Blobs, bucket: str, key: str, name: str) -> Path | None:
        """Bring an object into a file that is not there yet, and return it; None where there is none."""
        try:
            stream = blobs.open(bucket, key)
        except Missing:
            return None
        with stream:
            return self.take(stream, name)

    def take(self, stream: BinaryIO, name: str) -> Path:
        """Return a file with an object's stream in it."""
        if is_sealed_stream(stream):
            return self._seal(stream, name)
        file, source = self.folder / name, getattr(stream, "name", None)
        if isinstance(source, str):
            try:
                os.link(source, file)
            except OSError:
                pass  # another disk: it is copied
            else:
                return file
        with file.open("wb") as out:
            shutil.copyfileobj(stream, out)
        return file

    def keys(self) -> dict[str, str]:
        """Return what a worker needs to read what is sealed here; nothing where all lies in clear."""
        return keys_for(self._sealed / "any") if self._sealed.exists() else {}

    def _seal(self, stream: BinaryIO, name: str) -> Path:
        if not self._sealed.exists():
            FOLDERS.unlock(self._sealed, secrets.token_bytes(DATA_KEY))
            self._sealed.mkdir()
        file = self._sealed / name
        with FOLDERS.create(file) as out:
            shutil.copyfileobj(stream, out)
        return file

    def remove(self) -> None:
        """Remove the files, and forget their key."""
        shutil.rmtree(self.folder, ignore_errors=True)
        FOLDERS.forget(self._sealed)


class MemorySealedFolder:
    """A folder whose files are sealed by a key that is nowhere but in memory: no other process opens them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        FOLDERS.unlock(folder, secrets.token_bytes(DATA_KEY))
        use_seals(FOLDERS)

    def write(self, file: Path, data: bytes) -> None:
        """Write a file; refuse once the key is forgotten, rather than write in clear."""
        with FOLDERS.create(file) as out:
            out.write(data)

    def empty(self) -> None:
        """Remove what an earlier process left, which opens for nobody any more."""
        shutil.rmtree(self.folder, ignore_errors=True)
        # There is still a folder where a file of it cannot be removed, as one in use on NFS.
        self.folder.mkdir(parents=True, exist_ok=True)

    def keys(self) -> dict[str, str]:
        """Return what a worker needs to read and write here."""
        return keys_for(self.folder / "any")

    def remove(self) -> None:
        """Remove the files, and forget their key."""
        shutil.rmtree(self.folder, ignore_errors=True)
        FOLDERS.forget(self.folder)


@contextmanager
def sealed_scratch(folder: Path) -> Iterator[MemorySealedFolder]:
    """Yield an empty folder for files of one piece of work; it is gone afterwards, and its key with it."""
    scratch = MemorySealedFolder(folder)
    scratch.empty()
    try:
        yield scratch
    finally:
        scratch.remove()


@contextmanager
def working_copies(folder: Path) -> Iterator[WorkingCopies]:
    """Yield an empty folder for copies; it is gone afterwards, and what a crash left in it before."""
    copies = WorkingCopies(folder)
    copies.remove()
    folder.mkdir(parents=True)
    try:
        yield copies
    finally:
        copies.remove()
