"""Masks as polygons and back, by rules under which nothing changes on the way.

outline   goes along the sides of pixels, so that its corners are whole numbers
region    pixels that touch at a side or a corner; its first ring is around it, the others are its holes
filling   a pixel belongs to rings when its centre is in them by the even-odd rule: a hole is a ring in a
          ring, and where a polygon crosses itself, what is covered twice is outside
sides     a centre that lies on a left or upper side is in, on a right or lower side out, so that polygons
          that share a side share no pixel
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from vedette.exchange.mask_regions import MOST_REGIONS, TooManyRegions
from vedette.exchange.regions import Ring
from vedette.manifest.detection import Size

Pixels = np.ndarray[Any, np.dtype[np.bool_]]
Corner = tuple[int, int]
# Twice as many corners as a mask of 4,096 pixels a side has rows and columns, a thousand times.
MOST_SIDES = 8_000_000


def outlines(mask: Pixels) -> list[list[Ring]]:
    """Return the rings of every region: the one around it, and its holes.

    Raises:
        TooManyRegions: where there are more than anybody draws.
    """
    rings = _trace(_sides(mask))
    if len(rings) > 2 * MOST_REGIONS:
        raise TooManyRegions
    outer = [ring for ring in rings if _area(ring) > 0]
    regions = [[ring] for ring in outer]
    for hole in rings:
        if _area(hole) < 0:
            regions[_owner(hole, outer)].append(hole)
    return regions


def fill(rings: Iterable[Sequence[tuple[float, float]]], size: Size) -> Pixels:
    """Return the pixels of a picture that rings cover, by the even-odd rule; what is outside is cut."""
    turns = np.zeros((size.height, size.width + 1), np.uint8)
    for ring in rings:
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if y0 > y1:
                x0, y0, x1, y1 = x1, y1, x0, y0
            first, last = max(0, math.ceil(y0 - 0.5)), min(size.height, math.ceil(y1 - 0.5))
            if first >= last:
                continue
            rows = np.arange(first, last)
            crossings = x0 + (rows + 0.5 - y0) * ((x1 - x0) / (y1 - y0))
            columns = np.clip(np.ceil(crossings - 0.5), 0, size.width).astype(np.int64)
            np.bitwise_xor.at(turns, (rows, columns), 1)
    return np.bitwise_xor.accumulate(turns, axis=1)[:, : size.width].astype(np.bool_)


def _sides(mask: Pixels) -> dict[Corner, list[Corner]]:
    """Return the sides between a region and what is none, by where they begin; the region lies right."""
    padded = np.pad(mask, 1)
    sides: dict[Corner, list[Corner]] = {}
    # For each neighbour: where it lies, and where the side begins and ends, from the pixel's corner.
    ways = (
        ((-1, 0), (0, 0), (1, 0)),
        ((0, 1), (1, 0), (1, 1)),
        ((1, 0), (1, 1), (0, 1)),
        ((0, -1), (0, 1), (0, 0)),
    )
    for (down, across), begin, end in ways:
        beside = np.roll(padded, (-down, -across), (0, 1))[1:-1, 1:-1]
        rows, columns = np.nonzero(mask & ~beside)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True):
            start = (column + begin[0], row + begin[1])
            sides.setdefault(start, []).append((column + end[0], row + end[1]))
        if len(sides) > MOST_SIDES:
            raise TooManyRegions
    return sides


def _trace(sides: dict[Corner, list[Corner]]) -> list[Ring]:
    """Return the rings that sides make; where pixels touch at a corner the way goes on around both."""
    rings: list[Ring] = []
    while sides:
        start = next(iter(sides))
        ring, corner, way = [], start, (0, 0)
        while True:
            ends = sides[corner]
            end = ends[0] if len(ends) == 1 else _to_the_left(corner, way, ends)
            ends.remove(end)
            if not ends:
                del sides[corner]
            turn = (end[0] - corner[0], end[1] - corner[1])
            if turn != way:
                ring.append((float(corner[0]), float(corner[1])))
            corner, way = end, turn
            if corner == start and (start not in sides or way == (0, 0) or _is_closed(start, way, sides)):
                break
        rings.append(_without_straight(ring))
    return rings


def _is_closed(start: Corner, way: Corner, sides: dict[Corner, list[Corner]]) -> bool:
    """Say whether a ring ends at a corner that others share: it does not turn left there."""
    ends = sides[start]
    return not any((end[0] - start[0], end[1] - start[1]) == _left(way) for end in ends)


def _left(way: Corner) -> Corner:
    # Rows go down, so what is left of going right is up.
    return way[1], -way[0]


def _to_the_left(corner: Corner, way: Corner, ends: list[Corner]) -> Corner:
    across, down = _left(way)
    beside = (corner[0] + across, corner[1] + down)
    return beside if beside in ends else ends[0]


def _without_straight(ring: Ring) -> Ring:
    """Return the ring without a first corner that is none, since the way begins anywhere on it."""
    (x0, y0), (x1, y1), (x2, y2) = ring[-1], ring[0], ring[1]
    is_straight = (x0 == x1 == x2) or (y0 == y1 == y2)
    return ring[1:] if is_straight else ring


def _area(ring: Ring) -> float:
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs) / 2


def _owner(hole: Ring, outer: Sequence[Ring]) -> int:
    """Return which region a hole lies in: the smallest that holds the pixel beyond its first side."""
    (x0, y0), (x1, y1) = hole[0], hole[1]
    length = abs(x1 - x0) + abs(y1 - y0)
    along = ((x1 - x0) / length, (y1 - y0) / length)
    # The region lies right of the way, half a pixel beside the side's first half.
    x, y = x0 + along[0] / 2 - along[1] / 2, y0 + along[1] / 2 + along[0] / 2
    holders = [number for number, ring in enumerate(outer) if _holds(ring, x, y)]
    return min(holders, key=lambda number: _area(outer[number]))


def _holds(ring: Ring, x: float, y: float) -> bool:
    is_in = False
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y0 <= y) != (y1 <= y) and x0 + (y - y0) * (x1 - x0) / (y1 - y0) <= x:
            is_in = not is_in
    return is_in
