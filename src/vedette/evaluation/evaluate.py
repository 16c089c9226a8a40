"""A task's test pictures, with what the model answered, made into the evaluation of that task.

    labels.py     one label a picture, or several
    boxes.py      boxes
    anomalies.py  pictures that are anomalous or not, and the pixels of each type

The threshold of a label is the one it is given, or else the one with the best F1 on these pictures.
"""

from collections.abc import Callable, Mapping, Sequence

from vedette.evaluation.anomalies import evaluate_anomaly, evaluate_segmentation
from vedette.evaluation.boxes import evaluate_detection
from vedette.evaluation.document import Evaluation
from vedette.evaluation.judged import JudgedPicture, ThresholdChoice, Thresholds
from vedette.evaluation.labels import evaluate_classification, evaluate_multilabel
from vedette.vision.annotations import Task

EVALUATORS: Mapping[Task, Callable[[Sequence[str], Sequence[JudgedPicture], ThresholdChoice], Evaluation]] = {
    "classification": evaluate_classification,
    "multilabel": evaluate_multilabel,
    "detection": evaluate_detection,
    "anomaly": evaluate_anomaly,
    "segmentation": evaluate_segmentation,
}


def evaluate(
    task: Task,
    labels: Sequence[str],
    pictures: Sequence[JudgedPicture],
    *,
    thresholds: Thresholds | None = None,
    fallback: Thresholds | None = None,
) -> Evaluation:
    """Return the evaluation; `fallback` holds the thresholds of labels that the pictures say nothing of."""
    return EVALUATORS[task](labels, pictures, ThresholdChoice(thresholds, fallback or {}))
