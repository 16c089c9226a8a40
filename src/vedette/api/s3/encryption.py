"""What clients say about encryption: checked, remembered and echoed.

An object of a customer's key (SSE-C) is encrypted with it (decisions/0237). The key itself is kept nowhere: a
hash with a salt holds later requests to it. One of a key of ours (SSE-S3, SSE-KMS) is sealed (sealing.py).
All other files lie as they came; the disk's encryption is the operator's.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable

from vedette.api.s3.call import Call
from vedette.api.s3.facts import facts_of_request
from vedette.api.s3.faults import S3Fault
from vedette.api.s3.sealing import (
    BUCKET_KEY,
    CONTEXT,
    KMS_KEY,
    KMS_SSE,
    PLAIN_SSE,
    SSE,
    KeyCaller,
    ObjectSealing,
    ObjectUse,
    default_headers,
    read_context,
)
from vedette.store.blobs.cipher import Decoder, Stretch, derive_key, open_stream
from vedette.store.blobs.sealed import is_sealed
from vedette.store.blobs.values import Blob, Bucket

Coder = Callable[[bytes], bytes]

CUSTOMER = f"{SSE}-customer-"
COPY_CUSTOMER = "x-amz-copy-source-server-side-encryption-customer-"
ECHOED = (SSE, KMS_KEY, CONTEXT, BUCKET_KEY)
KNOWN = (PLAIN_SSE, KMS_SSE)

CIPHER = "customer-cipher"
"""The salt of an object's own key. Objects from before they were encrypted have none, and lie in clear."""


def encryption_of_request(call: Call, bucket: Bucket) -> dict[str, str]:
    """Return what an object is to be remembered with: the client's wish, or the bucket's default."""
    headers = {name: call.header(name) for name in ECHOED if name in call.request.headers}
    key = customer_key(call, CUSTOMER)
    if key is not None:
        if SSE in headers:
            raise S3Fault(
                "InvalidArgument",
                "Server Side Encryption with Customer provided key is incompatible with others",
            )
        salt = secrets.token_hex(8)
        return {
            "customer": f"{salt}:{_hash(salt, key)}",
            "customer-md5": call.header(f"{CUSTOMER}key-md5"),
            CIPHER: secrets.token_hex(16),
        }
    _check_headers(headers)
    return _sealed(call, bucket, headers or default_headers(bucket))


def _check_headers(headers: dict[str, str]) -> None:
    """Refuse headers that contradict each other, or that ask for what there is not."""
    if KMS_KEY in headers and not headers.get(SSE, "").startswith(KMS_SSE):
        raise S3Fault(
            "InvalidArgument",
            f"Server Side Encryption with AWS KMS managed key requires the header {SSE}: aws:kms",
        )
    if headers and SSE not in headers:
        raise S3Fault("InvalidArgument", f"The header {SSE} is missing.")
    if headers.get(SSE) == "aws:kms:dsse":
        raise S3Fault("NotImplemented", "aws:kms:dsse, two layers of encryption, is not supported yet.")
    if headers and headers[SSE] not in KNOWN:
        raise S3Fault("InvalidArgument", "The encryption method specified is not supported")


def _sealed(call: Call, bucket: Bucket, headers: dict[str, str]) -> dict[str, str]:
    """Return the encryption of a new object by a key of ours, if the caller may use it."""
    if not headers:
        return {}
    sealing, account = sealing_of(call), call.account or bucket.account
    if CONTEXT in headers:
        read_context(headers[CONTEXT])
    key = sealing.key_for(bucket, headers, account)
    sealing.require(caller_of(call), "GenerateDataKey", ObjectUse(bucket.name, call.key, headers, key))
    return sealing.seal(bucket, call.key, headers, account)


def sealing_of(call: Call) -> ObjectSealing:
    """Return what seals objects here."""
    return ObjectSealing(call.house.encryption)


def caller_of(call: Call) -> KeyCaller:
    """Return who asks, for the policies of keys."""
    return KeyCaller(call.principal, lambda: facts_of_request(call))


def require_sealed(call: Call, blob: Blob) -> None:
    """Refuse a caller who may not have a sealed version decrypted."""
    if is_sealed(blob.about):
        sealing_of(call).require_open(caller_of(call), blob)


def echo(encryption: dict[str, str]) -> list[tuple[str, str]]:
    """Return the headers that say how an object is encrypted."""
    if "customer" in encryption:
        return [(f"{CUSTOMER}algorithm", "AES256"), (f"{CUSTOMER}key-md5", encryption["customer-md5"])]
    return [(name, value) for name, value in encryption.items() if name in ECHOED]


def require_key(call: Call, encryption: dict[str, str], prefix: str = CUSTOMER) -> bytes | None:
    """Return the customer's key of an object that has one, or refuse to go on without it."""
    key = customer_key(call, prefix)
    if "customer" not in encryption:
        if key is not None:
            raise S3Fault("InvalidRequest", "The encryption parameters are not applicable to this object.")
        return None
    if key is None:
        raise S3Fault(
            "InvalidRequest",
            "The object was stored using a form of Server Side Encryption. The correct parameters must be"
            " provided to retrieve the object.",
        )
    salt, _, hashed = encryption["customer"].partition(":")
    if not hmac.compare_digest(hashed, _hash(salt, key)):
        raise S3Fault(
            "AccessDenied" if prefix == COPY_CUSTOMER else "InvalidRequest",
            "The provided key is not the object's.",
        )
    return key


def encoder(key: bytes | None, encryption: dict[str, str], nonce: str = "") -> Coder | None:
    """Return what encrypts a new file, or a part of an upload by its nonce; None where nothing does."""
    if key is None or CIPHER not in encryption:
        return None
    return open_stream(derive_key(key, encryption[CIPHER], nonce)).update


def decoder(key: bytes | None, blob: Blob, start: int = 0) -> Coder | None:
    """Return what decrypts an object's file from this byte on; None where it lies in clear."""
    salt = blob.about.encryption.get(CIPHER)
    if key is None or salt is None:
        return None
    sizes = [(part.size, part.nonce) for part in blob.about.parts] or [(blob.size, "")]
    return Decoder([Stretch(size, derive_key(key, salt, nonce)) for size, nonce in sizes], start).decode


def customer_key(call: Call, prefix: str) -> bytes | None:
    """Return the key that the headers carry, checked against its own hash."""
    algorithm, text, digest_header = (
        call.header(f"{prefix}{name}") for name in ("algorithm", "key", "key-md5")
    )
    if not (algorithm or text or digest_header):
        return None
    if algorithm != "AES256":
        raise S3Fault(
            "InvalidEncryptionAlgorithmError" if algorithm else "InvalidArgument",
            "The encryption request you specified is not valid. Supported value: AES256.",
        )
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise S3Fault("InvalidArgument", "The secret key was invalid for the specified algorithm.")
    digest = base64.b64encode(hashlib.md5(key, usedforsecurity=False).digest()).decode()
    if not hmac.compare_digest(digest.encode(), digest_header.encode()):
        raise S3Fault(
            "InvalidArgument", "The calculated MD5 hash of the key did not match the hash that was provided."
        )
    return key


def _hash(salt: str, key: bytes) -> str:
    return hashlib.sha256(salt.encode() + key).hexdigest()
