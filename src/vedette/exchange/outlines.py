"""Masks as polygons and back, by rules under which nothing changes on the way.

outline   goes along the sides of pixels, so that its corners are whole numbers
region    pixels that touch at a side or a corner; its first ring is around it, the others are its holes
filling   a pixel belongs to rings when its centre is in them by the even-odd rule: a hole is a ring in a
          ring, and where a polygon crosses itself, what is covered twice is outside
sides     a centre that lies on a left or upper side is in, on a right or lower side out, so that polygons
          that share a side share no pixel

All of it takes time as a mask has pixels or sides, and not as it has regions: a mask of noise is refused by
a count of its sides.
"""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from vedette.exchange.mask_regions import MOST_REGIONS, TooManyRegions
from vedette.exchange.regions import Ring
from vedette.manifest.detection import Size

Pixels = np.ndarray[Any, np.dtype[np.bool_]]
Numbers = np.ndarray[Any, np.dtype[np.int64]]
Rings = Iterable[Sequence[tuple[float, float]]]
# Twice as many corners as a mask of 4,096 pixels a side has rows and columns, a thousand times.
MOST_SIDES = 8_000_000
# What nobody draws by hand, and some hundred megabytes as pairs of numbers.
MOST_CORNERS = 1_000_000
# Rows of a picture that the sides of a polygon cross, all together: seconds of work.
MOST_CROSSINGS = 200_000_000
# So many of them at once.
CROSSINGS_AT_ONCE = 1_000_000
RIGHT, DOWN = 0, 1
WAYS = 4


class Patch(NamedTuple):
    """A part of a picture: where it lies, and which of its pixels are meant."""

    left: int
    top: int
    pixels: Pixels


def outlines(mask: Pixels) -> list[list[Ring]]:
    """Return the rings of every region: the one around it, and its holes.

    Raises:
        TooManyRegions: where there are more than anybody draws.
    """
    sides = _sides(mask)
    rings = _trace(sides)
    regions: dict[int, list[Ring]] = {}
    owners: list[int] = []
    for number, ring in enumerate(rings):
        first = ring[0]
        # A ring begins at its leftmost corner of the top row; the way around a region goes right from there.
        is_outer = sides.way(first) == RIGHT
        owners.append(number if is_outer else owners[sides.ring_before(first)])
        regions.setdefault(owners[-1], []).append(sides.corners(ring))
    return list(regions.values())


def fill(rings: Rings, size: Size) -> Pixels:
    """Return the pixels of a picture that rings cover, by the even-odd rule; what is outside is cut."""
    pixels = np.zeros((size.height, size.width), np.bool_)
    patch = fill_patch(rings, size)
    if patch is not None:
        high, wide = patch.pixels.shape
        pixels[patch.top : patch.top + high, patch.left : patch.left + wide] = patch.pixels
    return pixels


