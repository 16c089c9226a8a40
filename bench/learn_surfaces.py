"""Masks of small, faint defects on texture: brushed metal and a weave, drawn by surfaces.py.

`python -m bench.learn_surfaces [NAME …]`. 40 normal pictures and 24 with a defect of one of two types
train, 30 and 24 test. The bars are those that the issue "Learning that holds on real surfaces" sets for a
kept set of textured metal.
"""

import sys
import tempfile
from pathlib import Path

from bench.common import machine, row
from bench.learn_segment import train
from bench.surfaces import SURFACES, draw
from vedette.vision.annotations import Sample

LEAST_IOU, MOST_S = 0.60, 360


def measure(name: str, learn: list[Sample], test: list[Sample]) -> None:
    """Print what a training on the first part says of the second."""
    figures = train(learn, test)
    iou, clean, seconds = figures["mean_iou"], figures["clean_normals"], figures["seconds"]
    row(f"{name}, mean IoU", f"{iou:.3f}", f"≥ {LEAST_IOU}", iou >= LEAST_IOU)
    row(f"{name}, normal pictures without a false pixel", f"{clean:.0%}", "≥ 95 %", clean >= 0.95)
    row(f"{name}, AUROC", f"{figures['auroc']:.3f}", "≥ 0.97", figures["auroc"] >= 0.97)
    worked = f"{seconds:.0f} ({figures['worked']:.0f})"
    row(f"{name}, seconds (of one core)", worked, f"≤ {MOST_S}", seconds <= MOST_S)


def main() -> None:
    """Train on those named, or on all."""
    print(machine())
    print("| what | measured | bar | |\n|---|---|---|---|")
    for name in sys.argv[1:] or SURFACES:
        with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
            learn = draw(name, Path(folder) / "train", normal=40, anomalous=24, seed=0)
            test = draw(name, Path(folder) / "test", normal=30, anomalous=24, seed=1)
            measure(name, learn, test)


if __name__ == "__main__":
    main()
