"""Golden pictures: pictures that travel in a component with the answers that its model gave to them.

    golden/answers.json    what the model answered where it was packaged
    golden/1.jpg, …        the pictures

Who installs a component shows them to the model: it must answer alike there. Processors differ in the last
digits, and models of 8 bits a little more, so that only what stands clear of its threshold is compared.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from vedette.errors import Wrong
from vedette.file_access import open_file, write_file
from vedette.runtime.components import Precision
from vedette.vision.annotations import Box

if TYPE_CHECKING:  # numpy, which the agent does without
    from PIL import Image

    from vedette.runtime.decode import Answer
    from vedette.runtime.model import Decoded

GOLDEN = "golden"
ANSWERS = f"{GOLDEN}/answers.json"
FORMAT = 1
# Measured (decisions/0355): other threads, kernels and an ARM64 processor move a float32 network's answers by
# less than 0.0001, and an 8-bit one's by up to 0.05; colours in the wrong order by up to 0.2. What a GPU does
# in fewer bits was not measured.
TOLERANCES: Mapping[str, float] = {"float32": 0.05, "int8": 0.1}
# What is less sure than this may be there or not.
SURE = 0.5
# Findings that are shown less sure of than this are not written down.
LEAST_CONFIDENCE = 0.05
# Boxes of one thing, found twice on different processors, cover each other far better.
ALIKE_BOX = 0.5
MOST_PICTURES = 16
# Rows of red, green and blue made of red, green, blue and one.
_SWAPPED = (0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
MOST_ANSWERS_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class GoldenFinding:
    """A label that a model found in a golden picture, and where, if it says."""

    label: str
    confidence: float
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class GoldenAnswer:
    """What a model answers to a golden picture; `score` and `threshold` are of anomaly models.

    `thresholds` are of labels: from there on the model says that it found one.
    """

    findings: tuple[GoldenFinding, ...]
    score: float | None = None
    threshold: float | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """Return the answer as it is written."""
        rows = [
            {"label": row.label, "confidence": row.confidence, "box": row.box and _numbers(row.box)}
            for row in self.findings
        ]
        return {"findings": rows, "score": self.score, "threshold": self.threshold}


@dataclass(frozen=True, slots=True)
class GoldenPicture:
    """A picture of a component, and what its model answered to it when it was packaged."""

    place: Path
    expected: GoldenAnswer


def read_answer(fields: Mapping[str, Any]) -> GoldenAnswer:
    """Return an answer from its fields, as they are written here or as a model's process gives them."""
    findings = tuple(
        GoldenFinding(str(row["label"]), float(row["confidence"]), _box(row.get("box")))
        for row in fields["findings"]
    )
    score, threshold = fields.get("score"), fields.get("threshold")
    return GoldenAnswer(
        findings,
        None if score is None else float(score),
        None if threshold is None else float(threshold),
    )


def golden_answer(answer: "Answer", threshold: float) -> GoldenAnswer:
    """Return what is written down of a model's answer; the threshold is of its scores, if it has any."""
    findings = tuple(
        GoldenFinding(finding.label, finding.confidence, finding.box)
        for finding in answer.findings
        if finding.confidence >= LEAST_CONFIDENCE
    )
    if answer.score is None:
        return GoldenAnswer(findings)
    return GoldenAnswer(findings, answer.score, threshold)


def write_answers(
    folder: Path, answers: Mapping[str, GoldenAnswer], thresholds: Mapping[str, float] | None = None
) -> None:
    """Write what a model answered to the pictures beside them, by their names in the component.

    `thresholds` are those of its labels, where it has labels.
    """
    rows = [{"picture": name, **answer.fields()} for name, answer in answers.items()]
    document = {"format": FORMAT, "thresholds": dict(thresholds or {}), "pictures": rows}
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    write_file(folder / Path(ANSWERS).name, f"{text}\n")


def golden_pictures(folder: Path, files: Sequence[str]) -> list[GoldenPicture]:
    """Return the golden pictures of a component whose `files` are checked; none if it has none."""
    if ANSWERS not in files:
        return []
    try:
        with open_file(folder / ANSWERS) as stream:
            return _pictures(json.loads(stream.read(MOST_ANSWERS_BYTES)), folder, files)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Wrong(f"Its golden pictures are damaged: {error}.", kind="model") from None


