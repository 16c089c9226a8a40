"""Multipart uploads: create, part, list, complete, abort."""

import base64
from dataclasses import replace
from hashlib import md5
from typing import Any
from urllib.parse import quote

from vedette.api.s3 import about
from vedette.api.s3.access import authorise, authorise_write
from vedette.api.s3.call import Call, document_answer, in_thread, moment, owner
from vedette.api.s3.conditions import check_write
from vedette.api.s3.encryption import (
    CIPHER,
    CUSTOMER,
    customer_key,
    echo,
    encoder,
    require_key,
    require_sealed,
)
from vedette.api.s3.expiration import abort_headers, expiration_headers
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.objects import checksum_members, checksum_of, receive, version_header
from vedette.api.s3.ranges import MOST_PARTS, read_number_of_part
from vedette.api.s3.tags import tags_of_header
from vedette.store.blobs.files import Draft
from vedette.store.blobs.sealed import is_sealed
from vedette.store.blobs.uploads import choose_parts, nonce_of
from vedette.store.blobs.values import About, Blob, Bucket, Checksum, Upload, UploadPart
from vedette.wire.checksums import SIZES, header_of, join_sums, new_sum, write_sum
from vedette.wire.http import Response

LAST = "\U0010ffff"


async def create_upload(call: Call) -> Response:
    """CreateMultipartUpload."""
    bucket = call.owned_bucket()
    authorise_write(call, bucket, tags_of_header(call.header("x-amz-tagging")))
    writer = about.owner_of_new(call, bucket)
    description = replace(about.about_of_request(call, bucket), checksum=_announced(call))
    upload = await in_thread(
        call.store.uploads.begin,
        bucket.name,
        call.key,
        upload=call.store.new_id(),
        owner=writer,
        about=description,
    )
    value = {"Bucket": bucket.name, "Key": call.key, "UploadId": upload.id}
    answer = document_answer("CreateMultipartUpload", value, "InitiateMultipartUploadResult")
    answer.headers += echo(description.encryption) + abort_headers(bucket, upload)
    if description.checksum is not None:
        answer.headers.append(("x-amz-checksum-algorithm", description.checksum.algorithm))
        answer.headers.append(("x-amz-checksum-type", description.checksum.kind))
    return answer


def _announced(call: Call) -> Checksum | None:
    """Return the algorithm and the kind of the checksum that the parts will have."""
    algorithm = (
        call.header("x-amz-checksum-algorithm") or call.header("x-amz-sdk-checksum-algorithm")
    ).upper()
    kind = call.header("x-amz-checksum-type").upper()
    if not algorithm:
        if kind:
            raise S3Fault(
                "InvalidRequest", "The x-amz-checksum-type header can only be used with an algorithm."
            )
        return None
    if algorithm not in SIZES:
        raise S3Fault("InvalidRequest", "Checksum algorithm provided is unsupported.")
    kind = kind or ("FULL_OBJECT" if algorithm == "CRC64NVME" else "COMPOSITE")
    possible = {"CRC64NVME": ("FULL_OBJECT",), "SHA1": ("COMPOSITE",), "SHA256": ("COMPOSITE",)}
    if kind not in possible.get(algorithm, ("FULL_OBJECT", "COMPOSITE")):
        raise S3Fault(
            "InvalidRequest", f"The {kind} checksum type cannot be used with the {algorithm} algorithm."
        )
    return Checksum(algorithm, "", kind)


async def upload_part(call: Call) -> Response:
    """UploadPart."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutObject", bucket, key=call.key)
    upload = _find(call)
    number = part_number(call)
    key = require_key(call, upload.about.encryption)
    draft = call.store.draft()
    encode = encoder(key, upload.about.encryption, draft.unique)
    await seal_part(call, upload, draft)
    try:
        body = await receive(call, draft, encode)
        checksum = checksum_of(body)
        _check_algorithm(upload, checksum)
        part = await in_thread(
            call.store.uploads.put_part, upload, draft, UploadPart(number, 0, "", checksum=checksum)
        )
    finally:
        draft.discard()
    headers = [("etag", f'"{part.etag}"'), *echo(upload.about.encryption)]
    return Response(200, headers + about.checksum_headers(checksum)[:1])


async def seal_part(call: Call, upload: Upload, draft: Draft) -> None:
    """Have a part sealed where its upload is, if the caller may have the upload's key opened."""
    if is_sealed(upload.about):
        unmade = Blob(
            upload.bucket, upload.key, "", 0, False, False, 0, "", 0, upload.owner, "", upload.about
        )
        require_sealed(call, unmade)
        await in_thread(call.store.seal_draft, draft, upload.bucket, upload.key, upload.about, draft.unique)


