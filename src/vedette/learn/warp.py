"""Pictures seen from a little elsewhere: moved, scaled, turned, mirrored, in another light.

A warp says for every point of the new picture where in the old one it comes from; the same warp moves
boxes and masks, so that labels stay where they belong. What lies outside the old picture is filled.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageEnhance

Pixels = npt.NDArray[np.uint8]
Edges = npt.NDArray[np.float64]
Size = tuple[int, int]  # height, width


@dataclass(frozen=True, slots=True)
class Warp:
    """An affine map, in pixels: (x, y) of the output is (a·x + b·y + c, d·x + e·y + f) of the source."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def moved(self, right: float, down: float) -> "Warp":
        """Return the same for a source that has a margin on its left and top."""
        return Warp(self.a, self.b, self.c + right, self.d, self.e, self.f + down)

    def coarser(self, times: int) -> "Warp":
        """Return the same for an output that is so many times smaller."""
        return Warp(self.a * times, self.b * times, self.c, self.d * times, self.e * times, self.f)

    @property
    def reduction(self) -> int:
        """By how much the source may be reduced beforehand, so that shrinking does not alias."""
        across, down = math.hypot(self.a, self.d), math.hypot(self.b, self.e)
        return max(1, int(min(across, down)))

    def coefficients(self, reduction: int) -> tuple[float, ...]:
        """Return what Pillow wants, for a source that was reduced."""
        return tuple(value / reduction for value in (self.a, self.b, self.c, self.d, self.e, self.f))


def window(left: float, top: float, width: float, height: float, *, out: Size, mirrored: bool) -> Warp:
    """Return the warp that shows a rectangle of the source, which may reach beyond it."""
    across, down = width / out[1], height / out[0]
    if mirrored:
        return Warp(-across, 0.0, left + width, 0.0, down, top)
    return Warp(across, 0.0, left, 0.0, down, top)


def turned(
    source: Size,
    out: Size,
    *,
    angle: float,
    zoom: tuple[float, float],
    shift: tuple[float, float],
    mirrored: bool,
) -> Warp:
    """Return the warp that turns the picture around its middle.

    `zoom` is (across, down): 2 shows twice as much.
    """
    height, width = source
    across, down = width / out[1] * zoom[0], height / out[0] * zoom[1]
    cos, sin, hand = math.cos(angle), math.sin(angle), -1.0 if mirrored else 1.0
    a, b, d, e = cos * across * hand, -sin * down, sin * across * hand, cos * down
    middle_x, middle_y = width * (0.5 + shift[0]), height * (0.5 + shift[1])
    half_x, half_y = out[1] / 2, out[0] / 2
    return Warp(a, b, middle_x - a * half_x - b * half_y, d, e, middle_y - d * half_x - e * half_y)


def paint(image: Image.Image, warp: Warp, out: Size, *, fill: tuple[int, int, int] | int = 0) -> Image.Image:
    """Return the picture through the warp."""
    reduction = warp.reduction
    source = image.reduce(reduction) if reduction > 1 else image
    return source.transform(
        (out[1], out[0]),
        Image.Transform.AFFINE,
        warp.coefficients(reduction),
        Image.Resampling.BILINEAR,
        fillcolor=fill,
    )


def move(edges: Edges, warp: Warp, source: Size, out: Size) -> Edges:
    """Return boxes, rows of edges in shares, where the warp (one that does not turn) puts them; uncut."""
    if warp.b or warp.d:
        raise ValueError("a box that is turned is no box")
    height, width = source
    result = np.empty_like(edges)
    result[:, [0, 2]] = (edges[:, [0, 2]] * width - warp.c) / warp.a / out[1]
    result[:, [1, 3]] = (edges[:, [1, 3]] * height - warp.f) / warp.e / out[0]
    if warp.a < 0:
        result[:, [0, 2]] = result[:, [2, 0]]
    return result


def relight(image: Image.Image, rng: np.random.Generator, *, strength: float) -> Pixels:
    """Return the picture brighter or darker, flatter or harder, paler or deeper, and sometimes tinted."""
    for enhancer in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        image = enhancer(image).enhance(rng.uniform(1 - strength, 1 + strength))
    pixels = np.asarray(image)
    if rng.random() < 0.3:
        tint = rng.uniform(1 - strength / 3, 1 + strength / 3, 3)
        pixels = np.clip(pixels * tint, 0, 255).astype(np.uint8)
    return pixels


def mirrored_margin(pixels: Pixels, margin: Size) -> Pixels:
    """Return the picture continued by its own mirror image, so that turning shows no empty corner."""
    (down, across), rest = margin, ((0, 0),) * (pixels.ndim - 2)
    return np.pad(pixels, ((down, down), (across, across), *rest), "symmetric")
