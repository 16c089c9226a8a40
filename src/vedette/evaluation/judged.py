"""What evaluations are made from: test pictures with the model's answers, and the choice of thresholds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from vedette.evaluation.document import CurvePoints, LabelFigures, OutcomeKind
from vedette.evaluation.metrics import (
    average_precision,
    best_threshold,
    counts_at,
    curve,
)
from vedette.vision.annotations import Finding, Sample

# A curve is drawn some 400 pixels wide; more points than every other pixel show nothing.
MOST_POINTS = 200

Thresholds = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class JudgedPicture:
    """One test picture and the model's answer.

    `pixels` hold for each anomaly type how many pixels of the `pixel_count` are shared, true and predicted;
    they are None where nobody drew what is true. For detection `findings` reach down to a low confidence.
    """

    sample: Sample
    findings: tuple[Finding, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    score: float = 0.0
    pixels: Mapping[str, tuple[int, int, int]] | None = None
    pixel_count: int = 0

    @property
    def name(self) -> str:
        """The picture's name in the document."""
        return self.sample.source or str(self.sample.picture)


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """How a label's threshold is chosen: fixed beforehand, or by the best F1 on these pictures.

    `fallback` holds the thresholds of labels that the pictures say nothing of.
    """

    fixed: Thresholds | None
    fallback: Thresholds

    def choose(
        self, label: str, scores: ArrayLike, truth: ArrayLike, *, positives: int | None = None
    ) -> float:
        """Return the threshold of a label whose scores and truth are these."""
        if self.fixed is not None:
            return self.fixed.get(label, 0.5)
        return best_threshold(scores, truth, positives=positives, fallback=self.fallback.get(label, 0.5))


def figures_of_label(label: str, scores: ArrayLike, truth: ArrayLike, threshold: float) -> LabelFigures:
    """Return the figures of a label that pictures have as a whole."""
    counts = counts_at(scores, truth, threshold)
    return LabelFigures(
        label=label,
        test_pictures=int(np.asarray(truth, bool).sum()),
        threshold=threshold,
        precision=counts.precision,
        recall=counts.recall,
        f1=counts.f1,
        counts=counts,
        average_precision=average_precision(scores, truth),
        curve=curve_points(scores, truth),
    )


def curve_points(scores: ArrayLike, truth: ArrayLike, positives: int | None = None) -> CurvePoints:
    """Return the curve in at most so many points, the ends among them, rounded to what is read."""
    full = curve(scores, truth, positives=positives)
    count = full.thresholds.size
    if not count:
        return CurvePoints((), (), ())
    places = np.unique(np.linspace(0, count - 1, min(count, MOST_POINTS)).astype(np.intp))
    columns = (full.thresholds, full.precision, full.recall)
    return CurvePoints(*(tuple(values[places].round(6).tolist()) for values in columns))


def kind_of_outcome(*, is_called: bool, is_true: bool) -> OutcomeKind:
    """Return what a call counts as."""
    if is_called:
        return "tp" if is_true else "fp"
    return "fn" if is_true else "tn"


def mean(values: Sequence[float]) -> float:
    """Return the mean, 0 of nothing."""
    return float(np.mean(values)) if values else 0.0
