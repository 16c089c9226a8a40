"""What takes space in an installation: buckets, models, the database, caches; and what can be done about it.

Everything is only looked at. A file that two names have counts once; one that goes away meanwhile is passed
over. Buckets of a foreign S3 are not listed: it bills and counts them itself.
"""

import os
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import orjson
from sqlalchemy import text

from vedette.clock import Clock, system_clock
from vedette.projects.owners import projects_of_versions
from vedette.settings import Settings
from vedette.store.blobs.choose import buckets_folder
from vedette.store.blobs.index import INDEX
from vedette.store.db import Database, sqlite_file

# What lies in the data folder, by its name there, and what can be done about it.
KINDS: Mapping[str, tuple[str, str]] = {
    "audit": ("the audit trail", "goes after VEDETTE_AUDIT_DAYS; never remove a file of it by hand"),
    "backbones": ("weights that trainings begin from", "`vedette backbone remove` takes one away"),
    "backups": (
        "databases before updates, and moved ones",
        "the last three updates' stay; the rest may be removed",
    ),
    "cache/features": ("features of pictures", "made again when a training needs them; may be removed"),
    "cache/studies": ("studies of datasets", "made again when somebody asks; may be removed"),
    "cache": ("other work under way", "goes away by itself"),
    "datasets": ("imports under way", "goes away by itself"),
    "devices": ("packages of devices", "removed with their devices"),
    "packaging": ("packages being made", "goes away by itself"),
    "pictures": ("thumbnails", "made again when somebody looks; may be removed"),
    "servers": ("what servers have for a while", "goes away with each"),
    "reserve": ("the reserve for a full disk", "needed"),
}
OTHER = ("other files", "copied by a backup as they are")
AWAY = ("models of versions that the database does not know", "look before you remove them")
OLD = "a lifecycle rule with NoncurrentVersionExpiration removes them"
PARTS = "a lifecycle rule with AbortIncompleteMultipartUpload removes them"
# Folders that are counted one by one.
APART = ("buckets", "versions")


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """One thing that takes space: how many files, how many bytes on the disk, and what can be done."""

    name: str
    files: int
    size: int
    advice: str = ""


@dataclass(frozen=True, slots=True)
class SpaceReport:
    """What took space at a moment, the largest first, and what the disk had left."""

    moment: str
    lines: tuple[SpaceLine, ...]
    free_bytes: int

    @property
    def size(self) -> int:
        """All of it together."""
        return sum(line.size for line in self.lines)

    def dump(self) -> bytes:
        """Return it as a file keeps it."""
        return orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2)

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Return what a file kept; raises ValueError where it is none."""
        try:
            document: dict[str, Any] = orjson.loads(data)
            lines = tuple(SpaceLine(**line) for line in document.pop("lines"))
            return cls(lines=lines, **document)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no report of space: {error}") from None


def measure_space(settings: Settings, database: Database, clock: Clock = system_clock) -> SpaceReport:
    """Return what takes space in an installation now."""
    data = settings.data
    lines = [*_of_folders(data), *_of_models(data, database), *_of_database(settings, database)]
    if not settings.s3_endpoint:
        lines += _of_buckets(buckets_folder(settings))
    by_size = sorted((line for line in lines if line.size), key=lambda line: (-line.size, line.name))
    return SpaceReport(clock().isoformat(timespec="seconds"), tuple(by_size), shutil.disk_usage(data).free)


def _of_folders(data: Path) -> list[SpaceLine]:
    """Return the folders and files of the data folder, buckets, models and the database aside."""
    counted: set[tuple[int, int]] = set()
    sums: dict[str, SpaceLine] = {}
    names = sorted(path.name for path in data.iterdir() if path.name not in APART)
    parts = [part for name in names for part in (_children(data, name) if name == "cache" else [name])]
    for part in parts:
        if not part.startswith("vedette.db"):
            name, advice = KINDS.get(part) or KINDS.get(part.partition("/")[0]) or OTHER
            line = sums.get(name) or SpaceLine(name, 0, 0, advice)
            files, size = disk_size(data / part, counted)
            sums[name] = replace(line, files=line.files + files, size=line.size + size)
    return list(sums.values())


def _children(data: Path, name: str) -> list[str]:
    return [f"{name}/{path.name}" for path in (data / name).iterdir()]


def _of_models(data: Path, database: Database) -> list[SpaceLine]:
    """Return each project's models; folders of versions that the database does not know are told apart."""
    folder = data / "versions"
    if not folder.is_dir():
        return []
    # Before the database is asked: a version's row is there before its folder is.
    paths = list(folder.iterdir())
    owners = {str(number): f"models of {name}" for number, name in projects_of_versions(database).items()}
    counted: set[tuple[int, int]] = set()
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for path in paths:
        name = owners.get(path.name, AWAY[0])
        files, size = disk_size(path, counted)
        sums[name][0] += files
        sums[name][1] += size
    return [
        SpaceLine(name, files, size, AWAY[1] if name == AWAY[0] else "removed with their versions")
        for name, (files, size) in sums.items()
    ]


