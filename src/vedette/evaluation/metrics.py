"""How good a model is, in numbers; arrays in, numbers out, no model and no picture.

    a score and a truth each       best_threshold, counts_at, curve, average_precision, auroc
    one label of several           confusion
    confidence against being right reliability
    boxes                          match_boxes, coco_precision
    masks                          count_pixels, overlap

The definitions are those of the two services (an assumed threshold is the one with the best F1) and
of scikit-learn and COCO, with which the tests compare. What divides by nothing is 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vedette.vision.geometry import Floats, overlaps

Flags = NDArray[np.bool_]

COCO_OVERLAPS = np.linspace(0.5, 0.95, 10)
_COCO_RECALLS = np.linspace(0.0, 1.0, 101)


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """True and false positives, false and true negatives."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    @property
    def precision(self) -> float:
        """Of what was called so, the share that is."""
        return ratio(self.tp, self.tp + self.fp)

    @property
    def recall(self) -> float:
        """Of what is so, the share that was called."""
        return ratio(self.tp, self.tp + self.fn)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return ratio(2 * self.tp, 2 * self.tp + self.fp + self.fn)


@dataclass(frozen=True, slots=True)
class Curve:
    """What precision and recall would be at each threshold, from the highest down."""

    thresholds: Floats
    precision: Floats
    recall: Floats

    @property
    def f1(self) -> Floats:
        """The harmonic mean at each threshold."""
        both = self.precision + self.recall
        product = 2 * self.precision * self.recall
        return np.divide(product, both, out=np.zeros_like(both), where=both > 0)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """The predictions of one range of confidence: how sure they were, and how often right."""

    low: Annotated[float, "where the range begins"]
    high: Annotated[float, "where it ends"]
    count: Annotated[int, "how many predictions are in it"]
    confidence: Annotated[float, "their mean confidence"]
    right: Annotated[float, "the share of them that was right"]


@dataclass(frozen=True, slots=True)
class Reliability:
    """How far confidence and being right agree."""

    error: Annotated[float, "the mean distance between the two (expected calibration error)"]
    bins: Annotated[tuple[ReliabilityBin, ...], "the ranges that have predictions"]


@dataclass(frozen=True, slots=True)
class BoxPrecision:
    """One label's average precision at IoU 0.5 and over 0.5 to 0.95, and the recall reached at 0.5."""

    at_50: float
    at_50_95: float
    recall: float


def ratio(part: float, whole: float) -> float:
    """Return the share, 0 of nothing."""
    return float(part / whole) if whole else 0.0


def counts_at(scores: ArrayLike, truth: ArrayLike, threshold: float) -> OutcomeCounts:
    """Count the outcomes when everything that reaches the threshold is called positive."""
    is_positive = np.asarray(scores, np.float64) >= threshold
    is_true = np.asarray(truth, bool)
    return OutcomeCounts(
        tp=int((is_positive & is_true).sum()),
        fp=int((is_positive & ~is_true).sum()),
        fn=int((~is_positive & is_true).sum()),
        tn=int((~is_positive & ~is_true).sum()),
    )


def curve(scores: ArrayLike, truth: ArrayLike, *, positives: int | None = None) -> Curve:
    """Return precision and recall at every distinct score, the highest first.

    `positives` is given where not every true thing has a score, as a box that was never found.
    """
    values = np.asarray(scores, np.float64)
    real = np.asarray(truth, bool)
    order = np.argsort(-values, kind="stable")
    values, real = values[order], real[order]
    last = np.flatnonzero(np.append(np.diff(values) != 0, True)) if values.size else np.zeros(0, np.intp)
    hits = np.cumsum(real)[last].astype(np.float64)
    total = int(real.sum()) if positives is None else positives
    recall = hits / total if total else np.zeros_like(hits)
    return Curve(values[last], hits / (last + 1), recall)


def best_threshold(
    scores: ArrayLike, truth: ArrayLike, *, positives: int | None = None, fallback: float = 0.5
) -> float:
    """Return the threshold with the best F1, midway to the next lower score; `fallback` where there is none.

    Midway, since any value of the gap does the same on these scores, and a score like the lowest
    true one is as likely a little lower next time. Of equal F1 the highest threshold wins.
    """
    points = curve(scores, truth, positives=positives)
    if not points.thresholds.size or points.recall[-1] == 0:
        return fallback
    best = int(np.argmax(points.f1 > points.f1.max() - 1e-12))
    lower = points.thresholds[best + 1] if best + 1 < points.thresholds.size else 0.0
    return float((points.thresholds[best] + min(lower, points.thresholds[best])) / 2)


