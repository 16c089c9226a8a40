"""The responses of each family of services to faults of a signature or of a signed body.

    json      AWS JSON (Rekognition): 400 …Exception
    rest      REST-JSON (Lookout for Vision): the same names, 403
    query     STS and other Query services: 403
    s3        codes of its own

Every kind of `signed.Kind` has a row; a test holds that.
"""

from dataclasses import dataclass
from typing import Literal

from vedette.wire.signed import Form, SignatureFault, SignatureFaultKind

Family = Literal["json", "rest", "query", "s3"]


@dataclass(frozen=True, slots=True)
class SignatureAnswer:
    """The code, status and sentence to answer with."""

    code: str
    status: int
    message: str


# For each kind: S3's code and status, then the other families' code without its suffix.
S3 = 0
MISSING, KEY, BROKEN, FALSE, OLD = (
    ("MissingAuthenticationTokenException", "MissingAuthenticationToken"),
    ("UnrecognizedClientException", "InvalidClientTokenId"),
    ("IncompleteSignatureException", "IncompleteSignature"),
    ("InvalidSignatureException", "SignatureDoesNotMatch"),
    ("ExpiredTokenException", "ExpiredToken"),
)
Row = tuple[str, int, tuple[str, str]]
ROWS: dict[SignatureFaultKind, Row] = {
    SignatureFaultKind.MISSING: ("AccessDenied", 403, MISSING),
    SignatureFaultKind.UNKNOWN_KEY: ("InvalidAccessKeyId", 403, KEY),
    SignatureFaultKind.BAD_TOKEN: ("InvalidToken", 400, KEY),
    SignatureFaultKind.EXPIRED_TOKEN: ("ExpiredToken", 400, OLD),
    SignatureFaultKind.UNSUPPORTED: ("InvalidRequest", 400, BROKEN),
    SignatureFaultKind.AMBIGUOUS: ("InvalidArgument", 400, BROKEN),
    SignatureFaultKind.INCOMPLETE: ("AuthorizationHeaderMalformed", 400, BROKEN),
    SignatureFaultKind.MALFORMED: ("AuthorizationHeaderMalformed", 400, FALSE),
    SignatureFaultKind.BAD_DATE: ("AccessDenied", 403, BROKEN),
    SignatureFaultKind.NO_CONTENT_SHA256: ("InvalidRequest", 400, BROKEN),
    SignatureFaultKind.BAD_CONTENT_SHA256: ("InvalidArgument", 400, BROKEN),
    SignatureFaultKind.UNSIGNED_HEADERS: ("AccessDenied", 403, FALSE),
    SignatureFaultKind.MISMATCH: ("SignatureDoesNotMatch", 403, FALSE),
    SignatureFaultKind.SKEWED: ("RequestTimeTooSkewed", 403, FALSE),
    SignatureFaultKind.EXPIRED: ("AccessDenied", 403, FALSE),
    SignatureFaultKind.NOT_YET_VALID: ("AccessDenied", 403, FALSE),
    # AWS says 400; the public suites of S3's look-alikes hold servers to 403, and clients read the code.
    SignatureFaultKind.EXPIRES_OUT_OF_RANGE: ("AuthorizationQueryParametersError", 403, FALSE),
    SignatureFaultKind.BAD_DIGEST_HEADER: ("InvalidDigest", 400, FALSE),
    SignatureFaultKind.BAD_DIGEST: ("BadDigest", 400, FALSE),
    SignatureFaultKind.BAD_CHECKSUM_HEADER: ("InvalidRequest", 400, FALSE),
    SignatureFaultKind.CHECKSUM_MISMATCH: ("BadDigest", 400, FALSE),
    SignatureFaultKind.CONTENT_SHA256_MISMATCH: ("XAmzContentSHA256Mismatch", 400, FALSE),
    SignatureFaultKind.BAD_LENGTH: ("InvalidArgument", 400, FALSE),
    SignatureFaultKind.INCOMPLETE_BODY: ("IncompleteBody", 400, FALSE),
    SignatureFaultKind.MALFORMED_CHUNK: ("InvalidRequest", 400, FALSE),
    SignatureFaultKind.MALFORMED_TRAILER: ("MalformedTrailerError", 400, FALSE),
    SignatureFaultKind.TOO_LARGE: ("EntityTooLarge", 400, FALSE),
    SignatureFaultKind.TOO_SMALL: ("EntityTooSmall", 400, FALSE),
    SignatureFaultKind.MALFORMED_FORM: ("MalformedPOSTRequest", 400, FALSE),
    SignatureFaultKind.BAD_POLICY: ("InvalidPolicyDocument", 400, FALSE),
    SignatureFaultKind.POLICY_VIOLATED: ("AccessDenied", 403, FALSE),
}
# S3 has other codes for links and for Version 2 signatures.
S3_BY_FORM: dict[tuple[SignatureFaultKind, Form], tuple[str, int]] = {
    (SignatureFaultKind.INCOMPLETE, "query"): ("AuthorizationQueryParametersError", 400),
    (SignatureFaultKind.MALFORMED, "query"): ("AuthorizationQueryParametersError", 400),
    (SignatureFaultKind.UNSUPPORTED, "query"): ("AuthorizationQueryParametersError", 400),
    (SignatureFaultKind.BAD_DATE, "query"): ("AuthorizationQueryParametersError", 400),
    (SignatureFaultKind.INCOMPLETE, "v2-query"): ("AccessDenied", 403),
    (SignatureFaultKind.MALFORMED, "v2-header"): ("InvalidArgument", 400),
    (SignatureFaultKind.INCOMPLETE, "post"): ("InvalidArgument", 400),
    (SignatureFaultKind.MALFORMED, "post"): ("InvalidArgument", 400),
    (SignatureFaultKind.INCOMPLETE, "v2-post"): ("InvalidArgument", 400),
}
# The messages of faults that carry no sentence of their own.
SENTENCES: dict[SignatureFaultKind, dict[str, str]] = {
    SignatureFaultKind.MISSING: {
        "s3": "Access Denied",
        "query": "Request is missing Authentication Token",
        "": "Missing Authentication Token",
    },
    SignatureFaultKind.UNKNOWN_KEY: {
        "s3": "The AWS Access Key Id you provided does not exist in our records.",
        "": "The security token included in the request is invalid.",
    },
    SignatureFaultKind.BAD_TOKEN: {
        "s3": "The provided token is malformed or otherwise invalid.",
        "": "The security token included in the request is invalid.",
    },
    SignatureFaultKind.EXPIRED_TOKEN: {
        "s3": "The provided token has expired.",
        "": "The security token included in the request is expired",
    },
}


def fault_for(
    kind: SignatureFaultKind, family: Family, sentence: str = "", *, form: Form | None = None
) -> SignatureAnswer:
    """Return what a service of this family answers; the sentence is the fault's own, or the family's."""
    code, status, others = ROWS[kind]
    if family == "s3":
        code, status = S3_BY_FORM.get((kind, form), (code, status)) if form else (code, status)
    elif family == "query":
        code, status = others[1], 400 if others is BROKEN else 403
    else:
        code, status = others[0], 403 if family == "rest" else 400
    usual = SENTENCES.get(kind, {})
    return SignatureAnswer(code, status, sentence or usual.get(family, usual.get("", "")))


def answer_for(fault: SignatureFault, family: Family) -> SignatureAnswer:
    """Return what a service of this family answers to a fault that was raised."""
    return fault_for(fault.kind, family, fault.sentence, form=fault.form)
