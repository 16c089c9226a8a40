"""Whether the index and the folders beside it match, checked when a store is opened.

A missing, empty or damaged index beside folders that hold files is a refusal to open them, since
an empty store would be shown as the truth. An index that is older than a folder is opened, as
is one from which a folder or a journal is missing; each trouble is one sentence, and while
there is any, nothing is moved or removed by the sweep. Nothing here changes a file.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import Refusal
from vedette.store.blobs.index import INDEX, Index
from vedette.store.blobs.journal import JOURNAL, JournalEnd, read_end

CHECKED = 64 * 1024 * 1024
"""An index up to this size is read whole when it is opened, to find damaged pages: 0.2 s at most."""


@dataclass(frozen=True, slots=True)
class IndexCheck:
    """The problems, as sentences, and the work that journals need."""

    troubles: tuple[str, ...] = ()
    leading: tuple[tuple[str, int], ...] = ()
    """Buckets whose journals lead the index, and the change that they are at."""
    lagging: tuple[str, ...] = ()
    """Buckets whose journals have to be rewritten."""
    sound: tuple[str, ...] = ()
    """Buckets whose journals are sound, and were not recorded as that."""
    is_older: bool = False
    """Whether the index is older than any folder."""


def require_index(root: Path) -> None:
    """Refuse a folder whose buckets hold files while its index is missing, empty or damaged."""
    fault = index_fault(root / INDEX)
    if not fault:
        return
    folders = [folder.name for folder in bucket_folders(root) if holds_files(folder)]
    if folders or fault.startswith("is damaged"):
        raise _lost(root, fault, folders)


def require_rows(root: Path, index: Index) -> None:
    """Refuse an index that names no bucket beside folders that hold files."""
    db = index.reader()
    if db.execute("SELECT 1 FROM buckets UNION SELECT 1 FROM journals WHERE gone = 1 LIMIT 1").fetchone():
        return
    folders = [folder.name for folder in bucket_folders(root) if holds_files(folder)]
    if folders:
        raise _lost(root, "names no bucket", folders)


def index_fault(path: Path) -> str:
    """Return the fault of an index, as the rest of a sentence; empty when it is sound."""
    if not path.exists():
        return "is missing"
    if not path.is_file():
        return "is damaged: it is not a file"
    size = path.stat().st_size
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as db:
            # A file without a byte is a database without a table.
            if not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return "is empty"
            db.execute("SELECT 1 FROM buckets LIMIT 1").fetchone()
            ((verdict,),) = db.execute("PRAGMA quick_check(1)").fetchall() if size <= CHECKED else (("ok",),)
    except sqlite3.DatabaseError as error:
        return f"is damaged: {error}"
    return "" if verdict == "ok" else f"is damaged: {' '.join(verdict.split())}"


def check_index(root: Path, db: sqlite3.Connection, generation: str) -> IndexCheck:
    """Compare every bucket of the index with its folder, and every folder with the index."""
    # The journals first: a change is committed before it is written down, so that what another
    # process does meanwhile can only make one lag behind.
    ends = {folder.name: read_end(folder / JOURNAL) for folder in bucket_folders(root)}
    rows = db.execute(_KNOWN).fetchall()
    removed = {row[0] for row in db.execute("SELECT bucket FROM journals WHERE gone = 1")}
    leading = [
        (bucket, max(number, end.number if (end := ends.get(bucket)) else 0))
        for bucket, number, _, leads, _ in rows
        if leads or _leads(ends.get(bucket), number, generation)
    ]
    rest = [row for row in rows if row[0] not in dict(leading)]
    sound = {bucket for bucket, number, *_ in rest if _follows(ends.get(bucket), number, generation)}
    unknown = ends.keys() - {row[0] for row in rows} - removed
    lost_buckets = sorted(name for name in unknown if (end := ends[name]) is not None and not end.is_gone)
    strange = sorted(name for name in unknown if ends[name] is None and holds_files(root / name))
    troubles = [
        f"The folder of the bucket {bucket} is missing; {repair_command(root)} says what was in it."
        for bucket, *_, holds in rows
        if holds and bucket not in ends
    ]
    troubles += [
        f"The journal of the bucket {bucket} was missing and is written anew; nothing is swept this time."
        for bucket, _, established, *_ in rest
        if established and bucket in ends and ((end := ends[bucket]) is None or end.header is None)
    ]
    if leading or lost_buckets:
        troubles.append(_older(root, [*dict(leading), *lost_buckets]))
    if strange:
        troubles.append(f"The index names no bucket for {_names(strange)} in {root}; that is left alone.")
    return IndexCheck(
        tuple(troubles),
        tuple(leading),
        lagging=tuple(bucket for bucket, *_ in rest if bucket not in sound),
        sound=tuple(bucket for bucket, _, established, *_ in rest if bucket in sound and not established),
        is_older=bool(leading or lost_buckets),
    )


def _follows(end: JournalEnd | None, number: int, generation: str) -> bool:
    """Return whether a journal is complete and at the index's own change."""
    return end is not None and end.follows(generation) and end.number == number


_KNOWN = (
    "SELECT name, coalesce(number, 0), coalesce(established, 0), coalesce(leads, 0),"
    " EXISTS(SELECT 1 FROM blobs WHERE bucket = name AND path != '')"
    " FROM buckets LEFT JOIN journals ON bucket = name"
)


def _leads(end: JournalEnd | None, number: int, generation: str) -> bool:
    """Return whether a journal has changes that the index does not have."""
    if end is None or end.header is None:
        return False
    return end.header.generation != generation or end.number > number


def bucket_folders(root: Path) -> Iterator[Path]:
    """Yield the folders of present and deleted buckets."""
    for folder in sorted(root.iterdir()) if root.is_dir() else ():
        if not folder.name.startswith(".") and folder.is_dir():
            yield folder


def holds_files(folder: Path) -> bool:
    """Return whether there is any file below the folder."""
    return any(path.is_file() for path in folder.rglob("*"))


def repair_command(root: Path, option: str = "") -> str:
    """Return the command to type."""
    return f"`vedette repair{option and ' '}{option} --data {root.parent}`"


def _lost(root: Path, fault: str, folders: list[str]) -> Refusal:
    holding = (
        f" while {_names(folders)} beside it hold{'s' if len(folders) == 1 else ''} files" if folders else ""
    )
    return Refusal(
        f"The index of the buckets, {root / INDEX}, {fault}{',' if holding else ''}{holding}. Nothing was"
        f" changed; {repair_command(root)} makes a new index from the folders."
    )


def _older(root: Path, buckets: list[str]) -> str:
    return (
        f"The index of the buckets is older than what lies in {_names(buckets)}: objects written since are"
        f" on the disk and not in it. Nothing is swept; stop the server and type {repair_command(root)}."
    )


def _names(names: list[str]) -> str:
    listing = ", ".join(names[:3])
    return listing if len(names) <= 3 else f"{listing} and {len(names) - 3} more"
