"""What happened to objects, noted for those who wait to hear of it, and who they are.

A row is written in the transaction of the change, so that none is there without the other, and only for a
bucket that has a document `notification`, which is kept beside it: who waited then hears, also where the
bucket is gone since. A relay (api/s3/event_relay.py) claims rows, finds the targets
that the bucket names, and hands each event to the subscriber of its target. A row goes once all have heard.

**To subscribe.** Whoever can be named as a target registers under the service of its ARNs, where rooms are
opened, before the first request:

    blobs.subscribers["lambda"] = MySubscriber(…)     # hears arn:aws:lambda:…

`MySubscriber` keeps the promises of `EventSubscriber` below, and need not import this module. From then on
`PutBucketNotificationConfiguration` takes its ARNs, as far as its `refusal` lets it, and `hear` gets events.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, Protocol, runtime_checkable

import orjson

from vedette.store.blobs.changes import Change, Operation
from vedette.store.blobs.values import Bucket

DOCUMENT = "notification"
"""The document of a bucket that says who waits."""

TABLE = """
CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
    version TEXT NOT NULL, size INTEGER NOT NULL, etag TEXT NOT NULL, at_ms INTEGER NOT NULL,
    cause BLOB NOT NULL, rules TEXT NOT NULL, claimed_ms INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0, heard BLOB NOT NULL DEFAULT '[]'
);
CREATE TABLE IF NOT EXISTS event_rules (
    digest TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, body BLOB NOT NULL
) WITHOUT ROWID;
"""
# As long as one server may take to hand on what it claimed; then another may.
CLAIM_MS = 60_000
_INSERT = (
    "INSERT INTO events (bucket, kind, key, version, size, etag, at_ms, cause, rules)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_WATCHED = (
    "SELECT account, region, body FROM documents JOIN buckets ON buckets.name = bucket"
    " WHERE bucket = ? AND documents.name = ?"
)
_CLAIM = (
    "UPDATE events SET claimed_ms = :now, tries = tries + 1 WHERE seq IN (SELECT seq FROM events"
    " WHERE abs(:now - claimed_ms) >= :lease ORDER BY seq LIMIT :most)"
    " RETURNING seq, bucket, kind, key, version, size, etag, at_ms, cause, tries, heard,"
    " (SELECT account FROM event_rules WHERE digest = rules),"
    " (SELECT region FROM event_rules WHERE digest = rules),"
    " (SELECT body FROM event_rules WHERE digest = rules)"
)


@dataclass(frozen=True, slots=True)
class EventCause:
    """Which request changes objects just now: noted with what it changes."""

    operation: str = ""
    request_id: str = ""
    address: str = ""
    principal: str = ""
    # The functions that were called on the way to the request (functions/chains.py); mostly none.
    chain: str = ""


_CAUSE: ContextVar[EventCause | None] = ContextVar("cause", default=None)


@contextmanager
def caused_by(cause: EventCause) -> Iterator[None]:
    """Let changes of this task, and of threads that it waits for, be noted as this request's."""
    token = _CAUSE.set(cause)
    try:
        yield
    finally:
        _CAUSE.reset(token)


@dataclass(frozen=True, slots=True)
class NotedEvent:
    """One change of one object, as it was noted. `kind` is put, marked, removed or set.

    `rules` is the document that the bucket had then.
    """

    seq: int
    bucket: Bucket
    kind: str
    key: str
    version: str
    size: int
    etag: str
    at_ms: int
    cause: EventCause
    tries: int
    hearers: frozenset[str]
    rules: bytes


@dataclass(frozen=True, slots=True)
class BucketEvent:
    """One event for one target, in the two forms that consumers read.

    `id` is the same whenever it comes again. `record` is one member of `Records`; `bridged` an event of
    EventBridge, empty for what that has no name for.
    """

    id: str
    record: Mapping[str, Any]
    bridged: Mapping[str, Any]
    chain: str = ""


