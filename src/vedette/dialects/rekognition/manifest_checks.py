"""The checks of a training over its manifests: the guide's "Debugging a failed model training".

Two passes, so that a quarter of a million lines need not be held: the first judges every
line and keeps a few bytes of it, the second writes the validation manifests and yields
what is to be learnt from. A manifest is therefore a function that opens it anew.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from vedette.dialects.rekognition import line_rules
from vedette.dialects.rekognition.codes import CODES, flaw
from vedette.dialects.rekognition.limits import DATASETS, TOLERANCE
from vedette.manifest.lines import BadLine, Line, Manifest
from vedette.manifest.marks import canonical_line, mark_line, mark_nothing, strip_marks
from vedette.manifest.places import is_s3, split_s3
from vedette.manifest.verdicts import Verdict

UseCase = Literal["IMAGE_LEVEL_LABELS", "OBJECT_LOCALIZATION", "NOT_DETERMINED"]

MOST_ROWS = DATASETS.entries["train"]
OVERLAP = 50  # percent of the training labels that the test part must have
LEAST_PER_LABEL = 2  # pictures of a label that a split needs, so that each side gets one
TOO_MANY_INVALID = "ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST"
SPOILING = frozenset({TOO_MANY_INVALID, "ERROR_TOO_MANY_RECORDS_IN_ERROR", "ERROR_FAILED_IMAGES_S3_COPY"})
_LEAST_LABELS = {"IMAGE_LEVEL_LABELS": 2, "OBJECT_LOCALIZATION": 1, "NOT_DETERMINED": 1}


@dataclass(frozen=True, slots=True)
class PictureProblems:
    """What is wrong with the pictures themselves and their buckets, which a pure check cannot find out."""

    denied: frozenset[str] = frozenset()  # buckets that may not be read
    foreign: frozenset[str] = frozenset()  # buckets of another owner than the manifest's
    is_broken: Callable[[str], bool] = lambda _: False
    is_missing: Callable[[str], bool] = lambda _: False  # of those that are broken


@dataclass(slots=True)
class PartAssessment:
    """One manifest judged."""

    use_case: UseCase = "NOT_DETERMINED"
    total: int = 0
    valid: int = 0
    ignored: int = 0
    broken: int = 0
    missing: int = 0
    twice: int = 0
    bad_lines: list[int] = field(default_factory=list)
    buckets: set[str] = field(default_factory=set)
    image_lines: int = 0
    box_lines: int = 0
    # Of the image lines, those with one label alone.
    single_lines: int = 0
    image_labels: Counter[str] = field(default_factory=Counter)
    box_labels: Counter[str] = field(default_factory=Counter)
    codes: list[str] = field(default_factory=list)

    @property
    def invalid(self) -> int:
        """Lines that cannot be used; those that say nothing are not counted among them."""
        return self.total - self.valid - self.ignored

    @property
    def is_spoilt(self) -> bool:
        """Whether so many lines cannot be used that labels which are wanting follow from that alone."""
        return not SPOILING.isdisjoint(self.codes)

    @property
    def labels(self) -> set[str]:
        """Every label of the part, of pictures and of boxes."""
        return {*self.image_labels, *self.box_labels}

    def usable_labels(self, use_case: UseCase) -> Counter[str]:
        """Return the labels that a model of this use case can learn, with their pictures."""
        return self.box_labels if use_case == "OBJECT_LOCALIZATION" else self.image_labels


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a training may begin with, or why it may not."""

    train: PartAssessment
    test: PartAssessment | None
    brand: bool
    codes: tuple[str, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether a training may begin."""
        return not (self.codes or self.train.codes or (self.test and self.test.codes))

    @property
    def message(self) -> str:
        """The sentence for the version's status: the first thing wrong."""
        every = [*self.train.codes, *(self.test.codes if self.test else ()), *self.codes]
        return _message(every[0]) if every else ""

    def summary(self) -> dict[str, Any]:
        """Return the manifest summary, as training writes it to the output bucket."""
        # Without a test part it says so by its zeros: programs read both parts without asking.
        statistics = {
            "training": _statistics(self.train),
            "testing": _statistics(self.test or PartAssessment()),
        }
        return {"statistics": statistics, "errors": _errors_of(self.codes)}


def assess(
    train: Manifest, test: Manifest | None, *, pictures: PictureProblems, most_rows: int = MOST_ROWS
) -> Assessment:
    """Judge the manifests of a training. Without a test manifest the training part is to be split."""
    first = judge_part(train, pictures, most_rows=most_rows)
    return check_parts(first, judge_part(test, pictures, most_rows=most_rows) if test else None)


def check_parts(first: PartAssessment, second: PartAssessment | None) -> Assessment:
    """Check what the parts of a training hold, judged or counted; without a test part the other is split."""
    brand = bool(
        second and first.use_case == "IMAGE_LEVEL_LABELS" and second.use_case == "OBJECT_LOCALIZATION"
    )
    if brand and second and second.image_lines:
        brand = False  # a test part of both kinds is read as image-level labels, like the training part
        second.use_case = "IMAGE_LEVEL_LABELS"
    _check_labels(first, brand=brand)
    if second is None:
        _check_split(first)
        return _with_use_cases(Assessment(first, None, brand, ()))
    _check_labels(second, brand=brand)
    return _with_use_cases(Assessment(first, second, brand, _overlap_codes(first, second, brand=brand)))


def _with_use_cases(assessment: Assessment) -> Assessment:
    """Return the assessment, without a use case where too many lines are of no use to tell it by."""
    parts = [assessment.train, *([assessment.test] if assessment.test else [])]
    if any(TOO_MANY_INVALID in part.codes for part in parts):
        for part in parts:
            part.use_case = "NOT_DETERMINED"
    return assessment


def divide(
    assessment: Assessment, train: Manifest, test: Manifest, *, pictures: PictureProblems
) -> Assessment:
    """Return what an accepted manifest is once it is split; what was accepted as a whole stays accepted."""
    parts = judge_part(train, pictures), judge_part(test, pictures)
    for part in parts:
        part.codes.clear()
        part.use_case = assessment.train.use_case
    return Assessment(*parts, assessment.brand, ())


def only(manifest: Manifest, is_included: Callable[[str], bool]) -> Manifest:
    """Return the manifest of the lines whose picture is included; what is no line has the picture ''."""

    def read() -> Iterator[Line | BadLine]:
        for line in manifest():
            if is_included(line.source if isinstance(line, Line) else ""):
                yield line

    return read


def judge_part(
    manifest: Manifest, pictures: PictureProblems, *, most_rows: int = MOST_ROWS
) -> PartAssessment:
    """Judge every line of a manifest, and what they are together."""
    part = PartAssessment()
    for line, verdict in judge_lines(manifest, pictures):
        _count(part, line, verdict, pictures)
    part.use_case = use_case_of(part)
    if part.total > most_rows:
        part.codes.append("ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM")
    _check_rows(part, pictures)
    return part


def judge_lines(manifest: Manifest, pictures: PictureProblems) -> Iterator[tuple[Line | BadLine, Verdict]]:
    """Yield the lines with their verdicts, pictures and repetitions considered."""
    sources: set[str] = set()
    for raw in manifest():
        if isinstance(raw, BadLine):
            yield raw, line_rules.judge_bad(raw)
            continue
        line = canonical_line(strip_marks(raw))
        verdict = line_rules.judge_line(line)
        if verdict.state != "invalid" and line.source in sources:
            verdict = Verdict("dropped", (flaw("ERROR_DUPLICATE_SOURCE_REF"),))
        elif verdict.state == "valid" and pictures.is_broken(line.source):
            verdict = Verdict("invalid", (*verdict.flaws, flaw("ERROR_INVALID_IMAGE")))
        sources.add(line.source)
        yield line, verdict


def validation_lines(manifest: Manifest, pictures: PictureProblems) -> Iterator[Line]:
    """Yield the validation manifest: every line with what is wrong with it at its place."""
    for line, verdict in judge_lines(manifest, pictures):
        flaws = [flaw for flaw in verdict.flaws if flaw.scope != "silent"]
        if isinstance(line, BadLine):
            yield mark_nothing(flaws)
        else:
            yield mark_line(line, flaws, extra={}) if flaws else line


def usable_lines(
    manifest: Manifest, pictures: PictureProblems, use_case: UseCase
) -> Iterator[tuple[Line, Verdict]]:
    """Yield what a model of this use case learns from."""
    for line, verdict in judge_lines(manifest, pictures):
        annotations = verdict.boxes if use_case == "OBJECT_LOCALIZATION" else verdict.labels
        if isinstance(line, Line) and verdict.state == "valid" and annotations:
            yield line, verdict


def _count(part: PartAssessment, line: Line | BadLine, verdict: Verdict, pictures: PictureProblems) -> None:
    part.total += 1
    # A line that cannot be used names its bucket all the same.
    if isinstance(line, Line) and is_s3(line.source):
        part.buckets.add(split_s3(line.source)[0])
    if verdict.errors:
        part.bad_lines.append(part.total)
    if verdict.state == "ignored":
        part.ignored += 1
    elif verdict.state == "dropped":
        part.twice += 1
    elif verdict.state == "invalid":
        if isinstance(line, Line) and any(flaw.code == "ERROR_INVALID_IMAGE" for flaw in verdict.flaws):
            part.broken += 1
            part.missing += pictures.is_missing(line.source)
    else:
        part.valid += 1
        labels = set(verdict.labels)
        part.image_lines += bool(labels)
        part.single_lines += len(labels) == 1
        part.box_lines += bool(verdict.boxes)
        part.image_labels.update(labels)
        part.box_labels.update({name for name, _ in verdict.boxes or ()})


def use_case_of(part: PartAssessment) -> UseCase:
    """Return the kind of most lines; as many of both are taken for boxes, which took more work to draw."""
    if not part.image_lines and not part.box_lines:
        return "NOT_DETERMINED"
    return "IMAGE_LEVEL_LABELS" if part.image_lines > part.box_lines else "OBJECT_LOCALIZATION"


def _check_rows(part: PartAssessment, pictures: PictureProblems) -> None:
    part.codes += row_codes(part)
    if len(part.buckets) > 1:
        part.codes.append("ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS")
    if part.buckets & pictures.denied:
        part.codes.append("ERROR_INVALID_PERMISSIONS_IMAGES_S3_BUCKET")
    if part.buckets & pictures.foreign:
        part.codes.append("ERROR_INVALID_IMAGES_S3_BUCKET_OWNER")


def row_codes(part: PartAssessment) -> list[str]:
    """Return what the unusable lines come to: one code for one cause."""
    if part.missing and part.missing == part.broken and not part.valid:
        return ["ERROR_FAILED_IMAGES_S3_COPY"]
    tolerated = TOLERANCE * (part.total - part.ignored)
    repeated = ["ERROR_TOO_MANY_RECORDS_IN_ERROR"] if part.twice > tolerated else []
    # Repeated lines add to the others, unless they are too many by themselves.
    others = part.invalid - part.twice if repeated else part.invalid
    return [*([TOO_MANY_INVALID] if others > tolerated else []), *repeated]


def least_labels(use_case: UseCase, *, brand: bool) -> int:
    """Return how many labels a model of this use case must have."""
    return 1 if brand else _LEAST_LABELS[use_case]


def _check_labels(part: PartAssessment, *, brand: bool) -> None:
    least = least_labels(part.use_case, brand=brand)
    if part.is_spoilt:
        pass  # what labels are wanting for is said already
    elif len(part.labels) < least:
        part.codes.append("ERROR_MANIFEST_TOO_FEW_LABELS")
    elif len(part.usable_labels(part.use_case)) < least:
        part.codes.append("ERROR_MANIFEST_TOO_FEW_USABLE_LABELS")
    if len(part.labels) > DATASETS.labels:
        part.codes.append("ERROR_MANIFEST_TOO_MANY_LABELS")


def _check_split(part: PartAssessment) -> None:
    counts = part.usable_labels(part.use_case)
    if counts and not part.is_spoilt and min(counts.values()) < LEAST_PER_LABEL:
        part.codes.append("ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT")


def _overlap_codes(train: PartAssessment, test: PartAssessment, *, brand: bool) -> tuple[str, ...]:
    """Compare the labels of both parts: first all of them, then those that the model's kind can use."""
    if train.is_spoilt or test.is_spoilt:
        return ()
    if _overlap(train.labels, test.labels) < OVERLAP:
        return ("ERROR_INSUFFICIENT_LABEL_OVERLAP",)
    usable = set(train.usable_labels(train.use_case))
    tested = set(test.usable_labels("OBJECT_LOCALIZATION" if brand else train.use_case))
    return ("ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP",) if _overlap(usable, tested) < OVERLAP else ()


def _overlap(train: set[str], test: set[str]) -> float:
    return 100 * len(train & test) / len(train) if train else 100


def _statistics(part: PartAssessment) -> dict[str, Any]:
    return {
        "use_case": part.use_case,
        "total_json_lines": part.total,
        "valid_json_lines": part.valid,
        "invalid_json_lines": part.invalid,
        "ignored_json_lines": part.ignored,
        "error_json_line_indices": part.bad_lines,
        "errors": _errors_of(part.codes),
    }


def _errors_of(codes: tuple[str, ...] | list[str]) -> list[dict[str, str]]:
    return [{"code": code, "message": _message(code)} for code in codes]


def _message(code: str) -> str:
    return CODES.sentence(code, OVERLAP)
