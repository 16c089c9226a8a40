"""What a detector finds in held-out pictures, and what follows: quality, calibration, thresholds."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vedette.evaluation.metrics import best_threshold, coco_precision, match_boxes
from vedette.learn.calibrate import fit_platt
from vedette.learn.detect.head import BoxNet
from vedette.learn.detect.views import BoxViews
from vedette.learn.net.dense import DenseExtractor
from vedette.learn.warp import Pixels
from vedette.vision.geometry import Floats, keep_best, out_of_window

# Detections below this are noise, and would drown the calibration.
LEAST = 0.05
MOST_OVERLAP = 0.5
# With fewer right findings than this a label borrows the calibration of all labels.
FEW = 15


@dataclass(frozen=True, slots=True)
class LabelFindings:
    """What is found in one picture for one label: boxes in shares, logits, and which are right."""

    edges: Floats
    logits: npt.NDArray[np.float64]
    is_right: npt.NDArray[np.bool_]
    truths: Floats


# What a network says of views of one size: logits [B, N, L], and boxes [B, N, 4] in pixels of the input.
AskBoxes = Callable[[Pixels], tuple[Tensor, Tensor]]


def find(ask: AskBoxes, views: BoxViews, *, batch: int = 1) -> list[LabelFindings]:
    """Return what the network finds in one picture, for each label, `batch` views at once."""
    edges, logits = (np.concatenate(parts) for parts in zip(*_served(ask, views, batch), strict=True))
    owners = np.array(views.picture.labels, np.int64)
    return [
        _matched(edges, logits[:, label], views.picture.edges[owners == label])
        for label in range(logits.shape[1])
    ]


def _served(ask: AskBoxes, views: BoxViews, batch: int) -> Iterator[tuple[Floats, Floats]]:
    """Yield for every view that serving would show: boxes in shares of the picture, and logits."""
    height, width = views.plan.size
    size = {"height": views.image.height, "width": views.image.width}
    served = list(views.served())
    for start in range(0, len(served), batch):
        views_part = served[start : start + batch]
        logits, boxes = ask(np.stack([pixels for pixels, _ in views_part]))
        for row, (_, part) in enumerate(views_part):
            edges = np.clip(boxes[row].double().numpy() / [width, height, width, height], 0, 1)
            yield out_of_window(edges, part, **size), logits[row].double().numpy()


def ask_frozen(net: BoxNet, extractor: DenseExtractor) -> AskBoxes:
    """Return how a head on frozen features is asked."""

    def ask(pixels: Pixels) -> tuple[Tensor, Tensor]:
        with torch.inference_mode():
            return cast(
                "tuple[Tensor, Tensor]",
                net([torch.from_numpy(level) for level in extractor.extract(pixels)]),
            )

    return ask


@dataclass(frozen=True, slots=True)
class DetectorMeasure:
    """What all held-out pictures say of a detector: quality, and calibration and threshold of each label."""

    quality: float
    slopes: list[float]
    offsets: list[float]
    thresholds: dict[str, float]


def measure(findings: Sequence[Sequence[LabelFindings]], labels: Sequence[str]) -> DetectorMeasure:
    """Return quality and calibration; a label with few findings borrows that of all."""
    columns = [[picture[label] for picture in findings] for label in range(len(labels))]
    pooled = [result for column in columns for result in column]
    measured, qualities = DetectorMeasure(0.0, [], [], {}), []
    for label, column in zip(labels, columns, strict=True):
        slope, offset = calibration(column) or calibration(pooled) or (1.0, 0.0)
        measured.slopes.append(slope)
        measured.offsets.append(offset)
        measured.thresholds[label] = threshold(column, slope, offset)
        if any(len(result.truths) for result in column):
            qualities.append(precision(column))
    return replace(measured, quality=float(np.mean(qualities)) if qualities else 0.0)


def _matched(edges: Floats, logits: npt.NDArray[np.float64], truths: Floats) -> LabelFindings:
    sure = np.flatnonzero(logits > np.log(LEAST / (1 - LEAST)))
    sure = sure[keep_best(edges[sure], logits[sure], most_overlap=MOST_OVERLAP)]
    edges, logits = edges[sure], logits[sure]
    right = match_boxes(truths, edges, logits, least_overlap=0.5) >= 0
    return LabelFindings(edges, logits, right, truths)


def calibration(findings: Sequence[LabelFindings]) -> tuple[float, float] | None:
    """Return slope and offset of the logits, or None where there is too little to tell."""
    logits, right = _joined(findings)
    if right.sum() < FEW or (~right).sum() < 3:
        return None
    return fit_platt(logits, right)


def threshold(findings: Sequence[LabelFindings], slope: float, offset: float) -> float:
    """Return the calibrated score of the best F1."""
    logits, right = _joined(findings)
    scores = 1 / (1 + np.exp(-(slope * logits + offset)))
    positives = sum(len(result.truths) for result in findings)
    return best_threshold(scores, right, positives=positives, fallback=0.4)


def precision(findings: Sequence[LabelFindings]) -> float:
    """Return the average precision at an overlap of a half."""
    return coco_precision(
        [result.truths for result in findings],
        [result.edges for result in findings],
        [result.logits for result in findings],
    ).at_50


def _joined(findings: Sequence[LabelFindings]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    logits = np.concatenate([np.zeros(0), *(result.logits for result in findings)])
    right = np.concatenate([np.zeros(0, bool), *(result.is_right for result in findings)])
    return logits, right
