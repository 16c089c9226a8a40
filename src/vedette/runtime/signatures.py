"""Ed25519 signatures of what a server gives to devices: keys as text, signing, verifying.

What is signed begins with what it is for, so that no signature of one thing passes for another's. The library
is loaded when the first key is: an agent that is given none carries nothing of it in memory. No private key
is ever written here.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Literal

from vedette.errors import Wrong

KEY_BYTES, SIGNATURE_BYTES = 32, 64
Purpose = Literal["component", "order"]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a server's key, which devices know it by."""

    content: bytes

    def __str__(self) -> str:
        """The key as people pass it on."""
        return encode(self.content)

    def verifies(self, purpose: Purpose, content: bytes, signature: bytes) -> bool:
        """Return whether the holder of the private half signed exactly this, for this purpose."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            key = Ed25519PublicKey.from_public_bytes(self.content)
            key.verify(signature, _framed(purpose, content))
        except (InvalidSignature, ValueError):
            return False
        return True


def read_key(text: str) -> PublicKey:
    """Return a public key from its text; refuse what is none."""
    try:
        content = decode(text.strip())
    except ValueError:
        content = b""
    if len(content) != KEY_BYTES:
        raise Wrong(f"{text.strip()[:60]!r} is no key of a Vedette server: it has 43 letters.", kind="key")
    return PublicKey(content)


def make_private_key() -> bytes:
    """Return a new private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key_of(private: bytes) -> PublicKey:
    """Return the public half of a private key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return PublicKey(Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw())


def sign(private: bytes, purpose: Purpose, content: bytes) -> bytes:
    """Return the signature of this for a purpose."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private).sign(_framed(purpose, content))


def encode(content: bytes) -> str:
    """Return bytes as letters that stand in addresses and commands."""
    return base64.urlsafe_b64encode(content).decode("ascii").rstrip("=")


def decode(text: str) -> bytes:
    """Return the bytes of such letters.

    Raises:
        ValueError: when they are others.
    """
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("no base64") from error
    if encode(content) != text:
        raise ValueError("no base64 as it is written here")
    return content


def _framed(purpose: Purpose, content: bytes) -> bytes:
    return b"vedette " + purpose.encode() + b"\n" + content
