"""The headers that announce when lifecycle rules remove an object or an upload."""

from urllib.parse import quote

from vedette.api.s3.faults import S3Fault
from vedette.api.s3.lifecycle_rules import read_rules
from vedette.clock import from_milliseconds
from vedette.store.blobs.looks import DOCUMENT
from vedette.store.blobs.rules import Days, ExpiryRule
from vedette.store.blobs.values import Blob, Bucket, Upload
from vedette.wire.errors import ProtocolFault

REAL_DAYS = Days()
"""Headers announce real days, however long a day is where rules are tried out."""


def expiration_headers(bucket: Bucket, blob: Blob) -> list[tuple[str, str]]:
    """Return when an object expires and by which rule; nothing for a noncurrent version."""
    if DOCUMENT not in bucket.documents or not blob.latest or blob.marker:
        return []
    due = [
        (moment, rule.id)
        for rule in _rules(bucket)
        if rule.filter.admits(blob) and (moment := rule.current_due(blob.modified_ms, REAL_DAYS)) is not None
    ]
    if not due:
        return []
    moment, name = min(due)
    return [("x-amz-expiration", f'expiry-date="{_date(moment)}", rule-id="{quote(name)}"')]


def abort_headers(bucket: Bucket, upload: Upload) -> list[tuple[str, str]]:
    """Return when an incomplete upload is aborted, and by which rule."""
    if DOCUMENT not in bucket.documents:
        return []
    due = [
        (moment, rule.id)
        for rule in _rules(bucket)
        if (moment := rule.upload_due(upload.key, upload.started_ms, REAL_DAYS)) is not None
    ]
    if not due:
        return []
    moment, name = min(due)
    return [("x-amz-abort-date", _date(moment)), ("x-amz-abort-rule-id", quote(name))]


def _rules(bucket: Bucket) -> tuple[ExpiryRule, ...]:
    """Return the rules; a document of an earlier release that does not hold up any more has none."""
    try:
        return read_rules(bucket.documents[DOCUMENT])
    except (S3Fault, ProtocolFault):
        return ()


def _date(moment_ms: int) -> str:
    try:
        return from_milliseconds(moment_ms).strftime("%a, %d %b %Y %H:%M:%S GMT")
    except (OverflowError, ValueError, OSError):
        return "Fri, 31 Dec 9999 00:00:00 GMT"
