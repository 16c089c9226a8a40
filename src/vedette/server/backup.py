"""A consistent copy of an installation while it runs: database, models, objects, keys.

The order is what makes it consistent (decision 0177). The database is copied first, at one moment, by
SQLite's own means; then the models that this copy names; then the buckets. The database names models and
objects, and neither names the database: whatever is copied later holds at least what the copy of the
database knows. A model that was deleted meanwhile is named by a copy that is too old by then, so that
the database is copied again. An object that was deleted meanwhile is gone as if it had been deleted
a moment before: a dataset says of it that its picture is missing, as it does in the installation.

Nothing is written to the installation that is copied, but the lease of its buckets (store/blobs/backup.py).
"""

import os
import shutil
import sqlite3
from collections.abc import Collection
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import vedette
from vedette.audit.lines import FOLDER as TRAIL
from vedette.audit.lines import HEAD
from vedette.clock import Clock, system_clock
from vedette.errors import Busy, NoSpace, Refusal, Wrong
from vedette.migrations import current
from vedette.projects.projects import Projects
from vedette.projects.version import WITH_PACKAGE, State
from vedette.projects.versions import Versions
from vedette.runtime.package import open_package
from vedette.runtime.package_files import FACTS, REST
from vedette.server.archive import DATA, FILES, MANIFEST, BackupManifest, Progress, seal_archive
from vedette.server.installation import Installation
from vedette.settings import Settings
from vedette.store.blobs.backup import copy_buckets
from vedette.store.blobs.choose import buckets_folder
from vedette.store.db import Database, open_database
from vedette.store.disk import disk_refusal
from vedette.store.modes import private
from vedette.store.sealed_folders import MARK, is_sealed_file, read_mark

DATABASE = "vedette.db"
# What is copied in a way of its own, and what a server makes again. All else is copied as it lies, so
# that what a later release keeps in the folder is never left out.
OF_ITS_OWN = frozenset({DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "versions", "buckets"})
MADE_AGAIN = frozenset({"cache", "pictures", "datasets", "backups", "reserve", "server.lock", "servers"})
# What a version's folder holds for a while only, or as links to objects.
PASSING = frozenset({"pictures", "scratch", "out", "cache"})
# A training is begun anew from its frozen lines, sealed as they are; a copy has none yet, but may be sealed.
FROZEN = ("train.manifest", "test.manifest", MARK)
# What is being made anew from another version, or about to go, or has no files.
UNDONE: frozenset[State] = frozenset({"copying", "deleting", "archived"})
# Models that are deleted faster than they are copied, so many times over, are somebody's script.
PASSES = 20


@dataclass(slots=True)
class _Models:
    """Which models a copy holds whole."""

    whole: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)


def back_up(
    installation: Installation,
    target: Path,
    *,
    progress: Progress,
    links: bool = True,
    clock: Clock = system_clock,
) -> BackupManifest:
    """Copy the installation into a new or empty folder; with `links`, files on the same disk cost no room."""
    _check_target(installation.settings.data, target)
    with private():
        _begin(target)
        try:
            manifest = _copy_all(installation, target / DATA, progress=progress, links=links, clock=clock)
            return seal_archive(target, manifest, progress)
        except BaseException as error:
            _undo(target)
            if isinstance(disk_refusal(error), NoSpace):
                raise NoSpace(f"There is no room for the backup in {target}: nothing is left.") from error
            raise


def _copy_trail(trail: Path, place: Path) -> None:
    """Copy the audit trail: what was signed before the lines, which have at least what the signature names.

    A part that was packed meanwhile lies under another name when it is looked for again.
    """
    for head in trail.rglob(HEAD):
        _copy(head, place / head.relative_to(trail), links=False)
    copied = {HEAD}
    for _ in range(2):
        for part in sorted(trail.rglob("*")):
            if part.is_file() and part.name != HEAD and str(part) not in copied:
                copied.add(str(part))
                _copy(part, place / part.relative_to(trail), links=False)


def _begin(target: Path) -> None:
    """Make the folder; of two backups that begin in it at once, one gets it."""
    target.mkdir(parents=True, exist_ok=True)
    target.chmod(0o700)
    try:
        (target / DATA).mkdir()
    except FileExistsError:
        raise Wrong(f"Another backup is being written to {target}.") from None


def _undo(target: Path) -> None:
    """Take away what was written: half a backup would only be in the way of the next one."""
    shutil.rmtree(target / DATA, ignore_errors=True)
    for name in (FILES, MANIFEST):
        (target / name).unlink(missing_ok=True)


def _copy_all(
    installation: Installation, place: Path, *, progress: Progress, links: bool, clock: Clock
) -> BackupManifest:
    settings = installation.settings
    for part in settings.data.iterdir():
        if part.name in OF_ITS_OWN | MADE_AGAIN or part.name.startswith(".") or part.is_symlink():
            continue
        if part.name == TRAIL:
            _copy_trail(part, place / part.name)
        elif part.is_dir():
            _copy_folder(part, place / part.name, links=False)
        else:
            _copy(part, place / part.name, links=False)
    models = _copy_database_and_models(installation, place, progress, links=links)
    counts = {"models": len(models.whole), **_copy_all_buckets(settings, place, progress, links=links)}
    if models.missing:
        counts["damaged_models"] = len(models.missing)
    with installation.database.read() as connection:
        change = current(connection)
    return BackupManifest(
        vedette=vedette.__version__,
        change=change or "",
        account=settings.account,
        made=clock().isoformat(timespec="seconds"),
        database=installation.database.file is not None,
        buckets=not settings.s3_endpoint,
        counts=counts,
    )


