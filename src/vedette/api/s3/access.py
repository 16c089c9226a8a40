"""Whether a caller may do this to a bucket or an object.

A bucket policy's Deny comes first, then its Allow, then the house's one decision
(identity.may), then what was granted by ACL. Strangers and anonymous callers get in by the
second and the last alone, and by neither where the bucket blocks public access.
"""

from collections.abc import Mapping
from typing import Any

from vedette.api.s3 import acl
from vedette.api.s3.call import Call, read_document
from vedette.api.s3.faults import Fault
from vedette.api.s3.policy import is_public, read_policy, verdict
from vedette.identity.may import RESOURCE_ACCOUNT, may
from vedette.identity.principal import Principal
from vedette.store.blobs.values import Blob, Bucket

# What an ACL calls the actions that it can grant, on a bucket and on an object.
BUCKET_GRANTS = {
    "s3:ListBucket": "READ",
    "s3:ListBucketVersions": "READ",
    "s3:ListBucketMultipartUploads": "READ",
    "s3:PutObject": "WRITE",
    "s3:DeleteObject": "WRITE",
    "s3:AbortMultipartUpload": "WRITE",
    "s3:ListMultipartUploadParts": "WRITE",
    "s3:GetBucketAcl": "READ_ACP",
    "s3:PutBucketAcl": "WRITE_ACP",
}
OBJECT_GRANTS = {
    "s3:GetObject": "READ",
    "s3:GetObjectVersion": "READ",
    "s3:GetObjectAttributes": "READ",
    "s3:GetObjectAcl": "READ_ACP",
    "s3:GetObjectVersionAcl": "READ_ACP",
    "s3:PutObjectAcl": "WRITE_ACP",
    "s3:PutObjectVersionAcl": "WRITE_ACP",
}
# The owner can never lock itself out of these by its own policy.
ALWAYS_OWN = {"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}
CONTEXT_HEADERS = (
    "x-amz-acl", "x-amz-copy-source", "x-amz-grant-full-control", "x-amz-grant-read", "x-amz-grant-read-acp",
    "x-amz-grant-write", "x-amz-grant-write-acp", "x-amz-metadata-directive", "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id", "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class", "x-amz-content-sha256", "x-amz-website-redirect-location",
)  # fmt: skip
# An owner who has taken every grant away, its own too, has closed the bucket to writing.
NOBODY = b"[]"
QUERY_KEYS = {
    "prefix": "s3:prefix",
    "delimiter": "s3:delimiter",
    "max-keys": "s3:max-keys",
    "versionId": "s3:versionid",
}


def authorise(
    call: Call,
    action: str,
    bucket: Bucket,
    *,
    key: str = "",
    blob: Blob | None = None,
    tags: dict[str, str] | None = None,
) -> None:
    """Refuse unless the caller may do this."""
    if not is_allowed(call, action, bucket, key=key, blob=blob, tags=tags):
        raise Fault("AccessDenied", "Access Denied")


def is_allowed(  # noqa: PLR0913  (a decision has that many sides)
    call: Call,
    action: str,
    bucket: Bucket,
    *,
    key: str = "",
    blob: Blob | None = None,
    tags: dict[str, str] | None = None,
    prefix: str = "",
) -> bool:
    """Say whether the caller may do this."""
    expected = call.header("x-amz-expected-bucket-owner")
    if expected and expected != bucket.account:
        return False
    asked = {"s3:prefix": prefix} if prefix else {}
    return decide(call.principal, action, bucket, _context(call, blob, tags) | asked, key=key, blob=blob)


def decide(
    principal: Principal | None,
    action: str,
    bucket: Bucket,
    context: Mapping[str, str],
    *,
    key: str = "",
    blob: Blob | None = None,
) -> bool:
    """Say whether somebody may do this; `context` is what conditions may ask about, in lower case."""
    resource = f"arn:aws:s3:::{bucket.name}" + (f"/{key}" if key else "")
    said = _policy_says(principal, action, bucket, resource, context)
    own = may(principal, action, resource, {RESOURCE_ACCOUNT: _owner(action, bucket, blob)})
    own = own and not (action == "s3:PutObject" and bucket.documents.get("acl") == NOBODY)
    if said == "Deny" and not (own and action in ALWAYS_OWN):
        return False
    return own or said == "Allow" or _is_granted(principal, action, bucket, blob)


def _owner(action: str, bucket: Bucket, blob: Blob | None) -> str:
    """Return whose word counts: of reading an object and its grants, the object's owner's alone."""
    enforced = bucket.documents.get("ownership") == b"BucketOwnerEnforced"
    return blob.owner if blob is not None and action in OBJECT_GRANTS and not enforced else bucket.account


def blocks(bucket: Bucket) -> dict[str, bool]:
    """Return what public access the bucket blocks."""
    document = bucket.documents.get("publicAccessBlock")
    if document is None:
        return {}
    said: dict[str, bool] = read_document("PutPublicAccessBlock", document)
    return said


def acl_of(bucket: Bucket) -> acl.Grants | None:
    """Return the bucket's own list of grants."""
    document = bucket.documents.get("acl")
    return None if document is None else acl.load(document)


def _policy_says(
    principal: Principal | None, action: str, bucket: Bucket, resource: str, context: Mapping[str, str]
) -> str:
    document = bucket.documents.get("policy")
    if document is None:
        return ""
    policy = read_policy(bucket.name, document)
    said = verdict(policy, principal, action, resource, context)
    closed = said == "Allow" and is_public(policy) and blocks(bucket).get("RestrictPublicBuckets")
    return "" if closed and (principal is None or principal.account != bucket.account) else said


def _is_granted(principal: Principal | None, action: str, bucket: Bucket, blob: Blob | None) -> bool:
    if action in BUCKET_GRANTS:
        grants, permission = acl_of(bucket), BUCKET_GRANTS[action]
    elif action in OBJECT_GRANTS and blob is not None:
        grants, permission = blob.about.acl, OBJECT_GRANTS[action]
    else:
        return False
    if grants is None or (acl.is_public(grants) and blocks(bucket).get("IgnorePublicAcls")):
        return False
    return acl.is_granted(grants, principal, permission)


def _context(call: Call, blob: Blob | None, tags: dict[str, str] | None) -> dict[str, str]:
    """Return what conditions may ask about, by name in lower case."""
    context = {f"s3:{name}": call.header(name) for name in CONTEXT_HEADERS if name in call.request.headers}
    context |= {key: call.query[name] for name, key in QUERY_KEYS.items() if name in call.query}
    context |= {f"s3:existingobjecttag/{name.lower()}": value for name, value in _tags(blob).items()}
    context |= {f"s3:requestobjecttag/{name.lower()}": value for name, value in (tags or {}).items()}
    context["aws:securetransport"] = "true" if call.request.scheme == "https" else "false"
    context["aws:viaawsservice"] = "false"
    said: dict[str, Any] = {
        "aws:sourceip": call.request.client,
        "aws:referer": call.header("referer"),
        "aws:useragent": call.header("user-agent"),
    }
    return context | about_principal(call.principal) | {name: value for name, value in said.items() if value}


def about_principal(principal: Principal | None) -> dict[str, str]:
    """Return what conditions may ask about the caller."""
    if principal is None:
        return {}
    said = {"aws:principalarn": principal.arn, "aws:principalaccount": principal.account}
    return said | ({"aws:username": principal.name} if principal.kind == "user" else {})


def _tags(blob: Blob | None) -> dict[str, str]:
    return blob.about.tags if blob is not None else {}
