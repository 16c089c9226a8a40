"""S3's errors: codes, statuses, and the XML document that carries them.

Refusals of the rooms are translated by their class and kind; what only S3 knows
(preconditions, ranges, sub-resources) is raised as an `S3Fault` by the door's own modules.
"""

from vedette import errors
from vedette.api.door import ChosenAnswer
from vedette.store.blobs.sealed import DamagedSeal
from vedette.wire.errors import ProtocolFault
from vedette.wire.http import Request, Response
from vedette.wire.rest_xml import escape
from vedette.wire.signature_faults import answer_for
from vedette.wire.signed import SignatureFault

STATUSES = {
    "AccessControlListNotSupported": 400,
    "AccessDenied": 403,
    "AccessForbidden": 403,
    "BadDigest": 400,
    "BadRequest": 400,
    "BucketAlreadyExists": 409,
    "BucketAlreadyOwnedByYou": 409,
    "BucketNotEmpty": 409,
    "ConditionalRequestConflict": 409,
    "EntityTooLarge": 400,
    "EntityTooSmall": 400,
    # Not among S3's own codes; other servers of its protocol have it, with HTTP's status for a full disk.
    "InsufficientStorage": 507,
    "InternalError": 500,
    "InvalidAccessKeyId": 403,
    "InvalidArgument": 400,
    "InvalidBucketAclWithObjectOwnership": 400,
    "InvalidBucketName": 400,
    "InvalidBucketState": 409,
    "InvalidDigest": 400,
    "InvalidEncryptionAlgorithmError": 400,
    "InvalidObjectState": 403,
    "InvalidPart": 400,
    "InvalidPartOrder": 400,
    "InvalidPolicyDocument": 400,
    "InvalidRange": 416,
    "InvalidRequest": 400,
    "InvalidRetentionPeriod": 400,
    "InvalidStorageClass": 400,
    "InvalidTag": 400,
    "InvalidURI": 400,
    "KMS.DisabledException": 400,
    "KMS.KMSInvalidStateException": 400,
    "KMS.KeyUnavailableException": 503,
    "KMS.NotFoundException": 400,
    "KeyTooLongError": 400,
    "MalformedACLError": 400,
    "MalformedPOSTRequest": 400,
    "MalformedPolicy": 400,
    "MalformedXML": 400,
    "MetadataTooLarge": 400,
    "MethodNotAllowed": 405,
    "MissingContentLength": 411,
    "MissingRequestBodyError": 400,
    "NoSuchBucket": 404,
    "NoSuchBucketPolicy": 404,
    "NoSuchCORSConfiguration": 404,
    "NoSuchConfiguration": 404,
    "NoSuchKey": 404,
    "NoSuchLifecycleConfiguration": 404,
    "NoSuchObjectLockConfiguration": 404,
    "NoSuchPublicAccessBlockConfiguration": 404,
    "NoSuchTagSet": 404,
    "NoSuchUpload": 404,
    "NoSuchVersion": 404,
    "NoSuchWebsiteConfiguration": 404,
    # S3 itself says 501, which some clients repeat as a fault of the server; it is none.
    "NotImplemented": 400,
    "NotModified": 304,
    "ObjectLockConfigurationNotFoundError": 404,
    "OperationAborted": 409,
    "OwnershipControlsNotFoundError": 404,
    "PreconditionFailed": 412,
    "ReplicationConfigurationNotFoundError": 404,
    "RequestTimeout": 400,
    "ServerSideEncryptionConfigurationNotFoundError": 404,
    "ServiceUnavailable": 503,
    "SlowDown": 503,
    "TooManyBuckets": 400,
}


