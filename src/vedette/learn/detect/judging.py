"""What a detector finds in held-out pictures, and what follows: quality, calibration, thresholds.

A network answers with logits [B, N, L], and with boxes [B, N, 4] in pixels of the input.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vedette.evaluation.metrics import best_threshold, coco_precision, match_boxes
from vedette.learn.advice import LabelQuality
from vedette.learn.calibrate import fit_platt
from vedette.learn.detect.head import BoxNet
from vedette.learn.detect.views import BoxViews
from vedette.learn.device import Device
from vedette.learn.net.dense import DenseExtractor
from vedette.learn.net.served import Answer, Ask, ask_served
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


def find(
    ask: Ask, pictures: Iterable[BoxViews], *, batch: int = 1, gather: int = 1
) -> list[list[LabelFindings]]:
    """Return what the network finds in each picture, for each label (net/served.py says how it is asked)."""
    answered_pictures = ask_served(ask, pictures, batch=batch, gather=gather)
    return [_findings(views, answers) for views, answers in answered_pictures]


def _findings(views: BoxViews, answers: Sequence[Answer]) -> list[LabelFindings]:
    placed = [_placed(views, answer) for answer in answers]
    edges, logits = (np.concatenate(parts) for parts in zip(*placed, strict=True))
    owners = np.array(views.picture.labels, np.int64)
    return [
        _matched(edges, logits[:, label], views.picture.edges[owners == label])
        for label in range(logits.shape[1])
    ]


def _placed(views: BoxViews, answer: Answer) -> tuple[Floats, Floats]:
    """Return of one view's answer: boxes in shares of the picture, and logits."""
    logits, boxes, part = answer
    height, width = views.plan.size
    edges = np.clip(boxes.double().numpy() / [width, height, width, height], 0, 1)
    size = {"height": views.image.height, "width": views.image.width}
    return out_of_window(edges, part, **size), logits.double().numpy()


def ask_frozen(net: BoxNet, extractor: DenseExtractor, device: Device) -> Ask:
    """Return how a head on frozen features is asked, on the device that learns."""
    head = net.to(device.name)

    def ask(pixels: Pixels) -> tuple[Tensor, Tensor]:
        with torch.inference_mode():
            logits, boxes = head(extractor.extract.on_device(torch.from_numpy(pixels)))
            return logits.cpu(), boxes.cpu()

    return ask


@dataclass(frozen=True, slots=True)
class DetectorMeasure:
    """What all held-out pictures say of a detector: quality, and calibration and threshold of each label.

    `by_label` has of each label that they show its precision, and how many objects that was judged by.
    """

    quality: float
    slopes: list[float]
    offsets: list[float]
    thresholds: dict[str, float]
    by_label: dict[str, LabelQuality]


def measure(findings: Sequence[Sequence[LabelFindings]], labels: Sequence[str]) -> DetectorMeasure:
    """Return quality and calibration; a label with few findings borrows that of all."""
    columns = [[picture[label] for picture in findings] for label in range(len(labels))]
    pooled = [result for column in columns for result in column]
    measured = DetectorMeasure(0.0, [], [], {}, {})
    for label, column in zip(labels, columns, strict=True):
        slope, offset = calibration(column) or calibration(pooled) or (1.0, 0.0)
        measured.slopes.append(slope)
        measured.offsets.append(offset)
        measured.thresholds[label] = threshold(column, slope, offset)
        if objects := sum(len(result.truths) for result in column):
            measured.by_label[label] = LabelQuality(precision(column), objects)
    qualities = [row.quality for row in measured.by_label.values()]
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
