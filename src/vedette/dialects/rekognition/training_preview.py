"""What a Custom Labels training would learn if it began now, by the checks that it makes itself."""

from vedette.dialects.rekognition.codes import CODES
from vedette.dialects.rekognition.manifest_checks import (
    Assessment,
    PartAssessment,
    PictureProblems,
    UseCase,
    assess,
)
from vedette.dialects.rekognition.training import NO_LINES, has_lines
from vedette.dialects.rekognition.training_needs import needs_of
from vedette.dialects.training_data import Need, PartPreview, PictureNote, PictureNotes, TrainingPreview
from vedette.manifest.lines import Manifest
from vedette.vision.annotations import Task

UNUSABLE = frozenset({"ERROR_INVALID_IMAGE", "ERROR_INVALID_IMAGE_DIMENSION"})


def preview(
    train: Manifest, test: Manifest | None, note_of: PictureNotes, *, most_rows: int
) -> TrainingPreview:
    """Return what is to be learnt, and every reason why nothing can be."""
    empty = [name for name, part in (("train", train), ("test", test)) if part and not has_lines(part)]
    if empty:
        return TrainingPreview(None, {}, [Need(CODES.sentence(NO_LINES), NO_LINES, name) for name in empty])
    pictures = PictureProblems(is_broken=lambda address: _is_broken(note_of(address)))
    assessment = assess(train, test, pictures=pictures, most_rows=most_rows)
    case = assessment.train.use_case
    parts = {"train": _part(assessment.train, case)}
    if test is not None and assessment.test is not None:
        tested = "OBJECT_LOCALIZATION" if assessment.brand else case
        parts["test"] = _part(assessment.test, tested)
    return TrainingPreview(_task(assessment), parts, needs_of(assessment))


def _is_broken(note: PictureNote) -> bool:
    return any(flaw.code in UNUSABLE for flaw in note.flaws)


def _part(assessed: PartAssessment, case: UseCase) -> PartPreview:
    """Return what is used of a part: it was all counted when the part was judged, in one pass."""
    lines = assessed.box_lines if case == "OBJECT_LOCALIZATION" else assessed.image_lines
    return PartPreview(lines, assessed.invalid, assessed.ignored, assessed.usable_labels(case))


def _task(assessment: Assessment) -> Task | None:
    """Return the task, as learning decides it by the same lines."""
    train = assessment.train
    if train.use_case == "NOT_DETERMINED":
        return None
    if train.use_case == "OBJECT_LOCALIZATION" or assessment.brand:
        return "detection"
    return "classification" if train.single_lines == train.image_lines else "multilabel"
