"""The brand model: logos that were shown alone are found wherever they are.

A picture of nothing but a logo says how it looks, not where it may be. So scenes are composed: logos of
several sizes, a little turned and lit, upon grounds that we draw, and the detector learns from those.
Its calibration comes from composed scenes too, and is hopeful where real scenes are harder.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from vedette.file_access import create_file
from vedette.learn.detect.recipe import DenseDetector
from vedette.learn.recipe import Judgement, RunContext
from vedette.learn.warp import Pixels, relight
from vedette.vision.annotations import Box, Sample
from vedette.vision.images import decode

SIDE = 416
SCENES_A_LABEL, FEWEST, MOST = 30, 90, 240
# A logo's longer side, as a share of the scene's.
SPAN = (0.12, 0.6)
LOGO_SIDE = 512  # larger logos are reduced before they are kept


class BrandDetector(DenseDetector):
    """The detector, taught by scenes composed of the training's logos."""

    name = "brand-detector"

    def judge(self, train: Sequence[Sample], work: RunContext) -> Judgement:
        """Return mAP50 on composed scenes that were held out."""
        count = int(np.clip(SCENES_A_LABEL * len(self.labels) * min(1.0, work.budget.effort), FEWEST, MOST))
        with tempfile.TemporaryDirectory(prefix="vedette-brand-") as folder:
            composed = compose_all(train, Path(folder), count, work)
            return super().judge(composed, work)


def compose_all(train: Sequence[Sample], folder: Path, count: int, work: RunContext) -> list[Sample]:
    """Write so many scenes into the folder and return them with the boxes of their logos."""
    rng = np.random.default_rng(work.seed)
    logos: list[tuple[str, Image.Image]] = []
    for sample in train:
        image, _ = decode(sample.picture, enough_for=(LOGO_SIDE, LOGO_SIDE))
        image.thumbnail((LOGO_SIDE, LOGO_SIDE), reducing_gap=2.0)
        logos += [(label, image) for label in sample.labels]
    labels = sorted({label for label, _ in logos})
    by_label = {label: [image for name, image in logos if name == label] for label in labels}
    samples = []
    for number in range(count):
        names = [labels[(number + extra) % len(labels)] for extra in range(int(rng.integers(1, 4)))]
        chosen = [(label, by_label[label][int(rng.integers(len(by_label[label])))]) for label in names]
        scene, boxes = compose(chosen, rng)
        path = folder / f"{number:04d}.png"
        with create_file(path) as file:
            scene.save(file, "PNG", compress_level=1)
        samples.append(Sample(path, boxes=tuple(boxes)))
        work.tell("composing scenes", number + 1, count)
    return samples


def compose(
    logos: Sequence[tuple[str, Image.Image]], rng: np.random.Generator
) -> tuple[Image.Image, list[tuple[str, Box]]]:
    """Return a scene with these logos, as far as there is room, and where they are."""
    scene = ground(rng)
    boxes: list[tuple[str, Box]] = []
    for label, logo in logos:
        piece, cover = _turned(logo, rng)
        for _ in range(20):
            left = int(rng.integers(0, SIDE - piece.width + 1))
            top = int(rng.integers(0, SIDE - piece.height + 1))
            box = Box(left / SIDE, top / SIDE, piece.width / SIDE, piece.height / SIDE)
            if all(_apart(box, other) for _, other in boxes):
                scene.paste(piece, (left, top), cover)
                boxes.append((label, box))
                break
    return scene, boxes


def ground(rng: np.random.Generator) -> Image.Image:
    """Return something for logos to lie upon: uneven colour, shapes, lines and grain."""
    coarse = np.clip(rng.uniform(20, 235, 3) + rng.normal(0, 45, (6, 6, 3)), 0, 255).astype(np.uint8)
    image = Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(0, 14))):
        x, y, width, height = (rng.uniform(0, SIDE), rng.uniform(0, SIDE), *rng.uniform(8, SIDE / 2, 2))
        fill = tuple(int(v) for v in rng.integers(0, 256, 3))
        kind = int(rng.integers(3))
        if kind == 0:
            draw.rectangle((x, y, x + width, y + height), fill=fill)
        elif kind == 1:
            draw.ellipse((x, y, x + width, y + height), fill=fill)
        else:
            draw.line(
                (x, y, x + width, y + rng.uniform(-1, 1) * height), fill=fill, width=int(rng.integers(1, 8))
            )
    if rng.random() < 0.5:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.5, 4))))
    grain = rng.normal(0, rng.uniform(0, 10), (SIDE, SIDE, 1))
    noisy: Pixels = np.clip(np.asarray(image) + grain, 0, 255).astype(np.uint8)
    return Image.fromarray(noisy)


def _turned(logo: Image.Image, rng: np.random.Generator) -> tuple[Image.Image, Image.Image]:
    """Return the logo at a random size, a little turned and lit, and what of its rectangle it covers."""
    span = SIDE * float(np.exp(rng.uniform(*np.log(SPAN))))
    scale = span / max(logo.size)
    width, height = (max(8, round(side * scale * rng.uniform(0.9, 1.1))) for side in logo.size)
    small = Image.fromarray(relight(logo.resize((width, height), reducing_gap=2.0), rng, strength=0.3))
    angle = float(rng.normal(0, 6))
    cover = Image.new("L", small.size, 255).rotate(angle, Image.Resampling.BILINEAR, expand=True)
    return small.rotate(angle, Image.Resampling.BILINEAR, expand=True), cover


def _apart(one: Box, other: Box) -> bool:
    across = one.left + one.width < other.left or other.left + other.width < one.left
    return across or one.top + one.height < other.top or other.top + other.height < one.top
