"""Buckets: create, list, head, delete, location, versioning."""

from typing import Any

from vedette.api.own_paths import NO_BUCKETS
from vedette.api.s3 import acl
from vedette.api.s3.access import acl_of, authorise, authorise_own
from vedette.api.s3.call import Call, document_answer, in_thread, moment, owner, read_document, rewrite
from vedette.api.s3.faults import S3Fault
from vedette.errors import Taken
from vedette.wire.http import Response

NOTHING_BLOCKED = rewrite(
    "PutPublicAccessBlock",
    dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), False
    ),
    "PublicAccessBlockConfiguration",
)
NOBODY = {"ID": "anonymous", "DisplayName": "anonymous"}
OWNERSHIPS = ("BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced")


async def list_buckets(call: Call) -> Response:
    """ListBuckets: the caller's own; an anonymous caller gets an empty list."""
    if call.principal is None:
        return document_answer("ListBuckets", {"Owner": NOBODY, "Buckets": []}, "ListAllMyBucketsResult")
    authorise_own(call, "s3:ListAllMyBuckets", "*")
    prefix, after = call.query.get("prefix", ""), call.query.get("continuation-token", "")
    region = call.query.get("bucket-region", "")
    most = call.number("max-buckets", 10_000, most=10_000)
    owned = await in_thread(call.store.buckets.owned, call.account)
    matching = [
        bucket
        for bucket in owned
        if bucket.name.startswith(prefix) and bucket.name > after and region in ("", bucket.region)
    ]
    page = matching[:most]
    value: dict[str, Any] = {
        "Owner": owner(call.account),
        "Buckets": [{"Name": b.name, "CreationDate": moment(b.created_ms)} for b in page],
    }
    if prefix:
        value["Prefix"] = prefix
    if len(matching) > len(page) and page:
        value["ContinuationToken"] = page[-1].name
    return document_answer("ListBuckets", value, "ListAllMyBucketsResult")


async def create_bucket(call: Call) -> Response:
    """CreateBucket. One's own may be made again, as in us-east-1, and stays as it is."""
    region = await _authorised_region(call)
    if call.bucket in NO_BUCKETS:
        raise S3Fault(
            "InvalidBucketName", f"The name {call.bucket} is taken by a path of this server itself."
        )
    ownership = _wanted_ownership(call)
    grants = acl.grants_of_headers(call, call.account, bucket_account=call.account)
    locked = call.header("x-amz-bucket-object-lock-enabled").lower() == "true"
    try:
        await in_thread(
            call.store.buckets.create, call.bucket, account=call.account, region=region, locked=locked
        )
    except Taken as refusal:
        if refusal.name != call.account:
            raise S3Fault("BucketAlreadyExists", "The requested bucket name is not available.") from None
        if locked or not _is_same(call, grants):
            raise S3Fault("BucketAlreadyExists", "The bucket exists already, and not as asked for.") from None
        return Response(200, [("location", f"/{call.bucket}")])
    documents = {
        "acl": acl.dump(grants) if grants is not None else b"",
        "ownership": ownership.encode(),
        "publicAccessBlock": NOTHING_BLOCKED,
    }
    for name, body in documents.items():
        if body:
            await in_thread(call.store.buckets.put_document, call.bucket, name, body)
    return Response(200, [("location", f"/{call.bucket}")])


async def _authorised_region(call: Call) -> str:
    """Return the region that is asked for, once the caller may make the bucket there."""
    if call.principal is None:
        raise S3Fault("AccessDenied", "Access Denied")
    region = await _wanted_region(call)
    for action in ("s3:CreateBucket", *_rights_of_headers(call)):
        authorise_own(call, action, f"arn:aws:s3:::{call.bucket}", {"s3:locationconstraint": region})
    return region


def _rights_of_headers(call: Call) -> list[str]:
    """Return what the caller must be allowed besides, for what the headers set on the new bucket."""
    headers = call.request.headers
    rights = []
    if "x-amz-acl" in headers or any(name in headers for name in acl.HEADERS):
        rights.append("s3:PutBucketAcl")
    if "x-amz-object-ownership" in headers:
        rights.append("s3:PutBucketOwnershipControls")
    if call.header("x-amz-bucket-object-lock-enabled").lower() == "true":
        rights += ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"]
    return rights


def _is_same(call: Call, grants: acl.Grants | None) -> bool:
    """Say whether a bucket of one's own has the grants that it would be made with again."""
    usual = acl.own_grants(call.account)
    return (grants or usual) == (acl_of(call.owned_bucket()) or usual)


def _wanted_ownership(call: Call) -> str:
    ownership = call.header("x-amz-object-ownership")
    if ownership and ownership not in OWNERSHIPS:
        raise S3Fault("InvalidArgument", f"Invalid x-amz-object-ownership header: {ownership}")
    return ownership


async def _wanted_region(call: Call) -> str:
    body = await call.raw_document()
    if not body.strip():
        return call.house.settings.region
    document = read_document("CreateBucket", body)
    return str(document.get("LocationConstraint", "")) or call.house.settings.region


async def head_bucket(call: Call) -> Response:
    """HeadBucket."""
    bucket = call.owned_bucket()
    authorise(call, "s3:ListBucket", bucket)
    return Response(200, [("x-amz-bucket-region", bucket.region), ("content-type", "application/xml")])


async def delete_bucket(call: Call) -> Response:
    """DeleteBucket: an empty one."""
    bucket = call.owned_bucket()
    authorise(call, "s3:DeleteBucket", bucket)
    await in_thread(call.store.remove_bucket, bucket.name)
    return Response(204)


async def get_location(call: Call) -> Response:
    """GetBucketLocation: nothing at all for us-east-1, as S3 has it."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketLocation", bucket)
    region = "" if bucket.region == "us-east-1" else bucket.region
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{region}</LocationConstraint>'
    )
    return Response(200, [("content-type", "application/xml")], body.encode())


async def get_versioning(call: Call) -> Response:
    """GetBucketVersioning: nothing in it until it was asked for once."""
    bucket = call.owned_bucket()
    authorise(call, "s3:GetBucketVersioning", bucket)
    value = {"Status": bucket.versioning} if bucket.versioning else {}
    return document_answer("GetBucketVersioning", value, "VersioningConfiguration")


async def put_versioning(call: Call) -> Response:
    """PutBucketVersioning."""
    bucket = call.owned_bucket()
    authorise(call, "s3:PutBucketVersioning", bucket)
    status = (await call.document("PutBucketVersioning")).get("Status", "")
    if status not in ("Enabled", "Suspended"):
        raise S3Fault("MalformedXML", "Versioning is Enabled or Suspended.")
    if status == "Suspended" and bucket.locked:
        raise S3Fault(
            "InvalidBucketState",
            "An Object Lock configuration is present, so versioning cannot be suspended.",
        )
    await in_thread(call.store.buckets.set_versioning, bucket.name, status)
    return Response()
