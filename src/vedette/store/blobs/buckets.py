"""Buckets: created, found, listed, deleted, and their documents."""

import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import orjson

from vedette.clock import Clock, milliseconds
from vedette.errors import Busy, Missing, Taken, Wrong
from vedette.store.blobs.index import Index
from vedette.store.blobs.journal import JOURNAL, read_end
from vedette.store.blobs.standing import repair_command
from vedette.store.blobs.values import Bucket

# Buckets in use, each with its documents, a policy of 20 KB at most among them; one memory a thread.
MOST_REMEMBERED = 64

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PARTS_OF = "FROM parts WHERE upload IN (SELECT id FROM uploads WHERE bucket = ?)"
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")


class Buckets:
    """All buckets of the installation. Names are one namespace, whoever owns them."""

    def __init__(self, root: Path, index: Index, clock: Clock) -> None:
        self._root = root
        self._index = index
        self._clock = clock

    def create(self, name: str, *, account: str, region: str, locked: bool = False) -> Bucket:
        """Create a bucket; `locked` ones have object lock."""
        check_name(name)
        versioning = "Enabled" if locked else ""
        bucket = Bucket(name, account, region, milliseconds(self._clock()), versioning, locked)
        with self._index.writing() as db:
            row = db.execute("SELECT account FROM buckets WHERE name = ?", (name,)).fetchone()
            if row is not None:
                raise Taken(f"The bucket {name} exists already.", kind="bucket", name=row[0])
            self._require_no_journal(db, name)
            db.execute(
                "INSERT INTO buckets VALUES (?, ?, ?, ?, ?, ?)",
                (name, account, region, bucket.created_ms, versioning, int(locked)),
            )
        return bucket

    def _require_no_journal(self, db: sqlite3.Connection, name: str) -> None:
        """Refuse to begin a journal where there is one of a bucket that is missing in the index."""
        end = read_end(self._root / name / JOURNAL)
        if end is None or end.header is None or end.is_gone:
            return
        if not db.execute("SELECT 1 FROM journals WHERE bucket = ? AND gone = 1", (name,)).fetchone():
            raise Busy(
                f"The folder of the bucket {name} holds objects that the index does not know;"
                f" {repair_command(self._root)} adds them.",
                kind="folder",
                name=name,
            )

    def find(self, name: str) -> Bucket:
        """Return the bucket with its documents."""
        memory = self._index.memory()
        bucket = memory.get(name)
        if bucket is None:
            if len(memory) >= MOST_REMEMBERED:
                memory.clear()
            bucket = memory[name] = self._read(name)
        return bucket

    def _read(self, name: str) -> Bucket:
        db = self._index.reader()
        row = db.execute(
            "SELECT account, region, created_ms, versioning, locked FROM buckets WHERE name = ?", (name,)
        ).fetchone()
        if row is None:
            raise missing_bucket(name)
        documents = dict(db.execute("SELECT name, body FROM documents WHERE bucket = ?", (name,)))
        account, region, created_ms, versioning, locked = row
        return Bucket(name, account, region, created_ms, versioning, bool(locked), documents)

    def names(self) -> list[str]:
        """Return the names of all buckets of the installation, whoever owns them."""
        return [name for (name,) in self._index.reader().execute("SELECT name FROM buckets ORDER BY name")]

    def count_older(self, bucket: str) -> int:
        """Return how many older versions and delete markers a bucket has beside its objects."""
        query = "SELECT COUNT(*) FROM blobs WHERE bucket = ? AND NOT (latest = 1 AND marker = 0)"
        return int(self._index.reader().execute(query, (bucket,)).fetchone()[0])

    def owned(self, account: str) -> list[Bucket]:
        """Return the account's buckets by name, without their documents."""
        rows = self._index.reader().execute(
            "SELECT name, account, region, created_ms, versioning, locked FROM buckets"
            " WHERE account = ? ORDER BY name",
            (account,),
        )
        return [
            Bucket(name, acc, region, ms, versioning, bool(locked))
            for name, acc, region, ms, versioning, locked in rows
        ]

    def count_sealed(self, account: str, key: str) -> dict[str, tuple[int, int]]:
        """Return how many objects of an account's buckets the key of an ARN seals, and their bytes.

        Every version that stands counts, since each is read by its id; buckets without any are left out.
        """
        # As the index has a header of it. A client's own metadata may be the same: one is counted too many.
        words = orjson.dumps(key)
        query = (
            "SELECT bucket, count(*), sum(size) FROM blobs JOIN buckets ON buckets.name = bucket"
            " WHERE account = ? AND instr(about, ?) > 0 GROUP BY bucket"
        )
        rows = self._index.reader().execute(query, (account, words)).fetchall()
        return {bucket: (count, size) for bucket, count, size in rows}

    def delete(self, name: str) -> list[str]:
        """Delete an empty bucket and abort its uploads; return the paths of their parts."""
        with self._index.writing() as db:
            require_bucket(db, name)
            if db.execute("SELECT 1 FROM blobs WHERE bucket = ? LIMIT 1", (name,)).fetchone():
                raise Busy(f"The bucket {name} is not empty.", kind="bucket", name=name)
            paths = [row[0] for row in db.execute(f"SELECT path {_PARTS_OF}", (name,))]
            db.execute(f"DELETE {_PARTS_OF}", (name,))
            db.execute("DELETE FROM uploads WHERE bucket = ?", (name,))
            db.execute("DELETE FROM documents WHERE bucket = ?", (name,))
            db.execute("DELETE FROM buckets WHERE name = ?", (name,))
        return paths

    def put_document(self, bucket: str, name: str, body: bytes) -> None:
        """Put a document on the bucket, in place of one of that name."""
        with self._index.writing() as db:
            require_bucket(db, bucket)
            db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)", (bucket, name, body))

    def every(self, name: str) -> list[tuple[str, bytes]]:
        """Return all documents of that name, each with its bucket's."""
        query = "SELECT bucket, body FROM documents WHERE name = ? ORDER BY bucket"
        return [(bucket, body) for bucket, body in self._index.reader().execute(query, (name,))]

    def delete_documents(self, bucket: str, names: Iterable[str]) -> None:
        """Delete documents of the bucket; a missing one is a no-op."""
        with self._index.writing() as db:
            require_bucket(db, bucket)
            db.executemany(
                "DELETE FROM documents WHERE bucket = ? AND name = ?", [(bucket, name) for name in names]
            )

    def set_versioning(self, bucket: str, state: str) -> None:
        """Enable or suspend versioning; it can never be unset."""
        with self._index.writing() as db:
            require_bucket(db, bucket)
            db.execute("UPDATE buckets SET versioning = ? WHERE name = ?", (state, bucket))

    def lock(self, bucket: str) -> None:
        """Enable object lock."""
        with self._index.writing() as db:
            require_bucket(db, bucket)
            db.execute("UPDATE buckets SET locked = 1 WHERE name = ?", (bucket,))


def check_name(name: str) -> None:
    """Refuse a name that S3 would refuse."""
    if not is_name(name):
        raise Wrong(f"{name!r} is not a valid bucket name.", kind="bucket", name=name)


def is_name(name: str) -> bool:
    """Return whether S3 accepts the name for a bucket."""
    odd = ".." in name or ".-" in name or "-." in name
    return _NAME.fullmatch(name) is not None and not odd and not _ADDRESS.fullmatch(name)


def require_bucket(db: sqlite3.Connection, name: str) -> str:
    """Return the bucket's versioning state; refuse a bucket that does not exist."""
    row = db.execute("SELECT versioning FROM buckets WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise missing_bucket(name)
    return str(row[0])


def missing_bucket(name: str) -> Missing:
    """Return the refusal that names the bucket."""
    return Missing(f"The bucket {name} does not exist.", kind="bucket", name=name)
