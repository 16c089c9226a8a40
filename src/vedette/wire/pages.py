"""Page tokens: the position where a list continues, authenticated by this installation's key.

A token is bound to its request (its scope: operation, account, region, filters), since a
position in one list means nothing in another. It has only A-Z a-z 0-9 / + =, which is what
both services allow, and it does not expire: a client may continue after a night.
"""

import binascii
import hashlib
import hmac
from typing import Any

import orjson

from vedette.errors import BadToken

# Rekognition allows 1,024 characters, Lookout 2,048.
LONGEST = 1024
# Half of SHA-256 cannot be guessed over the network, and leaves room for keys.
_SEAL = 16


def scope(*parts: object) -> str:
    """Return one text for a request's parameters; different requests have different texts."""
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str).decode()


def encode(key: bytes, scope: str, position: dict[str, Any] | list[Any]) -> str:
    """Return the token for a position in the list that the scope names."""
    payload = orjson.dumps(position)
    token = binascii.b2a_base64(_seal(key, scope, payload) + payload, newline=False).decode("ascii")
    if len(token) > LONGEST:
        raise ValueError(f"a page token of {len(token)} characters; a position must be shorter")
    return token


def decode(key: bytes, scope: str, token: str | None) -> Any:
    """Return the position in a token of this installation; None for the first page, and for ""."""
    if not token:
        return None
    sealed = _unpack(token)
    seal, payload = sealed[:_SEAL], sealed[_SEAL:]
    if not hmac.compare_digest(seal, _seal(key, scope, payload)):
        raise BadToken("The pagination token is not valid for this request.")
    return orjson.loads(payload)


def _unpack(token: str) -> bytes:
    """Return the content of a token, or nothing where it is not canonical base64."""
    try:
        sealed = binascii.a2b_base64(token, strict_mode=True) if len(token) <= LONGEST else b""
    except ValueError:
        return b""
    # The last character has spare bits, which a changed token could use.
    return sealed if binascii.b2a_base64(sealed, newline=False).decode("ascii") == token else b""


def _seal(key: bytes, scope: str, payload: bytes) -> bytes:
    # The length separates the two, so that no text can move from one into the other.
    text = b"page %d " % len(payload) + payload + scope.encode("utf-8", "surrogatepass")
    return hmac.digest(key, text, hashlib.sha256)[:_SEAL]
