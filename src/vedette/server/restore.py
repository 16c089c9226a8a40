"""A backup put into a new folder: verified before, copied beside, verified again, and only then named.

Never over anything: a folder that holds something is refused, whatever it is. Nothing is changed in the
backup. A restored installation is marked, so that rules which remove by age wait for a person.
"""

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from vedette.clock import Clock, system_clock
from vedette.errors import Wrong
from vedette.migrations import numbers
from vedette.server.archive import (
    DATA,
    BackupManifest,
    Progress,
    StoredFile,
    read_files,
    read_manifest,
    verify,
)
from vedette.server.backup import DATABASE
from vedette.server.installation import RESTORING, open_installation
from vedette.settings import Settings
from vedette.store.blobs.caution import pause_lifecycle
from vedette.store.modes import private

# Links would make a backup and its installation one: what damages the one would damage both.
FREE_BESIDES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was put where."""

    manifest: BackupManifest
    files: int
    size: int


def restore(backup: Path, data: Path, *, progress: Progress, clock: Clock = system_clock) -> RestoreResult:
    """Put a backup into a new or empty folder."""
    manifest = read_manifest(backup)
    if manifest.change not in numbers():
        raise Wrong(
            f"The backup {backup} was made by a later Vedette ({manifest.vedette}): install that one."
        )
    _check_target(data)
    files = read_files(backup, manifest)
    size = sum(file.size for file in files)
    _check_room(data, size)
    verify(backup / DATA, files, progress, f"The backup {backup}")
    beside = _place_beside(data)
    try:
        with private():
            _copy(backup / DATA, beside, files, progress)
            verify(beside, files, progress, f"What was written to {beside}")
            _try(manifest, beside)
            if manifest.buckets:
                (beside / "buckets").mkdir(exist_ok=True)
                pause_lifecycle(beside / "buckets", f"Restored from the backup of {manifest.made}.", clock)
            if hasattr(os, "sync"):
                os.sync()
            _name(beside, data)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return RestoreResult(manifest, len(files), size)


def _check_target(data: Path) -> None:
    if data.exists() and not data.is_dir():
        raise Wrong(f"{data} is not a folder.")
    if data.exists() and any(data.iterdir()):
        raise Wrong(f"{data} is not empty: a backup is put into a new folder, and never over anything.")


def _place_beside(data: Path) -> Path:
    """Return where to put the files until they are whole: on the same disk as they will be."""
    name = f"{RESTORING}{secrets.token_hex(4)}"
    return data / name if data.exists() else data.absolute().with_name(f".{data.absolute().name}{name}")


def _name(beside: Path, data: Path) -> None:
    """Give the whole folder its name; or move what it holds, the database last: without it nothing starts."""
    if beside.parent != data:
        beside.rename(data)
        return
    for place in sorted(beside.iterdir(), key=lambda place: place.name == DATABASE):
        place.rename(data / place.name)
    beside.rmdir()
    data.chmod(0o700)


def _check_room(data: Path, size: int) -> None:
    standing = next(place for place in (data, *data.absolute().parents) if place.exists())
    free = shutil.disk_usage(standing).free
    if free < size + FREE_BESIDES:
        raise Wrong(
            f"There is no room for the backup at {data}: it takes {size // 1024**2 + 1} MiB, "
            f"and {free // 1024**2} MiB are free."
        )


def _copy(source: Path, target: Path, files: list[StoredFile], progress: Progress) -> None:
    target.mkdir(parents=True)
    for number, file in enumerate(files, 1):
        progress("copying", number, len(files))
        place = target / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file.path, place, follow_symlinks=False)


def _try(manifest: BackupManifest, data: Path) -> None:
    """Open what was restored: key and database must belong together. The server updates an older one."""
    if manifest.database and manifest.change == numbers()[-1]:
        with open_installation(Settings.model_construct(data=data)):
            pass
