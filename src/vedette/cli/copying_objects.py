"""Pictures and masks of copied datasets: carried once by what they are, and never over something else.

An object that the destination has already, with the same bytes, is left there; that is also how a copy that
was ended goes on. Bytes that several objects have are sent once and copied at the destination.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from vedette.errors import Taken, Wrong
from vedette.manifest.places import is_s3, split_s3

THREADS = 4
LARGEST = 64 * 1024 * 1024
"""Bytes of one object; pictures have 15 MB at most in both services, and are held while they are carried."""

LONGEST_KEY = 1024  # bytes of a key, as S3 has it
MISSING = ("404", "NoSuchKey", "NoSuchBucket", "NotFound")
REFUSED = ("403", "AccessDenied", "BucketAlreadyExists")
CARRIED = ("ContentType", "CacheControl", "ContentDisposition", "ContentLanguage", "Metadata")


def read_place(text: str) -> str:
    """Return the place below which pictures go, without the slash at its end."""
    bucket, _, prefix = text.removeprefix("s3://").partition("/")
    if not text.startswith("s3://") or not bucket:
        raise Wrong(f"{text} is not a place of the form s3://bucket/prefix.")
    return f"s3://{bucket}/{prefix.strip('/')}".rstrip("/")


@dataclass(frozen=True, slots=True)
class AddressMap:
    """Where an object of the source lies at the destination: where it lay, or below one place."""

    place: str | None = None

    def of(self, ref: str) -> str:
        """Return the address that this one becomes; the bucket's name stays in it, so that none collide."""
        if self.place is None or not is_s3(ref):
            return ref
        address = f"{self.place}/{'/'.join(split_s3(ref))}"
        key = split_s3(address)[1]
        if len(key.encode()) > LONGEST_KEY:
            raise Wrong(f"{ref} would have a key of more than {LONGEST_KEY} bytes: say a shorter --bucket.")
        return address


@dataclass(slots=True)
class CarryOutcome:
    """What became of the objects."""

    uploads: int = 0
    twins: int = 0
    present: int = 0
    bytes: int = 0
    # Of those that were there: how many are not sealed by the key that was asked for.
    unsealed: int = 0
    missing: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """Return it for people."""
        twins = f", {self.twins} of them copied there, having the bytes of another" if self.twins else ""
        missing = f", {len(self.missing)} missing at the source" if self.missing else ""
        unsealed = f", {self.unsealed} of them not under this key: they stay as they are"
        return (
            f"{self.uploads + self.twins} objects ({self.bytes / 1e6:.1f} MB){twins}; "
            f"{self.present} were there already{unsealed if self.unsealed else ''}{missing}."
        )


def _only_new(params: dict[str, Any], **_: object) -> None:
    """Have a copy fail where something lies; the client has a parameter for it since later releases alone."""
    params["headers"]["If-None-Match"] = "*"


def find_key(kms: Any, name: str) -> str:
    """Return the ARN of an enabled key, which an id, an alias or an ARN names."""
    facts = kms.describe_key(KeyId=name)["KeyMetadata"]
    if not facts["Enabled"]:
        raise Wrong(f"The key {facts['Arn']} is {facts['KeyState']}: nothing can be sealed by it.")
    return str(facts["Arn"])


