"""An S3 as one of the two ends (ends.py) between which objects are copied, spoken to by botocore."""

import contextlib
import io
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO
from urllib.parse import urlencode

from botocore.exceptions import ClientError, ParamValidationError

from vedette.errors import Wrong
from vedette.store.blobs.ends import CarriedBucket, CarriedObject, DamagedObject, digest_stream, etag_of
from vedette.store.blobs.files import BUFFER, md5
from vedette.store.blobs.foreign import ForeignBlobs, translate_client_errors
from vedette.store.blobs.port import StoredObject
from vedette.store.blobs.values import NULL, About, UploadPart

# The headers that an object answers with, and what botocore calls them.
HEADERS = {
    "cache-control": "CacheControl",
    "content-disposition": "ContentDisposition",
    "content-encoding": "ContentEncoding",
    "content-language": "ContentLanguage",
    "expires": "Expires",
    "x-amz-website-redirect-location": "WebsiteRedirectLocation",
}


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
