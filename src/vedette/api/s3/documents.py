"""Settings of a bucket that are kept and given back: one table, since they differ in little else.

What most would do (write a log, redirect a browser) is not done by this release; each row's page in
docs/reference/s3.md says so. Lifecycle rules, public access and encryption are obeyed elsewhere.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from vedette.api.s3.access import authorise
from vedette.api.s3.call import Call, in_thread, read_document, rewrite
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.lifecycle_rules import checked_document
from vedette.wire.http import Response

Check = Callable[[dict[str, Any]], None]


def _accept(_: dict[str, Any]) -> None:
    """Take whatever the shape takes."""


@dataclass(frozen=True, slots=True)
class Document:
    """One kind of setting: its sub-resource, its root element, and what AWS calls its operations."""

    sub: str
    name: str
    root: str
    action: str
    absent: str = ""
    check: Check = _accept
    deletable: bool = True
    delete_action: str = ""
    parse: Callable[[bytes], dict[str, Any]] | None = None


# Terraform's provider knows an absent one by S3's words, in some of its versions.
WORDED = {"encryption": "server side encryption configuration"}


async def _get(call: Call, kind: Document) -> Response:
    bucket = call.owned_bucket()
    authorise(call, f"s3:Get{kind.action}", bucket)
    body = bucket.documents.get(kind.sub)
    if body is None and kind.absent:
        name = WORDED.get(kind.sub, kind.root)
        raise S3Fault(kind.absent, f"The {name} was not found", members={"BucketName": bucket.name})
    if body is None:
        return Response(200, [("content-type", "application/xml")], _empty(kind))
    return Response(200, [("content-type", "application/xml")], body)


def _empty(kind: Document) -> bytes:
    if kind.sub == "requestPayment":
        return rewrite("PutBucketRequestPayment", {"Payer": "BucketOwner"}, kind.root)
    return rewrite(f"Put{kind.name}", {}, kind.root)


async def _put(call: Call, kind: Document) -> Response:
    bucket = call.owned_bucket()
    authorise(call, f"s3:Put{kind.action}", bucket)
    body = await call.raw_document()
    document = kind.parse(body) if kind.parse else read_document(f"Put{kind.name}", body)
    kind.check(document)
    body = rewrite(f"Put{kind.name}", document, kind.root)
    await in_thread(call.store.buckets.put_document, bucket.name, kind.sub, body)
    return Response()


async def _delete(call: Call, kind: Document) -> Response:
    bucket = call.owned_bucket()
    authorise(call, f"s3:{kind.delete_action or 'Put' + kind.action}", bucket)
    await in_thread(call.store.buckets.delete_documents, bucket.name, [kind.sub])
    return Response(204)


def _check_encryption(document: dict[str, Any]) -> None:
    rules = document.get("Rules", [])
    if len(rules) != 1:
        raise S3Fault("MalformedXML", "There is one rule of encryption.")
    default = rules[0].get("ApplyServerSideEncryptionByDefault", {})
    if default.get("SSEAlgorithm") == "aws:kms:dsse":
        raise S3Fault("NotImplemented", "aws:kms:dsse, two layers of encryption, is not supported yet.")
    if default.get("SSEAlgorithm") not in ("AES256", "aws:kms"):
        raise S3Fault("MalformedXML", "The algorithm is AES256 or one of KMS.")
    if default["SSEAlgorithm"] == "AES256" and "KMSMasterKeyID" in default:
        raise S3Fault(
            "InvalidArgument",
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms",
        )


def _check_payer(document: dict[str, Any]) -> None:
    if document.get("Payer") not in ("Requester", "BucketOwner"):
        raise S3Fault("MalformedXML", "The payer is Requester or BucketOwner.")


def _check_website(document: dict[str, Any]) -> None:
    if not {"IndexDocument", "RedirectAllRequestsTo"} & document.keys():
        raise S3Fault("MalformedXML", "A website has an index document, or redirects everything.")


def _check_accelerate(document: dict[str, Any]) -> None:
    if document.get("Status") not in ("Enabled", "Suspended"):
        raise S3Fault("MalformedXML", "Acceleration is Enabled or Suspended.")


DOCUMENTS = (
    Document("lifecycle", "BucketLifecycleConfiguration", "LifecycleConfiguration", "LifecycleConfiguration",
             "NoSuchLifecycleConfiguration", parse=checked_document),
    Document("encryption", "BucketEncryption", "ServerSideEncryptionConfiguration", "EncryptionConfiguration",
             "ServerSideEncryptionConfigurationNotFoundError", _check_encryption),
    Document("publicAccessBlock", "PublicAccessBlock", "PublicAccessBlockConfiguration",
             "BucketPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
    Document("requestPayment", "BucketRequestPayment", "RequestPaymentConfiguration",
             "BucketRequestPayment", check=_check_payer, deletable=False),
    Document("accelerate", "BucketAccelerateConfiguration", "AccelerateConfiguration",
             "AccelerateConfiguration", check=_check_accelerate, deletable=False),
    Document("website", "BucketWebsite", "WebsiteConfiguration", "BucketWebsite",
             "NoSuchWebsiteConfiguration", _check_website, delete_action="DeleteBucketWebsite"),
    Document("logging", "BucketLogging", "BucketLoggingStatus", "BucketLogging", deletable=False),
)  # fmt: skip
Function = Callable[[Call], Awaitable[Response]]


def _bound(function: Callable[[Call, Document], Awaitable[Response]], kind: Document) -> Function:
    return lambda call: function(call, kind)


def _delete_name(kind: Document) -> str:
    return "DeleteBucketLifecycle" if kind.sub == "lifecycle" else f"Delete{kind.name}"


ROUTES: dict[tuple[str, str], tuple[str, Function]] = {
    **{("GET", kind.sub): (f"Get{kind.name}", _bound(_get, kind)) for kind in DOCUMENTS},
    **{("PUT", kind.sub): (f"Put{kind.name}", _bound(_put, kind)) for kind in DOCUMENTS},
    **{
        ("DELETE", kind.sub): (_delete_name(kind), _bound(_delete, kind))
        for kind in DOCUMENTS
        if kind.deletable
    },
}
