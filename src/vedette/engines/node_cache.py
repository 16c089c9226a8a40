"""Files that a node of a cluster keeps, each under the SHA-256 of its bytes.

Every file is read and compared with its name before it is used: one that is damaged is dropped, and asked for
again. Several processes of a node share a cache. What has not been used for longest goes first.

files/ab/abcd…   the bytes
coming/          what is being received, a file a writer
learn/           what trainings keep of pictures and of their choices, which limit it themselves
work/            a folder for each process that works, linked from the files; a lock beside it says it lives
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from vedette.engines.trees import PIECE, Tree, digest_of, place_in

# A thousand pictures of 8 megapixels are 4 GB, a package 20 MB.
MOST_BYTES = 20 << 30
# Half of a small disk is not ours to fill.
LEAST_FREE = 2 << 30


class DamagedFile(Exception):
    """What was received is not what its digest says."""


def default_root() -> Path:
    """Return the folder for caches of the user that this process runs as."""
    caches = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(caches) / "vedette-node"


class NodeCache:
    """The files of one node, as one process sees them; for one thread at a time."""

    def __init__(self, root: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._files, self._coming, self._work = root / "files", root / "coming", root / "work"
        self._most_bytes = most_bytes
        self._name = secrets.token_hex(8)
        for folder in (root, self._files, self._coming, self._work):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if root.stat().st_uid != os.getuid():
            raise PermissionError(f"{root} belongs to another user")
        # What trainings compute of pictures (learn/cache.py); what they remember lies beside it.
        self.features = root / "learn" / "features"
        self._lock = self._hold_lock()

    def _hold_lock(self) -> int:
        """Return a lock that the kernel lets go of when this process ends; it is named once it is held."""
        beside = self._work / f"{self._name}.new"
        lock = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        beside.rename(self._work / f"{self._name}.lock")
        return lock

    # Files

    def missing(self, tree: Tree) -> list[str]:
        """Return the digests that are not here, or are damaged."""
        digests = dict.fromkeys(digest for digest, _ in tree.values())
        return [digest for digest in digests if not self._is_whole(digest)]

    def store(self, digest: str, offset: int, data: bytes | memoryview, *, is_last: bool) -> None:
        """Take a piece of a file; pieces come in order, and the last one completes it.

        Raises:
            DamagedFile: when the whole is not what the digest says; nothing is total of it then.
        """
        beside = self._coming / f"{self._name}-{digest}"
        with beside.open("ab" if offset else "wb") as file:
            file.write(data)
        if not is_last:
            return
        if digest_of(beside) != digest:
            beside.unlink()
            raise DamagedFile(f"A file of {digest[:12]}… came damaged.")
        beside.chmod(0o400)
        place = self._place(digest)
        place.parent.mkdir(exist_ok=True)
        beside.replace(place)

    def _place(self, digest: str) -> Path:
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(f"{digest!r} is no digest")
        return self._files / digest[:2] / digest

    def _is_whole(self, digest: str) -> bool:
        place = self._place(digest)
        try:
            if digest_of(place) == digest:
                os.utime(place)
                return True
        except FileNotFoundError:
            return False
        except OSError:  # a disk that cannot read it has damaged it
            pass
        place.unlink(missing_ok=True)
        return False

    # Folders to work in

    def lay_out(self, tree: Tree) -> Path:
        """Return a folder of our own with these files, which are here."""
        folder = self._work / self._name / "folder"
        folder.mkdir(parents=True)
        for path, (digest, _) in tree.items():
            place = place_in(folder, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.link(self._place(digest), place)
        return folder

    def sweep(self) -> None:
        """Remove what processes that have ended left, and the oldest files where there are too many."""
        for lock in self._work.glob("*.lock"):
            with contextlib.suppress(OSError), lock.open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._remove(lock.stem)
        room = shutil.disk_usage(self._files).free - LEAST_FREE
        total = 0
        for size, place in self._newest_first():
            total += size
            if total > self._most_bytes or (room < 0 and total > self._most_bytes // 4):
                place.unlink(missing_ok=True)

    def _newest_first(self) -> Iterator[tuple[int, Path]]:
        files = []
        for file in self._files.glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                facts = file.stat()
                files.append((facts.st_mtime, facts.st_size, file))
        for _, size, file in sorted(files, reverse=True):
            yield size, file

    def close(self) -> None:
        """Remove this process's folder."""
        if self._lock >= 0:
            self._remove(self._name)
            os.close(self._lock)
            self._lock = -1

    def _remove(self, name: str) -> None:
        for piece in self._coming.glob(f"{name}-*"):
            piece.unlink(missing_ok=True)
        shutil.rmtree(self._work / name, ignore_errors=True)
        (self._work / f"{name}.lock").unlink(missing_ok=True)


def read_piece(file: Path, offset: int) -> bytes:
    """Return the bytes of a file from there on, as many as cross at once."""
    with file.open("rb") as stream:
        stream.seek(offset)
        return stream.read(PIECE)


class PieceReceiver:
    """Writes a file that comes in pieces beside its place, and puts it there when it is whole."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._beside = place.with_name(f".{place.name}.coming")
        self._hash = hashlib.sha256()
        place.parent.mkdir(parents=True, exist_ok=True)
        self._beside.write_bytes(b"")

    def write(self, data: bytes) -> None:
        """Take the next piece."""
        self._hash.update(data)
        with self._beside.open("ab") as file:
            file.write(data)

    def finish(self, digest: str) -> None:
        """Put the file into its place, flushed.

        Raises:
            DamagedFile: when it is not what the digest says.
        """
        if self._hash.hexdigest() != digest:
            self._beside.unlink()
            raise DamagedFile(f"{self._place.name} came damaged.")
        with self._beside.open("rb") as file:
            os.fsync(file.fileno())
        self._beside.replace(self._place)
