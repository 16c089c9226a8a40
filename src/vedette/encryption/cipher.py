"""Ciphertexts of keys: a header that says which key and version, and AES-256-GCM behind it.

    1 byte    the form, 1
    16 bytes  the key's id
    4 bytes   the version of its material, big-endian
    16 bytes  a salt: each ciphertext has a key of its own, HMAC-SHA256 of the material over it
    …         the ciphertext, and a tag of 16 bytes

A key that is used once needs no nonce that differs, so that no count of uses has to be kept (NIST SP 800-38D
bounds a key with random nonces to 2^32). The header and the encryption context are authenticated with it.
"""

import hmac
import os
import uuid
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vedette.encryption.values import EncryptionContext
from vedette.errors import Wrong

FORM = 1
ID, NUMBER, SALT, TAG = 16, 4, 16, 16
HEADER = 1 + ID + NUMBER + SALT
MATERIAL = 32
NONCE = bytes(12)
PURPOSE = b"vedette ciphertext 1"
# Heads that are remembered, one for each version of a key: a GET of a sealed object asks for one three times.
MOST_HEADS = 4096


@dataclass(frozen=True, slots=True)
class CiphertextHead:
    """Which key encrypted, and which version of its material."""

    key: str
    version: int


def read_head(ciphertext: bytes) -> CiphertextHead:
    """Return what a ciphertext says of its key; refuse one that is none of ours."""
    if len(ciphertext) < HEADER + TAG or ciphertext[0] != FORM:
        raise bad_ciphertext()
    return _head_of(ciphertext[1 : 1 + ID + NUMBER])


@lru_cache(MOST_HEADS)
def _head_of(data: bytes) -> CiphertextHead:
    return CiphertextHead(str(uuid.UUID(bytes=data[:ID])), int.from_bytes(data[ID:], "big"))


def encrypt(material: bytes, head: CiphertextHead, plaintext: bytes, context: EncryptionContext) -> bytes:
    """Return the ciphertext."""
    header = (
        bytes([FORM]) + uuid.UUID(head.key).bytes + head.version.to_bytes(NUMBER, "big") + os.urandom(SALT)
    )
    return header + _cipher(material, header).encrypt(NONCE, plaintext, header + write_context(context))


def decrypt(material: bytes, ciphertext: bytes, context: EncryptionContext) -> bytes:
    """Return the plaintext; refuse whatever was changed, or is bound to another context."""
    header = ciphertext[:HEADER]
    try:
        return _cipher(material, header).decrypt(NONCE, ciphertext[HEADER:], header + write_context(context))
    except InvalidTag:
        raise bad_ciphertext() from None


def write_context(context: EncryptionContext) -> bytes:
    """Return a context as bytes that no other context has: each text behind its length, sorted by name."""
    texts = [text.encode("utf-8", "surrogatepass") for pair in sorted(context.items()) for text in pair]
    return b"".join(len(text).to_bytes(4, "big") + text for text in texts)


def bad_ciphertext() -> Wrong:
    """Return the refusal of a ciphertext, which says nothing of why."""
    return Wrong(
        "The ciphertext was not made by a key of this account and region, was changed, or belongs to another "
        "encryption context.",
        kind="ciphertext",
    )


def _cipher(material: bytes, header: bytes) -> AESGCM:
    return AESGCM(hmac.digest(material, PURPOSE + header, "sha256"))
