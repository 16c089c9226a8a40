"""The kinds of evidence for an anomaly, and their calibrated combinations.

    memory      the logarithm of the distance to what the bank remembers
    gaussians   the same of what is normal at each place
    normal      both, each put on one scale
    probe       the logit of a linear classifier on pooled features; needs labelled anomalies
    statistics  the same on means, deviations and maxima of the middle levels

and logistic regressions of `memory` or `normal` with one of the classifiers. All is judged out of fold. A
`Scorer` turns the evidence of a new picture into one calibrated logit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from vedette.learn.calibrate import fit_platt, sigmoid
from vedette.learn.linear import PENALTIES, Linear, fit_linear, out_of_fold
from vedette.learn.net.statistics import Standard, standard_of

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Folds = npt.NDArray[np.int64]

# The kinds that know nothing of anomalies, the best last.
DISTANCES = ("memory", "gaussians", "normal")

# Hundreds of standardised numbers want more of it than pooled features: with less, thirty pictures are
# learnt by heart (C of 0.003 was best on cells, tiles and aliens, which is 0.7 in rows of length one).
STATISTICS_PENALTIES = (0.1, 1.0)


@dataclass(frozen=True, slots=True)
class Scorer:
    """The logit of an anomaly: slopes · log(distances) + pooled · weight + statistics · its weight + offset.

    `slopes` are those of the bank and, where there are any, of the Gaussians.
    """

    slopes: tuple[float, ...]
    weight: Array | None  # [channel], where a probe has a say
    offset: float
    statistics: tuple[Standard, Array] | None = None  # a scale, and [number]

    def calibrated(self, slope: float, offset: float) -> "Scorer":
        """Return the scorer followed by slope · logit + offset."""
        return replace(
            self,
            slopes=tuple(slope * share for share in self.slopes),
            weight=None if self.weight is None else self.weight * slope,
            offset=self.offset * slope + offset,
            statistics=None if self.statistics is None else (self.statistics[0], self.statistics[1] * slope),
        )


@dataclass(frozen=True, slots=True)
class Witness:
    """Logits of pictures out of fold, and the scorer that gives those of new ones, not calibrated yet."""

    kind: str
    logits: Array
    scorer: Scorer


@dataclass(frozen=True, slots=True)
class JudgedEvidence:
    """A kind of evidence, judged: the logits out of fold, calibrated, and the scorer for new pictures."""

    kind: str
    logits: Array
    scorer: Scorer

    def outcomes(self, truth: Flags) -> Array:
        """Return how good each answer is: right or wrong, and a tenth for how sure of the truth."""
        return outcomes_of(sigmoid(self.logits), truth)


def outcomes_of(probability: npt.NDArray[np.floating], truth: Flags) -> Array:
    """Return how good each answer is: right or wrong, and a tenth for how sure of the truth."""
    sure = np.where(truth, probability, 1 - probability)
    return np.asarray(((sure > 0.5) + 0.1 * sure) / 1.1, np.float64)


def unlike_normal(logs: Array, normal: Flags) -> list[Witness]:
    """Return what the distances' logarithms [picture, 1 or 2] say: the bank's, the Gaussians', and both.

    In both each is divided by its deviation among held-out normal pictures, which `normal` names.
    """
    width = logs.shape[1]
    scale = np.maximum(logs[normal].std(axis=0), 0.02)
    shares: dict[str, Array] = {"memory": np.eye(width)[0]}
    if width > 1:
        shares |= {"gaussians": np.eye(width)[1], "normal": 1 / scale}
    return [
        Witness(kind, np.asarray(logs @ share), Scorer(tuple(share.tolist()), None, 0.0))
        for kind, share in shares.items()
    ]


def weigh(
    logs: Array, pooled: Array, statistics: Array | None, truth: Flags, folds: Folds
) -> list[JudgedEvidence]:
    """Return every kind of evidence, judged where some pictures are labelled; plain ones first."""
    return [_calibrated(witness, truth) for witness in _witnesses(logs, pooled, statistics, truth, folds)]


def _witnesses(
    logs: Array, pooled: Array, statistics: Array | None, truth: Flags, folds: Folds
) -> Iterator[Witness]:
    distances = unlike_normal(logs, ~truth)
    yield from distances
    logits, weight, bias = _classifier(pooled, truth, folds, PENALTIES)
    probe = Witness("probe", logits, Scorer((0.0,) * logs.shape[1], weight, bias))
    yield probe
    yield _stacked("both", distances[0], probe, truth, folds)
    if len(distances) > 1:
        yield _stacked("normal and probe", distances[-1], probe, truth, folds)
    if statistics is None:
        return
    standard = standard_of(statistics)  # knows no label, so that nothing of a fold leaks
    logits, weight, bias = _classifier(standard(statistics), truth, folds, STATISTICS_PENALTIES)
    scorer = Scorer((0.0,) * logs.shape[1], None, bias, (standard, weight))
    yield _stacked(
        "normal and statistics", distances[-1], Witness("statistics", logits, scorer), truth, folds
    )


def _calibrated(witness: Witness, truth: Flags) -> JudgedEvidence:
    slope, offset = fit_platt(witness.logits, truth)
    return JudgedEvidence(
        witness.kind, slope * witness.logits + offset, witness.scorer.calibrated(slope, offset)
    )


def _classifier(
    rows: Array, truth: Flags, folds: Folds, penalties: tuple[float, ...]
) -> tuple[Array, Array, float]:
    """Return a linear classifier's logits out of fold, and its weight and bias on all."""
    logits, penalty = _best_penalty(rows, truth, folds, penalties)
    whole = fit_linear(rows, _two(truth), penalty=penalty, is_multilabel=False)
    return logits, whole.weight[:, 1] - whole.weight[:, 0], float(whole.bias[1] - whole.bias[0])


