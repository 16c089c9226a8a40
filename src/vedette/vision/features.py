"""What a picture looks like in some forty numbers, cheaply: light, colour, sharpness, texture and layout.

Each number has a name that people understand, so that a difference can be said ("darker than in training").
They compare many pictures with many, by ranks: their scales mean nothing. No network, no learning.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# Light and colour are seen as well on a small picture; sharpness is not, and is looked at as it was taken.
SMALL = 64
CROP = 128
CROPS = ((0.5, 0.5), (0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75))
GRID = 3
ANGLES = 4
# Of a picture of one colour no logarithm is taken.
_LEAST = 1e-6

Plane = NDArray[np.floating[Any]]

NAMES: tuple[str, ...] = (
    "brightness",
    "contrast",
    "shadows",
    "highlights",
    "saturation",
    "color_red",
    "color_blue",
    "color_spread_red",
    "color_spread_blue",
    "sharpness",
    "sharpness_coarse",
    "texture",
    "texture_coarse",
    "noise",
    "shape",
    "size",
    *(f"direction_{number}" for number in range(ANGLES)),
    *(f"layout_{row}_{column}" for row in range(GRID) for column in range(GRID)),
)


def measure_features(picture: Image.Image) -> Mapping[str, float]:
    """Return the numbers of a picture."""
    width, height = picture.size
    rgb = picture.convert("RGB")
    small = np.asarray(rgb.resize((SMALL, SMALL), Image.Resampling.BOX), np.float32) / 255
    values = [*_light(small), *_sharpness(rgb, small)]
    values += [float(np.log(width / height)), float(np.log(width * height))]
    light = small.mean(axis=2)
    values += [*_directions(light), *_layout(light)]
    return dict(zip(NAMES, values, strict=True))


def _light(small: Plane) -> list[float]:
    light = small.mean(axis=2)
    spread = small.max(axis=2) - small.min(axis=2)
    red, blue = small[..., 0] - small[..., 1], small[..., 2] - small[..., 1]
    low, high = np.percentile(light, (5, 95))
    return [
        float(value)
        for value in (
            light.mean(), light.std(), low, high, spread.mean(),
            red.mean(), blue.mean(), red.std(), blue.std(),
        )
    ]  # fmt: skip


def _sharpness(rgb: Image.Image, small: Plane) -> list[float]:
    """Return how much fine detail there is, held against coarser detail: light changes neither."""
    crops = [np.asarray(crop.convert("L"), np.float32) / 255 for crop in _crops(rgb)]
    fine = float(np.mean([_laplacian(crop) for crop in crops]))
    # Every second point of the same crops: what a slight blur leaves.
    middle = float(np.mean([_laplacian(_halved(crop)) for crop in crops]))
    slope = float(np.mean([_gradient(crop) for crop in crops]))
    light = small.mean(axis=2)
    coarse = _laplacian(light)
    ratios = (fine / (middle + _LEAST), middle / (coarse + _LEAST))
    return [
        *(float(np.log(ratio + _LEAST)) for ratio in ratios),
        float(np.log(slope + _LEAST)),
        float(np.log(_gradient(light) + _LEAST)),
        float(np.log(fine + _LEAST)),
    ]


def _crops(rgb: Image.Image) -> list[Image.Image]:
    width, height = rgb.size
    side = min(CROP, width, height)
    crops = []
    for across, down in CROPS:
        left, top = int((width - side) * across), int((height - side) * down)
        crops.append(rgb.crop((left, top, left + side, top + side)))
    return crops


def _halved(plane: Plane) -> Plane:
    even = plane[: plane.shape[0] // 2 * 2, : plane.shape[1] // 2 * 2]
    halved: Plane = (even[::2, ::2] + even[1::2, ::2] + even[::2, 1::2] + even[1::2, 1::2]) / 4
    return halved


def _laplacian(plane: Plane) -> float:
    """Return the mean absolute Laplacian."""
    inner = 4 * plane[1:-1, 1:-1] - plane[:-2, 1:-1] - plane[2:, 1:-1] - plane[1:-1, :-2] - plane[1:-1, 2:]
    return float(np.abs(inner).mean()) if inner.size else 0.0


def _gradient(plane: Plane) -> float:
    return float(np.abs(np.diff(plane, axis=0)).mean() + np.abs(np.diff(plane, axis=1)).mean())


def _directions(light: Plane) -> list[float]:
    """Return how much of all edges runs in each of four directions."""
    down, across = np.gradient(light)
    strength = np.hypot(down, across)
    angle = np.floor((np.arctan2(down, across) % np.pi) / (np.pi / ANGLES)).astype(int) % ANGLES
    sums = np.bincount(angle.ravel(), strength.ravel(), minlength=ANGLES)
    return [float(value) for value in sums / (sums.sum() + _LEAST)]


def _layout(light: Plane) -> list[float]:
    """Return how light each ninth of the picture is, held against the whole."""
    mean = float(light.mean())
    rows = np.array_split(light, GRID, axis=0)
    return [float(part.mean()) - mean for row in rows for part in np.array_split(row, GRID, axis=1)]
