"""A manifest file as samples to learn from, and a list of what could not be used.

Held to a dialect, every line has that service's documented form. Without one the dialect is detected from the
whole file, and a line needs only what its meaning takes, since a manifest in a stranger's folder was often
written by a script.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from vedette.dialects.dialect import Dialect
from vedette.dialects.registry import LOOKOUT, REKOGNITION
from vedette.file_access import open_file
from vedette.manifest.attributes import read_pairs
from vedette.manifest.lines import BadLine, Line, read_lines
from vedette.manifest.places import Resolver, beside
from vedette.manifest.problems import Problem
from vedette.manifest.turned import picture_orientation, turn_boxes
from vedette.manifest.verdicts import Verdict, narrow
from vedette.vision.annotations import ANOMALY, NORMAL, Mask, Sample
from vedette.vision.colors import read_colors
from vedette.vision.files import BOMB, DAMAGE, open_image


@dataclass(frozen=True, slots=True)
class ManifestSamples:
    """What a manifest holds. `unlabeled` are the pictures that nobody has judged yet."""

    dialect: Dialect
    samples: list[Sample] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unlabeled: list[Sample] = field(default_factory=list)


def read_samples(
    manifest: Path, *, dialect: Dialect | None = None, resolve: Resolver | None = None
) -> ManifestSamples:
    """Return the manifest's samples, in its order.

    A sample's `labels` are its image-level labels, or in the Lookout dialect the anomaly labels of
    its mask. `boxes` is None where no box pair was there, and empty where one was without boxes.
    """
    with open_file(manifest) as stream:
        lines = list(read_lines(stream))
    result = ManifestSamples(dialect or detect_dialect(lines))
    find = resolve or beside(manifest.parent)
    sources: set[str] = set()
    for line in lines:
        if isinstance(line, BadLine):
            result.problems.append(Problem(line.number, "", "ERROR_INVALID_JSON_LINE", line.sentence))
        else:
            _add(result, line, find, strict=dialect is not None, sources=sources)
    return result


def detect_dialect(lines: Iterable[Line | BadLine]) -> Dialect:
    """Return the dialect of a manifest: Lookout's classes are normal and anomaly and no other.

    A mask settles it at once, since Rekognition has none; so does a box, the other way.
    """
    classes: set[str] = set()
    for line in lines:
        for pair in read_pairs(line) if isinstance(line, Line) else ():
            if pair.kind in {"mask", "boxes"}:
                return LOOKOUT if pair.kind == "mask" else REKOGNITION
            if pair.kind == "class":
                classes.add(str(pair.metadata.get("class-name")).casefold())
    return LOOKOUT if classes and classes <= {NORMAL, ANOMALY} else REKOGNITION


def _add(result: ManifestSamples, line: Line, find: Resolver, *, strict: bool, sources: set[str]) -> None:
    """Put one line where it belongs in the result. `sources` are the addresses of the lines before it."""
    verdict = result.dialect.judge_line(line, strict=strict)
    result.problems.extend(_problem(line, flaw.code, flaw.message) for flaw in verdict.errors)
    if verdict.state in {"invalid", "dropped"}:
        return
    if problem := _source_problem(line, sources):
        result.problems.append(problem)
        return
    sources.add(line.source)
    picture = find(line.source)
    if picture is None:
        result.problems.append(_problem(line, "ERROR_INVALID_IMAGE", "there is no such picture"))
        return
    _place(result, line, picture, verdict, find)


def _source_problem(line: Line, sources: set[str]) -> Problem | None:
    """Return what forbids a second line of one address, or one without, whatever the dialect says."""
    if not line.source:
        return _problem(line, "DROPPED_SOURCE_REF_MISSING", "The line has no source-ref.")
    if line.source in sources:
        return _problem(line, "DROPPED_SOURCE_REF_TWICE", f"The source-ref {line.source} is there already.")
    return None


def _problem(line: Line, code: str, message: str) -> Problem:
    return Problem(line.number, line.source, code, message)


def _place(result: ManifestSamples, line: Line, picture: Path, verdict: Verdict, find: Resolver) -> None:
    mask = None
    if verdict.mask:
        path = find(verdict.mask.ref)
        if path is None:
            sentence = f"there is no such mask: {verdict.mask.ref}"
            result.problems.append(_problem(line, "LOOKOUT_MASK_REF", sentence))
        else:
            verdict = _by_pixels(verdict, path)
            mask = _mask(verdict, path, picture)
    sample = Sample(
        picture=picture,
        labels=verdict.labels,
        boxes=turn_boxes(line, verdict.boxes, picture) if verdict.boxes else verdict.boxes,
        is_anomalous=verdict.is_anomalous,
        mask=mask,
        source=line.source,
    )
    is_labeled = verdict.state == "valid" or verdict.boxes is not None
    (result.samples if is_labeled else result.unlabeled).append(sample)


def _mask(verdict: Verdict, path: Path, picture: Path) -> Mask | None:
    if verdict.mask is None:
        return None
    return Mask(path, dict(verdict.mask.colors), picture_orientation(picture))


def _by_pixels(verdict: Verdict, mask: Path) -> Verdict:
    """Return the verdict by what its mask shows.

    A mask that shows something else too, or cannot be read, stays what the line says: whoever reads its
    pixels takes the nearest colour, or names it.
    """
    try:
        with open_image(mask) as image:
            colors = read_colors(image, verdict.mask.colors if verdict.mask else ())
    except (*DAMAGE, *BOMB):
        return verdict
    return verdict if colors.strange else narrow(verdict, colors.shown)
