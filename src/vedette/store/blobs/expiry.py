"""Lifecycle expiry: removes objects, versions, delete markers and unfinished uploads by rules.

A run goes through a bucket in the order of its keys, a page at a time, and asks between pages
whether it may continue. Every removal is decided twice: on the page, and again inside the
transaction that removes it, with the tags, locks, versions and rules of that moment.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from vedette.store.blobs.index import Index
from vedette.store.blobs.looks import DOCUMENT, ExpiryRecord, buckets_with_rules, read_record, write_record
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
    """Raised inside a removal's transaction: the present version is not to be removed."""


@dataclass(slots=True)
class Removals:
    """How much a run has removed."""

    objects: int = 0
    versions: int = 0
    markers: int = 0
    uploads: int = 0

    @property
    def total(self) -> int:
        """Return the total of all kinds."""
        return self.objects + self.versions + self.markers + self.uploads


@dataclass(frozen=True, slots=True)
class ExpiryRun:
    """One run over one bucket: its rules, the moment, and whether to continue after a page."""

    bucket: Bucket
    rules: Sequence[ExpiryRule]
    days: Days
    now_ms: int
    goes_on: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class _VersionRow:
    """A version on a page, without its properties."""

    key: str
    version: str
    seq: int
    latest: bool
    marker: bool
    size: int
    modified_ms: int


class Expiry:
    """Applies rules. Has no clock, and no rules of its own."""

    def __init__(self, index: Index, objects: Objects, uploads: Uploads) -> None:
        self._index = index
        self._objects = objects
        self._uploads = uploads

    def buckets(self) -> list[str]:
        """Return the buckets that have rules, by name."""
        return buckets_with_rules(self._index.reader())

    def record(self) -> ExpiryRecord | None:
        """Return the record of the last run; None where there was none."""
        return read_record(self._index.reader())

    def keep(self, record: ExpiryRecord) -> None:
        """Store the record of the last run."""
        write_record(self._index, record)

    def run(self, run: ExpiryRun) -> Removals:
        """Remove what has expired in one bucket; stop early where `goes_on` says so."""
        removals = Removals()
        for page in self._pages(run):
            for row in page:
                if self._may_go(run, row):
                    self._remove(run, row, removals)
        for upload in self._open_uploads(run):
            if _upload_goes(run, upload) and self._still(run):
                self._uploads.abort(upload)
                removals.uploads += 1
        return removals

    def _pages(self, run: ExpiryRun) -> Iterator[list[_VersionRow]]:
        key, seq = "", 0
        while run.goes_on():
            rows = self._index.reader().execute(_ROWS, (run.bucket.name, key, key, seq, PAGE)).fetchall()
            page = [_VersionRow(*row) for row in rows]
            yield page
            if len(page) < PAGE:
                return
            key, seq = page[-1].key, page[-1].seq

    def _open_uploads(self, run: ExpiryRun) -> Iterator[Upload]:
        after = ("", "")
        while any(rule.upload_days is not None for rule in run.rules) and run.goes_on():
            rows = self._index.reader().execute(_UPLOADS, (run.bucket.name, *after, PAGE)).fetchall()
            uploads = [read_upload(row) for row in rows]
            yield from uploads
            if len(uploads) < PAGE:
                return
            after = (uploads[-1].key, uploads[-1].id)

    def _may_go(self, run: ExpiryRun, row: _VersionRow) -> bool:
        """Return whether a rule could apply to this version, before its tags and locks are read."""
        rules = [r for r in run.rules if r.filter.admits_size(row.key, row.size, marker=row.marker)]
        if not rules or not self._is_due(run, rules, row):
            return False
        return not (row.latest and row.marker and self._covers(run.bucket.name, row))

    def _is_due(self, run: ExpiryRun, rules: Sequence[ExpiryRule], row: _VersionRow | Blob) -> bool:
        if row.latest and row.marker:
            due = [rule.marker_due(row.modified_ms, run.days) for rule in rules]
        elif row.latest:
            due = [rule.current_due(row.modified_ms, run.days) for rule in rules]
        else:
            # It was replaced after it was written; most are too young even so.
            if not any(
                _passed(rule.noncurrent_due(row.modified_ms, MOST_KEPT, run.days), run) for rule in rules
            ):
                return False
            since_ms, newer = self._replaced(run.bucket.name, row)
            due = [rule.noncurrent_due(since_ms, newer, run.days) for rule in rules]
        return any(_passed(moment, run) for moment in due)

    def _replaced(self, bucket: str, row: _VersionRow | Blob) -> tuple[int, int]:
        """Return when a version was replaced, and how many newer noncurrent versions there are."""
        newer = self._index.reader().execute(_NEWER, (bucket, row.key, row.seq, MOST_KEPT + 2)).fetchall()
        # A version that another process has just made the latest was replaced never.
        return (newer[0][0], len(newer) - 1) if newer else (2**62, 0)

    def _remove(self, run: ExpiryRun, row: _VersionRow, removals: Removals) -> None:
        bucket = run.bucket
        check = self._checked(run, row)
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

    def _checked(self, run: ExpiryRun, row: _VersionRow) -> Callable[[Blob | None], None]:
        """Return the check that decides inside the transaction, on the version of that moment."""

        def check(now: Blob | None) -> None:
            if now is None or (now.seq, now.latest) != (row.seq, row.latest):
                raise _StaysError
            rules = [rule for rule in run.rules if rule.filter.admits(now)]
            if not (rules and self._is_due(run, rules, now) and self._still(run)):
                raise _StaysError
            if now.latest and now.marker and self._covers(now.bucket, now):
                raise _StaysError
            if self._is_destroyed(now) and is_held(now.about, run.now_ms):
                raise _StaysError

        return check

    def _still(self, run: ExpiryRun) -> bool:
        """Return whether the bucket's rules are those that the run began with."""
        row = self._document(run.bucket.name)
        return row is not None and row == run.bucket.documents.get(DOCUMENT)

    def _document(self, bucket: str) -> bytes | None:
        row = self._index.reader().execute(
            "SELECT body FROM documents WHERE bucket = ? AND name = ?", (bucket, DOCUMENT)
        ).fetchone()  # fmt: skip
        return None if row is None else bytes(row[0])

    def _covers(self, bucket: str, marker: _VersionRow | Blob) -> bool:
        """Return whether there are other versions under a delete marker."""
        row = self._index.reader().execute(
            "SELECT 1 FROM blobs WHERE bucket = ? AND key = ? AND seq != ? LIMIT 1",
            (bucket, marker.key, marker.seq),
        ).fetchone()  # fmt: skip
        return row is not None

    def _is_destroyed(self, blob: Blob) -> bool:
        """Return whether a removal deletes the version, rather than putting a marker over it."""
        (versioning,) = self._index.reader().execute(
            "SELECT versioning FROM buckets WHERE name = ?", (blob.bucket,)
        ).fetchone()  # fmt: skip
        return not blob.latest or versioning != "Enabled"


def _upload_goes(run: ExpiryRun, upload: Upload) -> bool:
    due = [rule.upload_due(upload.key, upload.started_ms, run.days) for rule in run.rules]
    return any(_passed(moment, run) for moment in due)


def _passed(moment_ms: int | None, run: ExpiryRun) -> bool:
    return moment_ms is not None and moment_ms <= run.now_ms
