"""Trainings on pictures of 4096 x 4096 pixels: how much memory they take.

`python -m bench.learn_large [NAME...]`

1,000 different JPEGs for classification and anomalies, 150 of them for boxes and masks, budget `fast`;
VEDETTE_LARGE says another number than 1,000. Some 2 GB of disk while it runs, in TMPDIR.
"""

import json
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from bench.common import machine, row
from bench.learn import train

SIDE, COUNT, FEW = 4096, int(os.environ.get("VEDETTE_LARGE", "1000")), 150
MOST_MIB = 4096


def draw_large(rng: np.random.Generator, path: Path, *, defect: bool) -> tuple[int, int, int, int]:
    """Write a grainy plate, with a scratch of 12 x 160 pixels where one is asked for; return its edges."""
    grain = np.clip(150 + rng.normal(0, 6) + rng.normal(0, 9, (512, 512)), 0, 255).astype(np.uint8)
    plate = Image.fromarray(grain).resize((SIDE, SIDE), Image.Resampling.BILINEAR).convert("RGB")
    x, y = (int(v) for v in rng.integers(300, SIDE - 500, 2))
    if defect:
        ImageDraw.Draw(plate).line((x, y, x + 160, y + 60), fill=(235, 235, 240), width=12)
    plate.save(path, quality=75)
    return x - 6, y - 6, x + 166, y + 66


def line(path: Path, edges: tuple[int, int, int, int], *, defect: bool) -> dict[str, object]:
    """Return the manifest line of a picture with the scratch's box."""
    left, top, right, bottom = edges
    box = {"class_id": 0, "left": left, "top": top, "width": right - left, "height": bottom - top}
    text = {"objects": [{"confidence": 1}] * defect, "class-map": {"0": "scratch"}, "job-name": "drawn"}
    text |= {"type": "groundtruth/object-detection", "human-annotated": "yes"}
    size = {"width": SIDE, "height": SIDE, "depth": 3}
    boxes = {"image_size": [size], "annotations": [box] * defect}
    stamp = {"creation-date": "2026-11-21T00:00:00"}
    return {"source-ref": str(path), "boxes": boxes, "boxes-metadata": text | stamp}


def masked(path: Path, edges: tuple[int, int, int, int], *, defect: bool) -> dict[str, object]:
    """Return the manifest line of a picture with the scratch's mask, which is written beside it."""
    stamp = {"creation-date": "2026-11-21T00:00:00", "human-annotated": "yes", "job-name": "drawn"}
    text = {"class-name": "anomaly" if defect else "normal", "type": "groundtruth/image-classification"}
    entry: dict[str, object] = {"source-ref": str(path), "kind": int(defect), "kind-metadata": text | stamp}
    if not defect:
        return entry
    mask = Image.new("RGB", (SIDE, SIDE), "#ffffff")
    left, top, *_ = edges
    ImageDraw.Draw(mask).line((left + 6, top + 6, left + 166, top + 66), fill="#23a436", width=12)
    place = path.with_suffix(".png")
    mask.save(place, compress_level=1)
    colors = {"0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"}}
    colors |= {"1": {"class-name": "scratch", "hex-color": "#23a436"}}
    more = {"internal-color-map": colors, "type": "groundtruth/semantic-segmentation"}
    return entry | {"kind-mask-ref": str(place), "kind-mask-ref-metadata": more | stamp}


def lay_out(place: Path) -> None:
    """Draw the pictures, and write one set a task."""
    rng = np.random.default_rng(0)
    (place / "all").mkdir()
    lines: dict[str, list[dict[str, object]]] = {"boxes": [], "masks": []}
    for number in range(COUNT):
        defect = number % 3 == 0
        path = place / "all" / f"{number:04}.jpg"
        edges = draw_large(rng, path, defect=defect)
        for name, kinds in (("labels", ("whole", "scratched")), ("anomalies", ("normal", "anomaly"))):
            folder = place / name / kinds[defect]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / path.name).symlink_to(path)
        if number < FEW:
            lines["boxes"].append(line(path, edges, defect=defect))
            lines["masks"].append(masked(path, edges, defect=defect))
    for name, part in lines.items():
        (place / name).write_text("\n".join(map(json.dumps, part)))


def main() -> None:
    """Train each, and print its peak."""
    print(machine())
    print("| what | measured | bar | |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        place = Path(folder)
        lay_out(place)
        for name in sys.argv[1:] or ("labels", "anomalies", "boxes", "masks"):
            result = train(place, name, cache=name, budget="fast")
            many = COUNT if name in ("labels", "anomalies") else min(COUNT, FEW)
            text = f"{result['mib']:.0f} MiB, {result['seconds']:.0f} s, F1 {result['f1']:.3f}"
            row(f"{name}, {many} pictures of 4096 x 4096", text, "≤ 4096 MiB", result["mib"] <= MOST_MIB)


if __name__ == "__main__":
    main()
