"""Two models on the same test pictures: how far apart they are, and whether that may be chance.

    figures  of each on the pictures that both were tested with, as the document has them for its own
    lead     pictures that got better less those that got worse, with a 95 % interval (`chance.py`)
    p_value  of the pictures that changed: a coin? It is below 0.05 just where the interval leaves 0 out

A picture is the same where its address is; where people say otherwise of it than they did, it is left out and
counted, since neither model was judged by what is true now. Nothing here opens a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vedette.errors import Wrong
from vedette.evaluation.chance import SURE, Lead, find_lead, sign_test
from vedette.evaluation.codec import to_json
from vedette.evaluation.document import DetectionOutcome, Evaluation, MultilabelOutcome, Outcome
from vedette.vision.annotations import ANOMALY

ChangeKind = Literal["better", "worse", "both-right", "both-wrong"]
Verdict = Literal["better", "worse", "unclear", "none"]
Counts = NDArray[np.int64]
# Labels that only the first model knows, and that only the second does.
OnlyLabels = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ComparedFigures:
    """A model on the common pictures; `correct` of them it got right in all they show."""

    correct: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class ComparedLabel:
    """A label of both models on the common pictures: true and false positives, false negatives, F1.

    `better` and `worse` are pictures by their mistakes about this label.
    """

    label: str
    test_pictures: int
    first: tuple[int, int, int]
    second: tuple[int, int, int]
    f1: tuple[float, float]
    better: int
    worse: int
    lead: Lead


@dataclass(frozen=True, slots=True)
class ComparedPicture:
    """A common picture, its numbers in both evaluations, and how the second did beside the first."""

    picture: str
    first: int
    second: int
    kind: ChangeKind
    # How many mistakes fewer the second made.
    gain: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two evaluations held against one another."""

    task: str
    only_first: int
    only_second: int
    relabelled: int
    first: ComparedFigures
    second: ComparedFigures
    lead: Lead
    p_value: float
    verdict: Verdict
    labels: tuple[ComparedLabel, ...]
    only_labels: OnlyLabels
    pictures: tuple[ComparedPicture, ...]

    def count(self, kind: ChangeKind) -> int:
        """Return how many common pictures are of a kind."""
        return sum(picture.kind == kind for picture in self.pictures)


def compare(first: Evaluation, second: Evaluation) -> Comparison:
    """Return the comparison of two evaluations of one task.

    Raises:
        Wrong: where they answer different questions.
    """
    if first.task != second.task:
        raise Wrong(f"One version answers {first.task}, the other {second.task}: they are not compared.")
    pairs, relabelled = _pairs(first, second)
    labels, only = _labels(first, second)
    counts = (
        _counts([first.outcomes[number] for number, _ in pairs], labels),
        _counts([second.outcomes[number] for _, number in pairs], labels),
    )
    pictures = tuple(_picture(first.outcomes[a], second.outcomes[b], a, b) for a, b in pairs)
    better, worse = (sum(picture.kind == kind for picture in pictures) for kind in ("better", "worse"))
    p_value = sign_test(better, worse)
    return Comparison(
        task=first.task,
        only_first=len(first.outcomes) - len(pairs) - relabelled,
        only_second=len(second.outcomes) - len(pairs) - relabelled,
        relabelled=relabelled,
        first=_figures([first.outcomes[number] for number, _ in pairs], counts[0]),
        second=_figures([second.outcomes[number] for _, number in pairs], counts[1]),
        lead=find_lead(better, worse, len(pictures)),
        p_value=p_value,
        verdict=_verdict(better, worse, p_value),
        labels=tuple(_row(label, counts, at) for at, label in enumerate(labels)),
        only_labels=only,
        pictures=pictures,
    )


def _pairs(first: Evaluation, second: Evaluation) -> tuple[list[tuple[int, int]], int]:
    """Return the numbers of the pictures that both have and that are as they were, and how many are not."""
    earlier: Sequence[Outcome] = first.outcomes
    later: Sequence[Outcome] = second.outcomes
    places = {outcome.picture: number for number, outcome in enumerate(later)}
    pairs, relabelled = [], 0
    for number, outcome in enumerate(earlier):
        other = places.get(outcome.picture)
        if other is None:
            continue
        if _truth(outcome) == _truth(later[other]):
            pairs.append((number, other))
        else:
            relabelled += 1
    return pairs, relabelled


def _truth(outcome: Outcome) -> Any:
    """Return what people say of a picture, whatever the order in which they said it."""
    if isinstance(outcome, MultilabelOutcome):
        return sorted(outcome.truth)
    if isinstance(outcome, DetectionOutcome):
        return sorted(repr(to_json(box)) for box in outcome.truth)
    return outcome.truth


