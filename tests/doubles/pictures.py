"""Pictures as bytes, sound and spoilt, for what looks at them."""

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image


def a_scene(width: int = 200, height: int = 120, seed: int = 0) -> Image.Image:
    """A picture of soft blots, another for every seed."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def a_png(width: int = 200, height: int = 120, seed: int = 0) -> bytes:
    return encoded(a_scene(width, height, seed))


def a_jpeg(width: int = 200, height: int = 120, seed: int = 0, quality: int = 90) -> bytes:
    return encoded(a_scene(width, height, seed), "JPEG", quality=quality)


def a_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims billions of pixels."""
    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND")
    )


def _chunk(name: bytes, data: bytes = b"") -> bytes:
    return struct.pack("!I", len(data)) + name + data + struct.pack("!I", zlib.crc32(name + data))


def a_scan_bomb(side: int = 4096, scans: int = 20_000) -> bytes:
    """A progressive JPEG whose last scan, 33 bytes for 4096 × 4096, is there so many times."""
    plain = encoded(Image.new("L", (side, side)), "JPEG", progressive=True, quality=10)
    scan = plain[plain.rindex(b"\xff\xda") : -2]
    return plain[:-2] + scan * scans + plain[-2:]


def with_segments(jpeg: bytes, *segments: tuple[int, bytes]) -> bytes:
    """The JPEG with more segments (marker, content) behind its start."""
    parts = [bytes((0xFF, marker)) + struct.pack("!H", len(data) + 2) + data for marker, data in segments]
    return jpeg[:2] + b"".join(parts) + jpeg[2:]


def with_chunks(png: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """The PNG with more chunks (name, content) before its data."""
    at = png.index(b"IDAT") - 4
    return png[:at] + b"".join(_chunk(name, data) for name, data in chunks) + png[at:]
