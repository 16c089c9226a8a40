"""What hangs together in a mask: the edges of each region, of pixels that touch at a side or a corner.

The runs of each row are joined with those of the row above, all rows at once: a mask takes time as it has
runs, some ten times a look at its pixels.
"""

from typing import Any

import numpy as np

Edges = tuple[int, int, int, int]
Numbers = np.ndarray[Any, np.dtype[np.int64]]
# A mask of noise has as many regions as pixels, and nobody drew those.
MOST_REGIONS = 10_000
# Five hundred in each row of a mask of 4,096 pixels a side.
MOST_RUNS = 2_000_000


class TooManyRegions(ValueError):
    """A mask that nobody drew."""


def edges_of_regions(mask: "np.ndarray[Any, np.dtype[np.bool_]]") -> list[Edges]:
    """Return left, top, right and bottom of every region, from the top on.

    Raises:
        TooManyRegions: where there are more than MOST_REGIONS, or more runs than MOST_RUNS.
    """
    rows, starts, ends = _runs(mask)
    owners = _joined(len(rows), *_touching(rows, starts, ends, mask.shape[1] + 2))
    firsts, numbers = np.unique(owners, return_inverse=True)
    if len(firsts) > MOST_REGIONS:
        raise TooManyRegions
    edges = np.empty((len(firsts), 4), np.int64)
    edges[:, :2], edges[:, 2:] = np.iinfo(np.int64).max, 0
    for column, values in enumerate((starts, rows)):
        np.minimum.at(edges[:, column], numbers, values)
    for column, values in enumerate((ends, rows + 1), start=2):
        np.maximum.at(edges[:, column], numbers, values)
    return [(left, top, right, bottom) for left, top, right, bottom in edges.tolist()]


def _runs(mask: "np.ndarray[Any, np.dtype[np.bool_]]") -> tuple[Numbers, Numbers, Numbers]:
    """Return the row of each run of pixels that are set, where it begins, and where it ends."""
    wide = mask.shape[1]
    begins, stops = mask.copy(), mask.copy()
    begins[:, 1:] &= ~mask[:, :-1]
    stops[:, :-1] &= ~mask[:, 1:]
    if np.count_nonzero(begins) > MOST_RUNS:
        raise TooManyRegions
    rows, starts = np.divmod(np.flatnonzero(begins), wide)
    return rows, starts, np.flatnonzero(stops) - rows * wide + 1


def _touching(rows: Numbers, starts: Numbers, ends: Numbers, stride: int) -> tuple[Numbers, Numbers]:
    """Return the pairs of runs that touch: one, and one of the row above it."""
    above = (rows - 1) * stride
    first = np.searchsorted(rows * stride + ends, above + starts)
    counts = np.searchsorted(rows * stride + starts, above + ends, "right") - first
    lower = np.repeat(np.arange(len(rows)), counts)
    return lower, np.arange(len(lower)) - np.repeat(np.cumsum(counts) - counts - first, counts)


def _joined(count: int, lower: Numbers, upper: Numbers) -> Numbers:
    """Return for each run the first one that it hangs together with."""
    owners = np.arange(count)
    while len(lower):
        firsts = np.stack([owners[lower], owners[upper]])
        np.minimum.at(owners, firsts.max(axis=0), firsts.min(axis=0))
        while not np.array_equal(owners, shorter := owners[owners]):
            owners = shorter
        is_apart = owners[lower] != owners[upper]
        lower, upper = lower[is_apart], upper[is_apart]
    return owners