def fill_patch(rings: Rings, size: Size) -> Patch | None:
    """Return what rings cover as the part of the picture around them; None where that is nothing.

    Raises:
        TooManyRegions: where their sides cross more rows than anybody draws.
    """
    starts, ends = _sides_of_rings(rings)
    is_down = starts[:, 1] <= ends[:, 1]
    upper, lower = np.where(is_down[:, None], starts, ends), np.where(is_down[:, None], ends, starts)
    first = np.clip(np.ceil(upper[:, 1] - 0.5), 0, size.height).astype(np.int64)
    last = np.clip(np.ceil(lower[:, 1] - 0.5), 0, size.height).astype(np.int64)
    is_crossed = first < last
    upper, lower, first, last = (part[is_crossed] for part in (upper, lower, first, last))
    if not first.size:
        return None
    if int((last - first).sum()) > MOST_CROSSINGS:
        raise TooManyRegions
    xs = np.concatenate([upper[:, 0], lower[:, 0]])
    left, right = (int(np.clip(np.ceil(side - 0.5), 0, size.width)) for side in (xs.min(), xs.max()))
    top, bottom = int(first.min()), int(last.max())
    if left == right:
        return None
    # How often the way from the left is turned, of which only the last bit counts.
    turns = np.zeros((bottom - top, right - left + 1), np.uint8)
    slopes = (lower[:, 0] - upper[:, 0]) / (lower[:, 1] - upper[:, 1])
    for part in _batches(last - first):
        spans = (last - first)[part]
        side = np.repeat(np.arange(part.start, part.stop), spans)
        rows = np.arange(len(side)) - np.repeat(np.cumsum(spans) - spans, spans) + first[side]
        crossings = upper[side, 0] + (rows + 0.5 - upper[side, 1]) * slopes[side]
        columns = np.clip(np.ceil(crossings - 0.5), left, right).astype(np.int64)
        np.add.at(turns.reshape(-1), (rows - top) * turns.shape[1] + columns - left, 1)
    np.add.accumulate(turns, axis=1, out=turns)
    np.bitwise_and(turns, 1, out=turns)
    return Patch(left, top, turns[:, :-1].view(np.bool_))


def runs_of_rings(rings: Iterable[Ring], size: Size) -> list[int]:
    """Return the lengths of the runs, as COCO has them, of a region whose outlines go along pixels."""
    ends = [np.zeros(0, np.int64)]
    for ring in rings:
        starts, stops = _sides_of_rings([ring])
        for (x0, y), (x1, _) in zip(*(part.astype(np.int64) for part in (starts, stops)), strict=True):
            # A level side turns each of its columns on or off.
            ends.append(np.arange(min(x0, x1), max(x0, x1)) * size.height + y)
    places, counts = np.unique(np.concatenate(ends), return_counts=True)
    # The end of a column, and the beginning of the next, are one place.
    steps: Numbers = np.concatenate([[0], places[counts % 2 == 1], [size.width * size.height]])
    lengths: list[int] = np.diff(steps).tolist()
    return lengths if len(lengths) == 1 or lengths[-1] else lengths[:-1]


def join_rings(rings: Sequence[Ring]) -> Ring:
    """Return a region as one ring, for formats without holes: cuts without width lead from hole to hole.

    Each cut is walked there and back, so that whoever fills the ring, by either rule, leaves the holes out.
    """
    around_it, *holes = rings
    ring, entries = [around_it[0]], [around_it[0]]
    for hole in holes:
        ring += [*hole, hole[0]]
        entries.append(hole[0])
    return [*ring, *reversed(entries[:-1]), *around_it[1:]] if holes else list(around_it)


def area_of(rings: Iterable[Ring]) -> float:
    """Return the area of a region: that of the ring around it without its holes."""
    return sum(
        x0 * y1 - x1 * y0
        for ring in rings
        for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True)
    ) / 2  # fmt: skip


def _sides_of_rings(rings: Rings) -> tuple["np.ndarray[Any, np.dtype[np.float64]]", ...]:
    """Return where each side begins and ends."""
    corners = [np.asarray(ring, np.float64).reshape(-1, 2) for ring in rings]
    ends = [np.roll(ring, -1, 0) for ring in corners]
    none = np.zeros((0, 2))
    return np.concatenate([none, *corners]), np.concatenate([none, *ends])


def _batches(spans: Numbers) -> Iterable[slice]:
    """Yield parts of the sides, each with so many crossings that they fit into memory."""
    through = np.cumsum(spans)
    start = 0
    while start < len(spans):
        before = through[start - 1] if start else 0
        stop = int(np.searchsorted(through, before + CROSSINGS_AT_ONCE, "right"))
        yield slice(start, max(stop, start + 1))
        start = max(stop, start + 1)


