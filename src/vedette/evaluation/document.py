"""The evaluation of a model on its test part: one kind of document for each task, as values and as JSON.

    ClassificationEvaluation   one label a picture
    MultilabelEvaluation       several labels a picture
    DetectionEvaluation        boxes
    AnomalyEvaluation          whether a picture is anomalous
    SegmentationEvaluation     the same, and which pixels are of which anomaly type

Precision, recall and F1 of a label hold at its threshold. Aggregates are unweighted means over the labels
that occur in the test part. A figure that these pictures cannot tell is None: `auroc` of normal pictures
alone, `mean_iou` where no mask was drawn.

What a field means stands beside it; docs/reference/evaluation.md and its JSON Schema are computed from here.
Nothing here computes a figure, and nothing opens a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from vedette.errors import Wrong
from vedette.evaluation.codec import Misfit, from_json, to_json
from vedette.evaluation.metrics import OutcomeCounts, Reliability
from vedette.vision.annotations import Box, Task

# The format that is written. A field that is added keeps it; one that changes its meaning does not.
FORMAT: Literal[1] = 1

OutcomeKind = Literal["tp", "fp", "fn", "tn"]
Correct = Annotated[bool, "whether the model was right about all of the picture"]
PictureName = Annotated[str, "the picture's address, or its path"]


@dataclass(frozen=True, slots=True)
class CurvePoints:
    """Precision and recall at some thresholds, the highest first: three lists of one length."""

    thresholds: tuple[float, ...]
    precision: tuple[float, ...]
    recall: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """One label's figures, on pictures."""

    label: str
    test_pictures: Annotated[int, "how many test pictures have it"]
    threshold: Annotated[float, "the confidence from which it is called"]
    precision: Annotated[float, "the share of what was called that is so"]
    recall: Annotated[float, "the share of what is so that was called"]
    f1: Annotated[float, "the harmonic mean of precision and recall"]
    counts: OutcomeCounts
    average_precision: Annotated[float, "precision over all thresholds, weighted by the recall each adds"]
    curve: CurvePoints


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxLabelFigures(LabelFigures):
    """One label's figures, on boxes: right from an overlap (IoU) of a half on."""

    test_boxes: Annotated[int, "how many true boxes of it there are"]
    average_precision_50_95: Annotated[float, "the mean over overlaps of 0.5 to 0.95, as COCO computes it"]
    average_recall: Annotated[float, "the share of true boxes found at any confidence"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyTypeFigures:
    """One anomaly type's figures, on pixels: the mean of the pictures that have it."""

    label: str
    test_pictures: Annotated[int, "how many test pictures have it in their masks"]
    precision: Annotated[float, "the share of pixels called so that are"]
    recall: Annotated[float, "the share of such pixels that were called so"]
    f1: Annotated[float, "the harmonic mean of precision and recall"]
    iou: Annotated[float | None, "the overlap of drawn and predicted pixels; null where there are neither"]
    true_area: Annotated[
        float | None, "the share of a test picture that is drawn so, on average; missing before 2026-11-29"
    ] = None
    found_area: Annotated[float | None, "the share of a test picture that the model calls so, on average"] = (
        None
    )


@dataclass(frozen=True, slots=True)
class ConfusionCell:
    """How often one label was taken for another; empty cells are left out."""

    truth: str
    predicted: str
    count: int
    share: Annotated[float, "of the true label's pictures"]


@dataclass(frozen=True, slots=True)
class LabelFinding:
    """A label that was called."""

    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class LabelledBox:
    """A true box."""

    label: str
    box: Annotated[Box, "in shares of the upright picture"]


@dataclass(frozen=True, slots=True)
class BoxFinding:
    """A box that was found, called or not."""

    label: str
    confidence: float
    box: Annotated[Box, "in shares of the upright picture"]
    outcome: Annotated[OutcomeKind, "what it counts as, at the label's threshold"]
    is_present: Annotated[bool, "whether it overlaps a true box of its label by a half"]


@dataclass(frozen=True, slots=True)
class AreaFinding:
    """An anomaly type that pixels were called."""

    label: str
    confidence: float
    mask_area: Annotated[float | None, "the share of the picture"] = None


@dataclass(frozen=True, slots=True)
class AreaShares:
    """How much of a picture one anomaly type covers."""

    true: Annotated[float, "the share that was drawn"]
    predicted: Annotated[float, "the share that the model called so"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MultilabelOutcome:
    """A picture with several labels."""

    picture: PictureName
    truth: tuple[str, ...]
    scores: Annotated[Mapping[str, float], "every label's probability"]
    findings: Annotated[tuple[LabelFinding, ...], "the labels that reach their thresholds"]
    outcomes: Annotated[Mapping[str, OutcomeKind], "what each label counts as"]
    correct: Correct


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationOutcome(MultilabelOutcome):
    """A picture with one label."""

    predicted: Annotated[str, "the likeliest label, whatever its threshold"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionOutcome:
    """A picture with boxes."""

    picture: PictureName
    truth: tuple[LabelledBox, ...]
    findings: Annotated[tuple[BoxFinding, ...], "down to a confidence of 0.05, and fifty at most"]
    missed: Annotated[tuple[LabelledBox, ...], "true boxes that none was called for"]
    correct: Correct


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyOutcome:
    """A picture that is anomalous or not."""

    picture: PictureName
    truth: Annotated[bool, "whether it is anomalous"]
    score: Annotated[float, "the probability of an anomaly"]
    is_anomalous: Annotated[bool, "whether the score reaches the threshold"]
    outcome: OutcomeKind
    correct: Correct


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentationOutcome(AnomalyOutcome):
    """A picture that is anomalous or not, and where."""

    findings: tuple[AreaFinding, ...]
    iou: Annotated[
        Mapping[str, float | None] | None,
        "each type's overlap, null where there are no pixels of it; missing where nobody drew a mask",
    ] = None
    areas: Annotated[
        Mapping[str, AreaShares] | None,
        "how much each type covers; missing where nobody drew a mask, and before 2026-11-29",
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Document:
    """What every evaluation has."""

    format: Annotated[Literal[1], "the format of this document; missing before 2026-11-28"] = FORMAT
    task: Task
    pictures: Annotated[int, "how many test pictures were judged"]
    thresholds: Annotated[Mapping[str, float], "every label's; of the anomaly tasks one, `anomaly`"]
    precision: Annotated[float, "the mean over labels; of anomalous pictures in the anomaly tasks"]
    recall: Annotated[float, "the mean over labels; of anomalous pictures in the anomaly tasks"]
    f1: Annotated[float, "the mean over labels; of anomalous pictures in the anomaly tasks"]
    reliability: Reliability
    left_out: Annotated[
        int | None, "after a training: how many lines and pictures of both parts could not be used"
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MultilabelEvaluation(_Document):
    """Several labels a picture."""

    task: Literal["multilabel"]
    accuracy: Annotated[float, "the share of pictures of which all labels are right"]
    labels: tuple[LabelFigures, ...]
    outcomes: tuple[MultilabelOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassificationEvaluation(_Document):
    """One label a picture."""

    task: Literal["classification"]
    accuracy: Annotated[float, "the share of pictures whose likeliest label is right"]
    labels: tuple[LabelFigures, ...]
    confusion: tuple[ConfusionCell, ...]
    outcomes: tuple[ClassificationOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectionEvaluation(_Document):
    """Boxes."""

    task: Literal["detection"]
    map50: Annotated[float, "the mean average precision at an overlap (IoU) of a half, as COCO computes it"]
    map50_95: Annotated[float, "the same over overlaps of 0.5 to 0.95"]
    average_recall: Annotated[float, "the mean share of true boxes found at any confidence"]
    labels: tuple[BoxLabelFigures, ...]
    outcomes: tuple[DetectionOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _AnomalyDocument(_Document):
    """What the evaluations of both anomaly tasks have."""

    accuracy: Annotated[float, "the share of pictures judged right"]
    auroc: Annotated[float | None, "the area under the ROC curve; null where all pictures are of one kind"]
    average_precision: Annotated[float, "precision over all thresholds, weighted by the recall each adds"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyEvaluation(_AnomalyDocument):
    """Whether a picture is anomalous."""

    task: Literal["anomaly"]
    labels: Annotated[tuple[LabelFigures, ...], "one, of the label `anomaly`"]
    outcomes: tuple[AnomalyOutcome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentationEvaluation(_AnomalyDocument):
    """Whether a picture is anomalous, and which pixels are of which type."""

    task: Literal["segmentation"]
    mean_iou: Annotated[float | None, "the mean over types; null where the test part has no mask"]
    clean_normals: Annotated[
        float | None, "the share of normal pictures without an anomalous pixel; null where there are none"
    ]
    labels: Annotated[tuple[AnomalyTypeFigures | LabelFigures, ...], "`anomaly`, then the types"]
    outcomes: tuple[SegmentationOutcome, ...]


Evaluation = (
    ClassificationEvaluation
    | MultilabelEvaluation
    | DetectionEvaluation
    | AnomalyEvaluation
    | SegmentationEvaluation
)
Outcome = ClassificationOutcome | MultilabelOutcome | DetectionOutcome | AnomalyOutcome | SegmentationOutcome

EVALUATIONS: Mapping[str, type[Evaluation]] = {
    "classification": ClassificationEvaluation,
    "multilabel": MultilabelEvaluation,
    "detection": DetectionEvaluation,
    "anomaly": AnomalyEvaluation,
    "segmentation": SegmentationEvaluation,
}


def write_evaluation(evaluation: Evaluation) -> dict[str, Any]:
    """Return the document as JSON has it."""
    document: dict[str, Any] = to_json(evaluation)
    return document


def read_evaluation(document: Any, name: str) -> Evaluation:
    """Return the evaluation in a document; `name` is its file's, for what it says when it refuses.

    Raises:
        Wrong: when it is none, is damaged, or was written in a later format.
    """
    task = document.get("task") if isinstance(document, dict) else None
    if not isinstance(task, str) or task not in EVALUATIONS:
        raise Wrong(f"{name} is no evaluation: it has no task that is known.", kind="model", name=name)
    _refuse_other_format(document.get("format", FORMAT), name)
    try:
        evaluation: Evaluation = from_json(EVALUATIONS[task], document)
    except Misfit as misfit:
        raise Wrong(f"{name} is no evaluation: {misfit}.", kind="model", name=name) from misfit
    return evaluation


def _refuse_other_format(version: Any, name: str) -> None:
    if type(version) is not int or version < FORMAT:
        raise Wrong(f"{name} has no format version that could be read.", kind="model", name=name)
    if version > FORMAT:
        raise Wrong(
            f"{name} was written by a later Vedette (its format is above {FORMAT}, the last one known here): "
            "upgrade Vedette to read it.",
            kind="model",
            name=name,
        )
