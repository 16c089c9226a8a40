"""The installation's key: what is secret at rest is sealed with it.

The key is a file of its own, so that a copy of the database alone gives nothing away.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12


class Broken(Exception):
    """What was to be opened was not sealed here, or was changed since."""


class Seal:
    """Encrypts with AES-256-GCM; a purpose binds each sealed thing to its place."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(self.derive("seal"))

    def derive(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for another purpose; it tells nothing about this one."""
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).digest()

    def seal(self, secret: bytes, purpose: str) -> bytes:
        """Return the secret in a form that only this installation can open."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Return the secret again; Broken unless it was sealed here for this purpose."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise Broken("not sealed by this installation") from error


def open_seal(data: Path) -> Seal:
    """Return the seal of the data folder; the first call makes its key."""
    file = data / "keys" / "installation.key"
    if not file.exists():
        _make_key(file)
    return Seal(bytes.fromhex(file.read_text("ascii").strip()))


def _make_key(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(0o700)
    beside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    write_private(beside, secrets.token_hex(32) + "\n")
    try:
        # A link, not a rename: of two that start at once, the first one's key stays.
        os.link(beside, file)
    except FileExistsError:
        pass
    finally:
        beside.unlink()


def write_private(file: Path, content: str) -> None:
    """Write a file that nobody else may read, and see it on the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        file.chmod(0o600)  # one that was there keeps its mode otherwise
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
