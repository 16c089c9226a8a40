"""POSIX shared memory of clients: read and written as the files that they are, never mapped, never unlinked.

A client that shrinks a segment under a mapping ends whoever reads it (SIGBUS); `pread` only comes back
short. A segment is opened anew for each picture, so that one that grew, or was made again, is read as it is.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vedette.errors import NoSpace, Wrong
from vedette.vision.images import Pixels

# Where Linux keeps them (shm_open(3)).
FOLDER = Path("/dev/shm")  # noqa: S108  (that is no temporary folder)
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class SegmentPart:
    """A part of a segment: the name that shm_open takes, and which bytes."""

    name: str
    size: int
    offset: int = 0


def read_segment(part: SegmentPart, folder: Path = FOLDER) -> Pixels:
    """Return the bytes of a part; refuse a segment that is not there, or ends before the part does."""
    pixels = np.empty(part.size, np.uint8)
    rest = pixels.data
    with _opened(part, folder, os.O_RDONLY) as number:
        position = part.offset
        while rest:
            count = os.preadv(number, [rest], position)
            if not count:  # shortened since it was opened
                raise _short(part, os.fstat(number).st_size)
            rest, position = rest[count:], position + count
    return pixels


def write_segment(part: SegmentPart, content: bytes | memoryview, folder: Path = FOLDER) -> None:
    """Write into a part, which has to be in the segment already."""
    rest = memoryview(content)
    with _opened(part, folder, os.O_RDWR) as number:
        position = part.offset
        try:
            while rest:
                count = os.pwrite(number, rest, position)
                rest, position = rest[count:], position + count
        except OSError as error:
            raise NoSpace(f"The mask cannot be written: {error.strerror}.", kind="segment") from error


@contextmanager
def _opened(part: SegmentPart, folder: Path, access: int) -> Iterator[int]:
    name = part.name.removeprefix("/")
    if not name or "/" in name or "\0" in name or name in (".", "..") or len(name.encode()) > LONGEST_NAME:
        raise Wrong(f"{part.name[:80]!r} is no name of a shared memory segment.", kind="segment")
    try:
        number = os.open(folder / name, access | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Wrong(f"There is no shared memory segment {part.name}.", kind="segment") from None
    except OSError as error:
        raise Wrong(
            f"The shared memory segment {part.name} cannot be opened: {error.strerror}.", kind="segment"
        ) from error
    try:
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            raise Wrong(f"{part.name} is no shared memory segment.", kind="segment")
        if part.offset + part.size > about.st_size:
            raise _short(part, about.st_size)
        yield number
    finally:
        os.close(number)


def _short(part: SegmentPart, size: int) -> Wrong:
    return Wrong(
        f"The shared memory segment {part.name} has {size:,} bytes; "
        f"{part.size:,} from byte {part.offset:,} on are not in it.",
        kind="segment",
    )
