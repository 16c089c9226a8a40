"""What a JPEG or a PNG says of itself, read before any decoder sees it, and held to what it may cost.

    lean_picture  the file as a decoder needs it: without profiles, texts, thumbnails and other frames
    lean_head     the same up to the first pixels, for who wants its size and how it lies
    refuse_costly the check alone

A decoder believes what it reads. A progressive JPEG of 4 MiB can hold 124,000 scans of a large picture,
which decode for ten minutes; a file can be nothing but tiny segments, or texts that unpack to gigabytes.
What is counted here is counted without decoding anything. Nothing here knows Pillow.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from vedette.vision.exif import EXIF, read_orientation

JPEG_START, PNG_START = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"

# Segments before the first scan. An ICC profile may have 255 of 64 KB and a depth map of a phone's camera
# some hundred; Pillow takes about 2 µs for each.
MOST_SEGMENTS = 4096
# Encoders write data in chunks of 4 KiB and more, so that 65,536 hold 256 MB.
MOST_CHUNKS = 65_536
# Visits of a block by a scan, at 41 ns each 1.4 s (docs/experiments.md, 2026-11-28). A picture of
# 4096 × 4096 in three full colours has 786,432 blocks, and the usual script of ten scans visits 3.7 million.
MOST_VISITS = 1 << 25
# What a segment costs besides: tables are built again, and here a step is taken in Python.
_SEGMENT_VISITS = 1024
# What a visit costs an arithmetic decoder beside Huffman's: 2.65 s beside 0.99 s for 70 scans.
_ARITHMETIC = 3
# Lossless JPEG has no blocks; a sample costs about a sixteenth of one.
_SAMPLES = 4
# The most that one segment of a JPEG can hold, so that EXIF of a PNG need not be more.
MOST_ABOUT = 65_533
# Of a file, what is read at first for its head alone.
HEAD_BYTES = 1 << 18

_SOI, _EOI, _SOS, _DHT, _DAC, _TEM = 0xD8, 0xD9, 0xDA, 0xC4, 0xCC, 0x01
_APP0, _APP1, _ADOBE, _DQT, _DRI = 0xE0, 0xE1, 0xEE, 0xDB, 0xDD
_MARKS = {_APP0, _ADOBE}
_FRAMES = {*range(0xC0, 0xD0)} - {_DHT, _DAC, 0xC8}
_ARITHMETIC_FRAMES, _LOSSLESS_FRAMES = {*range(0xC9, 0xD0)}, {0xC3, 0xC7, 0xCB, 0xCF}
_NEEDED = {*_FRAMES, _DHT, _DAC, _DQT, _DRI, _APP0, _ADOBE}
# Markers that have no length behind them, by the standard and in how decoders read them.
_BARE = {_SOI, _EOI, *range(0xD0, 0xD8), *range(0x01, 0xC0), 0xC8, *range(0xF0, 0xFE)}
# What a plain JPEG does not have: a second beginning, an unusual code.
_PLAIN_FRAMES = {0xC0, 0xC1, 0xC2}
_SPECIAL = {_SOI, _EOI, _DAC, *(_FRAMES - _PLAIN_FRAMES)}
# More pixels are for the decoder to refuse.
_MOST_PLAIN = 8192 * 8192
_ABOUT = (b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0")
# A marker within or behind what is coded: not an escaped 255, padding, or a restart.
_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")

_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
# How a picture lies is told in one of these, and nothing else that is wanted.
_TEXTS = (b"XML:com.adobe.xmp\0", b"Raw profile type exif\0")


class CostlyPicture(OSError):
    """A file that would cost more to decode than a picture may; says what of it."""


class TruncatedHead(ValueError):
    """A beginning of a file that ends before its pixels begin."""


def lean_picture(data: bytes) -> list[memoryview] | None:
    """Return the parts of a JPEG or PNG that a decoder needs, in order; None for every other file.

    Raises:
        CostlyPicture: when it is built to keep a decoder busy.
    """
    if data.startswith(JPEG_START):
        head = _read_jpeg(data)
        head.weigh(data)
        return [*head.parts, memoryview(data)[head.at :]]
    if data.startswith(PNG_START):
        return list(_read_png(data, to_end=True))
    return None


def refuse_costly(data: bytes) -> None:
    """Refuse a file that is built to keep a decoder busy.

    Raises:
        CostlyPicture: when it is.
    """
    if data.startswith(JPEG_START):
        _read_jpeg(data).weigh(data)
    elif data.startswith(PNG_START):
        for _ in _read_png(data, to_end=True):
            pass


def plain_jpeg(data: bytes) -> tuple[int, int, int] | None:
    """Refuse a file as `refuse_costly` does; return a plain JPEG's width, height and orientation, or None.

    Plain is what any decoder opens and understands in one way: most pictures are, and to open their heads
    cost more than everything else that is asked of them before they are decoded.

    Raises:
        CostlyPicture: when it is built to keep a decoder busy.
    """
    if not data.startswith(JPEG_START):
        refuse_costly(data)
        return None
    head = _read_jpeg(data)
    head.weigh(data)
    return _plain_head(head, data)


def lean_head(data: bytes, *, is_whole: bool = True) -> list[memoryview] | None:
    """Return the parts that stand before the pixels; None for a file of another kind.

    Raises:
        CostlyPicture: when its head alone keeps a reader busy.
        TruncatedHead: when it is not whole and the pixels begin later.
    """
    if data.startswith(JPEG_START):
        head = _read_jpeg(data)
        if head.at >= len(data) and not is_whole:
            raise TruncatedHead("no scan so far")
        return [*head.parts, memoryview(data)[head.at : head.at + MOST_ABOUT]]
    if data.startswith(PNG_START):
        parts = list(_read_png(data, to_end=False))
        if not is_whole and not (parts and bytes(parts[-1][4:8]) == b"IDAT"):
            raise TruncatedHead("no data so far")
        return parts
    return None


# JPEG


def is_arithmetic(part: memoryview) -> bool:
    """Say whether a part of a JPEG is the head of a frame in an arithmetic code."""
    return len(part) > 1 and part[0] == 0xFF and part[1] in _ARITHMETIC_FRAMES


@dataclass(slots=True)
class _JpegHead:
    """What stands before the first scan: the segments that are needed, and how many blocks there are."""

    parts: list[memoryview] = field(default_factory=list)
    at: int = 0
    # Of every component its blocks, weighed by what decoding one costs beside Huffman's code; of two
    # components with one name only the last, so `components` says how many there are.
    blocks: dict[int, int] = field(default_factory=dict)
    components: int = 0
    is_progressive: bool = False

    def weigh(self, data: bytes) -> None:
        """Refuse more scans over more blocks than a picture may have."""
        visits, at = 0, self.at
        while at + 4 < len(data) and data[at + 1] != _EOI:
            marker = data[at + 1]
            if marker == _SOS:
                count = data[at + 4]
                if at == self.at and count >= self.components and not self.is_progressive:
                    return  # the only scan: a decoder reads none behind it
                visits += self._visits(data[at + 5 : at + 5 + 2 * count : 2])
            visits += _SEGMENT_VISITS
            if visits > MOST_VISITS:
                raise CostlyPicture("its scans go over the picture too often")
            at += 2 if marker in _BARE else 2 + int.from_bytes(data[at + 2 : at + 4])
            following = _MARKER.search(data, at)
            if following is None:
                return
            at = following.start()

    def _visits(self, names: bytes) -> int:
        """Return how many blocks a scan of these components goes over; all where names do not tell."""
        if len(self.blocks) == self.components and set(names) <= set(self.blocks):
            return sum(self.blocks[name] for name in names)
        return max(self.blocks.values(), default=0) * self.components


def _read_jpeg(data: bytes) -> _JpegHead:
    head = _JpegHead([memoryview(data)[:2]])
    about = set(_ABOUT)
    for marker, at, end in _segments(data):
        if marker == _SOS:
            head.at = at
            return head
        if marker == _APP1:
            kind = next((start for start in about if data.startswith(start, at + 4, end)), None)
            if kind is None:
                continue
            about.remove(kind)
        elif marker not in _NEEDED and marker not in (_SOI, _EOI):
            continue
        elif marker in _MARKS and not _is_sound(marker, data[at + 4 : end]):
            continue  # browsers and libjpeg pass over it; Pillow alone would refuse the whole picture
        head.parts.append(memoryview(data)[at:end])
        if marker in _FRAMES:
            head.is_progressive = marker in (0xC2, 0xC6, 0xCA, 0xCE)
            head.blocks = _blocks(marker, data[at + 4 : end])
            head.components = data[at + 9] if at + 9 < len(data) else 0
    head.at = len(data)
    return head


def _plain_head(head: _JpegHead, data: bytes) -> tuple[int, int, int] | None:
    """Return size and orientation of a JPEG whose segments are all as a decoder wants them."""
    segments = [(part[1], bytes(part[4:])) for part in head.parts[1:] if _is_whole(part)]
    scan = memoryview(data)[head.at :]
    if len(segments) + 1 < len(head.parts) or len(scan) < 4 or not _is_whole(scan[: _length_of(scan)]):
        return None
    if any(marker in _SPECIAL or not _is_sound(marker, body) for marker, body in segments):
        return None
    frames = [body for marker, body in segments if marker in _PLAIN_FRAMES]
    if len(frames) != 1 or len(frames[0]) < 6:
        return None
    precision, height, width, components = struct.unpack(">BHHB", frames[0][:6])
    is_usual = precision == 8 and components in (1, 3, 4) and len(frames[0]) == 6 + 3 * components
    orientation = _orientation([body for marker, body in segments if marker == _APP1])
    if orientation is None or not is_usual or not 0 < width * height <= _MOST_PLAIN:
        return None
    return width, height, orientation


def _orientation(about: list[bytes]) -> int | None:
    """Return what the segments that may tell it say; None for what only a decoder may judge."""
    if not about:
        return 1
    return read_orientation(about[0]) if len(about) == 1 and about[0].startswith(EXIF) else None


def _length_of(segment: memoryview) -> int:
    return 2 + int.from_bytes(segment[2:4])


def _is_whole(segment: memoryview) -> bool:
    """Say whether a segment has a length, and is as long as that."""
    return len(segment) >= 4 and len(segment) == _length_of(segment)


def _is_sound(marker: int, body: bytes) -> bool:
    """Say whether a decoder takes a segment: tables that are whole, and marks of their least length."""
    if marker == _DQT:
        at = 0
        while at < len(body):
            at += 1 + (64 if body[at] < 16 else 128)
        return at == len(body)
    is_mark = body.startswith((b"JFIF", b"Adobe"))
    return not is_mark or len(body) >= 7


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, start and end of what stands before the first scan, and the scan's own head."""
    at = 2
    for _ in range(MOST_SEGMENTS):
        following = _MARKER.search(data, at)
        if following is None:
            return
        at, marker = following.start(), data[following.start() + 1]
        end = at + 2 if marker in _BARE else at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4]))
        yield marker, at, end
        if marker == _SOS:
            return
        at = end
    raise CostlyPicture(f"it has more than {MOST_SEGMENTS:,} segments before its pixels")


