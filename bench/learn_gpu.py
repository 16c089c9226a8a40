"""What a GPU makes of learning: features a second, then trainings on it and on the processor beside it.

    python -m bench.learn_gpu [STEEL]       STEEL: a folder of pictures with Pascal VOC boxes

Every training has a process of its own; the one on the processor sees no GPU. How busy the GPU was is what
`nvidia-smi` says every fifth of a second.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench import learn_detect, learn_segment
from bench.common import PICTURES, machine, row
from doubles.drawn import GESTURES, draw_gesture, write_set
from vedette.learn.device import choose_device
from vedette.learn.net.backbones import open_backbone
from vedette.learn.net.extract import FeatureExtractor
from vedette.vision.annotations import Sample

LEAST_FEATURES, LEAST_BUSY = 2000, 0.6


@dataclass(frozen=True, slots=True)
class GpuSet:
    """One training: of what, tested by what, which figure counts, and its bar in seconds."""

    name: str
    figure: str
    most_s: float
    samples: Callable[[Path], tuple[list[Sample], list[Sample]]]


def main() -> None:
    print(machine())
    device = choose_device()
    if device.name == "cpu":
        print("left out: torch sees no GPU")
        return
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}, {device}")
    print("| what | measured | bar | |\n|---|---|---|---|")
    features()
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        for trained in sets(sys.argv[1:]):
            compare(trained, *trained.samples(Path(folder)))


def features() -> None:
    """Print how many pictures a second are looked at, moved there and their features back."""
    pixels = np.random.default_rng(0).integers(0, 256, (128, 224, 224, 3), np.uint8)
    extract = FeatureExtractor(open_backbone("lite0"), ("top/mean",), device=choose_device())
    extract(pixels)
    before = time.perf_counter()
    for _ in range(32):
        extract(pixels)
    rate = 32 * len(pixels) / (time.perf_counter() - before)
    row("features at 224 px, pictures a second", f"{rate:.0f}", f"≥ {LEAST_FEATURES}", rate >= LEAST_FEATURES)


def sets(arguments: Sequence[str]) -> Iterator[GpuSet]:
    """Yield the trainings whose pictures are here."""
    yield GpuSet("gestures, 10 × 10", "accuracy", 8, gestures)
    if PICTURES.is_dir():
        yield GpuSet("raccoon", "map50", 20, raccoons)
        yield GpuSet("cookies with masks", "accuracy", 12, cookies)
    for place in arguments:
        yield GpuSet("steel boxes", "map50", 25, lambda _, place=place: boxed(Path(place)))


def gestures(folder: Path) -> tuple[list[Sample], list[Sample]]:
    """Draw ten gestures, ten pictures of each to learn and twenty to test."""
    parts = []
    for name, count, seed in (("ten", 10, 1), ("test", 20, 2)):
        write_set(folder / name, list(GESTURES), count, draw=draw_gesture, seed=seed)
        files = sorted((folder / name).glob("*/*"))
        parts.append([Sample(path, (path.parent.name,)) for path in files])
    return parts[0], parts[1]


def raccoons(_: Path) -> tuple[list[Sample], list[Sample]]:
    """Return the split of bench/learn_detect.py."""
    samples = learn_detect.samples()
    return samples[: learn_detect.TRAIN], samples[learn_detect.TRAIN :]


def cookies(_: Path) -> tuple[list[Sample], list[Sample]]:
    """Return the split of bench/learn_segment.py."""
    folder = PICTURES / "cookies"
    parts = (folder / "dataset-files" / "training-images", folder / "test-images")
    return learn_segment.samples(parts[0]), learn_segment.samples(parts[1])


def boxed(folder: Path) -> tuple[list[Sample], list[Sample]]:
    """Return the first sixty pictures of each kind to learn, by their names, and the others to test."""
    kinds: dict[str, list[Sample]] = {}
    for annotation in sorted(folder.glob("**/*.xml")):
        [picture] = folder.glob(f"**/{annotation.stem}.jpg")
        kinds.setdefault(annotation.stem.rpartition("_")[0], []).append(
            learn_detect.read(picture, annotation)
        )
    return (
        [sample for group in kinds.values() for sample in group[:60]],
        [sample for group in kinds.values() for sample in group[60:]],
    )


def compare(trained: GpuSet, learn: list[Sample], test: list[Sample]) -> None:
    """Print a training on the GPU beside one on the processor."""
    with busy() as shares:
        on_gpu = train(learn, test, sees_gpu=True)
    on_processor = train(learn, test, sees_gpu=False)
    took, quality = on_gpu["seconds"], on_gpu[trained.figure]
    row(
        f"{trained.name}, seconds (processor {on_processor['seconds']:.0f})",
        f"{took:.1f}",
        f"≤ {trained.most_s:g}",
        took <= trained.most_s,
    )
    beside = on_processor[trained.figure]
    row(f"{trained.name}, {trained.figure}", f"{quality:.3f}", f"≥ {beside:.3f}", quality >= beside)
    share = sum(shares) / max(1, len(shares)) / 100
    row(
        f"{trained.name}, GPU busy, whole training",
        f"{share:.0%}",
        f"≥ {LEAST_BUSY:.0%}",
        share >= LEAST_BUSY,
    )


def train(learn: list[Sample], test: list[Sample], *, sees_gpu: bool) -> dict[str, Any]:
    """Return the figures of a training in a process of its own."""
    hide = {} if sees_gpu else {"CUDA_VISIBLE_DEVICES": ""}
    context = get_context("spawn")
    with ProcessPoolExecutor(1, context, initializer=os.environ.update, initargs=(hide,)) as pool:
        figures: dict[str, Any] = pool.submit(learn_segment.train_here, learn, test, None).result()
        return figures


@contextmanager
def busy() -> Iterator[list[float]]:
    """Yield a list that grows with how busy the GPU was, in hundredths."""
    command = ["nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "-lms", "200"]
    shares: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = process.stdout
        reader = threading.Thread(target=lambda: shares.extend(float(line) for line in lines), daemon=True)
        reader.start()
        try:
            yield shares
        finally:
            process.terminate()
            reader.join(5)


if __name__ == "__main__":
    main()
