"""The version of an object that a request is about, given out to those alone who may have it."""

from vedette.api.s3.access import authorise, is_allowed
from vedette.api.s3.call import Call
from vedette.api.s3.facts import Facts
from vedette.api.s3.faults import S3Fault
from vedette.store.blobs.values import Blob, Bucket


def authorised_version(
    call: Call, action: str, *, tags: dict[str, str] | None = None, more: Facts | None = None
) -> tuple[Bucket, Blob]:
    """Return the bucket and the version that is asked for, or the latest, once the caller may do this to it.

    Of what is not there, a delete marker included, only who may list the bucket is told so.
    """
    bucket = call.owned_bucket()
    blob = call.store.objects.find(bucket.name, call.key, call.version)
    if blob is None or blob.marker:
        refuse_to_tell(call, bucket, call.key)
        raise _missing(call, blob)
    authorise(call, action, bucket, key=call.key, blob=blob, tags=tags, more=more)
    return bucket, blob


def refuse_to_tell(call: Call, bucket: Bucket, key: str) -> None:
    """Refuse those who may not know whether a key exists."""
    if not is_allowed(call, "s3:ListBucket", bucket, more={"s3:prefix": key}):
        raise S3Fault("AccessDenied", "Access Denied")


def _missing(call: Call, marker: Blob | None) -> S3Fault:
    if marker is None and call.version:
        return S3Fault(
            "NoSuchVersion",
            "The specified version does not exist.",
            members={"Key": call.key, "VersionId": call.version},
        )
    headers = [("x-amz-delete-marker", "false" if marker is None else "true")]
    if marker is not None:
        headers.append(("x-amz-version-id", marker.version))
    if call.version:
        return S3Fault(
            "MethodNotAllowed",
            "The specified method is not allowed against this resource.",
            headers=headers,
        )
    return S3Fault(
        "NoSuchKey", "The specified key does not exist.", members={"Key": call.key}, headers=headers
    )
