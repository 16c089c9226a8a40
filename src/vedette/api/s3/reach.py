"""What callers reach in buckets through the other services: the S3 door's own decision.

AWS calls it forward access: a service acts with its caller's rights, and a policy can tell
(`aws:ViaAWSService`). Nothing travels over a network here, which conditions on that take for safe.
"""

from collections.abc import Callable

from vedette.access.request import environment
from vedette.api.s3.access import AccessTarget, decide
from vedette.api.s3.sealing import KMS_KEY, KMS_SSE, SSE, KeyCaller, ObjectSealing
from vedette.clock import Clock, system_clock
from vedette.errors import Denied, Missing
from vedette.identity.may import RESOURCE_ACCOUNT, may
from vedette.identity.principal import Principal
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.port import Blobs
from vedette.store.blobs.sealed import is_sealed
from vedette.store.blobs.values import Bucket

Current = Callable[[Principal], Principal]


def as_remembered(caller: Principal) -> Principal:
    """Return the caller as it was kept: without rights, unless it is a root."""
    return caller


class Reach:
    """Keeps the promise of `identity.access`. On a foreign S3 whoever owns a bucket may do everything.

    `current` returns a remembered caller with the rights that it has now (`Identity.current`).
    """

    def __init__(self, blobs: Blobs, current: Current = as_remembered, clock: Clock = system_clock) -> None:
        self._blobs = blobs
        self._clock = clock
        self._current = current

    def missing_caller(self, caller: Principal) -> str:
        """Say in a sentence that the caller is there no more; nothing where it is."""
        try:
            self._current(caller)
        except Denied as refusal:
            return refusal.sentence
        return ""

    def may_read(self, caller: Principal, bucket: str, key: str, version: str = "") -> bool:
        """Say whether the caller may read an object; of one that is not there, whether it would."""
        return self._may(caller, "s3:GetObjectVersion" if version else "s3:GetObject", bucket, key, version)

    def may_list(self, caller: Principal, bucket: str) -> bool:
        """Say whether the caller may list a bucket's objects."""
        return self._may(caller, "s3:ListBucket", bucket, "")

    def may_write(self, caller: Principal, bucket: str, key: str, encryption_key: str = "") -> bool:
        """Say whether the caller may put an object there, under the key of an ARN or as the bucket has it."""
        return self._may(caller, "s3:PutObject", bucket, key, encryption_key=encryption_key)

    def _may(
        self,
        caller: Principal,
        action: str,
        bucket: str,
        key: str,
        version: str = "",
        encryption_key: str = "",
    ) -> bool:
        try:
            caller = caller if caller.key_id else self._current(caller)
            if not isinstance(self._blobs, FolderBlobs):
                return not encryption_key and self._may_elsewhere(caller, action, bucket, key)
            place = self._blobs.buckets.find(bucket)
        except (Missing, Denied):
            return False
        if encryption_key and not self._may_seal(caller, place, key, encryption_key):
            return False
        return self._decide(self._blobs, caller, action, place, key, version, encryption_key)

    def _may_seal(self, caller: Principal, bucket: Bucket, key: str, encryption_key: str) -> bool:
        keys = self._blobs.keys if isinstance(self._blobs, FolderBlobs) else None
        key_caller = KeyCaller(caller, self._facts)
        return isinstance(keys, ObjectSealing) and keys.may_seal(key_caller, bucket, key, encryption_key)

    def _may_elsewhere(self, caller: Principal, action: str, bucket: str, key: str) -> bool:
        """Say whether the caller may on a foreign S3, by its own policies and in its own account."""
        owner = self._blobs.owner(bucket)
        facts = self._facts() | {RESOURCE_ACCOUNT: owner}
        resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "")
        return owner == caller.account and may(caller, action, resource, facts)

    def _facts(self) -> dict[str, str | tuple[str, ...]]:
        return environment(self._clock(), secure=True) | {"aws:viaawsservice": "true"}

    def _decide(  # noqa: PLR0913  (one request, as policies see it)
        self,
        blobs: FolderBlobs,
        caller: Principal,
        action: str,
        bucket: Bucket,
        key: str,
        version: str,
        encryption_key: str,
    ) -> bool:
        has_none = action == "s3:PutObject" or not key
        blob = None if has_none else blobs.objects.find(bucket.name, key, version)
        if blob is not None and blob.marker:
            blob = None
        if blob is not None and "customer" in blob.about.encryption:
            return False  # Only its customer has the key, so that no service can read it.
        facts = self._facts()
        if version:
            facts["s3:versionid"] = version
        if encryption_key:
            facts |= {f"s3:{SSE}": KMS_SSE, f"s3:{KMS_KEY}": encryption_key}
        is_allowed = decide(caller, AccessTarget(action, bucket, key, blob), facts.get)
        key_caller = KeyCaller(caller, self._facts)
        if not is_allowed or not isinstance(blobs.keys, ObjectSealing):
            return is_allowed and (blob is None or not is_sealed(blob.about))
        if action == "s3:PutObject":
            # Under a key of its own an object does not ask for the bucket's.
            return bool(encryption_key) or blobs.keys.may_write(key_caller, bucket, key)
        return blob is None or not is_sealed(blob.about) or blobs.keys.may_open(key_caller, blob)
