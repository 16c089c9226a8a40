"""Page tokens: where a list goes on, said so that only this installation can have said it.

A token is bound to what was asked (its scope: operation, account, region, filters), since a
place in one list means nothing in another. It holds only A-Z a-z 0-9 / + =, which is what
both services allow, and it does not age: a client may come back after a night.
"""

import binascii
import hashlib
import hmac
from typing import Any

import orjson

from vedette.errors import BadToken

# Rekognition allows 1,024 characters, Lookout 2,048.
LONGEST = 1024
# Half of SHA-256 is more than anyone can guess over the network, and leaves room for keys.
_SEAL = 16


def scope(*parts: object) -> str:
    """Return one text for what was asked; no two requests that differ have the same."""
    return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str).decode()


def encode(key: bytes, scope: str, position: dict[str, Any] | list[Any]) -> str:
    """Return the token for a place in the list that the scope names."""
    said = orjson.dumps(position)
    token = binascii.b2a_base64(_seal(key, scope, said) + said, newline=False).decode("ascii")
    if len(token) > LONGEST:
        raise ValueError(f"a page token of {len(token)} characters; a position must be shorter")
    return token


def decode(key: bytes, scope: str, token: str | None) -> Any:
    """Return the place that a token of ours means; None for the first page, which "" means too."""
    if not token:
        return None
    sealed = _unpack(token)
    seal, said = sealed[:_SEAL], sealed[_SEAL:]
    if not hmac.compare_digest(seal, _seal(key, scope, said)):
        raise BadToken("The pagination token is not valid for this request.")
    return orjson.loads(said)


def _unpack(token: str) -> bytes:
    """Return what a token holds, or nothing where it is not base64 exactly as we write it."""
    try:
        sealed = binascii.a2b_base64(token, strict_mode=True) if len(token) <= LONGEST else b""
    except ValueError:
        return b""
    # The last character has bits to spare, which a changed token could use.
    return sealed if binascii.b2a_base64(sealed, newline=False).decode("ascii") == token else b""


def _seal(key: bytes, scope: str, said: bytes) -> bytes:
    # The length stands between the two, so that no text can move from one into the other.
    text = b"page %d " % len(said) + said + scope.encode("utf-8", "surrogatepass")
    return hmac.digest(key, text, hashlib.sha256)[:_SEAL]
