"""Which crops a step of boxes shows, and where the boxes lie in them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from vedette.learn.detect.loss import BoxTruth
from vedette.learn.detect.views import LEFT_OVER
from vedette.learn.net.crops import Crop, held_inside, vary

# How many crops lie around a box of their region.
AROUND = 0.7


@dataclass(frozen=True, slots=True)
class BoxCrop:
    """A crop, and the boxes in it."""

    crop: Crop
    truth: BoxTruth


@dataclass(slots=True)
class BoxCrops:
    """Draws crops of `out` (height, width) from some of the regions of a `size`, whose boxes are `truths`."""

    truths: Sequence[BoxTruth]
    rows: Sequence[int]
    size: tuple[int, int]
    out: tuple[int, int]
    rng: np.random.Generator

    def draw(self, count: int) -> list[BoxCrop]:
        """Return the crops of the next step, every region as often as any other."""
        return [self._crop(int(self.rng.choice(self.rows))) for _ in range(count)]

    def _crop(self, row: int) -> BoxCrop:
        edges = self.truths[row].edges
        middle = self.rng.uniform(0, 1, 2) * self.size
        if len(edges) and self.rng.random() < AROUND:
            box = edges[self.rng.integers(len(edges))].numpy()
            middle = (box[[1, 0]] + box[[3, 2]]) / 2 + self.rng.uniform(-1, 1, 2) * np.array(self.out) / 3
        inside = held_inside((float(middle[0]), float(middle[1])), self.size, self.out)
        crop = vary(row, inside, self.rng, turn=0.0)
        crop = replace(crop, flips=(1, crop.flips[1]))  # things have an upper side
        return BoxCrop(crop, boxes_in(crop, self.truths[row], self.out))


def boxes_in(crop: Crop, truth: BoxTruth, out: tuple[int, int]) -> BoxTruth:
    """Return the boxes of a region as a crop that is not turned shows them, those of which enough is left."""
    height, width = out
    ways = torch.tensor([crop.flips[1], crop.flips[0]], dtype=torch.float32) / crop.zoom
    middle = torch.tensor([crop.middle[1], crop.middle[0]], dtype=torch.float32)
    half = torch.tensor([width / 2, height / 2])
    one_corner, far_corner = ((truth.edges[:, side] - middle) * ways + half for side in ([0, 1], [2, 3]))
    edges = torch.cat([torch.minimum(one_corner, far_corner), torch.maximum(one_corner, far_corner)], 1)
    visible = torch.minimum(edges.clamp(min=0), torch.tensor([width, height, width, height]).float())
    area = (edges[:, 2:] - edges[:, :2]).prod(1)
    rows = ((visible[:, 2:] - visible[:, :2]).clamp(min=0).prod(1) > LEFT_OVER * area).nonzero()[:, 0]
    return BoxTruth(visible[rows], truth.labels[rows])
