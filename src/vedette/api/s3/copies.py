"""Copies: an object from another, and a part of an upload from a part of an object."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from vedette.api.s3 import about
from vedette.api.s3.access import authorise, authorise_write
from vedette.api.s3.address import decode, read_query
from vedette.api.s3.call import Call, document_answer, in_thread, moment
from vedette.api.s3.conditions import check_copy, check_write
from vedette.api.s3.encryption import (
    CIPHER,
    COPY_CUSTOMER,
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
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.objects import checksum_members, version_header
from vedette.api.s3.pick import refuse_to_tell
from vedette.api.s3.ranges import ByteSpan, read_copy_range
from vedette.api.s3.sealing import SSE
from vedette.api.s3.tags import tags_of_header
from vedette.api.s3.uploads import part_number, seal_part
from vedette.store.blobs.files import BUFFER, Draft
from vedette.store.blobs.objects import missing_key
from vedette.store.blobs.sealed import is_sealed, place_of, read_sealed
from vedette.store.blobs.values import About, Blob, Bucket, Checksum, UploadPart
from vedette.wire.checksums import SIZES, new_sum, write_sum
from vedette.wire.http import Response

SOURCE = "x-amz-copy-source"
MOST = 5 * 1024**3


async def copy_object(call: Call) -> Response:
    """CopyObject."""
    bucket = call.owned_bucket()
    source_bucket, source = _source(call)
    key = require_key(call, source.about.encryption, COPY_CUSTOMER)
    require_sealed(call, source)
    check_copy(call, source)
    if source.size > MOST:
        raise S3Fault(
            "InvalidRequest",
            "The specified copy source is larger than the maximum allowable size: 5368709120",
        )
    authorise_write(call, bucket, _tags(call, source_bucket, source))
    description = _about_copy(call, bucket, source)
    _refuse_idle(call, source, description)
    draft = call.store.draft()
    call.store.seal_draft(draft, bucket.name, call.key, description)
    try:
        etag, description = await in_thread(_fill, call, draft, Source(source, key), description)
        blob = await in_thread(
            call.store.objects.put,
            bucket.name,
            call.key,
            draft,
            etag=etag,
            owner=about.owner_of_new(call, bucket),
            about=description,
            check=check_write(call),
        )
    finally:
        draft.discard()
    return _answer(bucket, source_bucket, source, blob)


def _answer(bucket: Bucket, source_bucket: Bucket, source: Blob, blob: Blob) -> Response:
    value = {
        "ETag": f'"{blob.etag}"',
        "LastModified": moment(blob.modified_ms),
        **checksum_members(blob.about.checksum, with_kind=True),
    }
    answer = document_answer("CopyObject", {"CopyObjectResult": value}, "CopyObjectResult")
    answer.headers += echo(blob.about.encryption) + version_header(bucket, blob.version)
    answer.headers += expiration_headers(bucket, blob)
    if source_bucket.versioning:
        answer.headers.append(("x-amz-copy-source-version-id", source.version))
    return answer


def read_source(call: Call) -> tuple[str, str, str]:
    """Return the bucket, the key and the version that the header names as the source of a copy."""
    path, _, query = call.header(SOURCE).partition("?")
    name, _, key = decode(path).removeprefix("/").partition("/")
    version = read_query(query).get("versionId", "")
    if not name or not key:
        raise S3Fault(
            "InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey"
        )
    return name, key, version


def _source(call: Call) -> tuple[Bucket, Blob]:
    """Return what is copied from, once the caller may read it."""
    name, key, version = read_source(call)
    bucket = call.store.buckets.find(name)
    blob = call.store.objects.find(name, key, version)
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    authorise(call, action, bucket, key=key, blob=blob, more={"s3:versionid": version} if version else None)
    if blob is None or blob.marker:
        refuse_to_tell(call, bucket, key)
    if blob is None and version:
        raise S3Fault(
            "NoSuchVersion",
            "The specified version does not exist.",
            members={"Key": key, "VersionId": version},
        )
    if blob is None or (blob.marker and not version):
        raise missing_key(key)
    if blob.marker:
        raise S3Fault(
            "InvalidRequest",
            "The source of a copy request may not specifically refer to a delete marker by version id.",
        )
    return bucket, blob


def _tags(call: Call, bucket: Bucket, source: Blob) -> dict[str, str]:
    """Return the tags that the copy will have; the source's own are read by a right of their own."""
    if _directive(call, "tagging") == "REPLACE":
        return tags_of_header(call.header("x-amz-tagging"))
    if source.about.tags:
        action = "s3:GetObjectVersionTagging" if "versionId" in call.header(SOURCE) else "s3:GetObjectTagging"
        authorise(call, action, bucket, key=source.key, blob=source)
    return source.about.tags


def _about_copy(call: Call, bucket: Bucket, source: Blob) -> About:
    """Return the copy's metadata: the source's or new, as the directives say."""
    content = _directive(call, "metadata")
    tags = _directive(call, "tagging")
    new = about.about_of_request(call, bucket)
    if content == "COPY":
        original = source.about
        headers = {name: value for name, value in original.headers.items() if name != about.REDIRECT}
        headers |= {name: value for name, value in new.headers.items() if name == about.REDIRECT}
        new = replace(new, content_type=original.content_type, headers=headers, metadata=original.metadata)
    return replace(new, tags=source.about.tags) if tags == "COPY" else new


