"""The quarantine of files that no object accounts for; they are moved there, never removed.

    .quarantine/<moment>-<unique>/manifest.jsonl    what, from where, why and when, a line a file
    .quarantine/<moment>-<unique>/files/<path>      the file, below the path that it had

The manifest is written and synced before anything moves, so that a process that dies in between
leaves a line too many and no file without one. Only `empty` removes anything, when a
person asks for it.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.clock import Clock, milliseconds, system_clock
from vedette.store.blobs.files import (
    FILE_MODE,
    make_folder,
    make_unsynced,
    remove,
    replace_file,
    sync_all,
    sync_folder,
)

QUARANTINE = ".quarantine"
MANIFEST = "manifest.jsonl"
FILES = "files"


@dataclass(frozen=True, slots=True)
class QuarantinedFile:
    """One file in quarantine. `path` is where it was, relative to the folder of the buckets."""

    path: str
    reason: str
    at_ms: int
    size: int
    modified_ms: int
    place: Path


def quarantine_files(root: Path, paths: Iterable[str], reason: str, clock: Clock = system_clock) -> list[str]:
    """Move files into quarantine; return those that were moved. A missing one is a no-op."""
    lines = [
        line for path in paths if (line := _describe(root, path, reason, milliseconds(clock()))) is not None
    ]
    if not lines:
        return []
    batch = _new_batch(root, lines, clock)
    return [line["path"] for line in lines if _move(root, line["path"], batch / FILES / line["path"])]


def keep_copies(root: Path, paths: Iterable[str], reason: str, clock: Clock = system_clock) -> None:
    """Copy files into quarantine, before others get their names; the files themselves stay."""
    now_ms = milliseconds(clock())
    lines = [line for path in paths if (line := _describe(root, path, reason, now_ms)) is not None]
    if not lines:
        return
    batch = _new_batch(root, lines, clock)
    for line in lines:
        target = batch / FILES / line["path"]
        make_unsynced(target.parent)
        try:
            os.link(root / line["path"], target)
        except OSError:  # A file system without links.
            shutil.copyfile(root / line["path"], target)
            target.chmod(FILE_MODE)
    sync_all(batch)


def quarantined(root: Path) -> Iterator[QuarantinedFile]:
    """Yield the files in quarantine, the oldest first."""
    folder = root / QUARANTINE
    for batch in sorted(folder.iterdir()) if folder.is_dir() else ():
        yield from _read_batch(batch)


def put_back(root: Path, items: Iterable[QuarantinedFile]) -> list[str]:
    """Move files back to where they were, unless another file is there now; return the moved."""
    returned = []
    for item in items:
        target = root / item.path
        if not target.exists():
            make_unsynced(target.parent)
            item.place.rename(target)
            returned.append(item.path)
    return returned


def empty(root: Path) -> int:
    """Delete everything in quarantine; return how many files there were."""
    count = sum(1 for _ in quarantined(root))
    if (root / QUARANTINE).exists():
        shutil.rmtree(root / QUARANTINE)
    return count


def _describe(root: Path, path: str, reason: str, at_ms: int) -> dict[str, Any] | None:
    try:
        state = (root / path).lstat()
    except FileNotFoundError:
        return None
    modified_ms = state.st_mtime_ns // 1_000_000
    return {"path": path, "why": reason, "at_ms": at_ms, "size": state.st_size, "modified_ms": modified_ms}


def _new_batch(root: Path, lines: list[dict[str, Any]], clock: Clock) -> Path:
    batch = root / QUARANTINE / f"{clock():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    make_folder(batch)
    replace_file(batch / MANIFEST, b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    return batch


def _move(root: Path, path: str, target: Path) -> bool:
    make_unsynced(target.parent)
    try:
        (root / path).rename(target)
    except OSError:
        return False  # It is gone, or lies on another file system: then it stays.
    sync_folder(target.parent)
    remove(root, path)  # Nothing is left of it but folders that are empty now.
    return True


def _read_batch(batch: Path) -> Iterator[QuarantinedFile]:
    """Yield the batch's files: those of the manifest, and any that it does not name."""
    described: dict[str, dict[str, Any]] = {}
    if (batch / MANIFEST).is_file():
        lines = (batch / MANIFEST).read_bytes().splitlines()
        described = {line["path"]: line for line in map(json.loads, filter(None, lines))}
    for below, _, names in os.walk(batch / FILES):
        for name in sorted(names):
            place = Path(below) / name
            path = place.relative_to(batch / FILES).as_posix()
            state = place.lstat()
            line = described.get(path, {})
            modified_ms = state.st_mtime_ns // 1_000_000
            reason, at_ms = str(line.get("why", "")), int(line.get("at_ms", 0))
            yield QuarantinedFile(path, reason, at_ms, state.st_size, modified_ms, place)
