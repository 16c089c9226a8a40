"""Where a line's picture lies: an S3 address, or a file near the manifest.

A resolver turns the text of a `source-ref` into a path, or into nothing when there is no such file.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

Resolver = Callable[[str], Path | None]

# A bucket's name as S3 has it, then a key that is not a folder. Keys may hold any character.
_S3 = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.*[^/])\Z", re.DOTALL)


def is_s3(ref: Any) -> bool:
    """Say whether a value is the address of an object."""
    return isinstance(ref, str) and _S3.match(ref) is not None


def canonical_ref(ref: str) -> str:
    """Return an address with its scheme in small letters; customers' tools also write `S3://`."""
    return f"s3://{ref[5:]}" if ref[:5] == "S3://" else ref


def split_s3(ref: str) -> tuple[str, str]:
    """Return the bucket and the key; the key is taken as it stands, percent signs and all."""
    match = _S3.match(ref)
    if not match:
        raise ValueError(f"{ref!r} is not an address of the form s3://bucket/key")
    return match[1], match[2]


def beside(folder: Path) -> Resolver:
    """Return the resolver for a manifest in this folder.

    A path is taken from the folder, or from the one above it, since manifests are often kept
    in a folder of their own beside the pictures'. An S3 address is looked for in both as bucket
    and key, then as the key, then as the key without its first parts: so an exported dataset
    is found wherever its pictures were copied to.
    """
    root = folder.resolve()
    roots = (root, root.parent)

    def find(ref: str) -> Path | None:
        if "\0" in ref:
            return None
        if not ref.startswith("s3://"):
            places = [base / ref.removeprefix("file://") for base in roots]
        else:
            parts = [part for part in ref.removeprefix("s3://").split("/") if part]
            if ".." in parts:
                return None
            places = [base.joinpath(*parts[start:]) for start in range(len(parts)) for base in roots]
        return next((place for place in places if _is_file(place)), None)

    return find


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the file system takes
        return False
