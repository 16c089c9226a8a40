"""What a training of Custom Labels would lack: the checks of its manifests, asked early and by counts."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from vedette.dialects.readiness import DatasetTally, TrainingLack
from vedette.dialects.rekognition.manifest_checks import (
    LEAST_PER_LABEL,
    TOO_MANY_INVALID,
    Assessment,
    PartAssessment,
    check_parts,
    least_labels,
    row_codes,
    use_case_of,
)

FEW_LABELS = frozenset({"ERROR_MANIFEST_TOO_FEW_LABELS", "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS"})
SPLIT = "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT"


def find_lacks(train: DatasetTally, test: DatasetTally | None) -> list[TrainingLack]:
    """Return what is wanting; labels that no test picture has are told also where few of them are allowed."""
    assessment = check_parts(_part(train), None if test is None else _part(test))
    return [*_of_part(assessment, assessment.train, "train"), *_of_test(assessment)]


def _part(tally: DatasetTally) -> PartAssessment:
    part = PartAssessment(
        total=tally.usable + tally.invalid,
        valid=tally.usable,
        image_lines=tally.imaged,
        box_lines=tally.boxed,
        image_labels=Counter({label.name: label.pictures - label.boxed for label in tally.labels}),
        box_labels=Counter({label.name: label.boxed for label in tally.labels}),
    )
    # A counter keeps what it has none of; a label that no picture has is none.
    part.image_labels, part.box_labels = +part.image_labels, +part.box_labels
    part.use_case = use_case_of(part)
    part.codes += row_codes(part)
    return part


def _of_part(
    assessment: Assessment, part: PartAssessment, dataset: Literal["train", "test"]
) -> Iterator[TrainingLack]:
    if TOO_MANY_INVALID in part.codes:
        yield TrainingLack("errors", dataset, part.invalid)
    counts = part.usable_labels(part.use_case)
    if not FEW_LABELS.isdisjoint(part.codes):
        least = least_labels(part.use_case, brand=assessment.brand)
        yield TrainingLack("labels", dataset, max(1, least - len(counts)), tuple(counts))
    if SPLIT in part.codes:
        for name, count in counts.items():
            if count < LEAST_PER_LABEL:
                yield TrainingLack("pictures", dataset, LEAST_PER_LABEL - count, (name,))


def _of_test(assessment: Assessment) -> Iterator[TrainingLack]:
    train, test = assessment.train, assessment.test
    if test is None or not test.labels:
        return
    yield from _of_part(assessment, test, "test")
    usable = train.usable_labels(train.use_case)
    tested = test.usable_labels("OBJECT_LOCALIZATION" if assessment.brand else train.use_case)
    missing = tuple(name for name in usable if name not in tested)
    if missing:
        yield TrainingLack("untested", "test", len(missing), missing, is_refused=bool(assessment.codes))
