"""How long a training will take on this machine: by those that ran here, or else by measurements of ours.

A training's seconds are taken to grow with its pictures. How fast this machine is beside the one measured on
is the median over the trainings of the same kind that ended here; how far they lie apart gives the band.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

BUDGETS = ("fast", "balanced", "best")
# Loading torch, exporting and packaging, whatever the pictures are (docs/experiments.md, 2026-11-28: 2.9 s
# where all features are known, beside 1 s for loading).
FIXED_S = 5.0
# Seconds a picture on two cores, by `vedette demo` (budget fast) and the sets of bench.learn_kinds (balanced)
# of docs/experiments.md; `best` tries four times as much as `balanced` (learn/budget.py).
RATES = {
    "classification": (0.27, 1.0),
    "multilabel": (0.35, 1.0),
    "detection": (1.8, 2.9),
    "anomaly": (0.4, 0.5),
    "segmentation": (0.8, 2.2),
}
BEST = 4
# Without a training here: another machine may be half as fast or twice. With one or two they are no spread.
FAR, NEAR = 2.0, 1.6
FEW = 3
# Of many trainings the last ones count: machines and releases change.
MOST = 20


@dataclass(frozen=True, slots=True)
class PastTraining:
    """A training that ended here, in what its time depends on."""

    task: str
    budget: str
    pictures: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """The seconds of a training, between which they will mostly lie, and how many trainings say so."""

    budget: str
    seconds: float
    least: float
    most: float
    trainings: int


def estimate(task: str, pictures: int, past: Sequence[PastTraining]) -> list[Estimate]:
    """Return an estimate for every budget; `past` has the newest last."""
    alike = [training for training in past if training.task == task and training.budget in BUDGETS][-MOST:]
    ratios = sorted(
        training.seconds / measured(task, training.budget, training.pictures) for training in alike
    )
    pace = statistics.median(ratios) if ratios else 1.0
    low, high = _band(ratios, pace)
    return [
        Estimate(budget, base * pace, base * low, base * high, len(ratios))
        for budget in BUDGETS
        for base in [measured(task, budget, pictures)]
    ]


def measured(task: str, budget: str, pictures: int) -> float:
    """Return the seconds that a training took where we measured."""
    fast, balanced = RATES.get(task, RATES["classification"])
    rate = {"fast": fast, "balanced": balanced, "best": BEST * balanced}[budget]
    return FIXED_S + rate * pictures


def _band(ratios: Sequence[float], pace: float) -> tuple[float, float]:
    if not ratios:
        return pace / FAR, pace * FAR
    if len(ratios) < FEW:
        return pace / NEAR, pace * NEAR
    # A little wider than what was: the next one need not lie between the others.
    return min(ratios) / 1.1, max(ratios) * 1.1
