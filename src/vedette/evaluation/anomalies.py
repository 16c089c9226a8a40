"""Anomalies judged: pictures that are anomalous or not, and the pixels of each anomaly type."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vedette.evaluation.document import (
    AnomalyEvaluation,
    AnomalyOutcome,
    AnomalyTypeFigures,
    AreaFinding,
    AreaShares,
    SegmentationEvaluation,
    SegmentationOutcome,
)
from vedette.evaluation.judged import (
    JudgedPicture,
    ThresholdChoice,
    figures_of_label,
    kind_of_outcome,
    mean,
)
from vedette.evaluation.metrics import OutcomeCounts, auroc, overlap, ratio, reliability
from vedette.vision.annotations import ANOMALY


def evaluate_anomaly(
    _labels: Sequence[str], pictures: Sequence[JudgedPicture], choice: ThresholdChoice
) -> AnomalyEvaluation:
    """Return the evaluation of pictures that are anomalous or not."""
    shared = _shared(pictures, choice)
    threshold = shared["thresholds"][ANOMALY]
    return AnomalyEvaluation(
        task="anomaly",
        **shared,
        outcomes=tuple(AnomalyOutcome(**_outcome(picture, threshold)) for picture in pictures),
    )


def evaluate_segmentation(
    labels: Sequence[str], pictures: Sequence[JudgedPicture], choice: ThresholdChoice
) -> SegmentationEvaluation:
    """Return the same verdicts, and how well each type's pixels agree where they were drawn."""
    shared = _shared(pictures, choice)
    threshold = shared["thresholds"][ANOMALY]
    masked_pictures = [picture for picture in pictures if picture.pixels is not None]
    types = [_figures_of_type(label, masked_pictures) for label in labels]
    # Of a type that occurs and is not found at all the overlap is 0, so that only absent types are None.
    occurring = [row.iou for row in types if row.test_pictures and row.iou is not None]
    normals = [picture for picture in masked_pictures if picture.sample.is_anomalous is False]
    clean = sum(not any(predicted for _, _, predicted in (p.pixels or {}).values()) for p in normals)
    return SegmentationEvaluation(
        task="segmentation",
        **shared | {"labels": (*shared["labels"], *types)},
        mean_iou=mean(occurring) if occurring else None,
        clean_normals=ratio(clean, len(normals)) if normals else None,
        outcomes=tuple(_segmentation_outcome(picture, labels, threshold) for picture in pictures),
    )


def _shared(pictures: Sequence[JudgedPicture], choice: ThresholdChoice) -> dict[str, Any]:
    """Return the fields that both kinds of document have."""
    scores = np.array([picture.score for picture in pictures])
    truth = np.array([bool(picture.sample.is_anomalous) for picture in pictures], bool)
    figures = figures_of_label(ANOMALY, scores, truth, choice.choose(ANOMALY, scores, truth))
    return {
        "pictures": len(pictures),
        "accuracy": ratio(figures.counts.tp + figures.counts.tn, len(pictures)),
        "precision": figures.precision,
        "recall": figures.recall,
        "f1": figures.f1,
        "auroc": auroc(scores, truth),
        "average_precision": figures.average_precision,
        "thresholds": {ANOMALY: figures.threshold},
        "labels": (figures,),
        "reliability": reliability(scores, truth),
    }


def _outcome(picture: JudgedPicture, threshold: float) -> dict[str, Any]:
    is_true, is_called = bool(picture.sample.is_anomalous), picture.score >= threshold
    return {
        "picture": picture.name,
        "truth": is_true,
        "score": picture.score,
        "is_anomalous": is_called,
        "outcome": kind_of_outcome(is_called=is_called, is_true=is_true),
        "correct": is_called == is_true,
    }


def _segmentation_outcome(
    picture: JudgedPicture, labels: Sequence[str], threshold: float
) -> SegmentationOutcome:
    overlaps = areas = None
    if picture.pixels is not None:
        pixels = {label: picture.pixels[label] for label in labels if label in picture.pixels}
        overlaps = {label: overlap(*numbers) for label, numbers in pixels.items()}
        areas = _areas(pixels, picture.pixel_count)
    return SegmentationOutcome(
        **_outcome(picture, threshold),
        findings=tuple(AreaFinding(f.label, f.confidence, f.area) for f in picture.findings),
        iou=overlaps,
        areas=areas,
    )


def _areas(pixels: Mapping[str, tuple[int, int, int]], pixel_count: int) -> dict[str, AreaShares] | None:
    if not pixel_count:
        return None
    return {
        label: AreaShares(true / pixel_count, predicted / pixel_count)
        for label, (_, true, predicted) in pixels.items()
    }


def _figures_of_type(label: str, pictures: Sequence[JudgedPicture]) -> AnomalyTypeFigures:
    """Return a type's figures: on pixels, a picture at a time, then the mean of the pictures that have it."""
    pixels = [(picture.pixels or {}).get(label, (0, 0, 0)) for picture in pictures]
    occurring = [(shared, true, predicted) for shared, true, predicted in pixels if true or predicted]
    counts = [
        OutcomeCounts(shared, predicted - shared, true - shared) for shared, true, predicted in occurring
    ]
    overlaps = [overlap(*numbers) or 0.0 for numbers in occurring]
    areas = [
        (true / picture.pixel_count, predicted / picture.pixel_count)
        for picture, (_, true, predicted) in zip(pictures, pixels, strict=True)
        if picture.pixel_count
    ]
    return AnomalyTypeFigures(
        label=label,
        test_pictures=sum(true > 0 for _, true, _ in pixels),
        precision=mean([count.precision for count in counts]),
        recall=mean([count.recall for count in counts]),
        f1=mean([count.f1 for count in counts]),
        iou=mean(overlaps) if overlaps else None,
        true_area=mean([true for true, _ in areas]) if areas else None,
        found_area=mean([predicted for _, predicted in areas]) if areas else None,
    )
