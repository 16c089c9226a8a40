"""What a key costs a training: the same one with sealed files beside one in clear, by processor time.

    python -m bench.training_keys [--pictures 120] [--rounds 3]

Both ways copy the pictures into the training's folder and run the worker as the server does; who begins takes
turns, and nothing is shared between two trainings. Processor time is of this process, which seals the copies,
and of the worker with its threads; so a busy machine touches both alike. Bar: 1.05.
"""

import argparse
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.common import machine, row
from doubles.drawn import draw_plain
from doubles.lines import a_line, a_ref
from vedette.engines.local import LocalEngine
from vedette.engines.port import LAST, Job
from vedette.file_access import copy_file, use_seals, write_file
from vedette.store.sealed_folders import FOLDERS
from vedette.training.folder import Folder
from vedette.training.worker_order import TrainOrder

BAR = 1.05
LABELS = ("disc", "square")
SIDE = 640


def draw(to: Path, count: int) -> list[Path]:
    """Draw photographs of a usual size."""
    rng, files = np.random.default_rng(11), []
    for number in range(count):
        place = to / f"{number}.jpg"
        draw_plain(LABELS[number % 2], rng, side=SIDE).save(place, "JPEG", quality=90)
        files.append(place)
    return files


def used_s() -> float:
    """Return the processor time of this process and of those that it waited for."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def train(pictures: list[Path], *, sealed: bool) -> tuple[float, float]:
    """Return the processor time and the time of one training."""
    with tempfile.TemporaryDirectory(prefix="bench-keys-") as name:
        folder = Folder(Path(name) / "1")
        folder.pictures.mkdir(parents=True)
        key = os.urandom(32)
        keys = {str(folder.root): key.hex()} if sealed else {}
        began, used = time.perf_counter(), used_s()
        if sealed:
            FOLDERS.unlock(folder.root, key)
        lines = [a_line(number, LABELS[number % 2]) for number in range(len(pictures))]
        write_file(folder.manifest("train"), "\n".join(lines))
        for number, picture in enumerate(pictures):
            copy_file(picture, folder.place_of(a_ref(number)))
        order = TrainOrder(
            folder=str(folder.root),
            dialect="rekognition",
            arn="arn:aws:rekognition:us-east-1:000000000000:project/bench/version/v1/1",
            project="bench",
            version="v1",
            masks="",
            has_test=False,
            divides=False,
            budget="fast",
            seed=20,
            cache=str(folder.cache / "features"),
        )
        engine = LocalEngine()
        run = engine.submit(Job("train-version", order.dump(), keys=keys))
        ends = [event for event in engine.events(run) if event.kind in LAST]
        assert ends[0].kind == "done", ends
        assert folder.read_result() is not None
        figures = used_s() - used, time.perf_counter() - began
        FOLDERS.forget(folder.root)
    return figures


def main() -> None:
    """Train both ways, in turn, and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    use_seals(FOLDERS)
    print(machine())
    with tempfile.TemporaryDirectory(prefix="bench-pictures-") as name:
        pictures = draw(Path(name), asked.pictures)
        train(pictures, sealed=False)  # what the system reads for the first time
        ratios = []
        for number in range(asked.rounds):
            ways = (False, True) if number % 2 else (True, False)
            took = {sealed: train(pictures, sealed=sealed) for sealed in ways}
            ratios.append(took[True][0] / took[False][0])
            for sealed in (False, True):
                processor_s, seconds = took[sealed]
                label = "with a key" if sealed else "without"
                print(f"| {label} | {processor_s:.2f} s of processor | {seconds:.1f} s |", flush=True)
    middle = statistics.median(ratios)
    spread = ", ".join(f"{ratio:.3f}" for ratio in sorted(ratios))
    row("processor time with a key beside without", f"{middle:.3f} (of {spread})", f"{BAR}", middle <= BAR)


if __name__ == "__main__":
    main()
