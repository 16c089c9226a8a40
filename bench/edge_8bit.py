"""8-bit models of every kind: how fast, and how far their F1 falls, beside their bars.

Cookies (segmentation and whole pictures), aliens, raccoons, and the five example sets, each trained anew with
the balanced budget; both models are judged on the same pictures that neither saw. Every plan is shown, also
those that are not kept. `python -m bench.edge_8bit [SET …]`. BENCH_MODELS names a folder in which trained
models stay.
"""

import contextlib
import io
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import vedette
from bench.common import PICTURES, machine, row
from bench.learn_detect import TRAIN
from bench.learn_detect import samples as raccoons
from bench.learn_segment import samples as cookies
from doubles.pointing import placed
from vedette.learn.quantize import DISTANCE, LEAST_GAIN, quantize_package
from vedette.vision.annotations import Sample

MODELS = os.environ.get("BENCH_MODELS", "")
BUDGET = os.environ.get("VEDETTE_BUDGET", "balanced")
LEARNT, JUDGED = 60, 60
KINDS = ("classification", "multilabel", "detection", "anomaly", "segmentation")

Parts = tuple[list[Sample], list[Sample]]


def drawn(kind: str) -> Callable[[Path], Parts]:
    """Return what draws an example set."""

    def draw(folder: Path) -> Parts:
        learnt = [picture.sample for picture in placed(kind, LEARNT, folder / "learnt", seed=1)]
        return learnt, [picture.sample for picture in placed(kind, JUDGED, folder / "judged", seed=9)]

    return draw


def cookie_masks(folder: Path) -> Parts:
    """Return the cookies with their masks; the test pictures have none."""
    del folder
    return cookies(PICTURES / "cookies" / "dataset-files" / "training-images"), cookies(
        PICTURES / "cookies" / "test-images"
    )


def cookie_pictures(folder: Path) -> Parts:
    """Return the cookies without masks."""
    learnt, judged = cookie_masks(folder)
    return [plain(sample) for sample in learnt], [plain(sample) for sample in judged]


def plain(sample: Sample) -> Sample:
    """Return a sample without its mask."""
    return Sample(sample.picture, is_anomalous=sample.is_anomalous, source=sample.source)


def aliens(folder: Path) -> Parts:
    """Return 20 normal and 10 anomalous aliens to learn from, and the others."""
    del folder
    learnt, judged = [], []
    for kind, count in (("normal", 20), ("anomaly", 10)):
        files = sorted((PICTURES / "aliens" / kind).iterdir())
        samples = [Sample(path, is_anomalous=kind == "anomaly", source=path.name) for path in files]
        learnt += samples[:count]
        judged += samples[count:]
    return learnt, judged


def raccoon_boxes(folder: Path) -> Parts:
    """Return the raccoons."""
    del folder
    samples = raccoons()
    return samples[:TRAIN], samples[TRAIN:]


SETS: dict[str, Callable[[Path], Parts]] = {
    **{f"example, {kind}": drawn(kind) for kind in KINDS},
    "raccoon": raccoon_boxes,
    "aliens": aliens,
    "cookies, pictures": cookie_pictures,
    "cookies, masks": cookie_masks,
}


def main() -> None:
    print(machine())
    print("| what | measured | bar | |\n|---|---|---|---|")
    for name in sys.argv[1:] or SETS:
        if not name.startswith("example") and not PICTURES.is_dir():
            print(f"left out: there are no pictures in {PICTURES}")
            continue
        with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
            measure(name, Path(place))


def measure(name: str, folder: Path) -> None:
    """Train on a set unless its model is there, and print how every plan did."""
    learnt, judged = SETS[name](folder)
    package = Path(MODELS or folder) / f"{name.replace(', ', '-')}-model"
    if not package.exists():
        with contextlib.redirect_stdout(io.StringIO()):
            vedette.train(learnt, test=judged, out=package, budget=BUDGET)
    outcome = quantize_package(package, [sample.picture for sample in learnt], judged, folder / "eight")
    for trial in outcome.trials:
        row(
            f"{name}: {trial.plan}, speed",
            f"{trial.gain:.2f} ×",
            f"≥ {LEAST_GAIN} ×",
            trial.gain >= LEAST_GAIN,
        )
        figures = f"{trial.before:.4f} → {trial.after:.4f}"
        row(f"{name}: {trial.plan}, F1", figures, f"−{DISTANCE} at most", trial.is_near)
    row(f"{name}: offered", "yes" if outcome.accepted else "no", "", True)


if __name__ == "__main__":
    main()
