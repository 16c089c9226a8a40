"""If-Match and its kin, on reading, writing and copying. Dates count in whole seconds."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from vedette.api.s3.call import Call, moment
from vedette.api.s3.faults import S3Fault
from vedette.clock import from_milliseconds
from vedette.store.blobs.objects import missing_key
from vedette.store.blobs.values import Blob
from vedette.wire.scalars import read_time

COPY = "x-amz-copy-source-"


def check_read(call: Call, blob: Blob) -> None:
    """Refuse a read whose conditions do not hold; 304 says that the client has it already."""
    match, unmodified = call.header("if-match"), _date(call, "if-unmodified-since")
    none_match, modified = call.header("if-none-match"), _date(call, "if-modified-since")
    if match and not names(match, blob.etag):
        raise _failed("If-Match")
    if not match and unmodified and moment(blob.modified_ms) > unmodified:
        raise _failed("If-Unmodified-Since")
    if none_match:
        is_same = names(none_match, blob.etag)
    else:
        is_same = modified is not None and moment(blob.modified_ms) <= modified
    if is_same:
        headers = [("etag", f'"{blob.etag}"'), ("last-modified", http_date(blob))]
        raise S3Fault("NotModified", headers=headers)


def check_copy(call: Call, blob: Blob) -> None:
    """Refuse a copy whose conditions on the source do not hold."""
    match, unmodified = call.header(f"{COPY}if-match"), _date(call, f"{COPY}if-unmodified-since")
    none_match, modified = call.header(f"{COPY}if-none-match"), _date(call, f"{COPY}if-modified-since")
    if match and not names(match, blob.etag):
        raise _failed(f"{COPY}If-Match")
    if not match and unmodified and moment(blob.modified_ms) > unmodified:
        raise _failed(f"{COPY}If-Unmodified-Since")
    if none_match and names(none_match, blob.etag):
        raise _failed(f"{COPY}If-None-Match")
    if not none_match and modified and moment(blob.modified_ms) <= modified:
        raise _failed(f"{COPY}If-Modified-Since")


def check_write(call: Call) -> Callable[[Blob | None], None]:
    """Return the check that a write makes inside its transaction, of what is there now."""
    match, none_match = call.header("if-match"), call.header("if-none-match")

    def check(now: Blob | None) -> None:
        exists = now is not None and not now.marker
        if match and not exists:
            raise missing_key(call.key)
        if match and now is not None and not names(match, now.etag):
            raise _failed("If-Match")
        if none_match and exists and now is not None and names(none_match, now.etag):
            raise _failed("If-None-Match")

    return check


def names(header: str, etag: str) -> bool:
    """Say whether a list of entity tags names this one; `*` names every one."""
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")]
    return "*" in tags or etag in tags


def http_date(blob: Blob) -> str:
    """Return when the version was written, as headers say it."""
    return _http_date(blob.modified_ms // 1000)


@lru_cache(maxsize=1024)
def _http_date(seconds: int) -> str:
    return from_milliseconds(seconds * 1000).strftime("%a, %d %b %Y %H:%M:%S GMT")


def _date(call: Call, name: str) -> datetime | None:
    text = call.header(name)
    if not text:
        return None
    try:
        return read_time(text)
    except ValueError:
        return None  # RFC 9110: a date that cannot be read is as if it were not there.


def _failed(condition: str) -> S3Fault:
    return S3Fault(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        members={"Condition": condition},
    )
