"""What a test part showed of a model, as one JSON document: figures, curves and every picture's outcome.

    all            task, pictures, thresholds, labels[], reliability, outcomes[]
    classification accuracy, precision, recall, f1, confusion[]
    multilabel     accuracy (all labels of a picture right), precision, recall, f1
    detection      precision, recall, f1, map50, map50_95, average_recall
    anomaly        accuracy, precision, recall, f1, auroc, average_precision
    segmentation   the same, and mean_iou, clean_normals (normal pictures without an anomalous pixel)

A figure that these pictures cannot tell is None: auroc of normal pictures alone, mean_iou where no mask was
drawn. The headline leaves it out.

Precision, recall and F1 of a label hold at its assumed threshold: the one it is given, or else
the one with the best F1 on these pictures. Aggregates are unweighted means over the labels that
occur in the test part. An entry of `labels` carries the curve, so that a threshold can be moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from vedette.evaluation.metrics import (
    Counts,
    auroc,
    average_precision,
    best_threshold,
    coco_precision,
    confusion,
    counts_at,
    curve,
    match_boxes,
    overlap,
    ratio,
    reliability,
)
from vedette.vision.annotations import ANOMALY, Finding, Sample, Task
from vedette.vision.geometry import edges_of
from vedette.vision.images import WHOLE

HEADLINE = (
    "task",
    "pictures",
    "accuracy",
    "precision",
    "recall",
    "f1",
    "auroc",
    "average_precision",
    "map50",
    "map50_95",
    "average_recall",
    "mean_iou",
    "clean_normals",
)
PER_LABEL = ("label", "test_pictures", "threshold", "precision", "recall", "f1", "average_precision", "iou")
# A box is right from this overlap on, as both services count.
RIGHT_OVERLAP = 0.5
# Findings below this are of no use in a report, and would be most of it.
LEAST_REPORTED = 0.05
_MOST_POINTS = 200
_MOST_REPORTED = 50

Thresholds = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """One test picture and what the model said of it.

    `pixels` hold for each anomaly type how many pixels are shared, true and predicted; they are
    None where nobody drew what is true. For detection `findings` reach down to a low confidence.
    """

    sample: Sample
    findings: tuple[Finding, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    score: float = 0.0
    pixels: Mapping[str, tuple[int, int, int]] | None = None

    @property
    def name(self) -> str:
        """The picture's name in the report."""
        return self.sample.source or str(self.sample.picture)


def evaluate(
    task: Task,
    labels: Sequence[str],
    seen: Sequence[Seen],
    *,
    thresholds: Thresholds | None = None,
    fallback: Thresholds | None = None,
) -> dict[str, Any]:
    """Return the document; `fallback` holds the thresholds of labels that the pictures say nothing of."""
    judges = {
        "classification": _labels,
        "multilabel": _labels,
        "detection": _boxes,
        "anomaly": _anomalies,
        "segmentation": _masks,
    }
    found = judges[task](task, list(labels), list(seen), _Choice(thresholds, fallback or {}))
    return {"task": task, "pictures": len(seen), **found}


