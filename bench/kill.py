"""kill -9 at random points during 1,000 writes, ten times: nothing acknowledged may be lost.

Four boto3 clients make, tag and delete projects while the server is killed; then it is started
again on the same folder and asked for all of them. A write whose answer never came may
have happened or not; everything else must be exactly as the answers said.

    python -m bench.kill [--rounds 10] [--writes 1000]
"""

import random
import time

from botocore.exceptions import BotoCoreError, ClientError

from bench.common import RunningServer, row, start_server, stop_server
from bench.killing import Round, Writer, kill_amid, rounds

UNSURE = object()


class Maker(Writer):
    """One client: what it knows of each of its projects, by name."""

    service = "rekognition"

    def __init__(self, server: RunningServer, number: int, writes: int) -> None:
        super().__init__(server, number, writes)
        self.arns: dict[str, str] = {}
        # A name's tag, None when it is deleted, UNSURE when no answer came.
        self.known: dict[str, object] = {}

    def step(self, choose: random.Random, count: int) -> bool:
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
            return False
        return True

    def write(self, act: str, name: str, tag: str) -> str | None:
        if act == "make":
            created = self.client.create_project(ProjectName=name, Tags={"tag": tag})
            self.arns[name] = created["ProjectArn"]
        elif act == "tag":
            self.client.tag_resource(ResourceArn=self.arns[name], Tags={"tag": tag})
        else:
            self.client.delete_project(ProjectArn=self.arns[name])
            return None
        return tag


def lost(server: RunningServer, writers: list[Maker]) -> list[str]:
    """Return what is not as the answers said."""
    client = server.client("rekognition")
    pages = client.get_paginator("describe_projects").paginate()
    present = {
        item["ProjectArn"].split("/")[1]: item["ProjectArn"]
        for page in pages
        for item in page["ProjectDescriptions"]
    }
    faults = []
    for writer in writers:
        for name, tag in writer.known.items():
            if tag is UNSURE:
                continue
            if (tag is not None) != (name in present):
                faults.append(f"{name} should {'be' if tag else 'not be'} there")
            elif tag is not None and client.list_tags_for_resource(ResourceArn=present[name])["Tags"] != {
                "tag": tag
            }:
                faults.append(f"{name} has lost its tag {tag}")
    return faults


def one_round(round_: Round) -> tuple[int, float, list[str]]:
    """Kill one server amid its writes; return writes done, restart time, faults."""
    writers = kill_amid(Maker, start_server(round_.place / "data"), round_)
    began = time.perf_counter()
    again = start_server(round_.place / "data")
    ready = time.perf_counter() - began
    try:
        return sum(writer.done for writer in writers), ready, lost(again, writers)
    finally:
        stop_server(again)


def main() -> None:
    total, slowest, faults, count, writes = 0, 0.0, [], 0, 0
    for round_ in rounds(__doc__, "vedette-kill-"):
        done, ready, result = one_round(round_)
        total, slowest, faults = total + done, max(slowest, ready), faults + result
        count, writes = count + 1, round_.writes
    for fault in faults:
        print(fault)
    subject = f"kill -9, {count} times during {writes} writes of projects"
    row(subject, f"{total} acknowledged, {len(faults)} lost", "0 lost", not faults)
    row("ready again after kill -9, slowest", f"{slowest:.2f} s", "3 s", slowest <= 3)


if __name__ == "__main__":
    main()
