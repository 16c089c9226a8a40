"""The one way to files that may be sealed by a key: opened, made, measured.

Where nobody brought seals, and where they say that a file lies in clear, it is an ordinary file. What seals
is above this (`store/sealed_folders.py`): a device, which has no keys, carries no cipher for it.
"""

import os
from io import BufferedReader, BufferedWriter, TextIOWrapper
from pathlib import Path
from typing import Protocol

# What is copied at once.
PIECE = 1 << 20


class FileSeals(Protocol):
    """Which files are sealed, and by what; it refuses where they are, and their key is not to be had."""

    def seals(self, path: Path) -> bool:
        """Return whether what is written to a place is sealed."""

    def open(self, path: Path) -> BufferedReader:
        """Return the content of a sealed file as a stream."""

    def create(self, path: Path) -> BufferedWriter:
        """Return a stream whose bytes are sealed into a new file."""

    def size(self, path: Path) -> int:
        """Return how many bytes a sealed file holds."""


_seals: FileSeals | None = None


def use_seals(seals: FileSeals | None) -> FileSeals | None:
    """Have this process's files sealed by this from now on; return what did before."""
    global _seals
    before, _seals = _seals, seals
    return before


def is_sealed_place(path: Path) -> bool:
    """Return whether files at a place are sealed: no other program can read them there, or write any."""
    return _seals is not None and _seals.seals(path)


def open_file(path: Path) -> BufferedReader:
    """Return a file's content as a stream to read."""
    if _seals is not None and _seals.seals(path):
        return _seals.open(path)
    return path.open("rb")


def create_file(path: Path) -> BufferedWriter:
    """Return a stream to write a new file by; it is whole once the stream is closed."""
    if _seals is not None and _seals.seals(path):
        return _seals.create(path)
    return path.open("wb")


def open_text(path: Path, encoding: str = "utf-8", newline: str | None = None) -> TextIOWrapper:
    """Return a file's text as a stream to read."""
    return TextIOWrapper(open_file(path), encoding, newline=newline)


def create_text(path: Path, newline: str = "\n") -> TextIOWrapper:
    """Return a stream to write a new file of text in UTF-8 by, its lines ended by this."""
    return TextIOWrapper(create_file(path), "utf-8", newline=newline)


def read_file(path: Path) -> bytes:
    """Return a file's content."""
    with open_file(path) as file:
        return file.read()


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file; a text in UTF-8."""
    with create_file(path) as file:
        file.write(content.encode() if isinstance(content, str) else content)


def size_of(path: Path) -> int:
    """Return how many bytes a file holds."""
    if _seals is not None and _seals.seals(path):
        return _seals.size(path)
    return path.stat().st_size


def copy_file(source: Path, target: Path) -> None:
    """Copy a file, each side sealed as its place is."""
    with open_file(source) as file, create_file(target) as out:
        while piece := file.read(PIECE):
            out.write(piece)


def link_file(source: Path, target: Path) -> None:
    """Put a file that is never written again at another place: by a link where both lie in clear."""
    if not is_sealed_place(source) and not is_sealed_place(target):
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    copy_file(source, target)


def sync_file(path: Path) -> None:
    """Have a file on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
