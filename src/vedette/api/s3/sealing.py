"""Objects that a key of the installation encrypts: which key, by whose right, bound to what.

SSE-S3 is a key that is of no region and in nobody's list; SSE-KMS a key of an account. Either encrypts
a data key, which lies with the object and is bound to its ARN (with a bucket key: to the bucket's). Files are
sealed by the store (`store.blobs.sealed`); nothing here touches them.
"""

import base64
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from vedette.api.s3.call import read_setting
from vedette.api.s3.faults import S3Fault
from vedette.arn import parse_arn
from vedette.encryption.authority import KeyUse
from vedette.encryption.encryption import Encryption
from vedette.encryption.values import EncryptionContext, EncryptionKey, KeyPlace
from vedette.errors import Missing, Refusal
from vedette.identity.may import Circumstances
from vedette.identity.principal import Principal
from vedette.store.blobs.sealed import PLAIN_ETAG, SALT, SEALED
from vedette.store.blobs.values import Blob, Bucket

SSE = "x-amz-server-side-encryption"
KMS_KEY = f"{SSE}-aws-kms-key-id"
CONTEXT = f"{SSE}-context"
BUCKET_KEY = f"{SSE}-bucket-key-enabled"
PLAIN_SSE, KMS_SSE = "AES256", "aws:kms"
ARN = "aws:s3:arn"
MOST_DATA_KEYS = 4096
# SSE-S3's own key is of no region, so that no list shows it and no name finds it.
NOWHERE = ""


@dataclass(frozen=True, slots=True)
class KeyCaller:
    """Who wants an object encrypted or decrypted, and what conditions may ask of the request."""

    principal: Principal | None
    facts: Circumstances


class ObjectSealing:
    """Keeps the promise of `store.blobs.sealed.ObjectKeys`, and decides about the keys of objects."""

    def __init__(self, encryption: Encryption) -> None:
        self._encryption = encryption

    def open(self, blob: Blob) -> bytes:
        """Return the data key of a version."""
        return self.data_key(blob.bucket, blob.key, blob.about.encryption)

    def data_key(self, bucket: str, key: str, encryption: Mapping[str, str]) -> bytes:
        """Return the data key of an object's encryption."""
        ciphertext = _read_data_key(encryption[SEALED])
        return self._encryption.open_data_key(ciphertext, context_of(bucket, key, encryption))

    def for_new(self, bucket: Bucket, key: str) -> dict[str, str]:
        """Return the encryption of an object that a service writes: what the bucket has for all."""
        headers = default_headers(bucket)
        return self.seal(bucket, key, headers, bucket.account) if headers else {}

    def default_key(self, bucket: Bucket) -> str:
        """Return the id of the key that a bucket has for all that is put into it; empty for none."""
        name, place = default_headers(bucket).get(KMS_KEY, ""), KeyPlace(bucket.account, bucket.region)
        try:
            return self._encryption.keys.find(place, name).id if name else ""
        except Refusal:
            return ""  # of a key that is gone, or never was

    def for_named(self, bucket: str, key: str, encryption_key: str) -> dict[str, str]:
        """Return the encryption of an object that a service writes by the key of an ARN."""
        own = self._encryption.keys.by_id(parse_arn(encryption_key).resource.removeprefix("key/"))
        return self._sealed_by(own, bucket, key, {SSE: KMS_SSE})

    def key_for(self, bucket: Bucket, headers: Mapping[str, str], account: str) -> EncryptionKey:
        """Return the key that headers ask for, seen from an account."""
        keys = self._encryption.keys
        if headers[SSE] == PLAIN_SSE:
            return keys.of_service(KeyPlace(bucket.account, NOWHERE), "s3")
        place = KeyPlace(account, bucket.region)
        if KMS_KEY not in headers:
            return keys.of_service(place, "s3")
        try:
            return keys.find(place, headers[KMS_KEY])
        except Missing:
            if headers[KMS_KEY].startswith("arn:") and headers[KMS_KEY].split(":")[4] != account:
                raise _hidden_key() from None
            raise

    def seal(self, bucket: Bucket, key: str, headers: Mapping[str, str], account: str) -> dict[str, str]:
        """Return what an object is remembered with: the headers, and a data key of its own."""
        return self._sealed_by(self.key_for(bucket, headers, account), bucket.name, key, headers)

    def _sealed_by(
        self, own: EncryptionKey, bucket: str, key: str, headers: Mapping[str, str]
    ) -> dict[str, str]:
        is_plain = headers[SSE] == PLAIN_SSE
        description = dict(headers) if is_plain else {**headers, KMS_KEY: str(own.arn)}
        data_key = self._encryption.data_key(own, context_of(bucket, key, description))
        description |= {SEALED: base64.b64encode(data_key.ciphertext).decode(), SALT: secrets.token_hex(16)}
        return {**description, PLAIN_ETAG: "yes"} if is_plain else description

    def require(self, caller: KeyCaller, action: str, use: "ObjectUse") -> None:
        """Refuse a caller who may not use the key of an object so. SSE-S3's is used by everybody."""
        if use.headers[SSE] == PLAIN_SSE:
            return
        if caller.principal is None:
            raise S3Fault("AccessDenied", "Objects under a key of KMS are for signed requests alone.")
        context = context_of(use.bucket, use.key, use.headers)
        key_use = KeyUse(action, use.encryption_key, context, caller.facts, via="s3")
        if use.encryption_key.account == caller.principal.account:
            self._encryption.authority.require(caller.principal, key_use)
        elif not self._encryption.authority.may(caller.principal, key_use):
            raise _hidden_key()

    def require_open(self, caller: KeyCaller, blob: Blob) -> None:
        """Refuse a caller who may not have this version decrypted."""
        encryption = blob.about.encryption
        own = self._encryption.key_of(_read_data_key(encryption[SEALED]))
        self.require(caller, "Decrypt", ObjectUse(blob.bucket, blob.key, encryption, own))

    def may_open(self, caller: KeyCaller, blob: Blob) -> bool:
        """Return whether a caller can have this version decrypted now."""
        try:
            self.require_open(caller, blob)
            self.open(blob)
        except (Refusal, S3Fault):
            return False
        return True

    def may_write(self, caller: KeyCaller, bucket: Bucket, key: str) -> bool:
        """Return whether a caller can have an object encrypted as the bucket has it for all."""
        headers = default_headers(bucket)
        if not headers:
            return True
        try:
            own = self.key_for(bucket, headers, bucket.account)
            self.require(caller, "GenerateDataKey", ObjectUse(bucket.name, key, headers, own))
        except (Refusal, S3Fault):
            return False
        return own.state == "enabled"

    def may_seal(self, caller: KeyCaller, bucket: Bucket, key: str, encryption_key: str) -> bool:
        """Return whether a caller can have an object encrypted by the key of an ARN."""
        try:
            own = self._encryption.keys.by_id(parse_arn(encryption_key).resource.removeprefix("key/"))
            headers = {SSE: KMS_SSE, KMS_KEY: encryption_key}
            self.require(caller, "GenerateDataKey", ObjectUse(bucket.name, key, headers, own))
        except (Refusal, S3Fault):
            return False
        return own.state == "enabled"

    def is_ready(self, blob: Blob) -> bool:
        """Return whether a version's key is in memory, so that nobody waits for a disk or a network."""
        return self._encryption.is_ready(_read_data_key(blob.about.encryption[SEALED]))


