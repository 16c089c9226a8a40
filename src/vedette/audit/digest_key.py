"""The RSA key that signs what is delivered, as CloudTrail's clients verify it.

The chain itself is signed by another key (`signing.py`): auditors' programs know RSA and PKCS #1 alone.
Public halves of all keys that there were stay beside the trails.
"""

import base64
import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from vedette.audit.lines import write_whole
from vedette.audit.trails import FOLDER
from vedette.errors import Wrong

PRIVATE = "audit-delivery.key"
PUBLIC = "public-keys"
BITS = 2048
FOREVER_S = 10 * 366 * 86400


@dataclass(frozen=True, slots=True)
class DigestKey:
    """Signs digests; `fingerprint` names the public key."""

    key: rsa.RSAPrivateKey
    fingerprint: str

    def sign(self, text: str) -> str:
        """Return the signature in hexadecimal; the same text gives the same one."""
        return self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()).hex()


@dataclass(frozen=True, slots=True)
class PublicDigestKey:
    """A public key: base64 of its PKCS #1 form, and from when it has signed."""

    value: str
    fingerprint: str
    since_s: int

    @property
    def der(self) -> bytes:
        """The key's bytes."""
        return base64.b64decode(self.value)


def open_digest_key(data: Path, now_s: int) -> DigestKey:
    """Return the key of an installation, made where there is none: digests then name the new one."""
    file = data / "keys" / PRIVATE
    if not file.exists():
        _make(file)
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except ValueError:
        key = None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Wrong(
            f"{file} holds no RSA key. Put it back from a backup, or move it away: a new one is made."
        )
    der = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    # A name, as CloudTrail's fingerprints are, and no protection.
    fingerprint = hashlib.md5(der, usedforsecurity=False).hexdigest()
    copy = data / FOLDER / PUBLIC / f"{fingerprint}.json"
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        facts = {"value": base64.b64encode(der).decode(), "fingerprint": fingerprint, "since_s": now_s}
        write_whole(copy, orjson.dumps(facts))
    return DigestKey(key, fingerprint)


def public_digest_keys(data: Path) -> list[PublicDigestKey]:
    """Return the public keys that there were, the oldest first."""
    files = (data / FOLDER / PUBLIC).glob("*.json")
    keys = [PublicDigestKey(**orjson.loads(file.read_bytes())) for file in files]
    return sorted(keys, key=lambda key: key.since_s)


def read_digest_key(file: Path) -> PublicDigestKey:
    """Return the public key in a file that was kept elsewhere."""
    try:
        key = PublicDigestKey(**orjson.loads(file.read_bytes()))
        name = hashlib.md5(key.der, usedforsecurity=False).hexdigest()
    except (OSError, ValueError, TypeError) as error:
        raise Wrong(f"{file} holds no public key of deliveries: {error}.") from None
    if name != key.fingerprint:
        raise Wrong(f"{file} says that its key is {key.fingerprint}, and it is {name}.")
    return key


def _make(file: Path) -> None:
    """Make the key; of two servers that start at once, one does."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(pem)
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(FileExistsError):
        os.link(part, file)
    part.unlink()
