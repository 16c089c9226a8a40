"""Objects: put, get, head, delete, and what is known of one."""

import os
from dataclasses import replace
from typing import Any

from vedette.api.s3 import about
from vedette.api.s3.access import authorise, authorise_write
from vedette.api.s3.browsers import browser_headers
from vedette.api.s3.call import Call, document_answer, in_thread, moment
from vedette.api.s3.conditions import check_read, check_write, http_date, names
from vedette.api.s3.encryption import (
    CUSTOMER,
    Coder,
    customer_key,
    decoder,
    echo,
    encoder,
    require_key,
    require_sealed,
)
from vedette.api.s3.expiration import expiration_headers
from vedette.api.s3.faults import S3Fault, translate
from vedette.api.s3.locks import check_removal
from vedette.api.s3.opened import sealed_body
from vedette.api.s3.pick import authorised_version
from vedette.api.s3.ranges import ByteSpan, read_number_of_part, read_part_number, read_range
from vedette.api.s3.sealing import SSE
from vedette.api.s3.tags import tags_of_header
from vedette.store.blobs.files import Draft
from vedette.store.blobs.sealed import is_sealed
from vedette.store.blobs.values import About, Blob, Bucket, Checksum, UploadPart
from vedette.wire.bodies import BodyReader, open_body
from vedette.wire.http import FileBody, Response
from vedette.wire.scalars import read_time

MOST_AT_ONCE = 1000
ATTRIBUTES = {"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"}


async def put_object(call: Call) -> Response:
    """PutObject."""
    bucket = call.owned_bucket()
    authorise_write(call, bucket, tags_of_header(call.header("x-amz-tagging")))
    description = about.about_of_request(call, bucket)
    if not {"content-length", "transfer-encoding"} & {name for name, _ in call.request.headers}:
        raise S3Fault("MissingContentLength", "You must provide the Content-Length HTTP header.")
    blob = await write_object(call, bucket, description)
    return Response(200, written_headers(bucket, blob))


async def write_object(call: Call, bucket: Bucket, description: About) -> Blob:
    """Make the body the object's newest version, once it has come and has been what it should be."""
    draft = call.store.draft()
    encode = encoder(customer_key(call, CUSTOMER), description.encryption)
    call.store.seal_draft(draft, bucket.name, call.key, description)
    try:
        body = await receive(call, draft, encode)
        return await in_thread(
            call.store.objects.put,
            bucket.name,
            call.key,
            draft,
            owner=about.owner_of_new(call, bucket),
            about=replace(description, checksum=checksum_of(body)),
            check=check_write(call),
        )
    finally:
        draft.discard()


async def receive(call: Call, draft: Draft, encode: Coder | None = None) -> BodyReader:
    """Take the body into the draft as it comes, encrypted where it is; return the reader with its sums."""
    body = call.body if call.body is not None else open_body(None, call.request)
    largest = call.house.settings.max_object
    body.computes_md5 = False  # The draft does, beside writing.
    body.most = largest if body.most is None else min(body.most, largest)
    async for piece in body:
        if draft.add(encode(piece) if encode else piece):
            await in_thread(draft.flush)
    return body


def checksum_of(body: BodyReader) -> Checksum | None:
    """Return the checksum that the client computed and the body was held to."""
    return Checksum(body.algorithm, body.checksums[body.algorithm]) if body.algorithm else None


def written_headers(bucket: Bucket, blob: Blob) -> list[tuple[str, str]]:
    """Return the headers that answer a write."""
    headers = [("etag", f'"{blob.etag}"'), *echo(blob.about.encryption)]
    headers += about.checksum_headers(blob.about.checksum)
    return headers + version_header(bucket, blob.version) + expiration_headers(bucket, blob)


def version_header(bucket: Bucket, version: str) -> list[tuple[str, str]]:
    """Return the header that names a new version, which S3 sends while it keeps versions."""
    return [("x-amz-version-id", version)] if bucket.versioning == "Enabled" else []


