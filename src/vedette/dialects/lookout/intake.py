"""A manifest or an update on its way into a dataset: the first wrong line fails it."""

from collections.abc import Iterable, Iterator

from vedette.dialects.intake import IncomingEntry, Intake, LineReview, ManifestRefused, entry_of
from vedette.dialects.limits import DatasetLimits
from vedette.dialects.lookout.codes import flaw, refusal
from vedette.dialects.lookout.limits import DATASETS, LINE_LENGTH
from vedette.dialects.lookout.line_rules import judge_line
from vedette.manifest.lines import BadLine, Line
from vedette.manifest.marks import canonical_line, strip_marks
from vedette.manifest.places import is_s3, split_s3


def refuse_manifest(limits: DatasetLimits, address: str, *, is_readable: bool, size: int) -> None:
    """Refuse a manifest that the caller may not read, or that is too large to be looked at."""
    if not is_readable:
        raise refusal("LOOKOUT_UNREADABLE", f"{address} is not for the caller to read.")
    if size > limits.manifest_bytes:
        raise refusal("LOOKOUT_TOO_LARGE")


def refuse_beyond_limits(limits: DatasetLimits, kind: str, *, entries: int, labels: int) -> None:
    """Refuse more entries or labels than a dataset may have."""
    if entries > limits.entries[kind]:
        raise refusal("LOOKOUT_TOO_MANY_ROWS", limits.entries[kind])
    if labels > limits.labels:
        raise refusal("LOOKOUT_LABELS_OF_PROJECT")


def take_entries(
    lines: Iterable[Line | BadLine], so_far: Intake, *, most_rows: int
) -> Iterator[IncomingEntry]:
    """Yield the entries of a manifest or an update; the first line that is wrong refuses all of it."""
    for line in lines:
        if isinstance(line, BadLine) and line.is_blank:
            continue
        so_far.rows += 1
        if so_far.rows > most_rows:
            raise refusal("LOOKOUT_TOO_MANY_ROWS", most_rows)
        if isinstance(line, BadLine):
            code, details = (
                ("LOOKOUT_LONG_LINE", (LINE_LENGTH,)) if line.fault == "long" else ("LOOKOUT_JSON", ())
            )
            raise refusal(code, *details, line=line.number)
        yield _take_entry(canonical_line(strip_marks(line)), so_far)
    if not so_far.rows:
        raise refusal("LOOKOUT_EMPTY")


def review_line(line: Line | BadLine, so_far: Intake) -> LineReview:
    """Return all that keeps a line out; here every error does."""
    if isinstance(line, BadLine):
        is_long = line.fault == "long"
        return LineReview(
            None, (flaw("LOOKOUT_LONG_LINE", LINE_LENGTH) if is_long else flaw("LOOKOUT_JSON"),)
        )
    clean = canonical_line(strip_marks(line))
    verdict = judge_line(clean)
    refusals = list(verdict.errors)
    if clean.source in so_far.sources:
        refusals.append(flaw("LOOKOUT_TWICE", clean.source))
    so_far.sources.add(clean.source)
    for ref in [clean.source, *([verdict.mask.ref] if verdict.mask else [])]:
        bucket = split_s3(ref)[0] if is_s3(ref) else ""
        so_far.bucket = so_far.bucket or bucket
        if bucket and bucket != so_far.bucket:
            refusals.append(flaw("LOOKOUT_BUCKETS", so_far.bucket, bucket))
    return LineReview(clean, tuple(refusals), tuple(item for item in verdict.flaws if item.scope == "mark"))


def _take_entry(line: Line, so_far: Intake) -> IncomingEntry:
    verdict = judge_line(line)
    if errors := verdict.errors:
        first = errors[0].at_line(line.number)
        raise ManifestRefused(first.code, first.message)
    if line.source in so_far.sources:
        raise refusal("LOOKOUT_TWICE", line.source, line=line.number)
    so_far.sources.add(line.source)
    for ref in [line.source, *([verdict.mask.ref] if verdict.mask else [])]:
        bucket = split_s3(ref)[0]
        so_far.bucket = so_far.bucket or bucket
        if bucket != so_far.bucket:
            raise refusal("LOOKOUT_BUCKETS", so_far.bucket, bucket, line=line.number)
    so_far.labels.update(verdict.labels)
    if len(so_far.labels) > DATASETS.labels:
        raise refusal("LOOKOUT_LABELS_OF_PROJECT")
    return entry_of(line, verdict, carries_label=verdict.is_anomalous is not None)
