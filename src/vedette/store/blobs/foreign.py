"""Buckets on a foreign S3 (AWS, Ceph, Garage, another Vedette), behind the interface of `port.Blobs`.

botocore is the client. Nothing is kept here between calls, so what that S3 promises about
crashes and readers is what a caller gets.
"""

import contextlib
import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, BinaryIO, cast

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from vedette.errors import Missing, Taken, Wrong
from vedette.store.blobs.buckets import missing_bucket
from vedette.store.blobs.objects import missing_key
from vedette.store.blobs.port import StoredObject
from vedette.store.blobs.values import NULL
from vedette.trace_context import give_on

PART = 16 * 1024 * 1024
"""Larger objects are uploaded in parts of this size."""
# What a HEAD is told where there may be nothing: its answer has no body that would say more.
UNKNOWN = ("400", "403", "404", "NoSuchKey", "NoSuchBucket", "AccessDenied")


@dataclass(frozen=True, slots=True)
class ForeignS3:
    """The address of the foreign S3, and its access key."""

    endpoint: str
    access_key: str
    secret_key: str
    region: str = "us-east-1"


class ForeignBlobs:
    """The buckets of a foreign S3."""

    seals_by_key = False

    def __init__(self, address: ForeignS3, account: str = "000000000000") -> None:
        self.address = address
        self._account = account
        self._client: Any = botocore.session.get_session().create_client(
            "s3",
            endpoint_url=address.endpoint,
            region_name=address.region,
            aws_access_key_id=address.access_key,
            aws_secret_access_key=address.secret_key,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                retries={"mode": "standard", "total_max_attempts": 4},
                connect_timeout=10,
                read_timeout=60,
            ),
        )
        self._client.meta.events.register("before-sign.s3", give_on)

    @property
    def client(self) -> Any:
        """The client, for who copies all that an S3 says of objects."""
        return self._client

    def has_bucket(self, bucket: str) -> bool:
        """Return whether the bucket exists."""
        try:
            with translate_client_errors(bucket):
                self._client.head_bucket(Bucket=bucket)
        except Missing:
            return False
        return True

    def owner(self, bucket: str) -> str:
        """Return the installation's account: all that its key can reach there belongs to it."""
        if not self.has_bucket(bucket):
            raise missing_bucket(bucket)
        return self._account

    def region(self, bucket: str) -> str:
        """Return nothing: the foreign S3's regions are not this installation's."""
        del bucket
        return ""

    def make_bucket(self, bucket: str, *, account: str, region: str = "us-east-1") -> None:
        """Create a bucket; a no-op where the key owns it already. The account is the foreign S3's own."""
        del account
        with translate_client_errors(bucket), _accepting("BucketAlreadyOwnedByYou"):
            if region == "us-east-1":
                self._client.create_bucket(Bucket=bucket)
            else:
                self._client.create_bucket(
                    Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region}
                )

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
        """Write an object atomically."""
        stream = io.BytesIO(data) if isinstance(data, bytes) else data
        headers: dict[str, Any] = {"ContentType": content_type} if content_type else {}
        if metadata:
            headers["Metadata"] = dict(metadata)
        first = stream.read(PART)
        with translate_client_errors(bucket, key):
            if len(first) < PART:
                answer = self._client.put_object(Bucket=bucket, Key=key, Body=first, **headers)
            else:
                parts = itertools.chain([first], iter(lambda: stream.read(PART), b""))
                answer = self.put_in_parts({"Bucket": bucket, "Key": key, **headers}, parts)
        return self.find(bucket, key, answer.get("VersionId", ""))

    def find(self, bucket: str, key: str, version: str = "") -> StoredObject:
        """Return an object's facts, without its bytes."""
        with translate_client_errors(bucket, key):
            head = self._client.head_object(Bucket=bucket, Key=key, **_version(version))
        return StoredObject(
            bucket,
            key,
            head.get("VersionId", NULL),
            head["ContentLength"],
            head["ETag"].strip('"'),
            head["LastModified"],
            head.get("ContentType", ""),
        )

    def has_object(self, bucket: str, key: str) -> bool:
        """Return whether an object is known to be there.

        A key that may read and not list is told 403 of what is not there, and 400 of a name that is too long.
        """
        try:
            self._client.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] not in UNKNOWN:
                raise
            return False
        return True

    def read(self, bucket: str, key: str, version: str = "") -> bytes:
        """Return an object's bytes."""
        with self.open(bucket, key, version) as stream:
            return stream.read()

    def open(self, bucket: str, key: str, version: str = "") -> BinaryIO:
        """Return an object's bytes as a stream; the caller closes it."""
        with translate_client_errors(bucket, key):
            body = self._client.get_object(Bucket=bucket, Key=key, **_version(version))["Body"]
        # botocore's stream reads and closes like a file, which is all that is promised.
        return cast("BinaryIO", body)

    def list(self, bucket: str, prefix: str = "") -> Iterator[StoredObject]:
        """Yield the objects whose keys begin with the prefix. A listing does not have their content types."""
        pages = iter(self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix))
        while True:
            with translate_client_errors(bucket):
                page = next(pages, None)
            if page is None:
                return
            for entry in page.get("Contents", []):
                etag = entry["ETag"].strip('"')
                yield StoredObject(bucket, entry["Key"], NULL, entry["Size"], etag, entry["LastModified"], "")

    def delete(self, bucket: str, key: str) -> None:
        """Delete an object; deleting a missing one is a no-op."""
        with translate_client_errors(bucket, key):
            self._client.delete_object(Bucket=bucket, Key=key)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def put_in_parts(self, options: dict[str, Any], bodies: Iterable[bytes | BinaryIO]) -> dict[str, Any]:
        """Write an object in these parts; `options` name it, and say what is said of it."""
        target = {"Bucket": options["Bucket"], "Key": options["Key"]}
        target["UploadId"] = self._client.create_multipart_upload(**options)["UploadId"]
        parts: list[dict[str, Any]] = []
        try:
            for number, body in enumerate(bodies, 1):
                response = self._client.upload_part(**target, PartNumber=number, Body=body)
                sums = {name: value for name, value in response.items() if name.startswith("Checksum")}
                parts.append({"PartNumber": number, "ETag": response["ETag"], **sums})
            answer: dict[str, Any] = self._client.complete_multipart_upload(
                **target, MultipartUpload={"Parts": parts}
            )
        except BaseException:
            self._client.abort_multipart_upload(**target)
            raise
        return answer


