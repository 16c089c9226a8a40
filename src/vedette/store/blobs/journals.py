"""Maintains the journals: appends committed changes, and rewrites a journal where necessary.

A journal is written anew when it is missing, when it lags behind the index (a loss of power, a
full disk) and when it has grown to several times what it would be. That happens in a thread
of its own from one moment of the index; changes that are committed meanwhile are kept in
memory and follow at the end. A process that dies in it leaves the old journal as it was.

A journal that leads the index (standing.py) is never written anew: it knows more than the
index does. It is appended to until a repair.

Nothing here fails a request: what was committed is committed, and a journal that could not
be written lags behind until it can.
"""

import logging
import os
import queue
import threading
import time
from pathlib import Path
from typing import BinaryIO

from vedette.clock import Clock, milliseconds
from vedette.store.blobs.appending import OpenJournals
from vedette.store.blobs.changes import Change
from vedette.store.blobs.files import make_folder
from vedette.store.blobs.index import Index
from vedette.store.blobs.journal import (
    FRESH,
    JOURNAL,
    JournalHeader,
    change_line,
    header_line,
    locked_journal,
    open_fresh,
)
from vedette.store.blobs.snapshot import ESTABLISHED, change_number, snapshot_lines
from vedette.store.blobs.standing import IndexCheck

log = logging.getLogger("vedette.blobs")

GROWN = 4
"""A journal that is so many times what it was when it was last written anew is due."""

LEAST = 1024 * 1024
"""A journal shorter than this is left to grow: reading it takes some ten milliseconds."""

BASE = "base of "
"""Before a bucket's name, the row of the index's `state` that says how large its journal was when it was
last written anew."""

REST_S = 60.0
"""After a journal could not be written (a full disk) it is left alone for so long."""

TRIES = 3
"""Another process that keeps writing makes writing anew begin again; then the next start does it."""


_SOUND = "UPDATE journals SET established = 1 WHERE bucket = ?"
_LEADS = (
    "INSERT INTO journals (bucket, number, leads) VALUES (?, ?, 1)"
    " ON CONFLICT DO UPDATE SET leads = 1, number = excluded.number"
)

_BASE = "SELECT value FROM state WHERE name = ?"
_HOLDS = "SELECT 1 FROM blobs WHERE bucket = ? AND path != '' LIMIT 1"


