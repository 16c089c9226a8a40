"""Windows of a large picture: where they lie, and how many there are. Numbers in, numbers out."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture, in pixels; right and bottom are outside."""

    left: int
    top: int
    right: int
    bottom: int


def tiles(height: int, width: int, *, tile: tuple[int, int], overlap: float) -> list[Window]:
    """Return windows of `tile` (height, width) pixels that cover the picture, row by row.

    Neighbours share at least `overlap` of their side; a picture smaller than one
    window in some direction gives windows as small as itself in that direction.
    """
    if min(tile) < 1 or not 0 <= overlap < 1:
        raise ValueError(f"tiles of {tile} pixels with an overlap of {overlap} cover nothing")
    return [
        Window(left, top, min(left + tile[1], width), min(top + tile[0], height))
        for top in _starts(height, tile[0], overlap)
        for left in _starts(width, tile[1], overlap)
    ]


def count_tiles(height: int, width: int, *, tile: tuple[int, int], overlap: float) -> int:
    """Return how many windows `tiles` gives, without making them."""
    return _count_starts(height, tile[0], overlap) * _count_starts(width, tile[1], overlap)


def _count_starts(length: int, side: int, overlap: float) -> int:
    if length <= side:
        return 1
    return -(-(length - side) // max(1, int(side * (1 - overlap)))) + 1


def _starts(length: int, side: int, overlap: float) -> list[int]:
    if length <= side:
        return [0]
    count = _count_starts(length, side, overlap)
    return [round(index * (length - side) / (count - 1)) for index in range(count)]