@dataclass(frozen=True, slots=True)
class ObjectUse:
    """An object and the key that is used for it."""

    bucket: str
    key: str
    headers: Mapping[str, str]
    encryption_key: EncryptionKey


@lru_cache(MOST_DATA_KEYS)
def _read_data_key(text: str) -> bytes:
    """Return the ciphertext of an object's data key, which a GET asks for three times."""
    return base64.b64decode(text)


def _hidden_key() -> S3Fault:
    """Return what is said of another account's key: whether it is there or not."""
    return S3Fault("AccessDenied", "The key is not there, or you are not allowed to use it.")


def context_of(bucket: str, key: str, headers: Mapping[str, str]) -> EncryptionContext:
    """Return what a data key is bound to: the object, or its bucket, and what the client adds."""
    has_bucket_key = headers.get(BUCKET_KEY, "").lower() == "true"
    arn = f"arn:aws:s3:::{bucket}" if has_bucket_key else f"arn:aws:s3:::{bucket}/{key}"
    return {ARN: arn, **read_context(headers.get(CONTEXT, ""))}


def read_context(header: str) -> dict[str, str]:
    """Return the encryption context of a header: a JSON object of texts, in base64."""
    if not header:
        return {}
    try:
        context = json.loads(base64.b64decode(header, validate=True))
    except ValueError:
        context = None
    if not isinstance(context, dict) or not all(isinstance(value, str) for value in context.values()):
        raise S3Fault("InvalidArgument", f"The header {CONTEXT} is not a JSON object of texts in base64.")
    return context


def default_headers(bucket: Bucket) -> dict[str, str]:
    """Return what a bucket's own setting asks for its objects; nothing without one."""
    document = bucket.documents.get("encryption")
    if document is None:
        return {}
    rule = read_setting("PutBucketEncryption", document)["Rules"][0]
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    headers = {SSE: default.get("SSEAlgorithm", ""), KMS_KEY: default.get("KMSMasterKeyID", "")}
    if rule.get("BucketKeyEnabled") and headers[SSE] == KMS_SSE:
        headers[BUCKET_KEY] = "true"
    return {name: value for name, value in headers.items() if value}
