"""Datasets of a running server, filled and read by the operations that every customer's program has."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.cli.client import open_client
from vedette.errors import Missing, Wrong
from vedette.manifest.lines import Line, read_line
from vedette.manifest.marks import strip_marks
from vedette.manifest.places import split_s3

if TYPE_CHECKING:
    from vedette.exchange.move import MovedLine

PIECE = 4 * 1024 * 1024  # bytes of one update; the services take five
POLL_S = 0.2
BUSY = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_FAILED_ROLLBACK_IN_PROGRESS")


@dataclass(frozen=True, slots=True)
class Server:
    """The address of the server, and which of the two services is called."""

    service: str
    endpoint: str = ""
    data: Path | None = None

    def client(self, service: str = "") -> Any:
        """Return a client of this service, or of another on the same server."""
        return open_client(service or self.service, endpoint=self.endpoint, data=self.data)


class RemoteDataset(ABC):
    """One dataset of one project; what differs between the services is in the two classes below."""

    # What the service calls the key of an object, in the place of a manifest.
    key_name: str

    def __init__(self, server: Server, project: str, kind: str) -> None:
        self._client = server.client()
        self._project = project
        self._kind = kind

    @abstractmethod
    def ensure_project(self) -> None:
        """Make the project unless it exists."""

    @abstractmethod
    def describe(self) -> dict[str, Any] | None:
        """Return the dataset's description; None when there is no dataset."""

    @abstractmethod
    def _create(self, source: dict[str, Any]) -> None:
        """Make the dataset; `source` holds a DatasetSource, or nothing for an empty one."""

    @abstractmethod
    def _update(self, piece: bytes) -> None:
        """Put lines into the dataset."""

    @abstractmethod
    def _names(self) -> dict[str, str]:
        """Return the parameters that name the dataset."""

    def fill(self, manifest: str, lines: list[Line]) -> dict[str, Any]:
        """Create the dataset from a manifest in a bucket, or add its lines to the existing one."""
        bucket, key = split_s3(manifest)
        if self.describe() is None:
            place = {"Bucket": bucket, self.key_name: key}
            self._create({"DatasetSource": {"GroundTruthManifest": {"S3Object": place}}})
            return self.wait()
        for piece in _pieces(lines):
            self._update(piece)
            self.wait()
        return self.wait()

    def create_empty(self) -> dict[str, Any]:
        """Create an empty dataset."""
        self._create({})
        return self.wait()

    def wait(self) -> dict[str, Any]:
        """Return the dataset once it is settled; raise when the operation failed."""
        while True:
            description = self.describe()
            if description is None:
                raise Missing(f"The {self._kind} dataset of {self._project} was deleted.")
            if description["Status"] not in BUSY:
                break
            time.sleep(POLL_S)
        if "FAILED" in description["Status"]:
            raise Wrong(f"{description['Status']}: {description['StatusMessage']}")
        return description

    def lines(self) -> Iterator[Line]:
        """Yield the dataset's lines as they were put in."""
        if self.describe() is None:
            raise Missing(f"Project {self._project} has no {self._kind} dataset.")
        for page in self._client.get_paginator("list_dataset_entries").paginate(**self._names()):
            for text in page["DatasetEntries"]:
                yield strip_marks(read_line(text))


class RekognitionDataset(RemoteDataset):
    """A dataset of Custom Labels: named by its ARN, which its project tells."""

    key_name = "Name"

    def ensure_project(self) -> None:
        """Make the project unless it exists."""
        if not self._describe_project():
            self._client.create_project(ProjectName=self._project)

    def describe(self) -> dict[str, Any] | None:
        """Return the dataset's description; None when there is no dataset."""
        return _describe(self._client, self._names()) if self._arn() else None

    def _create(self, source: dict[str, Any]) -> None:
        arn = self._describe_project()[0]["ProjectArn"]
        self._client.create_dataset(ProjectArn=arn, DatasetType=self._kind.upper(), **source)

    def _update(self, piece: bytes) -> None:
        self._client.update_dataset_entries(**self._names(), Changes={"GroundTruth": piece})

    def _names(self) -> dict[str, str]:
        return {"DatasetArn": self._arn() or ""}

    def _arn(self) -> str | None:
        for project in self._describe_project():
            for dataset in project["Datasets"]:
                if dataset["DatasetType"] == self._kind.upper():
                    return str(dataset["DatasetArn"])
        return None

    def _describe_project(self) -> list[dict[str, Any]]:
        return list(self._client.describe_projects(ProjectNames=[self._project])["ProjectDescriptions"])


