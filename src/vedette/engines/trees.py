"""Folders as they cross to other machines: which files they have, each by the SHA-256 of its bytes."""

import hashlib
from pathlib import Path, PurePosixPath

# Paths below the folder, with / between their parts: the digest and the size of each file. Folders without
# files are not in it.
Tree = dict[str, tuple[str, int]]

# What crosses at once: a few of them fit into the smallest object store.
PIECE = 8 << 20


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_tree(folder: Path) -> Tree:
    """Return what a folder holds; nothing where there is none."""
    return {
        file.relative_to(folder).as_posix(): (digest_of(file), file.stat().st_size)
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def place_in(folder: Path, path: str) -> Path:
    """Return the file of a path of a tree that came from elsewhere; it lies in the folder.

    Raises:
        ValueError: when the path leads out of it.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts:
        raise ValueError(f"{path!r} leads out of its folder")
    return folder.joinpath(*parts)
