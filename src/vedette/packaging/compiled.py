"""Packages that Amazon made for devices while Lookout for Vision lived: read, described, never run.

Their stages are compiled for DLR, a runtime that Amazon no longer gives out; nothing turns them back into a
network. What their manifest says is worth keeping: what the model tells apart, the size of its pictures and
its thresholds. With the pictures a new model is trained.

    {"model_graph": {"model_graph_type": …, "stages": [{"type": …, "threshold": …}, …],
                     "image_level_classes": {"names": […], "normal_ids": […]},
                     "pixel_level_classes": {…}},
     "dataset": {"image_width": …, "image_height": …}}
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.errors import Wrong
from vedette.runtime.components import MANIFEST, MOST_MANIFEST_BYTES

NEEDED = (
    "It cannot be run without DLR, which Amazon no longer gives out, and cannot be turned into another form. "
    "To have this model again, train it anew from its pictures and their manifest (in the bucket that its "
    "datasets were made from, or exported before Lookout for Vision closed): see "
    "docs/how-to/move-from-lookout-for-vision.md."
)
# A graph of a few stages; a manifest that names more was not made by Amazon.
MOST_STAGES = 100


@dataclass(frozen=True, slots=True)
class CompiledStage:
    """A stage of a compiled model: what it does, from which score on, and whether its folder is there."""

    type: str
    threshold: float | None
    is_present: bool


@dataclass(frozen=True, slots=True)
class CompiledPackage:
    """What Amazon's manifest says of its model."""

    graph: str
    stages: tuple[CompiledStage, ...]
    classes: tuple[str, ...]
    normal: tuple[str, ...]
    pixel_classes: tuple[str, ...]
    width: int | None
    height: int | None


def is_compiled(folder: Path) -> bool:
    """Say whether a folder's manifest is Amazon's."""
    document = _document(folder)
    return isinstance(document, dict) and isinstance(document.get("model_graph"), dict)


def read_compiled(folder: Path) -> CompiledPackage:
    """Return what Amazon's manifest in a folder says; refuse one that is damaged."""
    try:
        return _read(_document(folder), folder)
    except (KeyError, TypeError, ValueError) as error:
        raise Wrong(
            f"{folder}: its {MANIFEST} is like Amazon's and damaged: {error}.", kind="model", name=str(folder)
        ) from error


def _document(folder: Path) -> Any:
    place = folder / MANIFEST
    if place.is_symlink() or not place.is_file() or place.stat().st_size > MOST_MANIFEST_BYTES:
        return None
    try:
        return json.loads(place.read_bytes())
    except (ValueError, RecursionError):
        return None


def _read(document: Any, folder: Path) -> CompiledPackage:
    graph = document["model_graph"]
    stages = graph.get("stages", [])
    if not isinstance(stages, list) or len(stages) > MOST_STAGES:
        raise ValueError("it has no list of stages that could be read")
    names, normal = _classes(graph.get("image_level_classes"))
    pixel_names, _ = _classes(graph.get("pixel_level_classes"))
    dataset = document.get("dataset") or {}
    return CompiledPackage(
        graph=str(graph.get("model_graph_type", "")),
        stages=tuple(_stage(stage, folder) for stage in stages),
        classes=names,
        normal=normal,
        pixel_classes=pixel_names,
        width=_size(dataset.get("image_width")),
        height=_size(dataset.get("image_height")),
    )


def _stage(stage: Mapping[str, Any], folder: Path) -> CompiledStage:
    kind = str(stage["type"])
    threshold = stage.get("threshold")
    # The name is looked up among the folders that are there, and never made into a path.
    folders = {entry.name for entry in folder.iterdir() if entry.is_dir()}
    return CompiledStage(kind, None if threshold is None else float(threshold), kind in folders)


def _classes(document: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of classes, and which of them are normal."""
    if not document:
        return (), ()
    names = tuple(str(name) for name in document.get("names", []))
    normal = {int(number) for number in document.get("normal_ids", [])}
    return names, tuple(name for number, name in enumerate(names) if number in normal)


def _size(value: Any) -> int | None:
    return None if value is None else int(value)
