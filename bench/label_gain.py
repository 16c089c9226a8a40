"""How many labels the choice of what to label saves, against random choice.

Of every set a third is held out; the rest has no label at first. Ten pictures are labelled at a time, from a
hundred on twenty: those that a study would name first, chosen anew after each ten. After each, a regression
on all labelled ones says the labels of the held-out third. What counts is in how many labels a choice
reaches the quality (mean accuracy of the labels) that random choice has with half of the pictures, 200 at the
most: the mean of three splits, random choice eight times each.

Bar: at most 0.60 of the labels, mean of the four real sets. `python -m bench.label_gain CACHE [CELLS]`; CELLS
is the folder `elpv_dataset/data` of an unpacked wheel of elpv-dataset. A seed each; no timing.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.common import machine, row
from bench.label_gain_sets import FeatureSet, open_sets
from vedette.learn.linear import fit_linear
from vedette.learn.teaching import LEAST_DOUBT, PENALTY, doubts_of, order_lessons

REAL = ("aliens", "cookies", "cells", "digits")
DRAWN = ("parts", "boards")
SEEDS, DRAWS = (0, 1, 2), 8
FIRST, LATER, LATER_FROM = 10, 20, 100
MOST, GOAL = 300, 200
BAR = 0.60

Numbers = NDArray[np.int64]
Choice = Callable[[FeatureSet, Numbers, Numbers, int, np.random.Generator], Numbers]


def at_random(
    pictures: FeatureSet, labelled: Numbers, rest: Numbers, count: int, rng: np.random.Generator
) -> Numbers:
    """Choose so many by chance."""
    del pictures, labelled
    return rng.choice(rest, min(count, len(rest)), replace=False)


def by_nearness(
    pictures: FeatureSet, labelled: Numbers, rest: Numbers, count: int, rng: np.random.Generator
) -> Numbers:
    """Choose what the others lie nearest to, as until 2026-11-29."""
    del rng
    lessons = order_lessons(pictures.rows[rest], pictures.rows[labelled], most=count)
    return rest[[lesson.row for lesson in lessons]]


def by_doubt_alone(
    pictures: FeatureSet, labelled: Numbers, rest: Numbers, count: int, rng: np.random.Generator
) -> Numbers:
    """Choose what the regression tells apart least; while it tells nothing, by nearness."""
    doubts = _doubts(pictures, labelled, rest)
    if doubts is None:
        return by_nearness(pictures, labelled, rest, count, rng)
    return rest[np.argsort(-doubts, kind="stable")[:count]]


def as_studies_do(
    pictures: FeatureSet, labelled: Numbers, rest: Numbers, count: int, rng: np.random.Generator
) -> Numbers:
    """Choose what the doubtful ones lie nearest to."""
    del rng
    doubts = _doubts(pictures, labelled, rest)
    weights = None if doubts is None else doubts + LEAST_DOUBT
    lessons = order_lessons(pictures.rows[rest], pictures.rows[labelled], weights=weights, most=count)
    return rest[[lesson.row for lesson in lessons]]


CHOICES: dict[str, Choice] = {
    "random": at_random,
    "nearness": by_nearness,
    "doubt": by_doubt_alone,
    "studies": as_studies_do,
}


def _doubts(pictures: FeatureSet, labelled: Numbers, rest: Numbers) -> NDArray[np.float32] | None:
    truth = np.eye(int(pictures.truth.max()) + 1)[pictures.truth[labelled]]
    return doubts_of(pictures.rows[rest], pictures.rows[labelled], truth, one_label=True)


def curve(pictures: FeatureSet, choose: Choice, seed: int, draw: int) -> NDArray[np.float64]:
    """Return numbers of labels, and the quality with each."""
    rng, test = np.random.default_rng([seed, draw]), held_out(pictures.truth, seed)
    pool = np.setdiff1d(np.arange(len(pictures.truth)), test)
    labelled: Numbers = np.zeros(0, np.int64)
    points = []
    while len(labelled) < min(MOST, len(pool)):
        step = FIRST if len(labelled) < LATER_FROM else LATER
        new = choose(pictures, labelled, np.setdiff1d(pool, labelled), step, rng)
        labelled = np.concatenate([labelled, new])
        points.append((len(labelled), quality(pictures, labelled, test)))
    return np.asarray(points)


def held_out(truth: Numbers, seed: int) -> Numbers:
    """Return a third of each label's pictures."""
    rng = np.random.default_rng(seed)
    parts = [rng.permutation(np.flatnonzero(truth == label)) for label in range(int(truth.max()) + 1)]
    return np.sort(np.concatenate([part[: len(part) // 3] for part in parts]))


def quality(pictures: FeatureSet, labelled: Numbers, test: Numbers) -> float:
    """Return the mean over labels of the share that is told right."""
    seen = np.unique(pictures.truth[labelled])
    guesses = np.full(len(test), seen[0])
    if len(seen) > 1:
        truth = np.eye(len(seen))[np.searchsorted(seen, pictures.truth[labelled])]
        rows = pictures.rows[labelled].astype(np.float64)
        regression = fit_linear(rows, truth, penalty=PENALTY, is_multilabel=False)
        guesses = seen[regression(pictures.rows[test]).argmax(axis=1)]
    labels = pictures.truth[test]
    return float(np.mean([(guesses[labels == label] == label).mean() for label in np.unique(labels)]))


def labels_to_reach(points: NDArray[np.float64], goal: float) -> float:
    """Return with how many labels this quality is reached first, between the points on a line; else never."""
    best = np.maximum.accumulate(points[:, 1])
    if best[-1] < goal:
        return float("inf")
    after = int(np.argmax(best >= goal))
    if after == 0:
        return float(points[0, 0])
    share = (goal - best[after - 1]) / (best[after] - best[after - 1])
    return float(points[after - 1, 0] + share * (points[after, 0] - points[after - 1, 0]))


def measure(pictures: FeatureSet) -> dict[str, float]:
    """Print what each choice needs on one set; return the shares of random choice's labels at the goal."""
    curves = {
        name: np.mean(
            [
                np.mean([curve(pictures, choose, seed, draw) for draw in range(draws)], axis=0)
                for seed in SEEDS
            ],
            axis=0,
        )
        for name, choose in CHOICES.items()
        for draws in [DRAWS if choose is at_random else 1]
    }
    pool = len(pictures.truth) - len(held_out(pictures.truth, 0))
    goals = [20, 40, min(pool // 2, GOAL)]
    shares: dict[str, float] = {}
    for name, points in curves.items():
        needs = []
        for labels in goals:
            goal = float(np.interp(labels, curves["random"][:, 0], curves["random"][:, 1]))
            shares[name] = labels_to_reach(points, goal) / labels
            needs.append(f"{labels}: {goal:.3f} by {shares[name]:.2f}")
        print(f"| {pictures.name} | {name} | {' | '.join(needs)} |", flush=True)
    return shares


def main() -> None:
    """Measure on all sets."""
    cells = Path(sys.argv[2]) if len(sys.argv) > 2 else Path("elpv_dataset/data")
    print(machine())
    shares = {
        pictures.name: measure(pictures) for pictures in open_sets([*REAL, *DRAWN], cells, Path(sys.argv[1]))
    }
    for name in CHOICES:
        mean = float(np.mean([shares[real][name] for real in REAL]))
        row(f"{name}: labels of random choice's, four sets", f"{mean:.2f}", f"{BAR}", mean <= BAR)


if __name__ == "__main__":
    main()
