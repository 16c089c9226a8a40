"""What each operation of S3 asks for: its action (`actions.py`), and what its headers ask for besides."""

from vedette.api.permissions import Permission
from vedette.api.s3.actions import ACTIONS, OF_VERSIONS
from vedette.api.s3.routes import BUCKET, OBJECT, SERVICE

ONE_BUCKET, ONE_OBJECT = "arn:aws:s3:::BUCKET", "arn:aws:s3:::BUCKET/KEY"
SOURCE = "arn:aws:s3:::SOURCE/KEY"
LOCKED = "with x-amz-bucket-object-lock-enabled"
# These are asked of a bucket and touch objects.
OF_OBJECTS = {"DeleteObjects", "PostObject"}
VERSIONED = {name for _, (name, _) in OBJECT.items()} | {"DeleteObjects"}


def _keys(name: str, action: str) -> tuple[str, ...]:
    if action == "s3:ListBucket" and name.startswith("ListObjects"):
        return ("s3:prefix", "s3:delimiter", "s3:max-keys")
    if action == "s3:ListBucketVersions":
        return ("s3:prefix", "s3:delimiter", "s3:max-keys")
    if action in WRITES:
        return WRITES[action]
    return ("s3:ExistingObjectTag/KEY", "s3:versionid") if name in VERSIONED else ()


WRITES = {
    "s3:PutObject": ("s3:RequestObjectTag/KEY", "s3:x-amz-…", "s3:if-none-match"),
    "s3:PutObjectTagging": ("s3:RequestObjectTag/KEY", "s3:ExistingObjectTag/KEY"),
    "s3:PutObjectAcl": ("s3:x-amz-acl", "s3:x-amz-grant-…"),
    "s3:PutObjectRetention": ("s3:object-lock-mode", "s3:object-lock-remaining-retention-days"),
    "s3:PutObjectLegalHold": ("s3:object-lock-legal-hold",),
    "s3:CreateBucket": ("s3:locationconstraint", "s3:x-amz-acl"),
}
_HEADERS = (
    ("s3:PutObjectTagging", "with x-amz-tagging, or tags that are copied"),
    ("s3:PutObjectAcl", "with x-amz-acl or x-amz-grant-… that gives others rights"),
    ("s3:PutObjectRetention", "with x-amz-object-lock-mode"),
    ("s3:PutObjectLegalHold", "with x-amz-object-lock-legal-hold"),
)
_WRITING = tuple(Permission(action, ONE_OBJECT, WRITES[action], condition) for action, condition in _HEADERS)
_READING = (
    Permission("s3:GetObject", SOURCE, ("s3:ExistingObjectTag/KEY",), "the source"),
    Permission("s3:GetObjectVersion", SOURCE, ("s3:versionid",), "the source, with its versionId"),
)
_COPYING = (Permission("s3:GetObjectTagging", SOURCE, (), "where the source's tags are kept"),)
_BYPASS = (Permission("s3:BypassGovernanceRetention", ONE_OBJECT, (), "past a retention in GOVERNANCE"),)
BESIDES: dict[str, tuple[Permission, ...]] = {
    "CopyObject": (*_READING, *_COPYING, *_WRITING),
    "CreateBucket": (
        Permission("s3:PutBucketAcl", ONE_BUCKET, (), "with x-amz-acl or x-amz-grant-…"),
        Permission("s3:PutBucketOwnershipControls", ONE_BUCKET, (), "with x-amz-object-ownership"),
        Permission("s3:PutBucketObjectLockConfiguration", ONE_BUCKET, (), LOCKED),
        Permission("s3:PutBucketVersioning", ONE_BUCKET, (), LOCKED),
    ),
    "CreateMultipartUpload": _WRITING,
    "DeleteObject": _BYPASS,
    "DeleteObjects": _BYPASS,
    "GetObjectAttributes": (
        Permission("s3:GetObject", ONE_OBJECT),
        Permission("s3:GetObjectVersion", ONE_OBJECT, (), "with versionId"),
    ),
    "PostObject": _WRITING,
    "PutObject": _WRITING,
    "PutObjectRetention": _BYPASS,
    "UploadPartCopy": _READING,
}


def _permissions(name: str, resource: str) -> tuple[Permission, ...]:
    action = ACTIONS[name]
    rows = [Permission(action, resource, _keys(name, action))]
    if name in VERSIONED and action in OF_VERSIONS and action != "s3:PutObject":
        rows.append(Permission(OF_VERSIONS[action], resource, _keys(name, action), "with versionId"))
    return (*rows, *BESIDES.get(name, ()))


def _resource(name: str, usual: str) -> str:
    return ONE_OBJECT if name in OF_OBJECTS else usual


PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    name: _permissions(name, _resource(name, usual))
    for usual, table in (("*", SERVICE), (ONE_BUCKET, BUCKET), (ONE_OBJECT, OBJECT))
    for name, _ in table.values()
}
