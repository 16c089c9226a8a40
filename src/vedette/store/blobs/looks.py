"""What is known of the last look at the lifecycle rules, in a row of the index."""

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
class LookRecord:
    """When the clock was last seen, when a look last ended, what it removed and what it could not read."""

    mark: TimeMark
    looked_ms: int = 0
    removed: dict[str, dict[str, int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read_record(db: sqlite3.Connection) -> LookRecord | None:
    """Return the record; None where rules were never looked at."""
    try:
        row = db.execute("SELECT body FROM expiry_looks").fetchone()
    except sqlite3.OperationalError:
        return None  # The table is made when the first record is written.
    if row is None:
        return None
    document: dict[str, Any] = orjson.loads(row[0])
    return LookRecord(TimeMark(**document.pop("mark")), **document)


def buckets_with_rules(db: sqlite3.Connection) -> list[str]:
    """Return the buckets that have rules, by name."""
    rows = db.execute("SELECT bucket FROM documents WHERE name = ? ORDER BY bucket", (DOCUMENT,))
    return [row[0] for row in rows]


def peek(path: Path) -> tuple[list[str], LookRecord | None]:
    """Return the buckets with rules and the record, from an index that is not opened for more than that."""
    if not path.exists():
        return [], None
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=30)) as db:
        return buckets_with_rules(db), read_record(db)


def write_record(index: Index, record: LookRecord) -> None:
    """Keep the record in place of the one before."""
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
