"""kill -9 at random points during 1,000 writes, ten times: nothing acknowledged may be lost.

Four boto3 clients make, tag and delete projects while the server is killed; then it is started
again on the same folder and asked for all of them. A write whose answer never came may
have happened or not; everything else must be exactly as the answers said.

    python -m bench.kill [--rounds 10] [--writes 1000]
"""

import argparse
import random
import tempfile
import threading
import time
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from bench.common import RunningServer, machine, row, start_server, stop_server

CLIENTS = 4
UNSURE = object()


class Writer(threading.Thread):
    """One client: what it knows of each of its projects, by name."""

    def __init__(self, server: RunningServer, number: int, writes: int) -> None:
        super().__init__()
        self.client = server.client("rekognition")
        self.number = number
        self.writes = writes
        self.done = 0
        self.arns: dict[str, str] = {}
        # A name's tag, None when it is deleted, UNSURE when no answer came.
        self.known: dict[str, object] = {}

    def run(self) -> None:
        choose = random.Random(self.number)
        for count in range(self.writes):
            alive = [name for name, tag in self.known.items() if isinstance(tag, str)]
            act = choose.choice(["make", "make", "tag", "drop"]) if alive else "make"
            name = f"p{self.number}-{count}" if act == "make" else choose.choice(alive)
            before, self.known[name] = self.known.get(name), UNSURE
            try:
                self.known[name] = self.write(act, name, str(count))
            except ClientError:
                self.known[name] = before
                raise
            except BotoCoreError:
                return
            self.done += 1

    def write(self, act: str, name: str, tag: str) -> str | None:
        if act == "make":
            made = self.client.create_project(ProjectName=name, Tags={"tag": tag})
            self.arns[name] = made["ProjectArn"]
        elif act == "tag":
            self.client.tag_resource(ResourceArn=self.arns[name], Tags={"tag": tag})
        else:
            self.client.delete_project(ProjectArn=self.arns[name])
            return None
        return tag


def lost(server: RunningServer, writers: list[Writer]) -> list[str]:
    """Return what is not as the answers said."""
    client = server.client("rekognition")
    pages = client.get_paginator("describe_projects").paginate()
    there = {
        each["ProjectArn"].split("/")[1]: each["ProjectArn"]
        for page in pages
        for each in page["ProjectDescriptions"]
    }
    faults = []
    for writer in writers:
        for name, tag in writer.known.items():
            if tag is UNSURE:
                continue
            if (tag is not None) != (name in there):
                faults.append(f"{name} should {'be' if tag else 'not be'} there")
            elif tag is not None and client.list_tags_for_resource(ResourceArn=there[name])["Tags"] != {
                "tag": tag
            }:
                faults.append(f"{name} has lost its tag {tag}")
    return faults


def one_round(place: Path, writes: int, share: float) -> tuple[int, float, list[str]]:
    """Kill one server after about that share of the writes; return writes done, restart time, faults."""
    server = start_server(place / "data")
    writers = [Writer(server, number, writes // CLIENTS) for number in range(CLIENTS)]
    for writer in writers:
        writer.start()
    while sum(writer.done for writer in writers) < share * writes and any(w.is_alive() for w in writers):
        time.sleep(0.001)
    server.process.kill()
    server.process.wait()
    for writer in writers:
        writer.join()
    began = time.perf_counter()
    again = start_server(place / "data")
    ready = time.perf_counter() - began
    try:
        return sum(writer.done for writer in writers), ready, lost(again, writers)
    finally:
        stop_server(again)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=10)
    words.add_argument("--writes", type=int, default=1000)
    words.add_argument("--seed", type=int, default=None)
    asked = words.parse_args()
    seed = asked.seed if asked.seed is not None else random.randrange(10**6)
    choose = random.Random(seed)
    print(f"{machine()}; seed {seed}")
    print("| what | measured | bar | |\n|---|---|---|---|")
    total, slowest, faults = 0, 0.0, []
    for _ in range(asked.rounds):
        with tempfile.TemporaryDirectory(prefix="vedette-kill-") as place:
            done, ready, found = one_round(Path(place), asked.writes, choose.random())
        total, slowest, faults = total + done, max(slowest, ready), faults + found
    for fault in faults:
        print(fault)
    what = f"kill -9, {asked.rounds} times during {asked.writes} writes of projects"
    row(what, f"{total} acknowledged, {len(faults)} lost", "0 lost", not faults)
    row("ready again after kill -9, slowest", f"{slowest:.2f} s", "3 s", slowest <= 3)


if __name__ == "__main__":
    main()
