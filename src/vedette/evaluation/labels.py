"""Labels of whole pictures judged: one label a picture, or several."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.document import (
    ClassificationEvaluation,
    ClassificationOutcome,
    ConfusionCell,
    LabelFigures,
    LabelFinding,
    MultilabelEvaluation,
    MultilabelOutcome,
)
from vedette.evaluation.judged import (
    JudgedPicture,
    ThresholdChoice,
    figures_of_label,
    kind_of_outcome,
    mean,
)
from vedette.evaluation.metrics import Flags, confusion, ratio, reliability
from vedette.vision.geometry import Floats


class LabelTable:
    """Scores, truth and calls of all pictures, a row a picture and a column a label."""

    def __init__(
        self, labels: Sequence[str], pictures: Sequence[JudgedPicture], choice: ThresholdChoice
    ) -> None:
        shape = (-1, len(labels))
        self.labels, self.pictures = list(labels), list(pictures)
        rows = [[picture.scores.get(label, 0.0) for label in labels] for picture in pictures]
        truth = [[label in picture.sample.labels for label in labels] for picture in pictures]
        self.scores: Floats = np.array(rows, np.float64).reshape(shape)
        self.truth: Flags = np.array(truth, bool).reshape(shape)
        self.figures = [self._figures(column, label, choice) for column, label in enumerate(labels)]
        self.is_called: Flags = self.scores >= np.array([row.threshold for row in self.figures])

    def _figures(self, column: int, label: str, choice: ThresholdChoice) -> LabelFigures:
        scores, truth = self.scores[:, column], self.truth[:, column]
        return figures_of_label(label, scores, truth, choice.choose(label, scores, truth))

    def shared(self) -> dict[str, Any]:
        """Return the fields that both kinds of document have."""
        occurring = [row for row in self.figures if row.test_pictures]
        return {
            "pictures": len(self.pictures),
            "thresholds": {row.label: row.threshold for row in self.figures},
            **{key: mean([getattr(row, key) for row in occurring]) for key in ("precision", "recall", "f1")},
            "labels": tuple(self.figures),
        }

    def outcome(self, number: int) -> dict[str, Any]:
        """Return the fields of a picture's outcome that both kinds have."""
        picture, calls, truth = self.pictures[number], self.is_called[number], self.truth[number]
        return {
            "picture": picture.name,
            "truth": tuple(picture.sample.labels),
            "scores": dict(picture.scores),
            "findings": tuple(
                LabelFinding(label, picture.scores.get(label, 0.0))
                for label, is_called in zip(self.labels, calls, strict=True)
                if is_called
            ),
            "outcomes": {
                label: kind_of_outcome(is_called=bool(is_called), is_true=bool(is_true))
                for label, is_called, is_true in zip(self.labels, calls, truth, strict=True)
            },
        }


def evaluate_classification(
    labels: Sequence[str], pictures: Sequence[JudgedPicture], choice: ThresholdChoice
) -> ClassificationEvaluation:
    """Return the evaluation of one label a picture: the likeliest is right or not."""
    table = LabelTable(labels, pictures, choice)
    rows = np.arange(len(pictures))
    likeliest = table.scores.argmax(axis=1) if table.scores.size else np.zeros(0, np.intp)
    is_right = table.truth[rows, likeliest]
    return ClassificationEvaluation(
        task="classification",
        accuracy=ratio(int(is_right.sum()), len(pictures)),
        **table.shared(),
        confusion=tuple(_confusion(table.truth, likeliest, table.labels)),
        reliability=reliability(table.scores[rows, likeliest], is_right),
        outcomes=tuple(
            ClassificationOutcome(
                **table.outcome(number), predicted=table.labels[best], correct=bool(is_right[number])
            )
            for number, best in enumerate(likeliest)
        ),
    )


def evaluate_multilabel(
    labels: Sequence[str], pictures: Sequence[JudgedPicture], choice: ThresholdChoice
) -> MultilabelEvaluation:
    """Return the evaluation of several labels a picture: all of them are right or not."""
    table = LabelTable(labels, pictures, choice)
    is_right = (table.is_called == table.truth).all(axis=1)
    return MultilabelEvaluation(
        task="multilabel",
        accuracy=ratio(int(is_right.sum()), len(pictures)),
        **table.shared(),
        reliability=reliability(table.scores.ravel(), table.truth.ravel()),
        outcomes=tuple(
            MultilabelOutcome(**table.outcome(number), correct=bool(is_right[number]))
            for number in range(len(pictures))
        ),
    )


def _confusion(truth: Flags, likeliest: NDArray[np.intp], labels: list[str]) -> list[ConfusionCell]:
    """Return the cells that are not empty; each true label's shares add up to 1."""
    has_truth = truth.any(axis=1)
    table = confusion(truth[has_truth].argmax(axis=1), likeliest[has_truth], len(labels))
    return [
        ConfusionCell(
            labels[true], labels[predicted], int(table[true, predicted]),
            float(table[true, predicted] / table[true].sum()),
        )
        for true, predicted in zip(*np.nonzero(table), strict=True)
    ]  # fmt: skip
