"""Bitmaps of plain bytes resized in two halves at once, to the very pixels that one call of Pillow gives.

A half needs its own rows of the bitmap and a few beside them, so that both are unpacked and resized apart.
Pillow chooses by the size whether rows or columns come first, and counts places in 32-bit floats: for some
sizes halves differ from the whole by one in some pixels. So each size is tried on noise once, and is halved
only if not one pixel differs.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

# As vision/images.py resizes: halved first, down to twice the size wanted.
REDUCING_GAP = 2.0
# A half of fewer rows is not worth another thread.
LEAST_ROWS = 32


class Spread(Protocol):
    """What does several pieces of work, in turn or at once, and returns their results in order."""

    def __call__(self, works: Sequence[Callable[[], Any]]) -> list[Any]:
        """Do the works."""


def in_turn(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do one work after the other."""
    return [work() for work in works]


def resize_bitmap(pixels: Pixels, size: tuple[int, int], spread: Spread = in_turn) -> Pixels:
    """Return a bitmap (height × width × RGB) at another size (height, width)."""
    rows, columns, _ = pixels.shape
    if (rows, columns) == size:
        return pixels
    seam = proven_seam(rows, columns, size)
    return _in_parts(pixels, size, [(0, seam), (seam, size[0])] if seam else [(0, size[0])], spread)


@lru_cache(maxsize=256)
def proven_seam(rows: int, columns: int, size: tuple[int, int]) -> int:
    """Return at which row of the result bitmaps of a size can be halved; 0 where they cannot."""
    seam = _seam(rows, _factor(rows, size[0]), size[0])
    if not seam:
        return 0
    noise = np.frombuffer(np.random.default_rng(0).bytes(3 * rows * columns), np.uint8)
    noise = noise.reshape(rows, columns, 3)
    whole = _in_parts(noise, size, [(0, size[0])], in_turn)
    halves = _in_parts(noise, size, [(0, seam), (seam, size[0])], in_turn)
    return seam if np.array_equal(whole, halves) else 0


def _in_parts(
    pixels: Pixels, size: tuple[int, int], parts: Sequence[tuple[int, int]], spread: Spread
) -> Pixels:
    result = np.empty((*size, 3), np.uint8)

    def fill(first: int, last: int) -> None:
        result[first:last] = _resized_rows(pixels, size, (first, last))

    spread([partial(fill, *ends) for ends in parts])
    return result


def _seam(rows: int, factor: int, height: int) -> int:
    """Return the row nearest to the middle that begins at a whole row of the bitmap; 0 if none is near."""
    if rows % factor:
        return 0
    step = height // math.gcd(rows // factor, height)
    seam = max(1, round(height / 2 / step)) * step
    return seam if LEAST_ROWS <= seam <= height - LEAST_ROWS else 0


def _resized_rows(pixels: Pixels, size: tuple[int, int], row_range: tuple[int, int]) -> Pixels:
    """Return the rows from `row_range[0]` to `row_range[1]` of the bitmap at another size."""
    (height, width), (rows, columns) = size, pixels.shape[:2]
    factor = (_factor(columns, width), _factor(rows, height))
    # From here on rows are counted in the reduced bitmap.
    reduced = rows / factor[1]
    top, bottom = row_range[0] * reduced / height, row_range[1] * reduced / height
    reach = math.ceil(max(1.0, reduced / height)) + 1  # of the bilinear filter, and a row for what is rounded
    first, last = max(0, math.floor(top) - reach), math.ceil(bottom) + reach
    image = _picture(pixels[first * factor[1] : last * factor[1]])
    if factor != (1, 1):
        image = image.reduce(factor)
    box = (0.0, top - first, columns / factor[0], bottom - first)
    small = image.resize((width, row_range[1] - row_range[0]), Image.Resampling.BILINEAR, box=box)
    return np.asarray(small)


def _factor(side: int, target: int) -> int:
    """Return by what a side is reduced before it is resized, as Pillow chooses it."""
    return int(side / target / REDUCING_GAP) or 1


def _picture(pixels: Pixels) -> Image.Image:
    height, width, _ = pixels.shape
    return Image.frombuffer("RGB", (width, height), pixels, "raw", "RGB", 0, 1)
