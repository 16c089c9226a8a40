"""Datasets of a running server, filled and read by the operations that every customer's program has."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.cli.client import open_client
from vedette.errors import Missing, Wrong
from vedette.exchange.move import Moved
from vedette.manifest.lines import Line, read_line
from vedette.manifest.marks import strip_marks
from vedette.manifest.places import split_s3

PIECE = 4 * 1024 * 1024  # bytes of one update; the services take five
POLL_S = 0.2
BUSY = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_FAILED_ROLLBACK_IN_PROGRESS")


@dataclass(frozen=True, slots=True)
class Server:
    """Where the server is, and which of the two services is spoken to it."""

    service: str
    endpoint: str = ""
    data: Path | None = None

    def client(self, service: str = "") -> Any:
        """Return a client of this service, or of another on the same server."""
        return open_client(service or self.service, endpoint=self.endpoint, data=self.data)


class Remote:
    """One dataset of one project, whichever service it is of."""

    def __init__(self, server: Server, project: str, kind: str) -> None:
        self._client = server.client()
        self._is_lookout = server.service == "lookoutvision"
        self._project = project
        self._kind = kind

    def find_project(self) -> None:
        """Make sure that the project is there."""
        if self._is_lookout:
            if _unless_missing(lambda: self._client.describe_project(ProjectName=self._project)) is None:
                self._client.create_project(ProjectName=self._project)
        elif not self._describe_project():
            self._client.create_project(ProjectName=self._project)

    def fill(self, manifest: str, lines: list[Line]) -> dict[str, Any]:
        """Make the dataset of a manifest in a bucket, or add its lines to the one that is there."""
        bucket, key = split_s3(manifest)
        if self.describe() is None:
            source = {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, self._key_name: key}}}
            self._client.create_dataset(
                **self._create_names(), DatasetType=self._kind_name, DatasetSource=source
            )
            return self.wait()
        for piece in _pieces(lines):
            changes: Any = piece if self._is_lookout else {"GroundTruth": piece}
            self._client.update_dataset_entries(**self._names(), Changes=changes)
            self.wait()
        return self.wait()

    def create_empty(self) -> dict[str, Any]:
        """Make the dataset, with nothing in it yet."""
        self._client.create_dataset(**self._create_names(), DatasetType=self._kind_name)
        return self.wait()

    def wait(self) -> dict[str, Any]:
        """Return the dataset once it is settled; raise when what was asked for failed."""
        while True:
            found = self.describe()
            if found is None:
                raise Missing(f"The {self._kind} dataset of {self._project} has gone.")
            if found["Status"] not in BUSY:
                break
            time.sleep(POLL_S)
        if "FAILED" in found["Status"]:
            raise Wrong(f"{found['Status']}: {found['StatusMessage']}")
        return found

    def describe(self) -> dict[str, Any] | None:
        """Return what is known of the dataset; None when there is none."""
        if not self._is_lookout and self._arn() is None:
            return None
        answer = _unless_missing(lambda: self._client.describe_dataset(**self._names()))
        return None if answer is None else dict(answer["DatasetDescription"])

    def lines(self) -> Iterator[Line]:
        """Yield the dataset's lines as they were given."""
        if self.describe() is None:
            raise Missing(f"Project {self._project} has no {self._kind} dataset.")
        for page in self._client.get_paginator("list_dataset_entries").paginate(**self._names()):
            for text in page["DatasetEntries"]:
                yield strip_marks(read_line(text))

    @property
    def _key_name(self) -> str:
        return "Key" if self._is_lookout else "Name"

    @property
    def _kind_name(self) -> str:
        return self._kind if self._is_lookout else self._kind.upper()

    def _names(self) -> dict[str, str]:
        if self._is_lookout:
            return {"ProjectName": self._project, "DatasetType": self._kind}
        return {"DatasetArn": self._arn() or ""}

    def _create_names(self) -> dict[str, str]:
        if self._is_lookout:
            return {"ProjectName": self._project}
        return {"ProjectArn": self._describe_project()[0]["ProjectArn"]}

    def _arn(self) -> str | None:
        for project in self._describe_project():
            for dataset in project["Datasets"]:
                if dataset["DatasetType"] == self._kind_name:
                    return str(dataset["DatasetArn"])
        return None

    def _describe_project(self) -> list[dict[str, Any]]:
        return list(self._client.describe_projects(ProjectNames=[self._project])["ProjectDescriptions"])


def upload(
    server: Server, moved: Iterable[Moved], *, to: str, kind: str
) -> tuple[str, list[Line], list[str]]:
    """Put pictures, masks and the manifest into the bucket.

    Return where the manifest is, its lines, and what was missing. A line without its picture is left out.
    """
    s3 = server.client("s3")
    bucket, prefix = split_s3(f"{to.rstrip('/')}/{kind}.manifest")
    _make_bucket(s3, bucket)
    lines: list[Line] = []
    missing: list[str] = []
    sent: set[str] = set()
    for one in moved:
        missing += one.missing
        if not one.files or one.line.source not in one.files:
            continue
        for address, path in one.files.items():
            if address not in sent:
                s3.put_object(Bucket=bucket, Key=split_s3(address)[1], Body=path.read_bytes())
                sent.add(address)
        lines.append(one.line)
    body = "".join(f"{line.text}\n" for line in lines).encode()
    s3.put_object(Bucket=bucket, Key=prefix, Body=body)
    return f"s3://{bucket}/{prefix}", lines, missing


def download(server: Server, ref: str, place: Path) -> None:
    """Fetch one picture or mask."""
    bucket, key = split_s3(ref)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(server.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())


def _make_bucket(s3: Any, bucket: str) -> None:
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


def _unless_missing(call: Any) -> Any:
    from botocore.exceptions import ClientError

    try:
        return call()
    except ClientError as fault:
        if fault.response["Error"]["Code"] == "ResourceNotFoundException":
            return None
        raise
