"""Which operation a request is: by its method, by what it is for, and by its sub-resource."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from vedette.api.s3 import (
    buckets,
    copies,
    cors,
    documents,
    forms,
    grants,
    listings,
    locks,
    notification,
    objects,
    policies,
    tagging,
    uploads,
)  # fmt: skip
from vedette.api.s3.call import Call
from vedette.api.s3.faults import S3Fault
from vedette.errors import Unbuilt
from vedette.wire.http import Response

Function = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class S3Operation:
    """An operation by the name that AWS gives it."""

    name: str
    answer: Function


SERVICE: dict[tuple[str, str], tuple[str, Function]] = {("GET", ""): ("ListBuckets", buckets.list_buckets)}
BUCKET: dict[tuple[str, str], tuple[str, Function]] = {
    ("PUT", ""): ("CreateBucket", buckets.create_bucket),
    ("HEAD", ""): ("HeadBucket", buckets.head_bucket),
    ("DELETE", ""): ("DeleteBucket", buckets.delete_bucket),
    ("GET", ""): ("ListObjects", listings.list_objects),
    ("GET", "list-type"): ("ListObjectsV2", listings.list_objects_v2),
    ("GET", "versions"): ("ListObjectVersions", listings.list_versions),
    ("GET", "location"): ("GetBucketLocation", buckets.get_location),
    ("GET", "versioning"): ("GetBucketVersioning", buckets.get_versioning),
    ("PUT", "versioning"): ("PutBucketVersioning", buckets.put_versioning),
    ("POST", "delete"): ("DeleteObjects", objects.delete_objects),
    ("POST", ""): ("PostObject", forms.post_object),
    ("GET", "uploads"): ("ListMultipartUploads", uploads.list_uploads),
    ("GET", "acl"): ("GetBucketAcl", grants.get_bucket_acl),
    ("PUT", "acl"): ("PutBucketAcl", grants.put_bucket_acl),
    ("GET", "tagging"): ("GetBucketTagging", tagging.get_bucket_tagging),
    ("PUT", "tagging"): ("PutBucketTagging", tagging.put_bucket_tagging),
    ("DELETE", "tagging"): ("DeleteBucketTagging", tagging.delete_bucket_tagging),
    ("GET", "policy"): ("GetBucketPolicy", policies.get_policy),
    ("PUT", "policy"): ("PutBucketPolicy", policies.put_policy),
    ("DELETE", "policy"): ("DeleteBucketPolicy", policies.delete_policy),
    ("GET", "policyStatus"): ("GetBucketPolicyStatus", policies.get_policy_status),
    ("GET", "cors"): ("GetBucketCors", cors.get_cors),
    ("PUT", "cors"): ("PutBucketCors", cors.put_cors),
    ("DELETE", "cors"): ("DeleteBucketCors", cors.delete_cors),
    ("GET", "object-lock"): ("GetObjectLockConfiguration", locks.get_configuration),
    ("PUT", "object-lock"): ("PutObjectLockConfiguration", locks.put_configuration),
    ("GET", "ownershipControls"): ("GetBucketOwnershipControls", grants.get_ownership),
    ("PUT", "ownershipControls"): ("PutBucketOwnershipControls", grants.put_ownership),
    ("DELETE", "ownershipControls"): ("DeleteBucketOwnershipControls", grants.delete_ownership),
    ("GET", "notification"): ("GetBucketNotificationConfiguration", notification.get_notification),
    ("PUT", "notification"): ("PutBucketNotificationConfiguration", notification.put_notification),
    **documents.ROUTES,
}
OBJECT: dict[tuple[str, str], tuple[str, Function]] = {
    ("PUT", ""): ("PutObject", objects.put_object),
    ("GET", ""): ("GetObject", objects.get_object),
    ("HEAD", ""): ("HeadObject", objects.get_object),
    ("DELETE", ""): ("DeleteObject", objects.delete_object),
    ("PUT", "copy"): ("CopyObject", copies.copy_object),
    ("GET", "attributes"): ("GetObjectAttributes", objects.get_attributes),
    ("GET", "acl"): ("GetObjectAcl", grants.get_object_acl),
    ("PUT", "acl"): ("PutObjectAcl", grants.put_object_acl),
    ("GET", "tagging"): ("GetObjectTagging", tagging.get_object_tagging),
    ("PUT", "tagging"): ("PutObjectTagging", tagging.put_object_tagging),
    ("DELETE", "tagging"): ("DeleteObjectTagging", tagging.delete_object_tagging),
    ("POST", "uploads"): ("CreateMultipartUpload", uploads.create_upload),
    ("PUT", "uploadId"): ("UploadPart", uploads.upload_part),
    ("PUT", "uploadId+copy"): ("UploadPartCopy", copies.copy_part),
    ("GET", "uploadId"): ("ListParts", uploads.list_parts),
    ("POST", "uploadId"): ("CompleteMultipartUpload", uploads.complete_upload),
    ("DELETE", "uploadId"): ("AbortMultipartUpload", uploads.abort_upload),
    ("GET", "retention"): ("GetObjectRetention", locks.get_retention),
    ("PUT", "retention"): ("PutObjectRetention", locks.put_retention),
    ("GET", "legal-hold"): ("GetObjectLegalHold", locks.get_hold),
    ("PUT", "legal-hold"): ("PutObjectLegalHold", locks.put_hold),
}
BUILT = {sub for table in (SERVICE, BUCKET, OBJECT) for _, sub in table}
# What makes a request another operation than its method says; other names change nothing.
SUBRESOURCES = BUILT - {""} | {
    "analytics", "intelligent-tiering", "inventory", "metadataConfiguration", "metadataTable", "metrics",
    "renameObject", "replication", "restore", "select", "session", "torrent", "website", "encryption",
}  # fmt: skip


def choose(method: str, bucket: str, key: str, query: dict[str, str], *, copies_from: bool) -> S3Operation:
    """Return the operation, or refuse one that is not supported, by its name."""
    table = OBJECT if key else BUCKET if bucket else SERVICE
    sub = next((name for name in query if name in SUBRESOURCES), "")
    if "uploadId" in query:
        sub = "uploadId"
    if method == "PUT" and copies_from and key and sub in ("", "uploadId"):
        sub = f"{sub}+copy" if sub else "copy"
    if sub == "list-type" and query["list-type"] != "2":
        sub = ""
    route = table.get((method, sub))
    if route is None and sub in BUILT:
        # S3 has no such operation; NotImplemented is for those that exist and are not supported.
        raise S3Fault("MethodNotAllowed", "The specified method is not allowed against this resource.")
    if route is None:
        raise Unbuilt(
            f"{method} {'?' + sub if sub else 'here'} is not an operation of this release's S3.", name=sub
        )
    return S3Operation(*route)
