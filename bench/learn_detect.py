"""Object localisation: the raccoons, 160 to train and 40 to test, beside their bars.

`python -m bench.learn_detect`. The training runs in this process, which does nothing else, so that its
peak memory is the training's.
"""

import resource
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import vedette
from bench.common import PICTURES, machine, row
from vedette.vision.annotations import Box, Sample

TRAIN = 160


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
    for found in root.iter("object"):
        left, top, right, bottom = (
            float(found.findtext(f"bndbox/{edge}")) for edge in ("xmin", "ymin", "xmax", "ymax")
        )
        box = Box(left / width, top / height, (right - left) / width, (bottom - top) / height)
        boxes.append((found.findtext("name"), box))
    return Sample(picture, boxes=tuple(boxes), source=picture.name)


def main() -> None:
    print(machine())
    if not PICTURES.is_dir():
        print(f"left out: there are no pictures in {PICTURES}")
        return
    print("| what | measured | bar | |\n|---|---|---|---|")
    shown = samples()
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        before, worked = time.perf_counter(), time.process_time()
        outcome = vedette.train(shown[:TRAIN], test=shown[TRAIN:], out=Path(folder) / "model")
        seconds, worked = time.perf_counter() - before, time.process_time() - worked
    map50 = outcome.facts.metrics["map50"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    row("raccoon, mAP50", f"{map50:.3f}", "≥ 0.94", map50 >= 0.94)
    row("raccoon, seconds (of one core)", f"{seconds:.0f} ({worked:.0f})", "≤ 300", seconds <= 300)
    row("raccoon, resident MiB at most", f"{peak:.0f}", "≤ 2048", peak <= 2048)


if __name__ == "__main__":
    main()
