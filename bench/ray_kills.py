"""Raylets killed under load and under trainings, and what a training's start takes on Ray beside local.

    python -m bench.ray_kills units [SECONDS]      a raylet killed every 20 s while two units are asked
    python -m bench.ray_kills trainings [COUNT]    a raylet killed in each training, the first of them aside
    python -m bench.ray_kills starts [COUNT]       until a training's worker speaks, in turns

A real server with a cluster of three raylets on this machine; `pip install 'vedette[ray]'`.
"""

import io
import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image

from bench.common import RunningServer, machine, row, start_server, stop_server
from bench.training_kill import OPTIONS, TRAINED, Trial
from doubles.ray_process import RayNodes
from doubles.trained import put_version
from vedette.cli.client import open_client

KILL_EVERY_S, UNITS, CLIENTS = 20.0, 2, 2
# What units and trainings are given of nodes of two cores.
ROOM = {"VEDETTE_RAY_UNIT": "cores=1,memory=0.4", "VEDETTE_RAY_TRAINING": "cores=1,memory=1"}
FAILED_BAR, START_BAR_S = 0.01, 5.0


def on_ray(address: str, place: Path) -> dict[str, str]:
    """Return what makes a server one that works on the cluster."""
    return {
        "VEDETTE_ENGINE": "ray",
        "VEDETTE_RAY_ADDRESS": address,
        "VEDETTE_RAY_CACHE": str(place / "node"),
        **ROOM,
    }


@contextmanager
def cluster() -> Iterator[RayNodes]:
    """Yield a cluster of three raylets."""
    nodes = RayNodes()
    try:
        yield nodes
    finally:
        nodes.close()


# Units


@dataclass
class Asked:
    """What clients were answered; `ends` stops them."""

    ends: float
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, client: Any, arn: str, number: int) -> None:
        """Ask until the end, each time with another picture, without trying again."""
        dice = random.Random(number)
        while time.monotonic() < self.ends:
            red = dice.choice(range(0, 256, 15))
            outcome, fault = self._outcome(client, arn, red)
            with self.lock:
                self.counts[outcome] += 1
                if fault:
                    self.faults[fault] += 1

    def _outcome(self, client: Any, arn: str, red: int) -> tuple[str, str]:
        try:
            found = client.detect_custom_labels(
                ProjectVersionArn=arn, Image={"Bytes": PICTURES[red]}, MinConfidence=0
            )
        except ClientError as error:
            return "failed", error.response["Error"]["Code"]
        except BotoCoreError as error:
            return "failed", type(error).__name__
        heard = {label["Name"]: label["Confidence"] for label in found["CustomLabels"]}
        return ("right" if abs(heard.get("red", -9) - red / 2.55) < 1 else "wrong"), ""


def a_picture(red: int) -> bytes:
    """Return a picture of one colour, which the tiny classifier answers with its redness."""
    stream = io.BytesIO()
    Image.new("RGB", (96, 64), (red, 0, 0)).save(stream, "PNG")
    return stream.getvalue()


PICTURES = {red: a_picture(red) for red in range(0, 256, 15)}


def units(seconds: float) -> None:
    """Kill a raylet every 20 s, and add another one, while two units are asked."""
    with cluster() as nodes, tempfile.TemporaryDirectory(prefix="vedette-ray-") as place:
        server = start_server(Path(place) / "data", **on_ray(nodes.address, Path(place)))
        try:
            arn = run_units(server)
            asked = Asked(time.monotonic() + seconds)
            threads = [
                threading.Thread(target=asked.ask, args=(server.client("rekognition"), arn, number))
                for number in range(CLIENTS)
            ]
            for thread in threads:
                thread.start()
            kills = 0
            while time.monotonic() + KILL_EVERY_S / 2 < asked.ends:
                time.sleep(KILL_EVERY_S)
                nodes.tell("kill")
                kills += 1
                nodes.tell("add")
            for thread in threads:
                thread.join()
            back_s = until_units(server, arn)
        finally:
            stop_server(server)
    counts = asked.counts
    share = counts["failed"] / max(1, counts.total())
    subject = f"a raylet killed every {KILL_EVERY_S:g} s, {kills} times in {seconds:.0f} s"
    print(f"faults: {dict(asked.faults)}")
    row(f"{subject}: failed", f"{share:.2%} of {counts.total()}", "1 %", share <= FAILED_BAR)
    row("the same: wrong answers", str(counts["wrong"]), "0", not counts["wrong"])
    row("the same: units back to the wanted number", f"{back_s:.0f} s after", "back", back_s >= 0)


def run_units(server: RunningServer) -> str:
    """Put a version into service with two units; return its ARN once it runs."""
    version = put_version(server.data, "rekognition", "boards", "classification", account="000000000000")
    arn, client = str(version.arn), server.client("rekognition")
    client.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=UNITS)
    assert until_units(server, arn) >= 0, "the version does not run"
    return arn


