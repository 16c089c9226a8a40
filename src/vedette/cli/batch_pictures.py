"""The pictures of a batch: files below a folder, or objects below a prefix, by names that stay the same.

A name is what tells a picture in the results: its path below the folder, or its whole s3:// address.
"""

import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vedette.errors import Missing, Wrong
from vedette.manifest.places import split_s3

ENDINGS = (".jpg", ".jpeg", ".png")


@dataclass(frozen=True, slots=True)
class Share:
    """One machine's part of a batch: `number` of `count`, by a checksum of each name."""

    number: int = 1
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> "Share":
        """Read `2/5`; nothing is the whole."""
        number, _, count = text.partition("/")
        if not text:
            return cls()
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            raise Wrong(f"{text!r} is no share: say 2/5 for the second of five machines.")
        return cls(int(number), int(count))

    def holds(self, name: str) -> bool:
        """Return whether a picture is of this part."""
        return zlib.crc32(name.encode()) % self.count == self.number - 1


class PictureSource(Protocol):
    """Where the pictures of a batch are."""

    def names(self) -> Iterator[str]:
        """Yield the names of all pictures, in order."""

    def read(self, name: str) -> bytes:
        """Return a picture's bytes."""

    def place(self, name: str) -> tuple[str, str] | None:
        """Return the bucket and the key where the service can read it itself."""


class FolderPictures:
    """Pictures below a folder, whatever is nested in it; what begins with a dot is left out."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Missing(f"There is no folder {folder}.")
        self._folder = folder

    def names(self) -> Iterator[str]:
        """Yield paths below the folder, in order."""
        yield from self._below(self._folder, "", ())

    def _below(self, folder: Path, prefix: str, above: tuple[tuple[int, int], ...]) -> Iterator[str]:
        state = folder.stat()
        place = (state.st_dev, state.st_ino)
        if place in above:
            return  # a link leads back to where it lies
        # A folder's own names at a time: a million files are never listed at once.
        for entry in sorted(folder.iterdir(), key=lambda path: path.name):
            if entry.name.startswith("."):
                continue
            if not _is_text(entry.name):
                print(f"Left out: {f'{prefix}{entry.name}'!a}, whose name is not UTF-8.", file=sys.stderr)
            elif entry.is_dir():
                yield from self._below(entry, f"{prefix}{entry.name}/", (*above, place))
            elif entry.suffix.lower() in ENDINGS:
                yield f"{prefix}{entry.name}"

    def read(self, name: str) -> bytes:
        """Return a file's bytes."""
        return (self._folder / name).read_bytes()

    def place(self, name: str) -> tuple[str, str] | None:
        """Return nothing: the service cannot read files of this machine."""
        del name
        return None


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False  # no result could name it
    return True


class BucketPictures:
    """Objects below a prefix."""

    def __init__(self, s3: Any, address: str) -> None:
        self._s3 = s3
        self._bucket, _, self._prefix = address.removeprefix("s3://").partition("/")

    def names(self) -> Iterator[str]:
        """Yield addresses, in the order of their keys."""
        pages = self._s3.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix):
            for item in page.get("Contents", []):
                if item["Key"].lower().endswith(ENDINGS):
                    yield f"s3://{self._bucket}/{item['Key']}"

    def read(self, name: str) -> bytes:
        """Return an object's bytes."""
        bucket, key = split_s3(name)
        return bytes(self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())

    def place(self, name: str) -> tuple[str, str] | None:
        """Return where the object is."""
        return split_s3(name)


def open_source(source: str, s3: Any) -> PictureSource:
    """Return the pictures of a folder or of an s3:// prefix."""
    return BucketPictures(s3, source) if source.startswith("s3://") else FolderPictures(Path(source))
