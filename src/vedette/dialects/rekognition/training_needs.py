"""What keeps a Custom Labels training from beginning, by what its manifests were found to be."""

from collections.abc import Iterator, Sequence

from vedette.dialects.rekognition.codes import CODES
from vedette.dialects.rekognition.manifest_checks import (
    LEAST_PER_LABEL,
    OVERLAP,
    Assessment,
    PictureProblems,
    judge_lines,
)
from vedette.dialects.training_data import FrozenProblem, Need
from vedette.manifest.lines import Line, Manifest

SPLIT = "ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT"
OVERLAPS = frozenset({"ERROR_INSUFFICIENT_LABEL_OVERLAP", "ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP"})


def needs_of(assessment: Assessment) -> Sequence[Need]:
    """Return every reason why nothing can be learnt."""
    needs = [_need(code, "train", assessment) for code in assessment.train.codes]
    if assessment.test is not None:
        needs += [_need(code, "test", assessment) for code in assessment.test.codes]
    return [*needs, *(_need(code, "", assessment) for code in assessment.codes)]


def _need(code: str, part: str, assessment: Assessment) -> Need:
    message = CODES.sentence(code, OVERLAP)
    train = assessment.train.usable_labels(assessment.train.use_case)
    if code == SPLIT:
        short = sorted(label for label, count in train.items() if count < LEAST_PER_LABEL)
        missing = sum(LEAST_PER_LABEL - train[label] for label in short)
        return Need(message, code, part, short, missing=missing)
    if code in OVERLAPS and assessment.test is not None:
        absent = sorted(assessment.train.labels - assessment.test.labels)
        return Need(message, code, "test", absent)
    return Need(message, code, part)


def problems_of(part: str, manifest: Manifest, pictures: PictureProblems) -> Iterator[FrozenProblem]:
    """Yield what is wrong with the lines of a part, in their order."""
    for number, (line, verdict) in enumerate(judge_lines(manifest, pictures), 1):
        source = line.source if isinstance(line, Line) else ""
        for flaw in verdict.errors:
            if flaw.scope != "silent":
                yield FrozenProblem(part, number, source, flaw.code, flaw.message)
