"""At what size a segmenter looks at pictures, and how the pictures of a training are varied.

The input keeps the pictures' shape at about 450 × 450 pixels' area. Where defects would vanish at that,
it grows, and at last pictures are looked at in overlapping tiles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from vedette.learn.net.dense import InputPlan
from vedette.learn.warp import Pixels, mirrored_margin, paint, relight, turned
from vedette.runtime.facts import Tiling
from vedette.vision.annotations import Sample
from vedette.vision.files import open_head
from vedette.vision.images import decode, fit
from vedette.vision.masks import Kinds, read_mask
from vedette.vision.tiles import Window, tiles

# Square roots of the input's area; the first is used unless defects are small.
SIDES = (448, 640)
# A defect (the smallest tenth of them) should span this many pixels of the input.
SMALL, SHARE = 8.0, 0.1
TILE_SIDE, MOST_TILES = 448, 36
UNKNOWN = 255  # a place of which nobody said what it is


@dataclass(frozen=True, slots=True)
class MaskedPicture:
    """A picture of the training; its mask where it has one, and whether it is anomalous."""

    sample: Sample
    labels: tuple[str, ...]

    @property
    def file(self) -> Path:
        """The picture's file."""
        return self.sample.picture

    @property
    def is_anomalous(self) -> bool:
        """Whether somebody called it anomalous."""
        return bool(self.sample.is_anomalous)

    @property
    def is_drawn(self) -> bool:
        """Whether somebody drew what is anomalous in it."""
        return self.is_anomalous and self.sample.mask is not None

    def kinds(self, height: int, width: int) -> Kinds:
        """Return the number of the type at every pixel; an anomaly that nobody drew is unknown."""
        if not self.is_anomalous:
            return np.zeros((height, width), np.uint8)
        if self.sample.mask is None:
            return np.full((height, width), UNKNOWN, np.uint8)
        return read_mask(self.sample.mask, self.labels, height=height, width=width)


def is_mirrored(plan: InputPlan) -> bool:
    """Say whether a mirror image is shown besides (decision 0132); many tiles take long enough."""
    return plan.tiling is None


def plan_input(pictures: Sequence[MaskedPicture]) -> InputPlan:
    """Return at what size to show pictures with such defects."""
    height, width = _native(pictures)
    small = _small(pictures)
    native = (height * width) ** 0.5
    for side in SIDES:
        if side >= native or small * side >= SMALL:
            return InputPlan(_size(min(side, native), height, width))
    wanted = int(small * native * TILE_SIDE / SMALL)
    fewest = int(native / MOST_TILES**0.5 / 0.75)  # neighbours share a quarter
    tile = int(min(max(wanted, fewest, TILE_SIDE), height, width))
    return InputPlan((TILE_SIDE, TILE_SIDE), Tiling((tile, tile), whole=False))


def _size(side: float, height: int, width: int) -> tuple[int, int]:
    """Return height and width of about side² pixels in the picture's shape, multiples of 32."""
    shape = float(np.clip(height / width, 0.4, 2.5)) ** 0.5
    down, across = (max(96, 32 * round(side * way / 32)) for way in (shape, 1 / shape))
    return down, across


