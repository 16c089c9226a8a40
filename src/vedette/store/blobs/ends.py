"""The ends between which objects are copied, each reading what the other writes; the folder is one of them.

An object keeps its key, bytes, type, headers, metadata and tags, and its ETag wherever that is computed as
AWS does it: an upload in parts is written in the same parts. Rooms know pictures by their ETags. The other
end, an S3, is `s3_end.py`.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

from vedette.errors import Wrong
from vedette.store.blobs.files import BUFFER, Draft, md5
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.port import StoredObject
from vedette.store.blobs.values import About, Bucket, UploadPart

# Of so many unfinished uploads the count is right.
MOST_UPLOADS = 10_000


def counted(number: int, noun: str, plural: str) -> str:
    """Return a number of things in words."""
    return f"{number:,} {noun if number == 1 else plural}"


class DamagedObject(Wrong):
    """An object whose bytes are not those that they were or were to be."""


@dataclass(frozen=True, slots=True)
class CarriedObject:
    """An object on its way: what is said of it, its bytes, and the sizes of the parts it came in."""

    etag: str
    size: int
    about: About
    open: Callable[[], BinaryIO]
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class CarriedBucket:
    """A bucket to copy. `staying` names what is not copied, for a person."""

    name: str
    region: str
    account: str = ""
    staying: tuple[str, ...] = ()


class ObjectEnd(Protocol):
    """One of the two."""

    def buckets(self) -> Sequence[CarriedBucket]:
        """Return the buckets, by name."""

    def make(self, bucket: CarriedBucket) -> None:
        """Make the bucket; one that is there and ours is used."""

    def list(self, bucket: str) -> Iterator[StoredObject]:
        """Yield the objects by key."""

    def read(self, bucket: str, key: str) -> CarriedObject:
        """Return an object to copy."""

    def write(self, bucket: str, key: str, carried: CarriedObject) -> None:
        """Write it, and see that it is there whole."""

    def digest(self, bucket: str, key: str) -> str:
        """Return the SHA-256 of an object's bytes."""


def digest_stream(stream: BinaryIO) -> str:
    """Return the SHA-256 of all that a stream has; it is closed."""
    total = hashlib.sha256()
    with contextlib.closing(stream):
        while chunk := stream.read(BUFFER):
            total.update(chunk)
    return total.hexdigest()


class FolderEnd:
    """The buckets in the folder of an installation."""

    def __init__(self, blobs: FolderBlobs, account: str) -> None:
        self._blobs = blobs
        self._account = account

    def buckets(self) -> Sequence[CarriedBucket]:
        """Return the buckets, by name."""
        return [
            CarriedBucket(bucket.name, bucket.region, bucket.account, tuple(self._left(bucket)))
            for bucket in map(self._blobs.buckets.find, self._blobs.buckets.names())
        ]

    def _left(self, bucket: Bucket) -> Iterator[str]:
        """Yield what a bucket has that stays: an S3 numbers versions itself, and has its own rules."""
        if bucket.versioning:
            yield "versioning"
        yield from sorted(bucket.documents)
        if older := self._blobs.buckets.count_older(bucket.name):
            yield counted(older, "older version or delete marker", "older versions and delete markers")
        uploads, _, _ = self._blobs.listing.uploads(bucket, most=MOST_UPLOADS)
        if uploads:
            yield counted(len(uploads), "unfinished upload", "unfinished uploads")

    def make(self, bucket: CarriedBucket) -> None:
        """Make the bucket; refuse one that would have objects sealed, which this writes open."""
        self._blobs.make_bucket(bucket.name, account=self._account, region=bucket.region or "us-east-1")
        if "encryption" in self._blobs.buckets.find(bucket.name).documents:
            raise Wrong(
                f"The bucket {bucket.name} in {self._blobs.root} encrypts what is put into it, which a copy "
                "from an S3 is not: delete that rule first, or move the folder aside"
            )

    def list(self, bucket: str) -> Iterator[StoredObject]:
        """Yield the objects by key."""
        return self._blobs.list(bucket)

    def read(self, bucket: str, key: str) -> CarriedObject:
        """Return an object to copy; one that a key of the installation or a client encrypts is refused."""
        blob = self._blobs.objects.find(bucket, key)
        if blob is None or blob.marker:
            raise Wrong("was deleted meanwhile")
        if blob.about.encryption:
            raise Wrong("is encrypted by a key that the S3 does not have")
        sizes = tuple(part.size for part in blob.about.parts)
        path = self._blobs.path_of(blob)
        return CarriedObject(blob.etag, blob.size, blob.about, lambda: path.open("rb"), sizes)

    def write(self, bucket: str, key: str, carried: CarriedObject) -> None:
        """Write it; its ETag stays where its bytes have it, else its bytes are read twice and compared."""
        draft = self._blobs.draft()
        try:
            parts, digest = _fill(draft, carried)
            etag, about = "", carried.about
            if etag_of(parts, in_parts=bool(carried.parts)) != carried.etag:
                if digest_stream(carried.open()) != digest:
                    raise DamagedObject("gave other bytes when it was read twice")
            elif carried.parts:
                etag, about = carried.etag, replace(about, parts=tuple(parts))
            self._blobs.objects.put(bucket, key, draft, owner=self._account, about=about, etag=etag)
        finally:
            draft.discard()

    def digest(self, bucket: str, key: str) -> str:
        """Return the SHA-256 of an object's bytes."""
        return digest_stream(self._blobs.open(bucket, key))


def etag_of(parts: Sequence[UploadPart], *, in_parts: bool) -> str:
    """Return the ETag that AWS computes: of an upload in parts it is the MD5 of its parts' MD5s."""
    if not in_parts:
        return parts[0].etag
    whole = md5()
    whole.update(b"".join(bytes.fromhex(part.etag) for part in parts))
    return f"{whole.hexdigest()}-{len(parts)}"


def _fill(draft: Draft, carried: CarriedObject) -> tuple[list[UploadPart], str]:
    """Put the bytes into a draft; return its parts with their MD5s, and the SHA-256 of all."""
    parts: list[UploadPart] = []
    total = hashlib.sha256()
    with contextlib.closing(carried.open()) as stream:
        for number, size in enumerate(carried.parts or (carried.size,), 1):
            of_part, rest = md5(), size
            while rest and (chunk := stream.read(min(BUFFER, rest))):
                total.update(chunk)
                of_part.update(chunk)
                rest -= len(chunk)
                if draft.add(chunk):
                    draft.flush()
            parts.append(UploadPart(number, size - rest, of_part.hexdigest()))
        if draft.size != carried.size or stream.read(1):
            raise DamagedObject(f"has other than the {carried.size:,} bytes that were promised")
    return parts, total.hexdigest()
