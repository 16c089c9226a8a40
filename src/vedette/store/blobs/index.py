"""The index beside the objects: one SQLite file with the content of every bucket.

A version exists when its row is committed, and not before: its file was written and
synced first, so a row without a file cannot be, and a file without a row is a stray (sweep.py).
What a transaction changed goes into the journals of its buckets once it is committed
(journals.py), and the files that it made superfluous are noted in it (`retired`), so that a
later start removes them by knowledge and not by a guess.
What somebody waits to hear of is noted in it too (events.py).
The standard library's sqlite3 is used, not store.db, because worker processes read and
write blobs too and must not reach the database of the rooms.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from vedette.clock import Clock, milliseconds, system_clock
from vedette.errors import Refusal
from vedette.store.blobs.changes import TRIGGERS, Change, collect
from vedette.store.blobs.events import TABLE, note_events
from vedette.store.blobs.values import Bucket

SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS buckets (
    name TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, created_ms INTEGER NOT NULL,
    versioning TEXT NOT NULL DEFAULT '', locked INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    bucket TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (bucket, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blobs (
    seq INTEGER PRIMARY KEY,
    bucket TEXT NOT NULL, key TEXT NOT NULL, version TEXT NOT NULL,
    latest INTEGER NOT NULL, marker INTEGER NOT NULL,
    size INTEGER NOT NULL, etag TEXT NOT NULL, modified_ms INTEGER NOT NULL,
    owner TEXT NOT NULL, path TEXT NOT NULL, about BLOB NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS blob_versions ON blobs (bucket, key, version);
CREATE INDEX IF NOT EXISTS blob_current ON blobs (bucket, key) WHERE latest = 1;
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, owner TEXT NOT NULL,
    started_ms INTEGER NOT NULL, about BLOB NOT NULL, done BLOB NOT NULL DEFAULT '{}'
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS uploads_of_bucket ON uploads (bucket, key, id);
CREATE TABLE IF NOT EXISTS parts (
    upload TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL,
    modified_ms INTEGER NOT NULL, checksum BLOB NOT NULL, path TEXT NOT NULL,
    PRIMARY KEY (upload, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS journals (
    bucket TEXT PRIMARY KEY, number INTEGER NOT NULL,
    established INTEGER NOT NULL DEFAULT 0, gone INTEGER NOT NULL DEFAULT 0,
    leads INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS retired (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO state VALUES ('generation', lower(hex(randomblob(8))));
"""
    + TABLE
)

INDEX = ".index.db"
"""Its name in the folder of the buckets; no bucket's name begins with a dot."""

VERSION = 2
"""Kept in `user_version`; an index with a greater one was written by a later program."""


class Index:
    """Connections to the index, one a thread; one writer at a time."""

    def __init__(
        self, path: Path, changed: Callable[[list[Change]], None], clock: Clock = system_clock
    ) -> None:
        self._path = path
        self._clock = clock
        self._changed = changed
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._turn = threading.Lock()
        with self._turn:
            connection = self._local.connection = self._connect()
            check_version(connection, path)
            connection.executescript(SCHEMA + f"PRAGMA user_version = {VERSION};")
            connection.executescript(TRIGGERS)
            self.generation = find_generation(connection)

    def reader(self) -> sqlite3.Connection:
        """Return this thread's connection, for reading; a writer elsewhere never blocks it."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            connection.executescript(TRIGGERS)
            self._local.connection = connection
        return connection

    def memory(self) -> dict[str, Bucket]:
        """Return the buckets that this thread has read, to be added to; none that may have changed since.

        SQLite counts what other connections commit, of whichever process; what this one commits forgets all.
        """
        connection = self.reader()
        if connection.in_transaction:
            return {}  # What is read now may never be committed.
        ((version,),) = connection.execute("PRAGMA data_version").fetchall()
        cached: tuple[int, dict[str, Bucket]] | None = getattr(self._local, "memory", None)
        if cached is None or cached[0] != version:
            cached = self._local.memory = (version, {})
        return cached[1]

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, isolation_level=None, timeout=30, check_same_thread=False, cached_statements=256
        )
        self._open.append(connection)
        connection.execute("PRAGMA journal_mode = WAL")
        # What was acknowledged must survive the loss of power, not only of the process.
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection inside a transaction that is committed, or rolled back on any error."""
        connection = self.reader()
        with self._turn:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                changes = collect(connection)
                note_events(connection, changes, milliseconds(self._clock()))
                self._local.memory = None
                connection.execute("COMMIT")
            except BaseException:
                # A disk that is full may have undone it already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._changed(changes)

    @contextmanager
    def still(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection inside a transaction that is exclusive and writes no journal."""
        connection = self.reader()
        with self._turn:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                self._local.memory = None
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def moment(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection with a snapshot, whatever is committed meanwhile."""
        connection = self.reader()
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close every thread's connection."""
        while self._open:
            self._open.pop().close()
        self._local = threading.local()


def check_version(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse an index of a later version of the program."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise Refusal(f"{path} was written by a later version of this program.")


def find_generation(db: sqlite3.Connection) -> str:
    """Return the id that this index and its journals share."""
    ((generation,),) = db.execute("SELECT value FROM state WHERE name = 'generation'").fetchall()
    return str(generation)
