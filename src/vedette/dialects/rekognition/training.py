"""A training of Custom Labels: its manifests checked, and what is to be learnt from them.

The manifest summary and the validation results have the forms of the guide's "Debugging a failed model
training".
"""

from collections.abc import Callable, Collection
from itertools import chain

from vedette.dialects.picture_heads import CheckedHead, read_head
from vedette.dialects.rekognition.codes import CODES
from vedette.dialects.rekognition.limits import PICTURES
from vedette.dialects.rekognition.manifest_checks import (
    Assessment,
    PictureProblems,
    UseCase,
    assess,
    divide,
    only,
    usable_lines,
    validation_lines,
)
from vedette.dialects.rekognition.training_needs import needs_of, problems_of
from vedette.dialects.training_data import FrozenProblems, Need, Prepared, TrainingFiles, TrainingTerms
from vedette.manifest.lines import Line, Manifest
from vedette.manifest.places import split_s3
from vedette.manifest.turned import turn_boxes
from vedette.vision.annotations import Sample

# A file that holds something else; no line of it is worth a report.
NO_LINES = "ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT"


def prepare(files: TrainingFiles, terms: TrainingTerms, *, most_rows: int) -> Prepared:
    """Check the frozen manifests, write the validation results, and return what is to be learnt."""
    pictures = PictureProblems(
        terms.denied,
        terms.foreign,
        _broken_in(files, terms.denied),
        lambda address: files.find(address) is None,
    )
    train, test = files.lines("train"), files.lines("test") if terms.has_test else None
    if empty := [name for name, part in (("train", train), ("test", test)) if part and not has_lines(part)]:
        sentence = CODES.sentence(NO_LINES)
        return Prepared(refusal=sentence, needs=[Need(sentence, NO_LINES, name) for name in empty])
    assessment = assess(train, test, pictures=pictures, most_rows=most_rows)
    if not assessment.is_accepted:
        _report(files, assessment, train, test, pictures)
        problems = [problems_of("train", train, pictures)]
        problems += [problems_of("test", test, pictures)] if test else []
        return Prepared(
            refusal=assessment.message,
            needs=needs_of(assessment),
            problems=FrozenProblems.collect(chain.from_iterable(problems)),
        )
    samples = _samples(files, "train", pictures, assessment.train.use_case)
    if test is None:
        samples, test_samples = terms.split(samples)
        tested = {sample.source for sample in test_samples}
        train, test = only(train, lambda source: source not in tested), only(train, tested.__contains__)
        assessment = divide(assessment, train, test, pictures=pictures)
    else:
        test_samples = _samples(files, "test", pictures, _test_case(assessment))
    _report(files, assessment, train, test, pictures)
    return Prepared(samples, test_samples)


def _report(
    files: TrainingFiles,
    assessment: Assessment,
    train: Manifest,
    test: Manifest | None,
    pictures: PictureProblems,
) -> None:
    """Write the manifest summary and the validation results."""
    files.put("manifest_summary", assessment.summary())
    for kind, manifest in (("train_validation", train), ("test_validation", test)):
        if manifest is not None:
            files.put_lines(kind, (line.text for line in validation_lines(manifest, pictures)))


def has_lines(manifest: Manifest) -> bool:
    """Say whether a file is a manifest at all: some line of it is a JSON object, whatever that says."""
    return any(isinstance(line, Line) for line in manifest())


def _test_case(assessment: Assessment) -> UseCase:
    return "OBJECT_LOCALIZATION" if assessment.brand else assessment.train.use_case


def _samples(files: TrainingFiles, part: str, pictures: PictureProblems, case: UseCase) -> list[Sample]:
    samples = []
    for line, verdict in usable_lines(files.lines(part), pictures, case):
        picture = files.place_of(line.source)
        if case == "OBJECT_LOCALIZATION" and verdict.boxes is not None:
            boxes = turn_boxes(line, verdict.boxes, picture)
            samples.append(Sample(picture, (), boxes, source=line.source))
        else:
            samples.append(Sample(picture, verdict.labels, source=line.source))
    return samples


def _broken_in(files: TrainingFiles, denied: Collection[str]) -> Callable[[str], bool]:
    """Return what says whether an address's picture cannot be used; each is opened once.

    Where the bucket may not be read, that is what is wrong, and not its pictures.
    """
    broken: dict[str, bool] = {}

    def is_broken(address: str) -> bool:
        if split_s3(address)[0] in denied:
            return False
        if address not in broken:
            broken[address] = not _is_usable(read_head(files.find(address)))
        return broken[address]

    return is_broken


def _is_usable(head: CheckedHead | None) -> bool:
    return (
        head is not None
        and head.bytes <= PICTURES.most_bytes
        and PICTURES.allow_sides(*head.upright_size)
        and PICTURES.allow_ratio(*head.upright_size)
    )
