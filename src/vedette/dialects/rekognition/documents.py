"""The documents that a training of Custom Labels leaves: the evaluation summary and two manifest snapshots.

Their forms are those of the guide's "Accessing the summary file" and "Evaluation manifest snapshot".
Which object a file becomes is `dialect.py`'s.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from vedette.dialects.picture_heads import read_head
from vedette.dialects.training_data import Prepared, TrainingFiles
from vedette.evaluation.document import (
    ClassificationEvaluation,
    DetectionEvaluation,
    DetectionOutcome,
    Evaluation,
    LabelFigures,
    MultilabelEvaluation,
    MultilabelOutcome,
    OutcomeKind,
)
from vedette.manifest.lines import write_line
from vedette.vision.annotations import Box, Sample
from vedette.vision.turn import UPRIGHT, stored_box

TRAINING_JOB = "rekognition-custom-labels-training-job"
EVALUATION_JOB = "rekognition-custom-labels-evaluation-job"
TRUTH = "rekognition-custom-labels-training"
EVALUATION = "rekognition-custom-labels-evaluation"
DETAILS = f"{EVALUATION}-details"


def write_results(
    files: TrainingFiles,
    prepared: Prepared,
    evaluation: Evaluation,
    *,
    version_arn: str,
    now: datetime,
) -> dict[str, float]:
    """Write the summary and both snapshots; return the F1 score that the version shows."""
    moment = now.replace(tzinfo=None).isoformat(timespec="microseconds")
    files.put("evaluation_summary", _summary(prepared, evaluation, version_arn, moment))
    write_truth = _box_truth if isinstance(evaluation, DetectionEvaluation) else _label_truth
    files.put_lines(
        "train_snapshot", (_line(sample, write_truth(sample, moment)) for sample in prepared.train)
    )
    by_name = {sample.source: sample for sample in prepared.test}
    files.put_lines("test_snapshot", _tested(by_name, evaluation, moment))
    return {"F1Score": evaluation.f1}


def rename_version(summary: bytes, arn: str) -> bytes:
    """Return an evaluation summary that is of another version."""
    document = json.loads(summary)
    document["EvaluationDetails"]["ProjectVersionArn"] = arn
    return json.dumps(document, ensure_ascii=False).encode()


def _summary(prepared: Prepared, evaluation: Evaluation, version_arn: str, moment: str) -> dict[str, Any]:
    rows = sorted(_label_rows(evaluation), key=lambda row: -row.f1)
    figures: dict[str, Any] = {
        "Precision": evaluation.precision,
        "Recall": evaluation.recall,
        "F1Score": evaluation.f1,
    }
    if isinstance(evaluation, DetectionEvaluation):
        figures |= {"AveragePrecision": evaluation.map50, "AverageRecall": evaluation.average_recall}
    else:
        figures["ConfusionMatrix"] = _confusion(evaluation)
    return {
        "Version": 1,
        "EvaluationDetails": {
            "ProjectVersionArn": version_arn,
            "EvaluationEndTimestamp": moment,
            "Labels": sorted(row.label for row in rows),
            "NumberOfTrainingImages": len(prepared.train),
            "NumberOfTestingImages": evaluation.pictures,
        },
        "AggregatedEvaluationResults": figures,
        "LabelEvaluationResults": [
            {
                "Label": row.label,
                "NumberOfTestingImages": row.test_pictures,
                "Metrics": {
                    "Threshold": row.threshold,
                    "Precision": row.precision,
                    "Recall": row.recall,
                    "F1Score": row.f1,
                },
            }
            for row in rows
        ],
    }


def _label_rows(evaluation: Evaluation) -> list[LabelFigures]:
    return [row for row in evaluation.labels if isinstance(row, LabelFigures)]


def _confusion(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return every cell, the empty ones too, since clients make a table of them.

    Where pictures bear several labels, it is the share of a label's pictures on which the other is predicted.
    """
    names = sorted(row.label for row in evaluation.labels)
    shares: dict[tuple[str, str], float] = {}
    if isinstance(evaluation, ClassificationEvaluation):
        shares = {(cell.truth, cell.predicted): cell.share for cell in evaluation.confusion}
    elif isinstance(evaluation, MultilabelEvaluation):
        shares = _predicted_together(evaluation.outcomes)
    return [
        {"GroundTruthLabel": truth, "PredictedLabel": predicted, "Value": shares.get((truth, predicted), 0.0)}
        for truth in names
        for predicted in names
    ]


def _predicted_together(outcomes: Sequence[MultilabelOutcome]) -> dict[tuple[str, str], float]:
    pictures: dict[str, int] = {}
    predicted: dict[tuple[str, str], int] = {}
    for outcome in outcomes:
        for truth in outcome.truth:
            pictures[truth] = pictures.get(truth, 0) + 1
            for finding in outcome.findings:
                pair = (truth, finding.label)
                predicted[pair] = predicted.get(pair, 0) + 1
    return {pair: count / pictures[pair[0]] for pair, count in predicted.items()}


