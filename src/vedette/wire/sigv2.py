"""Signature Version 2, which boto3 still puts into S3 links by default in the older regions.

It signs the path, a few headers, all `x-amz-*` headers and those query parameters that
name a part of a bucket or object; it does not cover the body.
"""

import base64
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from operator import itemgetter

from vedette.wire.canonical import Pairs, decode, encode, split_query
from vedette.wire.clockskew import read_date
from vedette.wire.http import Request
from vedette.wire.scalars import read_count
from vedette.wire.signed import Form, SignatureClaim, SignatureFault, SignatureFaultKind

# The parameters that are signed: parts of a bucket or an object, and overrides of answers.
# fmt: off
SIGNED_PARAMETERS = frozenset([
    "accelerate", "acl", "analytics", "attributes", "cors", "defaultObjectAcl", "delete", "encryption",
    "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "location", "logging", "metrics",
    "notification", "object-lock", "ownershipControls", "partNumber", "policy", "policyStatus",
    "publicAccessBlock", "replication", "requestPayment",
    "response-cache-control", "response-content-disposition", "response-content-encoding",
    "response-content-language", "response-content-type", "response-expires", "restore", "retention",
    "select", "select-type", "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId",
    "versioning", "versions", "website",
])
# fmt: on
# What clients with an older list leave out, though it names a part of the bucket (botocore's list ends
# in 2018). That is accepted in a header; a link could be stretched to mean more than its maker signed.
# fmt: off
SOMETIMES_SIGNED = frozenset({
    "attributes", "encryption", "intelligent-tiering", "legal-hold", "ownershipControls", "policyStatus",
    "publicAccessBlock", "retention",
})
# fmt: on
# A link that reads these reveals no more than the link that it could be derived from.
HARMLESS = frozenset({"attributes", "ownershipControls", "policyStatus"})
FAR_AWAY = 253402300799  # the last second of the year 9999


def read_header(header: str, request: Request) -> SignatureClaim:
    """Return the claim of `Authorization: AWS <key>:<signature>`."""
    key_id, colon, signature = header[4:].strip().rpartition(":")
    if not (colon and key_id and signature):
        raise SignatureFault(
            SignatureFaultKind.MALFORMED,
            "AWS authorization header is invalid. Expected AwsAccessKeyId:signature",
            form="v2-header",
        )
    return SignatureClaim(
        key_id=key_id,
        form="v2-header",
        signature=signature,
        date=read_date(request),
        token=request.headers.get("x-amz-security-token"),
    )


def read_link(pairs: Pairs) -> SignatureClaim:
    """Return the claim of a link with AWSAccessKeyId, Signature and Expires."""
    fields = {name: decode(value) for name, value in pairs}
    names = [name for name, _ in pairs if name in ("AWSAccessKeyId", "Signature", "Expires")]
    if sorted(names) != ["AWSAccessKeyId", "Expires", "Signature"] or not all(fields[n] for n in names):
        raise SignatureFault(
            SignatureFaultKind.INCOMPLETE,
            "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters",
            form="v2-query",
        )
    text = fields["Expires"]
    try:
        moment = datetime.fromtimestamp(read_count(text, most=FAR_AWAY), UTC)
    except ValueError:
        raise SignatureFault(
            SignatureFaultKind.BAD_DATE,
            f"Invalid date (should be seconds since epoch): {text}",
            form="v2-query",
        ) from None
    return SignatureClaim(
        key_id=fields["AWSAccessKeyId"],
        form="v2-query",
        signature=fields["Signature"],
        date=moment,
        token=fields.get("x-amz-security-token", ""),
        expires_at=moment,
    )


def spellings(signed: SignatureClaim, request: Request, *, bucket: str = "") -> Iterator[bytes]:
    """Yield the strings that the signer may have signed: paths and parameter lists vary a little."""
    head = _head(signed, request)
    prefix = f"/{bucket}" if bucket else ""
    raw = request.raw_path or "/"
    paths = dict.fromkeys([raw, encode(decode(raw), safe="/~")])
    if not bucket and raw.count("/") == 1 and raw != "/":
        # botocore signs `/bucket/` for `/bucket`. Of a bucket named by the host this would be a key.
        paths |= dict.fromkeys([f"{path}/" for path in paths])
    queries = {_parameters(request.raw_query, SIGNED_PARAMETERS): None}
    unsigned = _may_be_unsigned(signed, request)
    queries[_parameters(request.raw_query, SIGNED_PARAMETERS - unsigned)] = None
    for path in paths:
        for query in queries:
            yield f"{head}{prefix}{path}{query}".encode("latin-1", "replace")


def sign(secret: str, text: bytes) -> str:
    """Return the signature of the text in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), text, "sha1")).decode("ascii")


def _may_be_unsigned(signed: SignatureClaim, request: Request) -> frozenset[str]:
    if signed.form == "v2-header":
        return SOMETIMES_SIGNED
    return HARMLESS if request.method in ("GET", "HEAD") else frozenset()


def _head(signed: SignatureClaim, request: Request) -> str:
    fields = _fields(signed.form, request)
    if signed.form == "v2-query":
        date = decode(dict(split_query(request.raw_query))["Expires"])
    else:
        date = "" if "x-amz-date" in fields else request.headers.get("date").strip(" \t")
    amz = "".join(f"{name}:{fields[name]}\n" for name in sorted(fields) if name.startswith("x-amz-"))
    return "\n".join(
        [request.method, fields.get("content-md5", ""), fields.get("content-type", ""), date, amz]
    )


def _fields(form: Form, request: Request) -> dict[str, str]:
    """Return the header fields that are signed; in a link they may stand in the query instead."""
    fields: dict[str, str] = {}
    if form == "v2-query":
        fields = {name: decode(value) for name, value in split_query(request.raw_query)}
    names = dict.fromkeys(name for name, _ in request.headers)
    for name in names:
        if name.startswith("x-amz-") or name in ("content-md5", "content-type"):
            fields[name] = ",".join(value.strip(" \t") for value in request.headers.every(name))
    return fields


def _parameters(raw_query: str, signed: frozenset[str]) -> str:
    # A value is signed decoded, and a name without an equals sign is signed without it.
    cut = (pair.partition("=") for pair in raw_query.split("&"))
    signed_pairs = sorted((parts for parts in cut if parts[0] in signed), key=itemgetter(0))
    parts = [f"{name}{equals}{decode(value)}" for name, equals, value in signed_pairs]
    return "?" + "&".join(parts) if parts else ""
