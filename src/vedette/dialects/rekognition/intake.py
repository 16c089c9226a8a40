"""A manifest or an update on its way into a dataset of Custom Labels.

Five kinds of line are dropped without a word, and the operation fails only when they are too many
: the guide's "Terminal manifest file errors" and its lines that are ignored.
"""

from collections.abc import Iterable, Iterator

from vedette.dialects.intake import IncomingEntry, Intake, LineReview, entry_of
from vedette.dialects.limits import DatasetLimits
from vedette.dialects.rekognition.codes import flaw, refusal
from vedette.dialects.rekognition.limits import DATASETS, TOLERANCE
from vedette.dialects.rekognition.line_rules import judge_line
from vedette.dialects.rekognition.plain_lines import read_plain
from vedette.manifest.attributes import read_pairs
from vedette.manifest.lines import BadLine, Line
from vedette.manifest.marks import canonical_line, strip_marks
from vedette.manifest.places import is_s3, split_s3
from vedette.manifest.problems import Flaw, Problem
from vedette.manifest.unsure import is_unsure

_SCHEME = "s3://"


def refuse_manifest(limits: DatasetLimits, *, is_readable: bool, size: int) -> None:
    """Refuse a manifest that the caller may not read, or that is too large to be looked at."""
    if not is_readable:
        raise refusal("ERROR_INVALID_PERMISSIONS_MANIFEST_S3_BUCKET")
    if size > limits.manifest_bytes:
        raise refusal("ERROR_MANIFEST_SIZE_TOO_LARGE")


def refuse_beyond_limits(limits: DatasetLimits, kind: str, *, entries: int, labels: int) -> None:
    """Refuse more entries or labels than a dataset may have."""
    if entries > limits.entries[kind]:
        raise refusal("ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM")
    if labels > limits.labels:
        raise refusal("ERROR_MANIFEST_TOO_MANY_LABELS")


def take_entries(
    lines: Iterable[Line | BadLine], so_far: Intake, *, most_rows: int
) -> Iterator[IncomingEntry]:
    """Yield the entries of a manifest or an update; raise ManifestRefused where the whole of it fails."""
    for line in lines:
        so_far.rows += 1
        if so_far.rows > most_rows:
            raise refusal("ERROR_MANIFEST_ROWS_EXCEEDS_MAXIMUM")
        clean = line if isinstance(line, BadLine) else canonical_line(strip_marks(line))
        if problem := _silent_problem(clean, so_far):
            _drop(so_far, problem)
            continue
        assert isinstance(clean, Line)
        source = clean.source
        so_far.sources.add(source)
        # Of what names a place, that alone which begins so is an object: each look is paid a million times.
        is_object = source.startswith(_SCHEME)
        if is_object:
            _hold_to_bucket(so_far, source)
        entry = _judge(clean, is_object=is_object)
        if not so_far.labels.issuperset(entry.labels):
            so_far.labels.update(entry.labels)
            if len(so_far.labels) > DATASETS.labels:
                raise refusal("ERROR_MANIFEST_TOO_MANY_LABELS")
        yield entry
    _check_rows(so_far)


def _judge(line: Line, *, is_object: bool) -> IncomingEntry:
    labels = read_plain(line) if is_object else None
    if labels is not None:
        return IncomingEntry(line, (), labels, labels, None, carries_label=True)
    carries_label = not is_unsure(line) and any(True for _ in read_pairs(line))
    return entry_of(line, judge_line(line), carries_label=carries_label)


# What a dataset drops without a word has a code where a training meets it, which people can look up.
REVIEWED_AS = {
    "DROPPED_JSON": "ERROR_INVALID_JSON_LINE",
    "DROPPED_SOURCE_REF_MISSING": "ERROR_MISSING_SOURCE_REF",
    "DROPPED_SOURCE_REF_FORMAT": "ERROR_INVALID_SOURCE_REF_FORMAT",
    "DROPPED_SOURCE_REF_TWICE": "ERROR_DUPLICATE_SOURCE_REF",
}


def review_line(line: Line | BadLine, so_far: Intake) -> LineReview:
    """Return what would keep a line out, or else what is wrong with it."""
    clean = line if isinstance(line, BadLine) else canonical_line(strip_marks(line))
    if problem := _silent_problem(clean, so_far):
        code = REVIEWED_AS.get(problem.code, problem.code)
        refusals = (Flaw(code, problem.message, "silent"),)
        return LineReview(None if isinstance(clean, BadLine) else clean, refusals)
    assert isinstance(clean, Line)
    so_far.sources.add(clean.source)
    bucket = split_s3(clean.source)[0] if is_s3(clean.source) else ""
    so_far.bucket = so_far.bucket or bucket
    if bucket and bucket != so_far.bucket:
        return LineReview(clean, (flaw("ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS"),))
    is_plain = bool(bucket) and read_plain(clean) is not None
    return LineReview(clean, (), () if is_plain else judge_line(clean).flaws)


def _check_rows(so_far: Intake) -> None:
    if not so_far.rows:
        raise refusal("ERROR_EMPTY_MANIFEST")
    if so_far.count_dropped == so_far.rows:
        # Not one line of it is a line: this is no manifest, whatever its size.
        raise refusal("ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT")
    if so_far.count_dropped > TOLERANCE * so_far.rows:
        raise refusal("ERROR_TOO_MANY_RECORDS_IN_ERROR")


def _silent_problem(line: Line | BadLine, so_far: Intake) -> Problem | None:
    if isinstance(line, BadLine):
        code = "DROPPED_LONG_LINE" if line.fault == "long" else "DROPPED_JSON"
        return Problem(line.number, "", code, line.sentence)
    ref = line.values.get("source-ref")
    if ref is None:
        code = "DROPPED_SOURCE_REF_MISSING"
    elif not _names_a_place(ref):
        code = "DROPPED_SOURCE_REF_FORMAT"
    elif ref in so_far.sources:
        code = "DROPPED_SOURCE_REF_TWICE"
    else:
        return None
    return Problem(line.number, str(ref or ""), code, flaw(code, ref).message)


def _names_a_place(ref: object) -> bool:
    """Say whether a source-ref is worth an entry: a scheme other than S3's is an error that is seen there."""
    is_other = isinstance(ref, str) and "://" in ref and not ref.startswith("s3://")
    return is_other or is_s3(ref)


def _drop(so_far: Intake, problem: Problem) -> None:
    so_far.count_dropped += 1
    if len(so_far.dropped) < 1000:  # enough to understand; a bad file has as many as it has lines
        so_far.dropped.append(problem)


def _hold_to_bucket(so_far: Intake, ref: str) -> None:
    bucket = ref[len(_SCHEME) : ref.index("/", len(_SCHEME))]
    if so_far.bucket and bucket != so_far.bucket:
        raise refusal("ERROR_IMAGES_IN_MULTIPLE_S3_BUCKETS")
    so_far.bucket = bucket
