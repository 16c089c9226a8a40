"""Image files: which there are, and the only way from one to a decoder.

Every file is made lean first (heads.py) or read by a meter, so that none keeps a decoder busy. Nothing here
decodes a pixel or writes a file.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image

from vedette.file_access import open_file
from vedette.vision.heads import (
    HEAD_BYTES,
    JPEG_START,
    PNG_START,
    CostlyPicture,
    TruncatedHead,
    is_arithmetic,
    lean_head,
    lean_picture,
)

# What a camera, a phone or a scanner writes; every other decoder of Pillow stays shut.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF")
SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
# What Pillow's decoders raise on damaged files; the warning where a program makes errors of warnings.
DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    struct.error,
    zlib.error,
    UserWarning,
)
BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@contextmanager
def open_image(source: Path | str | bytes, *, formats: tuple[str, ...] = FORMATS) -> Iterator[Image.Image]:
    """Yield the picture as Pillow opens it, its pixels still to be loaded; the only way to a decoder.

    Raises:
        Exception: one of DAMAGE and BOMB, among them CostlyPicture for what is built to keep a decoder busy.
    """
    with _opened(source) as file:
        start = file.read(len(PNG_START))
        file.seek(0)
        parts = lean_picture(file.read()) if start.startswith((JPEG_START, PNG_START)) else None
        with Image.open(_lean(parts, file), formats=formats) as image:
            if parts and any(is_arithmetic(part) for part in parts):
                # That decoder cannot wait for more; Pillow would give it 64 KB.
                image.decodermaxblock = sum(map(len, parts))
            yield image


@contextmanager
def open_head(source: Path | str | bytes, *, formats: tuple[str, ...] = FORMATS) -> Iterator[Image.Image]:
    """Yield the picture for its size and how it lies, by its head; its pixels are not there to be loaded.

    Raises:
        Exception: one of DAMAGE and BOMB.
    """
    with _opened(source) as file:
        start = file.read(HEAD_BYTES)
        try:
            parts = lean_head(start, is_whole=len(start) < HEAD_BYTES)
        except TruncatedHead:
            parts = lean_head(start + file.read())
        file.seek(0)
        with Image.open(_lean(parts, file), formats=formats) as image:
            yield image


class MeteredFile(io.RawIOBase):
    """A file that a decoder may read so often and no more: loops in a file end here.

    What is no JPEG and no PNG has no head that is read beforehand.
    """

    # Rows that are stored singly are read singly: 8,192 of them, some times.
    MOST_READS = 100_000
    # A file is read once, parts of it twice; its tags may all point to the same place.
    MOST_TIMES = 4

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        file.seek(0, io.SEEK_END)
        self._bytes = self.MOST_TIMES * file.tell() + HEAD_BYTES
        self._reads = self.MOST_READS
        file.seek(0)

    def read(self, size: int | None = -1) -> bytes:
        """Read on."""
        data = self._file.read(-1 if size is None else size)
        self._reads -= 1
        self._bytes -= len(data)
        if self._reads < 0 or self._bytes < 0:
            raise CostlyPicture("it has too many parts")
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Say where it is."""
        return self._file.tell()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that one can go to places in it."""
        return True


def content_hash(source: Path | bytes) -> str:
    """Return the SHA-256 of the file's bytes: two files with one hash are copies of one picture."""
    if isinstance(source, bytes):
        return hashlib.sha256(source).hexdigest()
    with open_file(source) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pictures_in(folder: Path) -> Iterator[Path]:
    """Yield the pictures below a folder by their names' endings, in order, hidden ones aside."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix.lower() in SUFFIXES and not hidden and path.is_file():
            yield path


def _opened(source: Path | str | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else open_file(Path(source))


def _lean(parts: Sequence[memoryview] | None, file: BinaryIO) -> BinaryIO:
    return io.BytesIO(b"".join(parts)) if parts else cast("BinaryIO", MeteredFile(file))
