"""An agent killed at random moments of an install, and files cut at random: it starts clean, old or new.

Kills take turns: while the archive comes, while it is unpacked, while the new package is tried beside the old
one, and after the switch; within each at random.

    power   after the kill whatever was not flushed is cut at random, or emptied from a random place on, as
            file systems leave it: archives on their way, what is being unpacked, files being written
    disk    besides, one file of the newest package or of the agent's records is cut, flushed or not

After each the agent starts without its server. Its model has to run, with the old version or the new one, and
answer as that does; then its server comes back, and it has to have what is ordered.
"""

import argparse
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import grpc

from bench.common import machine, row
from doubles.devices import DeviceClient, bitmap_of, plain
from doubles.order_server import OrderServer, running_order_server
from vedette.edge.durable import read_document
from vedette.edge.installed import FOLDER, INCOMING, PACKAGES, RECORD
from vedette.errors import Refusal
from vedette.runtime.components import read_component

# Three versions by turns: the one before stays on a device, and is not fetched when it is ordered again.
THRESHOLDS = (0.4, 0.5, 0.6)
WHITE = (255, 255, 255)
SOON_S = 60.0
# As large as a real package, so that kills meet it half written; it comes within half a second.
FILLER_BYTES = 48 << 20
RATE = 96 << 20
PHASES = ("comes", "is unpacked", "is tried", "is switched to")
# How often a file that power was cut from keeps its length.
EMPTIED = 0.5
# Kills are spread over so long from the beginning of a phase on.
WITHIN_S = {"comes": 0.4, "is unpacked": 0.15, "is tried": 0.3, "is switched to": 0.3}


def start(models: Path, address: str, token: str) -> tuple["subprocess.Popen[str]", str]:
    """Start an agent; return it and its socket."""
    socket = f"unix://{models.parent}/agent.sock"
    words = [sys.executable, "-m", "vedette", "edge", "agent", "--models", str(models), "--socket", socket]
    words += ["--server", address, "--poll", "0.2", "--threads", "1"]
    environment = {**os.environ, "VEDETTE_DEVICE_TOKEN": token}
    with log_of(models).open("a") as log:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
    assert process.stdout is not None
    assert process.stdout.readline(), f"it does not start: {log_of(models).read_text()[-2000:]}"
    return process, socket


def stop(process: "subprocess.Popen[str]", number: int) -> None:
    """End an agent."""
    process.send_signal(number)
    process.wait(30)
    if process.stdout is not None:
        process.stdout.close()


def log_of(models: Path) -> Path:
    """Return where the agents' logs go."""
    return models.parent / "agent.log"


def answer(socket: str) -> float:
    """Return the threshold of the version that answers, once one does."""
    deadline = time.monotonic() + SOON_S
    with grpc.insecure_channel(socket) as channel:
        client = DeviceClient(channel)
        while True:
            try:
                return round(client.detect("belt", bitmap_of(plain(WHITE))).anomaly_threshold, 3)
            except grpc.RpcError as error:
                if time.monotonic() > deadline:
                    raise AssertionError(f"no answer: {error.details()}") from error
                time.sleep(0.05)


def phase_of(root: Path, digest: str) -> str:
    """Return how far the install of a package is."""
    document = read_document(root / RECORD) or {"models": {}}
    current = document["models"].get("belt", {}).get("current") or {}
    if current.get("digest") == digest:
        return "is switched to"
    if (root / PACKAGES / digest).is_dir():
        return "is tried"
    if any(root.glob(f"{PACKAGES}/.{digest}.*")):
        return "is unpacked"
    return "comes" if any((root / INCOMING).glob("*.zip")) else "is ordered"


def await_phase(root: Path, digest: str, phase: str) -> None:
    """Wait until an install has come so far; one that went further meanwhile is as good."""
    deadline = time.monotonic() + SOON_S
    while (now := phase_of(root, digest)) not in PHASES or PHASES.index(now) < PHASES.index(phase):
        if time.monotonic() > deadline:
            raise AssertionError(f"no install begins: {log_of(root.parent).read_text()[-4000:]}")
        time.sleep(0.002)


def cut(place: Path, chance: random.Random) -> None:
    """Cut a file at random, or leave it as long as it was with nothing in it from somewhere on."""
    size = place.stat().st_size
    kept = chance.randrange(size + 1)
    with place.open("r+b") as file:
        file.truncate(kept)
        if chance.random() < EMPTIED:
            file.truncate(size)


