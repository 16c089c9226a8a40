"""ListObjects, ListObjectsV2 and ListObjectVersions."""

import base64
import binascii
from typing import Any
from urllib.parse import quote

from vedette.api.s3.access import authorise
from vedette.api.s3.call import Call, document_answer, in_thread, moment, owner
from vedette.api.s3.faults import S3Fault
from vedette.store.blobs.listing import SKIP, roll
from vedette.store.blobs.values import Blob, Bucket
from vedette.wire.http import Response

MOST = 1000
Position = tuple[str, str] | None


async def list_objects(call: Call) -> Response:
    """ListObjects, the first version: pages by a marker that is a key."""
    bucket = call.owned_bucket()
    authorise(call, "s3:ListBucket", bucket)
    marker = call.query.get("marker", "")
    common, most, write = _common(call, bucket)
    page = await in_thread(
        call.store.listing.objects, bucket.name, **_narrowed(call), after=_after(call, marker), most=most
    )
    value = {**common, "Marker": write(marker), "IsTruncated": page.after is not None}
    if page.after is not None and call.query.get("delimiter"):
        value["NextMarker"] = write(page.after[0])
    value["Contents"] = [_entry(blob, write, with_owner=True) for blob in page.blobs]
    value["CommonPrefixes"] = [{"Prefix": write(prefix)} for prefix in page.prefixes]
    return document_answer("ListObjects", value, "ListBucketResult")


async def list_objects_v2(call: Call) -> Response:
    """ListObjectsV2: pages by an opaque token, or from a key on."""
    bucket = call.owned_bucket()
    authorise(call, "s3:ListBucket", bucket)
    common, most, write = _common(call, bucket)
    token, start = call.query.get("continuation-token"), call.query.get("start-after", "")
    after = _read_token(token) if token else _after(call, start)
    page = await in_thread(call.store.listing.objects, bucket.name, **_narrowed(call), after=after, most=most)
    value = {
        **common,
        "KeyCount": len(page.blobs) + len(page.prefixes),
        "IsTruncated": page.after is not None,
    }
    if token is not None:
        value["ContinuationToken"] = token
    if start:
        value["StartAfter"] = write(start)
    if page.after is not None:
        value["NextContinuationToken"] = _write_token(page.after)
    with_owner = call.query.get("fetch-owner", "").lower() == "true"
    value["Contents"] = [_entry(blob, write, with_owner=with_owner) for blob in page.blobs]
    value["CommonPrefixes"] = [{"Prefix": write(prefix)} for prefix in page.prefixes]
    return document_answer("ListObjectsV2", value, "ListBucketResult")


async def list_versions(call: Call) -> Response:
    """ListObjectVersions: versions and delete markers, in one order."""
    bucket = call.owned_bucket()
    authorise(call, "s3:ListBucketVersions", bucket)
    common, most, write = _common(call, bucket)
    marker, version = call.query.get("key-marker", ""), call.query.get("version-id-marker", "")
    if version and not marker:
        raise S3Fault("InvalidArgument", "A version-id marker cannot be specified without a key marker.")
    after = (marker, version) if version else _after(call, marker)
    page = await in_thread(
        call.store.listing.versions, bucket.name, **_narrowed(call), after=after, most=most
    )
    value = {**common, "KeyMarker": write(marker), "IsTruncated": page.after is not None}
    if version:
        value["VersionIdMarker"] = version
    if page.after is not None:
        value["NextKeyMarker"] = write(page.after[0])
        if page.after[1] != SKIP:
            value["NextVersionIdMarker"] = page.after[1]
    value["Versions"] = [_version_entry(blob, write) for blob in page.blobs if not blob.marker]
    value["DeleteMarkers"] = [_marker_entry(blob, write) for blob in page.blobs if blob.marker]
    value["CommonPrefixes"] = [{"Prefix": write(prefix)} for prefix in page.prefixes]
    return document_answer("ListObjectVersions", value, "ListVersionsResult")


def _common(call: Call, bucket: Bucket) -> tuple[dict[str, Any], int, Any]:
    """Return what all three begin with, the size of the page, and how keys are written."""
    encoding = call.query.get("encoding-type", "")
    if encoding not in ("", "url"):
        raise S3Fault("InvalidArgument", "Invalid Encoding Method specified in Request")
    write = _encoded if encoding else str
    most = call.number("max-keys", MOST, most=MOST)
    value: dict[str, Any] = {
        "Name": bucket.name,
        "Prefix": write(call.query.get("prefix", "")),
        "MaxKeys": most,
    }
    if call.query.get("delimiter"):
        value["Delimiter"] = write(call.query["delimiter"])
    if encoding:
        value["EncodingType"] = encoding
    return value, most, write


def _encoded(text: str) -> str:
    return quote(text, safe="/*-._~")


def _narrowed(call: Call) -> dict[str, str]:
    return {"prefix": call.query.get("prefix", ""), "delimiter": call.query.get("delimiter", "")}


def _after(call: Call, marker: str) -> Position:
    """Return the position that a client's own marker stands for; a common prefix has been given whole."""
    if not marker:
        return None
    prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
    rolled = roll(marker, prefix, delimiter) if marker.startswith(prefix) else ""
    return (marker, SKIP) if rolled and rolled == marker else (marker, "")


def _read_token(token: str) -> Position:
    try:
        kind, _, key = base64.urlsafe_b64decode(token.encode("ascii")).decode("utf-8").partition(":")
    except (UnicodeError, binascii.Error):
        kind, key = "", ""
    if kind not in ("key", "prefix"):
        raise S3Fault("InvalidArgument", "The continuation token provided is incorrect")
    return (key, SKIP if kind == "prefix" else "")


def _write_token(position: tuple[str, str]) -> str:
    key, version = position
    return base64.urlsafe_b64encode(f"{'prefix' if version == SKIP else 'key'}:{key}".encode()).decode(
        "ascii"
    )


def _entry(blob: Blob, write: Any, *, with_owner: bool) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "Key": write(blob.key),
        "LastModified": moment(blob.modified_ms),
        "ETag": f'"{blob.etag}"',
        "Size": blob.size,
        "StorageClass": blob.about.storage_class,
    }
    if blob.about.checksum is not None:
        entry["ChecksumAlgorithm"] = [blob.about.checksum.algorithm]
        entry["ChecksumType"] = blob.about.checksum.kind
    return {**entry, "Owner": owner(blob.owner)} if with_owner else entry


def _version_entry(blob: Blob, write: Any) -> dict[str, Any]:
    return {**_entry(blob, write, with_owner=True), "VersionId": blob.version, "IsLatest": blob.latest}


def _marker_entry(blob: Blob, write: Any) -> dict[str, Any]:
    return {
        "Key": write(blob.key),
        "VersionId": blob.version,
        "IsLatest": blob.latest,
        "LastModified": moment(blob.modified_ms),
        "Owner": owner(blob.owner),
    }
