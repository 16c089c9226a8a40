"""What a package says about its model, and how that is written as JSON.

Reading is strict in kind and generous in surplus: a key that a later release added within
the same format is passed over, a value of the wrong kind is refused with its name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

from vedette.errors import Wrong
from vedette.vision.annotations import Task
from vedette.vision.images import Policy

FORMAT = 1
# What a network may take at once: the largest picture of both services. Ours take a twentieth of it.
MOST_INPUT = 4096 * 4096


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a large picture is cut: tiles of `tile` (height, width) of its pixels.

    Neighbours share `overlap` of a side, and each is fitted to the network's input.
    `whole` looks at the whole picture as well.
    """

    tile: tuple[int, int]
    overlap: float = 0.25
    whole: bool = True


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """All that package.json says.

    `labels` are in the order of the network's outputs; for segmentation they are the anomaly types.
    `thresholds` hold one for each label, and for the anomaly tasks one under "anomaly", which a
    picture's score has to reach. `pixel_thresholds` hold what a pixel's probability has to reach
    to be of a type, a half where absent.
    """

    task: Task
    labels: tuple[str, ...]
    thresholds: Mapping[str, float]
    input_size: tuple[int, int]
    policy: Policy = "stretch"
    tiling: Tiling | None = None
    pixel_thresholds: Mapping[str, float] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)
    most_overlap: float = 0.5
    most_findings: int = 300
    created: str = ""
    recipe: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)
    backbone: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def threshold(self, label: str) -> float:
        """Return what a label's confidence has to reach; a half where the training set none."""
        return self.thresholds.get(label, 0.5)


def write_facts(facts: PackageFacts) -> dict[str, Any]:
    """Return the facts as JSON has them."""
    tiling = facts.tiling
    return {
        "format": FORMAT,
        "task": facts.task,
        "labels": list(facts.labels),
        "thresholds": dict(facts.thresholds),
        "pixel_thresholds": dict(facts.pixel_thresholds),
        "input": {"height": facts.input_size[0], "width": facts.input_size[1], "policy": facts.policy},
        "tiling": tiling and {"tile": list(tiling.tile), "overlap": tiling.overlap, "whole": tiling.whole},
        "colors": dict(facts.colors),
        "most_overlap": facts.most_overlap,
        "most_findings": facts.most_findings,
        "created": facts.created,
        "recipe": dict(facts.recipe),
        "metrics": dict(facts.metrics),
        "data": dict(facts.data),
        "backbone": dict(facts.backbone),
        "versions": dict(facts.versions),
    }


def read_facts(document: Any, name: str) -> PackageFacts:
    """Return the facts out of package.json; `name` is the package's, for what it says when it refuses."""
    if not isinstance(document, dict):
        raise Wrong(f"{name}: package.json is not an object.")
    _refuse_later(document.get("format"), name)
    try:
        return _facts(document)
    except (KeyError, TypeError, ValueError) as error:
        problem = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise Wrong(f"{name}: package.json is damaged: {problem}.", kind="model", name=name) from error


def _refuse_later(version: Any, name: str) -> None:
    if type(version) is not int or version < 1:
        raise Wrong(
            f"{name}: package.json has no format version that could be read.", kind="model", name=name
        )
    if version > FORMAT:
        raise Wrong(
            f"{name} was written by a later Vedette (format {version}; this one reads up to {FORMAT}): "
            "upgrade Vedette to use it.",
            kind="model",
            name=name,
        )


def _facts(document: dict[str, Any]) -> PackageFacts:
    task = document["task"]
    if task not in get_args(Task):
        raise ValueError(f"there is no task {task!r}")
    entry = document["input"]
    return PackageFacts(
        task=cast(Task, task),
        labels=tuple(_text(label) for label in document["labels"]),
        thresholds=_shares(document["thresholds"]),
        input_size=_input_size(entry),
        policy=_policy(entry["policy"]),
        tiling=_tiling(document.get("tiling")),
        pixel_thresholds=_shares(document.get("pixel_thresholds", {})),
        colors={_text(key): _color(value) for key, value in document.get("colors", {}).items()},
        most_overlap=_share(document.get("most_overlap", 0.5)),
        most_findings=_count(document.get("most_findings", 300)),
        created=_text(document.get("created", "")),
        recipe=_object(document.get("recipe", {})),
        metrics=_object(document.get("metrics", {})),
        data=_object(document.get("data", {})),
        backbone=_object(document.get("backbone", {})),
        versions=_object(document.get("versions", {})),
    )


def _input_size(entry: Any) -> tuple[int, int]:
    height, width = _count(entry["height"]), _count(entry["width"])
    if height * width > MOST_INPUT:
        raise ValueError(f"an input of {width} × {height} pixels is more than {MOST_INPUT:,}")
    return height, width


def _tiling(entry: Any) -> Tiling | None:
    if entry is None:
        return None
    height, width = entry["tile"]
    overlap = _share(entry["overlap"])
    if overlap > 0.9:
        raise ValueError(f"tiles that share {overlap} of their side never end")
    return Tiling((_count(height), _count(width)), overlap, bool(entry["whole"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= 65536:
        raise ValueError(f"{value!r} is no number of pixels or findings")
    return value


def _share(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is not between 0 and 1")
    return float(value)


def _shares(value: Any) -> dict[str, float]:
    return {_text(label): _share(share) for label, share in _object(value).items()}


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no object")
    return value


def _policy(value: Any) -> Policy:
    if value not in get_args(Policy):
        raise ValueError(f"there is no way of resizing called {value!r}")
    return cast(Literal["stretch", "letterbox"], value)


def _color(value: Any) -> str:
    digits = _text(value).removeprefix("#")
    if len(digits) != 6 or len(value) != 7 or not set(digits.lower()) <= set("0123456789abcdef"):
        raise ValueError(f"{value!r} is no colour like #1f77b4")
    return f"#{digits}"