def _blocks(marker: int, frame: bytes) -> dict[int, int]:
    """Return how many blocks each component has; nothing for a frame that is damaged."""
    if len(frame) < 6 or len(frame) < 6 + 3 * frame[5]:
        return {}
    height, width = struct.unpack(">HH", frame[1:5])
    parts = [frame[6 + 3 * n : 9 + 3 * n] for n in range(frame[5])]
    shares = {part[0]: (max(1, part[1] >> 4), max(1, part[1] & 15)) for part in parts}
    across = max((share[0] for share in shares.values()), default=1)
    down = max((share[1] for share in shares.values()), default=1)
    side = _SAMPLES if marker in _LOSSLESS_FRAMES else 8
    weight = _ARITHMETIC if marker in _ARITHMETIC_FRAMES else 1
    return {
        number: weight * -(-width * h // (across * side)) * -(-height * v // (down * side))
        for number, (h, v) in shares.items()
    }


# PNG


def _read_png(data: bytes, *, to_end: bool) -> Iterator[memoryview]:
    """Yield the start and the chunks that are needed; without `to_end` no data but its beginning."""
    view, at = memoryview(data), len(PNG_START)
    yield view[:at]
    about = {b"eXIf", *_TEXTS}
    for _ in range(MOST_CHUNKS):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + size
        if kind == b"IDAT" and not to_end:
            yield view[at : min(end, at + MOST_ABOUT)]
            return
        if kind == b"IDAT":
            about.clear()  # only what stands before the pixels counts
        chunk = _about(data, at, kind) if size <= MOST_ABOUT else None
        if kind in _CHUNKS or chunk in about:
            about.discard(chunk or b"")
            yield view[at:end]
        if kind == b"IEND":
            return
        at = end
    raise CostlyPicture(f"it has more than {MOST_CHUNKS:,} chunks")


def _about(data: bytes, at: int, kind: bytes) -> bytes | None:
    """Return which of those chunks this is that may tell how the picture lies."""
    if kind in (b"iTXt", b"zTXt", b"tEXt"):
        return next((text for text in _TEXTS if data.startswith(text, at + 8)), None)
    return kind
