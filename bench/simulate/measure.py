"""Measure what a picture takes of the processor in each process, and how cores slow each other.

A lone client asks, so that nothing waits. Linux only: the scheduler's own account of each thread is read.
"""

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bench.common import RunningServer, children, machine, own_server
from bench.detect_wire import as_bytes, bare, open_bare, sender
from bench.simulate.times import ServiceTimes
from bench.storm import cookies, probe, put_model, start

UNITS = 2
REQUESTS = 300
# A pause, so that what a request leaves to be done afterwards is counted with it.
REST_S = 0.02
ALONE_S = 3.0


def spent_s(pids: Iterable[int]) -> float:
    """Return the processor time of all threads of these processes, so far."""
    total = 0
    for pid in pids:
        for account in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(account.read_text("ascii").split()[0])
            except OSError:  # a thread that ended meanwhile
                continue
    return total / 1e9


def measure(server: RunningServer, package: Path, arn: str, pictures: list[Path]) -> ServiceTimes:
    """Send requests one by one; look at each process before and after each."""
    requests = [as_bytes(server, arn, path) for path in pictures]
    send = sender(server, requests)
    units = children(server.process.pid)
    rows, gaps = [], []
    for number in range(REQUESTS + len(pictures)):
        before = (time.thread_time(), spent_s([server.process.pid]), spent_s(units))
        began = time.perf_counter()
        send(number % len(requests))
        elapsed = time.perf_counter() - began
        own = time.thread_time() - before[0]
        time.sleep(REST_S)
        row = (own, spent_s([server.process.pid]) - before[1], spent_s(units) - before[2])
        if number >= len(pictures):  # the first round is warm-up
            rows.append(row)
            gaps.append(elapsed - sum(row))
    client_s, front_s, unit_s = zip(*rows, strict=True)
    return ServiceTimes(
        machine=machine(),
        picture="JPEG of some 500 KB in the request, a frozen extractor at 224 px",
        client_s=client_s,
        front_s=front_s,
        unit_s=unit_s,
        gap_s=round(max(0.0, statistics.median(gaps)), 6),
        slowdown=slowdown(package, pictures),
    )


def slowdown(package: Path, pictures: list[Path]) -> list[float]:
    """Return how much longer a picture takes where one, two, … cores work at such pictures."""
    counts = range(1, multiprocessing.cpu_count() + 1)
    times = [_seconds_a_picture(package, pictures, count) for count in counts]
    return [round(seconds / times[0], 3) for seconds in times]


def _seconds_a_picture(package: Path, pictures: list[Path], processes: int) -> float:
    context = multiprocessing.get_context("spawn")
    pace: Any = context.Queue()
    ready = context.Barrier(processes)
    workers = [context.Process(target=_work, args=(package, pictures, ready, pace)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    result = [pace.get() for _ in workers]
    for worker in workers:
        worker.join()
    return statistics.mean(result)


def _work(package: Path, pictures: list[Path], ready: Any, pace: Any) -> None:
    session, size = open_bare(package, 1)
    bare(session, pictures[0], size)
    ready.wait()
    count, began, own = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() < began + ALONE_S:
        bare(session, pictures[count % len(pictures)], size)
        count += 1
    pace.put((time.process_time() - own) / count)


def main() -> None:
    """Measure, and write the file."""
    pictures = cookies(16)
    with tempfile.TemporaryDirectory() as place, own_server() as server:
        package = probe(Path(place) / "model")
        arn = put_model(server, package, "cookies")
        start(server, arn, UNITS)
        times = measure(server, package, arn, pictures)
    times.write()
    said = {
        name: f"{statistics.median(getattr(times, name)) * 1000:.2f} ms"
        for name in ("client_s", "front_s", "unit_s")
    }
    print(f"{times.machine}: {said}, gap {times.gap_s * 1000:.2f} ms, slowdown {times.slowdown}")
