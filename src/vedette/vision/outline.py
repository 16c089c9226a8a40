"""A smart outline: what in a picture a box or some points mean, as runs of pixels.

GrabCut (Rother, Kolmogorov and Blake, 2004) of OpenCV at 512 pixels at most, and its border fitted to the
picture's edges by a guided filter (He, Sun and Tang, 2010) at up to 1,024. Pixels are those of the picture as
it is stored, unturned, as boxes and masks are. Nothing here is trained, and nothing is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.errors import Wrong
from vedette.vision.images import Pixels

# OpenCV's own types say less than numpy's.
Mask = NDArray[Any]
Window = tuple[int, int, int, int]

# GrabCut costs with the pixels: at 320 it finds in photographs what it does at 384, a third sooner.
WORK_SIDE = 320
FINE_SIDE = 1024
ITERATIONS = 3
# Around a box so much more of the picture is looked at, to learn what is not the thing.
AROUND = 0.35
LEAST_AROUND = 12
# A click means so much around it, in shares of the longer side that is worked on.
CLICK = 0.012
# How unlike a colour may be of its neighbour to be the same thing, around a click, before GrabCut decides.
TOLERANCE = 9
# Parts smaller than this share of the largest are specks; holes smaller than this share of all are noise.
SPECK, HOLE = 0.2, 0.004
# How much the border follows the picture's edges: a variance of brightness, of 0 to 1.
SMOOTHNESS = 1e-4
MOST_POINTS = 500


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A box in pixels of the stored picture."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class OutlineQuestion:
    """A box around the thing, or points inside it; further points say what belongs to it."""

    box: PixelBox | None = None
    inside: Sequence[tuple[float, float]] = ()
    outside: Sequence[tuple[float, float]] = ()


# A row, its first pixel, and the one behind its last.
Run = tuple[int, int, int]


def find_outline(pixels: Pixels, question: OutlineQuestion) -> list[Run]:
    """Return the thing as runs of pixels, row by row; none where nothing stands out."""
    height, width = pixels.shape[:2]
    window = _window(question, width, height)
    left, top, right, bottom = window
    part = pixels[top:bottom, left:right]
    mask = _fine(part, _coarse(part, question, window))
    return _runs(mask, left, top)


def _window(question: OutlineQuestion, width: int, height: int) -> Window:
    """Return the part of the picture that is looked at: around the box, or all of it."""
    box = question.box
    if box is None:
        if not question.inside:
            raise Wrong("An outline begins with a box, or with a point inside.")
        return 0, 0, width, height
    across, down = (max(LEAST_AROUND, AROUND * side) for side in (box.width, box.height))
    left, right = max(0, int(box.left - across)), min(width, int(np.ceil(box.left + box.width + across)))
    top, bottom = max(0, int(box.top - down)), min(height, int(np.ceil(box.top + box.height + down)))
    if right - left < 2 or bottom - top < 2 or box.width < 1 or box.height < 1:
        raise Wrong("The box lies outside the picture, or is smaller than a pixel.")
    return left, top, right, bottom


def _coarse(part: Pixels, question: OutlineQuestion, window: Window) -> Mask:
    """Return GrabCut's answer at the size at which it works, 0 or 1."""
    import cv2

    height, width = part.shape[:2]
    scale = min(1.0, WORK_SIDE / max(height, width))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    small = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA)
    seeds = _seeds(small, question, window, (size[0] / width, size[1] / height))
    if not ((seeds == cv2.GC_FGD) | (seeds == cv2.GC_PR_FGD)).any() or not (seeds % 2 == 0).any():
        return np.zeros(seeds.shape, np.uint8)
    cv2.setRNGSeed(0)  # the same question has the same answer
    models = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(small[:, :, ::-1])
    cv2.grabCut(bgr, seeds, (0, 0, 1, 1), models[0], models[1], ITERATIONS, cv2.GC_INIT_WITH_MASK)
    mask = ((seeds == cv2.GC_FGD) | (seeds == cv2.GC_PR_FGD)).astype(np.uint8)
    return _tidy(mask, seeds == cv2.GC_FGD, by_points=question.box is None)