def until_units(server: RunningServer, arn: str, within_s: float = 180.0) -> float:
    """Return after how many seconds the version has its units; less than nothing where it never has."""
    own = open_client("vedette", endpoint=server.address, data=server.data)
    began = time.monotonic()
    while time.monotonic() - began < within_s:
        serving = own.describe_serving(ModelArn=arn)
        if serving["State"] == "running" and serving["Units"] == UNITS:
            return time.monotonic() - began
        time.sleep(0.5)
    return -1.0


# Trainings


@dataclass
class RayTrial(Trial):
    """A server that trains on the cluster, or, without a cluster, on this machine."""

    address: str = ""

    def start(self) -> None:
        """Start the server."""
        engine = on_ray(self.address, self.place) if self.address else {}
        self.server = start_server(
            self.place / "data",
            **OPTIONS,
            **engine,
            TMPDIR=str(self.place / "tmp"),
            VEDETTE_SHARE_OF_CORES="1",
        )

    def under_way(self) -> bool:
        """Say whether the first training's worker has said what it does."""
        return self.stage() not in ("", "gathering the pictures", "waiting for room in the cluster")


@contextmanager
def trial(root: Path, dialect: str, address: str = "") -> Iterator[RayTrial]:
    """Yield a fresh server with a project that can be trained."""
    with tempfile.TemporaryDirectory(dir=root) as place:
        own = RayTrial(dialect, Path(place), address=address)
        try:
            yield own
        finally:
            if own.server.process.poll() is None:
                stop_server(own.server)


def trainings(count: int) -> None:
    """Train once undisturbed, and then with a raylet killed at another moment of each."""
    dialect, dice = "rekognition", random.Random(15)
    with cluster() as nodes, tempfile.TemporaryDirectory(prefix="vedette-ray-") as root:
        with trial(Path(root), dialect, nodes.address) as whole_trial:
            whole_trial.train()
            whole_trial.wait(lambda _: False, 0.2)
            whole = whole_trial.left()
        good = same = 0
        for number in range(count):
            began = time.monotonic()
            with trial(Path(root), dialect, nodes.address) as own:
                own.train()
                own.wait(RayTrial.under_way, 0.1)
                time.sleep(dice.uniform(0, 3) * number)
                stage = own.stage()
                for _ in range(2):  # whichever it is on
                    nodes.tell("kill")
                for _ in range(2):
                    nodes.tell("add")
                own.wait(lambda _: False, 0.2)
                remaining = own.left()
            # What a node keeps for the next training is no part of this one.
            faults = [fault for fault in remaining.faults(whole) if ": node/" not in fault]
            good += all(state == TRAINED[dialect] for state, _ in remaining.ended)
            same += not faults
            print(f"killed at {stage}: {faults or 'as undisturbed'}, {time.monotonic() - began:.0f} s")
    subject = f"raylets killed in each of {count} trainings"
    row(subject, f"{good} trained, {same} exactly as undisturbed", f"{count}, {count}", good == same == count)


def starts(count: int) -> None:
    """Measure from the request until the training's worker speaks, on this machine and on Ray in turns."""
    dialect = "rekognition"
    times: dict[str, list[float]] = {"local": [], "ray": []}
    with cluster() as nodes, tempfile.TemporaryDirectory(prefix="vedette-ray-") as root:
        for _ in range(count):
            for name, address in (("local", ""), ("ray", nodes.address)):
                with trial(Path(root), dialect, address) as own:
                    began = time.monotonic()
                    own.train()
                    own.wait(RayTrial.under_way, 0.02)
                    times[name].append(time.monotonic() - began)
    over = statistics.median(times["ray"]) - statistics.median(times["local"])
    for name, values in times.items():
        print(f"{name:6} {', '.join(f'{value:.1f}' for value in values)} s until the worker speaks")
    row(
        "a training's start on Ray over this machine's",
        f"{over:+.1f} s",
        f"+{START_BAR_S:g} s",
        over <= START_BAR_S,
    )


PARTS: dict[str, tuple[Callable[[Any], None], type, Any]] = {
    "units": (units, float, 120.0),
    "trainings": (trainings, int, 5),
    "starts": (starts, int, 3),
}


def main() -> None:
    """Run the part that is named, or all."""
    if find_spec("ray") is None:
        print("Not run: Ray is not installed (pip install 'vedette[ray]').")
        return
    print(machine())
    for name in sys.argv[1:2] or list(PARTS):
        part, kind, usual = PARTS[name]
        part(kind(sys.argv[2]) if len(sys.argv) > 2 else usual)


if __name__ == "__main__":
    main()
