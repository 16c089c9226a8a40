"""Crops of pictures at their own sharpness, drawn anew for every step.

    RegionStock   pictures, or parts of large ones, as bytes on the device that learns
    Crop          which part of a region a row of a batch shows, and in which light
    cut           a batch of crops, worked out at once on the device

Stored features (store.py) are quick and finite; a network that learns as a whole wants pixels. Nothing here
decodes a picture twice, and no step calls anything once a picture.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from vedette.learn.cores import side_by_side
from vedette.learn.recipe import RunContext
from vedette.learn.warp import Pixels

# What regions may take in memory: six hundred of 448 px.
REGION_BYTES = 384 * 1024**2
# Ways in which a crop differs from its region, as in the sketch of the second round (docs/experiments.md,
# 2026-11-28): how much larger or smaller, and its light. Turned by little, since grain has a direction.
ZOOM, TURN, CONTRAST, BRIGHTNESS = (0.77, 1.25), 0.15, 0.2, 20.0


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a region: its middle (y, x) in pixels, how many of them a pixel of the crop stands for."""

    region: int
    middle: tuple[float, float]
    zoom: float = 1.0
    angle: float = 0.0
    flips: tuple[int, int] = (1, 1)  # down, across: -1 is mirrored
    contrast: float = 1.0
    brightness: float = 0.0


@dataclass(frozen=True, slots=True)
class Region:
    """A picture, or a part of one, at the size at which a network is shown it, and what lies where [H, W]."""

    pixels: Pixels
    places: npt.NDArray[np.uint8] | None = None  # none where something else says what there is


class RegionStock:
    """Regions of one size: pixels [N, H, W, 3] and what lies where [N, H, W], as bytes on one device."""

    def __init__(self, pixels: Tensor, places: Tensor, owners: Sequence[int]) -> None:
        self.pixels, self.places, self.owners = pixels, places, list(owners)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of a region."""
        return int(self.pixels.shape[1]), int(self.pixels.shape[2])


def room_for(size: tuple[int, int]) -> int:
    """Return how many regions of a size a stock holds at most."""
    return max(1, REGION_BYTES // (4 * size[0] * size[1]))


def stock_regions(
    open_region: Callable[[int], Region], owners: Sequence[int], size: tuple[int, int], work: RunContext
) -> RegionStock:
    """Return a stock of region `number` of picture `owners[number]`; decoded side by side, moved once."""
    pixels = torch.empty(len(owners), *size, 3, dtype=torch.uint8)
    places = torch.zeros(len(owners), *size, dtype=torch.uint8)
    for number, region in enumerate(side_by_side(open_region, range(len(owners)))):
        pixels[number] = torch.from_numpy(np.ascontiguousarray(region.pixels))
        if region.places is not None:
            places[number] = torch.from_numpy(np.ascontiguousarray(region.places))
        work.tell("looking at the pictures", number + 1, len(owners))
    on_device = work.device.put([pixels, places])
    return RegionStock(on_device[0], on_device[1], owners)


def vary(
    region: int,
    middle: tuple[float, float],
    rng: np.random.Generator,
    *,
    turn: float = TURN,
    zoom: tuple[float, float] = ZOOM,
) -> Crop:
    """Return a crop around a place, varied at random."""
    return Crop(
        region,
        middle,
        zoom=math.exp(rng.uniform(math.log(zoom[0]), math.log(zoom[1]))),
        angle=float(rng.uniform(-turn, turn)),
        flips=(int(rng.choice([-1, 1])), int(rng.choice([-1, 1]))),
        contrast=float(rng.uniform(1 - CONTRAST, 1 + CONTRAST)),
        brightness=float(rng.uniform(-BRIGHTNESS, BRIGHTNESS)),
    )


def held_inside(
    middle: tuple[float, float], region: tuple[int, int], out: tuple[int, int]
) -> tuple[float, float]:
    """Return the middle of a crop, moved so that it lies within the region as far as it fits."""
    y, x = (
        min(max(at, side / 2), max(length - side / 2, side / 2))
        for at, length, side in zip(middle, region, out, strict=True)
    )
    return y, x


def cut(stock: RegionStock, crops: Sequence[Crop], out: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return pixels [B, 3, h, w], floats of 0..255, and what lies where [B, h, w], on the stock's device."""
    rows, grid = _grid(stock, crops, out)
    places = stock.places[rows][:, None].float()
    kinds = functional.grid_sample(
        places, grid, mode="nearest", padding_mode="reflection", align_corners=False
    )
    return cut_pixels(stock, crops, out), kinds[:, 0].round().to(torch.uint8)


def cut_pixels(
    stock: RegionStock, crops: Sequence[Crop], out: tuple[int, int], *, beyond: str = "reflection"
) -> Tensor:
    """Return the pixels alone. `beyond` a region lies its mirror image; `zeros` shows nothing twice."""
    rows, grid = _grid(stock, crops, out)
    pictures = stock.pixels[rows].permute(0, 3, 1, 2).float()
    pixels = functional.grid_sample(pictures, grid, padding_mode=beyond, align_corners=False)
    return _relit(pixels, crops)


def _grid(stock: RegionStock, crops: Sequence[Crop], out: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Return the rows of the regions, and where in them the pixels of crops lie."""
    device = stock.pixels.device
    rows = torch.tensor([crop.region for crop in crops], device=device)
    theta = torch.tensor([_theta(crop, stock.size, out) for crop in crops], device=device)
    return rows, functional.affine_grid(theta, [len(crops), 3, *out], align_corners=False)


def _theta(crop: Crop, region: tuple[int, int], out: tuple[int, int]) -> list[list[float]]:
    """Return the affine map from a crop to its region, both in -1..1."""
    (height, width), (rows, columns) = region, out
    cos, sin = math.cos(crop.angle) * crop.zoom, math.sin(crop.angle) * crop.zoom
    down, across = crop.flips
    return [
        [cos * across * columns / width, -sin * down * rows / width, 2 * crop.middle[1] / width - 1],
        [sin * across * columns / height, cos * down * rows / height, 2 * crop.middle[0] / height - 1],
    ]


def _relit(pixels: Tensor, crops: Sequence[Crop]) -> Tensor:
    """Return the crops harder or flatter, brighter or darker."""
    contrast = pixels.new_tensor([crop.contrast for crop in crops])[:, None, None, None]
    brightness = pixels.new_tensor([crop.brightness for crop in crops])[:, None, None, None]
    mean = pixels.mean((1, 2, 3), keepdim=True)
    lit = ((pixels - mean) * contrast + mean + brightness).clamp(0.0, 255.0)
    return lit.contiguous(memory_format=torch.channels_last)
