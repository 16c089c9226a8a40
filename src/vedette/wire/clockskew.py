"""The date of a signature, and whether it is near enough to now."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from vedette.wire.http import Request
from vedette.wire.signed import SKEW_S, SignatureClaim, SignatureFault, SignatureFaultKind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STAMP = re.compile(r"\d{8}T\d{6}Z", re.ASCII)


# A client's requests of one second bear the same stamp; strptime is slow, and a refusal is not kept.
@lru_cache(maxsize=256)
def read_stamp(text: str) -> datetime:
    """Return the moment that `20261120T190000Z` writes."""
    try:
        if STAMP.fullmatch(text):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise SignatureFault(
        SignatureFaultKind.BAD_DATE,
        "The date of the signature must be in the form YYYYMMDDTHHMMSSZ (X-Amz-Date).",
    )


def read_date(request: Request) -> datetime:
    """Return the request's date, from X-Amz-Date or else from Date, in either of the two forms."""
    # An X-Amz-Date counts even if it is empty: it is the one that was signed.
    text = request.headers.get("x-amz-date", request.headers.get("date"))
    if not text:
        raise SignatureFault(
            SignatureFaultKind.BAD_DATE,
            "A signed request needs a valid Date or X-Amz-Date header, and has neither.",
        )
    if STAMP.fullmatch(text):
        return read_stamp(text)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise SignatureFault(SignatureFaultKind.BAD_DATE, f"The date {text!r} cannot be read.") from None
    if moment < EPOCH:
        # S3 counts in seconds since 1970 and treats this as no date, not as one far away.
        raise SignatureFault(SignatureFaultKind.BAD_DATE, f"The date {text!r} lies before 1970.")
    return moment


def check_time(signed: SignatureClaim, now: datetime) -> None:
    """Refuse a date too far from now, and a link that has expired or is not valid yet."""
    ahead = (signed.date - now).total_seconds()
    if signed.expires_at is None:
        if abs(ahead) > SKEW_S:
            raise SignatureFault(SignatureFaultKind.SKEWED, _sentence(signed, now, ahead), form=signed.form)
        return
    if now >= signed.expires_at:
        raise SignatureFault(SignatureFaultKind.EXPIRED, "Request has expired", form=signed.form)
    if ahead > SKEW_S and signed.form == "query":
        raise SignatureFault(SignatureFaultKind.NOT_YET_VALID, "Request is not yet valid", form=signed.form)


def _sentence(signed: SignatureClaim, now: datetime, ahead: float) -> str:
    stamp, current = signed.stamp, f"{now:%Y%m%dT%H%M%SZ}"
    if ahead > 0:
        return f"Signature not yet current: {stamp} is still later than {current} + 15 min."
    return f"Signature expired: {stamp} is now earlier than {current} - 15 min."
