"""The content of a bucket as frozen values; none of them holds bytes of a picture.

A *blob* is one version of an object, a delete marker among them. What S3 lets a client
say about it (headers, tags, checksums, grants, locks) is its `About`, which is stored
as one JSON document, since nobody ever searches by it.
"""

from dataclasses import dataclass, field
from typing import Any

NULL = "null"
"""The version id of an object that was written while versioning was off."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """A checksum that was verified during the upload."""

    algorithm: str
    value: str
    kind: str = "FULL_OBJECT"


@dataclass(frozen=True, slots=True)
class UploadPart:
    """One part of an upload, or of the object made from it. Path is relative to the root."""

    number: int
    size: int
    etag: str
    modified_ms: int = 0
    checksum: Checksum | None = None
    path: str = ""
    # What sets its key apart from those of the other parts, where the upload has a customer's key.
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """The properties of an object: its headers, metadata, tags, grants, locks and checksums."""

    content_type: str = "binary/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    checksum: Checksum | None = None
    parts: tuple[UploadPart, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)
    acl: list[dict[str, str]] | None = None
    encryption: dict[str, str] = field(default_factory=dict)
    storage_class: str = "STANDARD"
    retention: dict[str, str] = field(default_factory=dict)
    legal_hold: str = ""


@dataclass(frozen=True, slots=True)
class Blob:
    """One version of an object. Path is relative to the folder that holds the buckets."""

    bucket: str
    key: str
    version: str
    seq: int
    latest: bool
    marker: bool
    size: int
    etag: str
    modified_ms: int
    owner: str
    path: str
    about: About


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket and its documents (policy, CORS and the like), by name."""

    name: str
    account: str
    region: str
    created_ms: int
    versioning: str = ""
    locked: bool = False
    documents: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload that has begun."""

    id: str
    bucket: str
    key: str
    owner: str
    started_ms: int
    about: About
    result: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a listing. `after` is where the next page starts; empty at the end."""

    blobs: list[Blob]
    prefixes: list[str]
    after: tuple[str, str] | None = None
