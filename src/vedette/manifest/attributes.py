"""The pairs of a line: a label attribute and its `-metadata`, as Ground Truth writes them.

The kind of a pair is what its metadata's `type` says; the attribute's name is free.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, TypeGuard

from vedette.manifest.lines import FINDINGS, PAIR_END, RESERVED, Line

Kind = Literal["class", "boxes", "mask", "tags", ""]

KINDS: dict[str, Kind] = {
    "groundtruth/image-classification": "class",
    "groundtruth/object-detection": "boxes",
    "groundtruth/semantic-segmentation": "mask",
    "groundtruth/image-classification-multilabel": "tags",
}
# What only one kind's metadata has; a multi-label pair has a class map too, and is looked for first.
_FORMS: dict[str, Kind] = {
    "class-name": "class",
    "internal-color-map": "mask",
    "confidence-map": "tags",
    "class-map": "boxes",
}
TYPES = {kind: name for name, kind in KINDS.items()}
NUMBERS = frozenset({int, float})
_NO_LABELS = RESERVED | FINDINGS


class MalformedPair(ValueError):
    """A pair that does not have the form its type promises."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One pair of a line."""

    name: str
    value: Any
    metadata: dict[str, Any]

    @property
    def kind(self) -> Kind:
        """What the pair is by its type, or by its form where it has none; nothing when that is unknown."""
        name = self.metadata.get("type")
        if name is None:
            return next((kind for key, kind in _FORMS.items() if key in self.metadata), "")
        kind = KINDS.get(name, "") if isinstance(name, str) else ""
        # The guide's script cuts a multi-label pair into one pair a label, and some copies keep the old type.
        return "class" if kind == "tags" and "class-name" in self.metadata else kind


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who labelled, and when; written into the metadata of what is written."""

    moment: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    job: str = ""
    by_hand: bool = True

    def write(self) -> dict[str, str]:
        """Return the three metadata keys that every format shares."""
        keys = {
            "human-annotated": "yes" if self.by_hand else "no",
            "creation-date": self.moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
        }
        return {**keys, "job-name": self.job} if self.job else keys


def is_reserved(key: str) -> bool:
    """Say whether a key belongs to the service or to an evaluation, and so labels nothing.

    What an evaluation manifest tells of the truth (`rekognition-custom-labels-training-…`) are labels like
    any other: for many that file is what is left of them.
    """
    return key in _NO_LABELS or key.startswith("rekognition-custom-labels-evaluation")


def read_pairs(line: Line) -> Iterator[Attribute]:
    """Yield the line's pairs in its order, of any kind; metadata that is no object reads as empty."""
    values = line.values
    for name, value in values.items():
        metadata = values.get(name + PAIR_END)
        if metadata is None or is_reserved(name):
            continue
        yield Attribute(name, value, metadata if isinstance(metadata, dict) else {})


def free_keys(line: Line) -> list[str]:
    """Return the keys that are neither the picture's address nor reserved."""
    return [key for key in line.values if not is_reserved(key)]


def is_number(value: Any) -> TypeGuard[int | float]:
    """Say whether a JSON value is a number; true and false are none."""
    return type(value) in NUMBERS
