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


def encoded(image: Image.Image, form: str = "PNG", **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **how)
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