def lose_power(root: Path, chance: random.Random) -> int:
    """Cut what was not flushed; return how many files that was."""
    loose = [place for place in (root / INCOMING).iterdir() if place.is_file()]
    loose += [place for place in root.glob(".*.new") if place.is_file()]
    for folder in (root / PACKAGES).glob(".*"):
        loose += [place for place in folder.rglob("*") if place.is_file()]
    for place in loose:
        cut(place, chance)
    return len(loose)


def break_disk(root: Path, chance: random.Random) -> str:
    """Cut one file that was flushed: of the newest of two packages, or a record; return its name."""
    packages = sorted((root / PACKAGES).iterdir(), key=lambda place: place.stat().st_mtime)
    if len(packages) == 1:  # with its only package cut, a device has to wait for its server
        return ""
    files = [place for place in packages[-1].rglob("*") if place.is_file()]
    files.append(root / "installed.json")
    place = chance.choice(files)
    cut(place, chance)
    return place.relative_to(root).name


def is_whole(root: Path) -> bool:
    """Say whether every package that has its name is as it was written."""
    try:
        for place in (root / PACKAGES).iterdir():
            if not place.name.startswith("."):
                read_component(place)
    except Refusal as refusal:
        print(refusal.sentence)
        return False
    return True


def play(server: OrderServer, place: Path, times: int, chance: random.Random, *, breaks: bool) -> None:
    """Kill and start so many times, and print what came of it."""
    models = place / "models"
    models.mkdir(parents=True)
    root = models / FOLDER
    filler = place / "filler"
    filler.write_bytes(chance.randbytes(FILLER_BYTES))
    more = {"evaluations/filler": filler}
    versions = [
        server.package(place, version=f"1.{number}.0", threshold=threshold, more=more)
        for number, threshold in enumerate(THRESHOLDS)
    ]
    server.rate = RATE
    server.give(1, versions[0])
    process, socket = start(models, server.address, server.token)
    assert answer(socket) == THRESHOLDS[0]
    clean, halves, loose = 0, 0, 0
    kept: Counter[str] = Counter()
    met: Counter[str] = Counter()
    numbers = itertools.count(2)
    for turn in range(times):
        number = (turn + 1) % len(versions)
        version, threshold, before = versions[number], THRESHOLDS[number], THRESHOLDS[number - 1]
        server.give(next(numbers), version)
        phase = PHASES[turn % len(PHASES)]
        await_phase(root, version.digest, phase)
        time.sleep(chance.uniform(0, WITHIN_S[phase]))
        stop(process, signal.SIGKILL)
        met[phase_of(root, version.digest)] += 1
        loose += lose_power(root, chance)
        halves += not breaks and not is_whole(root)  # what was cut in an earlier turn may still lie there
        if breaks:
            break_disk(root, chance)
        process, socket = start(models, "http://127.0.0.1:9", server.token)  # its server is away
        now = answer(socket)
        # A disk that broke the one in use leaves the one before it.
        clean += now in (before, threshold) or (breaks and now == THRESHOLDS[number - 2])
        kept["new" if now == threshold else "old"] += 1
        stop(process, signal.SIGTERM)
        process, socket = start(models, server.address, server.token)
        if breaks:  # what a disk broke was refused, until it is ordered anew
            server.give(next(numbers), version)
        deadline = time.monotonic() + SOON_S
        while answer(socket) != threshold:
            assert time.monotonic() < deadline, log_of(models).read_text()[-4000:]
            time.sleep(0.05)
    stop(process, signal.SIGTERM)
    phases = ", ".join(f"{met[phase]} as it {phase}" for phase in PHASES)
    kind = "kill -9 and a broken disk" if breaks else "kill -9 and power loss"
    is_met = clean == times and not halves
    row(f"{kind} during {times} installs of {FILLER_BYTES >> 20} MiB",
        f"{clean} clean starts ({kept['old']} old, {kept['new']} new), {halves} half packages, "
        f"{loose} unfinished files cut; {phases}", "old or new, never half", is_met)  # fmt: skip


def main() -> None:
    """Play both, and print beside the bars."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(machine(), flush=True)
    for breaks in (False, True):
        with tempfile.TemporaryDirectory(prefix="vedette-bench-") as place, running_order_server() as server:
            chance = random.Random(options.seed)
            play(server, Path(place), options.times, chance, breaks=breaks)


if __name__ == "__main__":
    main()
