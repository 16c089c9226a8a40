"""A manifest file as samples to learn from, and a list of what could not be used.

`dialect` "rekognition" or "lookout" holds every line to that service's documented form.
"auto" finds out from the whole file which of the two it is, and asks of a line only what
its meaning needs, since a manifest in a stranger's folder was often written by a script.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from vedette.dialects.lookout import line_rules as lookout
from vedette.dialects.rekognition import line_rules as rekognition
from vedette.manifest.attributes import read_pairs
from vedette.manifest.lines import BadLine, Line, read_lines
from vedette.manifest.places import Resolver, beside
from vedette.manifest.problems import Problem, flaw
from vedette.manifest.turned import turn_boxes
from vedette.manifest.verdicts import Verdict, narrow
from vedette.vision.annotations import ANOMALY, NORMAL, Mask, Sample
from vedette.vision.colors import read_colors
from vedette.vision.files import BOMB, DAMAGE, open_image

Dialect = Literal["auto", "rekognition", "lookout"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a manifest holds. `unlabeled` are the pictures that nobody has judged yet."""

    samples: list[Sample]
    problems: list[Problem]
    unlabeled: list[Sample]
    dialect: Literal["rekognition", "lookout"]


def read_samples(manifest: Path, *, dialect: Dialect = "auto", resolve: Resolver | None = None) -> Reading:
    """Return the manifest's samples, in its order.

    A sample's `labels` are its image-level labels, or in the Lookout dialect the anomaly labels of
    its mask. `boxes` is None where no box pair was there, and empty where one was without boxes.
    """
    with manifest.open("rb") as stream:
        lines = list(read_lines(stream))
    spoken = _hear(lines) if dialect == "auto" else dialect
    reading = Reading([], [], [], spoken)
    find = resolve or beside(manifest.parent)
    seen: set[str] = set()
    for line in lines:
        _take(reading, line, find, strict=dialect != "auto", seen=seen)
    return reading


def _take(reading: Reading, line: Line | BadLine, find: Resolver, *, strict: bool, seen: set[str]) -> None:
    """Put one line where it belongs in the reading."""
    if isinstance(line, BadLine):
        reading.problems.append(Problem(line.number, "", "ERROR_INVALID_JSON_LINE", line.sentence))
        return
    rules = lookout if reading.dialect == "lookout" else rekognition
    verdict = rules.judge_line(line, strict=strict)
    reading.problems.extend(Problem(line.number, line.source, f.code, f.message) for f in verdict.errors)
    if verdict.state in {"invalid", "dropped"}:
        return
    if not line.source or line.source in seen:
        code = "DROPPED_SOURCE_REF_TWICE" if line.source else "DROPPED_SOURCE_REF_MISSING"
        message = flaw(code, line.source).message if line.source else flaw(code).message
        reading.problems.append(Problem(line.number, line.source, code, message))
        return
    seen.add(line.source)
    picture = find(line.source)
    if picture is None:
        said = "there is no such picture"
        reading.problems.append(Problem(line.number, line.source, "ERROR_INVALID_IMAGE", said))
        return
    _place(reading, line, picture, verdict, find)


def _place(reading: Reading, line: Line, picture: Path, verdict: Verdict, find: Resolver) -> None:
    mask = None
    if verdict.mask:
        path = find(verdict.mask.ref)
        if path is None:
            said = f"there is no such mask: {verdict.mask.ref}"
            reading.problems.append(Problem(line.number, line.source, "LOOKOUT_MASK_REF", said))
        else:
            verdict = _by_pixels(verdict, path)
            mask = Mask(path, dict(verdict.mask.colors)) if verdict.mask else None
    sample = Sample(
        picture=picture,
        labels=verdict.labels,
        boxes=turn_boxes(line, verdict.boxes, picture) if verdict.boxes else verdict.boxes,
        is_anomalous=verdict.is_anomalous,
        mask=mask,
        source=line.source,
    )
    labeled = verdict.state == "valid" or verdict.boxes is not None
    (reading.samples if labeled else reading.unlabeled).append(sample)


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


def _hear(lines: Iterable[Line | BadLine]) -> Literal["rekognition", "lookout"]:
    """Say which dialect a manifest speaks: Lookout's classes are normal and anomaly and no other.

    A mask settles it at once, since Rekognition knows none; so does a box, the other way.
    """
    classes: set[str] = set()
    for line in lines:
        for pair in read_pairs(line) if isinstance(line, Line) else ():
            if pair.kind in {"mask", "boxes"}:
                return "lookout" if pair.kind == "mask" else "rekognition"
            if pair.kind == "class":
                classes.add(str(pair.metadata.get("class-name")).casefold())
    return "lookout" if classes and classes <= {NORMAL, ANOMALY} else "rekognition"