class LookoutDataset(RemoteDataset):
    """A dataset of Lookout: named by its project and its type."""

    key_name = "Key"

    def ensure_project(self) -> None:
        """Make the project unless it exists."""
        if _unless_missing(lambda: self._client.describe_project(ProjectName=self._project)) is None:
            self._client.create_project(ProjectName=self._project)

    def describe(self) -> dict[str, Any] | None:
        """Return the dataset's description; None when there is no dataset."""
        return _describe(self._client, self._names())

    def _create(self, source: dict[str, Any]) -> None:
        self._client.create_dataset(**self._names(), **source)

    def _update(self, piece: bytes) -> None:
        self._client.update_dataset_entries(**self._names(), Changes=piece)

    def _names(self) -> dict[str, str]:
        return {"ProjectName": self._project, "DatasetType": self._kind}


DATASETS: dict[str, type[RemoteDataset]] = {
    "rekognition": RekognitionDataset,
    "lookoutvision": LookoutDataset,
}


def remote_dataset(server: Server, project: str, kind: str) -> RemoteDataset:
    """Return a dataset of the service that is spoken to the server."""
    return DATASETS[server.service](server, project, kind)


def upload(
    server: Server, uploads: Iterable["MovedLine"], *, to: str, kind: str
) -> tuple[str, list[Line], list[str]]:
    """Put pictures, masks and the manifest into the bucket.

    Return where the manifest is, its lines, and what was missing. A line without its picture is left out.
    """
    s3 = server.client("s3")
    bucket, prefix = split_s3(f"{to.rstrip('/')}/{kind}.manifest")
    make_bucket(s3, bucket)
    lines: list[Line] = []
    missing: list[str] = []
    addresses: set[str] = set()
    for item in uploads:
        missing += item.missing
        if not item.files or item.line.source not in item.files:
            continue
        for address, path in item.files.items():
            if address not in addresses:
                s3.put_object(Bucket=bucket, Key=split_s3(address)[1], Body=path.read_bytes())
                addresses.add(address)
        lines.append(item.line)
    body = "".join(f"{line.text}\n" for line in lines).encode()
    s3.put_object(Bucket=bucket, Key=prefix, Body=body)
    return f"s3://{bucket}/{prefix}", lines, missing


def download(server: Server, ref: str, place: Path) -> None:
    """Fetch one picture or mask."""
    bucket, key = split_s3(ref)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(server.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def bucket_name(project: str) -> str:
    """Return a project's name as a bucket may have it."""
    letters = "".join(c if c.isascii() and c.isalnum() else "-" for c in project.lower())
    return letters.strip("-")[:50] or "pictures"


def make_bucket(s3: Any, bucket: str) -> None:
    from botocore.exceptions import ClientError

    try:
        s3.create_bucket(Bucket=bucket)
    except ClientError as fault:
        if fault.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
            raise


def _pieces(lines: list[Line]) -> Iterator[bytes]:
    piece: list[bytes] = []
    size = 0
    for line in lines:
        raw = line.text.encode()
        if piece and size + len(raw) + 1 > PIECE:
            yield b"\n".join(piece)
            piece, size = [], 0
        piece.append(raw)
        size += len(raw) + 1
    if piece:
        yield b"\n".join(piece)


def _describe(client: Any, names: dict[str, str]) -> dict[str, Any] | None:
    answer = _unless_missing(lambda: client.describe_dataset(**names))
    return None if answer is None else dict(answer["DatasetDescription"])


def _unless_missing(call: Any) -> Any:
    from botocore.exceptions import ClientError

    try:
        return call()
    except ClientError as fault:
        if fault.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
