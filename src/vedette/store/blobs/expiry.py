"""Removing what rules say has had its time: objects, versions, delete markers, unfinished uploads.

A look goes through a bucket in the order of its keys, a page at a time, and asks between pages
whether it may go on. Everything that goes is judged twice: on the page, and again inside the
transaction that removes it, with the tags, locks, versions and rules of that moment.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from vedette.store.blobs.index import Index
from vedette.store.blobs.looks import DOCUMENT, LookRecord, buckets_with_rules, read_record, write_record
from vedette.store.blobs.objects import Objects
from vedette.store.blobs.rules import Days, ExpiryRule, is_held
from vedette.store.blobs.uploads import Uploads, read_upload
from vedette.store.blobs.values import Blob, Bucket, Upload

PAGE = 500

_ROWS = (
    "SELECT key, version, seq, latest, marker, size, modified_ms FROM blobs WHERE bucket = ?"
    " AND key >= ? AND (key > ? OR seq < ?) ORDER BY key, seq DESC LIMIT ?"
)
_NEWER = "SELECT modified_ms FROM blobs WHERE bucket = ? AND key = ? AND seq > ? ORDER BY seq LIMIT ?"
_UPLOADS = (
    "SELECT id, bucket, key, owner, started_ms, about, done FROM uploads"
    " WHERE bucket = ? AND done = '{}' AND (key, id) > (?, ?) ORDER BY key, id LIMIT ?"
)
MOST_KEPT = 100
"""The most newer versions that a rule can keep, as S3 bounds it; more need not be counted."""


class _StaysError(Exception):
    """Raised inside a removal's transaction: what is there now is not to go."""


@dataclass(slots=True)
class Removals:
    """What a look has removed."""

    objects: int = 0
    versions: int = 0
    markers: int = 0
    uploads: int = 0

    @property
    def total(self) -> int:
        """Return how many there were of all sorts."""
        return self.objects + self.versions + self.markers + self.uploads


@dataclass(frozen=True, slots=True)
class Look:
    """One look at one bucket: its rules, the moment, and whether to go on between two pages."""

    bucket: Bucket
    rules: Sequence[ExpiryRule]
    days: Days
    now_ms: int
    goes_on: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class _Row:
    """A version as a page shows it: without what was said of it."""

    key: str
    version: str
    seq: int
    latest: bool
    marker: bool
    size: int
    modified_ms: int


