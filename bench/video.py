"""`vedette video` of every frame beside what it cannot do without: decode, scale to the network, run it.

A film of 1,920 × 1,080 is made of pictures of cookies that are moved across it. Both ways take turns in
processes of their own, each with the cores that there are; wall time and the processor time of all their
processes are compared, without what their starts take. Memory: the largest of the film's run beside that of
one second of it. How many frames it has can be named: `python -m bench.video 1500`.
"""

import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

from bench.common import machine, median, row
from bench.detect_wire import open_bare
from bench.storm import cookies, probe

SIZE = (1920, 1080)
RATE = 25
FRAMES = 150
ROUNDS = 2


def write_film(target: Path, frames: int, rate: int = RATE, size: tuple[int, int] = SIZE) -> None:
    """Write a film in H.264, as cameras do, of pictures that move."""
    pictures = [Image.open(path).convert("RGB").resize((2200, 1300)) for path in cookies(5)]
    with av.open(str(target), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            picture = pictures[number // RATE % len(pictures)]
            left, top = 8 * (number % RATE), 6 * (number % RATE)
            pixels = np.asarray(picture.crop((left, top, left + size[0], top + size[1])))
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def bare(package: Path, film: Path) -> int:
    """Do only what cannot be left out; return how many frames."""
    session, (height, width) = open_bare(package, os.cpu_count() or 1)
    count = 0
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for frame in container.decode(stream):
            small = frame.reformat(width=width, height=height, format="rgb24").to_ndarray()
            session.run(["scores"], {"pictures": small[None]})
            count += 1
    return count


def ours(package: Path, film: Path) -> int:
    """Do it by the command."""
    from click.testing import CliRunner

    from vedette.cli.main import app

    out = film.with_suffix(".json")
    answer = CliRunner().invoke(
        app, ["video", str(film), "--model", str(package), "--fps", "0", "--out", str(out)]
    )
    assert answer.exit_code == 0, answer.output
    return len(json.loads(out.read_text("utf-8"))["frames"])


def measured(way: Any, package: Path, film: Path, result: Any) -> None:
    """Run one way in this process, and say what it took: frames, seconds, of processors, most KiB."""
    began = time.perf_counter()
    count = way(package, film)
    wall_s = time.perf_counter() - began
    own, below = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    spent_s = own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime
    result.put((count, wall_s, spent_s, max(own.ru_maxrss, below.ru_maxrss)))


def run(way: Any, package: Path, film: Path) -> tuple[int, float, float, int]:
    """Return what a way took in a fresh process."""
    context = multiprocessing.get_context("spawn")
    result = context.Queue()
    process = context.Process(target=measured, args=(way, package, film, result))
    process.start()
    figures: tuple[int, float, float, int] = result.get(timeout=600)
    process.join()
    return figures


def main() -> None:
    if not cookies(5):
        print("There are no pictures of cookies.")
        return
    print(machine())
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FRAMES
    with tempfile.TemporaryDirectory() as place:
        package, film, short = (
            probe(Path(place) / "model"),
            Path(place) / "film.mp4",
            Path(place) / "short.mp4",
        )
        write_film(film, count)
        write_film(short, RATE)
        compare(package, film, short, count)


def compare(package: Path, film: Path, short: Path, count: int) -> None:
    """Let both ways take turns; what their starts take is measured with a second of film, and left out."""
    walls, works, memory = [], [], []
    for _ in range(ROUNDS):
        rates = []
        for way in (bare, ours):
            before, after = run(way, package, short), run(way, package, film)
            assert (before[0], after[0]) == (RATE, count), (before, after)
            rates.append([(after[at] - before[at]) / (count - RATE) for at in (1, 2)])
            memory.append(after[3] / before[3])
        walls.append(rates[0][0] / rates[1][0])
        works.append(rates[0][1] / rates[1][1])
    spread = f"{median(walls):.2f} ({min(walls):.2f}–{max(walls):.2f})"
    row("every frame of 1080p beside bare decode and network", spread, "≥ 0.80", median(walls) >= 0.80)
    spread = f"{median(works):.2f} ({min(works):.2f}–{max(works):.2f})"
    row("the same in processor time a frame", spread, "≥ 0.80", median(works) >= 0.80)
    flat = max(memory[1::2])
    row(f"memory of {count} frames over that of {RATE}", f"{flat:.2f}", "≤ 1.10", flat <= 1.10)


if __name__ == "__main__":
    main()
