"""`About` as the JSON document that the index keeps, and back."""

from typing import Any

import orjson

from vedette.store.blobs.values import About, Checksum, Part


def write_about(about: About) -> bytes:
    """Return the document; members that say nothing are left out, but no grants is a saying."""
    said = {name: value for name in About.__slots__ if (value := getattr(about, name)) or value == []}
    return orjson.dumps(said)


def read_about(document: bytes) -> About:
    """Return what the document says."""
    said: dict[str, Any] = orjson.loads(document)
    if "checksum" in said:
        said["checksum"] = Checksum(**said["checksum"])
    if "parts" in said:
        said["parts"] = tuple(read_part(part) for part in said["parts"])
    return About(**said)


def read_part(said: dict[str, Any]) -> Part:
    """Return one part."""
    checksum = said.pop("checksum", None)
    return Part(checksum=Checksum(**checksum) if checksum else None, **said)
