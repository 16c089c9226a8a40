"""What of an evaluation fits on a line: its aggregates, and a few figures of each label."""

from typing import Any

from vedette.evaluation.document import Evaluation, write_evaluation

# Of all tasks, those aggregates that a task has.
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


def headline(evaluation: Evaluation) -> dict[str, Any]:
    """Return what fits on a line, as JSON: the aggregates that could be told, and each label's figures."""
    document = write_evaluation(evaluation)
    short = {key: document[key] for key in HEADLINE if document.get(key) is not None}
    return short | {
        "labels": [{key: row[key] for key in PER_LABEL if key in row} for row in document["labels"]]
    }
