"""The operations on bucket policies."""

from vedette.access.pins import ESCAPED, pin, unpin
from vedette.access.public import is_public
from vedette.api.s3 import acl
from vedette.api.s3.access import acl_of, authorise, blocks
from vedette.api.s3.call import Call, document_answer, in_thread
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.policy import has_public_policy, read_policy
from vedette.store.blobs.values import Bucket
from vedette.wire.http import Response


async def get_policy(call: Call) -> Response:
    """GetBucketPolicy: the text as it was put."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketPolicy", bucket)
    return Response(200, [("content-type", "application/json")], _document(bucket))


async def put_policy(call: Call) -> Response:
    """PutBucketPolicy."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketPolicy", bucket)
    text = await call.raw_document()
    policy = read_policy(bucket.name, text)
    if is_public(policy) and blocks(bucket).get("BlockPublicPolicy"):
        raise S3Fault("AccessDenied", "Access Denied")
    pinned = await in_thread(pin, text.decode(errors=ESCAPED), policy, call.house.identity.find_ids)
    await in_thread(call.store.buckets.put_document, bucket.name, "policy", pinned.encode(errors=ESCAPED))
    return Response(204)


async def delete_policy(call: Call) -> Response:
    """DeleteBucketPolicy."""
    bucket = call.owned_bucket()
    authorise(call, "s3:DeleteBucketPolicy", bucket)
    await in_thread(call.store.buckets.delete_documents, bucket.name, ["policy"])
    return Response(204)


async def get_policy_status(call: Call) -> Response:
    """GetBucketPolicyStatus: whether the bucket is public, by its policy or by its grants."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketPolicyStatus", bucket)
    public = acl.is_public(acl_of(bucket)) or has_public_policy(bucket)
    return document_answer("GetBucketPolicyStatus", {"PolicyStatus": {"IsPublic": public}}, "PolicyStatus")


def _document(bucket: Bucket) -> bytes:
    if "policy" not in bucket.documents:
        raise S3Fault(
            "NoSuchBucketPolicy", "The bucket policy does not exist", members={"BucketName": bucket.name}
        )
    return unpin(bucket.documents["policy"].decode(errors=ESCAPED))[0].encode(errors=ESCAPED)
