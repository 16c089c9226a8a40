"""Repairs the buckets of a folder: rebuilds a lost or old index, and checks everything.

Where the truth about a bucket comes from, in this order:

    index      the index knows all that the bucket's journal knows
    journal    the index is lost, damaged or older: the journal is repeated
    names      neither is left: keys from file names, MD5 as the ETag, a guessed content type

Files that nothing names are made objects again where the index was lost and nothing newer has
their key; all others go into quarantine. The old index stays beside the new one, journals that
are replaced go into quarantine, and the new index gets its name last: a repair that is
killed has changed nothing that another repair would miss. Nothing is ever removed.
"""

import secrets
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vedette.clock import Clock, system_clock
from vedette.store.blobs.adopting import NAMELESS, FileAdoption
from vedette.store.blobs.caution import pause_lifecycle
from vedette.store.blobs.checking import check_files, check_parts
from vedette.store.blobs.files import make_unsynced, sync_all, sync_folder
from vedette.store.blobs.index import INDEX
from vedette.store.blobs.journal import FRESH, JOURNAL, JournalHeader, JournalReader, open_fresh
from vedette.store.blobs.quarantine import keep_copies, put_back, quarantine_files, quarantined
from vedette.store.blobs.replay import NewIndex
from vedette.store.blobs.report import RepairReport
from vedette.store.blobs.snapshot import ESTABLISHED, snapshot_lines
from vedette.store.blobs.sources import RepairSources, find_sources
from vedette.store.blobs.sweep import find_files
from vedette.store.blobs.uploads import UPLOADS

NEW = f"{INDEX}.new"
REASON = "the index of the buckets was made anew by a repair"


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """The options of a repair."""

    account: str
    """The owner of buckets whose journals are lost too."""
    region: str = "us-east-1"
    is_dry: bool = False
    is_deep: bool = False
    puts_back: bool = False
    """Whether what lies in quarantine returns, and becomes objects where nothing else has the key."""
    forgets: bool = False
    """Whether objects whose files are missing are forgotten."""


def repair_buckets(root: Path, options: RepairOptions, clock: Clock = system_clock) -> RepairReport:
    """Check the buckets, and rebuild what is lost. No server may run on the folder."""
    report = RepairReport()
    sources = find_sources(root, report)
    report.sources = sources.by_bucket
    if options.puts_back and not options.is_dry:
        report.returned = put_back(root, quarantined(root))
    if sources.needs_new or report.returned or (options.forgets and not sources.fault):
        _make_anew(root, sources, options, report, clock)
    elif not sources.fault:
        _check_only(root, sources, options, report, clock)
    return report


def _check_only(
    root: Path, sources: RepairSources, options: RepairOptions, report: RepairReport, clock: Clock
) -> None:
    """Check a sound index and its files; quarantine what it does not name."""
    with closing(sqlite3.connect(root / INDEX, isolation_level=None)) as db:
        check_files(root, db, report, is_deep=options.is_deep)
        report.count(db)
        adopting = FileAdoption(root, db, report)
        for bucket in sources.by_bucket:
            adopting.look(bucket, adopts_all=False)
        aside = adopting.aside | _stray_parts(root, db)
        if sources.has_journals:
            # These the next start removes by itself.
            aside = {path: reason for path, reason in aside.items() if path not in sources.retired}
    _finish_files(root, aside, options, report, clock)


def _make_anew(
    root: Path, sources: RepairSources, options: RepairOptions, report: RepairReport, clock: Clock
) -> None:
    new = NewIndex(root / NEW)
    try:
        aside = _fill(new, root, sources, options, report)
        new.finish()
        report.count(new.db)
        if not options.is_dry:
            put_back(root, report.needed)
            _write_journals(new, root, sources.by_bucket, clock)
            new.close()
            report.old_index, report.is_new = _put_in_place(root, clock), True
            pause_lifecycle(root, REASON, clock)
    finally:
        new.discard()
    _finish_files(root, aside, options, report, clock)


