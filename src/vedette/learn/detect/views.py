"""At what size a detector looks at pictures, and how the pictures of a training are varied.

The input is as small as the boxes allow, since time goes with its area. Where boxes would vanish even
at the largest input, the picture is looked at in overlapping tiles, and as a whole for the large ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from vedette.learn.detect.loss import BoxTruth
from vedette.learn.net.dense import InputPlan
from vedette.learn.warp import Edges, Pixels, Warp, move, paint, relight, window
from vedette.runtime.facts import Tiling
from vedette.vision.annotations import Sample
from vedette.vision.files import open_head
from vedette.vision.geometry import edges_of
from vedette.vision.images import decode, fit
from vedette.vision.tiles import Window, tiles

Rows = npt.NDArray[np.intp]

SIDES = (160, 224, 320, 416, 512, 640)
# The smaller sides are for pictures that are no larger themselves.
USUAL_SIDE = 320
# A box's shorter side should be two cells of the finest level; nine boxes of ten must reach it.
SMALL, SHARE = 16.0, 0.1
# Tiles begin to pay where a tenth of the boxes has less than this even at the largest side.
VANISHING = 9.0
TILE_SIDE = 512
# More tiles than this a picture make detection slow; smaller boxes are then lost.
MOST_TILES = 36
# A box of which less than this is left in a view is no longer asked for.
LEFT_OVER = 0.3


@dataclass(frozen=True, slots=True)
class BoxedPicture:
    """A picture of the training with its boxes: edges in shares, and their labels' numbers."""

    file: Path
    edges: Edges
    labels: tuple[int, ...]


def boxed_pictures(samples: Sequence[Sample], labels: Sequence[str]) -> list[BoxedPicture]:
    """Return the samples with their boxes, cut off at the picture's edges, as rows of numbers."""
    pictures = []
    for sample in samples:
        boxes = [(labels.index(label), box) for label, box in sample.boxes or () if label in labels]
        edges = np.clip(edges_of(box for _, box in boxes), 0.0, 1.0)
        pictures.append(BoxedPicture(sample.picture, edges, tuple(index for index, _ in boxes)))
    return pictures


def plan_input(pictures: Sequence[BoxedPicture]) -> InputPlan:
    """Return at what size to show pictures with such boxes."""
    spans = [np.minimum(*(p.edges[:, 2:] - p.edges[:, :2]).T) for p in pictures if len(p.edges)]
    if not spans:
        return InputPlan((USUAL_SIDE, USUAL_SIDE))
    small = max(float(np.quantile(np.concatenate(spans), SHARE)), 1e-4)
    native = _native(pictures)
    for side in SIDES:
        if side < min(USUAL_SIDE, max(native)):
            continue
        # Above the pictures' own size there is nothing more to see than larger pixels.
        if small * side >= SMALL or side >= 1.5 * max(native):
            return InputPlan((side, side))
    if small * SIDES[-1] >= VANISHING or max(native) <= SIDES[-1]:
        return InputPlan((SIDES[-1], SIDES[-1]))
    return InputPlan((TILE_SIDE, TILE_SIDE), Tiling(_tile(small, native)))


