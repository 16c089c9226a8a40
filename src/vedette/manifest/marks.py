"""Findings written into a line, where the services put them, and taken out again.

Training writes `errors` and `warnings`; ListDatasetEntries says `cl-errors` and
`cl-warnings`. Both are tolerated in what comes in.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import orjson

from vedette.manifest.lines import FINDINGS, PAIR_END, Line, change_line, write_line
from vedette.manifest.places import canonical_ref
from vedette.manifest.problems import Flaw

Prefix = Literal["", "cl-"]


def mark_line(line: Line, flaws: Iterable[Flaw], *, prefix: Prefix = "", extra: Mapping[str, Any]) -> Line:
    """Return the line with every flaw said at its place, and `extra` keys at its end."""
    marks = list(flaws)
    values = dict(strip_marks(line).values)
    if marks:
        # A copy to write into, several times as fast as copy.deepcopy.
        values = orjson.loads(orjson.dumps(values))
    for flaw in marks:
        kind = "warnings" if flaw.scope == "mark" else "errors"
        place = _place(values, flaw)
        place.setdefault(prefix + kind, []).append({"code": flaw.code, "message": flaw.message})
    values.update(extra)
    return write_line(values, number=line.number)


def mark_nothing(flaws: Iterable[Flaw], *, prefix: Prefix = "") -> Line:
    """Return the line that stands for one that could not be read: the errors alone."""
    errors = [{"code": flaw.code, "message": flaw.message} for flaw in flaws]
    return write_line({f"{prefix}errors": errors})


def strip_marks(line: Line) -> Line:
    """Return the line without any finding of an earlier validation; itself when it has none."""
    text = line.text
    if 'errors"' not in text and 'warnings"' not in text and '"cl-metadata"' not in text:
        return line
    values = {key: _stripped(value) for key, value in line.values.items() if not _is_mark(key)}
    return line if values == line.values else write_line(values, number=line.number)


def canonical_line(line: Line) -> Line:
    """Return the line with every address beginning with `s3://`; itself where it does already."""
    if '"S3://' not in line.text:
        return line
    refs = {
        key: canonical_ref(value)
        for key, value in line.values.items()
        if key.endswith("-ref") and isinstance(value, str)
    }
    return change_line(line, refs)


def _is_mark(key: str) -> bool:
    return key in FINDINGS or key == "cl-metadata"


def _stripped(value: Any) -> Any:
    """Return a pair's value without findings: lists of codes, not every key of such a name."""
    if not isinstance(value, dict):
        return value
    rest = {key: inner for key, inner in value.items() if not (key in FINDINGS and _are_codes(inner))}
    if isinstance(rest.get("annotations"), list):
        rest["annotations"] = [_stripped(item) for item in rest["annotations"]]
    return rest


def _are_codes(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and "code" in item for item in value)


def _place(values: dict[str, Any], flaw: Flaw) -> dict[str, Any]:
    """Return the object that this flaw is written into; the line where its own place is no object."""
    metadata = values.get(flaw.attribute + PAIR_END)
    value = values.get(flaw.attribute)
    fallback = metadata if isinstance(metadata, dict) else values
    if flaw.spot == "line":
        return values
    if flaw.spot == "metadata" or not isinstance(value, dict):
        return fallback
    if flaw.spot == "annotation":
        place: dict[str, Any] = value["annotations"][flaw.index]
        return place
    return value
