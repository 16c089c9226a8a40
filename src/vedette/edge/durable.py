"""Small files of the agent that survive a loss of power: the old content or the new, never half of one.

Each holds its own checksum, and the content before it stays beside. So a file that a broken disk cut is known
as damaged, and what it said before is believed instead.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

BEFORE, BESIDE = ".before", ".new"
MOST_BYTES = 1 << 20


def write_document(place: Path, fields: Mapping[str, Any]) -> None:
    """Write a file whole and flushed, readable by its owner alone."""
    body = json.dumps(fields, sort_keys=True)
    text = json.dumps({"sum": _sum(body), "body": body}) + "\n"
    beside = place.with_name(f".{place.name}{BESIDE}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    if _read(place) is not None:
        _keep_before(place)
    beside.replace(place)
    sync_folder(place.parent)


def read_document(place: Path) -> dict[str, Any] | None:
    """Return what a file says; where it is damaged, what it said before; None where it says nothing."""
    fields = _read(place)
    return _read(_before(place)) if fields is None else fields


def sync_folder(folder: Path) -> None:
    """Flush a folder's names to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep_before(place: Path) -> None:
    """Keep the content as it is under the other name; a link, so that the file itself is never missing."""
    beside = place.with_name(f".{place.name}{BEFORE}{BESIDE}")
    with suppress(FileNotFoundError):
        beside.unlink()
    os.link(place, beside)
    beside.replace(_before(place))


def _read(place: Path) -> dict[str, Any] | None:
    try:
        with place.open("rb") as stream:
            document = json.loads(stream.read(MOST_BYTES))
        if document["sum"] != _sum(document["body"]):
            return None
        fields = json.loads(document["body"])
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return None
    return fields if isinstance(fields, dict) else None


def _before(place: Path) -> Path:
    return place.with_name(f"{place.name}{BEFORE}")


def _sum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()
