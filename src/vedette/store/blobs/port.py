"""What the rooms and the workers need of buckets, whoever keeps them.

The promise: what `put` returned from is there after a crash and whole; a reader sees one
version from its first byte to its last; keys are listed in the order of their code points;
a thing that is not there is `errors.Missing` of kind "bucket" or "key".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it lies there now."""

    bucket: str
    key: str
    version: str
    size: int
    etag: str
    modified: datetime
    content_type: str


class Blobs(Protocol):
    """Objects by bucket and key. All calls block; none holds a whole object but `read` and `put`."""

    def has_bucket(self, bucket: str) -> bool:
        """Say whether the bucket exists."""

    def owner(self, bucket: str) -> str:
        """Return the account that the bucket belongs to."""

    def region(self, bucket: str) -> str:
        """Return the region that the bucket was made in; nothing where that is not known."""

    def make_bucket(self, bucket: str, *, account: str, region: str = "us-east-1") -> None:
        """Make a bucket; one that the account has already is no matter."""

    def put(self, bucket: str, key: str, data: bytes | BinaryIO, *, content_type: str = "") -> Stored:
        """Write an object, whole or not at all."""

    def find(self, bucket: str, key: str, version: str = "") -> Stored:
        """Return what is known of an object."""

    def read(self, bucket: str, key: str, version: str = "") -> bytes:
        """Return an object's bytes."""

    def open(self, bucket: str, key: str, version: str = "") -> BinaryIO:
        """Return an object's bytes as a stream; the caller closes it."""

    def list(self, bucket: str, prefix: str = "") -> Iterator[Stored]:
        """Yield the objects whose keys begin so."""

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object; one that is not there is no matter."""

    def close(self) -> None:
        """Let go of what is held open."""
