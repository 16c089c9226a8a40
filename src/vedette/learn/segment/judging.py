"""What a segmenter shows in held-out pictures, and what follows: overlap, weights and thresholds.

A network answers with logits of kinds [B, T + 1, h, w], and of each picture with two kinds of evidence: of
its places and of its verdict [B, 2].
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional

from vedette.evaluation.metrics import count_pixels, overlap
from vedette.learn.calibrate import f1_threshold
from vedette.learn.device import Device
from vedette.learn.net.dense import DenseExtractor
from vedette.learn.net.served import Answer, Ask, ask_served
from vedette.learn.segment.head import MaskHead, look_twice, strongest
from vedette.learn.segment.views import MaskViews
from vedette.learn.warp import Pixels
from vedette.vision.masks import Kinds
from vedette.vision.tiles import Window

# The judged network learns on and grows surer: a threshold far from a half would not fit it any more.
PIXEL_THRESHOLDS = (0.4, 0.5, 0.6)
# Few pictures judge, and a network that has learnt less than the one that ships: another than a half needs
# to be better by so much.
CLEARLY = 0.02

# Evidence is logits. Where pictures differ by less than this, a network has said nothing yet; taken for much,
# a few hundredths outweigh all that the network learns afterwards (docs/experiments.md, 2026-11-29).
SETTLED = 1.0

Weights = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PictureFinding:
    """What a held-out picture showed: its evidence, and of each type's threshold the pixels."""

    evidence: tuple[float, float]  # of the strongest places, and of the verdict
    is_anomalous: bool
    counts: npt.NDArray[np.int64] | None  # [type, threshold, (shared, true, predicted)]
    is_strange: bool = False  # a map of what is normal calls it anomalous, whatever the network says


@dataclass(frozen=True, slots=True)
class SegmenterMeasure:
    """What all held-out pictures say of a network."""

    quality: float  # the mean IoU of the types
    weights: Weights
    threshold: float
    pixel_thresholds: dict[str, float]


def look(ask: Ask, pictures: Iterable[MaskViews], *, batch: int = 1, gather: int = 1) -> list[PictureFinding]:
    """Return what a network finds in each picture (net/served.py says how it is asked)."""
    answered_pictures = ask_served(ask, pictures, batch=batch, gather=gather)
    return [_finding(views, answers) for views, answers in answered_pictures]


def _finding(views: MaskViews, answers: Sequence[Answer]) -> PictureFinding:
    evidence = [(float(strengths[0]), float(strengths[1])) for _, strengths, _ in answers]
    counts = [_at_home(places, part, views) for places, _, part in answers]
    is_unknown = views.picture.is_anomalous and views.picture.sample.mask is None
    total = None if is_unknown else np.sum(counts, axis=0)
    return PictureFinding(max(evidence, key=sum), views.picture.is_anomalous, total)


def _at_home(places: Tensor, part: Window, views: MaskViews) -> npt.NDArray[np.int64]:
    """Return the counts of one view at the picture's own size."""
    size = (part.bottom - part.top, part.right - part.left)
    whole = functional.interpolate(places[None], size=size, mode="bilinear")[0].softmax(0)
    truth = np.asarray(views.kinds)[part.top : part.bottom, part.left : part.right]
    return _counts(whole.numpy()[1:], truth)


def ask_head(net: MaskHead, extractor: DenseExtractor, device: Device, *, is_mirrored: bool) -> Ask:
    """Return how a head on frozen features is asked, as serving will ask it, on the device that learns."""
    head = net.to(device.name)

    def ask(pixels: Pixels) -> tuple[Tensor, Tensor]:
        with torch.inference_mode():
            levels = extractor.extract.on_device(torch.from_numpy(pixels))
            if not is_mirrored:
                places, verdicts = head(levels)
            else:
                turned = torch.from_numpy(np.ascontiguousarray(pixels[:, :, ::-1]))
                mirrored = extractor.extract.on_device(turned)
                both = [torch.cat(pair) for pair in zip(levels, mirrored, strict=True)]
                places, verdicts = look_twice(head, both)
            return places.cpu(), torch.stack([strongest(places), verdicts], 1).cpu()

    return ask


def measure(findings: Sequence[PictureFinding], labels: Sequence[str]) -> SegmenterMeasure:
    """Return quality, the weights of the two kinds of evidence, and all thresholds."""
    evidence = np.array([result.evidence for result in findings]).reshape(-1, 2)
    truth = np.array([result.is_anomalous for result in findings], bool)
    weights = _weights(evidence, truth)
    scores = _scores(evidence, weights)
    threshold = f1_threshold(scores, truth) if len(findings) else 0.5
    qualities, pixel_thresholds = [], {}
    for kind, label in enumerate(labels):
        anomalies = [result for result in findings if result.is_anomalous]
        counts = [result.counts[kind] for result in anomalies if result.counts is not None]
        shares = [_ious(rows) for rows in counts if rows[0, 1]]
        means = np.mean(shares, axis=0) if shares else np.zeros(len(PIXEL_THRESHOLDS))
        best = clearly_best(means)
        pixel_thresholds[label] = PIXEL_THRESHOLDS[best]
        qualities.append(float(means[best]))
    quality = float(np.mean(qualities)) if qualities else 0.0
    return SegmenterMeasure(quality, weights, threshold, pixel_thresholds)


def outcomes(
    findings: Sequence[PictureFinding], owners: Sequence[int], measured: SegmenterMeasure, pictures: int
) -> npt.NDArray[np.float64]:
    """Return how well each picture was answered, NaN where it was not held out.

    What a person sees counts: a picture called normal shows no place. So an anomaly that is called normal
    counts 0, else as its types overlap; a normal picture counts 1 unless a false place is shown.
    """
    result = np.full(pictures, np.nan)
    for owner, finding in zip(owners, findings, strict=True):
        result[owner] = _outcome(finding, measured)
    return result


def _outcome(finding: PictureFinding, measured: SegmenterMeasure) -> float:
    score = _scores(np.array([finding.evidence]), measured.weights)[0]
    is_called = finding.is_strange or score >= measured.threshold
    if finding.counts is None:
        return float(is_called)
    numbers = [PIXEL_THRESHOLDS.index(threshold) for threshold in measured.pixel_thresholds.values()]
    rows = [finding.counts[kind, number] for kind, number in enumerate(numbers)]
    visible = [row for row in rows if row[1] or (row[2] and is_called)]
    if not finding.is_anomalous:
        return float(not visible)
    return (
        float(np.mean([overlap(*map(int, row)) or 0.0 for row in visible])) if is_called and visible else 0.0
    )


def _scores(evidence: npt.NDArray[np.float64], weights: Weights) -> npt.NDArray[np.float64]:
    return np.asarray(expit(evidence @ np.array(weights[:2]) + weights[2]))


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
    spread = np.maximum(evidence.std(0), SETTLED)
    model = LogisticRegression(C=1.0).fit((evidence - evidence.mean(0)) / spread, truth)
    slopes = np.maximum(model.coef_[0], 0.0) / spread
    offset = float(model.intercept_[0] - slopes @ evidence.mean(0))
    return float(slopes[0]), float(slopes[1]), offset