def _stacked(kind: str, distance: Witness, classifier: Witness, truth: Flags, folds: Folds) -> Witness:
    """Return the logistic regression of two witnesses' logits."""
    logits, joint = _stack(np.stack([distance.logits, classifier.logits], axis=1), truth, folds)
    shares = joint.weight[:, 1] - joint.weight[:, 0]
    first, second = (
        distance.scorer.calibrated(float(shares[0]), 0.0),
        classifier.scorer.calibrated(float(shares[1]), 0.0),
    )
    slopes = tuple(a + b for a, b in zip(first.slopes, second.slopes, strict=True))
    offset = first.offset + second.offset + float(joint.bias[1] - joint.bias[0])
    return Witness(kind, logits, Scorer(slopes, second.weight, offset, second.statistics))


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
        sure = _calibrated(Witness("", logits, Scorer((), None, 0.0)), truth).logits
        return float(np.logaddexp(0.0, np.where(truth, -sure, sure)).mean())

    candidates = [(held_out(penalty), penalty) for penalty in penalties]
    return min(candidates, key=lambda pair: loss(pair[0]))


@dataclass(frozen=True, slots=True)
class JointLogit:
    """Two logits as one: calibrated values of judged pictures, and shares · both + offset for new ones."""

    logits: Array
    shares: tuple[float, float]
    offset: float


def join(first: Array, second: Array, truth: Flags) -> JointLogit:
    """Return two logits put on one scale, added and calibrated; neither has seen its picture.

    As two kinds of distance are (`unlike_normal`): weights that a few dozen pictures teach are worse than
    equal ones.
    """
    scales = [max(float(logits.std()), 1e-6) for logits in (first, second)]
    both = first / scales[0] + second / scales[1]
    slope, offset = fit_platt(both, truth)
    return JointLogit(slope * both + offset, (slope / scales[0], slope / scales[1]), offset)


def _two(truth: Flags) -> Array:
    return np.stack([~truth, truth], axis=1).astype(np.float64)