def _seeds(small: Mask, question: OutlineQuestion, window: Window, scale: tuple[float, float]) -> Mask:
    """Return what is known beforehand of each pixel, in GrabCut's four words."""
    import cv2

    height, width = small.shape[:2]
    seeds = np.full((height, width), cv2.GC_BGD if question.box else cv2.GC_PR_BGD, np.uint8)

    def place(x: float, y: float) -> tuple[int, int]:
        across, down = (x - window[0]) * scale[0], (y - window[1]) * scale[1]
        return int(np.clip(across, 0, width - 1)), int(np.clip(down, 0, height - 1))

    box = question.box
    if box is not None:
        (x1, y1), (x2, y2) = place(box.left, box.top), place(box.left + box.width, box.top + box.height)
        seeds[y1 : y2 + 1, x1 : x2 + 1] = cv2.GC_PR_FGD
    radius = max(1, round(CLICK * max(height, width)))
    for x, y in question.inside:
        if box is None:
            seeds[_alike(small, place(x, y))] = cv2.GC_PR_FGD
    for points, word in ((question.inside, cv2.GC_FGD), (question.outside, cv2.GC_BGD)):
        for x, y in points:
            cv2.circle(seeds, place(x, y), radius, int(word), -1)
    return seeds


def _alike(small: Mask, place: tuple[int, int]) -> Mask:
    """Return what is joined to a place by colours that change little."""
    import cv2

    flooded = np.zeros((small.shape[0] + 2, small.shape[1] + 2), np.uint8)
    smooth = cv2.medianBlur(np.ascontiguousarray(small), 5)
    tolerance = (TOLERANCE,) * 3
    cv2.floodFill(smooth, flooded, place, (0, 0, 0), tolerance, tolerance, 4 | cv2.FLOODFILL_MASK_ONLY)
    alike: Mask = flooded[1:-1, 1:-1] > 0
    return alike


def _tidy(mask: Mask, sure: Mask, *, by_points: bool) -> Mask:
    """Return the parts that are meant, without specks and without holes that are noise."""
    import cv2

    count, parts, facts, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return mask
    areas = facts[:, cv2.CC_STAT_AREA].astype(np.float64)
    areas[0] = 0
    keep = areas >= SPECK * areas.max()
    touched = np.unique(parts[sure])
    if by_points:
        keep[:] = False
    keep[touched] = True
    keep[0] = False
    result: Mask = keep[parts].astype(np.uint8)
    count, holes, facts, _ = cv2.connectedComponentsWithStats(1 - result, connectivity=4)
    small = facts[:, cv2.CC_STAT_AREA] < HOLE * max(1, int(result.sum()))
    small[0] = False
    result[small[holes]] = 1
    return result


def _fine(part: Pixels, coarse: Mask) -> Mask:
    """Return the mask at the part's own size, its border on the picture's edges."""
    import cv2

    height, width = part.shape[:2]
    if coarse.shape == (height, width) or not coarse.any():
        return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    scale = min(1.0, FINE_SIDE / max(height, width))
    size = max(2, round(width * scale)), max(2, round(height * scale))
    guide = cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(guide, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    soft = cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    radius = 2 * int(np.ceil(max(size) / max(coarse.shape))) + 1
    fitted = _guided(grey, soft, radius)
    if size != (width, height):
        fitted = cv2.resize(fitted, (width, height), interpolation=cv2.INTER_LINEAR)
    result: Mask = (fitted > 0.5).astype(np.uint8)
    return result


def _guided(guide: Mask, soft: Mask, radius: int) -> Mask:
    import cv2

    def mean(values: Mask) -> Mask:
        return cv2.blur(values, (2 * radius + 1, 2 * radius + 1)).astype(np.float32)

    middle, level = mean(guide), mean(soft)
    slope = (mean(guide * soft) - middle * level) / (mean(guide * guide) - middle * middle + SMOOTHNESS)
    result: Mask = mean(slope) * guide + mean(level - slope * middle)
    return result


def _runs(mask: Mask, left: int, top: int) -> list[Run]:
    """Return the runs of ones, in pixels of the whole picture."""
    padded = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    padded[:, 1:-1] = mask
    steps = np.diff(padded, axis=1)
    rows, starts = np.nonzero(steps == 1)
    _, ends = np.nonzero(steps == -1)
    return [
        (int(row) + top, int(start) + left, int(end) + left)
        for row, start, end in zip(rows, starts, ends, strict=True)
    ]
