"""The claim of a signature, and the ways in which it can fail; no cryptography here.

`SignatureFault` is raised by every module that reads or checks a signature or a signed
body. How each service reports it, `signature_faults` knows.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Literal

Form = Literal["header", "query", "v2-header", "v2-query", "post", "v2-post"]

# A header signature holds for so long before and after its date, as AWS allows.
SKEW_S = 15 * 60
UNSIGNED = "UNSIGNED-PAYLOAD"


class SignatureFaultKind(StrEnum):
    """What was wrong. The first four lines are about the caller, the rest about the request."""

    MISSING = "missing"  # no signature where one is required
    UNKNOWN_KEY = "unknown-key"  # raised where keys are looked up
    BAD_TOKEN = "bad-token"  # noqa: S105  (likewise; a kind, no token)
    EXPIRED_TOKEN = "expired-token"  # noqa: S105  (likewise)

    UNSUPPORTED = "unsupported"  # another scheme than the supported ones
    AMBIGUOUS = "ambiguous"  # two signatures at once
    INCOMPLETE = "incomplete"  # a part of the signature is missing
    MALFORMED = "malformed"  # a part of it cannot be read
    BAD_DATE = "bad-date"
    NO_CONTENT_SHA256 = "no-content-sha256"
    BAD_CONTENT_SHA256 = "bad-content-sha256"  # the header is no hash and no known word
    UNSIGNED_HEADERS = "unsigned-headers"  # x-amz-* headers that the signature leaves out
    MISMATCH = "mismatch"
    SKEWED = "skewed"  # a header signature's date is too far from now
    EXPIRED = "expired"  # a link's time is over
    NOT_YET_VALID = "not-yet-valid"
    EXPIRES_OUT_OF_RANGE = "expires-out-of-range"

    BAD_DIGEST_HEADER = "bad-digest-header"  # Content-MD5 is no MD5
    BAD_DIGEST = "bad-digest"
    BAD_CHECKSUM_HEADER = "bad-checksum-header"
    CHECKSUM_MISMATCH = "checksum-mismatch"
    CONTENT_SHA256_MISMATCH = "content-sha256-mismatch"
    BAD_LENGTH = "bad-length"  # x-amz-decoded-content-length is no number
    INCOMPLETE_BODY = "incomplete-body"
    MALFORMED_CHUNK = "malformed-chunk"
    MALFORMED_TRAILER = "malformed-trailer"
    TOO_LARGE = "too-large"
    TOO_SMALL = "too-small"

    MALFORMED_FORM = "malformed-form"
    BAD_POLICY = "bad-policy"  # the document cannot be read
    POLICY_VIOLATED = "policy-violated"


class SignatureFault(Exception):
    """A signature, or a signed body, that is not valid. `form` is set once it is known."""

    def __init__(self, kind: SignatureFaultKind, sentence: str, *, form: Form | None = None) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
        self.form = form


@dataclass(frozen=True, slots=True)
class SignatureClaim:
    """A signature as parsed; nothing in it is proved until `verify` has returned."""

    key_id: str
    form: Form
    signature: str = field(repr=False)
    date: datetime
    service: str = "s3"
    region: str = ""  # empty when the client names none: the caller takes its default
    token: str = field(default="", repr=False)
    expires_at: datetime | None = None  # of a link; None for a header
    signed_headers: tuple[str, ...] = ()
    payload_hash: str = UNSIGNED  # as declared; "" where the body itself must be hashed

    @property
    def stamp(self) -> str:
        """The date as Version 4 writes it."""
        return stamp_of(self.date)

    @property
    def scope(self) -> str:
        """The credential scope of Version 4."""
        return f"{day_of(self.date)}/{self.region}/{self.service}/aws4_request"


# A client's requests of one second bear the same date; `strftime` takes longer than all else here.
@lru_cache(maxsize=256)
def stamp_of(date: datetime) -> str:
    """Return a moment, which is in UTC, as Version 4 writes it."""
    return date.strftime("%Y%m%dT%H%M%SZ")


@lru_cache(maxsize=256)
def day_of(date: datetime) -> str:
    """Return the day of a moment, which is in UTC, as scopes write it."""
    return date.strftime("%Y%m%d")