class EventSubscriber(Protocol):
    """Who hears of objects, for all targets whose ARNs have one service."""

    def refusal(self, target: str, bucket: Bucket) -> str:
        """Return why the target cannot hear of this bucket; nothing where it can.

        Of a bucket only name, account and region are certain: it may be gone since.
        Asked when the bucket's owner names the target, and again before each event: an answer of long ago
        is no permission.
        """

    def hear(self, target: str, bucket: Bucket, events: Sequence[BucketEvent]) -> None:
        """Take events, the oldest first; return once they are kept where a crash loses none.

        Called by one thread for all targets: long work is for later. Where it raises, the events come
        again, a minute apart and ten times at most; where a server dies in it, too. So an event may be
        heard twice, with the same id.
        """


@runtime_checkable
class HearsTests(EventSubscriber, Protocol):
    """A subscriber whose targets are told once by a message of no event that they were named, as S3 does."""

    def hear_test(self, target: str, bucket: Bucket, document: Mapping[str, Any]) -> None:
        """Take the message; return once it is kept where a crash does not lose it."""


def note_events(db: sqlite3.Connection, changes: Sequence[Change], now_ms: int) -> None:
    """Note what a transaction did to objects of buckets that somebody waits for."""
    for change in changes:
        if not any(operation[0] in ("put", "set", "drop") for operation in change.operations):
            continue
        watched = db.execute(_WATCHED, (change.bucket, DOCUMENT)).fetchone()
        if watched is None:
            continue
        digest = sha256(repr(watched).encode()).hexdigest()
        db.execute("INSERT OR IGNORE INTO event_rules VALUES (?, ?, ?, ?)", (digest, *watched))
        cause = orjson.dumps(_noted(_CAUSE.get() or EventCause()))
        rows = [_row(change.bucket, operation) for operation in change.operations]
        db.executemany(_INSERT, [(*row, now_ms, cause, digest) for row in rows if row is not None])


def _noted(cause: EventCause) -> dict[str, str]:
    """Return a cause as it is noted; an older release, which knows no chains, reads it too."""
    facts = asdict(cause)
    return facts if cause.chain else {name: value for name, value in facts.items() if name != "chain"}


def _row(bucket: str, operation: Operation) -> tuple[Any, ...] | None:
    """Return what is noted of one operation of the journal, as far as it is about an object."""
    if operation[0] == "drop":
        return (bucket, "removed", operation[1], operation[2], 0, "")
    if operation[0] not in ("put", "set"):
        return None
    blob = operation[1]
    kind = "marked" if blob["marker"] else operation[0]
    if blob["marker"] and operation[0] == "set":
        return None  # A delete marker has nothing that could change.
    return (bucket, kind, blob["key"], blob["version"], blob["size"], blob["etag"])


def has_events(db: sqlite3.Connection) -> bool:
    """Return whether anything is noted that was not handed on."""
    return db.execute("SELECT 1 FROM events LIMIT 1").fetchone() is not None


def claim_events(db: sqlite3.Connection, now_ms: int, most: int) -> list[NotedEvent]:
    """Return the oldest that nobody hands on now, the oldest first; inside a transaction."""
    claim = {"now": now_ms, "lease": CLAIM_MS, "most": most}
    rows = db.execute(_CLAIM, claim).fetchall()
    return sorted((_event(*row) for row in rows), key=lambda event: event.seq)


def _event(*row: Any) -> NotedEvent:
    seq, name, kind, key, version, size, etag, at_ms, cause, tries, heard_by, account, region, body = row
    bucket, by = Bucket(name, account, region, 0), EventCause(**orjson.loads(cause))
    hearers = frozenset(orjson.loads(heard_by))
    return NotedEvent(seq, bucket, kind, key, version, size, etag, at_ms, by, tries, hearers, bytes(body))


def end_events(db: sqlite3.Connection, ended: Sequence[int]) -> None:
    """Forget events that everybody has heard; inside a transaction."""
    db.executemany("DELETE FROM events WHERE seq = ?", [(seq,) for seq in ended])
    db.execute("DELETE FROM event_rules WHERE NOT EXISTS (SELECT 1 FROM events)")


def keep_heard(db: sqlite3.Connection, seq: int, hearers: Sequence[str]) -> None:
    """Note which targets have heard an event that others have not; inside a transaction."""
    db.execute("UPDATE events SET heard = ? WHERE seq = ?", (orjson.dumps(sorted(hearers)), seq))