def _labels(
    first: Evaluation, second: Evaluation
) -> tuple[list[str], tuple[tuple[str, ...], tuple[str, ...]]]:
    if first.task in ("anomaly", "segmentation"):
        return [ANOMALY], ((), ())
    names = [row.label for row in first.labels], [row.label for row in second.labels]
    only_first = tuple(name for name in names[0] if name not in set(names[1]))
    only_second = tuple(name for name in names[1] if name not in set(names[0]))
    return list(dict.fromkeys([*names[0], *names[1]])), (only_first, only_second)


def _counts(outcomes: Sequence[Outcome], labels: Sequence[str]) -> Counts:
    """Return [pictures, labels, 3]: true positives, false positives, false negatives."""
    table = np.zeros((len(outcomes), len(labels), 3), np.int64)
    columns = {label: column for column, label in enumerate(labels)}
    for row, outcome in enumerate(outcomes):
        if isinstance(outcome, DetectionOutcome):
            _count_boxes(outcome, table[row], columns)
            continue
        kinds = outcome.outcomes if isinstance(outcome, MultilabelOutcome) else {ANOMALY: outcome.outcome}
        for label, kind in kinds.items():
            if kind != "tn":
                table[row, columns[label], ("tp", "fp", "fn").index(kind)] = 1
    return table


def _count_boxes(outcome: DetectionOutcome, row: Counts, columns: Mapping[str, int]) -> None:
    for finding in outcome.findings:
        if finding.outcome in ("tp", "fp"):
            row[columns[finding.label], ("tp", "fp").index(finding.outcome)] += 1
    for box in outcome.truth:
        if box.label in columns:
            row[columns[box.label], 2] += 1
    row[:, 2] = np.maximum(0, row[:, 2] - row[:, 0])


def _mistakes(outcome: Outcome) -> int:
    """Return how much a model got wrong in a picture: boxes it called wrongly and missed, or one, or none."""
    if isinstance(outcome, DetectionOutcome):
        return sum(finding.outcome == "fp" for finding in outcome.findings) + len(outcome.missed)
    return int(not outcome.correct)


def _picture(earlier: Outcome, later: Outcome, first: int, second: int) -> ComparedPicture:
    gain = _mistakes(earlier) - _mistakes(later)
    kind: ChangeKind = "both-right" if earlier.correct and later.correct else "both-wrong"
    if gain:
        kind = "better" if gain > 0 else "worse"
    return ComparedPicture(earlier.picture, first, second, kind, gain)


def _figures(outcomes: Sequence[Outcome], counts: Counts) -> ComparedFigures:
    tp, fp, fn = np.moveaxis(counts.sum(axis=0), -1, 0)
    occurs = tp + fn > 0
    means = [
        _mean(part, whole, occurs)
        for part, whole in ((tp, tp + fp), (tp, tp + fn), (2 * tp, 2 * tp + fp + fn))
    ]
    return ComparedFigures(sum(outcome.correct for outcome in outcomes), means[0], means[1], means[2])


def _mean(part: Counts, whole: Counts, occurs: NDArray[np.bool_]) -> float:
    """Return the mean share over the labels that occur; of nothing it is 0."""
    shares = np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
    return float(shares[occurs].mean()) if occurs.any() else 0.0


def _row(label: str, counts: tuple[Counts, Counts], at: int) -> ComparedLabel:
    sums = [side[:, at].sum(axis=0).tolist() for side in counts]
    has = int(((counts[0][:, at, 0] + counts[0][:, at, 2]) > 0).sum())
    gains = counts[0][:, at, 1:].sum(axis=1) - counts[1][:, at, 1:].sum(axis=1)
    better, worse = int((gains > 0).sum()), int((gains < 0).sum())
    first, second = ((int(a), int(b), int(c)) for a, b, c in sums)
    return ComparedLabel(
        label=label,
        test_pictures=has,
        first=first,
        second=second,
        f1=(_f1(*first), _f1(*second)),
        better=better,
        worse=worse,
        lead=find_lead(better, worse, len(gains)),
    )


def _f1(tp: int, fp: int, fn: int) -> float:
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0


def _verdict(better: int, worse: int, p_value: float) -> Verdict:
    """Say what the pictures that changed show; what the figures add up to has no part in it."""
    if not better + worse:
        return "none"
    if p_value >= SURE:
        return "unclear"
    return "better" if better > worse else "worse"
