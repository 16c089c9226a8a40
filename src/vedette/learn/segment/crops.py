"""Which crops a step of masks shows: of the types in turn, mostly around a marked pixel."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from vedette.learn.net.crops import Crop, RegionStock, held_inside, vary

# The share of crops of regions with something marked, and of these around it: as in the sketch of the second
# round (docs/experiments.md, 2026-11-28).
DRAWN_SHARE, AROUND = 0.62, 0.7
# So many marked pixels of a region and type are remembered to crop around.
REMEMBERED = 200


@dataclass(slots=True)
class MaskCrops:
    """Draws crops of `out` (height, width) from some rows of a stock; anomalies nobody drew are no rows."""

    stock: RegionStock
    rows: Sequence[int]
    out: tuple[int, int]
    rng: np.random.Generator
    _normal: list[int] = field(default_factory=list, init=False)
    _marked: dict[int, list[tuple[int, npt.NDArray[np.int64]]]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        for row in self.rows:
            places = self.stock.places[row].cpu().numpy()
            kinds = np.flatnonzero(np.bincount(places.ravel(), minlength=256)).tolist()
            if kinds == [0]:
                self._normal.append(row)
            for kind in kinds:
                if kind not in (0, 255):
                    points = self.rng.permutation(np.argwhere(places == kind))[:REMEMBERED]
                    self._marked.setdefault(kind, []).append((row, points))

    def draw(self, count: int) -> list[Crop]:
        """Return the crops of the next step."""
        return [self._crop() for _ in range(count)]

    def _crop(self) -> Crop:
        if not self._marked or (self._normal and self.rng.random() >= DRAWN_SHARE):
            return self._anywhere(int(self.rng.choice(self._normal)))
        kind = int(self.rng.choice(list(self._marked)))
        row, points = self._marked[kind][self.rng.integers(len(self._marked[kind]))]
        if self.rng.random() >= AROUND:
            return self._anywhere(row)
        near = points[self.rng.integers(len(points))] + self.rng.uniform(-1, 1, 2) * np.array(self.out) / 3
        return self._at(row, (float(near[0]), float(near[1])))

    def _anywhere(self, row: int) -> Crop:
        height, width = self.stock.size
        return self._at(row, (float(self.rng.uniform(0, height)), float(self.rng.uniform(0, width))))

    def _at(self, row: int, middle: tuple[float, float]) -> Crop:
        return vary(row, held_inside(middle, self.stock.size, self.out), self.rng)
