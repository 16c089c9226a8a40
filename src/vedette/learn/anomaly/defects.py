"""Defects drawn onto normal pictures: to choose a recipe by where nobody has an anomaly to show.

They are never trained on as if they were real; they only tell which resolution sees small changes.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

Pixels = npt.NDArray[np.uint8]


def spoil(pixels: Pixels, rng: np.random.Generator, *, scale: float = 1.0) -> Pixels:
    """Return the picture with one defect: a patch from elsewhere, a scratch, or a stain.

    With `scale` below one the defect is that much smaller: it is drawn into a window of that size.
    """
    if scale < 1:
        height, width = (max(32, int(side * scale)) for side in pixels.shape[:2])
        top, left = (
            int(rng.integers(0, most)) for most in np.subtract(pixels.shape[:2], (height, width)) + 1
        )
        spoilt = pixels.copy()
        window = spoil(pixels[top : top + height, left : left + width], rng)
        spoilt[top : top + height, left : left + width] = window
        return spoilt
    kind = int(rng.integers(3))
    if kind == 0:
        return _moved(pixels, rng)
    return _blended(pixels, _scratch(pixels, rng) if kind == 1 else _stain(pixels, rng), rng)


def _moved(pixels: Pixels, rng: np.random.Generator) -> Pixels:
    """Copy a small rectangle to another place, turned."""
    height, width = pixels.shape[:2]
    h, w = (max(4, int(side * rng.uniform(0.04, 0.15))) for side in (height, width))
    y, x, to_y, to_x = (int(rng.integers(0, most)) for most in (height - h, width - w) * 2)
    patch = pixels[y : y + h, x : x + w][::-1, ::-1]
    spoilt = pixels.copy()
    spoilt[to_y : to_y + h, to_x : to_x + w] = patch
    return spoilt


def _scratch(pixels: Pixels, rng: np.random.Generator) -> Image.Image:
    height, width = pixels.shape[:2]
    mask = Image.new("L", (width, height), 0)
    at = rng.uniform(0.15, 0.85, 2)
    points = [tuple(at * (width, height))]
    direction = rng.uniform(0, 2 * np.pi)
    for _ in range(6):
        direction += rng.normal(0, 0.4)
        at = at + 0.03 * np.array([np.cos(direction), np.sin(direction)])
        points.append(tuple(at * (width, height)))
    ImageDraw.Draw(mask).line(points, fill=255, width=max(2, round(width * rng.uniform(0.006, 0.015))))
    return mask.filter(ImageFilter.GaussianBlur(width / 400))


def _stain(pixels: Pixels, rng: np.random.Generator) -> Image.Image:
    height, width = pixels.shape[:2]
    mask = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(mask)
    at = rng.uniform(0.15, 0.85, 2) * (width, height)
    for _ in range(5):
        radius = width * rng.uniform(0.01, 0.035)
        x, y = at + rng.normal(0, 0.015, 2) * width
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(width / 200))


def _blended(pixels: Pixels, mask: Image.Image, rng: np.random.Generator) -> Pixels:
    """Change the brightness and a little of the colour under the mask."""
    share = np.asarray(mask, np.float32)[..., None] / 255.0
    change = rng.choice([-1.0, 1.0]) * rng.uniform(45, 110) + rng.normal(0, 20, 3)
    spoilt: Pixels = np.clip(pixels + share * change, 0, 255).astype(np.uint8)
    return spoilt
