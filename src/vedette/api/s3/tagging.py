"""The operations on tags."""

from dataclasses import replace

from vedette.api.s3.access import authorise
from vedette.api.s3.call import Call, document_answer, in_thread
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.pick import authorised_version
from vedette.api.s3.tags import MOST_ON_BUCKET, MOST_ON_OBJECT, tags_document, tags_of_document
from vedette.store.blobs.values import Blob, Bucket
from vedette.wire.http import Response


async def get_bucket_tagging(call: Call) -> Response:
    """GetBucketTagging."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketTagging", bucket)
    if "tagging" not in bucket.documents:
        raise S3Fault("NoSuchTagSet", "The TagSet does not exist", members={"BucketName": bucket.name})
    return Response(200, [("content-type", "application/xml")], bucket.documents["tagging"])


async def put_bucket_tagging(call: Call) -> Response:
    """PutBucketTagging."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketTagging", bucket)
    tags = tags_of_document(await call.document("PutBucketTagging"), MOST_ON_BUCKET)
    body = document_answer("GetBucketTagging", tags_document(tags), "Tagging").body
    assert isinstance(body, bytes)
    await in_thread(call.store.buckets.put_document, bucket.name, "tagging", body)
    return Response(204)


async def delete_bucket_tagging(call: Call) -> Response:
    """DeleteBucketTagging."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketTagging", bucket)
    await in_thread(call.store.buckets.delete_documents, bucket.name, ["tagging"])
    return Response(204)


async def get_object_tagging(call: Call) -> Response:
    """GetObjectTagging."""
    bucket, blob = _version(call, "Get")
    answer = document_answer("GetObjectTagging", tags_document(blob.about.tags), "Tagging")
    answer.headers += _version_header(bucket, blob)
    return answer


async def put_object_tagging(call: Call) -> Response:
    """PutObjectTagging."""
    tags = tags_of_document(await call.document("PutObjectTagging"), MOST_ON_OBJECT)
    action = "s3:PutObjectVersionTagging" if call.version else "s3:PutObjectTagging"
    bucket, blob = authorised_version(call, action, tags=tags)
    await in_thread(call.store.objects.change, blob, lambda about: replace(about, tags=tags))
    return Response(200, _version_header(bucket, blob))


async def delete_object_tagging(call: Call) -> Response:
    """DeleteObjectTagging."""
    bucket, blob = _version(call, "Delete")
    await in_thread(call.store.objects.change, blob, lambda about: replace(about, tags={}))
    return Response(204, _version_header(bucket, blob))


def _version(call: Call, verb: str) -> tuple[Bucket, Blob]:
    return authorised_version(
        call, f"s3:{verb}ObjectVersionTagging" if call.version else f"s3:{verb}ObjectTagging"
    )


def _version_header(bucket: Bucket, blob: Blob) -> list[tuple[str, str]]:
    return [("x-amz-version-id", blob.version)] if bucket.versioning else []
