"""A bitmap of the wire: its size, and how its bytes become a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vedette.errors import Wrong
from vedette.vision.draw import color_of

# Both services' bounds of a picture's side.
LEAST_SIDE, MOST_SIDE = 64, 4096
CHANNELS = 3
WHITE = b"\xff"


@dataclass(frozen=True, slots=True)
class Raster:
    """The size of a bitmap."""

    width: int
    height: int

    @property
    def size(self) -> int:
        """Its bytes; a mask of the picture has as many."""
        return self.width * self.height * CHANNELS


def raster_of(width: int, height: int, size: int) -> Raster:
    """Return the raster of a bitmap that has so many bytes; refuse a size that does not match."""
    if not (LEAST_SIDE <= width <= MOST_SIDE and LEAST_SIDE <= height <= MOST_SIDE):
        raise Wrong(
            f"A bitmap has {LEAST_SIDE} to {MOST_SIDE} pixels a side, not {width} × {height}.", kind="picture"
        )
    raster = Raster(width, height)
    if size != raster.size:
        raise Wrong(
            f"A bitmap of {width} × {height} pixels has {raster.size:,} bytes "
            f"(width × height × 3), not {size:,}.",
            kind="picture",
        )
    return raster


def mask_bytes(mask: NDArray[np.uint8], labels: Sequence[str], colors: Sequence[str]) -> bytes:
    """Return a mask as the wire has it: the colour of the type of each pixel, white where there is none."""
    if not mask.any():
        return WHITE * (mask.size * CHANNELS)
    plane = Image.fromarray(mask)
    plane.putpalette(_palette(tuple(colors[: len(labels)])))
    return plane.convert("RGB").tobytes()


def colors_of(labels: Sequence[str], colors: dict[str, str]) -> list[str]:
    """Return the colour of each label, as the wire has them."""
    return [color_of(label, labels, colors).upper() for label in labels]


@cache
def _palette(colors: tuple[str, ...]) -> bytes:
    return WHITE * CHANNELS + b"".join(bytes.fromhex(color.removeprefix("#")) for color in colors)
