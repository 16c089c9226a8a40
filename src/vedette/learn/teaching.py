"""Which unlabelled pictures to label first, and which pictures are unlike all others; by features alone.

The next picture is the one that brings all unlabelled ones nearest to something labelled (greedy facility
location): a picture that stands for many comes before an outlier, and what resembles a labelled one comes
late. Farthest-first choice takes outliers, choice by doubt alone takes neighbours; both lost to random
choice somewhere, this did not (docs/experiments.md, 2026-11-28).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

# Distances are taken for so many rows at once, which bounds memory.
ROWS = 512
# The neighbour by which it is judged how alone a picture is: the third, so that a twin hides nobody.
NEIGHBOUR = 3
# Deviations (of the median kind) from the median, from which on a picture is said to be odd: strangers in
# five sets had 2.2 to 6.1 and nearly always came first, the sets' own pictures up to 3.8
# (docs/experiments.md, 2026-11-28).
ODD = 2.5
# The same for a normal distribution as its standard deviation.
MAD = 1.4826
# Fewer pictures have no usual distance.
FEWEST = 12


@dataclass(frozen=True, slots=True)
class Lesson:
    """An unlabelled row, and for how many unlabelled ones, itself included, it stands."""

    row: int
    stands_for: int


def order_lessons(
    rows: Array, labelled: Array, *, weights: npt.NDArray[np.floating] | None = None, most: int = 100
) -> list[Lesson]:
    """Return the rows of which each helps most after those before it; `weights` are a model's doubts."""
    if not len(rows):
        return []
    alike = rows @ rows.T
    nearest = _nearest(rows, labelled)
    weight = np.ones(len(rows), np.float32) if weights is None else np.asarray(weights, np.float32)
    places: list[int] = []
    is_open = np.ones(len(rows), bool)
    for _ in range(min(most, len(rows))):
        gains = _gains(alike, nearest, weight)
        gains[~is_open] = -1.0
        row = int(gains.argmax())
        is_open[row] = False
        places.append(row)
        nearest = np.maximum(nearest, alike[row])
    counts = np.bincount(alike[:, places].argmax(axis=1), minlength=len(places))
    return [Lesson(row, int(count)) for row, count in zip(places, counts, strict=True)]


def find_odd(rows: Array, *, most: int = 12) -> list[tuple[int, float]]:
    """Return the rows that are far from all others, the farthest first, with how many deviations."""
    if len(rows) < FEWEST:
        return []
    distances = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), ROWS):
        nearness = rows[start : start + ROWS] @ rows.T
        # Itself is the nearest, so that the third neighbour is the fourth in the row.
        nth = np.partition(nearness, -(NEIGHBOUR + 1), axis=1)[:, -(NEIGHBOUR + 1)]
        distances[start : start + ROWS] = np.sqrt(np.maximum(2 - 2 * nth, 0))
    middle = float(np.median(distances))
    usual = MAD * float(np.median(np.abs(distances - middle)))
    deviations = (distances - middle) / max(usual, 0.01)
    order = np.argsort(-deviations, kind="stable")[:most]
    return [(int(row), float(deviations[row])) for row in order if deviations[row] > ODD]


def _nearest(rows: Array, labelled: Array) -> npt.NDArray[np.float32]:
    """Return how near each row is to the nearest labelled one."""
    nearest = np.full(len(rows), -1.0, np.float32)
    for start in range(0, len(labelled), ROWS):
        nearest = np.maximum(nearest, (rows @ labelled[start : start + ROWS].T).max(axis=1))
    return nearest


def _gains(
    alike: Array, nearest: npt.NDArray[np.float32], weight: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    gains = np.empty(len(alike), np.float32)
    for start in range(0, len(alike), ROWS):
        gains[start : start + ROWS] = np.maximum(alike[start : start + ROWS] - nearest, 0) @ weight
    return gains
