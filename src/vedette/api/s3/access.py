"""Whether a caller may do this to a bucket or an object.

One judgement (`access.judge`) over the caller's own policies and the bucket's, and beside it what
was granted by ACL, which is S3's older way of a resource's Allow. Strangers need both sides, nobody
needs the bucket's alone, and neither gets in by what a public access block holds back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from vedette.access.judge import Decision, judge
from vedette.access.patterns import Value
from vedette.access.principals import PrincipalMatch
from vedette.access.request import AccessRequest, AccessSubject, SourcedFacts, SubjectKind
from vedette.api.s3 import acl
from vedette.api.s3.call import Call, canonical_id, read_setting
from vedette.api.s3.facts import (
    Facts,
    fact_of_blob,
    fact_of_bucket,
    fact_of_request,
    facts_of_request,
    facts_of_tags,
)
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.policy import has_public_policy, policies_of
from vedette.identity.may import RESOURCE_ACCOUNT, may
from vedette.identity.principal import Principal, subject_of
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
# Who may write by an ACL owns what it writes: it may tag it and grant it in the same request.
WITH_WRITING = {"s3:PutObjectAcl", "s3:PutObjectTagging"}
# The owner's root can never lock itself out of these by its own policy.
ALWAYS_OWN = {"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}
# An owner who has taken every grant away, its own too, has closed the bucket to writing.
NOBODY = b"[]"


@dataclass(frozen=True, slots=True)
class AccessTarget:
    """What is judged: an action on a bucket, or on an object in it, which need not exist."""

    action: str
    bucket: Bucket
    key: str = ""
    blob: Blob | None = None

    @property
    def resource(self) -> str:
        """The ARN that policies know it by."""
        return f"arn:aws:s3:::{self.bucket.name}" + (f"/{self.key}" if self.key else "")

    @property
    def owner(self) -> str:
        """Whose word counts: of reading an object and its grants, the object's owner's alone."""
        enforced = self.bucket.documents.get("ownership") == b"BucketOwnerEnforced"
        if self.blob is not None and self.action in OBJECT_GRANTS and not enforced:
            return self.blob.owner
        return self.bucket.account


def authorise(  # noqa: PLR0913  (a decision has that many sides)
    call: Call,
    action: str,
    bucket: Bucket,
    *,
    key: str = "",
    blob: Blob | None = None,
    tags: dict[str, str] | None = None,
    more: Facts | None = None,
) -> None:
    """Refuse unless the caller may do this."""
    if not is_allowed(call, action, bucket, key=key, blob=blob, tags=tags, more=more):
        raise S3Fault("AccessDenied", "Access Denied")


def is_allowed(  # noqa: PLR0913  (likewise)
    call: Call,
    action: str,
    bucket: Bucket,
    *,
    key: str = "",
    blob: Blob | None = None,
    tags: dict[str, str] | None = None,
    more: Facts | None = None,
) -> bool:
    """Say whether the caller may do this; `more` are facts of this action, which go before the request's."""
    expected = call.header("x-amz-expected-bucket-owner")
    if expected and expected != bucket.account:
        return False
    before = {**facts_of_tags(tags), **(more or {})} if tags or more else None

    def fact(name: str) -> Value | None:
        if before is not None and name in before:
            return before[name]
        return fact_of_request(call, name)

    return decide(call.principal, AccessTarget(action, bucket, key, blob), fact)


def authorise_write(call: Call, bucket: Bucket, tags: dict[str, str]) -> None:
    """Refuse unless the caller may put the object so: tags, grants and locks need rights of their own."""
    for action in ("s3:PutObject", *rights_of_headers(call, bucket.account, tags)):
        authorise(call, action, bucket, key=call.key, tags=tags)


def rights_of_headers(call: Call, owner: str, tags: dict[str, str]) -> list[str]:
    """Return what a write must be allowed besides putting the object, for what its headers set."""
    needs = {
        "s3:PutObjectTagging": bool(tags),
        "s3:PutObjectAcl": acl.grants_others(call, owner),
        "s3:PutObjectRetention": "x-amz-object-lock-mode" in call.request.headers,
        "s3:PutObjectLegalHold": "x-amz-object-lock-legal-hold" in call.request.headers,
    }
    return [action for action, is_wanted in needs.items() if is_wanted]