def _native(pictures: Sequence[BoxedPicture]) -> tuple[int, int]:
    """Return the usual height and width of the pictures."""
    sizes = []
    for picture in pictures[:: max(1, len(pictures) // 50)]:
        with open_head(picture.file) as image:
            sizes.append((image.height, image.width))
    height, width = np.median(np.array(sizes), axis=0)
    return int(height), int(width)


def _tile(small: float, native: tuple[int, int]) -> tuple[int, int]:
    """Return a tile in which a small box has the size that it should have, unless that takes too many."""
    side = int(small * min(native) * TILE_SIDE / SMALL)
    step = 0.75  # neighbours share a quarter
    fewest = int(np.sqrt(native[0] * native[1] / MOST_TILES) / step)
    side = min(max(side, fewest, TILE_SIDE // 2), max(native))
    return side, side


class BoxViews:
    """Variations of one picture: views with their truths, the first of them as serving will show it."""

    def __init__(self, picture: BoxedPicture, plan: InputPlan) -> None:
        self.picture, self.plan = picture, plan
        height, width = plan.size
        enough = None if plan.tiling else (height * 3 // 2, width * 3 // 2)
        self.image, self.native = decode(picture.file, enough_for=enough)

    def served(self) -> list[tuple[Pixels, Window]]:
        """Return the views that serving would show the network, and which part of the picture each is."""
        height, width = self.image.height, self.image.width
        tiling = self.plan.tiling
        parts = [Window(0, 0, width, height)]
        if tiling is not None:
            cut = tiles(height, width, tile=tiling.tile, overlap=tiling.overlap)
            parts += cut if len(cut) > 1 else []
        return [(fit(self.image, self.plan.size, part=part)[0], part) for part in parts]

    def plain(self) -> tuple[Pixels, BoxTruth]:
        """Return the whole picture as it is."""
        pixels, _ = fit(self.image, self.plan.size)
        return pixels, self._truth(self.picture.edges, np.arange(len(self.picture.labels)))

    def varied(self, rng: np.random.Generator) -> tuple[Pixels, BoxTruth]:
        """Return a part of the picture, or more than the picture, in another light."""
        warp, edges, rows = self._tame(rng)
        fill = tuple(int(value) for value in rng.integers(0, 256, 3))
        painted = paint(self.image, warp, self.plan.size, fill=(fill[0], fill[1], fill[2]))
        return relight(painted, rng, strength=0.4), self._truth(edges, rows)

    def _tame(self, rng: np.random.Generator) -> tuple[Warp, Edges, Rows]:
        """Choose a warp that leaves something to find, where there is something."""
        for strength in (1.0, 0.6):
            warp = self._warp(rng, strength)
            edges, rows = self._moved(warp)
            if len(rows) or not len(self.picture.edges) or self.plan.tiling:
                return warp, edges, rows
        warp = self._warp(rng, 0.3)
        return warp, *self._moved(warp)

    def _warp(self, rng: np.random.Generator, strength: float) -> Warp:
        """Choose a window: of the whole picture, or about the size of a tile."""
        source = (self.image.height, self.image.width)
        tiling = self.plan.tiling
        base = source
        if tiling is not None and rng.random() < 0.8:
            base = (min(tiling.tile[0], source[0]), min(tiling.tile[1], source[1]))
        zoom = float(np.exp(rng.uniform(-0.7, 0.5) * strength))
        shape = float(np.exp(rng.uniform(-0.25, 0.25) * strength / 2))
        height, width = base[0] * zoom / shape, base[1] * zoom * shape
        top, left = (self._start(rng, axis, span, source) for axis, span in ((0, height), (1, width)))
        mirrored = bool(rng.random() < 0.5)
        return window(left, top, width, height, out=self.plan.size, mirrored=mirrored)

    def _start(self, rng: np.random.Generator, axis: int, span: float, source: tuple[int, int]) -> float:
        """Choose where the window begins: within the picture, or around it where it is larger."""
        slack = source[axis] - span
        return float(rng.uniform(min(0.0, slack), max(0.0, slack)))

    def _moved(self, warp: Warp) -> tuple[Edges, Rows]:
        source = (self.image.height, self.image.width)
        edges = move(self.picture.edges, warp, source, self.plan.size)
        cut = np.clip(edges, 0.0, 1.0)
        area = (edges[:, 2:] - edges[:, :2]).prod(1)
        left = (cut[:, 2:] - cut[:, :2]).prod(1)
        return cut, np.flatnonzero(left > LEFT_OVER * area)

    def _truth(self, edges: Edges, rows: Rows) -> BoxTruth:
        height, width = self.plan.size
        pixels = edges[rows] * np.array([width, height, width, height])
        labels = np.array(self.picture.labels, np.int64)[rows]
        return BoxTruth(torch.tensor(pixels, dtype=torch.float32).reshape(-1, 4), torch.tensor(labels))
