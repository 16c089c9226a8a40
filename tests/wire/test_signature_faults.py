"""Each service says in its own words what was wrong with a signature."""

import pytest

from vedette.wire.signature_faults import ROWS, answer_for, fault_for
from vedette.wire.signed import SignatureFault, SignatureFaultKind


def test_every_kind_has_a_row():
    assert set(ROWS) == set(SignatureFaultKind)


@pytest.mark.parametrize("kind", SignatureFaultKind)
@pytest.mark.parametrize("family", ["s3", "query", "json", "rest"])
def test_no_answer_blames_the_server(kind, family):
    answer = fault_for(kind, family, "sentence")
    assert 400 <= answer.status < 500
    assert answer.message == "sentence"


@pytest.mark.parametrize(
    ("kind", "family", "code", "status"),
    [
        (SignatureFaultKind.MISMATCH, "s3", "SignatureDoesNotMatch", 403),
        (SignatureFaultKind.MISMATCH, "query", "SignatureDoesNotMatch", 403),
        (SignatureFaultKind.MISMATCH, "json", "InvalidSignatureException", 400),
        (SignatureFaultKind.MISMATCH, "rest", "InvalidSignatureException", 403),
        (SignatureFaultKind.UNKNOWN_KEY, "s3", "InvalidAccessKeyId", 403),
        (SignatureFaultKind.UNKNOWN_KEY, "query", "InvalidClientTokenId", 403),
        (SignatureFaultKind.UNKNOWN_KEY, "json", "UnrecognizedClientException", 400),
        (SignatureFaultKind.UNKNOWN_KEY, "rest", "UnrecognizedClientException", 403),
        (SignatureFaultKind.MISSING, "s3", "AccessDenied", 403),
        (SignatureFaultKind.MISSING, "query", "MissingAuthenticationToken", 403),
        (SignatureFaultKind.MISSING, "json", "MissingAuthenticationTokenException", 400),
        (SignatureFaultKind.INCOMPLETE, "s3", "AuthorizationHeaderMalformed", 400),
        (SignatureFaultKind.INCOMPLETE, "query", "IncompleteSignature", 400),
        (SignatureFaultKind.INCOMPLETE, "json", "IncompleteSignatureException", 400),
        (SignatureFaultKind.SKEWED, "s3", "RequestTimeTooSkewed", 403),
        (SignatureFaultKind.SKEWED, "json", "InvalidSignatureException", 400),
        (SignatureFaultKind.SKEWED, "query", "SignatureDoesNotMatch", 403),
        (SignatureFaultKind.EXPIRED, "s3", "AccessDenied", 403),
        (SignatureFaultKind.EXPIRED_TOKEN, "s3", "ExpiredToken", 400),
        (SignatureFaultKind.EXPIRED_TOKEN, "query", "ExpiredToken", 403),
        (SignatureFaultKind.EXPIRED_TOKEN, "json", "ExpiredTokenException", 400),
        (SignatureFaultKind.BAD_TOKEN, "s3", "InvalidToken", 400),
    ],
)
def test_the_codes_are_those_of_the_service(kind, family, code, status):
    answer = fault_for(kind, family)
    assert (answer.code, answer.status) == (code, status)


@pytest.mark.parametrize(
    "kind",
    [
        SignatureFaultKind.MISSING,
        SignatureFaultKind.UNKNOWN_KEY,
        SignatureFaultKind.BAD_TOKEN,
        SignatureFaultKind.EXPIRED_TOKEN,
    ],
)
@pytest.mark.parametrize("family", ["s3", "query", "json", "rest"])
def test_what_callers_raise_has_a_sentence_of_its_own(kind, family):
    assert fault_for(kind, family).message


def test_a_link_that_is_broken_is_named_so_by_s3():
    broken = SignatureFault(SignatureFaultKind.MALFORMED, "X-Amz-Expires should be a number", form="query")
    assert answer_for(broken, "s3").code == "AuthorizationQueryParametersError"
    assert (
        answer_for(SignatureFault(SignatureFaultKind.INCOMPLETE, "…", form="v2-query"), "s3").code
        == "AccessDenied"
    )