def _native(pictures: Sequence[MaskedPicture]) -> tuple[int, int]:
    sizes = []
    for picture in pictures[:: max(1, len(pictures) // 30)]:
        with open_head(picture.file) as image:
            sizes.append((image.height, image.width))
    height, width = np.median(np.array(sizes), axis=0)
    return int(height), int(width)


def _small(pictures: Sequence[MaskedPicture]) -> float:
    """Return the span of small defects: the root of their share of the picture's area."""
    masked = [picture for picture in pictures if picture.is_drawn]
    shares: list[float] = []
    for picture in masked[:: max(1, len(masked) // 40)]:
        with open_head(picture.sample.mask.path) as mask:  # type: ignore[union-attr]  # has one
            kinds = picture.kinds(mask.height, mask.width)
        places, count = ndimage.label(kinds > 0)
        areas = np.bincount(places.ravel())[1 : count + 1]
        shares += (areas[areas >= 4] / kinds.size).tolist()
    return float(np.quantile(shares, SHARE)) ** 0.5 if shares else 1.0


class MaskViews:
    """Variations of one picture with what lies at every place, at half the input's size."""

    def __init__(self, picture: MaskedPicture, plan: InputPlan) -> None:
        self.picture, self.plan = picture, plan
        height, width = plan.size
        enough = None if plan.tiling else (height, width)
        self.image, native = decode(picture.file, enough_for=enough)
        kinds = Image.fromarray(picture.kinds(*native))
        self.kinds = kinds.resize(self.image.size, Image.Resampling.NEAREST)
        self._whole: tuple[Image.Image, Image.Image] | None = None

    def served(self) -> Iterator[tuple[Pixels, Window]]:
        """Yield the views that serving would show the network, and which part of the picture each is."""
        height, width = self.image.height, self.image.width
        tiling = self.plan.tiling
        parts = [Window(0, 0, width, height)]
        if tiling is not None:
            parts = tiles(height, width, tile=tiling.tile, overlap=tiling.overlap)
        for part in parts:
            yield fit(self.image, self.plan.size, part=part)[0], part

    def plain(self) -> tuple[Pixels, Kinds]:
        """Return the whole picture as it is."""
        height, width = self.plan.size
        pixels, _ = fit(self.image, self.plan.size)
        return pixels, np.array(self.kinds.resize((width // 2, height // 2), Image.Resampling.NEAREST))

    def region(self, rng: np.random.Generator) -> tuple[Pixels, Kinds]:
        """Return the picture at the input's size, or a part of the size of a tile; kinds at the same size."""
        height, width = self.plan.size
        part = self._part(rng)
        image, kinds = (
            (self.image, self.kinds) if part is None else (self.image.crop(part), self.kinds.crop(part))
        )
        pixels, _ = fit(image, self.plan.size)
        return pixels, np.array(kinds.resize((width, height), Image.Resampling.NEAREST))

    def varied(self, rng: np.random.Generator) -> tuple[Pixels, Kinds]:
        """Return the picture, or a part about the size of a tile, turned and in another light."""
        image, kinds = self._padded(self._part(rng))
        height, width = self.plan.size
        inner = (image.height // 2, image.width // 2)  # what the mirrored margin surrounds
        zoom, shape = np.exp(rng.uniform(-0.35, 0.25)), np.exp(rng.uniform(-0.1, 0.1))
        warp = turned(
            inner,
            (height, width),
            angle=float(rng.uniform(-np.pi, np.pi)),
            zoom=(float(zoom * shape), float(zoom / shape)),
            shift=(float(rng.uniform(-0.1, 0.1)), float(rng.uniform(-0.1, 0.1))),
            mirrored=bool(rng.random() < 0.5),
        ).moved(inner[1] / 2, inner[0] / 2)
        lit = relight(paint(image, warp, (height, width)), rng, strength=0.25)
        half = warp.coarser(2)
        data = half.coefficients(1)
        small = kinds.transform(
            (width // 2, height // 2), Image.Transform.AFFINE, data, Image.Resampling.NEAREST
        )
        return lit, np.array(small)

    def _part(self, rng: np.random.Generator) -> tuple[int, int, int, int] | None:
        """Choose a part of the size of a tile, every other time around a defect; None is the whole."""
        if self.plan.tiling is None:
            return None
        height, width = self.plan.tiling.tile
        places = (
            np.flatnonzero(np.asarray(self.kinds).ravel()) if rng.random() < 0.6 else np.zeros(0, np.intp)
        )
        if len(places):
            y, x = divmod(int(rng.choice(places)), self.image.width)
            y += int(rng.integers(-height // 3, height // 3))
            x += int(rng.integers(-width // 3, width // 3))
        else:
            y, x = int(rng.integers(0, self.image.height)), int(rng.integers(0, self.image.width))
        top = int(np.clip(y - height // 2, 0, max(0, self.image.height - height)))
        left = int(np.clip(x - width // 2, 0, max(0, self.image.width - width)))
        return left, top, min(left + width, self.image.width), min(top + height, self.image.height)

    def _padded(self, part: tuple[int, int, int, int] | None) -> tuple[Image.Image, Image.Image]:
        """Return picture and kinds, or a part of them, within their mirror images; the whole is kept."""
        if part is None and self._whole is not None:
            return self._whole
        image = self.image if part is None else self.image.crop(part)
        kinds = self.kinds if part is None else self.kinds.crop(part)
        margin = (image.height // 2, image.width // 2)
        padded = (
            Image.fromarray(mirrored_margin(np.asarray(image), margin)),
            Image.fromarray(mirrored_margin(np.asarray(kinds), margin)),
        )
        if part is None:
            self._whole = padded
        return padded