class ObjectCarrier:
    """Carries objects between two servers; one for a whole run, which remembers what it has sent.

    `key` is the ARN of the destination's key that seals them; without one they lie as their buckets have it.
    """

    def __init__(self, source: Any, target: Any, key: str = "") -> None:
        self._source, self._target = source, target
        self._key = key
        self._sealing = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
        target.meta.events.register("before-call.s3.CopyObject", _only_new)
        self._addresses: dict[bytes, str] = {}
        self._turns = [threading.Lock() for _ in range(256)]
        self._buckets: set[str] = set()
        self._lock = threading.Lock()

    def carry(
        self, refs: Mapping[str, str], report: Callable[[], object], *, is_rehearsal: bool
    ) -> CarryOutcome:
        """Carry each address to its new one; say what became of them.

        Raises:
            Taken: where something else lies at the destination.
        """
        outcome = CarryOutcome()

        def carry(item: tuple[str, str]) -> None:
            self._carry(*item, outcome, is_rehearsal=is_rehearsal)
            with self._lock:
                report()

        with ThreadPoolExecutor(THREADS) as pool:
            # In order and to the end of each: the first refusal is raised, none is started after it.
            works = [pool.submit(carry, item) for item in refs.items()]
            try:
                for work in works:
                    work.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        outcome.missing.sort()
        return outcome

    def _carry(self, ref: str, address: str, outcome: CarryOutcome, *, is_rehearsal: bool) -> None:
        source = self._look(self._source, ref)
        if source is None:
            with self._lock:
                outcome.missing.append(ref)
            return
        if source["ContentLength"] > LARGEST:
            raise Wrong(f"{ref} has {source['ContentLength']} bytes: it is no picture, and is not copied.")
        target = self._look(self._target, address)
        if target is not None:
            if not self._is_same(ref, source, address, target):
                raise Taken(f"Something else lies at {address} already; say another --bucket.")
            with self._lock:
                outcome.present += 1
                outcome.unsealed += bool(self._key) and target.get("SSEKMSKeyId") != self._key
            return
        is_twin = False if is_rehearsal else self._send(ref, source, address)
        with self._lock:
            outcome.bytes += source["ContentLength"]
            outcome.twins += is_twin
            outcome.uploads += not is_twin

    def _send(self, ref: str, source: Mapping[str, Any], address: str) -> bool:
        """Write one object; say whether it was made of a twin that was sent before."""
        from botocore.exceptions import ClientError

        body = self._read(ref)
        about = {name: source[name] for name in CARRIED if source.get(name)}
        # Twins are those that are told apart by nothing: the same bytes, said to be the same.
        digest = hashlib.sha256(body + repr(sorted(about.items(), key=str)).encode()).digest()
        target, name = split_s3(address)
        self._make_bucket(target)
        # Whoever has the same bytes waits until they are there.
        with self._turns[digest[0]]:
            twin = self._addresses.get(digest)
            try:
                if twin is not None:
                    origin = dict(zip(("Bucket", "Key"), split_s3(twin), strict=True))
                    self._target.copy_object(Bucket=target, Key=name, CopySource=origin, **self._sealing)
                else:
                    about |= self._sealing
                    self._target.put_object(Bucket=target, Key=name, Body=body, IfNoneMatch="*", **about)
            except ClientError as fault:
                code = fault.response["Error"]["Code"]
                if code in REFUSED:
                    raise Wrong(
                        f"These keys may not write {address} at the destination. What is there stays; with a "
                        "right to s3:PutObject, and to the key that seals it, the same command goes on."
                    ) from None
                if code != "PreconditionFailed":
                    raise
                raise Taken(f"Somebody wrote {address} meanwhile; the same command looks again.") from None
            self._addresses.setdefault(digest, address)
        return twin is not None

    def _read(self, ref: str) -> bytes:
        """Return an object of the source, which may go meanwhile, or be for others to read."""
        from botocore.exceptions import ClientError

        bucket, key = split_s3(ref)
        try:
            body: bytes = self._source.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as fault:
            code = fault.response["Error"]["Code"]
            if code in MISSING:
                raise Wrong(f"{ref} went while it was copied; the same command looks again.") from None
            if code in REFUSED:
                raise Wrong(f"These keys may not read {ref} at the source.") from None
            raise
        return body

    def _is_same(self, ref: str, source: Mapping[str, Any], address: str, target: Mapping[str, Any]) -> bool:
        if source["ContentLength"] != target["ContentLength"]:
            return False
        # Tags of objects that were written in parts, or that are sealed, say nothing of their bytes.
        is_told = "-" not in source["ETag"] + target["ETag"]
        return (is_told and source["ETag"] == target["ETag"]) or (
            self._digest(self._source, ref) == self._digest(self._target, address)
        )

    def _digest(self, s3: Any, ref: str) -> str:
        bucket, key = split_s3(ref)
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
        return hashlib.file_digest(body, "sha256").hexdigest()

    def _look(self, s3: Any, ref: str) -> Mapping[str, Any] | None:
        from botocore.exceptions import ClientError

        bucket, key = split_s3(ref)
        try:
            facts: Mapping[str, Any] = s3.head_object(Bucket=bucket, Key=key)
        except ClientError as fault:
            code = fault.response["Error"]["Code"]
            if code in MISSING:
                return None
            if code in REFUSED:
                if s3 is self._source:
                    raise Wrong(f"These keys may not see {ref} at the source.") from None
                raise Wrong(
                    f"These keys may not see {ref} at the destination. "
                    "A bucket of somebody else there is passed by with --bucket s3://ANOTHER."
                ) from None
            raise
        return facts

    def _make_bucket(self, bucket: str) -> None:
        from botocore.exceptions import ClientError

        with self._lock:
            if bucket in self._buckets:
                return
            try:
                self._target.create_bucket(Bucket=bucket)
            except ClientError as fault:
                code = fault.response["Error"]["Code"]
                if code in REFUSED:
                    raise Wrong(
                        f"The bucket {bucket} at the destination belongs to somebody else: "
                        "say another one with --bucket s3://NAME."
                    ) from None
                if code != "BucketAlreadyOwnedByYou":
                    raise
            self._buckets.add(bucket)