class Expiry:
    """Carries rules out. Knows no clock, and no rule that it was not given."""

    def __init__(self, index: Index, objects: Objects, uploads: Uploads) -> None:
        self._index = index
        self._objects = objects
        self._uploads = uploads

    def buckets(self) -> list[str]:
        """Return the buckets that have rules, by name."""
        return buckets_with_rules(self._index.reader())

    def record(self) -> LookRecord | None:
        """Return what is known of the last look; None where there was none."""
        return read_record(self._index.reader())

    def keep(self, record: LookRecord) -> None:
        """Keep what is known of the last look."""
        write_record(self._index, record)

    def run(self, look: Look) -> Removals:
        """Remove what has had its time in one bucket; stop early when told to."""
        removals = Removals()
        for page in self._pages(look):
            for row in page:
                if self._may_go(look, row):
                    self._remove(look, row, removals)
        for upload in self._open_uploads(look):
            if _upload_goes(look, upload) and self._still(look):
                self._uploads.abort(upload)
                removals.uploads += 1
        return removals

    def _pages(self, look: Look) -> Iterator[list[_Row]]:
        key, seq = "", 0
        while look.goes_on():
            rows = self._index.reader().execute(_ROWS, (look.bucket.name, key, key, seq, PAGE)).fetchall()
            page = [_Row(*row) for row in rows]
            yield page
            if len(page) < PAGE:
                return
            key, seq = page[-1].key, page[-1].seq

    def _open_uploads(self, look: Look) -> Iterator[Upload]:
        after = ("", "")
        while any(rule.upload_days is not None for rule in look.rules) and look.goes_on():
            rows = self._index.reader().execute(_UPLOADS, (look.bucket.name, *after, PAGE)).fetchall()
            uploads = [read_upload(row) for row in rows]
            yield from uploads
            if len(uploads) < PAGE:
                return
            after = (uploads[-1].key, uploads[-1].id)

    def _may_go(self, look: Look, row: _Row) -> bool:
        """Say whether a rule could mean this version, before its tags and locks are read."""
        rules = [r for r in look.rules if r.filter.admits_size(row.key, row.size, marker=row.marker)]
        if not rules or not self._is_due(look, rules, row):
            return False
        return not (row.latest and row.marker and self._covers(look.bucket.name, row))

    def _is_due(self, look: Look, rules: Sequence[ExpiryRule], row: _Row | Blob) -> bool:
        if row.latest and row.marker:
            due = [rule.marker_due(row.modified_ms, look.days) for rule in rules]
        elif row.latest:
            due = [rule.current_due(row.modified_ms, look.days) for rule in rules]
        else:
            # It was replaced after it was written; most are too young even so.
            if not any(
                _passed(rule.noncurrent_due(row.modified_ms, MOST_KEPT, look.days), look) for rule in rules
            ):
                return False
            since_ms, newer = self._replaced(look.bucket.name, row)
            due = [rule.noncurrent_due(since_ms, newer, look.days) for rule in rules]
        return any(_passed(moment, look) for moment in due)

    def _replaced(self, bucket: str, row: _Row | Blob) -> tuple[int, int]:
        """Return when a version was replaced, and how many versions replaced after it there are."""
        newer = self._index.reader().execute(_NEWER, (bucket, row.key, row.seq, MOST_KEPT + 2)).fetchall()
        # A version that another process has just made the latest was replaced never.
        return (newer[0][0], len(newer) - 1) if newer else (2**62, 0)

    def _remove(self, look: Look, row: _Row, removals: Removals) -> None:
        bucket = look.bucket
        check = self._checked(look, row)
        try:
            if not row.latest or row.marker:
                self._objects.delete_version(bucket.name, row.key, row.version, check)
            else:
                self._objects.delete(bucket.name, row.key, owner=bucket.account, check=check)
        except _StaysError:
            return
        if row.marker:
            removals.markers += 1
        elif row.latest:
            removals.objects += 1
        else:
            removals.versions += 1

    def _checked(self, look: Look, row: _Row) -> Callable[[Blob | None], None]:
        """Return the judgement that is made inside the transaction, on what is there then."""

        def check(now: Blob | None) -> None:
            if now is None or (now.seq, now.latest) != (row.seq, row.latest):
                raise _StaysError
            rules = [rule for rule in look.rules if rule.filter.admits(now)]
            if not (rules and self._is_due(look, rules, now) and self._still(look)):
                raise _StaysError
            if now.latest and now.marker and self._covers(now.bucket, now):
                raise _StaysError
            if self._is_destroyed(now) and is_held(now.about, look.now_ms):
                raise _StaysError

        return check

    def _still(self, look: Look) -> bool:
        """Say whether the bucket's rules are those that the look began with."""
        row = self._document(look.bucket.name)
        return row is not None and row == look.bucket.documents.get(DOCUMENT)

    def _document(self, bucket: str) -> bytes | None:
        row = self._index.reader().execute(
            "SELECT body FROM documents WHERE bucket = ? AND name = ?", (bucket, DOCUMENT)
        ).fetchone()  # fmt: skip
        return None if row is None else bytes(row[0])

    def _covers(self, bucket: str, marker: _Row | Blob) -> bool:
        """Say whether there are other versions under a delete marker."""
        row = self._index.reader().execute(
            "SELECT 1 FROM blobs WHERE bucket = ? AND key = ? AND seq != ? LIMIT 1",
            (bucket, marker.key, marker.seq),
        ).fetchone()  # fmt: skip
        return row is not None

    def _is_destroyed(self, blob: Blob) -> bool:
        """Say whether a removal destroys the version, rather than putting a marker over it."""
        (versioning,) = self._index.reader().execute(
            "SELECT versioning FROM buckets WHERE name = ?", (blob.bucket,)
        ).fetchone()  # fmt: skip
        return not blob.latest or versioning != "Enabled"


def _upload_goes(look: Look, upload: Upload) -> bool:
    due = [rule.upload_due(upload.key, upload.started_ms, look.days) for rule in look.rules]
    return any(_passed(moment, look) for moment in due)


def _passed(moment_ms: int | None, look: Look) -> bool:
    return moment_ms is not None and moment_ms <= look.now_ms
