"""What a Custom Labels training would learn if it began now, by the checks that it makes itself."""

from vedette.dialects.rekognition.codes import CODES
from vedette.dialects.rekognition.manifest_checks import (
    Assessment,
    PartAssessment,
    PictureProblems,
    UseCase,
    assess,
    usable_lines,
)
from vedette.dialects.rekognition.training import NO_LINES, has_lines
from vedette.dialects.rekognition.training_needs import needs_of
from vedette.dialects.training_data import Need, PartPreview, PictureNote, PictureNotes, TrainingPreview
from vedette.manifest.lines import Manifest
from vedette.vision.annotations import Task

UNUSABLE = frozenset({"ERROR_INVALID_IMAGE", "ERROR_INVALID_IMAGE_DIMENSION"})


def preview(train: Manifest, test: Manifest | None, note_of: PictureNotes) -> TrainingPreview:
    """Return what is to be learnt, and every reason why nothing can be."""
    empty = [name for name, part in (("train", train), ("test", test)) if part and not has_lines(part)]
    if empty:
        return TrainingPreview(None, {}, [Need(CODES.sentence(NO_LINES), NO_LINES, name) for name in empty])
    pictures = PictureProblems(is_broken=lambda address: _is_broken(note_of(address)))
    assessment = assess(train, test, pictures=pictures)
    case = assessment.train.use_case
    parts = {"train": _part(train, assessment.train, pictures, case)}
    if test is not None and assessment.test is not None:
        tested = "OBJECT_LOCALIZATION" if assessment.brand else case
        parts["test"] = _part(test, assessment.test, pictures, tested)
    return TrainingPreview(_task(train, pictures, assessment), parts, needs_of(assessment))


def _is_broken(note: PictureNote) -> bool:
    return any(flaw.code in UNUSABLE for flaw in note.flaws)


def _part(
    manifest: Manifest, assessed: PartAssessment, pictures: PictureProblems, case: UseCase
) -> PartPreview:
    part = PartPreview(unusable=assessed.invalid, unlabelled=assessed.ignored)
    for _, verdict in usable_lines(manifest, pictures, case):
        part.pictures += 1
        part.labels.update(set(verdict.labels if case != "OBJECT_LOCALIZATION" else verdict.every_label))
    return part


def _task(train: Manifest, pictures: PictureProblems, assessment: Assessment) -> Task | None:
    """Return the task, as learning decides it by the same lines."""
    case = assessment.train.use_case
    if case == "NOT_DETERMINED":
        return None
    if case == "OBJECT_LOCALIZATION" or assessment.brand:
        return "detection"
    is_single = all(len(set(verdict.labels)) == 1 for _, verdict in usable_lines(train, pictures, case))
    return "classification" if is_single else "multilabel"
