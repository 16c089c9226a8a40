"""The interface of buckets for rooms and workers, whichever store implements it.

The promise: what `put` returned from is there after a crash and whole; a reader sees one
version from its first byte to its last; keys are listed in the order of their code points;
a thing that is not there is `errors.Missing` of kind "bucket" or "key".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class StoredObject:
    """The facts of a stored object."""

    bucket: str
    key: str
    version: str
    size: int
    etag: str
    modified: datetime
    content_type: str


class Blobs(Protocol):
    """Objects by bucket and key. All calls block; none holds a whole object but `read` and `put`."""

    # Whether it encrypts objects by the keys of this installation.
    seals_by_key: bool

    def has_bucket(self, bucket: str) -> bool:
        """Return whether the bucket exists."""

    def owner(self, bucket: str) -> str:
        """Return the account that the bucket belongs to."""

    def region(self, bucket: str) -> str:
        """Return the region that the bucket was created in; nothing where that is not known."""

    def make_bucket(self, bucket: str, *, account: str, region: str = "us-east-1") -> None:
        """Create a bucket; a no-op where the account has it already."""

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes | BinaryIO,
        *,
        content_type: str = "",
        metadata: Mapping[str, str] | None = None,
        encryption_key: str = "",
    ) -> StoredObject:
        """Write an object atomically; encrypted by the key of that ARN, or as its bucket has it for all."""

    def find(self, bucket: str, key: str, version: str = "") -> StoredObject:
        """Return an object's facts, without its bytes."""

    def has_object(self, bucket: str, key: str) -> bool:
        """Return whether an object is known to be there; not where its S3 does not say."""

    def read(self, bucket: str, key: str, version: str = "") -> bytes:
        """Return an object's bytes."""

    def open(self, bucket: str, key: str, version: str = "") -> BinaryIO:
        """Return an object's bytes as a stream; the caller closes it."""

    def list(self, bucket: str, prefix: str = "") -> Iterator[StoredObject]:
        """Yield the objects whose keys begin with the prefix."""

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; deleting a missing one is a no-op."""

    def close(self) -> None:
        """Close everything that is open."""
