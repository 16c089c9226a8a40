"""The edge agent and a watch of a stream without pause: is resident memory flat, does no call fail?

    python -m bench.edge_soak [MINUTES]        15 by default

Four clients ask one model at full speed, by bytes and by shared memory, while a second model is started,
asked and stopped again and again. Beside it a watch looks at a network camera that goes away and comes back;
by the watch's own figures it was opened again each time, and no frame failed.
Resident memory of what lives all the time is read every few seconds; the first fifth is warming up.
"""

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import numpy as np

from bench.common import children, machine, median, resident_mib, row
from bench.edge_agent import SharedPicture, agent
from doubles.devices import DeviceClient, bitmap_of
from doubles.packages import tiny_package
from doubles.videos import rtsp_camera
from vedette.edge.protos import edge_agent_pb2 as pb

MINUTES = 15.0
CLIENTS = 4
LOOK_EVERY_S = 5.0
# A camera gives pictures for some seconds, loses its power, and is back a moment later. A watch that has had
# pictures for less than ten seconds tries the camera more and more rarely.
CAMERA_ON_S, CAMERA_OFF_S = 15.0, 3.0
MOST_GROWTH = 1.05
WARMING = 0.2


class Soak:
    """What runs until the time is over, and what it counted."""

    def __init__(self, minutes: float) -> None:
        self.ends = time.monotonic() + 60 * minutes
        self.answers: Counter[str] = Counter()
        self.failures: list[str] = []

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self.ends

    def repeat(self, name: str, step: Callable[[], None]) -> None:
        """Take a step again and again; note what fails."""
        while not self.is_over:
            try:
                step()
                self.answers[name] += 1
            except (grpc.RpcError, AssertionError) as error:
                code = error.code().name if isinstance(error, grpc.RpcError) else "wrong answer"
                self.failures.append(f"{name}: {code} {error}")


def pictures() -> list[np.ndarray]:
    return [np.full((768, 576, 3), color, np.uint8) for color in (0, 255)]


def ask_by_bytes(address: str) -> Callable[[], None]:
    client = DeviceClient(grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]))
    bitmaps = [bitmap_of(pixels) for pixels in pictures()]

    def ask() -> None:
        verdicts = [client.detect("anomaly", bitmap).is_anomalous for bitmap in bitmaps]
        assert verdicts == [False, True], verdicts

    return ask


def ask_by_memory(address: str, shared: SharedPicture) -> Callable[[], None]:
    client = DeviceClient(grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]))
    colors = pictures()

    def ask() -> None:
        for pixels, expected in zip(colors, (False, True), strict=True):
            shared.memory.buf[: pixels.nbytes] = pixels.reshape(-1).data
            bitmap = pb.Bitmap(width=576, height=768, shared_memory_handle=shared.handle(shared.memory))
            assert client.detect("anomaly", bitmap).is_anomalous is expected

    return ask


def start_and_stop(address: str) -> Callable[[], None]:
    client = DeviceClient(grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]))
    bright = bitmap_of(pictures()[1])

    def turn() -> None:
        client.run("segmentation")
        for _ in range(5):
            assert client.detect("segmentation", bright).is_anomalous
        client.stop("segmentation")

    return turn


@dataclass
class WatchedCamera:
    """A watch of a camera that comes and goes: its process, its lines, where its figures are."""

    pid: int
    lines: Path
    page: str
    appearances: int = 0
    seen: int = 0

    def look(self) -> None:
        """Count an appearance of the camera and whether the watch has pictures of it, once it has had any."""
        try:
            urllib.request.urlopen(f"{self.page}healthz", timeout=30).close()
        except OSError:  # an error status is one
            self.appearances += bool(self.seen)
        else:
            self.appearances += 1
            self.seen += 1

    def figure(self, name: str) -> float:
        """Return what the watch has counted."""
        with urllib.request.urlopen(f"{self.page}metrics", timeout=30) as answer:
            lines = answer.read().decode("ascii").splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


