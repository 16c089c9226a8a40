"""Bucket policies as S3 has them: documents of the bucket, parsed once for as long as they stay the same."""

import logging
from collections.abc import Iterable
from functools import lru_cache

from vedette.access.parse import parse_policy
from vedette.access.patterns import Template
from vedette.access.pins import ESCAPED, hold_to_ids, unpin
from vedette.access.policy import Policy, PolicyKind, deny_all
from vedette.access.public import is_public
from vedette.errors import MalformedPolicy
from vedette.store.blobs.values import Bucket

log = logging.getLogger("vedette.s3")

# Documents of buckets that are in use; a policy of 20 KB takes about ten times that when parsed.
MOST_PARSED = 256


def read_policy(bucket: str, text: bytes) -> Policy:
    """Return a policy that can be obeyed, or refuse it."""

    def is_of_bucket(resource: str) -> bool:
        return _may_mean(resource, bucket)

    return parse_policy(text, PolicyKind.BUCKET, name=f"of {bucket}", is_resource=is_of_bucket)


def _read_stored(bucket: str, document: bytes) -> Policy:
    text, ids = unpin(document.decode(errors=ESCAPED))
    return hold_to_ids(read_policy(bucket, text.encode(errors=ESCAPED)), ids)


def policies_of(bucket: Bucket) -> tuple[Policy, ...]:
    """Return the bucket's policy, if it has one; a stored one that cannot be parsed denies everything."""
    document = bucket.documents.get("policy")
    return () if document is None else (_parsed(bucket.name, document)[0],)


def has_public_policy(bucket: Bucket) -> bool:
    """Say whether the bucket's policy lets the world in."""
    document = bucket.documents.get("policy")
    return document is not None and _parsed(bucket.name, document)[1]


@lru_cache(maxsize=MOST_PARSED)
def _parsed(bucket: str, document: bytes) -> tuple[Policy, bool]:
    try:
        policy = _read_stored(bucket, document)
    except MalformedPolicy as refusal:
        log.warning("the policy of the bucket %s denies everything: %s", bucket, refusal.sentence)
        return deny_all(PolicyKind.BUCKET, f"of {bucket}"), False
    return policy, is_public(policy)


def unreadable(documents: Iterable[tuple[str, bytes]]) -> list[str]:
    """Return a sentence for each stored document that cannot be obeyed any more, and so denies everything."""
    return [sentence for bucket, document in documents if (sentence := _unreadable(bucket, document))]


def _unreadable(bucket: str, document: bytes) -> str:
    try:
        _read_stored(bucket, document)
    except MalformedPolicy as refusal:
        return f"The policy of the bucket {bucket} denies everything. {refusal.sentence}"
    return ""


def _may_mean(resource: str, bucket: str) -> bool:
    """Say whether a resource, variables read as anything, can be the bucket or an object in it."""
    if resource == "*":
        return True
    parts = _without_variables(resource).split(":", 5)
    if len(parts) != 6:
        return False
    own = Template(":".join([*parts[:5], parts[5].partition("/")[0]]), variables=False)
    return own.matches(f"arn:aws:s3:::{bucket}", {})


def _without_variables(text: str) -> str:
    while (start := text.find("${")) >= 0 and (end := text.find("}", start)) >= 0:
        text = f"{text[:start]}*{text[end + 1 :]}"
    return text
