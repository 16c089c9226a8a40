"""Boxes judged: right where they overlap a true box of their label by a half, better scores first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vedette.evaluation.document import (
    BoxFinding,
    BoxLabelFigures,
    DetectionEvaluation,
    DetectionOutcome,
    LabelledBox,
)
from vedette.evaluation.judged import (
    JudgedPicture,
    ThresholdChoice,
    Thresholds,
    curve_points,
    kind_of_outcome,
    mean,
)
from vedette.evaluation.metrics import (
    OutcomeCounts,
    coco_precision,
    counts_at,
    match_boxes,
    reliability,
)
from vedette.vision.annotations import Finding
from vedette.vision.geometry import edges_of
from vedette.vision.images import WHOLE

# A box is right from this overlap on, as both services count.
RIGHT_OVERLAP = 0.5
# Findings below this are of no use in a report, and would be most of it.
LEAST_REPORTED = 0.05
MOST_REPORTED = 50

# For each picture: which of its findings, by their numbers, are right.
Hits = list[dict[int, bool]]


@dataclass(frozen=True, slots=True)
class BoxLabel:
    """A label's figures, and which of its findings are right."""

    figures: BoxLabelFigures
    hits: Hits


def evaluate_detection(
    labels: Sequence[str], pictures: Sequence[JudgedPicture], choice: ThresholdChoice
) -> DetectionEvaluation:
    """Return the evaluation of boxes."""
    by_label = [_judge_label(label, pictures, choice) for label in labels]
    rows = [label.figures for label in by_label]
    thresholds = {row.label: row.threshold for row in rows}
    hits: Hits = [{} for _ in pictures]
    for label in by_label:
        for all_hits, label_hits in zip(hits, label.hits, strict=True):
            all_hits |= label_hits
    confidences, are_right = _reported(pictures, hits)
    occurring = [row for row in rows if row.test_boxes]
    return DetectionEvaluation(
        task="detection",
        pictures=len(pictures),
        precision=mean([row.precision for row in occurring if row.test_pictures]),
        recall=mean([row.recall for row in occurring if row.test_pictures]),
        f1=mean([row.f1 for row in occurring if row.test_pictures]),
        map50=mean([row.average_precision for row in occurring]),
        map50_95=mean([row.average_precision_50_95 for row in occurring]),
        average_recall=mean([row.average_recall for row in occurring]),
        thresholds=thresholds,
        labels=tuple(rows),
        reliability=reliability(confidences, are_right),
        outcomes=tuple(
            _outcome(picture, picture_hits, thresholds)
            for picture, picture_hits in zip(pictures, hits, strict=True)
        ),
    )


def _reported(pictures: Sequence[JudgedPicture], hits: Hits) -> tuple[list[float], list[bool]]:
    """Return the confidence of every finding that is reported, and whether it is right."""
    pairs = [
        (finding.confidence, picture_hits[number])
        for picture, picture_hits in zip(pictures, hits, strict=True)
        for number, finding in enumerate(picture.findings)
        if number in picture_hits and finding.confidence >= LEAST_REPORTED
    ]
    return [confidence for confidence, _ in pairs], [is_right for _, is_right in pairs]


def _judge_label(label: str, pictures: Sequence[JudgedPicture], choice: ThresholdChoice) -> BoxLabel:
    truth = [edges_of(box for name, box in p.sample.boxes or () if name == label) for p in pictures]
    numbers = [[n for n, f in enumerate(p.findings) if f.label == label and f.box] for p in pictures]
    boxes = [
        edges_of(picture.findings[n].box or WHOLE for n in places)
        for picture, places in zip(pictures, numbers, strict=True)
    ]
    scores = [
        [picture.findings[n].confidence for n in places]
        for picture, places in zip(pictures, numbers, strict=True)
    ]
    right = [
        (match_boxes(real, edges, values, least_overlap=RIGHT_OVERLAP) >= 0).tolist()
        for real, edges, values in zip(truth, boxes, scores, strict=True)
    ]
    values, flat = [v for part in scores for v in part], [hit for part in right for hit in part]
    positives = sum(len(real) for real in truth)
    threshold = choice.choose(label, values, flat, positives=positives)
    precision = coco_precision(truth, boxes, scores)
    confident = counts_at(values, flat, threshold)
    counts = OutcomeCounts(confident.tp, confident.fp, positives - confident.tp)
    figures = BoxLabelFigures(
        label=label,
        test_pictures=sum(len(real) > 0 for real in truth),
        threshold=threshold,
        precision=counts.precision,
        recall=counts.recall,
        f1=counts.f1,
        counts=counts,
        test_boxes=positives,
        average_precision=precision.at_50,
        average_precision_50_95=precision.at_50_95,
        average_recall=precision.recall,
        curve=curve_points(values, flat, positives),
    )
    return BoxLabel(
        figures, [dict(zip(places, hit, strict=True)) for places, hit in zip(numbers, right, strict=True)]
    )


def _outcome(picture: JudgedPicture, hits: Mapping[int, bool], thresholds: Thresholds) -> DetectionOutcome:
    """Return for each box found what it counts as, and which true boxes none was called for."""
    findings: list[BoxFinding] = []
    confident: list[Finding] = []
    is_clean = True
    for number, finding in enumerate(picture.findings):
        if finding.box is None or number not in hits:
            continue
        is_called = finding.confidence >= thresholds[finding.label]
        if is_called:
            confident.append(finding)
            is_clean = is_clean and hits[number]
        if (finding.confidence >= LEAST_REPORTED or is_called) and len(findings) < MOST_REPORTED:
            # Below its threshold a box was not called; where it is right, that is a false negative.
            kind = kind_of_outcome(is_called=is_called, is_true=hits[number])
            findings.append(BoxFinding(finding.label, finding.confidence, finding.box, kind, hits[number]))
    missed = _missed(picture, confident)
    return DetectionOutcome(
        picture=picture.name,
        truth=tuple(LabelledBox(name, box) for name, box in picture.sample.boxes or ()),
        findings=tuple(findings),
        missed=tuple(missed),
        correct=not missed and is_clean,
    )


def _missed(picture: JudgedPicture, confident: Sequence[Finding]) -> list[LabelledBox]:
    missed: list[LabelledBox] = []
    truth = picture.sample.boxes or ()
    for label in dict.fromkeys(name for name, _ in truth):
        real = [box for name, box in truth if name == label]
        findings = [finding for finding in confident if finding.label == label and finding.box]
        matches = match_boxes(
            edges_of(real),
            edges_of(finding.box or WHOLE for finding in findings),
            [finding.confidence for finding in findings],
            least_overlap=RIGHT_OVERLAP,
        )
        missed += [LabelledBox(label, box) for number, box in enumerate(real) if number not in matches]
    return missed