def average_precision(scores: ArrayLike, truth: ArrayLike, *, positives: int | None = None) -> float:
    """Return the mean precision, each threshold weighted by the recall it adds."""
    points = curve(scores, truth, positives=positives)
    return float((np.diff(points.recall, prepend=0.0) * points.precision).sum())


def auroc(scores: ArrayLike, truth: ArrayLike) -> float | None:
    """Return the chance that a positive outscores a negative, ties counting half; None without both."""
    values, real = np.asarray(scores, np.float64), np.asarray(truth, bool)
    positives, negatives = int(real.sum()), int((~real).sum())
    if not positives or not negatives:
        return None
    _, inverse, sizes = np.unique(values, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[inverse]
    above = ranks[real].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def reliability(confidence: ArrayLike, right: ArrayLike, *, bins: int = 10) -> Reliability:
    """Sort predictions into equal ranges of confidence and compare with how often they were right."""
    sure, hit = np.asarray(confidence, np.float64), np.asarray(right, bool)
    place = np.minimum((sure * bins).astype(np.intp), bins - 1)
    ranges = tuple(
        ReliabilityBin(
            number / bins,
            (number + 1) / bins,
            int(in_range.sum()),
            float(sure[in_range].mean()),
            float(hit[in_range].mean()),
        )
        for number in range(bins)
        if (in_range := place == number).any()
    )
    return Reliability(sum(b.count * abs(b.confidence - b.right) for b in ranges) / max(1, sure.size), ranges)


def confusion(truth: ArrayLike, predicted: ArrayLike, labels: int) -> NDArray[np.int64]:
    """Return how often truth (row) was taken for another (column)."""
    table = np.zeros((labels, labels), np.int64)
    np.add.at(table, (np.asarray(truth, np.intp), np.asarray(predicted, np.intp)), 1)
    return table


def match_boxes(truth: Floats, boxes: Floats, scores: ArrayLike, *, least_overlap: float) -> NDArray[np.intp]:
    """Return for each found box the true box it matches, or -1; better scores choose first, each once."""
    matches = np.full(len(boxes), -1, np.intp)
    if not len(truth) or not len(boxes):
        return matches
    shares = overlaps(boxes, truth)
    shares[shares < min(least_overlap, 1 - 1e-10)] = -1.0
    for index in np.argsort(-np.asarray(scores, np.float64), kind="stable"):
        # Of equal overlaps the last true box is taken, as COCO's own code does.
        best = shares.shape[1] - 1 - int(np.argmax(shares[index, ::-1]))
        if shares[index, best] >= 0:
            matches[index] = best
            shares[:, best] = -1.0
    return matches


def coco_precision(
    truth: Sequence[Floats], boxes_of_pictures: Sequence[Floats], scores: Sequence[ArrayLike]
) -> BoxPrecision:
    """Return one label's figures over pictures, as COCO computes them: at most 100 boxes a picture."""
    positives = sum(len(boxes) for boxes in truth)
    orders = [np.argsort(-np.asarray(s, np.float64), kind="stable")[:100] for s in scores]
    boxes = [edges[order] for edges, order in zip(boxes_of_pictures, orders, strict=True)]
    values = [np.asarray(s, np.float64)[order] for s, order in zip(scores, orders, strict=True)]
    flat = np.concatenate([np.zeros(0), *values])
    order = np.argsort(-flat, kind="stable")
    precisions = []
    recall = 0.0
    for least in COCO_OVERLAPS:
        matched = [
            match_boxes(t, b, v, least_overlap=float(least)) >= 0
            for t, b, v in zip(truth, boxes, values, strict=True)
        ]
        hits = np.concatenate([np.zeros(0, bool), *matched])[order]
        precisions.append(_interpolated(hits, positives))
        recall = recall or ratio(int(hits.sum()), positives)
    return BoxPrecision(precisions[0], float(np.mean(precisions)), recall)


def count_pixels(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], kind: int
) -> tuple[int, int, int]:
    """Return how many pixels of a kind are shared, true and predicted."""
    is_true, is_predicted = truth == kind, predicted == kind
    return int((is_true & is_predicted).sum()), int(is_true.sum()), int(is_predicted.sum())


def overlap(shared: int, true: int, predicted: int) -> float | None:
    """Return the intersection over union of two masks; None where both are empty."""
    union = true + predicted - shared
    return shared / union if union else None


def _interpolated(hits: Flags, positives: int) -> float:
    """Return the mean of the precision envelope at 101 recalls."""
    if not positives or not hits.size:
        return 0.0
    right = np.cumsum(hits)
    recall = right / positives
    precision = right / np.arange(1, hits.size + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, _COCO_RECALLS, side="left")
    is_reached = places < hits.size
    return float(np.where(is_reached, envelope[np.minimum(places, hits.size - 1)], 0.0).mean())
