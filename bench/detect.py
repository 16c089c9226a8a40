"""`vedette detect` beside what it cannot do without: decode, resize, one run of the network.

One thread, a 224 px probe trained here, real JPEG pictures; both ways take turns in one process,
so that a busy machine slows both alike. The other way is written as anybody would, with Pillow's
reduced decoding, which is quicker than a plain `Image.open`.
"""

import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image

import vedette
from bench.common import PICTURES, machine, row
from vedette.cli.looking import look_and_say
from vedette.runtime.model import load
from vedette.vision.annotations import Sample

LEAST, MOST_MORE = 0.85, 0.10
ROUNDS = 7
COUNT = 24


def probe(to: Path, pictures: list[Path]) -> Path:
    """Train a probe on two kinds of cookies."""
    samples = [Sample(path, labels=("anomaly" if "anomaly" in path.name else "normal",)) for path in pictures]
    vedette.train(samples, out=to, budget="fast")
    return to


def bare(session: onnxruntime.InferenceSession, path: Path, size: tuple[int, int]) -> np.ndarray:
    """Do only what cannot be left out."""
    with Image.open(path) as image:
        image.draft("RGB", (2 * size[1], 2 * size[0]))
        small = image.convert("RGB").resize((size[1], size[0]), Image.Resampling.BILINEAR)
    return session.run(["scores"], {"pictures": np.asarray(small)[None]})[0]


def quickest(ways: dict, pictures: list[Path]) -> dict[str, float]:
    """Return for each way the sum over pictures of its quickest try, the ways taking turns at each."""
    best = {way: dict.fromkeys(pictures, float("inf")) for way in ways}
    for _ in range(ROUNDS):
        for path in pictures:
            for way, work in ways.items():
                began = time.perf_counter()
                work(path)
                best[way][path] = min(best[way][path], time.perf_counter() - began)
    return {way: sum(times.values()) for way, times in best.items()}


def main() -> None:
    """Print the share of the bare speed that detection keeps."""
    folder = PICTURES / "cookies" / "dataset-files" / "training-images"
    pictures = sorted(folder.glob("*.jpg"))
    if not pictures:
        print(f"There are no pictures at {folder}.")
        return
    with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place:
        model = load(probe(Path(place) / "model", pictures), threads=1)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        network = (Path(place) / "model" / "model.onnx").read_bytes()
        session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        size = model.facts.input_size
        ways = {
            "bare": lambda path: bare(session, path, size),
            "detect": lambda path: look_and_say(model, path),
            "heatmap": lambda path: model.detect(path, heatmap=True),
        }
        spent = quickest(ways, pictures[:COUNT])
    retained, more = spent["bare"] / spent["detect"], spent["heatmap"] / spent["detect"] - 1
    text = f"{retained:.0%} ({COUNT / spent['detect']:.0f}/s)"
    print(f"{machine()}; {size[1]} px, one thread")
    row("detect, pictures a second beside bare ONNX Runtime", text, f">= {LEAST:.0%}", retained >= LEAST)
    row("heat map, extra time", f"{more:+.1%}", f"<= {MOST_MORE:.0%}", more <= MOST_MORE)


if __name__ == "__main__":
    main()
