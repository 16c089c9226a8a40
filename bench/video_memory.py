"""`vedette video` of two hours of film, made by looping one: its memory must not grow.

A film of a minute, 1,920 × 1,080 unless another height is said, is put behind itself without being encoded
again. The resident memory of the command and of its processes is read every five seconds; what the second
half of the run needs at most is held against what the first tenth needed at most.

    python -m bench.video_memory [--hours 2] [--rate 25] [--height 1080] [--fps 1]
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av

from bench.common import children, machine, resident_mib, row
from bench.storm import cookies, probe
from bench.video import RATE, write_film

STEP_S = 5.0
MINUTE_S = 60


def loop_film(source: Path, target: Path, times: int) -> None:
    """Write a film so many times behind itself, packet by packet."""
    with av.open(str(source)) as read, av.open(str(target), "w") as written:
        inward = read.streams.video[0]
        outward = written.add_stream_from_template(inward)
        length = round(MINUTE_S / Fraction(inward.time_base or Fraction(1, RATE)))
        for turn in range(times):
            read.seek(0)
            for packet in read.demux(inward):
                if packet.dts is None or packet.pts is None:
                    continue  # the empty packet at the end
                packet.pts, packet.dts = packet.pts + turn * length, packet.dts + turn * length
                packet.stream = outward
                written.mux(packet)


def look(package: Path, film: Path, fps: float) -> tuple[int, list[float]]:
    """Run the command; return how many frames it looked at, and its memory by the time."""
    out = film.with_suffix(".json")
    code = "from vedette.cli.main import run; run()"
    words = ["video", str(film), "--model", str(package), "--fps", str(fps), "--out", str(out)]
    process = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.DEVNULL)
    memory = []
    while process.poll() is None:
        time.sleep(STEP_S)
        pids = [process.pid, *children(process.pid)]
        memory.append(sum(resident_mib(pid) for pid in pids if Path(f"/proc/{pid}").exists()))
    assert process.returncode == 0, process.returncode
    return len(json.loads(out.read_text("utf-8"))["frames"]), memory[:-1]


def main() -> None:
    if not cookies(5):
        print("There are no pictures of cookies.")
        return
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--hours", type=float, default=2)
    words.add_argument("--fps", type=float, default=1)
    words.add_argument("--rate", type=int, default=RATE, help="frames a second that the film has")
    words.add_argument("--height", type=int, default=1080)
    options = words.parse_args()
    size = (options.height * 16 // 9, options.height)
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory(prefix="vedette-film-") as place:
        package, short, film = (
            probe(Path(place) / "model"),
            Path(place) / "short.mp4",
            Path(place) / "film.mp4",
        )
        write_film(short, MINUTE_S * options.rate, options.rate, size)
        loop_film(short, film, round(options.hours * 60))
        print(f"a film of {film.stat().st_size / 2**20:.0f} MiB", flush=True)
        began = time.perf_counter()
        frames, memory = look(package, film, options.fps)
        wall_s = time.perf_counter() - began
    early, late = max(memory[: max(2, len(memory) // 10)]), max(memory[len(memory) // 2 :])
    print(
        f"{frames} frames in {wall_s:.0f} s; {early:.0f} MiB in the first tenth, {late:.0f} in the last half"
    )
    film_is = f"{options.hours:g} hours of {size[0]} × {size[1]} at {options.rate} frames/s"
    subject = f"memory of {film_is}, last half over first tenth"
    row(subject, f"{late / early:.2f}", "≤ 1.10", late / early <= 1.10)


if __name__ == "__main__":
    main()