def _version(version: str) -> dict[str, str]:
    return {"VersionId": version} if version else {}


@contextlib.contextmanager
def translate_client_errors(bucket: str, key: str = "") -> Iterator[None]:
    """Translate the foreign S3's errors to refusals."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchBucket" or (code == "404" and not key):
            raise missing_bucket(bucket) from error
        if code in ("NoSuchKey", "NoSuchVersion", "404"):
            raise missing_key(key) from error  # A HEAD cannot say whether it was the bucket.
        if code == "BucketAlreadyExists":
            raise Taken(
                f"The bucket {bucket} belongs to another account.", kind="bucket", name=bucket
            ) from error
        if code == "InvalidBucketName":
            raise Wrong(f"{bucket!r} is not a valid bucket name.", kind="bucket", name=bucket) from error
        raise


@contextlib.contextmanager
def _accepting(code: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != code:
            raise


@dataclass(frozen=True, slots=True)
class S3Report:
    """What a foreign S3 lets our key do: its buckets, those of them that it may not enter, and its clock."""

    buckets: int
    closed: tuple[str, ...]
    # By how much its clock is ahead of this machine's; None where it does not say.
    ahead_s: float | None


def examine_s3(address: ForeignS3, now: datetime, most: int = 50) -> S3Report:
    """Ask the foreign S3 for its buckets, with one try and briefly. Nothing is written.

    Raises:
        Wrong: where it cannot be reached or refuses the key, with its own words.
    """
    client: Any = botocore.session.get_session().create_client(
        "s3",
        endpoint_url=address.endpoint,
        region_name=address.region,
        aws_access_key_id=address.access_key,
        aws_secret_access_key=address.secret_key,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": 1},
            connect_timeout=5,
            read_timeout=10,
        ),
    )
    with contextlib.closing(client):
        try:
            answer = client.list_buckets()
        except (ClientError, BotoCoreError) as error:
            raise Wrong(str(error).strip().partition("\n")[0]) from None
        names = [bucket["Name"] for bucket in answer["Buckets"]]
        closed = tuple(name for name in names[:most] if not _may_enter(client, name))
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    ahead_s = None if date is None else (parsedate_to_datetime(date) - now).total_seconds()
    return S3Report(len(names), closed, ahead_s)


def _may_enter(client: Any, bucket: str) -> bool:
    try:
        client.head_bucket(Bucket=bucket)
    except (ClientError, BotoCoreError):
        return False
    return True
