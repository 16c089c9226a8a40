"""The entry for all signatures, and Version 4 itself.

    signed = read_signature(request)            # None where there is none
    secret = …                                  # the caller looks signed.key_id up
    verify(signed, request, secret, now)        # raises SignatureFault

An S3 body is not read here: its hash is taken as declared, and `bodies.open_body` verifies
the body. Every other service's body must be complete in `request.body`.
"""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from vedette.wire import sigv2
from vedette.wire.canonical import Pairs, canonical_requests, decode, digest, split_query
from vedette.wire.clockskew import check_time, read_date, read_stamp
from vedette.wire.http import Request
from vedette.wire.scalars import OutOfRange, read_integer
from vedette.wire.signed import UNSIGNED, SignatureClaim, SignatureFault, SignatureFaultKind, day_of

ALGORITHM = "AWS4-HMAC-SHA256"
# How every SDK writes the last parameter of the header.
SIGNATURE_LAST = ", Signature="
# Three parameters with the names of a dozen headers; 256 strangers' heads must not fill the memory.
LONGEST_REMEMBERED = 1024
LONGEST_LINK_S = 7 * 24 * 3600
# Some agents add these after signing; neither can change what a request does.
MAY_BE_UNSIGNED = {"x-amz-content-sha256", "x-amz-user-agent"}


def read_signature(request: Request) -> SignatureClaim | None:
    """Return the request's claim about its signer, in whichever form; None without one."""
    header = request.headers.get("authorization")
    pairs = split_query(request.raw_query)
    link = _link_form(pairs)
    if header and link:
        raise SignatureFault(
            SignatureFaultKind.AMBIGUOUS, "Only one way to sign a request is allowed at a time."
        )
    if header.startswith(f"{ALGORITHM} "):
        return _read_header(header, request)
    if header.startswith("AWS "):
        return sigv2.read_header(header, request)
    if header:
        raise SignatureFault(
            SignatureFaultKind.UNSUPPORTED,
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        )
    if link == "query":
        return _read_link(pairs, request)
    return sigv2.read_link(pairs) if link else None


def verify(signed: SignatureClaim, request: Request, secret: str, now: datetime, *, bucket: str = "") -> None:
    """Return if the signature is the secret's over this very request, at this time; raise otherwise.

    `bucket` is the one that the host name gave (virtual-host style), which Version 2 signs.
    """
    check_time(signed, now)
    if signed.form.startswith("v2"):
        texts = sigv2.spellings(signed, request, bucket=bucket)
        holds = any(same(signed.signature, sigv2.sign(secret, text)) for text in texts)
    else:
        _check_signed_headers(signed, request)
        holds = any(same(signed.signature, expected) for expected in _signatures(signed, request, secret))
    if not holds:
        raise SignatureFault(
            SignatureFaultKind.MISMATCH,
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method.",
            form=signed.form,
        )


@lru_cache(maxsize=256)
def signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    """Return the key that signs this day's requests to one service in one region."""
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode("latin-1", "replace"), "sha256")
    return key


def key_for(signed: SignatureClaim, secret: str) -> bytes:
    """Return the key under this signature's scope; chunks and policies are signed with it too."""
    return signing_key(secret, day_of(signed.date), signed.region, signed.service)


def sign(key: bytes, text: bytes) -> str:
    """Return the signature of the text in hexadecimal."""
    return hmac.digest(key, text, "sha256").hex()


def same(actual: str, expected: str) -> bool:
    """Compare in a time that does not depend on where they differ."""
    return hmac.compare_digest(actual.encode("utf-8", "replace"), expected.encode("ascii"))


def read_credential(text: str, *, day: str) -> tuple[str, str, str]:
    """Return key id, region and service out of a credential whose date must be `day`."""
    parts = text.rsplit("/", 4)
    if len(parts) != 5 or not parts[0] or parts[4] != "aws4_request":
        raise SignatureFault(
            SignatureFaultKind.MALFORMED,
            "The credential is mal-formed; expecting <access-key>/YYYYMMDD/REGION/SERVICE/aws4_request.",
        )
    key_id, scope_day, region, service, _ = parts
    if scope_day != day:
        raise SignatureFault(
            SignatureFaultKind.MALFORMED,
            f"Invalid credential date {scope_day!r}: it is not the date of the request, {day!r}.",
        )
    return key_id, region, service


def _link_form(pairs: Pairs) -> str:
    names = {name for name, _ in pairs}
    if names & {"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature"}:
        return "query"
    return "v2-query" if names & {"AWSAccessKeyId", "Signature"} else ""


def _read_header(header: str, request: Request) -> SignatureClaim:
    credential, names, signature = _read_fields(header)
    date = read_date(request)
    key_id, region, service = read_credential(credential, day=day_of(date))
    return SignatureClaim(
        key_id=key_id,
        form="header",
        signature=signature,
        date=date,
        service=service,
        region=region,
        token=request.headers.get("x-amz-security-token"),
        signed_headers=names,
        payload_hash=_declared_hash(request, service),
    )


def _read_fields(header: str) -> tuple[str, tuple[str, ...], str]:
    """Return a header's credential, the names that it signs, and the signature."""
    before, name, signature = header.rpartition(SIGNATURE_LAST)
    if name and "," not in signature and len(before) <= LONGEST_REMEMBERED:
        credential, names, _ = _remember_parameters(f"{before}{name}.")
        signature = signature.strip()
    else:
        credential, names, signature = _read_parameters(header)
    for name, value in (("Credential", credential), ("SignedHeaders", names), ("Signature", signature)):
        if not value:
            raise SignatureFault(
                SignatureFaultKind.INCOMPLETE,
                f"Authorization header requires '{name}' parameter.",
                form="header",
            )
    return credential, names, signature


