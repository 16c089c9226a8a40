"""Who this device is to its server: `device.json`, written before the server hears of it.

A token works once. So the device makes its secret first, keeps it on the disk, and gives the server its hash:
an answer that was lost on the way, or a power cut, is mended by the same request once more, while another
device that comes with the token has another secret and is refused.
"""

import hashlib
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from vedette.edge.durable import read_document, write_document
from vedette.errors import Missing, Wrong
from vedette.runtime.device_orders import DeviceToken, read_token
from vedette.runtime.signatures import PublicKey, read_key

FILE = "device.json"
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Enrolment:
    """This device, as its server knows it. `token_hash` is of the token that it came with."""

    server: str
    device: str
    secret: str
    key: str
    token_hash: str
    is_registered: bool = False

    @property
    def public_key(self) -> PublicKey:
        """The key that the server signs with."""
        return read_key(self.key)

    @property
    def bearer(self) -> str:
        """What the device shows to the server at each call."""
        return f"{self.device}.{self.secret}"


def hash_of(secret: str) -> str:
    """Return what a server keeps of a secret, which has 256 bits."""
    return hashlib.sha256(secret.encode("ascii")).hexdigest()


def open_enrolment(root: Path, server: str, token: str) -> Enrolment:
    """Return who this device is; with a token that it does not know yet, who it becomes."""
    place = root / FILE
    document = read_document(place)
    enrolment = None if document is None else Enrolment(**document)
    if token:
        parsed = read_token(token)
        if enrolment is None or enrolment.token_hash != hash_of(parsed.secret):
            return _begin(place, server, parsed)
    if enrolment is None:
        if place.exists():
            raise Wrong(f"{place} is damaged: give the device a new token (--token-file).", kind="token")
        raise Missing("This device has no server yet: give it a token (--token-file).", kind="token")
    if enrolment.server != server:
        # A server that moved keeps its key; one that took the address has another and signs in vain.
        enrolment = replace(enrolment, server=server)
        write_document(place, asdict(enrolment))
    return enrolment


def confirm(root: Path, enrolment: Enrolment) -> Enrolment:
    """Write down that the server knows the device."""
    registered = replace(enrolment, is_registered=True)
    write_document(root / FILE, asdict(registered))
    return registered


def _begin(place: Path, server: str, token: DeviceToken) -> Enrolment:
    enrolment = Enrolment(
        server=server,
        device=token.device,
        secret=secrets.token_urlsafe(SECRET_BYTES),
        key=str(token.key),
        token_hash=hash_of(token.secret),
    )
    write_document(place, asdict(enrolment))
    return enrolment
