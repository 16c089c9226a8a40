"""An authenticator with passkeys, and the browser around it, by the standard's own bytes and not by ours."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PRESENT, VERIFIED, HAS_CREDENTIAL = 1, 4, 64


def text_of(content):
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def bytes_of(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Authenticator:
    """One passkey. What it says can be made wrong, a part at a time."""

    origin: str
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    party: str = ""
    kind: str = ""
    handle: bytes = b""

    def _client(self, kind, challenge):
        said = {
            "type": self.kind or kind,
            "challenge": challenge,
            "origin": self.origin,
            "crossOrigin": False,
        }
        return json.dumps(said).encode()

    def _head(self, party, flags):
        self.count += self.counts
        name = (self.party or party).encode()
        return hashlib.sha256(name).digest() + bytes([flags]) + self.count.to_bytes(4)

    def create(self, options):
        self.handle = bytes_of(options["user"]["id"])
        head = self._head(options["rp"]["id"], self.flags | HAS_CREDENTIAL)
        data = head + bytes(16) + len(self.id).to_bytes(2) + self.id
        form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        return {
            "credential": text_of(self.id),
            "client": text_of(self._client("webauthn.create", options["challenge"])),
            "authenticator": text_of(data),
            "publicKey": text_of(self.key.public_key().public_bytes(*form)),
        }

    def show(self, options):
        client = self._client("webauthn.get", options["challenge"])
        head = self._head(options["rpId"], self.flags)
        signature = self.key.sign(head + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return {
            "credential": text_of(self.id),
            "client": text_of(client),
            "authenticator": text_of(head),
            "signature": text_of(signature),
            "handle": text_of(self.handle),
        }
