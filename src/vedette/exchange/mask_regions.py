"""What hangs together in a mask: the edges of each region, of pixels that touch at a side or a corner.

The runs of each row are joined with those of the row above. numpy finds the runs, so that what is empty costs
next to nothing.
"""

from typing import Any

import numpy as np

Edges = tuple[int, int, int, int]
# A mask of noise has as many regions as pixels, and nobody drew those.
MOST_REGIONS = 10_000


class TooManyRegions(ValueError):
    """A mask that nobody drew."""


class _Regions:
    """Regions so far, and which were found to be one."""

    def __init__(self) -> None:
        self.edges: list[Edges] = []
        self._owners: list[int] = []

    def add(self, edges: Edges) -> int:
        """Begin a region; return its number."""
        if len(self.edges) >= 8 * MOST_REGIONS:
            raise TooManyRegions
        self.edges.append(edges)
        self._owners.append(len(self._owners))
        return len(self._owners) - 1

    def owner(self, number: int) -> int:
        """Return the region that this one is a part of."""
        while self._owners[number] != number:
            self._owners[number] = self._owners[self._owners[number]]
            number = self._owners[number]
        return number

    def join(self, number: int, edges: Edges) -> None:
        """Widen a region."""
        left, top, right, bottom = self.edges[number]
        self.edges[number] = (
            min(left, edges[0]), min(top, edges[1]), max(right, edges[2]), max(bottom, edges[3]),
        )  # fmt: skip

    def merge(self, numbers: set[int]) -> int:
        """Make one region of several; return its number."""
        first, *others = sorted(numbers)
        for other in others:
            self._owners[other] = first
            self.join(first, self.edges[other])
        return first

    def whole(self) -> list[Edges]:
        """Return the edges of those that are no part of another."""
        owned = range(len(self.edges))
        return [self.edges[number] for number in owned if self._owners[number] == number]


def edges_of_regions(mask: "np.ndarray[Any, np.dtype[np.bool_]]") -> list[Edges]:
    """Return left, top, right and bottom of every region, from the top on.

    Raises:
        TooManyRegions: where there are more than MOST_REGIONS.
    """
    regions = _Regions()
    above: list[tuple[int, int, int]] = []
    for row in range(mask.shape[0]):
        below: list[tuple[int, int, int]] = []
        place = 0
        for left, right in _runs(mask[row]):
            # Runs of a row lie from left to right, those that end before this one touch no later one either.
            while place < len(above) and above[place][1] < left:
                place += 1
            touching = set()
            reach = place
            while reach < len(above) and above[reach][0] <= right:
                touching.add(regions.owner(above[reach][2]))
                reach += 1
            edges = (left, row, right, row + 1)
            number = regions.merge(touching) if touching else regions.add(edges)
            regions.join(number, edges)
            below.append((left, right, number))
        above = below
    whole = regions.whole()
    if len(whole) > MOST_REGIONS:
        raise TooManyRegions
    return whole


def _runs(row: "np.ndarray[Any, np.dtype[np.bool_]]") -> list[tuple[int, int]]:
    """Return where pixels that are set begin and end in a row."""
    steps = np.flatnonzero(np.diff(row.astype(np.int8), prepend=0, append=0)).tolist()
    return list(zip(steps[::2], steps[1::2], strict=True))