class S3Fault(ChosenAnswer):
    """An answer that only S3 gives. `members` are further elements, `headers` further headers."""

    def __init__(
        self,
        code: str,
        sentence: str = "",
        *,
        members: dict[str, str] | None = None,
        headers: list[tuple[str, str]] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence or code
        self.status = STATUSES[code]
        self.members = members or {}
        self.headers = headers or []


BY_KIND: dict[tuple[type[errors.Refusal], str], str] = {
    (errors.Missing, "bucket"): "NoSuchBucket",
    (errors.Missing, "key"): "NoSuchKey",
    (errors.Missing, "upload"): "NoSuchUpload",
    (errors.Missing, "version"): "NoSuchVersion",
    (errors.Missing, "encryption key"): "KMS.NotFoundException",
    (errors.Busy, "bucket"): "BucketNotEmpty",
    (errors.Busy, "disabled key"): "KMS.DisabledException",
    (errors.Busy, "key state"): "KMS.KMSInvalidStateException",
    (errors.Busy, "master key"): "KMS.KeyUnavailableException",
    (errors.Wrong, "bucket"): "InvalidBucketName",
    (errors.Wrong, "part"): "InvalidPart",
    (errors.Wrong, "part-order"): "InvalidPartOrder",
    (errors.Wrong, "part-size"): "EntityTooSmall",
}
FAULTS: dict[type[errors.Refusal], str] = {
    errors.Missing: "NoSuchKey",
    errors.Taken: "BucketAlreadyExists",
    errors.Busy: "OperationAborted",
    errors.Wrong: "InvalidArgument",
    errors.BadToken: "InvalidArgument",
    errors.MalformedPolicy: "MalformedPolicy",
    errors.Denied: "AccessDenied",
    errors.TooEarly: "ServiceUnavailable",
    errors.TooMuch: "TooManyBuckets",
    errors.TooFast: "SlowDown",
    errors.NoSpace: "InsufficientStorage",
    errors.Unwritable: "ServiceUnavailable",
    errors.Unbuilt: "NotImplemented",
}
# What is said of a thing, by the element that S3 names it in.
NAMED = {"bucket": "BucketName", "key": "Key", "upload": "UploadId"}


def translate(error: Exception) -> S3Fault:
    """Return S3's fault for anything that was raised on the way."""
    if isinstance(error, S3Fault):
        return error
    if isinstance(error, errors.Refusal):
        code = BY_KIND.get((type(error), error.kind)) or FAULTS[type(error)]
        members = {NAMED[error.kind]: error.name} if error.kind in NAMED and error.name else {}
        return S3Fault(code, error.sentence, members=members)
    if isinstance(error, DamagedSeal):
        return S3Fault("InternalError", f"The file of this object cannot be decrypted: {error}.")
    if isinstance(error, SignatureFault):
        answer = answer_for(error, "s3")
        fault = S3Fault("AccessDenied", answer.message)
        fault.code, fault.status = answer.code, answer.status
        return fault
    if isinstance(error, ProtocolFault):
        return S3Fault("MalformedXML", error.sentence)
    return S3Fault("InternalError", "We encountered an internal error. Please try again.")


def short_id(request: Request) -> str:
    """Return the request's id as S3 writes it, in the header and in errors alike."""
    return shorten(request.id)


def shorten(number: str) -> str:
    """Return the id of a request as S3's answers have it."""
    return number.replace("-", "")[:16].upper()


def fault_answer(error: Exception, request: Request) -> Response:
    """Return the answer to a request that failed. HEAD and 304 have no body to say it in."""
    fault = translate(error)
    headers = [*fault.headers]
    if "100-continue" in request.headers.get("expect").lower():
        # The client may never send the body that it asked to send; what comes next would be taken for it.
        headers.append(("connection", "close"))
    if request.method == "HEAD" or fault.status == 304:
        return Response(fault.status, headers)
    members = {"Code": fault.code, "Message": fault.sentence, **fault.members, "Resource": request.raw_path}
    members |= {"RequestId": short_id(request), "HostId": request.id}
    inside = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inside}</Error>'
    return Response(
        fault.status, [("content-type", "application/xml"), *headers], body.encode("utf-8", "replace")
    )
