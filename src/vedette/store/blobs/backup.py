"""A consistent copy of the buckets during writes.

The index is copied first, at one moment, by SQLite's own means; then every file that this
copy names. Files never change once they have their name, so a link is as good as a copy.
What is replaced or deleted meanwhile stays because of a lease that a running server
honours (files.py). Where a file went all the same, the index is copied again and
only what that copy names counts, until every name has its file or never had one.

Nothing is ever written to the store that is copied but its lease.
"""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from vedette.errors import Busy, Missing, Taken
from vedette.store.blobs.codec import read_about
from vedette.store.blobs.files import FILE_MODE, leased, make_folder, make_unsynced, sync_all
from vedette.store.blobs.index import INDEX, SCHEMA, check_version, find_generation
from vedette.store.blobs.journal import JOURNAL, JournalHeader, open_fresh
from vedette.store.blobs.sealed import SEALED, file_size, sealed_size
from vedette.store.blobs.snapshot import ESTABLISHED, change_number, snapshot_lines
from vedette.store.blobs.standing import check_index

NAMED = (
    "SELECT path, size, about, 0 FROM blobs WHERE path != '' UNION ALL"
    " SELECT parts.path, parts.size, uploads.about, 1 FROM parts JOIN uploads ON uploads.id = parts.upload"
)
"""Every file that the index names, how many bytes of an object it holds, and whether it is a part alone."""

COUNTED = f"SELECT count(*) FROM ({NAMED})"  # noqa: S608  (our own text)

Progress = Callable[[int, int], None]
"""Called after every file with the copied and the total number."""


@dataclass(frozen=True, slots=True)
class CopiedBuckets:
    """The content of a copy. Paths are relative to the folder of the buckets."""

    files: int
    size: int
    missing: tuple[str, ...] = ()
    """Files that the index names and that are missing in the store itself."""
    damaged: tuple[str, ...] = ()
    """Files with fewer or more bytes than the index says."""


@dataclass(slots=True)
class _Pass:
    files: int = 0
    size: int = 0
    missing: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)


def copy_buckets(
    root: Path, target: Path, *, links: bool = True, progress: Progress | None = None
) -> CopiedBuckets:
    """Copy the index and the objects of a folder of buckets into a new folder, while servers write.

    With `links`, files on the same file system become hard links, which cost no room.
    """
    if not (root / INDEX).is_file():
        raise Missing(f"There is no index of buckets in {root}.", kind="index")
    if target.exists() and any(target.iterdir()):
        raise Taken(f"The folder {target} is not empty.", kind="folder", name=str(target))
    make_folder(target)
    with leased(root):
        before: set[str] | None = None
        while True:
            _copy_index(root, target / INDEX)
            result = _copy_files(root, target, links, progress)
            # What two copies of the index name, and the store has at neither time, it never had.
            if not result.missing or (before is not None and result.missing <= before):
                break
            before = result.missing
    _remove_surplus(target)
    _write_journals(target)
    sync_all(target)
    return CopiedBuckets(
        result.files, result.size, tuple(sorted(result.missing)), tuple(sorted(result.damaged))
    )


def _copy_index(root: Path, target: Path) -> None:
    """Copy the index as it is at one moment, into a single file."""
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    with (
        closing(sqlite3.connect(root / INDEX, isolation_level=None, timeout=30)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        check_version(live, root / INDEX)
        live.backup(copy)
        copy.executescript(SCHEMA)
        generation = find_generation(copy)
        _require_newest(root, live, generation)
        # What waits to be removed is not copied.
        copy.executescript("DELETE FROM retired; DELETE FROM journals WHERE gone = 1")
        # One file is all there is to keep; a store that opens it turns the log on again.
        copy.execute("PRAGMA journal_mode = DELETE")


def _require_newest(root: Path, live: sqlite3.Connection, generation: str) -> None:
    """Refuse to copy an index that is older than its folders."""
    if not live.execute("SELECT 1 FROM sqlite_master WHERE name = 'journals'").fetchone():
        return  # A program before this one wrote it, without journals to compare with.
    standing = check_index(root, live, generation)
    if standing.is_older:
        raise Busy(f"The copy would not be whole. {standing.troubles[-1]}", kind="index")


def _write_journals(target: Path) -> None:
    """Give the copy journals of its own, so that it can be repaired as the store itself can."""
    with closing(sqlite3.connect(target / INDEX, isolation_level=None)) as copy:
        generation = find_generation(copy)
        for (bucket,) in copy.execute("SELECT name FROM buckets").fetchall():
            number = change_number(copy, bucket)
            make_unsynced(target / bucket)
            with open_fresh(target / bucket / JOURNAL) as file:
                file.writelines(snapshot_lines(copy, bucket, JournalHeader(generation, bucket, number)))
            copy.execute(ESTABLISHED, (bucket, number))


def _copy_files(root: Path, target: Path, links: bool, progress: Progress | None) -> _Pass:
    result = _Pass()
    with closing(sqlite3.connect(target / INDEX)) as index:
        (total,) = index.execute(COUNTED).fetchone()
        for number, (path, size, about, is_part) in enumerate(index.execute(NAMED), 1):
            have = _copy_file(root / path, target / path, links)
            if have is None:
                result.missing.add(path)
            else:
                result.files += 1
                result.size += have
                if have != _file_size(size, about, is_part=bool(is_part)):
                    result.damaged.add(path)
            if progress is not None:
                progress(number, total)
    return result


def _file_size(size: int, about: bytes, *, is_part: bool) -> int:
    if SEALED.encode() not in about:
        return size
    return sealed_size(size) if is_part else file_size(size, read_about(about))


def _copy_file(source: Path, target: Path, links: bool) -> int | None:
    """Copy one file unless it exists; return its size, or None where the store does not have it."""
    with suppress(FileNotFoundError):
        return target.stat().st_size
    make_unsynced(target.parent)
    if links:
        with suppress(OSError):  # Another file system, or one without links.
            os.link(source, target)
            return target.stat().st_size
    try:
        shutil.copyfile(source, target)
    except FileNotFoundError:
        return None
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    target.chmod(FILE_MODE)
    return target.stat().st_size


def _remove_surplus(target: Path) -> None:
    """Remove from the copy what only an earlier copy of the index named."""
    with closing(sqlite3.connect(target / INDEX)) as index:
        indexed = {row[0] for row in index.execute(NAMED)}
    for path in list(_files(target)):
        relative = path.relative_to(target).as_posix()
        if relative != INDEX and relative not in indexed:
            path.unlink()


def _files(folder: Path) -> Iterator[Path]:
    for below, _, names in os.walk(folder):
        for name in names:
            yield Path(below) / name
