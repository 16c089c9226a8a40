"""Drawn road surface with thin cracks, cut into quarters: what `bench.learn_cracks` learns from.

Grains of stone, tar in clouds, sand and uneven light, here and there a stain that is no crack; cracks of one
to four pixels that wander across the picture, branch, fade and come back, up to 40 to 85 grey values darker
than the grain around them, which itself deviates by about 13. Everything follows from the seed.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter
from scipy import ndimage

from bench.surfaces import spectral, write_mask
from vedette.vision.annotations import Sample

HEIGHT, WIDTH = 320, 480
LABEL, COLOR = "crack", "#ff0000"
Floats = npt.NDArray[np.float64]


def surface(rng: np.random.Generator) -> Floats:
    """Return a road surface without a crack."""
    size = (HEIGHT, WIDTH)
    stones = ndimage.gaussian_filter(rng.normal(0, 1, size), rng.uniform(0.9, 1.6))
    tar, sand = spectral(rng, size, slope=1.2), rng.normal(0, 4, size)
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    light = 16 * (rng.uniform(-1, 1) * x + rng.uniform(-1, 1) * y)
    pixels = rng.uniform(105, 150) + 10 * stones / stones.std() + 7 * tar + sand + light
    if rng.random() < 0.4:  # oil, soft at its edge
        stain = Image.new("L", (WIDTH, HEIGHT), 0)
        left, top = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT)
        ImageDraw.Draw(stain).ellipse(
            (left, top, left + rng.uniform(30, 90), top + rng.uniform(20, 60)), fill=255
        )
        pixels -= (
            rng.uniform(12, 30) * np.asarray(stain.filter(ImageFilter.GaussianBlur(7)), np.float64) / 255
        )
    return np.asarray(pixels)


def cracks(rng: np.random.Generator) -> tuple[Image.Image, Floats]:
    """Return where cracks lie, and how deep they are at each pixel, 0 to 1."""
    place = Image.new("L", (WIDTH, HEIGHT), 0)
    depth = Image.new("L", (WIDTH, HEIGHT), 0)
    for _ in range(int(rng.integers(1, 3))):
        begin, way = _edge(rng)
        _wander(place, depth, begin, way, rng, width=int(rng.integers(1, 4)), branches=1)
    return place, np.asarray(depth.filter(ImageFilter.GaussianBlur(0.6)), np.float64) / 255


def _edge(rng: np.random.Generator) -> tuple[npt.NDArray[np.float64], float]:
    """Return where a crack comes in, and in which direction it goes."""
    if rng.random() < 0.5:
        return np.array([0.0, rng.uniform(20, HEIGHT - 20)]), rng.normal(0, 0.4)
    return np.array([rng.uniform(20, WIDTH - 20), 0.0]), np.pi / 2 + rng.normal(0, 0.4)


def _wander(
    place: Image.Image,
    depth: Image.Image,
    at: npt.NDArray[np.float64],
    way: float,
    rng: np.random.Generator,
    *,
    width: int,
    branches: int,
) -> None:
    """Draw one crack from a point on, until it leaves the picture or ends."""
    drawing, deep = ImageDraw.Draw(place), ImageDraw.Draw(depth)
    strength = 1.0
    for _ in range(int(rng.integers(40, 130))):
        way += rng.normal(0, 0.2)
        strength = float(np.clip(strength + rng.normal(0, 0.12), 0.5, 1.0))
        now = int(np.clip(width + rng.integers(-1, 2), 1, 4))
        next_one = at + 5 * np.array([np.cos(way), np.sin(way)])
        segment = [tuple(at), tuple(next_one)]
        drawing.line(segment, fill=255, width=now)
        deep.line(segment, fill=int(255 * strength), width=now)
        at = next_one
        if not (0 <= at[0] < WIDTH and 0 <= at[1] < HEIGHT):
            return
        if branches and rng.random() < 0.01:
            turn = way + rng.choice([-1, 1]) * rng.uniform(0.5, 1.1)
            _wander(place, depth, at, turn, rng, width=max(1, width - 1), branches=branches - 1)


def draw(folder: Path, count: int, *, seed: int) -> list[Sample]:
    """Write the quarters of so many pictures, with masks where a crack crosses; return them as samples."""
    folder.mkdir(parents=True)
    samples: list[Sample] = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        pixels = surface(rng)
        place, depth = cracks(rng)
        pixels -= rng.uniform(40, 85) * depth
        grey = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).convert("RGB")
        for part in range(4):
            left, top = part % 2 * WIDTH // 2, part // 2 * HEIGHT // 2
            window = (left, top, left + WIDTH // 2, top + HEIGHT // 2)
            path = folder / f"{number:03}-{part}.png"
            grey.crop(window).save(path)
            marked, mask = place.crop(window), None
            if marked.getbbox() is not None:
                mask = write_mask(marked, COLOR, {COLOR: LABEL}, path.with_suffix(".mask.png"))
            samples.append(Sample(path, is_anomalous=mask is not None, mask=mask, source=path.name))
    return samples