class Journals:
    """The journals of all buckets, which follow one index."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock
        self._index: Index | None = None
        self._open = OpenJournals(self._path_of, self._base_of)
        self._leading: set[str] = set()
        self._rests_until: dict[str, float] = {}
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._queued: set[str] = set()
        self._tails: dict[str, list[Change]] = {}
        self._closing = threading.Event()
        self._writer: threading.Thread | None = None

    def follow(self, index: Index, standing: IndexCheck) -> None:
        """Attach the index whose changes these journals record, and repair what was noticed of them."""
        self._index = index
        self._leading = {bucket for bucket, _ in standing.leading}
        if standing.leading or standing.sound:
            with index.still() as db:
                db.executemany(_SOUND, [(bucket,) for bucket in standing.sound])
                # From now on changes have numbers beyond those that only the journal knows.
                db.executemany(_LEADS, standing.leading)
        for bucket in standing.lagging:
            self.write_later(bucket)

    def append(self, committed: list[Change]) -> None:
        """Append the changes of a transaction. Called while nothing else can be committed."""
        for change in committed:
            if change.bucket in self._tails:
                self._tails[change.bucket].append(change)
            if self._rests_until.get(change.bucket, 0.0) > time.monotonic():
                continue
            try:
                self._append(change)
            except FileNotFoundError:
                self.write_later(change.bucket)  # Somebody removed the bucket's folder.
            except OSError as error:
                self._rest(change.bucket, error)

    def write_later(self, bucket: str) -> None:
        """Have a journal rewritten in the background."""
        if bucket in self._queued or bucket in self._tails or bucket in self._leading:
            return
        self._queued.add(bucket)
        self._queue.put(bucket)
        if self._writer is None:
            self._writer = threading.Thread(target=self._work, name="journals", daemon=True)
            self._writer.start()

    def close(self) -> None:
        """Stop rewriting; the rest is done after the next start."""
        self._closing.set()
        self._queue.put("")
        if self._writer is not None:
            self._writer.join()
        self._open.close()

    def wait(self) -> None:
        """Return once no journal waits to be rewritten."""
        while self._queued or self._tails:
            time.sleep(0.005)

    def _rest(self, bucket: str, error: OSError) -> None:
        log.warning("The journal of bucket %s cannot be written and lags behind: %s.", bucket, error.strerror)
        self._rests_until[bucket] = time.monotonic() + REST_S

    def _append(self, change: Change) -> None:
        is_leading = change.bucket in self._leading
        if change.makes and not is_leading:
            self._begin(change.bucket)
        line = change_line(change, milliseconds(self._clock()))
        with self._open.held(change.bucket, self._followed.generation) as journal:
            if not is_leading and journal.number >= change.number:
                return  # Another process wrote it anew from an index that had this change.
            if not is_leading and journal.number != change.number - 1:
                self.write_later(change.bucket)
                return
            journal.write(line)
            journal.number = change.number
        if journal.size > max(LEAST, GROWN * journal.base):
            self.write_later(change.bucket)

    def _begin(self, bucket: str) -> None:
        """Begin the journal of a new bucket, in place of one that a removed bucket left."""
        path = self._path_of(bucket)
        make_folder(path.parent)
        fresh = path.with_name(f"{FRESH}.first")
        with open_fresh(fresh) as file:
            file.write(header_line(JournalHeader(self._followed.generation, bucket, 0)))
        fresh.replace(path)

    def _path_of(self, bucket: str) -> Path:
        return self._root / bucket / JOURNAL

    def _base_of(self, bucket: str) -> int:
        """Return the size that the journal had when it was last written anew, where that is known."""
        row = self._followed.reader().execute(_BASE, (f"{BASE}{bucket}",)).fetchone()
        return 0 if row is None else int(row[0])

    @property
    def _followed(self) -> Index:
        assert self._index is not None
        return self._index

    def _work(self) -> None:
        while bucket := self._queue.get():
            try:
                self._write(bucket)
            except FileNotFoundError:
                log.debug("The folder of bucket %s is gone.", bucket)
            except OSError as error:
                self._rest(bucket, error)
            except Exception:  # A thread's edge: the index was closed, or is damaged.
                if not self._closing.is_set():
                    log.exception("The journal of bucket %s could not be written anew.", bucket)
            finally:
                self._queued.discard(bucket)
                self._tails.pop(bucket, None)
            if self._closing.is_set():
                return

    def _write(self, bucket: str) -> None:
        with self._followed.still():
            self._tails[bucket] = []
        for _ in range(TRIES):
            if self._closing.is_set() or self._write_once(bucket):
                return
        log.warning("The journal of bucket %s lags behind; the next start writes it anew.", bucket)

    def _write_once(self, bucket: str) -> bool:
        """Write it from one moment and what was committed since; false when that is not known."""
        fresh = self._root / bucket / FRESH
        if not fresh.parent.exists():
            if self._holds_objects(bucket):
                return True  # A folder that went with its objects is no empty one.
            make_folder(fresh.parent)
        try:
            with open_fresh(fresh) as file:
                number = self._write_moment(bucket, file)
                return number is None or self._put_in_place(bucket, number, file)
        finally:
            fresh.unlink(missing_ok=True)

    def _holds_objects(self, bucket: str) -> bool:
        return self._followed.reader().execute(_HOLDS, (bucket,)).fetchone() is not None

    def _write_moment(self, bucket: str, file: BinaryIO) -> int | None:
        """Write what the index says at one moment; return its number, or None to let it be."""
        index = self._followed
        with index.moment() as db:
            if not db.execute("SELECT 1 FROM buckets WHERE name = ?", (bucket,)).fetchone():
                return None
            number = change_number(db, bucket)
            for line in snapshot_lines(db, bucket, JournalHeader(index.generation, bucket, number)):
                if self._closing.is_set():
                    return None
                file.write(line)
        file.flush()
        os.fsync(file.fileno())
        return number

    def _put_in_place(self, bucket: str, number: int, file: BinaryIO) -> bool:
        path = self._root / bucket / JOURNAL
        base = file.tell()
        with self._followed.still() as db, locked_journal(path):
            since = [change for change in self._tails[bucket] if change.number > number]
            now = change_number(db, bucket)
            if [change.number for change in since] != list(range(number + 1, now + 1)):
                return False
            at_ms = milliseconds(self._clock())
            file.writelines(change_line(change, at_ms) for change in since)
            file.flush()
            path.with_name(FRESH).replace(path)
            del self._tails[bucket]
            db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (f"{BASE}{bucket}", str(base)))
            db.execute(ESTABLISHED, (bucket, now))
        return True
