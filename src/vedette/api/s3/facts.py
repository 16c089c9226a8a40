"""What the conditions of policies may ask about a request to S3. Keys are in lower case.

Only what the request itself says, and what is known of the object before it is touched: never what
the answer would be.
"""

import math
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from vedette.access.patterns import Value
from vedette.access.request import moment, sender, via_service
from vedette.api.s3.address import decode
from vedette.api.s3.call import Call, read_document
from vedette.store.blobs.values import Blob, Bucket
from vedette.wire.scalars import read_time

Facts = dict[str, Value]

HEADERS = (
    "if-match", "if-none-match", "x-amz-acl", "x-amz-grant-full-control", "x-amz-grant-read",
    "x-amz-grant-read-acp", "x-amz-grant-write", "x-amz-grant-write-acp", "x-amz-metadata-directive",
    "x-amz-object-ownership", "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm", "x-amz-storage-class",
    "x-amz-website-redirect-location",
)  # fmt: skip
RETAIN_UNTIL = "x-amz-object-lock-retain-until-date"
LOCKS = {
    "x-amz-object-lock-mode": "s3:object-lock-mode",
    RETAIN_UNTIL: "s3:object-lock-retain-until-date",
    "x-amz-object-lock-legal-hold": "s3:object-lock-legal-hold",
}
QUERY = {
    "prefix": "s3:prefix",
    "delimiter": "s3:delimiter",
    "max-keys": "s3:max-keys",
    "versionId": "s3:versionid",
}
AUTH_TYPES = {
    "header": "REST-HEADER",
    "v2-header": "REST-HEADER",
    "query": "REST-QUERY-STRING",
    "v2-query": "REST-QUERY-STRING",
    "post": "POST",
    "v2-post": "POST",
}
# The beginnings of all keys that speak of a bucket, and of an object.
_OF_BUCKET = ("aws:resourceaccount", "s3:resourceaccount", "s3:buckettag/", "aws:resourcetag/")
_OF_BLOB = "s3:existingobjecttag/"
DAY_S = 24 * 60 * 60
CONTENT_SHA256 = "x-amz-content-sha256"


def facts_of_request(call: Call) -> Facts:
    """Return all that the request says, whatever it is for."""
    return {key: value for facts_of_group, _ in GROUPS for key, value in facts_of_group(call).items()}


def fact_of_request(call: Call, key: str) -> Value | None:
    """Return what the request says of one key; None where it says nothing."""
    facts_of_group = _GROUP_OF.get(key)
    return None if facts_of_group is None else facts_of_group(call).get(key)


def _of_moment(call: Call) -> Facts:
    return moment(call.now)


def _of_sender(call: Call) -> Facts:
    if call.request.via:
        agent: Facts = {"aws:securetransport": "true", "aws:useragent": call.request.via}
        return agent | via_service(call.request.via)
    return sender(
        client=call.request.client,
        secure=call.request.scheme == "https",
        user_agent=call.header("user-agent"),
        referer=call.header("referer"),
    )


def _of_region(call: Call) -> Facts:
    region = call.signed.region if call.signed is not None else call.region
    return {"aws:requestedregion": region or call.house.settings.region}


def _of_headers(call: Call) -> Facts:
    headers = call.request.headers
    return {f"s3:{name}": headers.get(name) for name in HEADERS if name in headers}


def _of_locks(call: Call) -> Facts:
    headers = call.request.headers
    facts: Facts = {key: headers.get(name) for name, key in LOCKS.items() if name in headers}
    return facts | _about_date(call, headers.get(RETAIN_UNTIL))


def _of_query(call: Call) -> Facts:
    return {key: call.query[name] for name, key in QUERY.items() if name in call.query}


def _about_date(call: Call, text: str) -> Facts:
    try:
        return facts_of_date(call, read_time(text)) if text else {}
    except ValueError:
        return {}  # The lock refuses it, and says so.


def facts_of_date(call: Call, until: datetime) -> Facts:
    """Return how long a retention would last, in days and begun ones, and until when."""
    days = math.ceil((until - call.now).total_seconds() / DAY_S)
    return {
        "s3:object-lock-retain-until-date": until.isoformat(),
        "s3:object-lock-remaining-retention-days": str(days),
    }