def _check_algorithm(upload: Upload, checksum: Checksum | None) -> None:
    announced = upload.about.checksum
    if announced is not None and checksum is not None and checksum.algorithm != announced.algorithm:
        raise S3Fault(
            "InvalidRequest",
            f"Checksum Type mismatch occurred, expected checksum Type: {announced.algorithm.lower()},"
            f" actual checksum Type: {checksum.algorithm.lower()}",
        )


def part_number(call: Call) -> int:
    """Return the number of the part that is sent."""
    return read_number_of_part(call.query.get("partNumber", ""))


def _find(call: Call, *, or_done: bool = False) -> Upload:
    return call.store.uploads.find(call.bucket, call.key, call.query["uploadId"], or_done=or_done)


async def list_parts(call: Call) -> Response:
    """ListParts."""
    bucket = call.owned_bucket()
    authorise(call, "s3:ListMultipartUploadParts", bucket, key=call.key)
    upload = _find(call)
    most, after = call.number("max-parts", 1000, most=1000), call.number("part-number-marker", 0)
    parts = await in_thread(call.store.uploads.parts, upload, after=after, most=most + 1)
    page = parts[:most]
    value: dict[str, Any] = {
        "Bucket": bucket.name,
        "Key": call.key,
        "UploadId": upload.id,
        "PartNumberMarker": after,
        "NextPartNumberMarker": page[-1].number if page else 0,
        "MaxParts": most,
        "IsTruncated": len(parts) > most,
        "Initiator": owner(upload.owner),
        "Owner": owner(upload.owner),
        "StorageClass": upload.about.storage_class,
        "Parts": [_part_entry(part) for part in page],
    }
    if upload.about.checksum is not None:
        value["ChecksumAlgorithm"] = upload.about.checksum.algorithm
        value["ChecksumType"] = upload.about.checksum.kind
    return document_answer("ListParts", value, "ListPartsResult")


def _part_entry(part: UploadPart) -> dict[str, Any]:
    return {
        "PartNumber": part.number,
        "LastModified": moment(part.modified_ms),
        "ETag": f'"{part.etag}"',
        "Size": part.size,
        **checksum_members(part.checksum),
    }


async def list_uploads(call: Call) -> Response:
    """ListMultipartUploads."""
    bucket = call.owned_bucket()
    authorise(call, "s3:ListBucketMultipartUploads", bucket)
    marker, upload_marker = call.query.get("key-marker", ""), call.query.get("upload-id-marker", "")
    prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
    most = call.number("max-uploads", 1000, most=1000)
    write = quote if call.query.get("encoding-type") == "url" else str
    after = (marker, upload_marker or LAST) if marker else None
    uploads, prefixes, following = await in_thread(
        call.store.listing.uploads, bucket, prefix=prefix, delimiter=delimiter, after=after, most=most
    )
    value: dict[str, Any] = {
        "Bucket": bucket.name,
        "KeyMarker": write(marker),
        "UploadIdMarker": upload_marker,
        "Prefix": write(prefix),
        "MaxUploads": most,
        "IsTruncated": following is not None,
        "Uploads": [_upload_entry(upload, write(upload.key)) for upload in uploads],
        "CommonPrefixes": [{"Prefix": write(common)} for common in prefixes],
    }
    if delimiter:
        value["Delimiter"] = write(delimiter)
    if write is quote:
        value["EncodingType"] = "url"
    if following is not None:
        value["NextKeyMarker"], value["NextUploadIdMarker"] = write(following[0]), following[1]
    return document_answer("ListMultipartUploads", value, "ListMultipartUploadsResult")


def _upload_entry(upload: Upload, key: str) -> dict[str, Any]:
    return {
        "Key": key,
        "UploadId": upload.id,
        "Initiator": owner(upload.owner),
        "Owner": owner(upload.owner),
        "StorageClass": upload.about.storage_class,
        "Initiated": moment(upload.started_ms),
    }


async def abort_upload(call: Call) -> Response:
    """AbortMultipartUpload."""
    bucket = call.owned_bucket()
    authorise(call, "s3:AbortMultipartUpload", bucket, key=call.key)
    await in_thread(call.store.uploads.abort, _find(call))
    return Response(204)