def _tested(by_name: Mapping[str, Sample], evaluation: Evaluation, moment: str) -> Iterable[str]:
    names = sorted(row.label for row in evaluation.labels)
    for outcome in evaluation.outcomes:
        sample = by_name[outcome.picture]
        if isinstance(outcome, DetectionOutcome):
            values = _box_truth(sample, moment) | _box_findings(sample, outcome, names, moment)
        elif isinstance(outcome, MultilabelOutcome):
            values = _label_truth(sample, moment) | _label_findings(outcome, moment)
        else:
            raise TypeError(f"Custom Labels has no documents for {evaluation.task}")
        yield _line(sample, values)


def _label_truth(sample: Sample, moment: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number, label in enumerate(sample.labels):
        values[f"{TRUTH}-{number}"] = 1
        values[f"{TRUTH}-{number}-metadata"] = {
            "confidence": 1.0,
            "job-name": TRAINING_JOB,
            "class-name": label,
            "human-annotated": "yes",
            "creation-date": moment,
            "type": "groundtruth/image-classification",
        }
    return values


def _label_findings(outcome: MultilabelOutcome, moment: str) -> dict[str, Any]:
    """Return one attribute for each label of the model, with what it was at the label's threshold."""
    values: dict[str, Any] = {}
    for number, (label, result) in enumerate(outcome.outcomes.items()):
        values[f"{EVALUATION}-{number}"] = 1
        values[f"{EVALUATION}-{number}-metadata"] = {
            "confidence": outcome.scores.get(label, 0.0),
            "job-name": EVALUATION_JOB,
            "class-name": label,
            "human-annotated": "no",
            "creation-date": moment,
            "type": "groundtruth/image-classification",
            DETAILS: _details(result, is_present=label in outcome.truth),
        }
    return values


def _box_truth(sample: Sample, moment: str) -> dict[str, Any]:
    if sample.boxes is None:  # a picture of a brand, which is labelled as a whole
        return _label_truth(sample, moment)
    names = sorted({name for name, _ in sample.boxes})
    boxes = [(names.index(name), box) for name, box in sample.boxes]
    return {
        f"{TRUTH}-0": _annotations(sample, boxes),
        f"{TRUTH}-0-metadata": {
            "job-name": TRAINING_JOB,
            "class-map": {str(number): name for number, name in enumerate(names)},
            "human-annotated": "yes",
            "objects": [{"confidence": 1.0}] * len(boxes),
            "creation-date": moment,
            "type": "groundtruth/object-detection",
        },
    }


def _box_findings(sample: Sample, outcome: DetectionOutcome, names: list[str], moment: str) -> dict[str, Any]:
    findings = outcome.findings
    boxes = [(names.index(finding.label), finding.box) for finding in findings]
    return {
        EVALUATION: _annotations(sample, boxes),
        f"{EVALUATION}-metadata": {
            "confidence": max((finding.confidence for finding in findings), default=0.0),
            "job-name": EVALUATION_JOB,
            "class-map": {str(number): name for number, name in enumerate(names)},
            "human-annotated": "no",
            "objects": [
                {
                    "confidence": finding.confidence,
                    DETAILS: _details(finding.outcome, is_present=finding.is_present),
                }
                for finding in findings
            ],
            "creation-date": moment,
            "type": "groundtruth/object-detection",
        },
    }


def _annotations(sample: Sample, boxes: Sequence[tuple[int, Box]]) -> dict[str, Any]:
    """Return boxes in whole pixels of the picture, as it is stored."""
    head = read_head(sample.picture)
    width, height, orientation = (head.width, head.height, head.orientation) if head else (0, 0, UPRIGHT)
    return {
        "annotations": [
            {"class_id": number, **_pixels(stored_box(box, orientation), width, height)}
            for number, box in boxes
        ],
        "image_size": [{"width": width, "height": height, "depth": 3}],
    }


def _pixels(box: Box, width: int, height: int) -> dict[str, int]:
    return {
        "left": round(box.left * width),
        "top": round(box.top * height),
        "width": max(1, round(box.width * width)),
        "height": max(1, round(box.height * height)),
    }


def _details(result: OutcomeKind, *, is_present: bool) -> dict[str, Any]:
    return {
        "version": 1,
        "ground-truth-labelling-jobs": [TRAINING_JOB],
        "is-true-positive": result == "tp",
        "is-true-negative": result == "tn",
        "is-false-positive": result == "fp",
        "is-false-negative": result == "fn",
        "is-present-in-ground-truth": is_present,
    }


def _line(sample: Sample, values: Mapping[str, Any]) -> str:
    return write_line({"source-ref": sample.source, **values}).text
