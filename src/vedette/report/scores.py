"""What a page needs to move a threshold: how many scores of each label were right and wrong, in thousandths.

Counts are exact for every threshold of three decimals, and no longer than a thousand pairs however
many pictures there are. Types of a segmentation have no score of their own and are not here.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from vedette.evaluation.document import (
    AnomalyOutcome,
    BoxLabelFigures,
    DetectionOutcome,
    Evaluation,
    LabelFigures,
)

# A slider's step. Scores are told apart no finer than a person would set a threshold.
STEPS = 1000

Tally = list[tuple[int, int]]


def tallies(evaluation: Evaluation) -> list[dict[str, Any]]:
    """Return each label's scores: `right` where it is there, `wrong` where it is not.

    `of` is how many are there, `among` how many pictures lack the label; None for boxes, which could be
    anywhere.
    """
    rows = [row for row in evaluation.labels if isinstance(row, LabelFigures)]
    return [_tallies_of(evaluation, row) for row in rows]


def _tallies_of(evaluation: Evaluation, row: LabelFigures) -> dict[str, Any]:
    scores = list(_scores(evaluation, row.label))
    present = row.counts.tp + row.counts.fn
    return {
        "label": row.label,
        "own": row.threshold,
        "counts": asdict(row.counts),
        "of": present,
        "among": None if isinstance(row, BoxLabelFigures) else evaluation.pictures - present,
        "right": _tally(score for score, is_present in scores if is_present),
        "wrong": _tally(score for score, is_present in scores if not is_present),
    }


def _scores(evaluation: Evaluation, label: str) -> Iterable[tuple[float, bool]]:
    """Yield every score of a label, and whether what it is of is there."""
    for outcome in evaluation.outcomes:
        if isinstance(outcome, DetectionOutcome):
            for finding in outcome.findings:
                if finding.label == label:
                    yield finding.confidence, finding.is_present
        elif isinstance(outcome, AnomalyOutcome):
            yield outcome.score, outcome.truth
        else:
            yield outcome.scores[label], label in outcome.truth


def _tally(scores: Iterable[float]) -> Tally:
    """Return how many scores lie in each thousandth, the highest first."""
    # By millionths, since 0.57 × 1000 is a little less than 570.
    counts = Counter(min(STEPS, round(score * 1e6) * STEPS // 1_000_000) for score in scores)
    return sorted(counts.items(), reverse=True)
