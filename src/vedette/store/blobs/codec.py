"""`About` to the JSON document in the index, and back."""

from typing import Any

import orjson

from vedette.store.blobs.values import About, Checksum, UploadPart


def write_about(about: About) -> bytes:
    """Return the document; empty members are left out, except an empty list of grants, which means none."""
    members = {name: value for name in About.__slots__ if (value := getattr(about, name)) or value == []}
    return orjson.dumps(members)


def read_about(document: bytes) -> About:
    """Return the value of a document."""
    members: dict[str, Any] = orjson.loads(document)
    if "checksum" in members:
        members["checksum"] = Checksum(**members["checksum"])
    if "parts" in members:
        members["parts"] = tuple(read_part(part) for part in members["parts"])
    return About(**members)


def read_part(members: dict[str, Any]) -> UploadPart:
    """Return one part."""
    checksum = members.pop("checksum", None)
    return UploadPart(checksum=Checksum(**checksum) if checksum else None, **members)
