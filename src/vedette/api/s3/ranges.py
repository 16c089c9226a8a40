"""The part of an object that a Range header or a part number asks for."""

import re
from dataclasses import dataclass

from vedette.api.s3.faults import S3Fault
from vedette.store.blobs.values import Blob
from vedette.wire.scalars import read_count

MOST_PARTS = 10_000
_RANGE = re.compile(r"bytes=([0-9]{0,19})-([0-9]{0,19})")


@dataclass(frozen=True, slots=True)
class ByteSpan:
    """Bytes from `start` on, so many; `is_part` when they are not asked for as the whole."""

    start: int
    length: int
    is_part: bool


def read_range(header: str, size: int) -> ByteSpan:
    """Return what a Range header asks for; one that is not understood asks for everything."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or not (match[1] or match[2]):
        return ByteSpan(0, size, is_part=False)
    if not match[1]:
        length = min(int(match[2]), size)
        start, end = size - length, size - 1
    else:
        start = int(match[1])
        end = min(int(match[2]), size - 1) if match[2] else size - 1
        if match[2] and int(match[2]) < start:
            return ByteSpan(0, size, is_part=False)
    if start > end:
        raise _unsatisfiable(header, size)
    return ByteSpan(start, end - start + 1, is_part=True)


def read_number_of_part(text: str) -> int:
    """Return the number that a part can have."""
    try:
        return read_count(text, least=1, most=MOST_PARTS)
    except ValueError:
        raise S3Fault(
            "InvalidArgument", f"Part number must be an integer between 1 and {MOST_PARTS}, inclusive"
        ) from None


def read_part_number(text: str, blob: Blob) -> ByteSpan:
    """Return the bytes of one part of an object that was uploaded in parts."""
    number, parts = read_number_of_part(text), blob.about.parts
    if number > max(1, len(parts)):
        raise S3Fault("InvalidPart", "The requested part number is not satisfiable")
    if not parts:
        return ByteSpan(0, blob.size, is_part=True)
    start = sum(part.size for part in parts[: number - 1])
    return ByteSpan(start, parts[number - 1].size, is_part=True)


def read_copy_range(header: str, size: int) -> ByteSpan:
    """Return what `x-amz-copy-source-range` asks for; it must lie within the source."""
    match = _RANGE.fullmatch(header)
    if match is None or not (match[1] and match[2]) or int(match[2]) < int(match[1]):
        raise S3Fault(
            "InvalidArgument",
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last"
            " are the zero-based offsets of the first and last bytes to copy",
        )
    start, end = int(match[1]), int(match[2])
    if end >= size:
        raise S3Fault("InvalidRange", f"Range specified is not valid for source object of size: {size}")
    return ByteSpan(start, end - start + 1, is_part=True)


def _unsatisfiable(header: str, size: int) -> S3Fault:
    return S3Fault(
        "InvalidRange",
        "The requested range is not satisfiable",
        members={"RangeRequested": header, "ActualObjectSize": str(size)},
        headers=[("content-range", f"bytes */{size}")],
    )