async def get_object(call: Call) -> Response:
    """GetObject and HeadObject; the front leaves the body of the latter out."""
    bucket, blob = authorised_version(call, "s3:GetObjectVersion" if call.version else "s3:GetObject")
    if call.principal is None and any(name in about.OVERRIDES for name in call.query):
        raise S3Fault(
            "InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests."
        )
    if SSE in call.request.headers:
        raise S3Fault("InvalidArgument", f"The header {SSE} is not supported for this operation.")
    span = _span(call, blob)
    key = require_key(call, blob.about.encryption)
    require_sealed(call, blob)
    check_read(call, blob)
    headers = about.read_headers(call, bucket, blob) + expiration_headers(bucket, blob)
    if span.is_part:
        headers.append(("content-range", f"bytes {span.start}-{span.start + span.length - 1}/{blob.size}"))
    if "partNumber" in call.query and blob.about.parts:
        headers.append(("x-amz-mp-parts-count", str(len(blob.about.parts))))
    if call.header("x-amz-checksum-mode").upper() == "ENABLED":
        headers += about.checksum_headers(_checksum_of_span(call, blob, span))
    headers = browser_headers(call, bucket, headers)
    status = 206 if span.is_part else 200
    if is_sealed(blob.about):
        return Response(status, *await sealed_body(call, blob, span, headers))
    return Response(status, headers, _body(call, blob, span, key))


def _body(call: Call, blob: Blob, span: ByteSpan, key: bytes | None) -> FileBody | bytes:
    if not span.length:
        return b""
    return FileBody(_path(call, blob), span.start, span.length, decoder(key, blob, span.start))


def _path(call: Call, blob: Blob) -> str:
    """Return the object's file; a missing one is reported before the answer has begun."""
    path = call.store.file_of(blob)
    if not os.path.isfile(path):  # noqa: PTH113  (a Path costs 10 µs, a GET 400)
        raise S3Fault("InternalError", "The file of this object is missing from the server's disk.")
    return path


def _checksum_of_span(call: Call, blob: Blob, span: ByteSpan) -> Checksum | None:
    """Return the checksum of what is read: of the whole, or of the part that is asked for by its number.

    A part's has the object's type, which says how the parts' sums make the object's.
    """
    whole = blob.about.checksum
    if "partNumber" in call.query and blob.about.parts:
        part = blob.about.parts[read_number_of_part(call.query["partNumber"]) - 1].checksum
        return replace(part, kind=whole.kind) if part is not None and whole is not None else part
    return whole if span.length == blob.size else None