def authorise_own(call: Call, action: str, resource: str, more: Facts | None = None) -> None:
    """Refuse unless the caller may do this in its own account, where no bucket is there yet to say more."""
    facts = {**facts_of_request(call), RESOURCE_ACCOUNT: call.account, **(more or {})}
    if not may(call.principal, action, resource, facts):
        raise S3Fault("AccessDenied", "Access Denied")


def decide(principal: Principal | None, target: AccessTarget, fact: Callable[[str], Value | None]) -> bool:
    """Decide whether a principal may do this; `fact` gives what the request says of a condition key."""
    bucket, subject = target.bucket, subject_of(principal)
    policies = policies_of(bucket)
    if principal is not None and (
        _bears_grants(target) or any(policy.names_canonical_ids for policy in policies)
    ):
        subject = replace(subject, canonical_id=canonical_id(principal.account))
    # What the caller is comes first: nothing that a request says may stand in for it.
    facts = SourcedFacts(
        subject.fact, partial(fact_of_blob, target.blob), partial(fact_of_bucket, bucket), fact
    )
    decision = judge(
        AccessRequest(subject, target.action, target.resource, bucket.account, facts),
        identity=principal.policies if principal else (),
        resource=policies,
        session=principal.session_policies if principal else (),
    )
    if decision.explicit_deny:
        return _is_locked_in(subject, target)
    by_policy = PrincipalMatch.NONE if _is_closed(subject, bucket) else decision.resource_match
    return _combine(subject, target, decision, by_policy)


def _is_closed(subject: AccessSubject, bucket: Bucket) -> bool:
    """Say whether the bucket's public access block holds its policy back from this caller."""
    if subject.account == bucket.account or not has_public_policy(bucket):
        return False
    return blocks(bucket).get("RestrictPublicBuckets", False)


def _is_locked_in(subject: AccessSubject, target: AccessTarget) -> bool:
    """Say whether this is the owner's root at the policy that denies it."""
    is_root = subject.kind is SubjectKind.ROOT and subject.account == target.bucket.account
    return is_root and target.action in ALWAYS_OWN


def _combine(
    subject: AccessSubject, target: AccessTarget, decision: Decision, by_policy: PrincipalMatch
) -> bool:
    granted = PrincipalMatch.NONE if decision.narrowed else _granted(subject, target)
    match = max(by_policy, granted)
    if subject.kind is SubjectKind.ANONYMOUS:
        return match > PrincipalMatch.ACCOUNT
    if subject.account != target.owner:
        return decision.identity_allows and match > PrincipalMatch.NONE
    is_closed = target.action == "s3:PutObject" and target.bucket.documents.get("acl") == NOBODY
    return match > PrincipalMatch.ACCOUNT or (decision.identity_allows and not is_closed)


def blocks(bucket: Bucket) -> Mapping[str, bool]:
    """Return what public access the bucket blocks."""
    document = bucket.documents.get("publicAccessBlock")
    if document is None:
        return {}
    return read_setting("PutPublicAccessBlock", document)


def acl_of(bucket: Bucket) -> acl.Grants | None:
    """Return the bucket's own list of grants."""
    document = bucket.documents.get("acl")
    return None if document is None else acl.load(document)


def _bears_grants(target: AccessTarget) -> bool:
    """Say whether an ACL may name the caller by the id that S3 knows its account by."""
    return "acl" in target.bucket.documents or (target.blob is not None and target.blob.about.acl is not None)


def _granted(subject: AccessSubject, target: AccessTarget) -> PrincipalMatch:
    """Return how strongly an ACL allows: a group as everybody, an account as an account."""
    if target.action in BUCKET_GRANTS or (target.action in WITH_WRITING and target.blob is None):
        grants, permission = acl_of(target.bucket), BUCKET_GRANTS.get(target.action, "WRITE")
    elif target.action in OBJECT_GRANTS and target.blob is not None:
        grants, permission = target.blob.about.acl, OBJECT_GRANTS[target.action]
    else:
        return PrincipalMatch.NONE
    if grants is None or (acl.is_public(grants) and blocks(target.bucket).get("IgnorePublicAcls")):
        return PrincipalMatch.NONE
    return acl.match_of(grants, subject.canonical_id, permission)
