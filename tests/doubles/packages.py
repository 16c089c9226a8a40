"""Whole model packages around tiny networks, and pictures that they answer to."""

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from doubles import graphs
from vedette.runtime.facts import PackageFacts
from vedette.runtime.package import write_package

NETWORKS = {
    "classification": (graphs.brightness_scores(size=16), ("red", "dark")),
    "multilabel": (graphs.brightness_scores(size=16), ("red", "dark")),
    "detection": (graphs.bright_boxes(16), ("light",)),
    "anomaly": (graphs.brightest_spot(16), ("anomaly",)),
    "segmentation": (graphs.colour_masks(16), ("rust", "moss")),
}


def tiny_package(to: Path, task: str, *, evaluation: Any = None, **facts: object) -> Path:
    """Write a package of a task; red pictures are red, bright ones anomalous, bright quarters objects."""
    network, own_labels = NETWORKS[task]
    labels = facts.pop("labels", own_labels)
    if task in ("classification", "multilabel") and len(labels) != len(own_labels):
        network = graphs.brightness_scores(len(labels), 16)
    values = {"thresholds": {}, "input_size": (16, 16), "versions": {"vedette": "0"}, **facts}
    return write_package(
        to,
        model=network,
        facts=PackageFacts(task=task, labels=labels, **values),
        evaluation=evaluation or {},
        card="# Tiny\n",
    )


def save_plain(path: Path, color: object, *, height: int = 32, width: int = 48) -> Path:
    """Save a picture of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full((height, width, 3), color, np.uint8)).save(path)
    return path


def save_patch(path: Path, color: object = 255, *, height: int = 32, width: int = 48) -> Path:
    """Save a dark picture whose left top quarter has a colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = color
    Image.fromarray(pixels).save(path)
    return path
