"""Which part of a view a step learns from: mostly around what is anomalous.

Half of a view, down and across, costs a quarter of the work and shows a crack as large as the whole does,
so that a step sees three times as many different pictures for the same time (docs/experiments.md).
Now and then a step shows whole views, where anomalies that nobody drew are among the pictures: those may
lie anywhere, and a part without them must not be called anomalous.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vedette.learn.net.layers import Levels
from vedette.learn.net.store import Part, ViewStore, cut
from vedette.learn.segment.views import UNKNOWN
from vedette.vision.masks import Kinds

# A cell is a place of the deepest level, 32 pixels; a kind is known at every second pixel.
CELL = 16
# The side of a part in cells, about half of the usual input's; smaller inputs are shown whole.
SIDE = 7
# How often a part of an anomalous view is chosen around an anomalous place.
AROUND = 0.7
# One step in so many shows whole views, and as few of them as cost the same.
WHOLE_EVERY, WHOLE_SHARE = 4, 4


@dataclass(slots=True)
class PartSampler:
    """Steps' batches: features and kinds of parts of views."""

    store: ViewStore
    truths: Sequence[Kinds]
    rng: np.random.Generator
    _step: int = field(default=0, init=False)

    def batch(self, rows: list[int]) -> tuple[Levels, Tensor]:
        """Return what these views teach in the next step."""
        self._step += 1
        masked_rows = [row for row in rows if self.truths[row].flat[0] != UNKNOWN]
        if not masked_rows or (len(masked_rows) < len(rows) and self._step % WHOLE_EVERY == 0):
            few = self.rng.permutation(len(rows))[: -(-len(rows) // WHOLE_SHARE)]
            chosen = sorted(rows[i] for i in few)
            return self.store.batch(chosen), self._kinds([self.truths[row] for row in chosen])
        parts = [choose_part(self.truths[row], self.rng) for row in masked_rows]
        kinds = [cut(self.truths[row], part, CELL) for row, part in zip(masked_rows, parts, strict=True)]
        return self.store.parts(masked_rows, parts), self._kinds(kinds)

    @staticmethod
    def _kinds(kinds: Sequence[Kinds]) -> Tensor:
        return torch.from_numpy(np.stack(kinds))


def _part_size(cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return height and width of a part in cells, in the view's shape."""
    sides = np.round(SIDE * cells / cells.prod() ** 0.5).astype(np.int64)
    size: npt.NDArray[np.int64] = np.minimum(cells, np.maximum(4, sides))
    return size


def choose_part(kinds: Kinds, rng: np.random.Generator) -> Part:
    """Return a part of a view, in cells."""
    cells = np.array(kinds.shape) // CELL
    size = _part_size(cells)
    free = cells - size
    places = np.flatnonzero(kinds) if rng.random() < AROUND else ()
    if len(places):
        place = np.array(np.unravel_index(rng.choice(places), kinds.shape)) / CELL
        middle = place + rng.uniform(-0.4, 0.4, 2) * size
        top, left = np.clip(np.round(middle - size / 2), 0, free).astype(int).tolist()
    else:
        top, left = rng.integers(0, free + 1).tolist()
    return top, left, top + int(size[0]), left + int(size[1])
