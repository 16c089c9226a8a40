"""Regions of COCO: polygons, and runs of pixels as lists of numbers or as COCO's letters.

Runs go down the columns from the left, and begin with pixels that do not belong to the region. Written in
letters, each run from the fourth on is the difference to the one two before it, five bits a letter, the
lowest first. That is how pycocotools writes them, against which a test holds this.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from vedette.exchange.json_files import list_of, numbers_of, object_of, refuse
from vedette.exchange.turned_boxes import Edges, around
from vedette.manifest.detection import Size

# A run is at most a picture's pixels; more letters than this for one run are no number of pixels.
MOST_LETTERS = 7
Ring = list[tuple[float, float]]


def edges_of_region(segmentation: Any, size: Size, place: str) -> Edges | None:
    """Return the edges around a region in pixels; None around one without a pixel."""
    if isinstance(segmentation, dict):
        return _edges_of_runs(read_runs(segmentation, size, place), size.height)
    rings = read_rings(segmentation, place)
    return around([point for ring in rings for point in ring]) if rings else None


def read_rings(segmentation: Any, place: str) -> list[Ring]:
    """Return the polygons of a region: lists of x, y, x, y, or one such list by itself."""
    lists = list_of({"segmentation": segmentation}, "segmentation", place)
    if lists and not isinstance(lists[0], list):
        lists = [lists]
    rings = []
    for flat in lists:
        numbers = numbers_of(flat, len(flat) if isinstance(flat, list) else 0, "polygon", place)
        if len(numbers) < 6 or len(numbers) % 2:
            refuse(place, "has a polygon that is not three or more pairs of numbers.")
        rings.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return rings


def read_runs(segmentation: dict[str, Any], size: Size, place: str) -> list[int]:
    """Return the lengths of the runs, which fill the picture exactly."""
    high, wide = numbers_of(object_of({"s": segmentation}, "s", place).get("size"), 2, "size", place)
    if (wide, high) != (size.width, size.height):
        sides = f"{size.width} x {size.height}"
        refuse(place, f"has a mask of {wide:.0f} x {high:.0f} pixels on a picture of {sides}.")
    counts = segmentation.get("counts")
    runs = _runs_of_letters(counts, place) if isinstance(counts, str) else _runs_of_list(counts, place)
    if sum(runs) != size.width * size.height:
        pixels = size.width * size.height
        refuse(place, f"has a mask whose runs are {sum(runs):,} pixels long on a picture of {pixels:,}.")
    return runs


def draw_runs(runs: Sequence[int], size: Size) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Return the region as a mask of the picture's size."""
    is_inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(is_inside, runs).reshape((size.height, size.width), order="F")


def _runs_of_list(counts: Any, place: str) -> list[int]:
    if not isinstance(counts, list):
        refuse(place, "has a mask without a list of runs.")
    numbers = numbers_of(counts, len(counts), "list of runs", place, far=2e9)
    if any(number < 0 or number != int(number) for number in numbers):
        refuse(place, "has a mask with a run that is no number of pixels.")
    return [int(number) for number in numbers]


def _runs_of_letters(letters: str, place: str) -> list[int]:
    runs: list[int] = []
    value, shift = 0, 0
    for letter in letters:
        bits = ord(letter) - 48
        if not 0 <= bits < 64 or shift >= 5 * MOST_LETTERS:
            refuse(place, "has a mask in letters that are not COCO's.")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:  # the sign
            value -= 1 << shift
        if len(runs) > 2:
            value += runs[-2]
        if value < 0:
            refuse(place, "has a mask with a run that is no number of pixels.")
        runs.append(value)
        value, shift = 0, 0
    if shift:
        refuse(place, "has a mask in letters that end within a number.")
    return runs


def _edges_of_runs(runs: Sequence[int], height: int) -> Edges | None:
    ends = np.cumsum(np.asarray(runs, dtype=np.int64))
    first, last = ends[:-1:2], ends[1::2] - 1
    is_filled = last >= first
    first, last = first[is_filled], last[is_filled]
    if not first.size:
        return None
    left, right = first // height, last // height
    if (left < right).any():  # such a run holds a column's last pixel and the next one's first
        top, bottom = 0, height
    else:
        top, bottom = int((first % height).min()), int((last % height).max()) + 1
    return float(left.min()), float(top), float(right.max()) + 1, float(bottom)
