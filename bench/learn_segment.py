"""Anomaly segmentation: the cookies, beside their bars.

`python -m bench.learn_segment [SEED …]`. Masks exist for the training pictures only. So a third of those is
held out, by each of three seeds, for the overlap of masks; the 22 test pictures tell about the verdict and
about false pixels.
"""

import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import vedette
from bench.common import PICTURES, machine, row
from vedette.vision.annotations import Mask, Sample

COLORS = {"#23A436": "cracked"}


def samples(folder: Path) -> list[Sample]:
    """Return the cookies of a folder, with masks where there are some."""
    masks = folder.parent / "mask-images"
    found = []
    for path in sorted(folder.glob("*.jpg")):
        mask = masks / f"{path.stem}.png"
        drawn = Mask(mask, COLORS) if mask.is_file() else None
        found.append(Sample(path, is_anomalous="anomaly" in path.name, mask=drawn, source=path.name))
    return found


def third(shown: list[Sample], seed: int) -> tuple[list[Sample], list[Sample]]:
    """Return two thirds to train and a third to test, of normal and anomalous alike."""
    held: list[Sample] = []
    rng = random.Random(seed)
    for kind in (True, False):
        group = [sample for sample in shown if sample.is_anomalous is kind]
        rng.shuffle(group)
        held += group[: len(group) // 3]
    return [sample for sample in shown if sample not in held], held


def train(learn: list[Sample], test: list[Sample]) -> dict:
    """Train once; return the figures and how long it took."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        before, worked = time.perf_counter(), time.process_time()
        outcome = vedette.train(learn, test=test, out=Path(folder) / "model")
        seconds, worked = time.perf_counter() - before, time.process_time() - worked
    return {**outcome.facts.metrics, "seconds": seconds, "worked": worked}


def main() -> None:
    print(machine())
    if not PICTURES.is_dir():
        print(f"left out: there are no pictures in {PICTURES}")
        return
    print("| what | measured | bar | |\n|---|---|---|---|")
    shown = samples(PICTURES / "cookies" / "dataset-files" / "training-images")
    overlaps = []
    for seed in [int(word) for word in sys.argv[1:]] or [0, 1, 2]:
        found = train(*third(shown, seed))
        overlaps.append(found["mean_iou"])
        row(f"cookies, a third held out by seed {seed}, IoU", f"{found['mean_iou']:.3f}", "", True)
        row(
            "its normal pictures without a false pixel",
            f"{found['clean_normals']:.0%}",
            "≥ 95 %",
            found["clean_normals"] >= 0.95,
        )
        seconds = f"{found['seconds']:.0f} ({found['worked']:.0f})"
        row("its seconds (of one core)", seconds, "≤ 120", found["seconds"] <= 120)
    mean = sum(overlaps) / len(overlaps)
    row("cookies, mean IoU of the seeds", f"{mean:.3f}", "≥ 0.78", mean >= 0.78)
    found = train(shown, samples(PICTURES / "cookies" / "test-images"))
    right = round(found["accuracy"] * found["pictures"])
    row("cookies, test pictures right", f"{right} of 22", "22", right == 22)
    row(
        "cookies, normal test pictures without a false pixel",
        f"{found['clean_normals']:.0%}",
        "≥ 95 %",
        found["clean_normals"] >= 0.95,
    )
    row(
        "cookies, seconds (of one core)",
        f"{found['seconds']:.0f} ({found['worked']:.0f})",
        "≤ 120",
        found["seconds"] <= 120,
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row("cookies, resident MiB at most", f"{peak:.0f}", "≤ 2048", peak <= 2048)


if __name__ == "__main__":
    main()
