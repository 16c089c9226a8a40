"""The upright box around a shape: points, a turned rectangle, a turned ellipse. Pixels, degrees clockwise."""

import math
from collections.abc import Sequence

Edges = tuple[float, float, float, float]
Pair = tuple[float, float]


def around(points: Sequence[Pair]) -> Edges:
    """Return left, top, right and bottom of points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def around_turned(anchor: Pair, sides: Pair, degrees: float, *, is_ellipse: bool = False) -> Edges:
    """Return the edges of a rectangle turned about its left top corner, or of an ellipse about its centre.

    `anchor` is that corner or centre; `sides` are width and height, or the two radii.
    """
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    x, y = anchor
    wide, high = sides
    if is_ellipse:
        across, down = math.hypot(wide * cos, high * sin), math.hypot(wide * sin, high * cos)
        return x - across, y - down, x + across, y + down
    return around(corners_turned(anchor, sides, degrees))


def corners_turned(anchor: Pair, sides: Pair, degrees: float) -> list[Pair]:
    """Return the corners of a rectangle turned about its left top one, on the way around it."""
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    corners = ((0.0, 0.0), (sides[0], 0.0), sides, (0.0, sides[1]))
    return [(anchor[0] + a * cos - b * sin, anchor[1] + a * sin + b * cos) for a, b in corners]


def corners_centred(edges: Edges, degrees: float) -> list[Pair]:
    """Return the corners of a rectangle that is turned about its own centre, on the way around it."""
    left, top, right, bottom = edges
    turn = math.radians(degrees)
    cos, sin = math.cos(turn), math.sin(turn)
    x, y = (left + right) / 2, (top + bottom) / 2
    corners = ((left - x, top - y), (right - x, top - y), (right - x, bottom - y), (left - x, bottom - y))
    return [(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in corners]


def around_centred(edges: Edges, degrees: float) -> Edges:
    """Return the edges of a rectangle that is turned about its own centre."""
    left, top, right, bottom = edges
    turn = math.radians(degrees)
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    x, y, wide, high = (left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2
    across, down = wide * cos + high * sin, wide * sin + high * cos
    return x - across, y - down, x + across, y + down
