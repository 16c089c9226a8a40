"""The installation's key, which encrypts secrets at rest.

The key is a file of its own, so that a copy of the database alone reveals nothing.
"""

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from vedette.errors import Wrong
from vedette.store.blobs.files import sync_folder

NONCE = 12
KEY_BYTES = 32
KEY = re.compile(rb"[0-9a-fA-F]{64}\s*")
RESTORE_KEY = "Put it back from a backup: nothing else opens the secrets in the database."


class BadSeal(Exception):
    """A sealed value was not sealed by this installation, or was changed."""


class Seal:
    """Encrypts with AES-256-GCM; a purpose binds every sealed value to its place."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(self.derive("seal"))

    def derive(self, purpose: str) -> bytes:
        """Return a key of 32 bytes for another purpose, which reveals nothing about this one."""
        return hmac.new(self._key, purpose.encode(), hashlib.sha256).digest()

    def seal(self, secret: bytes, purpose: str) -> bytes:
        """Encrypt a secret, so that only this installation can open it."""
        nonce = os.urandom(NONCE)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """Decrypt a secret; BadSeal unless it was sealed by this installation for this purpose."""
        try:
            return self._cipher.decrypt(sealed[:NONCE], sealed[NONCE:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise BadSeal("not sealed by this installation") from error


def key_file(data: Path) -> Path:
    """Return the path of a data folder's key."""
    return data / "keys" / "installation.key"


def open_seal(data: Path) -> Seal:
    """Return the seal of the data folder. A missing or damaged key is refused, never replaced."""
    file = key_file(data)
    try:
        text = file.read_bytes()
    except FileNotFoundError:
        raise Wrong(f"The installation's key is missing: {file}. {RESTORE_KEY}") from None
    except OSError as error:
        raise Wrong(f"The installation's key {file} cannot be read: {error.strerror}.") from None
    # Spaces between the digits are refused, though bytes.fromhex would accept them.
    if not KEY.fullmatch(text):
        raise Wrong(
            f"The installation's key {file} is damaged: it is not 64 hexadecimal digits. {RESTORE_KEY}"
        )
    return Seal(bytes.fromhex(text.decode("ascii").strip()))


def make_key(data: Path) -> None:
    """Create the key of a new installation, unless there is one."""
    file = key_file(data)
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(0o700)
    beside = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        write_private(beside, secrets.token_hex(KEY_BYTES) + "\n")
        # A link, not a rename: of two servers that start at once, the first one's key stays.
        os.link(beside, file)
    except FileExistsError:
        pass
    finally:
        beside.unlink(missing_ok=True)
    # A power loss that kept the database and not the key would lose every secret in it.
    for folder in (file.parent, data):
        sync_folder(folder)


def write_private(file: Path, content: str) -> None:
    """Write a file that no other user may read, and sync it to disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        file.chmod(0o600)  # an existing file keeps its mode otherwise
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
