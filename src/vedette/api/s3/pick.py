"""The version of an object that a request is about."""

from vedette.api.s3.access import authorise, is_allowed
from vedette.api.s3.call import Call
from vedette.api.s3.faults import Fault
from vedette.store.blobs.values import Blob, Bucket


def pick_version(call: Call, bucket: Bucket) -> Blob:
    """Return the version that is asked for, or the latest; say what S3 says where there is none.

    A caller who may not list the bucket is not told whether a key exists.
    """
    blob = call.store.objects.find(bucket.name, call.key, call.version)
    if blob is None and not is_allowed(call, "s3:ListBucket", bucket, prefix=call.key):
        raise Fault("AccessDenied", "Access Denied")
    if blob is None and call.version:
        raise Fault(
            "NoSuchVersion",
            "The specified version does not exist.",
            members={"Key": call.key, "VersionId": call.version},
        )
    if blob is None:
        headers = [("x-amz-delete-marker", "false")]
        raise Fault(
            "NoSuchKey", "The specified key does not exist.", members={"Key": call.key}, headers=headers
        )
    if blob.marker:
        headers = [("x-amz-delete-marker", "true"), ("x-amz-version-id", blob.version)]
        if call.version:
            raise Fault(
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
                headers=headers,
            )
        raise Fault(
            "NoSuchKey", "The specified key does not exist.", members={"Key": call.key}, headers=headers
        )
    return blob


def authorised_version(call: Call, action: str) -> tuple[Bucket, Blob]:
    """Return the bucket and the version, once the caller may do this to it."""
    bucket = call.owned_bucket()
    blob = pick_version(call, bucket)
    authorise(call, action, bucket, key=call.key, blob=blob)
    return bucket, blob
