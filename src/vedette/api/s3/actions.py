"""The action of IAM that each operation of S3 asks for, by the operation's name.

What an operation asks for besides (tags, grants and locks that a write sets) stands where it is judged.
"""

from vedette.api.s3.documents import DOCUMENTS

# These are called as their operations.
PLAIN = (
    "AbortMultipartUpload", "CreateBucket", "DeleteBucket", "DeleteBucketPolicy", "DeleteObject",
    "DeleteObjectTagging", "GetBucketAcl", "GetBucketLocation", "GetBucketOwnershipControls",
    "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketTagging", "GetBucketVersioning", "GetObject",
    "GetObjectAcl", "GetObjectAttributes", "GetObjectLegalHold", "GetObjectRetention", "GetObjectTagging",
    "PutBucketAcl", "PutBucketOwnershipControls", "PutBucketPolicy", "PutBucketTagging",
    "PutBucketVersioning", "PutObject", "PutObjectAcl", "PutObjectLegalHold", "PutObjectRetention",
    "PutObjectTagging",
)  # fmt: skip
OTHERWISE = {
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PostObject": "PutObject",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
SETTINGS = {
    **{f"{verb}{kind.name}": f"{verb}{kind.action}" for kind in DOCUMENTS for verb in ("Get", "Put")},
    **{
        ("DeleteBucketLifecycle" if kind.sub == "lifecycle" else f"Delete{kind.name}"): (
            kind.delete_action or f"Put{kind.action}"
        )
        for kind in DOCUMENTS
        if kind.deletable
    },
}
ACTIONS = {
    operation: f"s3:{action}"
    for operation, action in {**{name: name for name in PLAIN}, **OTHERWISE, **SETTINGS}.items()
}
# With ?versionId these ask for an action of their own.
OF_VERSIONS = {
    "s3:DeleteObject": "s3:DeleteObjectVersion",
    "s3:DeleteObjectTagging": "s3:DeleteObjectVersionTagging",
    "s3:GetObject": "s3:GetObjectVersion",
    "s3:GetObjectAcl": "s3:GetObjectVersionAcl",
    "s3:GetObjectAttributes": "s3:GetObjectVersionAttributes",
    "s3:GetObjectTagging": "s3:GetObjectVersionTagging",
    "s3:PutObjectAcl": "s3:PutObjectVersionAcl",
    "s3:PutObjectTagging": "s3:PutObjectVersionTagging",
}


def action_of(operation: str, *, versioned: bool) -> str:
    """Return the action that an operation asks for."""
    action = ACTIONS[operation]
    return OF_VERSIONS.get(action, action) if versioned else action