def _fill(
    new: NewIndex, root: Path, sources: RepairSources, options: RepairOptions, report: RepairReport
) -> dict[str, str]:
    """Fill the new index; return the files to put aside, with the reason."""
    if not sources.fault:
        new.take_state(root / INDEX)
    for bucket, source in sorted(sources.by_bucket.items()):
        if source == "index":
            new.take_over(root / INDEX, bucket)
        elif source == "journal":
            _repeat(new, root, bucket, sources, options, report)
        else:
            report.add("made from file names", bucket, "versions, metadata, tags and settings are lost")
            new.repeat(bucket, _bucket_from_folder(root / bucket, options))
    check_files(root, new.db, report, is_deep=options.is_deep, forgets=options.forgets)
    check_parts(root, new.db, report)
    adopting = FileAdoption(root, new.db, report)
    for (bucket,) in new.db.execute("SELECT name FROM buckets").fetchall():
        adopting.look(bucket, adopts_all=sources.by_bucket[bucket] != "index")
    return adopting.aside | _stray_parts(root, new.db)


def _repeat(
    new: NewIndex,
    root: Path,
    bucket: str,
    sources: RepairSources,
    options: RepairOptions,
    report: RepairReport,
) -> None:
    """Replay a bucket's journal; where it is damaged or another index's, use the index too."""
    reading = JournalReader(root / bucket / JOURNAL)
    is_gone = False
    for entry in reading:
        for operation in entry.operations:
            new.repeat(bucket, operation)
            is_gone = operation == ["gone"]
    if reading.damaged:
        lines = "1 line is" if reading.damaged == 1 else f"{reading.damaged} lines are"
        report.add("damaged journal", bucket, f"{lines} damaged; what only they said is lost")
    is_ours = reading.header is not None and reading.header.generation == sources.generation
    if not sources.fault and (reading.damaged or not is_ours):
        for key in new.add_rows(root / INDEX, bucket, root):
            report.add("from the old index", f"{bucket}/{key}", "the journal does not know it")
    if not is_gone and not new.has_bucket(bucket):
        report.add("damaged journal", bucket, f"who owns it is lost; it becomes {options.account}'s")
        new.repeat(bucket, _bucket_from_folder(root / bucket, options))


def _bucket_from_folder(folder: Path, options: RepairOptions) -> list[object]:
    members = {
        "account": options.account,
        "region": options.region,
        "created_ms": folder.stat().st_mtime_ns // 1_000_000,
        "versioning": "",
        "locked": 0,
    }
    return ["bucket", members]


def _stray_parts(root: Path, db: sqlite3.Connection) -> dict[str, str]:
    indexed = {row[0] for row in db.execute("SELECT path FROM parts")}
    paths = (path.relative_to(root).as_posix() for path in find_files(root / UPLOADS))
    return {path: NAMELESS for path in paths if path not in indexed}


def _write_journals(new: NewIndex, root: Path, sources: Mapping[str, str], clock: Clock) -> None:
    """Write the journals of the new index; the old ones go into quarantine."""
    replaced = [f"{bucket}/{JOURNAL}" for bucket, source in sources.items() if source != "index"]
    keep_copies(root, replaced, "the journal before a repair", clock)
    for (bucket,) in new.db.execute("SELECT name FROM buckets").fetchall():
        path = root / bucket / JOURNAL
        make_unsynced(path.parent)
        with open_fresh(path.with_name(FRESH)) as file:
            file.writelines(snapshot_lines(new.db, bucket, JournalHeader(new.generation, bucket, 0)))
        path.with_name(FRESH).replace(path)
        new.db.execute(ESTABLISHED, (bucket, 0))
    sync_all(root)


def _put_in_place(root: Path, clock: Clock) -> Path | None:
    """Give the new index its name; return the path of the old one."""
    backup = root / f"{INDEX}.before-{clock():%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    old = [end for end in ("", "-wal", "-shm") if (root / f"{INDEX}{end}").exists()]
    for end in old:
        (root / f"{INDEX}{end}").rename(root / f"{backup.name}{end}")
    (root / NEW).rename(root / INDEX)
    sync_folder(root)
    return backup if old else None


def _finish_files(
    root: Path, aside: Mapping[str, str], options: RepairOptions, report: RepairReport, clock: Clock
) -> None:
    """Quarantine what did not become an object, by the reason."""
    for path, reason in sorted(aside.items()):
        report.add("put aside", path, reason)
    if not options.is_dry:
        for reason in sorted(set(aside.values())):
            report.put_aside += len(quarantine_files(root, _paths(aside, reason), reason, clock))


def _paths(aside: Mapping[str, str], reason_sought: str) -> Iterable[str]:
    return sorted(path for path, reason in aside.items() if reason == reason_sought)
