"""What a backup looks like: a folder that proves itself.

    DIR/
    ├── manifest.json   written last: what this is, of when, how much, and the hash of files.jsonl
    ├── files.jsonl     a line a file: path, size, SHA-256
    └── data/           the files, laid out as in a data folder

A folder without its manifest is a backup that was broken off, and is none. Nothing here knows what the
files mean, and nothing that the list does not name is ever read.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from vedette.errors import Wrong
from vedette.identity.seal import write_private

MANIFEST, FILES, DATA = "manifest.json", "files.jsonl", "data"
FORMAT = 1
# Hashing leaves the interpreter's lock; more threads than two wait for the disk.
THREADS = 2
# Problems that a sentence names before it only counts.
NAMED = 3

Progress = Callable[[str, int, int], None]
"""Told what is done now, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a backup; the path is relative to `data`, with slashes."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BackupManifest:
    """What a backup says of itself."""

    vedette: str
    """The release that made it."""
    change: str
    """The number of the database's last change."""
    account: str
    made: str
    database: bool
    """Whether the database is in it: a PostgreSQL is not."""
    buckets: bool
    """Whether the buckets are in it: those of another S3 are not."""
    counts: Mapping[str, int]
    list_sha256: str = ""
    format: int = FORMAT


def seal_archive(folder: Path, manifest: BackupManifest, progress: Progress) -> BackupManifest:
    """Hash every file, and write the list and the manifest: from now on the folder is a backup."""
    paths = list(_walk(folder / DATA))
    lines = []
    for number, file in enumerate(_hashed(folder / DATA, paths), 1):
        progress("checksums", number, len(paths))
        lines.append(json.dumps(asdict(file)))
    text = "".join(f"{line}\n" for line in lines)
    write_private(folder / FILES, text)
    whole = BackupManifest(**{**asdict(manifest), "list_sha256": _text_hash(text)})
    _sync_all()
    beside = folder / f".{MANIFEST}.new"
    write_private(beside, json.dumps(asdict(whole), indent=2) + "\n")
    beside.replace(folder / MANIFEST)
    _sync_all()
    return whole


def read_manifest(folder: Path) -> BackupManifest:
    """Return what a backup says of itself; refuse what is none, was broken off, or is of a later format."""
    try:
        content: Any = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        state = "a backup that was broken off" if (folder / DATA).exists() else "no backup"
        raise Wrong(f"{folder} is {state}: it has no {MANIFEST}.") from None
    except (OSError, ValueError) as error:
        raise Wrong(f"The backup {folder} is damaged: its {MANIFEST} cannot be read ({error}).") from None
    try:
        if content["format"] > FORMAT:
            raise Wrong(f"The backup {folder} was made by a later Vedette ({content['vedette']}).")
        return BackupManifest(**content)
    except (KeyError, TypeError):
        raise Wrong(f"The backup {folder} is damaged: its {MANIFEST} is incomplete.") from None


def read_files(folder: Path, manifest: BackupManifest) -> list[StoredFile]:
    """Return the files that a backup consists of; the manifest proves the list."""
    try:
        text = (folder / FILES).read_text("utf-8")
    except (OSError, ValueError) as error:
        raise Wrong(f"The backup {folder} is damaged: its {FILES} cannot be read ({error}).") from None
    if _text_hash(text) != manifest.list_sha256:
        raise Wrong(f"The backup {folder} is damaged: its {FILES} is not the one that was written.")
    files = [StoredFile(**json.loads(line)) for line in text.split("\n") if line]
    for file in files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts:
            raise Wrong(f"The backup {folder} names a file outside of itself: {file.path}.")
    return files


def verify(place: Path, files: list[StoredFile], progress: Progress, subject: str) -> None:
    """Refuse unless every file lies below the place as it was hashed."""
    problems: list[str] = []
    paths = [place / file.path for file in files]
    for number, (expected, actual) in enumerate(zip(files, _hashed(place, paths), strict=True), 1):
        progress("verifying", number, len(files))
        if actual != expected:
            problem = "is missing" if actual.size < 0 else "was changed"
            problems.append(f"{expected.path} {problem}")
    if problems:
        listed = ", ".join(problems[:NAMED])
        more = f" and {len(problems) - NAMED} more" if len(problems) > NAMED else ""
        raise Wrong(f"{subject} is damaged: {listed}{more}. Nothing was changed.")


def _hashed(root: Path, paths: Iterable[Path]) -> Iterator[StoredFile]:
    """Yield each file with its hash, in order; one that is no plain file has the size -1."""

    def look(path: Path) -> StoredFile:
        relative = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file():
            return StoredFile(relative, -1, "")
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return StoredFile(relative, file.tell(), digest)

    with ThreadPoolExecutor(THREADS, thread_name_prefix="sha256") as pool:
        yield from pool.map(look, paths)


def _walk(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield Path(place, name)


def _text_hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _sync_all() -> None:
    """Wait until the disk has everything: one wait instead of one a file."""
    if hasattr(os, "sync"):
        os.sync()