def _read_parameters(header: str) -> tuple[str, tuple[str, ...], str]:
    fields = dict(part.strip().partition("=")[::2] for part in header[len(ALGORITHM) :].split(","))
    names = fields.get("SignedHeaders", "")
    signed = tuple(names.lower().split(";")) if names else ()
    return fields.get("Credential", ""), signed, fields.get("Signature", "")


# What a client sends before its signature stays the same all day.
_remember_parameters = lru_cache(maxsize=256)(_read_parameters)


def _declared_hash(request: Request, service: str) -> str:
    declared = request.headers.get("x-amz-content-sha256")
    if service == "s3" and not declared:
        raise SignatureFault(
            SignatureFaultKind.NO_CONTENT_SHA256,
            "Missing required header for this request: x-amz-content-sha256",
        )
    return declared


def _read_link(pairs: Pairs, request: Request) -> SignatureClaim:
    fields = _link_fields(pairs)
    if fields["X-Amz-Algorithm"] != ALGORITHM:
        raise SignatureFault(
            SignatureFaultKind.UNSUPPORTED, f'X-Amz-Algorithm only supports "{ALGORITHM}".', form="query"
        )
    date = read_stamp(fields["X-Amz-Date"])
    key_id, region, service = read_credential(fields["X-Amz-Credential"], day=day_of(date))
    names = tuple(fields["X-Amz-SignedHeaders"].lower().split(";"))
    return SignatureClaim(
        key_id=key_id,
        form="query",
        signature=fields["X-Amz-Signature"],
        date=date,
        service=service,
        region=region,
        token=fields.get("X-Amz-Security-Token", ""),
        expires_at=date + timedelta(seconds=_lifetime(fields["X-Amz-Expires"])),
        signed_headers=names,
        payload_hash=_link_hash(fields, names, request, service),
    )


def _link_fields(pairs: Pairs) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in pairs:
        if name.startswith("X-Amz-"):
            if name in fields:
                raise SignatureFault(SignatureFaultKind.MALFORMED, f"{name} is there twice.", form="query")
            fields[name] = decode(value)
    needed = ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")
    if missing := [name for name in needed if not fields.get(f"X-Amz-{name}")]:
        raise SignatureFault(
            SignatureFaultKind.INCOMPLETE,
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
            "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters; "
            f"X-Amz-{missing[0]} is missing.",
            form="query",
        )
    return fields


def _lifetime(text: str) -> int:
    try:
        seconds = read_integer(text, 2**63)
    except OutOfRange:
        seconds = -1 if text.startswith("-") else LONGEST_LINK_S + 1
    except ValueError:
        raise SignatureFault(
            SignatureFaultKind.MALFORMED, "X-Amz-Expires should be a number", form="query"
        ) from None
    if seconds < 0:
        raise SignatureFault(
            SignatureFaultKind.EXPIRES_OUT_OF_RANGE, "X-Amz-Expires must be non-negative", form="query"
        )
    if seconds > LONGEST_LINK_S:
        raise SignatureFault(
            SignatureFaultKind.EXPIRES_OUT_OF_RANGE,
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires "
            f"must be less than {LONGEST_LINK_S} seconds",
            form="query",
        )
    return seconds


def _link_hash(fields: dict[str, str], names: tuple[str, ...], request: Request, service: str) -> str:
    if "x-amz-content-sha256" in names:
        return request.headers.get("x-amz-content-sha256")
    if service == "s3":
        return fields.get("X-Amz-Content-Sha256") or UNSIGNED
    return fields.get("X-Amz-Content-Sha256", "")


def _check_signed_headers(signed: SignatureClaim, request: Request) -> None:
    if "host" not in signed.signed_headers:
        raise SignatureFault(
            SignatureFaultKind.MALFORMED,
            "'Host' must be a 'SignedHeader' in the AWS Authorization.",
            form=signed.form,
        )
    for name, _ in request.headers:
        if name.startswith("x-amz-") and name not in signed.signed_headers and name not in MAY_BE_UNSIGNED:
            raise SignatureFault(
                SignatureFaultKind.UNSIGNED_HEADERS,
                f"There were headers present in the request which were not signed: {name}",
                form=signed.form,
            )


def _signatures(signed: SignatureClaim, request: Request, secret: str) -> Iterator[str]:
    payload = _payload(signed, request)
    key = key_for(signed, secret)
    head = f"{ALGORITHM}\n{signed.stamp}\n{signed.scope}\n"
    spellings = canonical_requests(
        request, service=signed.service, names=signed.signed_headers, payload=payload
    )
    for text in spellings:
        yield sign(key, f"{head}{digest(text)}".encode("latin-1", "replace"))


def _payload(signed: SignatureClaim, request: Request) -> str:
    """Return the hash for the canonical request, after verifying the body against it."""
    if signed.service == "s3":
        return signed.payload_hash
    if signed.payload_hash == UNSIGNED:
        return UNSIGNED
    computed = sha256(request.body).hexdigest()
    if signed.payload_hash and not same(signed.payload_hash.lower(), computed):
        raise SignatureFault(
            SignatureFaultKind.CONTENT_SHA256_MISMATCH,
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            form=signed.form,
        )
    return signed.payload_hash or computed
