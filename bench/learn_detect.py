"""Object localisation: the raccoons, 160 to train and 40 to test, beside their bars.

`python -m bench.learn_detect`. The training runs in this process, which does nothing else, so that its
peak memory is the training's; then 150 pictures are trained with, and ten more after them. With the word
`retrain` only that.
"""

import resource
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import vedette
from bench.common import PICTURES, machine, row
from vedette.vision.annotations import Box, Sample

TRAIN, FEWER = 160, 150


def samples() -> list[Sample]:
    """Return the raccoons with their Pascal VOC boxes, in the order of their names."""
    folder = PICTURES / "raccoon"
    return [
        read(path, folder / "annotations" / f"{path.stem}.xml")
        for path in sorted((folder / "images").glob("*.jpg"))
    ]


def read(picture: Path, annotation: Path) -> Sample:
    """Return one picture with its boxes."""
    root = ET.parse(annotation).getroot()
    width, height = (float(root.findtext(f"size/{side}")) for side in ("width", "height"))
    boxes = []
    for result in root.iter("object"):
        left, top, right, bottom = (
            float(result.findtext(f"bndbox/{edge}")) for edge in ("xmin", "ymin", "xmax", "ymax")
        )
        box = Box(left / width, top / height, (right - left) / width, (bottom - top) / height)
        boxes.append((result.findtext("name"), box))
    return Sample(picture, boxes=tuple(boxes), source=picture.name)


def main() -> None:
    print(machine())
    if not PICTURES.is_dir():
        print(f"left out: there are no pictures in {PICTURES}")
        return
    print("| what | measured | bar | |\n|---|---|---|---|")
    shown = samples()
    if "retrain" not in sys.argv:
        first(shown)
    retrain(shown)


def first(samples: list[Sample]) -> None:
    """Print the rows of a training from nothing."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        map50, seconds, worked = train(samples, TRAIN, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row("raccoon, mAP50", f"{map50:.3f}", "≥ 0.94", map50 >= 0.94)
    row("raccoon, seconds (of one core)", f"{seconds:.0f} ({worked:.0f})", "≤ 300", seconds <= 300)
    row("raccoon, resident MiB at most", f"{peak:.0f}", "≤ 2048", peak <= 2048)


def retrain(samples: list[Sample]) -> None:
    """Print the rows of a training that goes on from one with ten pictures fewer."""
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        _, seconds, worked = train(samples, FEWER, Path(folder))
        map50, again, worked_again = train(samples, TRAIN, Path(folder))
    share, text = again / seconds, f"of {seconds:.0f} s; {worked_again / worked:.0%} of one core's"
    row("raccoon, after adding 10 to 150: time", f"{share:.0%} {text}", "≤ 30 %", share <= 0.3)
    row("raccoon, after adding: mAP50", f"{map50:.3f}", "≥ 0.94", map50 >= 0.94)


def train(samples: list[Sample], count: int, folder: Path) -> tuple[float, float, float]:
    """Train with so many pictures; return mAP50, seconds, and seconds of one core."""
    before, worked = time.perf_counter(), time.process_time()
    outcome = vedette.train(
        samples[:count], test=samples[TRAIN:], out=folder / f"model-{count}", cache=folder / "cache"
    )
    seconds, worked = time.perf_counter() - before, time.process_time() - worked
    print(f"<!-- {count}: {dict(outcome.facts.metrics)} {outcome.facts.recipe} -->", flush=True)
    return outcome.facts.metrics["map50"], seconds, worked


if __name__ == "__main__":
    main()
