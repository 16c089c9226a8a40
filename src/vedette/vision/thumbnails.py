"""A small WebP of a picture, as a list of many shows it."""

import io
from pathlib import Path

from PIL import Image

from vedette.vision.images import decode

# A JPEG is then decoded at a fraction of its size; quality 75 of a photograph of 256 pixels is about 8 KB.
SIDES = (64, 128, 256, 512)
QUALITY = 75


def draw_thumbnail(source: bytes | Path, side: int) -> bytes:
    """Return the picture with its longer side at most `side`, upright, on white, as WebP.

    Raises:
        BrokenPicture: when it cannot be read.
    """
    image, (height, width) = decode(source, enough_for=(side, side), name="the picture")
    shrink = min(1.0, side / max(height, width))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=QUALITY, method=2)
    return out.getvalue()
