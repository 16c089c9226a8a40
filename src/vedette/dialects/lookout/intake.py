"""A manifest or an update on its way into a dataset: the first wrong line fails it (lookout.md 3.5)."""

from collections.abc import Iterable, Iterator

from vedette.dialects.intake import Entry, Intake, Refused
from vedette.dialects.lookout.line_rules import judge_line
from vedette.manifest.lines import BadLine, Line
from vedette.manifest.marks import canonical_line, strip_marks
from vedette.manifest.places import split_s3

# lookout.md 15. A single dataset holds both parts, so it may be as large as their sum.
LOOKOUT_ROWS = {"train": 20_000, "test": 4_000}
LOOKOUT_LABELS = 100


def take_lookout(lines: Iterable[Line | BadLine], so_far: Intake, *, most_rows: int) -> Iterator[Entry]:
    """Yield the entries of a manifest or an update; the first line that is wrong refuses all of it."""
    for line in lines:
        if isinstance(line, BadLine) and line.is_blank:
            continue
        so_far.rows += 1
        if so_far.rows > most_rows:
            raise Refused("LOOKOUT_TOO_MANY_ROWS", most_rows)
        if isinstance(line, BadLine):
            code, details = ("LOOKOUT_LONG_LINE", (8192,)) if line.why == "long" else ("LOOKOUT_JSON", ())
            raise Refused(code, *details, line=line.number)
        yield _lookout_entry(canonical_line(strip_marks(line)), so_far)
    if not so_far.rows:
        raise Refused("LOOKOUT_EMPTY")


def _lookout_entry(line: Line, so_far: Intake) -> Entry:
    verdict = judge_line(line)
    if errors := verdict.errors:
        raise Refused.again(errors[0].code, f"Line {line.number}: {errors[0].message}")
    if line.source in so_far.sources:
        raise Refused("LOOKOUT_TWICE", line.source, line=line.number)
    so_far.sources.add(line.source)
    for ref in [line.source, *([verdict.mask.ref] if verdict.mask else [])]:
        bucket = split_s3(ref)[0]
        so_far.bucket = so_far.bucket or bucket
        if bucket != so_far.bucket:
            raise Refused("LOOKOUT_BUCKETS", so_far.bucket, bucket, line=line.number)
    so_far.labels.update(verdict.labels)
    if len(so_far.labels) > LOOKOUT_LABELS:
        raise Refused("LOOKOUT_LABELS_OF_PROJECT")
    return Entry(line, verdict, carries_label=verdict.is_anomalous is not None)
