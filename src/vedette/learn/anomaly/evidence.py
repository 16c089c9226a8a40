"""Two kinds of evidence for an anomaly, and their calibrated combination.

    memory     the logarithm of the distance to what is normal
    probe      the logit of a linear classifier on pooled features; needs labelled anomalies
    both       the two in one logistic regression

All is judged out of fold. A `Scorer` turns the evidence of a new picture into one calibrated logit.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from vedette.learn.calibrate import fit_platt, sigmoid
from vedette.learn.linear import PENALTIES, Linear, fit_linear, out_of_fold

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Folds = npt.NDArray[np.int64]

# One-sided quantile 0.977 of a normal distribution of log scores. On our sets 1.5 to 2.5 gave the best
# F1 and 3 lost one anomaly in ten (docs/experiments.md, 2026-11-20).
NORMAL_Z = 2.0
# Where nobody knows an anomaly, a score as far beyond the threshold as that is from the mean is called
# 98 % sure: a convention, since there is nothing to calibrate with.
SURE = float(np.log(49.0))


@dataclass(frozen=True, slots=True)
class Scorer:
    """The logit of an anomaly: slope · log(distance) + pooled features · weight + offset."""

    slope: float
    weight: Array | None  # [channel], where a probe has a say
    offset: float

    def calibrated(self, slope: float, offset: float) -> "Scorer":
        """Return the scorer followed by slope · logit + offset."""
        weight = None if self.weight is None else self.weight * slope
        return replace(self, slope=self.slope * slope, weight=weight, offset=self.offset * slope + offset)


@dataclass(frozen=True, slots=True)
class JudgedEvidence:
    """A kind of evidence, judged: the logits out of fold, calibrated, and the scorer for new pictures."""

    kind: str
    logits: Array
    scorer: Scorer

    def outcomes(self, truth: Flags) -> Array:
        """Return how good each answer is: right or wrong, and a tenth for how sure of the truth."""
        probability = sigmoid(self.logits)
        sure = np.where(truth, probability, 1 - probability)
        return np.asarray(((sure > 0.5) + 0.1 * sure) / 1.1, np.float64)


def from_normal(distances: Array) -> Scorer:
    """Return the scorer that held-out normal pictures alone give: a half is `NORMAL_Z` above their mean."""
    logs = np.log(distances)
    spread = max(float(logs.std(ddof=1)) if len(logs) > 1 else 0.1, 0.02)
    slope = SURE / (NORMAL_Z * spread)
    return Scorer(slope, None, -slope * (float(logs.mean()) + NORMAL_Z * spread))


def weigh(distances: Array, pooled: Array, truth: Flags, folds: Folds) -> list[JudgedEvidence]:
    """Return every kind of evidence, judged where some pictures are labelled as anomalies."""
    logs = np.log(distances)
    memory = _calibrated("memory", logs, Scorer(1.0, None, 0.0), truth)
    held_out, weight, bias = _probe(pooled, truth, folds)
    probe = _calibrated("probe", held_out, Scorer(0.0, weight, bias), truth)
    stacked, joint = _stack(np.stack([logs, held_out], axis=1), truth, folds)
    slope, share = joint.weight[:, 1] - joint.weight[:, 0]
    offset = float(joint.bias[1] - joint.bias[0])
    both = Scorer(float(slope), weight * share, float(bias * share) + offset)
    return [memory, probe, _calibrated("both", stacked, both, truth)]


def _calibrated(kind: str, logits: Array, scorer: Scorer, truth: Flags) -> JudgedEvidence:
    slope, offset = fit_platt(logits, truth)
    return JudgedEvidence(kind, slope * logits + offset, scorer.calibrated(slope, offset))


def _probe(pooled: Array, truth: Flags, folds: Folds) -> tuple[Array, Array, float]:
    """Return the probe's logits out of fold, and its weight and bias on all."""
    logits, penalty = _best_penalty(pooled, truth, folds, PENALTIES)
    whole = fit_linear(pooled, _two(truth), penalty=penalty, is_multilabel=False)
    return logits, whole.weight[:, 1] - whole.weight[:, 0], float(whole.bias[1] - whole.bias[0])


def _stack(pair: Array, truth: Flags, folds: Folds) -> tuple[Array, Linear]:
    """Return the combination's logits out of fold, and the combination on all; each is put on one scale."""
    scale = pair.std(axis=0) + 1e-9
    logits, penalty = _best_penalty(pair / scale, truth, folds, (0.1, 1.0))
    joint = fit_linear(pair / scale, _two(truth), penalty=penalty, is_multilabel=False)
    return logits, Linear(joint.weight / scale[:, None], joint.bias)


def _best_penalty(x: Array, truth: Flags, folds: Folds, penalties: tuple[float, ...]) -> tuple[Array, float]:
    def held_out(penalty: float) -> Array:
        both = out_of_fold(x, _two(truth), folds, penalty=penalty, is_multilabel=False)
        return np.asarray(both[:, 1] - both[:, 0], np.float64)

    def loss(logits: Array) -> float:
        sure = _calibrated("", logits, Scorer(1.0, None, 0.0), truth).logits
        return float(np.logaddexp(0.0, np.where(truth, -sure, sure)).mean())

    candidates = [(held_out(penalty), penalty) for penalty in penalties]
    return min(candidates, key=lambda pair: loss(pair[0]))


def _two(truth: Flags) -> Array:
    return np.stack([~truth, truth], axis=1).astype(np.float64)
