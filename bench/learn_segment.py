"""Anomaly segmentation: the cookies, beside their bars.

`python -m bench.learn_segment [retrain] [SEED …]`. Masks exist for the training pictures only. So a third of
those is held out, by each of three seeds, for the overlap of masks; the 22 test pictures tell about the
verdict and about false pixels. Then 53 pictures are trained with, and ten more after them; with the word
`retrain` only that. Every training has a process of its own, so that its peak memory is the training's.
"""

import random
import resource
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import vedette
from bench.common import PICTURES, machine, row
from vedette.vision.annotations import Mask, Sample

COLORS = {"#23A436": "cracked"}


def samples(folder: Path) -> list[Sample]:
    """Return the cookies of a folder, with masks where there are some."""
    masks = folder.parent / "mask-images"
    result = []
    for path in sorted(folder.glob("*.jpg")):
        mask = masks / f"{path.stem}.png"
        pictures = Mask(mask, COLORS) if mask.is_file() else None
        result.append(Sample(path, is_anomalous="anomaly" in path.name, mask=pictures, source=path.name))
    return result


def third(samples: list[Sample], seed: int) -> tuple[list[Sample], list[Sample]]:
    """Return two thirds to train and a third to test, of normal and anomalous alike."""
    held_out: list[Sample] = []
    rng = random.Random(seed)
    for kind in (True, False):
        group = [sample for sample in samples if sample.is_anomalous is kind]
        rng.shuffle(group)
        held_out += group[: len(group) // 3]
    return [sample for sample in samples if sample not in held_out], held_out


def train(learn: list[Sample], test: list[Sample], cache: Path | None = None) -> dict:
    """Train once in a process of its own; return the figures, how long it took and how much memory."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(train_here, learn, test, cache).result()


def train_here(learn: list[Sample], test: list[Sample], cache: Path | None) -> dict:
    """Train once in this process."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        before, worked = time.perf_counter(), time.process_time()
        outcome = vedette.train(learn, test=test, out=Path(folder) / "model", cache=cache)
        seconds, worked = time.perf_counter() - before, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**outcome.facts.metrics, "seconds": seconds, "worked": worked, "peak": peak}


def main() -> None:
    print(machine())
    if not PICTURES.is_dir():
        print(f"left out: there are no pictures in {PICTURES}")
        return
    print("| what | measured | bar | |\n|---|---|---|---|")
    shown = samples(PICTURES / "cookies" / "dataset-files" / "training-images")
    test = samples(PICTURES / "cookies" / "test-images")
    if "retrain" not in sys.argv:
        thirds(shown, [int(word) for word in sys.argv[1:]] or [0, 1, 2])
        whole(shown, test)
    retrain(shown, test)


def thirds(samples: list[Sample], seeds: list[int]) -> None:
    """Print how well masks of held-out pictures are met."""
    overlaps = []
    for seed in seeds:
        result = train(*third(samples, seed))
        overlaps.append(result["mean_iou"])
        row(f"cookies, a third held out by seed {seed}, IoU", f"{result['mean_iou']:.3f}", "", True)
        costs("its", result)
    mean = sum(overlaps) / len(overlaps)
    row("cookies, mean IoU of the seeds", f"{mean:.3f}", "≥ 0.78", mean >= 0.78)


def whole(samples: list[Sample], test: list[Sample]) -> None:
    """Print what a training of all pictures says of the test pictures."""
    result = train(samples, test)
    right = round(result["accuracy"] * result["pictures"])
    row("cookies, test pictures right", f"{right} of 22", "22", right == 22)
    costs("cookies,", result)


def costs(owner: str, result: dict) -> None:
    """Print false pixels, time and memory of one training."""
    clean, seconds, peak = result["clean_normals"], result["seconds"], result["peak"]
    row(f"{owner} normal pictures without a false pixel", f"{clean:.0%}", "≥ 95 %", clean >= 0.95)
    row(f"{owner} seconds (of one core)", f"{seconds:.0f} ({result['worked']:.0f})", "≤ 120", seconds <= 120)
    row(f"{owner} resident MiB at most", f"{peak:.0f}", "≤ 2048", peak <= 2048)


def retrain(samples: list[Sample], test: list[Sample]) -> None:
    """Print the rows of a training that goes on from one with ten pictures fewer."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        fewer = random.Random(0).sample(samples, len(samples) - 10)
        first = train([s for s in samples if s in fewer], test, Path(folder) / "cache")
        again = train(samples, test, Path(folder) / "cache")
    share, worked = again["seconds"] / first["seconds"], again["worked"] / first["worked"]
    text = f"{share:.0%} of {first['seconds']:.0f} s; {worked:.0%} of one core's"
    row("cookies, after adding 10 to 53: time", text, "≤ 30 %", share <= 0.3)
    right = round(again["accuracy"] * again["pictures"])
    row("cookies, after adding: test pictures right", f"{right} of 22", "22", right == 22)


if __name__ == "__main__":
    main()
