"""The signature of a component, `manifest.sig`: by which server's key, with a number that only grows.

    {"format": 1, "key": …, "serial": …, "signature": …}

It covers the manifest's SHA-256 and the number; the manifest covers every file. So whoever verifies it before
the files are read knows all of them by their checksums.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.errors import Wrong
from vedette.file_access import open_file, sync_file, write_file
from vedette.runtime.components import MANIFEST, SIGNATURE, Component
from vedette.runtime.signatures import PublicKey, decode, encode, read_key

FORMAT = 1
MOST_BYTES = 4096
MOST_SERIAL = 1 << 62


@dataclass(frozen=True, slots=True)
class ComponentSignature:
    """What a server signed of a component."""

    key: PublicKey
    serial: int
    signature: bytes


def signed_content(digest: str, serial: int) -> bytes:
    """Return what is signed of a component whose manifest has this SHA-256."""
    return f"{digest}\n{serial}\n".encode("ascii")


def write_signature(folder: Path, signature: ComponentSignature) -> None:
    """Put a signature beside the manifest that it is of."""
    document = {
        "format": FORMAT,
        "key": str(signature.key),
        "serial": signature.serial,
        "signature": encode(signature.signature),
    }
    beside = folder / f".{MANIFEST}.new"
    write_file(beside, json.dumps(document) + "\n")
    sync_file(beside)
    beside.replace(folder / SIGNATURE)


def read_signature(folder: Path) -> ComponentSignature | None:
    """Return the signature that lies in a component's folder, not verified; None where there is none."""
    place = folder / SIGNATURE
    if place.is_symlink() or not place.is_file():
        return None
    try:
        with open_file(place) as stream:
            return _signature(json.loads(stream.read(MOST_BYTES)))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, Wrong) as error:
        raise Wrong(f"{folder} has a damaged signature: {error}.", kind="model", name=str(folder)) from None


def _signature(document: Mapping[str, Any]) -> ComponentSignature:
    if document["format"] != FORMAT:
        raise ValueError("it has another format")
    serial = document["serial"]
    if type(serial) is not int or not 0 <= serial < MOST_SERIAL:
        raise ValueError("it has no number")
    return ComponentSignature(read_key(document["key"]), serial, decode(document["signature"]))


def require_signature(component: Component, keys: tuple[PublicKey, ...]) -> ComponentSignature:
    """Refuse a component that none of these keys signed as it is."""
    signature = read_signature(component.folder)
    name = f"{component.facts.name} {component.facts.version}"
    if signature is None:
        raise Wrong(f"{name} is not signed, and the agent wants signed models.", kind="model", name=name)
    if signature.key not in keys:
        raise Wrong(
            f"{name} is signed with a key that the agent does not know: {signature.key}.",
            kind="model",
            name=name,
        )
    content = signed_content(component.digest, signature.serial)
    if not signature.key.verifies("component", content, signature.signature):
        raise Wrong(
            f"{name} is not as it was signed: its manifest or its signature was changed.",
            kind="model",
            name=name,
        )
    return signature