def _check_target(data: Path, target: Path) -> None:
    if target.exists() and not target.is_dir():
        raise Wrong(f"{target} is not a folder.")
    if (target / DATA).exists() and not (target / MANIFEST).exists():
        raise Wrong(f"{target} holds a backup that was broken off: remove it, or choose another folder.")
    if target.exists() and any(target.iterdir()):
        raise Wrong(f"{target} is not empty: a backup goes into a new folder, and nothing is written over.")
    inside, outside = target.resolve(), data.resolve()
    if inside.is_relative_to(outside) or outside.is_relative_to(inside):
        raise Wrong(f"A backup in {target} would copy itself: choose a folder outside of {data}.")


def _copy_database_and_models(
    installation: Installation, place: Path, progress: Progress, *, links: bool
) -> _Models:
    """Copy the database and what it names, until it names nothing that went meanwhile."""
    models = _Models()
    before: set[str] | None = None
    for _ in range(PASSES):
        states = _copy_database(installation.database, place / DATABASE)
        _copy_models(installation.settings.data, place, states, models, progress, links=links)
        # What two copies of the database name, and is whole at neither time, is damaged where it lies.
        if not models.missing or (before is not None and models.missing <= before):
            break
        before = set(models.missing)
    else:
        raise Busy("Models are being deleted faster than they are copied: back up again when that is over.")
    _forget(place / "versions", states)
    return models


def _copy_database(database: Database, target: Path) -> dict[str, State]:
    """Copy a SQLite database as it is at one moment; return the versions that it names, by folder."""
    if database.file is None:
        return _versions(database)
    for name in (target, *(target.with_name(f"{target.name}-{end}") for end in ("wal", "shm"))):
        name.unlink(missing_ok=True)
    with closing(sqlite3.connect(database.file)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
    opened = open_database("", target.parent)
    try:
        return _versions(opened)
    finally:
        opened.close()
        # One file is all there is to keep; a server that opens it turns the log on again.
        with closing(sqlite3.connect(target)) as copy:
            copy.execute("pragma journal_mode = delete")


def _versions(database: Database) -> dict[str, State]:
    return Versions(database, Projects(database)).folders()


def _copy_models(
    data: Path, place: Path, states: dict[str, State], models: _Models, progress: Progress, *, links: bool
) -> None:
    models.missing.clear()
    for number, (folder, state) in enumerate(states.items(), 1):
        progress("models", number, len(states))
        source, target = data / "versions" / folder, place / "versions" / folder
        if state in ("training", "copying"):
            for name in FROZEN:
                _copy(source / name, target / name, links=links)
        elif folder not in models.whole and state not in UNDONE:
            _copy_folder(source, target, links=links, without=PASSING)
            if state in WITH_PACKAGE:
                (models.whole if _is_whole(target) else models.missing).add(folder)


def _is_whole(folder: Path) -> bool:
    """Say whether a model is there with every file as it was written; of a sealed one, with every file."""
    if read_mark(folder) is not None:  # whoever backs up has no key
        return all(is_sealed_file(folder / "package" / name) for name in (FACTS, *REST))
    try:
        open_package(folder / "package")
    except (Refusal, OSError):
        return False
    return True


def _forget(versions: Path, folders: Collection[str]) -> None:
    """Take out of the copy what only an earlier copy of the database named."""
    if versions.exists():
        for folder in versions.iterdir():
            if folder.name not in folders:
                shutil.rmtree(folder)


def _copy_all_buckets(settings: Settings, place: Path, progress: Progress, *, links: bool) -> dict[str, int]:
    """Copy the buckets, and count; those of another S3 are its operator's."""
    root = buckets_folder(settings)
    if settings.s3_endpoint or not root.exists():
        return {}
    copied = copy_buckets(
        root, place / "buckets", links=links, progress=lambda number, of: progress("objects", number, of)
    )
    counts = {"objects": copied.files, "object_bytes": copied.size}
    for name, paths in (("missing_objects", copied.missing), ("damaged_objects", copied.damaged)):
        if paths:
            counts[name] = len(paths)
    return counts


def _copy_folder(source: Path, target: Path, *, links: bool, without: Collection[str] = ()) -> None:
    """Copy what a folder holds; links in it are left, and what goes meanwhile is not there."""
    for place, folders, names in os.walk(source):
        below = Path(place)
        folders[:] = [
            name for name in folders if not name.startswith(".") and not (below == source and name in without)
        ]
        for name in names:
            if not (below / name).is_symlink():
                _copy(below / name, target / (below / name).relative_to(source), links=links)


def _copy(source: Path, target: Path, *, links: bool) -> None:
    """Copy one file, if it is there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.unlink(missing_ok=True)
    if links:
        with suppress(OSError):  # another disk, or one without links
            os.link(source, target)
            return
    with suppress(FileNotFoundError):
        shutil.copyfile(source, target)