def headline(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what fits on a line: the aggregates, and each label's figures."""
    short: dict[str, Any] = {key: document[key] for key in HEADLINE if document.get(key) is not None}
    short["labels"] = [
        {key: row[key] for key in PER_LABEL if key in row} for row in document.get("labels", [])
    ]
    return short


@dataclass(frozen=True, slots=True)
class _Choice:
    """How a label's threshold is chosen: given, or by the best F1."""

    given: Thresholds | None
    fallback: Thresholds

    def of(self, label: str, scores: Any, truth: Any, *, positives: int | None = None) -> float:
        if self.given is not None:
            return self.given.get(label, 0.5)
        return best_threshold(scores, truth, positives=positives, fallback=self.fallback.get(label, 0.5))


def _labels(task: Task, labels: list[str], seen: list[Seen], choice: _Choice) -> dict[str, Any]:
    """Labels of whole pictures."""
    scores = np.array([[s.scores.get(label, 0.0) for label in labels] for s in seen]).reshape(-1, len(labels))
    truth = np.array([[label in s.sample.labels for label in labels] for s in seen], bool).reshape(
        scores.shape
    )
    rows, thresholds = [], {}
    for column, label in enumerate(labels):
        values, real = scores[:, column], truth[:, column]
        threshold = thresholds[label] = choice.of(label, values, real)
        rows.append(
            _row(label, int(real.sum()), threshold, counts_at(values, real, threshold))
            | {"average_precision": average_precision(values, real), "curve": _curve(values, real)}
        )
    called = scores >= np.array([thresholds[label] for label in labels])
    outcomes = [_labels_outcome(s, labels, c, t) for s, c, t in zip(seen, called, truth, strict=True)]
    if task == "multilabel":
        right = (called == truth).all(axis=1)
        sure, hit, extra = scores.ravel(), truth.ravel(), {}
    else:
        top = scores.argmax(axis=1) if scores.size else np.zeros(0, np.intp)
        right = truth[np.arange(len(seen)), top]
        sure, hit = scores[np.arange(len(seen)), top], right
        extra = {"confusion": _confusion(truth, top, labels)}
        for outcome, best, is_right in zip(outcomes, top, right, strict=True):
            outcome |= {"predicted": labels[best], "correct": bool(is_right)}
    return {
        "accuracy": ratio(int(right.sum()), len(seen)),
        **_means(rows),
        "thresholds": thresholds,
        "labels": rows,
        **extra,
        "reliability": _reliable(sure, hit),
        "outcomes": outcomes,
    }


def _labels_outcome(seen: Seen, labels: list[str], called: Any, truth: Any) -> dict[str, Any]:
    return {
        "picture": seen.name,
        "truth": list(seen.sample.labels),
        "scores": dict(seen.scores),
        "findings": [
            {"label": label, "confidence": seen.scores.get(label, 0.0)}
            for label, is_called in zip(labels, called, strict=True)
            if is_called
        ],
        "outcomes": {
            label: _outcome(bool(c), bool(t)) for label, c, t in zip(labels, called, truth, strict=True)
        },
        "correct": bool((called == truth).all()),
    }


def _confusion(truth: Any, top: Any, labels: list[str]) -> list[dict[str, Any]]:
    """Return the cells that are not empty; each true label's shares add up to 1."""
    known = truth.any(axis=1)
    table = confusion(truth[known].argmax(axis=1), top[known], len(labels))
    return [
        {
            "truth": labels[t],
            "predicted": labels[p],
            "count": int(table[t, p]),
            "share": float(table[t, p] / table[t].sum()),
        }
        for t, p in zip(*np.nonzero(table), strict=True)
    ]


def _boxes(_task: Task, labels: list[str], seen: list[Seen], choice: _Choice) -> dict[str, Any]:
    """Boxes: true where they overlap a true box of their label by a half."""
    found = [_boxes_of(label, seen, choice) for label in labels]
    rows = [label.row for label in found]
    thresholds = {row["label"]: row["threshold"] for row in rows}
    hits: list[dict[int, bool]] = [{} for _ in seen]
    for label in found:
        for mine, theirs in zip(hits, label.hits, strict=True):
            mine |= theirs
    told = [
        (finding.confidence, hits[number][index])
        for number, s in enumerate(seen)
        for index, finding in enumerate(s.findings)
        if index in hits[number] and finding.confidence >= LEAST_REPORTED
    ]
    known = [row for row in rows if row["test_boxes"]]
    return {
        **_means(known),
        "map50": _mean(known, "average_precision"),
        "map50_95": _mean(known, "average_precision_50_95"),
        "average_recall": _mean(known, "average_recall"),
        "thresholds": thresholds,
        "labels": rows,
        "reliability": _reliable([sure for sure, _ in told], [right for _, right in told]),
        "outcomes": [_boxes_outcome(s, hits[number], thresholds) for number, s in enumerate(seen)],
    }


@dataclass(frozen=True, slots=True)
class _OfLabel:
    """A label's row, and for each picture which of its findings (by their number) are right."""

    row: dict[str, Any]
    hits: list[dict[int, bool]]


def _boxes_of(label: str, seen: list[Seen], choice: _Choice) -> _OfLabel:
    truth = [edges_of(box for name, box in s.sample.boxes or () if name == label) for s in seen]
    mine = [[n for n, f in enumerate(s.findings) if f.label == label and f.box] for s in seen]
    found = [edges_of(s.findings[n].box or WHOLE for n in some) for s, some in zip(seen, mine, strict=True)]
    scores = [[s.findings[n].confidence for n in some] for s, some in zip(seen, mine, strict=True)]
    right = [
        (match_boxes(real, boxes, values, least_overlap=RIGHT_OVERLAP) >= 0).tolist()
        for real, boxes, values in zip(truth, found, scores, strict=True)
    ]
    values, flat = [v for part in scores for v in part], [hit for part in right for hit in part]
    positives = sum(len(real) for real in truth)
    threshold = choice.of(label, values, flat, positives=positives)
    figures = coco_precision(truth, found, scores)
    called = counts_at(values, flat, threshold)
    row = _row(
        label,
        sum(len(real) > 0 for real in truth),
        threshold,
        Counts(called.tp, called.fp, positives - called.tp),
    )
    row |= {
        "test_boxes": positives,
        "average_precision": figures.at_50,
        "average_precision_50_95": figures.at_50_95,
        "average_recall": figures.recall,
        "curve": _curve(values, flat, positives),
    }
    return _OfLabel(row, [dict(zip(some, hit, strict=True)) for some, hit in zip(mine, right, strict=True)])


def _boxes_outcome(seen: Seen, hits: Mapping[int, bool], thresholds: Thresholds) -> dict[str, Any]:
    """Say for each box found what it was, and which true boxes none was found for."""
    findings: list[dict[str, Any]] = []
    called: list[Finding] = []
    is_clean = True
    for number, finding in enumerate(seen.findings):
        if finding.box is None or number not in hits:
            continue
        reaches = finding.confidence >= thresholds[finding.label]
        if reaches:
            called.append(finding)
            is_clean = is_clean and hits[number]
        if (finding.confidence >= LEAST_REPORTED or reaches) and len(findings) < _MOST_REPORTED:
            # Below its threshold a box was not called; where it is right, that is a false negative.
            outcome = _outcome(reaches, hits[number])
            findings.append(_finding(finding) | {"outcome": outcome, "is_present": hits[number]})
    missed = _missed(seen, called)
    return {
        "picture": seen.name,
        "truth": [{"label": name, "box": asdict(box)} for name, box in seen.sample.boxes or ()],
        "findings": findings,
        "missed": missed,
        "correct": not missed and is_clean,
    }


def _missed(seen: Seen, called: Sequence[Finding]) -> list[dict[str, Any]]:
    missed = []
    boxes = seen.sample.boxes or ()
    for label in dict.fromkeys(name for name, _ in boxes):
        real = [box for name, box in boxes if name == label]
        mine = [f for f in called if f.label == label and f.box]
        matches = match_boxes(
            edges_of(real),
            edges_of(f.box or WHOLE for f in mine),
            [f.confidence for f in mine],
            least_overlap=RIGHT_OVERLAP,
        )
        missed += [{"label": label, "box": asdict(b)} for n, b in enumerate(real) if n not in matches]
    return missed


def _anomalies(_task: Task, _labels: list[str], seen: list[Seen], choice: _Choice) -> dict[str, Any]:
    """Pictures that are anomalous or not."""
    scores = np.array([s.score for s in seen])
    truth = np.array([bool(s.sample.is_anomalous) for s in seen], bool)
    threshold = choice.of(ANOMALY, scores, truth)
    counts = counts_at(scores, truth, threshold)
    row = _row(ANOMALY, int(truth.sum()), threshold, counts)
    precision = average_precision(scores, truth)
    return {
        "accuracy": ratio(counts.tp + counts.tn, len(seen)),
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "auroc": auroc(scores, truth),
        "average_precision": precision,
        "thresholds": {ANOMALY: threshold},
        "labels": [row | {"average_precision": precision, "curve": _curve(scores, truth)}],
        "reliability": _reliable(scores, truth),
        "outcomes": [
            {
                "picture": s.name,
                "truth": bool(real),
                "score": s.score,
                "is_anomalous": s.score >= threshold,
                "outcome": _outcome(s.score >= threshold, bool(real)),
                "correct": (s.score >= threshold) == bool(real),
            }
            for s, real in zip(seen, truth, strict=True)
        ],
    }


def _masks(task: Task, labels: list[str], seen: list[Seen], choice: _Choice) -> dict[str, Any]:
    """The verdict on pictures, and how well each type's pixels are found where they were drawn."""
    found = _anomalies(task, labels, seen, choice)
    rows = [_mask_row(label, [s for s in seen if s.pixels is not None]) for label in labels]
    known = [row for row in rows if row["test_pictures"]]
    normals = [s for s in seen if s.sample.is_anomalous is False and s.pixels is not None]
    clean = sum(not any(called for _, _, called in (s.pixels or {}).values()) for s in normals)
    for outcome, s in zip(found["outcomes"], seen, strict=True):
        outcome["findings"] = [_finding(finding) for finding in s.findings]
        if s.pixels is not None:
            outcome["iou"] = {label: overlap(*s.pixels[label]) for label in labels if label in s.pixels}
    return {
        **found,
        "mean_iou": _mean(known, "iou") if known else None,
        "clean_normals": ratio(clean, len(normals)) if normals else None,
        "labels": [*found["labels"], *rows],
    }


def _mask_row(label: str, seen: list[Seen]) -> dict[str, Any]:
    """Return a type's figures: on pixels, a picture at a time, then the mean of the pictures that have it."""
    counts = [(s.pixels or {}).get(label, (0, 0, 0)) for s in seen]
    having = [(shared, true, called) for shared, true, called in counts if true or called]
    each = [Counts(shared, called - shared, true - shared) for shared, true, called in having]
    shares = [overlap(*found) or 0.0 for found in having]
    return {
        "label": label,
        "test_pictures": sum(true > 0 for _, true, _ in counts),
        "precision": float(np.mean([c.precision for c in each])) if each else 0.0,
        "recall": float(np.mean([c.recall for c in each])) if each else 0.0,
        "f1": float(np.mean([c.f1 for c in each])) if each else 0.0,
        "iou": float(np.mean(shares)) if shares else None,
    }


def _row(label: str, pictures: int, threshold: float, counts: Counts) -> dict[str, Any]:
    return {
        "label": label,
        "test_pictures": pictures,
        "threshold": threshold,
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "counts": asdict(counts),
    }


def _means(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    known = [row for row in rows if row["test_pictures"]]
    return {key: _mean(known, key) for key in ("precision", "recall", "f1")}


def _mean(rows: Sequence[Mapping[str, Any]], key: str) -> float:
    return float(np.mean([row[key] for row in rows])) if rows else 0.0


def _reliable(confidence: Any, right: Any) -> dict[str, Any]:
    found = reliability(confidence, right)
    return {"error": found.error, "bins": [asdict(part) for part in found.bins]}


def _curve(scores: Any, truth: Any, positives: int | None = None) -> dict[str, list[float]]:
    """Return the curve in at most so many points, the ends among them, rounded to what is read."""
    found = curve(scores, truth, positives=positives)
    count = found.thresholds.size
    some = (
        np.unique(np.linspace(0, count - 1, min(count, _MOST_POINTS)).astype(np.intp)) if count else slice(0)
    )
    return {
        "thresholds": found.thresholds[some].round(6).tolist(),
        "precision": found.precision[some].round(6).tolist(),
        "recall": found.recall[some].round(6).tolist(),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    said: dict[str, Any] = {"label": finding.label, "confidence": finding.confidence}
    if finding.box is not None:
        said["box"] = asdict(finding.box)
    if finding.area is not None:
        said["mask_area"] = finding.area
    return said


def _outcome(called: bool, real: bool) -> str:
    return ("tp" if real else "fp") if called else ("fn" if real else "tn")
