"""Masks of thin cracks in drawn road surface, in the form of the bar that real cracks have.

`python -m bench.learn_cracks [PICTURES TO TRAIN] [TO TEST]`, by default 78 and 40 pictures of 480 × 320, each
cut into quarters: a quarter that no crack crosses is normal. F1 counts a pixel as right that lies within two
pixels of one of the other side, since nobody draws a crack of a pixel exactly. What is drawn is not what is
real: it says whether thin things on grain are found at all, and whether a change of recipes has lost them.
"""

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

import vedette
from bench.asphalt import LABEL, draw
from bench.common import machine, row
from vedette.vision.annotations import Sample
from vedette.vision.images import open_picture
from vedette.vision.masks import read_mask

LEAST_IOU, LEAST_F1, MOST_S, NEAR = 0.50, 0.80, 300, 2
Flags = npt.NDArray[np.bool_]


def shown(model: vedette.Model, samples: list[Sample]) -> list[tuple[Flags, Flags]]:
    """Return of every picture where cracks are, and where the model says that they are."""
    pairs = []
    for sample in samples:
        result = model.detect(sample.picture)
        assert result.mask is not None
        height, width = open_picture(sample.picture).shape[:2]
        truth = np.zeros((height, width), bool)
        if sample.mask is not None:
            truth = read_mask(sample.mask, (LABEL,), height=height, width=width) > 0
        is_called = bool(result.is_anomalous)
        pairs.append((truth, (result.mask > 0) & is_called))
    return pairs


def tolerant_f1(pairs: list[tuple[Flags, Flags]], *, near: int) -> tuple[float, float, float]:
    """Return precision, recall and F1 of all pixels together; a pixel so near counts as met."""
    hits = total = met = wanted = 0
    around = np.hypot(*np.mgrid[-near : near + 1, -near : near + 1]) <= near
    for truth, predicted in pairs:
        hits += int((predicted & ndimage.binary_dilation(truth, around)).sum())
        met += int((truth & ndimage.binary_dilation(predicted, around)).sum())
        total, wanted = total + int(predicted.sum()), wanted + int(truth.sum())
    precision, recall = hits / max(1, total), met / max(1, wanted)
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def overlap(pairs: list[tuple[Flags, Flags]]) -> float:
    """Return the overlap of all pixels together."""
    shared = sum(int((truth & predicted).sum()) for truth, predicted in pairs)
    return shared / max(1, sum(int((truth | predicted).sum()) for truth, predicted in pairs))


def main() -> None:
    """Train once, and hold what is shown of the test part to the bars."""
    many, tested = (int(word) for word in (*sys.argv[1:], *("78", "40")[len(sys.argv) - 1 :]))
    print(machine())
    print("| what | measured | bar | |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        learn, test = (draw(Path(folder) / f"{seed}", n, seed=seed) for seed, n in ((0, many), (1, tested)))
        began, worked = time.perf_counter(), time.process_time()
        outcome = vedette.train(learn, test=test, out=Path(folder) / "model")
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        figures, recipe = outcome.facts.metrics, outcome.facts.recipe
        pairs = shown(vedette.load(Path(folder) / "model"), test)
    cracked = sum(bool(sample.is_anomalous) for sample in learn)
    print(f"| quarters to learn from, with a crack | {len(learn)}, {cracked} | | |")
    attempts = ", ".join(f"{attempt['recipe']} {attempt['quality']:.3f}" for attempt in recipe["tried"])
    print(f"| kept, and what was tried | {recipe['recipe']}: {attempts} | | |")
    mean_iou = figures["mean_iou"]
    row("cracks, mean IoU of the pictures", f"{mean_iou:.3f}", f"≥ {LEAST_IOU}", mean_iou >= LEAST_IOU)
    iou = overlap(pairs)
    row("cracks, IoU of all pixels", f"{iou:.3f}", f"≥ {LEAST_IOU}", iou >= LEAST_IOU)
    precision, recall, f1 = tolerant_f1(pairs, near=NEAR)
    text = f"{f1:.3f} ({precision:.3f}, {recall:.3f})"
    row("cracks, F1 within 2 pixels (precision, recall)", text, f"≥ {LEAST_F1}", f1 >= LEAST_F1)
    clean = figures["clean_normals"]
    row("cracks, normal quarters without a false pixel", f"{clean:.0%}", "≥ 95 %", clean >= 0.95)
    print(f"| cracks, AUROC and F1 of the verdict | {figures['auroc']:.3f}, {figures['f1']:.3f} | | |")
    row("cracks, seconds (of one core)", f"{seconds:.0f} ({worked:.0f})", f"≤ {MOST_S}", seconds <= MOST_S)


if __name__ == "__main__":
    main()
