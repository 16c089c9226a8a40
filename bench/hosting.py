"""Hosting under stress: start, scaling, ten times too much, units killed, the server killed, ten models.

BENCH_SECONDS shortens the long parts, 60 s each.
"""

import base64
import os
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from PIL import Image

from bench.common import (
    children,
    machine,
    median,
    own_server,
    percentile,
    resident_mib,
    row,
    start_server,
    stop_server,
)
from bench.detect_wire import as_bytes
from bench.killing import kill, left_over
from bench.storm import cookies, probe, put_model, start, state, stop, storm

SECONDS = float(os.environ.get("BENCH_SECONDS", "60"))
KILLS = 10
MODELS = 10


def main() -> None:
    pictures = cookies(8)
    if not pictures:
        print("There are no pictures of cookies.")
        return
    print(machine())
    with tempfile.TemporaryDirectory() as place:
        package = probe(Path(place) / "model")
        with own_server() as server:
            arn = put_model(server, package, "cookies")
            requests = [as_bytes(server, arn, path) for path in pictures]
            starts(server, arn)
            scaling(server, arn, requests)
            overload(server, arn, requests)
            at_once(server, arn, [as_bytes(server, arn, path) for path in smaller(pictures, Path(place))])
            killed_units(server, arn, requests)
        killed_server(package, Path(place))
        many_models(package)


def starts(server: Any, arn: str) -> None:
    """Start and stop a few times."""
    times = []
    for _ in range(5):
        times.append(start(server, arn, 1))
        stop(server, arn)
    row("StartProjectVersion to RUNNING", f"{median(times):.1f} s", "≤ 3 s", median(times) <= 3)


def scaling(server: Any, arn: str, requests: list[bytes]) -> None:
    """Let work wait for one unit that may become two."""
    start(server, arn, 1, 2)
    observed: list[float] = []
    began = time.perf_counter()

    def watch() -> None:
        while not observed and time.perf_counter() - began < 20:
            if len(children(server.process.pid)) > 1:
                observed.append(time.perf_counter() - began)
            time.sleep(0.05)

    watching = threading.Thread(target=watch)
    watching.start()
    storm_result = storm(server, requests, clients=8, seconds=10)
    watching.join()
    failed = len(storm_result.answers) - storm_result.count(200)
    elapsed_s = observed[0] if observed else 99.0
    row(
        "1 → 2 units under load, from its first request",
        f"{elapsed_s:.1f} s, {failed} of {len(storm_result.answers)} failed",
        "≤ 5 s, none failed",
        elapsed_s <= 5 and not failed,
    )
    stop(server, arn)


def overload(server: Any, arn: str, requests: list[bytes]) -> None:
    """Send ten times more at once than units and queue hold."""
    start(server, arn, 1)
    units = children(server.process.pid)
    storm(server, requests, clients=8, seconds=3)
    before = resident_mib(server.process.pid), sum(map(resident_mib, units))
    storm_result = storm(server, requests, clients=60, seconds=SECONDS, pause_s=0.05)
    after = resident_mib(server.process.pid), sum(map(resident_mib, units))
    slowest = percentile(storm_result.good, 0.99)
    strange = len(storm_result.answers) - storm_result.count(200, 400)
    row(
        f"60 clients at one unit for {SECONDS:.0f} s: accepted p99",
        f"{slowest:.2f} s ({len(storm_result.good)} answered, {storm_result.count(400)} throttled, "
        f"{strange} other)",
        "≤ 1 s, the rest throttled",
        slowest <= 1 and not strange,
    )
    row(
        "memory over it, server and unit",
        f"{before[0]:.0f} → {after[0]:.0f} MiB, {before[1]:.0f} → {after[1]:.0f} MiB",
        "flat (≤ 1.2 times after the first)",
        sum(after) <= 1.2 * sum(before) + 150,
    )
    stop(server, arn)


def smaller(pictures: list[Path], folder: Path) -> list[Path]:
    """Return the pictures at 256 pixels a side, which a unit looks at in a few milliseconds."""
    created = []
    for path in pictures:
        created.append(folder / path.name)
        with Image.open(path) as image:
            image.resize((256, 256)).save(created[-1], quality=90)
    return created


def at_once(server: Any, arn: str, requests: list[bytes]) -> None:
    """Let 64 callers send one small picture each in the same moment."""
    start(server, arn, 1)
    storm(server, requests, clients=2, seconds=2)
    shares, slowest = [], []
    for _ in range(5):
        storm_result = storm(server, requests, clients=64, seconds=0.01)
        shares.append(len(storm_result.good))
        slowest.append(max(storm_result.good, default=0.0))
    row(
        "64 callers at once at one fast unit: answered of 64, five times",
        f"{min(shares)} to {max(shares)}, the slowest after {max(slowest):.2f} s",
        "64 each time, ≤ 1 s",
        min(shares) == 64 and max(slowest) <= 1,
    )
    stop(server, arn)


def killed_units(server: Any, arn: str, requests: list[bytes]) -> None:
    """Kill a unit every five seconds."""
    start(server, arn, 2)
    over = threading.Event()

    def kill() -> None:
        while not over.wait(5):
            units = children(server.process.pid)
            if units:
                os.kill(units[0], signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    storm_result = storm(server, requests, clients=4, seconds=SECONDS)
    over.set()
    killing.join()
    failed = len(storm_result.answers) - storm_result.count(200)
    until = time.perf_counter() + 10
    while len(children(server.process.pid)) != 2 and time.perf_counter() < until:
        time.sleep(0.1)
    remaining = len(children(server.process.pid))
    row(
        f"a unit killed every 5 s for {SECONDS:.0f} s",
        f"{failed} of {len(storm_result.answers)} failed, {remaining} units after",
        "≤ 1 %, 2 units",
        failed <= 0.01 * len(storm_result.answers) and remaining == 2,
    )
    stop(server, arn)


def killed_server(package: Path, place: Path) -> None:
    """Kill the server while it hosts; the next one hosts the same."""
    data = place / "killed"
    server = start_server(data)
    arn = put_model(server, package, "cookies")
    start(server, arn, 1)
    picture = base64.b64encode(cookies(1)[0].read_bytes()).decode()
    good, orphans = 0, 0
    for _ in range(KILLS):
        units = children(server.process.pid)
        kill(server)
        server = start_server(data)
        client = server.client("rekognition")
        answer = client.detect_custom_labels(
            ProjectVersionArn=arn, Image={"Bytes": base64.b64decode(picture)}
        )
        good += bool(answer["CustomLabels"]) and state(client, arn) == "RUNNING"
        orphans += left_over(units)
    stop_server(server)
    row(
        f"server killed {KILLS} times while it hosts",
        f"hosted again {good} times, {orphans} units left over",
        f"{KILLS}, 0",
        good == KILLS and not orphans,
    )


def many_models(package: Path) -> None:
    """Host ten at once."""
    with own_server() as server:
        arns = [put_model(server, package, f"cookies-{number}") for number in range(MODELS)]
        for arn in arns:
            start(server, arn, 1)
        for arn in arns:
            request = as_bytes(server, arn, cookies(1)[0])
            storm_result = storm(server, [request], clients=1, seconds=0.5)
            assert storm_result.good
        sizes = [resident_mib(pid) for pid in children(server.process.pid)]
        row(
            f"{MODELS} models, one unit each, resident a unit",
            f"{max(sizes):.0f} MiB at most",
            "≤ 250 MiB",
            len(sizes) == MODELS and max(sizes) <= 250,
        )


if __name__ == "__main__":
    main()