def _pictures(document: Mapping[str, Any], folder: Path, files: Sequence[str]) -> list[GoldenPicture]:
    if document["format"] != FORMAT:
        raise ValueError("they are of a later Vedette")
    rows = document["pictures"]
    if not isinstance(rows, list) or len(rows) > MOST_PICTURES:
        raise ValueError(f"there are more than {MOST_PICTURES}")
    strangers = [row["picture"] for row in rows if row["picture"] not in files]
    if strangers:
        raise ValueError(f"{str(strangers[0])[:80]!r} is not in the component")
    # Components of before have none.
    thresholds = {str(label): float(value) for label, value in document.get("thresholds", {}).items()}
    return [
        GoldenPicture(folder / row["picture"], replace(read_answer(row), thresholds=thresholds))
        for row in rows
    ]


def difference(expected: GoldenAnswer, answer: GoldenAnswer, precision: str = "float32") -> str:
    """Return how an answer differs by more than processors do in a precision; nothing where it is alike."""
    tolerance = TOLERANCES[precision]
    if expected.score is not None:
        return _score_difference(expected, answer, tolerance)
    for findings, others, verb in (
        (expected.findings, answer.findings, "lacks"),
        (answer.findings, expected.findings, "has"),
    ):
        for finding in findings:
            # Below its threshold a label is not found at all: near it, it may be there or not.
            floor = max(SURE, expected.thresholds.get(finding.label, 0.0))
            is_sure = finding.confidence >= floor + tolerance
            if is_sure and not any(_is_alike(finding, other, tolerance) for other in others):
                return f"it {verb} {finding.label!r} with {finding.confidence:.2f}"
    return ""


def swapped(decoded: "Decoded") -> "Decoded":
    """Return a decoded picture as a device would see it that takes blue for red."""
    image, size = decoded
    return cast("Image.Image", image).convert("RGB", _SWAPPED), size


def precision_of(recipe: Mapping[str, Any]) -> Precision:
    """Return in which precision a network computes, by how its package says that it was made."""
    return "int8" if recipe.get("precision") == "int8" else "float32"


def farthest(expected: GoldenAnswer, answer: GoldenAnswer) -> float:
    """Return by how much the two differ where both say something: in their scores, or of a label or box."""
    if expected.score is not None:
        return abs(expected.score - answer.score) if answer.score is not None else 1.0
    apart = [
        min(abs(row.confidence - other.confidence) for other in answer.findings if _is_same(row, other))
        for row in expected.findings
        if any(_is_same(row, other) for other in answer.findings)
    ]
    return max(apart, default=0.0)


def _score_difference(expected: GoldenAnswer, answer: GoldenAnswer, tolerance: float) -> str:
    right_score, threshold = expected.score, expected.threshold
    score, own_threshold = answer.score, answer.threshold
    if right_score is None or score is None or threshold is None or own_threshold is None:
        return "it has no score"
    # Against a threshold of its own each: that may have been chosen anew since.
    if abs(right_score - score) > tolerance:
        return f"its score is {score:.3f} instead of {right_score:.3f}"
    is_clear = abs(right_score - threshold) > tolerance
    if is_clear and (score >= own_threshold) != (right_score >= threshold):
        return f"it judges otherwise at {score:.3f}"
    return ""


def _is_alike(finding: GoldenFinding, other: GoldenFinding, tolerance: float) -> bool:
    return abs(finding.confidence - other.confidence) <= tolerance and _is_same(finding, other)


def _is_same(finding: GoldenFinding, other: GoldenFinding) -> bool:
    """Return whether both say the same thing of the same place, however sure."""
    return (
        finding.label == other.label
        and (finding.box is None) == (other.box is None)
        and (finding.box is None or other.box is None or _overlap(finding.box, other.box) >= ALIKE_BOX)
    )


def _overlap(first: Box, second: Box) -> float:
    """Return what two boxes share of what both cover; without numpy, which the agent does without."""
    width = min(first.left + first.width, second.left + second.width) - max(first.left, second.left)
    height = min(first.top + first.height, second.top + second.height) - max(first.top, second.top)
    shared = max(0.0, width) * max(0.0, height)
    both = first.width * first.height + second.width * second.height - shared
    return shared / both if both > 0 else 0.0


def _box(value: Any) -> Box | None:
    return None if value is None else Box(*(float(number) for number in value))


def _numbers(box: Box) -> list[float]:
    return [box.left, box.top, box.width, box.height]
