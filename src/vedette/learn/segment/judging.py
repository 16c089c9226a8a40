"""What a segmenter shows in held-out pictures, and what follows: overlap, weights and thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional

from vedette.evaluation.metrics import count_pixels, overlap
from vedette.learn.calibrate import f1_threshold
from vedette.learn.net.dense import DenseExtractor
from vedette.learn.segment.head import MaskHead, look_twice, strongest
from vedette.learn.segment.views import MaskViews, is_mirrored
from vedette.learn.warp import Pixels
from vedette.vision.masks import Kinds

# The judged network learns on and grows surer: a threshold far from a half would not fit it any more.
PIXEL_THRESHOLDS = (0.4, 0.5, 0.6)
# Few pictures judge, and a network that has learnt less than the one that ships: another than a half needs
# to be better by so much.
CLEARLY = 0.02

Weights = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PictureFinding:
    """What a held-out picture showed: its evidence, and of each type's threshold the pixels."""

    evidence: tuple[float, float]  # of the strongest places, and of the verdict
    is_anomalous: bool
    counts: npt.NDArray[np.int64] | None  # [type, threshold, (shared, true, predicted)]


@dataclass(frozen=True, slots=True)
class SegmenterMeasure:
    """What all held-out pictures say of a network."""

    quality: float  # the mean IoU of the types
    weights: Weights
    threshold: float
    pixel_thresholds: dict[str, float]


def find(net: MaskHead, extractor: DenseExtractor, views: MaskViews) -> PictureFinding:
    """Return what the network finds in one picture, in all views that serving would show."""
    evidence, counts = [], []
    for pixels, part in views.served():
        places, verdict = ask(net, extractor, pixels, is_mirrored=is_mirrored(views.plan))
        evidence.append((float(strongest(places)[0]), float(verdict[0])))
        height, width = part.bottom - part.top, part.right - part.left
        whole = functional.interpolate(places, size=(height, width), mode="bilinear")[0].softmax(0)
        truth = np.asarray(views.kinds)[part.top : part.bottom, part.left : part.right]
        counts.append(_counts(whole.numpy()[1:], truth))
    has_mask = views.picture.is_anomalous and views.picture.sample.mask is not None
    worst = max(evidence, key=sum)
    return PictureFinding(worst, views.picture.is_anomalous, np.sum(counts, axis=0) if has_mask else None)


def ask(
    net: MaskHead, extractor: DenseExtractor, pixels: Pixels, *, is_mirrored: bool
) -> tuple[Tensor, Tensor]:
    """Return what the network says of one view, as serving will hear it."""
    with torch.inference_mode():
        levels = [torch.from_numpy(level) for level in extractor(pixels)]
        if not is_mirrored:
            return cast("tuple[Tensor, Tensor]", net(levels))
        mirrored = [torch.from_numpy(level) for level in extractor(np.ascontiguousarray(pixels[:, ::-1]))]
        return look_twice(net, [torch.cat(pair) for pair in zip(levels, mirrored, strict=True)])


def measure(findings: Sequence[PictureFinding], labels: Sequence[str]) -> SegmenterMeasure:
    """Return quality, the weights of the two kinds of evidence, and all thresholds."""
    evidence = np.array([result.evidence for result in findings]).reshape(-1, 2)
    truth = np.array([result.is_anomalous for result in findings], bool)
    weights = _weights(evidence, truth)
    scores = expit(evidence @ weights[:2] + weights[2])
    threshold = f1_threshold(scores, truth) if len(findings) else 0.5
    qualities, pixel_thresholds = [], {}
    for kind, label in enumerate(labels):
        counts = [result.counts[kind] for result in findings if result.counts is not None]
        shares = [_ious(rows) for rows in counts if rows[0, 1]]
        means = np.mean(shares, axis=0) if shares else np.zeros(len(PIXEL_THRESHOLDS))
        best = clearly_best(means)
        pixel_thresholds[label] = PIXEL_THRESHOLDS[best]
        qualities.append(float(means[best]))
    quality = float(np.mean(qualities)) if qualities else 0.0
    return SegmenterMeasure(quality, weights, threshold, pixel_thresholds)


def clearly_best(overlaps: npt.NDArray[np.float64]) -> int:
    """Return the number of the threshold with the best overlap; a half's unless another is clearly better."""
    half, best = PIXEL_THRESHOLDS.index(0.5), int(np.argmax(overlaps))
    return best if overlaps[best] >= overlaps[half] + CLEARLY else half


def _counts(shares: npt.NDArray[np.float32], truth: Kinds) -> npt.NDArray[np.int64]:
    """Return for every type and threshold how many pixels are shared, true and predicted."""
    best = shares.argmax(0)
    return np.array(
        [
            [
                count_pixels(truth == kind + 1, (share >= least) & (best == kind), True)
                for least in PIXEL_THRESHOLDS
            ]
            for kind, share in enumerate(shares)
        ]
    )


def _ious(counts: npt.NDArray[np.int64]) -> list[float]:
    return [overlap(int(shared), int(true), int(predicted)) or 0.0 for shared, true, predicted in counts]


def _weights(evidence: npt.NDArray[np.float64], truth: npt.NDArray[np.bool_]) -> Weights:
    """Return how much the places and the verdict count, calibrated; the same where there is too little."""
    if truth.sum() < 2 or (~truth).sum() < 2:
        return 0.5, 0.5, 0.0
    spread = evidence.std(0) + 1e-6
    model = LogisticRegression(C=1.0).fit((evidence - evidence.mean(0)) / spread, truth)
    slopes = np.maximum(model.coef_[0], 0.0) / spread
    offset = float(model.intercept_[0] - slopes @ evidence.mean(0))
    return float(slopes[0]), float(slopes[1]), offset
