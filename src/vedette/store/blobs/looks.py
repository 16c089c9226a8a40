"""The record of the last run of the lifecycle rules, in a row of the index."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from vedette.store.blobs.index import Index
from vedette.store.blobs.timemarks import TimeMark

DOCUMENT = "lifecycle"
"""The bucket's document that rules are read from."""

_TABLE = "CREATE TABLE IF NOT EXISTS expiry_looks (only_row INTEGER PRIMARY KEY, body BLOB NOT NULL)"


@dataclass(slots=True)
class ExpiryRecord:
    """The clock's last mark, when a run last ended, its removals and its problems."""

    mark: TimeMark
    looked_ms: int = 0
    removed: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_record(db: sqlite3.Connection) -> ExpiryRecord | None:
    """Return the record; None where rules never ran."""
    try:
        row = db.execute("SELECT body FROM expiry_looks").fetchone()
    except sqlite3.OperationalError:
        return None  # The table is made when the first record is written.
    if row is None:
        return None
    document: dict[str, Any] = orjson.loads(row[0])
    return ExpiryRecord(TimeMark(**document.pop("mark")), **document)


def buckets_with_rules(db: sqlite3.Connection) -> list[str]:
    """Return the buckets that have rules, by name."""
    rows = db.execute("SELECT bucket FROM documents WHERE name = ? ORDER BY bucket", (DOCUMENT,))
    return [row[0] for row in rows]


def peek(path: Path) -> tuple[list[str], ExpiryRecord | None]:
    """Return the buckets with rules and the record, reading an index without opening a store."""
    if not path.exists():
        return [], None
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
        return buckets_with_rules(db), read_record(db)


def write_record(index: Index, record: ExpiryRecord) -> None:
    """Store the record in place of the last one."""
    body = orjson.dumps(
        {
            "mark": record.mark.document(),
            "looked_ms": record.looked_ms,
            "removed": record.removed,
            "problems": record.problems,
        }
    )
    with index.writing() as db:
        db.execute(_TABLE)
        db.execute("INSERT OR REPLACE INTO expiry_looks VALUES (1, ?)", (body,))
