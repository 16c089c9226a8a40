"""Pictures with masks, drawn by code: plates with stains and scratches, and what their colours name."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from vedette.vision.annotations import Mask, Sample

COLORS = {"stain": "#1f77b4", "scratch": "#d62728"}


def draw_plate(
    rng: np.random.Generator, kinds: tuple[str, ...], side: int
) -> tuple[Image.Image, Image.Image]:
    """Return a plate with a defect of each kind, and its mask on white."""
    grain = rng.normal(0, 8, (side, side, 1)) + rng.uniform(120, 170) + rng.normal(0, 4, 3)
    image = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8))
    mask = Image.new("RGB", (side, side), "#ffffff")
    for kind in kinds:
        shade = int(rng.uniform(20, 60))
        x, y = rng.uniform(0.25, 0.75, 2) * side
        for target, fill in ((image, (shade, shade, shade)), (mask, COLORS[kind])):
            draw = ImageDraw.Draw(target)
            if kind == "stain":
                radius = 0.11 * side
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
            else:
                reach = 0.2 * side
                draw.line(
                    (x - reach, y - reach / 2, x + reach, y + reach / 2), fill=fill, width=max(3, side // 24)
                )
    return image, mask


def write_plates(
    folder: Path,
    *,
    normal: int,
    anomalous: int,
    kinds: tuple[str, ...] = ("stain",),
    side: int = 128,
    seed: int = 0,
) -> list[Sample]:
    """Write normal plates, and plates with one kind of defect in turn; return their samples."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for number in range(normal + anomalous):
        shown = () if number < normal else (kinds[number % len(kinds)],)
        image, mask = draw_plate(rng, shown, side)
        path = folder / f"{number:03d}.png"
        image.save(path)
        pictures = None
        if shown:
            mask.save(folder / f"{number:03d}-mask.png")
            pictures = Mask(folder / f"{number:03d}-mask.png", {COLORS[kind]: kind for kind in kinds})
        samples.append(Sample(path, is_anomalous=bool(shown), mask=pictures))
    return samples