async def complete_upload(call: Call) -> Response:
    """CompleteMultipartUpload; asked again after it succeeded, it says so again."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutObject", bucket, key=call.key)
    upload = _find(call, or_done=True)
    requested = (await call.document("CompleteMultipartUpload")).get("Parts", [])
    if not 1 <= len(requested) <= MOST_PARTS:
        raise S3Fault("MalformedXML", "The list of parts is empty, or too long.")
    if upload.result:
        sum_then = upload.result.get("checksum")
        checksum = Checksum(**sum_then) if sum_then else None
        return _completed(call, bucket, upload.result["etag"], upload.result["version"], checksum)
    if customer_key(call, CUSTOMER) is not None:
        # S3 joins the parts without the key too, which it needs for none of its bytes; a wrong one is said.
        require_key(call, upload.about.encryption)
    have = await in_thread(call.store.uploads.parts, upload)
    parts = choose_parts(have, [(part.get("PartNumber", 0), part.get("ETag", "")) for part in requested])
    _check_part_sums(parts, requested)
    _check_size(call, parts)
    checksum = await in_thread(_whole_checksum, upload, parts)
    _check_promised(call, checksum)
    joined = md5(bytes.fromhex("".join(part.etag for part in parts)), usedforsecurity=False)
    etag = f"{joined.hexdigest()}-{len(parts)}"
    is_encrypted = CIPHER in upload.about.encryption or is_sealed(upload.about)
    stored_parts = tuple(
        replace(part, path="", modified_ms=0, etag="", nonce=nonce_of(part) if is_encrypted else "")
        for part in parts
    )
    description: About = replace(upload.about, checksum=checksum, parts=stored_parts)
    draft = call.store.draft()
    try:
        blob = await in_thread(
            call.store.uploads.complete,
            upload,
            parts,
            draft,
            etag=etag,
            about=description,
            check=check_write(call),
        )
    finally:
        draft.discard()
    answer = _completed(call, bucket, etag, blob.version, checksum)
    answer.headers += echo(description.encryption) + expiration_headers(bucket, blob)
    return answer


def _completed(call: Call, bucket: Bucket, etag: str, version: str, checksum: Checksum | None) -> Response:
    host = call.header("host") or "localhost"
    value = {
        "Location": f"{call.request.scheme}://{host}/{bucket.name}/{quote(call.key)}",
        "Bucket": bucket.name,
        "Key": call.key,
        "ETag": f'"{etag}"',
        **checksum_members(checksum, with_kind=True),
    }
    answer = document_answer("CompleteMultipartUpload", value, "CompleteMultipartUploadResult")
    answer.headers += version_header(bucket, version)
    return answer


def _check_part_sums(parts: list[UploadPart], requested: list[dict[str, Any]]) -> None:
    """Refuse a part whose checksum the client remembers otherwise."""
    by_number = {entry.get("PartNumber", 0): entry for entry in requested}
    for part in parts:
        sums = {name: value for name, value in by_number[part.number].items() if name.startswith("Checksum")}
        if part.checksum is not None and sums and sums != checksum_members(part.checksum):
            raise S3Fault("InvalidPart", "One or more of the specified parts could not be found.")


def _check_size(call: Call, parts: list[UploadPart]) -> None:
    size_header = call.header("x-amz-mp-object-size")
    if size_header and size_header != str(sum(part.size for part in parts)):
        raise S3Fault(
            "InvalidRequest", "The provided 'x-amz-mp-object-size' header does not match what was computed."
        )


def _whole_checksum(upload: Upload, parts: list[UploadPart]) -> Checksum | None:
    """Return the checksum of the object: of its bytes, or of its parts' checksums; the bytes are not read."""
    announced = upload.about.checksum
    if announced is None or any(part.checksum is None for part in parts):
        return None
    sums = [base64.b64decode(part.checksum.value) for part in parts if part.checksum is not None]
    if announced.kind == "COMPOSITE":
        running = new_sum(announced.algorithm)
        for part_sum in sums:
            running.update(part_sum)
        return Checksum(announced.algorithm, f"{write_sum(running.digest())}-{len(parts)}", "COMPOSITE")
    joined = join_sums(announced.algorithm, [(s, part.size) for s, part in zip(sums, parts, strict=True)])
    return Checksum(announced.algorithm, write_sum(joined))


def _check_promised(call: Call, checksum: Checksum | None) -> None:
    """Refuse an object that is not what the client computed, where it sent its checksum along."""
    if checksum is None:
        return
    checksum_header = call.header(header_of(checksum.algorithm))
    if checksum_header and checksum_header.partition("-")[0] != checksum.value.partition("-")[0]:
        raise S3Fault(
            "BadDigest", f"The {checksum.algorithm} you specified did not match the calculated checksum."
        )