def _of_copy(call: Call) -> Facts:
    """Return the source of a copy in one spelling, `bucket/key`, whichever the client chose."""
    source = call.header("x-amz-copy-source")
    if not source:
        return {}
    return {"s3:x-amz-copy-source": decode(source.partition("?")[0]).removeprefix("/")}


def _of_signature(call: Call) -> Facts:
    signed = call.signed
    if signed is None:
        return {}
    facts: Facts = {
        "s3:authtype": AUTH_TYPES[signed.form],
        "s3:signatureversion": "AWS" if signed.form.startswith("v2") else "AWS4-HMAC-SHA256",
    }
    if not signed.form.startswith("v2"):
        # AWS gives the age for version 4 alone, in milliseconds.
        facts["s3:signatureage"] = str(max(0, int((call.now - signed.date).total_seconds() * 1000)))
    return facts | _about_content(call, signed.form)


def _about_content(call: Call, form: str) -> Facts:
    # A link's own word goes before a header's, which anybody could send with it.
    declared = call.query.get("X-Amz-Content-Sha256") if form == "query" else call.header(CONTENT_SHA256)
    declared = declared or ("UNSIGNED-PAYLOAD" if form == "query" else "")
    return {f"s3:{CONTENT_SHA256}": declared} if declared else {}


# What the request says, in groups that are made together, each with all the keys that it may know.
GROUPS: tuple[tuple[Callable[[Call], Facts], frozenset[str]], ...] = (
    (_of_moment, frozenset({"aws:currenttime", "aws:epochtime"})),
    (
        _of_sender,
        frozenset(
            {
                "aws:securetransport",
                "aws:viaawsservice",
                "aws:sourceip",
                "aws:useragent",
                "aws:referer",
                "aws:calledvia",
                "aws:calledviafirst",
                "aws:calledvialast",
            }
        ),
    ),
    (_of_region, frozenset({"aws:requestedregion"})),
    (_of_headers, frozenset(f"s3:{name}" for name in HEADERS)),
    (_of_locks, frozenset({*LOCKS.values(), "s3:object-lock-remaining-retention-days"})),
    (_of_query, frozenset(QUERY.values())),
    (_of_copy, frozenset({"s3:x-amz-copy-source"})),
    (
        _of_signature,
        frozenset({"s3:authtype", "s3:signatureversion", "s3:signatureage", f"s3:{CONTENT_SHA256}"}),
    ),
)
_GROUP_OF = {key: facts_of_group for facts_of_group, keys in GROUPS for key in keys}


def fact_of_bucket(bucket: Bucket, key: str) -> Value | None:
    """Return one of the keys that speak of the bucket."""
    return facts_of_bucket(bucket).get(key) if key.startswith(_OF_BUCKET) else None


def facts_of_bucket(bucket: Bucket) -> Facts:
    """Return whose the bucket is, and its tags."""
    facts: Facts = {"aws:resourceaccount": bucket.account, "s3:resourceaccount": bucket.account}
    document = bucket.documents.get("tagging")
    if document is not None:
        for name, value in _bucket_tags(document):
            facts[f"s3:buckettag/{name.lower()}"] = facts[f"aws:resourcetag/{name.lower()}"] = value
    return facts


@lru_cache(maxsize=256)
def _bucket_tags(document: bytes) -> tuple[tuple[str, str], ...]:
    tags = read_document("PutBucketTagging", document).get("TagSet", [])
    return tuple((tag.get("Key", ""), tag.get("Value", "")) for tag in tags)


def fact_of_blob(blob: Blob | None, key: str) -> Value | None:
    """Return one of the keys that speak of the object as it is now."""
    return facts_of_blob(blob).get(key) if key.startswith(_OF_BLOB) else None


def facts_of_blob(blob: Blob | None) -> Facts:
    """Return the tags that the object has now."""
    if blob is None:
        return {}
    return {f"{_OF_BLOB}{name.lower()}": value for name, value in blob.about.tags.items()}


def facts_of_tags(tags: dict[str, str] | None) -> Facts:
    """Return the tags that the request would give the object."""
    if not tags:
        return {}
    facts: Facts = {f"s3:requestobjecttag/{name.lower()}": value for name, value in tags.items()}
    return facts | {"s3:requestobjecttagkeys": tuple(tags)}