def _of_database(settings: Settings, database: Database) -> Iterator[SpaceLine]:
    file = sqlite_file(settings.database, settings.data)
    if file is None:
        with database.read() as connection:
            size = connection.execute(text("select pg_database_size(current_database())")).scalar_one()
        yield SpaceLine("the database, on its own server", 1, int(size), "labels, versions, figures")
        return
    beside = [file.with_name(file.name + end) for end in ("", "-wal", "-shm")]
    sizes = [disk_size(path, set()) for path in beside]
    files, size = sum(count for count, _ in sizes), sum(size for _, size in sizes)
    yield SpaceLine("the database", files, size, "labels, versions, figures")


def _of_buckets(root: Path) -> Iterator[SpaceLine]:
    """Return each bucket's objects, their older versions and its uploads that did not end, by the index."""
    index = root / INDEX
    if not index.exists():
        return
    with closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as db:
        rows = db.execute(
            "SELECT bucket, latest, count(*), sum(size) FROM blobs WHERE marker = 0 GROUP BY bucket, latest"
        ).fetchall()
        parts = db.execute(
            "SELECT uploads.bucket, count(*), sum(parts.size) FROM parts "
            "JOIN uploads ON uploads.id = parts.upload GROUP BY uploads.bucket"
        ).fetchall()
    yield SpaceLine("the index of the buckets", 1, disk_size(index, set())[1], "needed")
    for bucket, is_latest, count, size in rows:
        if is_latest:
            yield SpaceLine(f"bucket {bucket}", count, size, "objects: yours to remove")
        else:
            yield SpaceLine(f"bucket {bucket}, older versions", count, size, OLD)
    for bucket, count, size in parts:
        yield SpaceLine(f"bucket {bucket}, uploads that did not end", count, size, PARTS)


def disk_size(path: Path, counted: set[tuple[int, int]]) -> tuple[int, int]:
    """Return how many files lie there and what they take of the disk; links lead nowhere."""
    files = size = 0
    waiting = [path]
    while waiting:
        place = waiting.pop()
        try:
            facts = place.lstat()
            if place.is_dir() and not place.is_symlink():
                waiting += [Path(entry.path) for entry in os.scandir(place)]
                continue
        except OSError:  # it went away meanwhile, or is not ours to read
            continue
        key = (facts.st_dev, facts.st_ino)
        if key not in counted:
            counted.add(key)
            files += 1
            size += facts.st_blocks * 512
    return files, size


class SpaceReports:
    """The reports of the last nights, a file each."""

    KEPT = 30

    def __init__(self, data: Path) -> None:
        self.folder = data / "reports"

    def newest(self, before: datetime | None = None) -> SpaceReport | None:
        """Return the last report that can be read, or the last one before a moment."""
        limit = f"space-{before:%Y-%m-%d}.json" if before else "space-a"
        for path in sorted(self.folder.glob("space-*.json"), reverse=True):
            if path.name < limit:
                try:
                    return SpaceReport.read(path.read_bytes())
                except (OSError, ValueError):
                    continue
        return None

    def take(self, day: datetime, measure: Callable[[], SpaceReport]) -> SpaceReport | None:
        """Measure and keep a day's report; None where that was done, by this server or another."""
        self.folder.mkdir(exist_ok=True, mode=0o700)
        path = self.folder / f"space-{day:%Y-%m-%d}.json"
        try:
            with path.open("xb") as file:
                report = measure()
                file.write(report.dump())
        except FileExistsError:
            return None
        except BaseException:
            path.unlink(missing_ok=True)  # an empty report would be this day's
            raise
        for old in sorted(self.folder.glob("space-*.json"))[: -self.KEPT]:
            old.unlink(missing_ok=True)
        return report
