"""Trainings of whole pictures by `vedette train`: quality, time and memory, beside their bars.

The splits are those of ../shared/data/README.md. `python -m bench.learn`
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.common import PICTURES, machine, row
from doubles.drawn import GESTURES, draw_gesture, write_set


def link(files: list[Path], to: Path) -> None:
    """Put links to the files into a folder."""
    to.mkdir(parents=True, exist_ok=True)
    for file in files:
        (to / file.name).symlink_to(file.resolve())


def train(place: Path, name: str, test: str = "", *, cache: str, budget: str = "balanced") -> dict[str, Any]:
    """Train once in a process of its own; return its figures, seconds and peak MiB."""
    command = [sys.executable, "-m", "vedette", "train", str(place / name), "--out", str(place / "model")]
    command += ["--budget", budget, *(["--test", str(place / test)] if test else [])]
    before = time.perf_counter()
    environment = {**os.environ, "XDG_CACHE_HOME": str(place / cache)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)  # of the command and the process that it waited for
    seconds = time.perf_counter() - before
    assert status == 0
    figures: dict[str, Any] = json.loads((place / "model" / "evaluation.json").read_text())
    return figures | {"seconds": seconds, "mib": used.ru_maxrss / 1024}


def lay_out(place: Path) -> None:
    """Write or link every set."""
    if PICTURES.is_dir():
        aliens = {kind: sorted((PICTURES / "aliens" / kind).iterdir()) for kind in ("normal", "anomaly")}
        link(aliens["normal"][:20], place / "normal-only" / "normal")
        link(aliens["normal"][:20], place / "both" / "normal")
        link(aliens["anomaly"][:10], place / "both" / "anomaly")
        for name, first in (("normal-only-test", 0), ("both-test", 10)):
            link(aliens["normal"][20:], place / name / "normal")
            link(aliens["anomaly"][first:], place / name / "anomaly")
        for name, part in (("cookies", "dataset-files/training-images"), ("cookies-test", "test-images")):
            files = sorted((PICTURES / "cookies" / part).iterdir())
            link([file for file in files if "normal" in file.name], place / name / "normal")
            link([file for file in files if "normal" not in file.name], place / name / "anomaly")
    write_set(place / "ten", list(GESTURES), 10, draw=draw_gesture, seed=1)
    write_set(place / "ten-test", list(GESTURES), 20, draw=draw_gesture, seed=2)
    shutil.copytree(place / "ten", place / "ninety")
    for last in (place / "ninety").glob("*/009.png"):
        last.unlink()


def main() -> None:
    print(machine())
    print("| what | measured | bar | |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as folder:
        place = Path(folder)
        lay_out(place)
        if PICTURES.is_dir():
            real(place)
        ten(place)


def real(place: Path) -> None:
    """Print the rows of the real pictures."""
    result = train(place, "cookies", "cookies-test", cache="a")
    right = round(result["accuracy"] * result["pictures"])
    row("cookies without masks, test pictures right", f"{right} of 22", "22", right == 22)
    timed("cookies without masks", result, 30)
    result = train(place, "normal-only", "normal-only-test", cache="b")
    row("aliens, 20 normal, AUROC", f"{result['auroc']:.3f}", "≥ 0.995", result["auroc"] >= 0.995)
    row("aliens, 20 normal, F1", f"{result['f1']:.3f}", "≥ 0.97", result["f1"] >= 0.97)
    timed("aliens, 20 normal", result, 10)
    result = train(place, "both", "both-test", cache="c")
    row("aliens, 20 + 10, F1", f"{result['f1']:.3f}", "≥ 0.98", result["f1"] >= 0.98)
    timed("aliens, 20 + 10", result, 20)


def ten(place: Path) -> None:
    """Print the rows of the ten drawn gestures."""
    first = train(place, "ninety", "ten-test", cache="d")
    again = train(place, "ten", "ten-test", cache="d")
    share = again["seconds"] / first["seconds"]
    row("ten gestures, after adding 10 to 90: time", f"{share:.0%} of the first", "≤ 30 %", share <= 0.3)
    row(
        "ten gestures, after adding: accuracy",
        f"{again['accuracy']:.3f}",
        "≥ 0.95",
        again["accuracy"] >= 0.95,
    )
    result = train(place, "ten", "ten-test", cache="e")
    row("ten gestures, accuracy", f"{result['accuracy']:.3f}", "≥ 0.95", result["accuracy"] >= 0.95)
    timed("ten gestures", result, 120)


def timed(subject: str, result: dict[str, Any], bar: float) -> None:
    """Print time and memory of a training."""
    row(f"{subject}, time", f"{result['seconds']:.1f} s", f"≤ {bar:g} s", result["seconds"] <= bar)
    row(f"{subject}, resident", f"{result['mib']:.0f} MiB", "≤ 2048 MiB", result["mib"] <= 2048)


if __name__ == "__main__":
    main()
