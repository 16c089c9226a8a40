"""The source of a repair for each bucket: its index, its journal or file names."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from vedette.store.blobs.buckets import is_name
from vedette.store.blobs.index import INDEX, check_version, find_generation
from vedette.store.blobs.journal import JOURNAL, read_end
from vedette.store.blobs.report import RepairReport
from vedette.store.blobs.standing import bucket_folders, check_index, holds_files, index_fault


@dataclass(slots=True)
class RepairSources:
    """The fault of the index, and the source of each bucket."""

    fault: str
    """The fault of the index; empty when it is sound."""
    generation: str = ""
    by_bucket: dict[str, str] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    retired: set[str] = field(default_factory=set)
    has_journals: bool = False

    @property
    def needs_new(self) -> bool:
        """Whether a new index has to be made."""
        return bool(self.by_bucket) and (bool(self.fault) or set(self.by_bucket.values()) != {"index"})


def find_sources(root: Path, report: RepairReport) -> RepairSources:
    """Judge the index and every folder."""
    sources = RepairSources(index_fault(root / INDEX))
    if not sources.fault:
        _read_index(root, sources)
    is_lost = not sources.by_bucket
    for folder in bucket_folders(root):
        if folder.name not in sources.by_bucket and folder.name not in sources.removed:
            _judge_unknown(folder, sources, report, is_lost=is_lost)
    return sources


def _read_index(root: Path, sources: RepairSources) -> None:
    with closing(sqlite3.connect(root / INDEX, isolation_level=None)) as db:
        check_version(db, root / INDEX)
        for (bucket,) in db.execute("SELECT name FROM buckets ORDER BY name"):
            sources.by_bucket[bucket] = "index"
        # A program of before wrote no journals.
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'journals'").fetchone():
            sources.has_journals = True
            sources.generation = find_generation(db)
            sources.removed = {row[0] for row in db.execute("SELECT bucket FROM journals WHERE gone = 1")}
            sources.retired = {row[0] for row in db.execute("SELECT path FROM retired")}
            for bucket, _ in check_index(root, db, sources.generation).leading:
                sources.by_bucket[bucket] = "journal"


def _judge_unknown(folder: Path, sources: RepairSources, report: RepairReport, *, is_lost: bool) -> None:
    """Decide on a folder that the index names no bucket for."""
    end = read_end(folder / JOURNAL)
    if not is_name(folder.name):
        report.add("left alone", folder.name, "is no name that a bucket can have")
    elif end is not None and end.header is not None and end.header.bucket != folder.name:
        report.add("left alone", folder.name, f"holds the journal of the bucket {end.header.bucket}")
    elif end is not None and end.is_gone:
        return  # The bucket was removed, and its folder outlived it.
    elif end is not None and (end.header is not None or end.number):
        sources.by_bucket[folder.name] = "journal"
    elif is_lost and holds_files(folder):
        sources.by_bucket[folder.name] = "names"
    elif holds_files(folder):
        report.add("left alone", folder.name, "is no bucket of the index, and has no journal")
