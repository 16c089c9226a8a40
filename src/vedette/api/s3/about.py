"""An object's metadata (`About`) from the headers of a request, and back into those of an answer."""

from dataclasses import replace

from vedette.api.s3 import acl
from vedette.api.s3.access import blocks
from vedette.api.s3.call import Call
from vedette.api.s3.conditions import http_date
from vedette.api.s3.encryption import echo, encryption_of_request
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.locks import lock_headers, lock_of_request
from vedette.api.s3.tags import tags_of_header
from vedette.store.blobs.values import About, Blob, Bucket, Checksum
from vedette.wire.header_text import read_header_text, write_header_text

CONTENT = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")
REDIRECT = "x-amz-website-redirect-location"
META = "x-amz-meta-"
MOST_METADATA = 2048
CLASSES = (
    "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER",
    "DEEP_ARCHIVE", "OUTPOSTS", "GLACIER_IR", "SNOW", "EXPRESS_ONEZONE",
)  # fmt: skip
# A reader may ask for other headers than those it was written with.
OVERRIDES = {f"response-{name}": name for name in ("content-type", *CONTENT)}


def owner_of_new(call: Call, bucket: Bucket) -> str:
    """Return the account that a new object belongs to: its writer's, unless the bucket's rule says else."""
    rule = bucket.documents.get("ownership")
    handed_over = call.header("x-amz-acl") == "bucket-owner-full-control"
    if (
        not call.account
        or rule == b"BucketOwnerEnforced"
        or (rule == b"BucketOwnerPreferred" and handed_over)
    ):
        return bucket.account
    return call.account


def about_of_request(call: Call, bucket: Bucket) -> About:
    """Return what the headers of a writing request say; grants are checked against the bucket's rules."""
    account = owner_of_new(call, bucket)
    retention, hold = lock_of_request(call, bucket)
    grants = acl.grants_of_headers(call, account, bucket_account=bucket.account)
    check_grants(bucket, grants, canned=call.header("x-amz-acl"))
    return replace(
        about_of_content(call),
        tags=tags_of_header(call.header("x-amz-tagging")),
        acl=grants,
        encryption=encryption_of_request(call, bucket),
        storage_class=storage_class(call),
        retention=retention,
        legal_hold=hold,
    )


def about_of_content(call: Call) -> About:
    """Return the type, the content headers and the user's metadata alone."""
    headers = {
        name: read_header_text(call.header(name)) for name in (*CONTENT, REDIRECT) if call.header(name)
    }
    if "content-encoding" in headers:
        headers["content-encoding"] = _without_chunking(headers["content-encoding"])
    metadata: dict[str, str] = {}
    for name, value in call.request.headers:
        if name.startswith(META):
            key = name.removeprefix(META)
            text = read_header_text(value)
            metadata[key] = f"{metadata[key]},{text}" if key in metadata else text
    if sum(len(key) + len(value.encode()) for key, value in metadata.items()) > MOST_METADATA:
        raise S3Fault("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
    filled = {name: value for name, value in headers.items() if value}
    return About(read_header_text(call.header("content-type")) or "binary/octet-stream", filled, metadata)


def check_grants(bucket: Bucket, grants: acl.Grants | None, *, canned: str = "") -> None:
    """Refuse grants that the bucket's settings forbid."""
    if grants is None:
        return
    if acl.is_public(grants) and blocks(bucket).get("BlockPublicAcls"):
        raise S3Fault("AccessDenied", "Access Denied")
    if bucket.documents.get("ownership") == b"BucketOwnerEnforced" and canned != "bucket-owner-full-control":
        raise S3Fault("AccessControlListNotSupported", "The bucket does not allow ACLs")


def storage_class(call: Call) -> str:
    """Return the storage class that is asked for; all are one folder here."""
    name = call.header("x-amz-storage-class", "STANDARD")
    if name not in CLASSES:
        raise S3Fault("InvalidStorageClass", "The storage class you specified is not valid")
    return name


def read_headers(call: Call, bucket: Bucket, blob: Blob) -> list[tuple[str, str]]:
    """Return the headers of a read, without those that depend on which part is read."""
    about = blob.about
    headers = {"content-type": about.content_type, **about.headers}
    headers |= {OVERRIDES[name]: value for name, value in call.query.items() if name in OVERRIDES}
    answer = [("last-modified", http_date(blob)), ("etag", f'"{blob.etag}"'), ("accept-ranges", "bytes")]
    answer += [(name, write_header_text(value)) for name, value in headers.items()]
    answer += [(f"{META}{name}", write_header_text(value)) for name, value in about.metadata.items()]
    answer += echo(about.encryption) + lock_headers(blob)
    if bucket.versioning:
        answer.append(("x-amz-version-id", blob.version))
    if about.storage_class != "STANDARD":
        answer.append(("x-amz-storage-class", about.storage_class))
    if about.tags:
        answer.append(("x-amz-tagging-count", str(len(about.tags))))
    return answer


def checksum_headers(checksum: Checksum | None) -> list[tuple[str, str]]:
    """Return a checksum as headers."""
    if checksum is None:
        return []
    return [
        (f"x-amz-checksum-{checksum.algorithm.lower()}", checksum.value),
        ("x-amz-checksum-type", checksum.kind),
    ]


def _without_chunking(encodings: str) -> str:
    """Return the encodings as sent; `aws-chunked` is about how the bytes came, not what they are."""
    parts = encodings.split(",")
    others = [part for part in parts if part.strip().lower() != "aws-chunked"]
    return encodings if len(others) == len(parts) else ",".join(others).strip()
