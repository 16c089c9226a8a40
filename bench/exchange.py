"""Importing a COCO file of 100,000 boxes with their outlines: time, and memory that does not grow."""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.common import machine, row

PICTURES, OUTLINE = 20_000, 120  # numbers of one outline: as in the real file, a few hundred bytes
MEMORY_MIB = 200

MEASURE = """
import resource, sys, time
from pathlib import Path
from vedette.exchange.formats import to_lines, write_manifest
from vedette.manifest.attributes import Stamp
base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
began = time.perf_counter()
source, out = map(Path, sys.argv[1:])
count = write_manifest(to_lines("coco", source, stamp=Stamp(), prefix="s3://bucket/in"), out)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(count, time.perf_counter() - began, peak / 1024, (peak - base) / 1024)
"""


def write_coco(path: Path, boxes: int) -> None:
    """Write a file of so many boxes, annotations first, which is the harder order."""
    dice = random.Random(0)
    outline = json.dumps([[round(dice.random() * 600, 2) for _ in range(OUTLINE)]])
    with path.open("w") as out:
        out.write('{"info":{},"annotations":[')
        for n in range(boxes):
            box = [dice.randrange(500), dice.randrange(400), dice.randrange(2, 100), dice.randrange(2, 70)]
            text = f'"id":{n},"image_id":{n % PICTURES},"category_id":{n % 80},"bbox":{box}'
            text += f',"segmentation":{outline}'
            out.write(("," if n else "") + "{" + text + "}")
        out.write('],"categories":' + json.dumps([{"id": n, "name": f"label {n}"} for n in range(80)]))
        images = [{"id": n, "width": 640, "height": 480, "file_name": f"{n:06}.jpg"} for n in range(PICTURES)]
        out.write(',"images":' + json.dumps(images) + "}")


def measure(folder: Path, boxes: int) -> tuple[int, float, float, float]:
    """Return pictures, seconds, peak memory and its growth, all in a process of its own."""
    source = folder / f"{boxes}.json"
    write_coco(source, boxes)
    size = source.stat().st_size
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(source), str(folder / "out.manifest")],
        capture_output=True,
        text=True,
        check=True,
    )
    count, seconds, peak, _ = ran.stdout.split()
    source.unlink()
    return int(count), float(seconds), float(peak), size / 2**20


def main() -> None:
    """Measure two sizes, so that growth is seen."""
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        _, small_s, small_mib, _ = measure(Path(place), 10_000)
        _, large_s, large_mib, file_mib = measure(Path(place), 100_000)
    subject = f"100,000 boxes of COCO ({file_mib:.0f} MiB)"
    row(f"{subject}: resident", f"{large_mib:.0f} MiB", f"≤ {MEMORY_MIB} MiB", large_mib <= MEMORY_MIB)
    row(f"{subject}: time", f"{large_s:.1f} s", "≤ 60 s", large_s <= 60)
    ten = "ten times the boxes"
    row(f"{ten}: memory", f"{small_mib:.0f} → {large_mib:.0f} MiB", "≤ ×1.5", large_mib <= 1.5 * small_mib)
    row(f"{ten}: time", f"×{large_s / small_s:.1f}", "≤ ×11", large_s <= 11 * small_s)


if __name__ == "__main__":
    main()
