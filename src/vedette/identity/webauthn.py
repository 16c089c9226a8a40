"""What a browser says of a passkey, held to W3C's Web Authentication, level 2 (7.1, 7.2); no state, no clock.

The public key comes as the browser decoded it (`getPublicKey`, SubjectPublicKeyInfo), so that no CBOR of a
stranger is read. Attestation is not asked for: which make a key is of decides nothing here. Beside the
signature that leaves nine comparisons, which docs/decisions/0399 weighs against a library.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from vedette.errors import Denied, Wrong

CREATE, GET = "webauthn.create", "webauthn.get"
# COSE's numbers of ES256, EdDSA and RS256: what every authenticator has one of.
ALGORITHMS = (-7, -8, -257)
PRESENT, VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40
# Hash of the party, flags and counter; then the authenticator's model, and the length of the credential's id.
HEAD_BYTES, MODEL_BYTES, LENGTH_BYTES = 37, 16, 2
LEAST_RSA_BITS, LONGEST_ID = 2048, 1023

PasskeyKey = EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Who asks: the name that passkeys are bound to, and whether a page's origin is ours."""

    name: str
    is_own: Callable[[str], bool]
    is_asked_for: Callable[[bytes], bool]
    """Whether a challenge was given out for this, to this browser or session, and lately."""


@dataclass(frozen=True, slots=True)
class CreatedPasskey:
    """What a browser returns of a new passkey."""

    credential: bytes
    client: bytes
    authenticator: bytes
    public_key: bytes


@dataclass(frozen=True, slots=True)
class ShownPasskey:
    """What a browser returns of a passkey that was shown."""

    credential: bytes
    client: bytes
    authenticator: bytes
    signature: bytes
    handle: bytes = b""


@dataclass(frozen=True, slots=True)
class PasskeyProof:
    """What a ceremony proved: with which challenge, and the authenticator's count of signatures."""

    challenge: bytes
    count: int


def verify_created(created: CreatedPasskey, party: RelyingParty) -> PasskeyProof:
    """Return what a registration proves; refuse one that is not whole, or not for this party and moment."""
    challenge = _challenge(created.client, CREATE, party)
    flags, count = _head(created.authenticator, party)
    if not flags & HAS_CREDENTIAL or _credential_in(created.authenticator) != created.credential:
        raise _refused("it names another credential")
    read_key(created.public_key)
    return PasskeyProof(challenge, count)


def verify_shown(passkey: ShownPasskey, public_key: bytes, party: RelyingParty) -> PasskeyProof:
    """Return what an assertion proves."""
    challenge = _challenge(passkey.client, GET, party)
    _, count = _head(passkey.authenticator, party)
    message = passkey.authenticator + hashlib.sha256(passkey.client).digest()
    try:
        _verify(read_key(public_key), passkey.signature, message)
    except InvalidSignature:
        raise _refused("its signature is wrong") from None
    return PasskeyProof(challenge, count)


def read_key(public_key: bytes) -> PasskeyKey:
    """Return a public key of a kind that was asked for."""
    try:
        key = load_der_public_key(public_key)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Wrong("The public key of this passkey cannot be read.", kind="passkey") from None
    is_curve = isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
    is_rsa = isinstance(key, RSAPublicKey) and key.key_size >= LEAST_RSA_BITS
    if isinstance(key, EllipticCurvePublicKey | Ed25519PublicKey | RSAPublicKey) and (
        is_curve or is_rsa or isinstance(key, Ed25519PublicKey)
    ):
        return key
    raise Wrong("The public key of this passkey is of a kind that was not asked for.", kind="passkey")


def _verify(key: PasskeyKey, signature: bytes, message: bytes) -> None:
    if isinstance(key, EllipticCurvePublicKey):
        key.verify(signature, message, ECDSA(SHA256()))
    elif isinstance(key, RSAPublicKey):
        key.verify(signature, message, PKCS1v15(), SHA256())
    else:
        key.verify(signature, message)


def _challenge(client: bytes, kind: str, party: RelyingParty) -> bytes:
    """Return the challenge that the browser was asked with, once everything else it says is right."""
    try:
        content = json.loads(client)
        word, text, origin = content["type"], content["challenge"], content["origin"]
        challenge = from_base64url(text)
    except (ValueError, KeyError, TypeError, Wrong, RecursionError):
        raise _refused("what the browser says of it cannot be read") from None
    if word != kind:
        raise _refused("it was made for something else")
    if not isinstance(origin, str) or not party.is_own(origin) or content.get("crossOrigin"):
        raise _refused("it was shown on a page of another address")
    if not party.is_asked_for(challenge):
        raise _refused("it answers no question that was asked here, or too late")
    return challenge


def _head(authenticator: bytes, party: RelyingParty) -> tuple[int, int]:
    """Return the flags and the count, of an authenticator that has verified its owner for this party."""
    if len(authenticator) < HEAD_BYTES:
        raise _refused("what the authenticator says of it is cut off")
    expected = hashlib.sha256(party.name.encode()).digest()
    if not hmac.compare_digest(authenticator[:32], expected):
        raise _refused("it belongs to another address")
    flags = authenticator[32]
    if not flags & PRESENT or not flags & VERIFIED:
        raise _refused("the authenticator did not verify its owner (a PIN, a finger, a face)")
    return flags, int.from_bytes(authenticator[33:HEAD_BYTES])


def _credential_in(authenticator: bytes) -> bytes:
    at = HEAD_BYTES + MODEL_BYTES
    length = int.from_bytes(authenticator[at : at + LENGTH_BYTES])
    if not 0 < length <= LONGEST_ID:
        return b""
    return authenticator[at + LENGTH_BYTES : at + LENGTH_BYTES + length]


def from_base64url(text: object) -> bytes:
    """Return the bytes of unpadded base64url; refuse what is none."""
    if not isinstance(text, str) or len(text) > 65536:
        raise Wrong("A passkey's parts are texts of base64url.", kind="passkey")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Wrong("A passkey's parts are texts of base64url.", kind="passkey") from None


def _refused(reason: str) -> Denied:
    return Denied(f"This passkey was not accepted: {reason}.", kind="passkey")
