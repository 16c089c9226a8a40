"""The key that signs the trail: Ed25519, made once, beside the installation's own key.

The public half lies with the trail, so that a copy of the folder can be verified; who wants to know that
nobody signed anew after changing lines keeps the key's name, or the public half, somewhere else.
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vedette.audit.lines import FOLDER, PUBLIC, SignedNote, write_whole
from vedette.errors import Wrong

PRIVATE = "audit.key"


@dataclass(frozen=True, slots=True)
class TrailSigner:
    """Signs notes; `name` is the public key's."""

    key: Ed25519PrivateKey
    name: str

    def sign(self, note: SignedNote) -> SignedNote:
        """Return the note with this key's name and signature."""
        bare = replace(note, key=self.name, signature="")
        return replace(bare, signature=self.key.sign(bare.signed_bytes()).hex())


@dataclass(frozen=True, slots=True)
class TrailKeys:
    """Public keys by name, for verifying."""

    keys: dict[str, Ed25519PublicKey]

    def is_signed(self, note: SignedNote) -> bool:
        """Return whether one of these keys signed the note."""
        key = self.keys.get(note.key)
        if key is None:
            return False
        try:
            key.verify(bytes.fromhex(note.signature), note.signed_bytes())
        except (InvalidSignature, ValueError):
            return False
        return True


def open_signer(data: Path) -> tuple[TrailSigner, bool]:
    """Return who signs the trail of an installation, and whether its key was just made."""
    file = data / "keys" / PRIVATE
    is_new = not file.exists()
    if is_new:
        _make(file)
    try:
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text("ascii").strip()))
    except ValueError:
        raise Wrong(
            f"{file} holds no key for signing the audit trail. Put back the one from a backup, or move it "
            "away: a new one is made then, and the trail says so."
        ) from None
    public = key.public_key().public_bytes_raw()
    signer = TrailSigner(key, name_of(public))
    (data / FOLDER / PUBLIC).mkdir(parents=True, exist_ok=True)
    copy = data / FOLDER / PUBLIC / f"{signer.name}.hex"
    if not copy.exists():
        write_whole(copy, public.hex().encode() + b"\n")
    return signer, is_new


def read_keys(files: "list[Path]") -> TrailKeys:
    """Return the public keys in these files."""
    keys = {}
    for file in files:
        try:
            public = bytes.fromhex(file.read_text("ascii").strip())
            keys[name_of(public)] = Ed25519PublicKey.from_public_bytes(public)
        except (ValueError, OSError) as error:
            raise Wrong(f"{file} holds no public key of an audit trail: {error}.") from None
    return TrailKeys(keys)


def kept_keys(data: Path) -> TrailKeys:
    """Return the public keys that lie with the trail."""
    return read_keys(sorted((data / FOLDER / PUBLIC).glob("*.hex")))


def name_of(public: bytes) -> str:
    """Return a public key's name: the beginning of its hash."""
    return hashlib.sha256(public).hexdigest()[:16]


def _make(file: Path) -> None:
    """Make the key; of two servers that start at once, one does."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(Ed25519PrivateKey.generate().private_bytes_raw().hex() + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    with suppress(FileExistsError):
        os.link(part, file)
    part.unlink()
