"""An authenticator app, by the standard's own arithmetic and not by ours."""

import base64
import hashlib
import hmac
import struct
from datetime import datetime


def bytes_of(secret: str) -> bytes:
    """Return the secret that somebody typed into the app."""
    return base64.b32decode(secret + "=" * (-len(secret) % 8))


def app_code(secret: str, now: datetime, late_s: int = 0) -> str:
    """Return what the app shows."""
    moment = struct.pack(">Q", int(now.timestamp() + late_s) // 30)
    digest = hmac.digest(bytes_of(secret), moment, hashlib.sha1)
    (number,) = struct.unpack_from(">I", digest, digest[19] % 16)
    return f"{number % 2**31 % 1_000_000:06d}"
