"""Where a lone DetectCustomLabels by bytes spends its time, and what spinning threads change of it.

Servers whose units' threads spin where they have idle cores (as they do), never or always, and the bare way
beside them, take turns: one request at a time, with a rest before each. Each hop is stamped by the monotonic
clock (bench/lone_stamps.py); a stage's time is that since the stamp before it, so that the stages of a
request add up to what its client waits. Stamps cost some 2 µs each.

    python -m bench.lone_trace               never, idle and always, 60 turns: under a minute on two cores
    BENCH_MODES=idle BENCH_TURNS=300 python -m bench.lone_trace
"""

import contextlib
import http.client
import itertools
import json
import multiprocessing
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from bench.common import RunningServer, machine, median, percentile, stop_server
from bench.detect_wire import REST_S, as_bytes, open_bare
from bench.lone_stamps import SPINS
from bench.storm import cookies, probe, put_model, start

TURNS = int(os.environ.get("BENCH_TURNS", "60"))
MODES = os.environ.get("BENCH_MODES", "never idle always").split()
WARM_UP = 5
SLOWEST = 3

Stamp = tuple[str, int]
Request = list[Stamp]


@contextlib.contextmanager
def stamped_server(place: Path, mode: str) -> Iterator[tuple[RunningServer, Path]]:
    """Yield a server with stamps, and the file that they are in; that of its unit lies beside it."""
    stamps, data = place / f"{mode}.stamps", place / mode
    words = [sys.executable, "-m", "bench.lone_stamps", "server", str(stamps)]
    with (place / f"{mode}.log").open("w") as errors:
        process = subprocess.Popen(
            [*words, "serve", "--port", "0", "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "VEDETTE_LOG": "json", SPINS: mode},
        )
    assert process.stdout is not None
    address = re.search(r"https?://\S+", process.stdout.readline())
    assert address is not None, (place / f"{mode}.log").read_text("utf-8")
    server = RunningServer(address.group(), data, process)
    try:
        yield server, stamps
    finally:
        stop_server(server)


class LoneClient:
    """A line to one server that stays open, and when each of its requests began and ended."""

    def __init__(self, server: RunningServer, requests: Sequence[bytes]) -> None:
        self.ends: list[tuple[int, int, int]] = []
        self._requests = requests
        self._line = socket.create_connection(("127.0.0.1", urlsplit(server.address).port or 80))

    def ask(self, turn: int) -> None:
        """Send a request and read its answer."""
        began = time.monotonic_ns()
        self._line.sendall(self._requests[turn % len(self._requests)])
        answer = http.client.HTTPResponse(self._line)
        answer.begin()
        first = time.monotonic_ns()
        text = answer.read()
        assert answer.status == 200, text
        self.ends.append((began, first, time.monotonic_ns()))


class BareWay:
    """Decode, resize, one run: what cannot be left out, by the session as it comes."""

    def __init__(self, package: Path, pictures: Sequence[Path]) -> None:
        self.parts: list[tuple[float, float]] = []
        self._pictures = pictures
        self._session, self._size = open_bare(package, multiprocessing.cpu_count())

    def ask(self, turn: int) -> None:
        """Look at a picture."""
        height, width = self._size
        began = time.monotonic_ns()
        with Image.open(self._pictures[turn % len(self._pictures)]) as image:
            image.draft("RGB", (2 * width, 2 * height))
            small = image.convert("RGB").resize((width, height), Image.Resampling.BILINEAR)
        middle = time.monotonic_ns()
        self._session.run(["scores"], {"pictures": np.asarray(small)[None]})
        self.parts.append(((middle - began) / 1e6, (time.monotonic_ns() - middle) / 1e6))

    @property
    def totals(self) -> list[float]:
        """Milliseconds a picture."""
        return [decoding + run for decoding, run in self.parts]


def main() -> None:
    pictures = cookies(16)
    if not pictures:
        print("There are no pictures of cookies.")
        return
    print(machine(), Path("/proc/loadavg").read_text().strip() if Path("/proc/loadavg").exists() else "")
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vedette-lone-")))
        package = probe(place / "model")
        clients: dict[str, LoneClient] = {}
        files: dict[str, Path] = {}
        for mode in MODES:
            server, files[mode] = stack.enter_context(stamped_server(place, mode))
            arn = put_model(server, package, "cookies")
            start(server, arn, 1)
            clients[mode] = LoneClient(server, [as_bytes(server, arn, path) for path in pictures])
        bare = BareWay(package, pictures)
        take_turns({"bare": bare.ask, **{mode: client.ask for mode, client in clients.items()}})
        time.sleep(0.2)  # the last lines are written after the answers
        report_bare(bare)
        for mode, client in clients.items():
            report(mode, merged(client, files[mode]), bare.totals[WARM_UP:])


def take_turns(ways: dict[str, Callable[[int], None]]) -> None:
    """Ask each way in turn, each after a rest."""
    for turn in range(WARM_UP + TURNS):
        for ask in ways.values():
            time.sleep(REST_S)
            ask(turn)


def merged(client: LoneClient, file: Path) -> list[Request]:
    """Return the stamps of client, server and unit of each request, in the order of the clock."""
    by_server = [line for line in _lines(file) if any(name == "answer of the unit" for name, _ in line)]
    by_unit = [
        line
        for line in _lines(file.with_name(f"{file.name}.unit"))
        if any(name == "picture copied" for name, _ in line)
    ]
    requests = []
    for began, first, end in client.ends[WARM_UP:]:
        lines = [line for line in (*by_server, *by_unit) if began <= line[-1][1] and line[0][1] <= end]
        inside = [stamp for line in lines for stamp in line if began <= stamp[1] <= end]
        edges = [("", began), ("answer's head read", first), ("answer read", end)]
        requests.append(sorted([*inside, *edges], key=lambda stamp: stamp[1]))
    return requests


def _lines(file: Path) -> list[Request]:
    return [[(name, at) for name, at in json.loads(text)] for text in file.read_text("utf-8").splitlines()]


def report_bare(bare: BareWay) -> None:
    """Print what the bare way takes."""
    decoding, runs = ([part[index] for part in bare.parts[WARM_UP:]] for index in (0, 1))
    totals = bare.totals[WARM_UP:]
    print(
        f"\nbare: p50 {median(totals):.2f}, p99 {percentile(totals, 0.99):.2f} ms "
        f"(decode and fit {median(decoding):.2f}, network {median(runs):.2f})"
    )


def report(mode: str, requests: list[Request], bare: list[float]) -> None:
    """Print the stages of one server, and where its slowest requests lost their time."""
    totals = [(request[-1][1] - request[0][1]) / 1e6 for request in requests]
    added = [total - alone for total, alone in zip(totals, bare, strict=True)]
    choices = Counter(name for request in requests for name, _ in request if name in ("spins", "sleeps"))
    print(
        f"\nthreads spin: {mode} ({dict(choices)}): client p50 {median(totals):.2f}, "
        f"p99 {percentile(totals, 0.99):.2f} ms; over bare p50 {median(added):.2f}, "
        f"p99 {percentile(added, 0.99):.2f} ms"
    )
    stages = [_stages(request) for request in requests]
    medians = {name: median([row.get(name, 0.0) for row in stages]) for name in _names(stages)}
    for name, usual in medians.items():
        values = [row.get(name, 0.0) for row in stages]
        print(f"  {name:<26}{usual:8.3f}  p99 {percentile(values, 0.99):8.3f}")
    print(f"  {'sum of the medians':<26}{sum(medians.values()):8.3f}")
    for total, row in sorted(zip(totals, stages, strict=True), key=lambda pair: -pair[0])[:SLOWEST]:
        late = sorted(((row[name] - medians[name], name) for name in row), reverse=True)[:3]
        print(f"  slow, {total:.1f} ms: " + ", ".join(f"{name} +{over:.1f}" for over, name in late))


def _stages(request: Request) -> dict[str, float]:
    """Return the milliseconds that led to each stamp; both choices of threads are one stage."""
    result: dict[str, float] = {}
    for (_, before), (name, at) in itertools.pairwise(request):
        name = "threads chosen" if name in ("spins", "sleeps") else name
        result[name] = result.get(name, 0.0) + (at - before) / 1e6
    return result


def _names(stages: list[dict[str, float]]) -> list[str]:
    """Return the stages in the order of the longest request's."""
    return list(max(stages, key=len))


if __name__ == "__main__":
    main()
