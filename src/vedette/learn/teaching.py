"""Which unlabelled pictures to label first, and which pictures are unlike all others; by features alone.

The next picture is the one that brings all unlabelled ones nearest to something labelled (greedy facility
location): a picture that stands for many comes before an outlier, and what resembles a labelled one comes
late. Farthest-first choice takes outliers, choice by doubt alone takes neighbours; both lost to random
choice somewhere. Weighted by the doubt of a regression on what is labelled, it reaches the quality of random
choice with half of the labels (docs/experiments.md, 2026-11-29, bench/label_gain.py).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vedette.learn.linear import fit_linear

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
# Of the regression that doubts: the middle of those that classifiers on frozen features try (linear.py).
PENALTY = 0.01
# More labelled pictures than these make doubts no truer, and the regression slower than the look at them.
MOST_TAUGHT = 1000
# A regression that is sure is wrong at times, so that no picture weighs nothing.
LEAST_DOUBT = 0.1


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


def doubts_of(
    rows: Array, labelled: Array, truth: npt.NDArray[np.floating], *, one_label: bool
) -> npt.NDArray[np.float32] | None:
    """Return for each row how little a regression on labelled rows tells its label apart, from 0 to 1.

    None where there is nothing to tell apart yet: fewer than two labels, or none that some rows lack.
    """
    if len(labelled) > MOST_TAUGHT:
        part = np.random.default_rng(0).permutation(len(labelled))[:MOST_TAUGHT]
        labelled, truth = labelled[part], truth[part]
    counts = truth.sum(axis=0)
    is_useful = (counts > 0) & (counts < len(truth))
    if not len(rows) or is_useful.sum() < (2 if one_label else 1):
        return None
    targets = np.asarray(truth[:, is_useful], np.float64)
    regression = fit_linear(
        labelled.astype(np.float64), targets, penalty=PENALTY, is_multilabel=not one_label
    )
    logits = regression(rows)
    if not one_label:
        return np.asarray((1.0 - np.abs(np.tanh(logits / 2.0))).max(axis=1), np.float32)
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    first_two = np.sort(shares / shares.sum(axis=1, keepdims=True), axis=1)[:, -2:]
    return np.asarray(1.0 - (first_two[:, 1] - first_two[:, 0]), np.float32)


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
