"""What a detector finds in held-out pictures, and what follows: quality, calibration, thresholds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from vedette.evaluation.metrics import best_threshold, coco_precision, match_boxes
from vedette.learn.calibrate import fit_platt
from vedette.learn.detect.head import BoxNet
from vedette.learn.detect.views import BoxViews
from vedette.learn.net.dense import DenseExtractor
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


def find(net: BoxNet, extractor: DenseExtractor, views: BoxViews) -> list[LabelFindings]:
    """Return what the network finds in one picture, for each label."""
    edges, logits = (np.concatenate(parts) for parts in zip(*_served(net, extractor, views), strict=True))
    owners = np.array(views.picture.labels, np.int64)
    return [
        _matched(edges, logits[:, label], views.picture.edges[owners == label])
        for label in range(logits.shape[1])
    ]


def _served(net: BoxNet, extractor: DenseExtractor, views: BoxViews) -> Iterator[tuple[Floats, Floats]]:
    """Yield for every view that serving would show: boxes in shares of the picture, and logits."""
    height, width = extractor.size
    for pixels, part in views.served():
        with torch.inference_mode():
            logits, boxes = net([torch.from_numpy(level) for level in extractor(pixels)])
        edges = np.clip(boxes[0].double().numpy() / [width, height, width, height], 0, 1)
        size = {"height": views.image.height, "width": views.image.width}
        yield out_of_window(edges, part, **size), logits[0].double().numpy()


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
