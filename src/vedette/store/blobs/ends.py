"""The two ends between which objects are copied: the folder, and an S3. What each reads the other writes.

An object keeps its key, bytes, type, headers, metadata and tags, and its ETag wherever that is computed as
AWS does it: an upload in parts is written in the same parts. Rooms know pictures by their ETags.
"""

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, Protocol
from urllib.parse import urlencode

from botocore.exceptions import ClientError, ParamValidationError

from vedette.errors import Wrong
from vedette.store.blobs.files import BUFFER, Draft, md5
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.foreign import ForeignBlobs, translate_client_errors
from vedette.store.blobs.port import StoredObject
from vedette.store.blobs.values import NULL, About, Bucket, UploadPart

# The headers that an object answers with, and what botocore calls them.
HEADERS = {
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "expires": "Expires",
    "x-amz-website-redirect-location": "WebsiteRedirectLocation",
}


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


class S3End:
    """The buckets that a key reaches on an S3."""

    def __init__(self, blobs: ForeignBlobs) -> None:
        self._blobs = blobs
        self._client = blobs.client

    def buckets(self) -> Sequence[CarriedBucket]:
        """Return the buckets, by name."""
        with translate_client_errors(""):
            names = sorted(bucket["Name"] for bucket in self._client.list_buckets()["Buckets"])
        return [CarriedBucket(name, self._region(name)) for name in names]

    def _region(self, bucket: str) -> str:
        with translate_client_errors(bucket):
            answer = self._client.get_bucket_location(Bucket=bucket)
        return str(answer.get("LocationConstraint") or "us-east-1")

    def make(self, bucket: CarriedBucket) -> None:
        """Make the bucket, or use the one that is the key's already."""
        if not self._blobs.has_bucket(bucket.name):
            self._blobs.make_bucket(bucket.name, account="", region=self._blobs.address.region)

    def list(self, bucket: str) -> Iterator[StoredObject]:
        """Yield the objects by key."""
        return self._blobs.list(bucket)

    def read(self, bucket: str, key: str) -> CarriedObject:
        """Return an object to copy."""
        with translate_client_errors(bucket, key):
            head = self._client.head_object(Bucket=bucket, Key=key)
        etag, version = head["ETag"].strip('"'), head.get("VersionId", "")
        headers = {
            name: str(head[member])
            for name, member in HEADERS.items()
            if name != "expires" and head.get(member)
        }
        if expires := head.get("ExpiresString"):
            headers["expires"] = expires
        about = About(
            content_type=head.get("ContentType") or "binary/octet-stream",
            headers=headers,
            metadata=dict(head.get("Metadata", {})),
            tags=self._tags(bucket, key),
        )
        return CarriedObject(
            etag,
            head["ContentLength"],
            about,
            lambda: self._blobs.open(bucket, key, "" if version == NULL else version),
            self._parts(bucket, key, etag),
        )

    def _tags(self, bucket: str, key: str) -> dict[str, str]:
        with translate_client_errors(bucket, key):
            answer = self._client.get_object_tagging(Bucket=bucket, Key=key)
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def _parts(self, bucket: str, key: str, etag: str) -> tuple[int, ...]:
        """Return the sizes of the parts that an object was uploaded in; nothing where it was not."""
        count = etag.partition("-")[2]
        if not count.isdigit():
            return ()
        with translate_client_errors(bucket, key):
            heads = (
                self._client.head_object(Bucket=bucket, Key=key, PartNumber=number)
                for number in range(1, int(count) + 1)
            )
            return tuple(head["ContentLength"] for head in heads)

    def write(self, bucket: str, key: str, carried: CarriedObject) -> None:
        """Write it; where its ETag is another there, its bytes are read back and compared.

        What proves to be damaged is removed again: it was written this moment, and nobody has it from here.
        """
        with translate_client_errors(bucket, key), _its_own_fault():
            etag = self._put(bucket, key, carried)
        if etag == carried.etag:
            return
        if self.digest(bucket, key) != digest_stream(carried.open()):
            self._blobs.delete(bucket, key)
            raise DamagedObject("did not arrive as it was sent")
        if not _bytes_match(carried):
            self._blobs.delete(bucket, key)
            raise DamagedObject(f"is damaged: its bytes are not those of its ETag {carried.etag}")

    def _put(self, bucket: str, key: str, carried: CarriedObject) -> str:
        options = {"Bucket": bucket, "Key": key, **_options(carried.about)}
        with contextlib.closing(carried.open()) as stream:
            if not carried.parts:
                answer = self._client.put_object(Body=stream, **options)
            else:
                answer = self._blobs.put_in_parts(options, stretches(stream, carried.parts))
        return str(answer["ETag"]).strip('"')

    def digest(self, bucket: str, key: str) -> str:
        """Return the SHA-256 of an object's bytes."""
        return digest_stream(self._blobs.open(bucket, key))


@contextlib.contextmanager
def _its_own_fault() -> Iterator[None]:
    """Turn what is wrong with one object (a tag, a header, its name) into a refusal of that object."""
    try:
        yield
    except ParamValidationError as error:
        raise Wrong(f"cannot be sent: {' '.join(str(error).split())}") from error
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 400:
            raise
        raise Wrong(f"is refused there: {error.response['Error'].get('Message', '')}") from error


def stretches(stream: BinaryIO, sizes: Sequence[int]) -> Iterator[BinaryIO]:
    """Yield the parts of a file one after the other, each as a file of its own that begins at 0."""
    start = 0
    for size in sizes:
        yield io.BufferedReader(FileStretch(stream, start, size))
        start += size


class FileStretch(io.RawIOBase):
    """A stretch of an open file. botocore reads each twice: for its checksum and to send it."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._file, self._start, self._size = file, start, size
        self._at = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be read again."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place within it."""
        self._at = max(0, offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence])
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Read from where it stands."""
        self._file.seek(self._start + self._at)
        data = self._file.read(max(0, min(len(buffer), self._size - self._at)))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _options(about: About) -> dict[str, Any]:
    """Return what is said of an object, as botocore's options."""
    headers: dict[str, Any] = dict(about.headers)
    if "expires" in headers:
        try:
            headers["expires"] = parsedate_to_datetime(headers["expires"])
        except ValueError:
            raise Wrong("has a header Expires that is no date, which an S3 does not take") from None
    options = {HEADERS[name]: value for name, value in headers.items() if name in HEADERS}
    options["ContentType"] = about.content_type
    if about.metadata:
        options["Metadata"] = about.metadata
    if about.tags:
        options["Tagging"] = urlencode(about.tags)
    return options


def _bytes_match(carried: CarriedObject) -> bool:
    """Say whether an object's bytes are those of its ETag, where that is an MD5."""
    parts: list[UploadPart] = []
    with contextlib.closing(carried.open()) as stream:
        for part in stretches(stream, carried.parts or (carried.size,)):
            total = md5()
            while chunk := part.read(BUFFER):
                total.update(chunk)
            parts.append(UploadPart(len(parts) + 1, 0, total.hexdigest()))
        return not stream.read(1) and etag_of(parts, in_parts=bool(carried.parts)) == carried.etag
