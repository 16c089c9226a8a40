"""A small WebP of a picture, as a list of many shows it."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from vedette.vision.images import decode

# A JPEG is then decoded at a fraction of its size; quality 75 of a photograph of 256 pixels is about 8 KB.
SIDES = (64, 96, 128, 192, 256, 384, 512)
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


def draw_mask(source: Path, side: int) -> bytes:
    """Return a mask with its longer side at most `side`, its background transparent, as WebP.

    White and black are the backgrounds that the services and their tools write.

    Raises:
        BrokenPicture: when it cannot be read.
    """
    image, (height, width) = decode(source, name="the mask")
    shrink = min(1.0, side / max(height, width))
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    small = np.asarray(image.resize(size, Image.Resampling.NEAREST).convert("RGB"))
    is_drawn = ~((small == 255).all(axis=2) | (small == 0).all(axis=2))
    pixels = np.dstack([small, np.where(is_drawn, 255, 0).astype(np.uint8)])
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", lossless=True, method=2)
    return out.getvalue()
