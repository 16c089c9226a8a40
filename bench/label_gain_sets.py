"""The picture sets that the choice of what to label is measured on, as features and labels.

Features are those that a study keeps (lite0 at its side, averaged over the picture), taken once and kept in a
folder. `real` sets decide; `drawn` ones are those that a way to choose was developed on.
"""

import csv
import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.common import PICTURES
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.extract import FeatureExtractor
from vedette.learn.order import DEFAULT_BACKBONE
from vedette.learn.suspects import scaled
from vedette.vision.drawn_sets import draw_set
from vedette.vision.example_sets import FAULTS, draw_circuit_board
from vedette.vision.images import decode, fit

Labelled = Iterator[tuple[Image.Image, str]]
CELLS = {"0.0": 700, "1.0": 300}
"""So many solar cells of either certain kind: the first of each in the list of the set."""
BOARDS, PARTS = 600, 600
FAULTY = 0.3


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """Pictures as rows of length one, and the number of each one's label."""

    name: str
    rows: NDArray[np.float32]
    truth: NDArray[np.int64]


def open_sets(names: list[str], cells: Path, cache: Path) -> Iterator[FeatureSet]:
    """Yield sets by name; what is not in the cache is looked at first."""
    sources: dict[str, Callable[[], Labelled]] = {
        "aliens": lambda: _folders(PICTURES / "aliens"),
        "cookies": _cookies,
        "cells": lambda: _cells(cells),
        "digits": _digits,
        "boards": _boards,
        "parts": lambda: ((item.image, item.labels[0]) for item in draw_set("classification", PARTS, seed=7)),
    }
    cache.mkdir(parents=True, exist_ok=True)
    for name in names:
        file = cache / f"{name}.npz"
        if not file.exists():
            _look(sources[name](), file)
        with np.load(file) as archive:
            labels = sorted(set(archive["labels"].tolist()))
            truth = np.asarray([labels.index(label) for label in archive["labels"].tolist()])
            yield FeatureSet(name, scaled(archive["rows"]), truth)


def _look(pictures: Labelled, file: Path) -> None:
    backbone = open_backbone(DEFAULT_BACKBONE)
    extract = FeatureExtractor(backbone, ("top/mean",), threads=1)
    size = (backbone.sides[0], backbone.sides[0])
    rows, labels = [], []
    for image, label in pictures:
        pixels, _ = fit(image.convert("RGB"), size)
        rows.append(extract(pixels[None])[0].reshape(-1))
        labels.append(label)
    np.savez(file, rows=np.stack(rows), labels=np.asarray(labels))


def _folders(root: Path) -> Labelled:
    for folder in ("anomaly", "normal"):
        for file in sorted((root / folder).iterdir()):
            yield decode(file)[0], folder


def _cookies() -> Labelled:
    root = PICTURES / "cookies"
    for file in sorted(
        [*(root / "dataset-files/training-images").iterdir(), *(root / "test-images").iterdir()]
    ):
        yield decode(file)[0], "anomaly" if "anomaly" in file.name else "normal"


def _cells(root: Path) -> Labelled:
    left = dict(CELLS)
    with (root / "labels.csv").open() as table:
        for line in table:
            name, likelihood = line.split()[:2]
            if left.get(likelihood):
                left[likelihood] -= 1
                yield decode(root / name)[0], likelihood


def _digits() -> Labelled:
    """Yield handwritten digits of 8 × 8 pixels, which lie in the package of scikit-learn."""
    with gzip.open(str(files("sklearn.datasets") / "data" / "digits.csv.gz"), "rt") as table:
        for row in csv.reader(table):
            numbers = np.asarray([float(text) for text in row])
            pixels = np.clip(255 - numbers[:64] * 16, 0, 255).astype(np.uint8).reshape(8, 8)
            yield Image.fromarray(pixels).resize((64, 64), Image.Resampling.BICUBIC), str(int(numbers[64]))


def _boards() -> Labelled:
    rng = np.random.default_rng(11)
    for number in range(BOARDS):
        fault = FAULTS[number % len(FAULTS)] if rng.random() < FAULTY else ""
        yield draw_circuit_board(str(number), rng, fault=fault).image, fault or "normal"