def _span(call: Call, blob: Blob) -> ByteSpan:
    range_header = call.header("range")
    if "partNumber" in call.query:
        if range_header:
            raise S3Fault("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
        return read_part_number(call.query["partNumber"], blob)
    return read_range(range_header, blob.size) if range_header else ByteSpan(0, blob.size, is_part=False)


async def delete_object(call: Call) -> Response:
    """DeleteObject: 204 whether it was there or not."""
    bucket = call.owned_bucket()
    removed = await in_thread(remove, call, bucket, call.key, call.version, _delete_conditions(call))
    headers = [("x-amz-version-id", removed.get("VersionId") or removed.get("DeleteMarkerVersionId", ""))]
    if removed.get("DeleteMarker"):
        headers.append(("x-amz-delete-marker", "true"))
    return Response(204, [header for header in headers if header[1]])


def _delete_conditions(call: Call) -> dict[str, str]:
    conditions = {
        "ETag": call.header("if-match"),
        "Size": call.header("x-amz-if-match-size"),
        "LastModifiedTime": call.header("x-amz-if-match-last-modified-time"),
    }
    return {name: value for name, value in conditions.items() if value}


def remove(call: Call, bucket: Bucket, key: str, version: str, conditions: dict[str, Any]) -> dict[str, Any]:
    """Remove an object or a version of it; return what became of it, as DeletedObject says it."""
    action = "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
    blob = call.store.objects.find(bucket.name, key, version)
    authorise(call, action, bucket, key=key, more={"s3:versionid": version} if version else None)

    def check(now: Blob | None) -> None:
        _check_conditions(now, conditions, version)
        if now is not None and (version or not bucket.versioning):
            check_removal(call, bucket, now)

    if version:
        _check_conditions(blob, conditions, version)
        removed = call.store.objects.delete_version(bucket.name, key, version, check)
        is_marker = removed is not None and removed.marker
        marked = {"DeleteMarker": True, "DeleteMarkerVersionId": version} if is_marker else {}
        return {"Key": key, "VersionId": version, **marked}
    marker = call.store.objects.delete(bucket.name, key, owner=call.account or bucket.account, check=check)
    if marker is None:
        return {"Key": key}
    return {"Key": key, "DeleteMarker": True, "DeleteMarkerVersionId": marker.version}


def _check_conditions(now: Blob | None, conditions: dict[str, Any], version: str) -> None:
    """Refuse to remove what is not as the client remembers it; deleting a missing object is a no-op.

    Under a delete marker the object is not there; the marker as a version of its own is.
    """
    if not conditions or now is None or (now.marker and not version):
        return
    holds = (
        names(conditions.get("ETag", "*"), now.etag)
        and str(conditions.get("Size", now.size)) == str(now.size)
        and _same_time(conditions.get("LastModifiedTime"), now)
    )
    if not holds:
        raise S3Fault("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")


def _same_time(condition: Any, blob: Blob) -> bool:
    if condition is None:
        return True
    try:
        time = read_time(condition) if isinstance(condition, str) else condition
    except ValueError:
        raise S3Fault("InvalidArgument", "The date is no date.") from None
    return bool(time == moment(blob.modified_ms))


async def delete_objects(call: Call) -> Response:
    """DeleteObjects: up to a thousand, each with its own outcome."""
    bucket = call.owned_bucket()
    document = await call.document("DeleteObjects")
    items = document.get("Objects", [])
    if not 1 <= len(items) <= MOST_AT_ONCE:
        raise S3Fault("MalformedXML", "Between 1 and 1000 objects can be deleted at once.")
    deleted, failed = await in_thread(_remove_all, call, bucket, items)
    answer: dict[str, Any] = {"Errors": failed} if failed else {}
    if not document.get("Quiet"):
        answer["Deleted"] = deleted
    return document_answer("DeleteObjects", answer, "DeleteResult")


def _remove_all(call: Call, bucket: Bucket, items: list[dict[str, Any]]) -> tuple[list[Any], list[Any]]:
    deleted: list[Any] = []
    failed: list[Any] = []
    for item in items:
        key, version = item.get("Key", ""), item.get("VersionId", "")
        conditions: dict[str, Any] = {
            name: item[name] for name in ("ETag", "Size", "LastModifiedTime") if name in item
        }
        try:
            deleted.append(remove(call, bucket, key, version, conditions))
        except S3Fault as refusal:
            fault = translate(refusal)
            entry = {"Key": key, "Code": fault.code, "Message": fault.sentence}
            failed.append({**entry, "VersionId": version} if version else entry)
    return deleted, failed


async def get_attributes(call: Call) -> Response:
    """GetObjectAttributes."""
    action = "s3:GetObjectVersionAttributes" if call.version else "s3:GetObjectAttributes"
    bucket, blob = authorised_version(call, action)
    authorise(
        call, "s3:GetObjectVersion" if call.version else "s3:GetObject", bucket, key=call.key, blob=blob
    )
    require_key(call, blob.about.encryption)
    attributes = {
        name.strip()
        for value in call.request.headers.every("x-amz-object-attributes")
        for name in value.split(",")
    }
    if not attributes or not attributes <= ATTRIBUTES:
        raise S3Fault("InvalidArgument", "Invalid attribute name specified.")
    values = {"ETag": blob.etag, "StorageClass": blob.about.storage_class, "ObjectSize": blob.size}
    value: dict[str, Any] = {name: values[name] for name in attributes & values.keys()}
    if "Checksum" in attributes and blob.about.checksum:
        value["Checksum"] = checksum_members(blob.about.checksum, with_kind=True)
    if "ObjectParts" in attributes and blob.about.parts:
        value["ObjectParts"] = _parts(call, blob)
    answer = document_answer("GetObjectAttributes", value, "GetObjectAttributesResponse")
    answer.headers.append(("last-modified", http_date(blob)))
    if bucket.versioning:
        answer.headers.append(("x-amz-version-id", blob.version))
    return answer


def checksum_members(checksum: Checksum | None, *, with_kind: bool = False) -> dict[str, str]:
    """Return a checksum as members of a document."""
    if checksum is None:
        return {}
    members = {f"Checksum{checksum.algorithm}": checksum.value}
    return {**members, "ChecksumType": checksum.kind} if with_kind else members


def _parts(call: Call, blob: Blob) -> dict[str, Any]:
    most = call.header_number("x-amz-max-parts", 1000, most=1000)
    after = call.header_number("x-amz-part-number-marker", 0)
    remaining = [part for part in blob.about.parts if part.number > after]
    page: list[UploadPart] = remaining[:most]
    value: dict[str, Any] = {
        "TotalPartsCount": len(blob.about.parts),
        "PartNumberMarker": after,
        "MaxParts": most,
        "IsTruncated": len(remaining) > most,
    }
    if page:
        value["NextPartNumberMarker"] = page[-1].number
    value["Parts"] = [
        {"PartNumber": part.number, "Size": part.size, **checksum_members(part.checksum)} for part in page
    ]
    return value