@dataclass(slots=True)
class _Sides:
    """The sides between regions and what is none, by where they begin and which way they go.

    The region lies right of the way. `keys` are the corner's number, row by row, and the way in one.
    """

    keys: Numbers
    width: int
    # Which side comes after each, and whether the way turns where a side begins.
    follow: Numbers
    is_turn: Pixels
    # Of the sides on the left of pixels: the pixel's number, row by row, and which side it is.
    left_pixels: Numbers
    left_sides: Numbers
    rings: "array[int]"

    def way(self, side: int) -> int:
        return int(self.keys[side]) % WAYS

    def corners(self, ring: Sequence[int]) -> Ring:
        """Return the corners at which sides begin."""
        numbers = self.keys[np.asarray(ring)] // WAYS
        rows, columns = np.divmod(numbers, self.width + 1)
        return list(zip(columns.astype(float).tolist(), rows.astype(float).tolist(), strict=True))

    def ring_before(self, side: int) -> int:
        """Return the ring that bounds, on its left, the run of pixels that ends at a side on their right."""
        row, column = divmod(int(self.keys[side]) // WAYS, self.width + 1)
        place = int(np.searchsorted(self.left_pixels, row * self.width + column - 1, "right")) - 1
        return self.rings[int(self.left_sides[place])]


def _sides(mask: Pixels) -> _Sides:
    """Return the sides of a mask, refused by their number before anything is done with them."""
    high, wide = mask.shape
    padded = np.pad(mask, 1)
    # Of each way: the neighbour across the side, and the corner where the side begins, from the pixel's own.
    parts, count = [], 0
    places: Numbers = np.zeros(0, np.int64)
    for way, (down, across, row, column) in enumerate(
        ((0, 1, 0, 0), (1, 2, 0, 1), (2, 1, 1, 1), (1, 0, 1, 0))
    ):
        places = np.flatnonzero(mask & ~padded[down : down + high, across : across + wide])
        count += len(places)
        if count > MOST_SIDES:
            raise TooManyRegions
        rows, columns = np.divmod(places, wide)
        parts.append(((rows + row) * (wide + 1) + columns + column) * WAYS + way)
    left_pixels, left_keys = places, parts[-1]
    keys = np.sort(np.concatenate(parts))
    follow = _next_sides(keys, wide + 1)
    is_turn = np.zeros(len(keys), np.bool_)
    is_turn[follow] = keys % WAYS != keys[follow] % WAYS
    if np.count_nonzero(is_turn) > MOST_CORNERS:
        raise TooManyRegions
    left_sides = np.searchsorted(keys, left_keys)
    return _Sides(keys, wide, follow, is_turn, left_pixels, left_sides, array("i", [-1]) * len(keys))


def _next_sides(keys: Numbers, stride: int) -> Numbers:
    """Return which side begins where each ends; of pixels that touch at a corner it goes around both."""
    ways = keys % WAYS
    corners = keys // WAYS + np.array([1, stride, -1, -stride])[ways]
    follow = np.full(len(keys), -1, np.int64)
    # To the left where there is such a side, straight on, to the right.
    for turn in (3, 0, 1):
        (open_ends,) = np.nonzero(follow < 0)
        goals = corners[open_ends] * WAYS + (ways[open_ends] + turn) % WAYS
        places = np.minimum(np.searchsorted(keys, goals), len(keys) - 1)
        is_there = keys[places] == goals
        follow[open_ends[is_there]] = places[is_there]
    return follow


def _trace(sides: _Sides) -> list[list[int]]:
    """Return the rings that sides make, as the sides with which a straight part begins; number each side."""
    rings: list[list[int]] = []
    follow, is_turn, numbers = sides.follow.data, sides.is_turn.data, sides.rings
    for start in np.flatnonzero(sides.is_turn).tolist():
        if numbers[start] >= 0:
            continue
        if len(rings) >= 2 * MOST_REGIONS:
            raise TooManyRegions
        ring, side = [], start
        while numbers[side] < 0:
            numbers[side] = len(rings)
            if is_turn[side]:
                ring.append(side)
            side = follow[side]
        rings.append(ring)
    return rings
