"""Codes of a moment, as authenticator apps make them (RFC 6238 over RFC 4226): arithmetic alone."""

import base64
import hashlib
import hmac
from urllib.parse import quote, urlencode

# What every authenticator app takes without being told: SHA-1, six digits, half a minute.
STEP_S, DIGITS = 30, 6
SECRET_BYTES = 20
# Steps before and after this moment that count too: clocks of phones are late, and people type slowly.
WINDOW = 1


def code_at(secret: bytes, step: int) -> str:
    """Return the code of a step (RFC 4226, 5.3)."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_of(code: str, secret: bytes, now_ms: int) -> int | None:
    """Return the step that a code is of, near this moment; each is compared, so that none is faster."""
    now = now_ms // (STEP_S * 1000)
    match, shown = None, code.encode("utf-8", "replace")  # in whatever letters somebody typed it
    for step in range(now - WINDOW, now + WINDOW + 1):
        if step >= 0 and hmac.compare_digest(code_at(secret, step).encode(), shown):
            match = step
    return match


def written(secret: bytes) -> str:
    """Return a secret as people type it into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def address_of(secret: bytes, *, issuer: str, person: str) -> str:
    """Return what apps read from a QR code (the key URI format that they share)."""
    label = quote(f"{issuer}:{person}")
    return f"otpauth://totp/{label}?{urlencode({'secret': written(secret), 'issuer': issuer})}"
