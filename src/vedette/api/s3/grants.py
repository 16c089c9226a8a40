"""The operations on access control lists and on who owns what is written."""

from dataclasses import replace
from typing import Any

from vedette.api.s3 import acl
from vedette.api.s3.about import check_grants
from vedette.api.s3.access import acl_of, authorise
from vedette.api.s3.buckets import OWNERSHIPS
from vedette.api.s3.call import Call, document_answer, in_thread, read_document
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.pick import authorised_version
from vedette.store.blobs.values import Bucket
from vedette.wire.http import Response


async def get_bucket_acl(call: Call) -> Response:
    """GetBucketAcl."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketAcl", bucket)
    return _answer(call, acl_of(bucket), bucket.account, "GetBucketAcl")


async def put_bucket_acl(call: Call) -> Response:
    """PutBucketAcl: by canned name, by headers or by document."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketAcl", bucket)
    grants = await _wanted(call, bucket, bucket.account, "PutBucketAcl")
    await in_thread(call.store.buckets.put_document, bucket.name, "acl", acl.dump(grants))
    return Response()


async def get_object_acl(call: Call) -> Response:
    """GetObjectAcl."""
    _, blob = authorised_version(call, "s3:GetObjectVersionAcl" if call.version else "s3:GetObjectAcl")
    return _answer(call, blob.about.acl, blob.owner, "GetObjectAcl")


async def put_object_acl(call: Call) -> Response:
    """PutObjectAcl."""
    bucket, blob = authorised_version(call, "s3:PutObjectVersionAcl" if call.version else "s3:PutObjectAcl")
    grants = await _wanted(call, bucket, blob.owner, "PutObjectAcl")
    await in_thread(call.store.objects.change, blob, lambda about: replace(about, acl=grants))
    return Response(200, [("x-amz-version-id", blob.version)] if bucket.versioning else [])


def _answer(call: Call, grants: acl.Grants | None, account: str, operation_name: str) -> Response:
    value = acl.grants_document(grants, account, acl.account_names(call))
    return document_answer(operation_name, value, "AccessControlPolicy")


async def _wanted(call: Call, bucket: Bucket, account: str, operation_name: str) -> acl.Grants:
    grants = acl.grants_of_headers(call, account, bucket_account=bucket.account)
    body = await call.raw_document()
    if grants is None:
        document: dict[str, Any] = read_document(operation_name, body)
        grants = acl.grants_of_document(call, document, account)
    elif body.strip():
        raise S3Fault("InvalidRequest", "This request cannot have both a header and a document of grants.")
    check_grants(bucket, grants, canned=call.header("x-amz-acl"))
    return grants


async def get_ownership(call: Call) -> Response:
    """GetBucketOwnershipControls."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketOwnershipControls", bucket)
    if "ownership" not in bucket.documents:
        raise S3Fault("OwnershipControlsNotFoundError", "The bucket ownership controls were not found")
    rules = [{"ObjectOwnership": bucket.documents["ownership"].decode()}]
    value = {"OwnershipControls": {"Rules": rules}}
    return document_answer("GetBucketOwnershipControls", value, "OwnershipControls")


async def put_ownership(call: Call) -> Response:
    """PutBucketOwnershipControls."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketOwnershipControls", bucket)
    rules = (await call.document("PutBucketOwnershipControls")).get("Rules", [])
    if len(rules) != 1 or rules[0].get("ObjectOwnership") not in OWNERSHIPS:
        raise S3Fault("MalformedXML", "There is one rule of ownership, of three possible ones.")
    ownership = rules[0]["ObjectOwnership"]
    grants = acl_of(bucket)
    if ownership == "BucketOwnerEnforced" and grants not in (None, acl.own_grants(bucket.account)):
        raise S3Fault(
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        )
    await in_thread(call.store.buckets.put_document, bucket.name, "ownership", ownership.encode())
    return Response()


async def delete_ownership(call: Call) -> Response:
    """DeleteBucketOwnershipControls."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketOwnershipControls", bucket)
    await in_thread(call.store.buckets.delete_documents, bucket.name, ["ownership"])
    return Response(204)
