"""Whose results a batch's are: a note of the model beside them, since their lines are the service's own.

    results.jsonl    results.jsonl.model.json
    results.parquet  results.parquet.model.json
    folder/          folder/.model.json
    s3://b/prefix/   s3://b/prefix/.model.json

It is written before the first result, and never over another: results of two models could not be told apart.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from vedette.cli.remote import Server
from vedette.cli.remote_models import RemoteModel, package_of
from vedette.errors import Wrong

ENDING = ".model.json"
# Longer than any note; what is longer is none.
MOST_BYTES = 65_536
CREATED = ("CreationTimestamp", "CreatedAt")


class NotePlace(Protocol):
    """Where the note of some results lies."""

    def read(self) -> bytes | None:
        """Return the note; nothing where there is none."""

    def write(self, note: bytes) -> bool:
        """Write the note whole; return False where there is one already."""

    def replace(self, note: bytes) -> None:
        """Write it over another; only who holds the results alone may."""


@dataclass(frozen=True, slots=True)
class AskedModel:
    """What tells a model from every other, and how it is asked. What is not told is empty."""

    model: str
    project: str
    service: str
    arn: str
    created: str
    package: str
    confidence: float | None

    def facts(self) -> dict[str, str]:
        """Return what a summary says of it."""
        names = ("model", "project", "arn", "created", "package")
        return {name: getattr(self, name) for name in names}

    @property
    def words(self) -> str:
        """Its name for people."""
        return f"{'version' if self.service == 'rekognition' else 'model'} {self.model} of {self.project}"

    def difference(self, other: "AskedModel") -> str:
        """Return in words what the other is, where its answers would not be this one's."""
        if self.arn != other.arn or self._is_made_apart(other):
            return f"{other.words}, made {other.created}" if self.words == other.words else other.words
        if self._is_changed(other):
            return f"{other.words} before its package was changed"
        if self.confidence != other.confidence:
            least = "the model's own thresholds" if other.confidence is None else f"{other.confidence:.10g} %"
            return f"{other.words} with labels from {least} on"
        return ""

    def way_to(self, other: "AskedModel") -> str:
        """Return the options that ask the other; nothing where it is there no more."""
        is_another = self.arn != other.arn
        if not is_another and (self._is_made_apart(other) or self._is_changed(other)):
            return ""
        least = "-1" if other.confidence is None else f"{other.confidence:.10g}"
        options = [f"--version {other.model}"] if is_another else []
        return " ".join(options + ([f"--confidence {least}"] if self.confidence != other.confidence else []))

    def _is_made_apart(self, other: "AskedModel") -> bool:
        return bool(self.created and other.created) and self.created != other.created

    def _is_changed(self, other: "AskedModel") -> bool:
        return bool(self.package and other.package) and self.package != other.package


def asked_model(server: Server, project: str, model: RemoteModel, confidence: float | None) -> AskedModel:
    """Return what a batch with this model writes down of it."""
    moment = next((model.description[name] for name in CREATED if name in model.description), "")
    created = moment.astimezone(UTC).isoformat() if isinstance(moment, datetime) else str(moment)
    package = package_of(server, model.arn)
    return AskedModel(model.name, project, server.service, model.arn, created, package, confidence)


def hold_model(place: NotePlace, identity: AskedModel, out: str, *, before: int, is_alone: bool) -> str:
    """Write the model down before it is asked; refuse results of another. Return a sentence of doubt, if any.

    Where nothing says whose the results are that there are `before`, they are let stand, and that is said.
    """
    note = as_json(asdict(identity) if not before else {**asdict(identity), "unknown_before": before})
    if (present := place.read()) is None and place.write(note):
        return f"Nothing says which model gave the {before} results that are there." if before else ""
    earlier = read_note(present or place.read() or b"", out)
    if not (different := identity.difference(earlier)):
        return ""
    if is_alone and not before:  # nothing was asked yet: there is nothing to mix
        place.replace(note)
        return ""
    way = identity.way_to(earlier)
    raise Wrong(
        f"The results in {out} are by {different}; this is {identity.words}. "
        f"Name another place for these (--out){way and f', or go on as those began ({way})'}."
    )


def read_note(content: bytes, out: str) -> AskedModel:
    """Return what a note says."""
    try:
        facts: Mapping[str, Any] = json.loads(content)
        return AskedModel(**{name: facts[name] for name in AskedModel.__slots__})
    except (ValueError, KeyError, TypeError):
        raise Wrong(
            f"What lies beside the results in {out} as {ENDING} names no model; name another place."
        ) from None


def as_json(facts: Mapping[str, Any]) -> bytes:
    """Return a note's bytes."""
    return json.dumps(facts, indent=2, ensure_ascii=False).encode() + b"\n"


class NoteFile:
    """A note as a file, which appears whole or not at all."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> bytes | None:
        """Return the note; nothing where there is none."""
        try:
            with self._path.open("rb") as file:
                return file.read(MOST_BYTES)
        except FileNotFoundError:
            return None

    def write(self, note: bytes) -> bool:
        """Write the note whole; return False where there is one already."""
        part = self._written(note)
        try:
            os.link(part, self._path)
        except FileExistsError:
            return False
        except OSError:  # a disk without such links, as memory cards are
            if self._path.exists():
                return False
            part.replace(self._path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                part.unlink()
        return True

    def replace(self, note: bytes) -> None:
        """Write it over another."""
        self._written(note).replace(self._path)

    def _written(self, note: bytes) -> Path:
        # Two machines may have one folder, and the same number for a process.
        part = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}.part")
        part.write_bytes(note)
        return part


class NoteObject:
    """A note as an object below a prefix."""

    def __init__(self, s3: Any, bucket: str, key: str) -> None:
        self._s3, self._bucket, self._key = s3, bucket, key

    def read(self) -> bytes | None:
        """Return the note; nothing where there is none."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=self._key)["Body"]
        except self._s3.exceptions.NoSuchKey:
            return None
        content: bytes = body.read(MOST_BYTES)
        return content

    def write(self, note: bytes) -> bool:
        """Write the note; return False where there is one already."""
        from botocore.exceptions import ClientError

        try:
            self._put(note, IfNoneMatch="*")
        except ClientError as fault:
            if fault.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict"):
                return False
            raise
        return True

    def replace(self, note: bytes) -> None:
        """Write it over another."""
        self._put(note)

    def _put(self, note: bytes, **more: str) -> None:
        kind = "application/json"
        self._s3.put_object(Bucket=self._bucket, Key=self._key, Body=note, ContentType=kind, **more)
