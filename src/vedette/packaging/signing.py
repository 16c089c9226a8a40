"""A signing key of one's own, for packages that no server made: a file in PKCS #8, as OpenSSL makes it too.

It signs components as a server's key does (decisions/0351); devices are told its public half. The private
half is in its file and nowhere else.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.errors import Missing, Taken, Wrong
from vedette.runtime.component_signatures import ComponentSignature, signed_content, write_signature
from vedette.runtime.components import Component
from vedette.runtime.signatures import PublicKey, public_key_of, sign

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# A key of this kind has 119 bytes; a chain of certificates is no key.
MOST_BYTES = 16 << 10
OTHERS_READ = 0o077


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Both halves of a key. `is_open`: others than its owner can read the file."""

    private: bytes = field(repr=False)
    public: PublicKey
    is_open: bool = False

    def sign_component(self, component: Component, serial: int) -> None:
        """Put a signature beside a component's manifest; the number of each is higher than that before."""
        content = signed_content(component.digest, serial)
        signature = sign(self.private, "component", content)
        write_signature(component.folder, ComponentSignature(self.public, serial, signature))


def make_key(place: Path) -> SigningKey:
    """Write a new key into a new file, readable by its owner alone."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Taken(f"{place} exists; a key is never written over.", kind="key", name=str(place)) from None
    except OSError as error:
        raise Wrong(f"{place} cannot be written: {error.strerror}.", kind="key", name=str(place)) from error
    with os.fdopen(handle, "wb") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return _halves(key)


def open_key(place: Path) -> SigningKey:
    """Return the key in a file; refuse what is none, or is protected by a password."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    content, mode = _content(place)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except TypeError:
        raise _wrong(place, "is protected by a password; `vedette` asks for none") from None
    except (ValueError, UnsupportedAlgorithm):
        raise _wrong(place, "holds no private key; `vedette edge key --new FILE` makes one") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise _wrong(place, "holds a key of another kind: Ed25519 is what devices verify")
    return _halves(key, is_open=bool(mode & OTHERS_READ))


def _content(place: Path) -> tuple[bytes, int]:
    try:
        with place.open("rb") as stream:
            return stream.read(MOST_BYTES), os.fstat(stream.fileno()).st_mode
    except FileNotFoundError:
        raise Missing(f"There is no key at {place}.", kind="key", name=str(place)) from None
    except OSError as error:
        raise _wrong(place, f"cannot be read: {error.strerror}") from error


def _halves(key: "Ed25519PrivateKey", *, is_open: bool = False) -> SigningKey:
    private = key.private_bytes_raw()
    return SigningKey(private, public_key_of(private), is_open)


def _wrong(place: Path, problem: str) -> Wrong:
    return Wrong(f"{place} {problem}.", kind="key", name=str(place))