def _directive(call: Call, name: str) -> str:
    directive = call.header(f"x-amz-{name}-directive", "COPY").upper()
    if directive not in ("COPY", "REPLACE"):
        raise S3Fault("InvalidArgument", f"Unknown {name} directive.")
    return directive


def _refuse_idle(call: Call, source: Blob, description: About) -> None:
    """Refuse to copy an object onto itself when nothing would change."""
    same = (source.bucket, source.key) == (call.bucket, call.key) and source.latest
    changed = (
        call.header("x-amz-metadata-directive").upper() == "REPLACE"
        or description.storage_class != source.about.storage_class
        or _is_encrypted_otherwise(call, source, description)
        or about.REDIRECT in description.headers
        or "versionId" in call.header(SOURCE)
        or call.header("x-amz-checksum-algorithm")
    )
    if same and not changed:
        raise S3Fault(
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself without changing"
            " the object's metadata, storage class, website redirect location or encryption attributes.",
        )


def _is_encrypted_otherwise(call: Call, source: Blob, description: About) -> bool:
    """Say whether a copy has another encryption than its source; a data key of its own is none."""
    if is_sealed(source.about) and is_sealed(description):
        return SSE in call.request.headers or echo(description.encryption) != echo(source.about.encryption)
    return description.encryption != source.about.encryption


@dataclass(frozen=True, slots=True)
class Source:
    """What is copied from, and the customer's key of it."""

    blob: Blob
    key: bytes | None


def _fill(call: Call, draft: Draft, source: Source, description: About) -> tuple[str, About]:
    """Copy the bytes; return their ETag, and the metadata with their checksum."""
    blob = source.blob
    whole = ByteSpan(0, blob.size, is_part=False)
    wanted_algorithm = call.header("x-amz-checksum-algorithm").upper()
    if wanted_algorithm and wanted_algorithm not in SIZES:
        raise S3Fault("InvalidRequest", "Checksum algorithm provided is unsupported.")
    original = blob.about.checksum
    algorithm = wanted_algorithm or (original.algorithm if original else "")
    is_known = original is not None and original.kind == "FULL_OBJECT" and algorithm == original.algorithm
    in_clear = not any(CIPHER in about.encryption or is_sealed(about) for about in (blob.about, description))
    if in_clear and "-" not in blob.etag and (is_known or not algorithm):
        draft.append_file(call.store.path_of(blob), 0, blob.size)
        return blob.etag, replace(description, checksum=original)
    encode = encoder(customer_key(call, CUSTOMER), description.encryption)
    checksum = _copy_hashed(_pieces(call, source, whole), draft, encode, algorithm)
    return "", replace(description, checksum=checksum)


def _pieces(call: Call, source: Source, span: ByteSpan) -> Iterator[bytes]:
    """Yield a source's bytes in clear, a little at a time."""
    blob, remaining = source.blob, span.length
    if is_sealed(blob.about):
        with call.store.path_of(blob).open("rb") as file:
            place = place_of(blob.bucket, blob.key)
            yield from read_sealed(file.fileno(), call.store.stretches(blob), place, span.start, remaining)
        return
    decode = decoder(source.key, blob, span.start)
    with call.store.path_of(blob).open("rb") as file:
        file.seek(span.start)
        while remaining and (data := file.read(min(remaining, BUFFER))):
            remaining -= len(data)
            yield decode(data) if decode else data


def _copy_hashed(
    pieces: Iterator[bytes], draft: Draft, encode: Coder | None, algorithm: str
) -> Checksum | None:
    """Copy bytes through memory with the sum they need; return it."""
    running = new_sum(algorithm) if algorithm else None
    for data in pieces:
        if running is not None:
            running.update(data)
        if draft.add(encode(data) if encode else data):
            draft.flush()
    return Checksum(algorithm, write_sum(running.digest())) if running is not None else None


async def copy_part(call: Call) -> Response:
    """UploadPartCopy."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutObject", bucket, key=call.key)
    upload = call.store.uploads.find(call.bucket, call.key, call.query["uploadId"])
    number = part_number(call)
    source_bucket, source = _source(call)
    source_key = require_key(call, source.about.encryption, COPY_CUSTOMER)
    key = require_key(call, upload.about.encryption)
    require_sealed(call, source)
    check_copy(call, source)
    range_header = call.header(f"{SOURCE}-range")
    span = (
        read_copy_range(range_header, source.size)
        if range_header
        else ByteSpan(0, source.size, is_part=False)
    )
    announced = upload.about.checksum
    draft = call.store.draft()
    encode = encoder(key, upload.about.encryption, draft.unique)
    algorithm = announced.algorithm if announced else ""
    pieces = _pieces(call, Source(source, source_key), span)
    await seal_part(call, upload, draft)
    try:
        checksum = await in_thread(_copy_hashed, pieces, draft, encode, algorithm)
        part = await in_thread(
            call.store.uploads.put_part, upload, draft, UploadPart(number, draft.size, "", checksum=checksum)
        )
    finally:
        draft.discard()
    value: dict[str, Any] = {
        "ETag": f'"{part.etag}"',
        "LastModified": moment(part.modified_ms),
        **checksum_members(checksum),
    }
    answer = document_answer("UploadPartCopy", {"CopyPartResult": value}, "CopyPartResult")
    answer.headers += echo(upload.about.encryption)
    if source_bucket.versioning:
        answer.headers.append(("x-amz-copy-source-version-id", source.version))
    return answer
