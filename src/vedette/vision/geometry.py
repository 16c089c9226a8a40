"""Arithmetic of boxes: overlap, suppression, conversion. Numbers in, numbers out.

Rows of boxes are edges: left, top, right, bottom, in any one unit.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vedette.vision.annotations import Box
from vedette.vision.tiles import Window

Floats = NDArray[np.float64]


def edges_of(boxes: Iterable[Box]) -> Floats:
    """Return the boxes as rows of edges."""
    rows = [(b.left, b.top, b.left + b.width, b.top + b.height) for b in boxes]
    return np.array(rows, np.float64).reshape(-1, 4)


def box_of(edges: NDArray[np.floating]) -> Box | None:
    """Return one row as a box, or None where nothing is left of it."""
    left, top, right, bottom = (float(edge) for edge in edges)
    if not (np.isfinite([left, top, right, bottom]).all() and right > left and bottom > top):
        return None
    return Box(left, top, right - left, bottom - top)


def clipped(edges: Floats) -> Floats:
    """Return rows in shares, cut off at the picture's edges."""
    return np.clip(edges, 0.0, 1.0)


def overlaps(first: Floats, second: Floats) -> Floats:
    """Return the intersection over union of every row of one with every row of the other."""
    shared = _shared(first, second)
    both = _areas(first)[:, None] + _areas(second)[None, :] - shared
    return np.divide(shared, both, out=np.zeros_like(shared), where=both > 0)


def covered(inner: Floats, outer: Floats) -> Floats:
    """Return what share of every row of one lies within every row of the other."""
    shared = _shared(inner, outer)
    areas = np.broadcast_to(_areas(inner)[:, None], shared.shape)
    return np.divide(shared, areas, out=np.zeros_like(shared), where=areas > 0)


def keep_best(edges: Floats, scores: NDArray[np.floating], *, most_overlap: float) -> NDArray[np.intp]:
    """Return the rows to keep, best first: none overlaps a better one by more than `most_overlap`."""
    order = np.argsort(-scores, kind="stable")
    best_rows: list[int] = []
    while order.size:
        best, order = order[0], order[1:]
        best_rows.append(int(best))
        if order.size:
            order = order[overlaps(edges[best : best + 1], edges[order])[0] <= most_overlap]
    return np.array(best_rows, np.intp)


def out_of_window(edges: Floats, window: Window, *, height: int, width: int) -> Floats:
    """Return rows in shares of a window as rows in shares of the picture."""
    span = np.array([window.right - window.left, window.bottom - window.top] * 2, np.float64)
    start = np.array([window.left, window.top] * 2, np.float64)
    return (start + edges * span) / np.array([width, height] * 2, np.float64)


def out_of_frame(edges: Floats, frame: Box) -> Floats:
    """Return rows in shares of a letterboxed input as rows in shares of the picture within it."""
    start, span = np.array([frame.left, frame.top] * 2), np.array([frame.width, frame.height] * 2)
    inner: Floats = (edges - start) / span
    return inner


def _areas(edges: Floats) -> Floats:
    sides = np.clip(edges[:, 2:] - edges[:, :2], 0, None)
    areas: Floats = sides[:, 0] * sides[:, 1]
    return areas


def _shared(first: Floats, second: Floats) -> Floats:
    begin = np.maximum(first[:, None, :2], second[None, :, :2])
    end = np.minimum(first[:, None, 2:], second[None, :, 2:])
    sides = np.clip(end - begin, 0, None)
    shared: Floats = sides[..., 0] * sides[..., 1]
    return shared
