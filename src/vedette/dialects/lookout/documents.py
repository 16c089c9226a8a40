"""The documents that a training of Lookout leaves: the evaluation manifest and the evaluation result.

Lookout's public SDK reads both; the names in them are those that it knows. Which object a file becomes is
`dialect.py`'s.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from vedette.dialects.training_data import DrawnMask, Prepared, TrainedModel, TrainingFiles
from vedette.evaluation.document import AnomalyEvaluation, AnomalyTypeFigures, SegmentationEvaluation
from vedette.manifest.anomaly import ATTRIBUTE, read_class
from vedette.manifest.attributes import read_pairs
from vedette.manifest.lines import PAIR_END, Line, read_line, write_line
from vedette.manifest.marks import strip_marks
from vedette.vision.annotations import ANOMALY, NORMAL

DETECTED = f"{ATTRIBUTE}-detected"
MASK_DETECTED = "anomaly-mask-ref-detected"
MASK_BACKGROUND = {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.0}


def write_results(
    files: TrainingFiles,
    prepared: Prepared,
    evaluation: AnomalyEvaluation | SegmentationEvaluation,
    *,
    model: TrainedModel,
    masks: Mapping[str, DrawnMask],
    now: datetime,
) -> dict[str, float]:
    """Write both documents; return the three figures that the model shows."""
    moment = now.replace(tzinfo=None).isoformat(timespec="microseconds")
    maker = {
        "human-annotated": "no",
        "creation-date": moment,
        "job-name": "training-job/anomaly-detection",
        "model-arn": model.arn,
        "project-name": model.project,
        "model-version": model.version,
    }
    mask_pairs = {source: _mask_pair(mask, model.mask_folder, maker) for source, mask in masks.items()}
    files.put_lines("evaluation_manifest", _manifest_lines(prepared, evaluation, mask_pairs, maker))
    figures = {
        "Precision": evaluation.precision,
        "Recall": evaluation.recall,
        "F1Score": evaluation.f1,
    }
    metrics: dict[str, Any] = {
        "ROCAUC": evaluation.auroc,
        "AveragePrecision": evaluation.average_precision,
        **figures,
    }
    if isinstance(evaluation, SegmentationEvaluation):
        metrics["PixelAnomalyClassMetrics"] = [
            {
                "Precision": row.precision,
                "Recall": row.recall,
                "F1Score": row.f1,
                "AIOU": row.iou or 0.0,
                "ClassName": row.label,
            }
            for row in evaluation.labels
            if isinstance(row, AnomalyTypeFigures)
        ]
    files.put(
        "evaluation_result",
        {
            "Version": 1,
            "EvaluationDetails": {
                "ModelArn": model.arn,
                "EvaluationEndTimestamp": moment,
                "NumberOfTrainingImages": len(prepared.train),
                "NumberOfTestingImages": evaluation.pictures,
            },
            "AggregatedEvaluationResults": {"Metrics": metrics},
        },
    )
    return figures


def confidence(score: float, threshold: float) -> float:
    """Return how sure a verdict is: a half at the threshold, and 1 at either end of the scale."""
    if score >= threshold:
        return 0.5 + 0.5 * (score - threshold) / max(1.0 - threshold, 1e-9)
    return 0.5 + 0.5 * (threshold - score) / max(threshold, 1e-9)


def _manifest_lines(
    prepared: Prepared,
    evaluation: AnomalyEvaluation | SegmentationEvaluation,
    mask_pairs: Mapping[str, Any],
    maker: Mapping[str, str],
) -> Iterator[str]:
    threshold = evaluation.thresholds[ANOMALY]
    for outcome in evaluation.outcomes:
        line = strip_marks(read_line(prepared.lines[outcome.picture]))
        values = _with_service_names(line)
        values.setdefault("source-ref-metadata", {"creation-date": maker["creation-date"]})
        is_anomalous = outcome.is_anomalous
        values[DETECTED] = int(is_anomalous)
        values[f"{DETECTED}-metadata"] = {
            "class-name": ANOMALY if is_anomalous else NORMAL,
            "confidence": confidence(outcome.score, threshold),
            "type": "groundtruth/image-classification",
            **maker,
        }
        yield write_line(values | mask_pairs.get(outcome.picture, {})).text


def _mask_pair(mask: DrawnMask, folder: str, maker: Mapping[str, str]) -> dict[str, Any]:
    """Return the pair of a drawn mask, which the guide leaves out; its name is like the class's."""
    entries = [
        {"class-name": label.name, "hex-color": label.color, "confidence": label.confidence}
        for label in mask.labels
    ]
    colors = {str(number): entry for number, entry in enumerate([MASK_BACKGROUND, *entries])}
    return {
        MASK_DETECTED: f"{folder}/{mask.file}",
        f"{MASK_DETECTED}-metadata": {
            **maker,
            "internal-color-map": colors,
            "type": "groundtruth/semantic-segmentation",
        },
    }


def _with_service_names(line: Line) -> dict[str, Any]:
    """Return a line's values with its class under the service's own name and number.

    Customers' manifests call the attribute what they like and number the classes either way round; who
    reads an evaluation manifest knows the names of the service's own and holds one number against the other.
    """
    values = dict(line.values)
    for pair in read_pairs(line):
        is_anomalous = read_class(pair) if pair.kind == "class" and not pair.name.endswith("-ref") else None
        if is_anomalous is None:
            continue
        del values[pair.name], values[pair.name + PAIR_END]
        name = ANOMALY if is_anomalous else NORMAL
        values[ATTRIBUTE] = int(is_anomalous)
        values[ATTRIBUTE + PAIR_END] = {**pair.metadata, "class-name": name}
        break
    return values