@contextlib.contextmanager
def stream_watch(place: Path, models: Path) -> Iterator[WatchedCamera]:
    """A watch of a camera that comes and goes."""
    over = threading.Event()

    def come_and_go(port: int) -> None:
        while not over.is_set():
            with rtsp_camera(port=port, rate=25, colors=(0, 255)) as camera:
                if not over.wait(CAMERA_ON_S):
                    watched.look()
                camera.drop()
            over.wait(CAMERA_OFF_S)

    with rtsp_camera() as first:
        port = first.port
    lines, saved = place / "lines.jsonl", place / "pictures"
    saved.mkdir()
    words = ("--source", f"rtsp://127.0.0.1:{port}/", "--model", models / "anomaly", "--rate", 0, "--quiet")
    words += ("--status", f"127.0.0.1:{free_port()}")
    words += ("--lines", lines, "--lines-size", 1, "--lines-files", 3, "--save", saved, "--save-limit", 4)
    command = [sys.executable, "-m", "vedette", "edge", "watch", *map(str, words)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    watched = WatchedCamera(process.pid, lines, f"http://{words[words.index('--status') + 1]}/")
    camera = threading.Thread(target=come_and_go, args=(port,), daemon=True)
    camera.start()
    try:
        yield watched
    finally:
        process.terminate()
        process.wait(60)
        over.set()
        camera.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def resident_of(pids: dict[str, int]) -> dict[str, float]:
    return {name: resident_mib(pid) for name, pid in pids.items()}


def open_files(pid: int) -> int:
    return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())


def report(soak: Soak, looks: list[tuple[dict[str, float], dict[str, int]]]) -> None:
    """Show each process's growth from after the warming up to the end, and what failed."""
    counts = ", ".join(f"{name} {count:,}" for name, count in sorted(soak.answers.items()))
    row("calls", f"{counts}; {len(soak.failures)} failed", "0 failed", not soak.failures)
    for failure in soak.failures[:5]:
        print("   ", failure[:200])
    looks = looks[int(len(looks) * WARMING) :]
    third = max(1, len(looks) // 3)
    for name in looks[0][0]:
        first = median([resident[name] for resident, _ in looks[:third]])
        last = median([resident[name] for resident, _ in looks[-third:]])
        files = f"{looks[0][1][name]} → {looks[-1][1][name]} open files"
        growth = last / first
        row(
            f"resident, {name}", f"{first:.1f} → {last:.1f} MiB, {files}", "within 5 %", growth <= MOST_GROWTH
        )


def size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # the watch goes on: one was named anew, or is the oldest
        return 0


def report_watch(watch: WatchedCamera, pictures: Path) -> None:
    """Show whether each time that the camera was there it was looked at, and what lies on the disk."""
    there, seen = watch.appearances, watch.seen
    row(
        "the camera was there",
        f"{there} times, the watch had pictures {seen} times",
        "each time",
        seen == there,
    )
    failed = watch.figure('vedette_stream_frames_total{outcome="failed"}')
    answered = watch.figure('vedette_stream_frames_total{outcome="answered"}')
    row("frames of the watch", f"{answered:,.0f} answered, {failed:.0f} failed", "0 failed", not failed)
    age = time.time() - watch.lines.stat().st_mtime
    row("the watch's newest line", f"{age:.1f} s old", "≤ 60 s", age <= 60)
    last = json.loads(watch.lines.read_bytes().splitlines()[-1])
    log_bytes = sum(path.stat().st_size for path in watch.lines.parent.glob("lines.jsonl*"))
    saved = sum(size_of(path) for path in pictures.iterdir())
    print(f"| lines of the watch | {last['number'] + 1:,}, {log_bytes >> 10:,} KiB of 3 MiB | | |")
    row("pictures of the watch", f"{saved / 2**20:.1f} MiB", "≤ 4 MiB", saved <= 4 << 20)


def main() -> None:
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES
    print(f"{machine()}, {minutes:g} minutes")
    with tempfile.TemporaryDirectory() as text, contextlib.ExitStack() as ending:
        place = Path(text)
        models = place / "models"
        for kind in ("anomaly", "segmentation"):
            tiny_package(models / kind, kind)
        client, pid, _ = ending.enter_context(agent(models, place, "--start", "anomaly"))
        client.await_status("anomaly", "RUNNING")
        watch = ending.enter_context(stream_watch(place, models))
        address = f"unix://{place}/agent.sock"
        (model,) = children(pid)
        segments = [SharedPicture(pictures()[0].nbytes) for _ in range(CLIENTS // 2)]
        soak = Soak(minutes)
        steps = [("bytes", ask_by_bytes(address)) for _ in range(CLIENTS - len(segments))]
        steps += [("shared memory", ask_by_memory(address, segment)) for segment in segments]
        steps.append(("start, ask, stop", start_and_stop(address)))
        threads = [threading.Thread(target=soak.repeat, args=step) for step in steps]
        for thread in threads:
            thread.start()
        pids = {"agent": pid, "its model": model, "watch": watch.pid}
        looks = []
        while not soak.is_over:
            time.sleep(min(LOOK_EVERY_S, 60 * minutes / 20))
            looks.append((resident_of(pids), {name: open_files(number) for name, number in pids.items()}))
        for thread in threads:
            thread.join()
        for segment in segments:
            segment.close()
        report(soak, looks)
        report_watch(watch, place / "pictures")


if __name__ == "__main__":
    main()
