"""Output manifests of SageMaker Ground Truth, whatever their job was, as lines that both services take.

classification, boxes, masks   as they are
multi-label                    a pair a label, as Custom Labels' guide converts it; other keys go, labels stay
adjustment                     the newest pair of its kind alone; what it corrected goes
verification                   its verdict is told, and is no label
failed                         the reason is told; the picture comes without a label of that job
texts, films, point clouds, custom jobs   refused by their names
"""

from collections.abc import Iterator
from typing import Any

from vedette.errors import Wrong
from vedette.exchange.pieces import STRICT, PieceNotes
from vedette.manifest.attributes import KINDS, TYPES, Attribute, read_pairs
from vedette.manifest.classification import read_tags
from vedette.manifest.lines import PAIR_END, SOURCE, Line, change_line, write_line

VERIFICATION = "groundtruth/label-verification"
OURS = "groundtruth/"


def convert_line(line: Line, notes: PieceNotes = STRICT) -> Line | None:
    """Return the line as both services take it, or itself; None where it is refused."""
    name = line.source or f"line {line.number}"
    if problem := _refusal(line):
        notes.refuse(name, f"Line {line.number}: {problem}")
        return None
    dropped = {key for pair in _dropped(line, name, notes) for key in (pair, f"{pair}{PAIR_END}")}
    return _single(change_line(line, {}, without=dropped) if dropped else line)


def _refusal(line: Line) -> str:
    """Return why nothing of a line can be used."""
    if not line.source and "source" in line.values:
        return "a job on texts has no pictures."
    for key, metadata in _metadata(line):
        kind = metadata.get("type")
        if isinstance(kind, str) and kind.startswith(OURS) and kind not in KINDS and kind != VERIFICATION:
            return f"{key} is of a job of the type {kind[:60]}, which has no counterpart here."
    return ""


def _metadata(line: Line) -> Iterator[tuple[str, dict[str, Any]]]:
    for key, value in line.values.items():
        if key.endswith(PAIR_END) and isinstance(value, dict):
            yield key.removesuffix(PAIR_END), value


def _dropped(line: Line, name: str, notes: PieceNotes) -> Iterator[str]:
    """Yield the attributes that are no labels, or no longer."""
    for key, metadata in _metadata(line):
        if reason := metadata.get("failure-reason"):
            notes.change(name, f"{name} got no label from {_job(metadata, key)}: {str(reason)[:200]}")
            yield key
        elif metadata.get("type") == VERIFICATION:
            verdict = str(metadata.get("class-name", ""))[:60]
            notes.change(
                name, f"{name} was verified as {verdict!r} by {_job(metadata, key)}; that is no label."
            )
            yield key
    pairs = [pair for pair in read_pairs(line) if pair.kind and "failure-reason" not in pair.metadata]
    for kind in {pair.kind for pair in pairs if "adjustment-status" in pair.metadata}:
        *older, newest = sorted((pair for pair in pairs if pair.kind == kind), key=_age)
        for pair in older:
            notes.change(name, f"{name} has {newest.name}, which corrects {pair.name}; that is dropped.")
            yield pair.name


def _age(pair: Attribute) -> tuple[bool, str]:
    """Return what is larger for the newer of two; what was adjusted is newer than what it adjusts."""
    return "adjustment-status" in pair.metadata, str(pair.metadata.get("creation-date", ""))


def _job(metadata: dict[str, Any], key: str) -> str:
    return str(metadata.get("job-name") or key)[:100]


def _single(line: Line) -> Line:
    """Return the line with one classification pair a label; itself where it has no multi-label pair."""
    pairs = [pair for pair in read_pairs(line) if pair.kind == "tags"]
    if not pairs:
        return line
    values: dict[str, Any] = {SOURCE: line.source}
    for pair in read_pairs(line):
        if pair.kind not in ("tags", ""):
            values |= {pair.name: pair.value, f"{pair.name}{PAIR_END}": pair.metadata}
    for pair in pairs:
        try:
            tags = read_tags(pair)
        except ValueError as fault:
            raise Wrong(f"Line {line.number}: {fault}.", kind="line", name=line.source) from None
        common = {
            k: pair.metadata[k]
            for k in ("job-name", "human-annotated", "creation-date")
            if k in pair.metadata
        }
        for number, (name, sure) in enumerate(tags):
            key = f"{pair.name}{number}"
            while key in values:
                key += "-"
            values[key] = number
            values[f"{key}{PAIR_END}"] = {
                "class-name": name,
                "confidence": sure,
                "type": TYPES["class"],
                **common,
            }
    return write_line(values, number=line.number)
