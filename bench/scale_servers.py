"""Several servers on one PostgreSQL and one S3: killed under load, their database stopped, one to four.

    python -m bench.scale_servers [killed] [database] [describe] [servers] [--seconds 180]

Writers make and delete projects, detectors ask a running model, all through a small load balancer and
with boto3's own retries; one detector has none. A write whose answer says that it was done already, by a
try before whose answer was lost, was done once.
"""

import argparse
import contextlib
import http.client
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy import create_engine, text

from bench.common import machine, median, own_server, percentile, row
from bench.describe import ask, signed_headers
from doubles.clusters import Balancer, Cluster, a_cluster, a_red_picture, one_request_a_line, status, until
from doubles.postgres import PostgresServer, find_programs, postgres_server
from doubles.servers import RunningServer, start_server, stop_server

KILL_EVERY_S = 15.0
STOPPED_S = 20.0
WELL_AFTER_S = 5.0
# So often one, two and four servers take turns.
ROUNDS = 3
# A try that came too late for its answer: what was asked for is so.
DONE_BEFORE = {"create": "ConflictException", "delete": "ResourceNotFoundException"}


@contextlib.contextmanager
def cluster_on_postgres(*names: str) -> Iterator[tuple[Cluster, PostgresServer]]:
    """Yield a cluster with these servers, and its PostgreSQL."""
    programs = find_programs()
    assert programs is not None, "tools/install_postgres installs PostgreSQL"
    with postgres_server(programs) as postgres, tempfile.TemporaryDirectory(prefix="vedette-scale-") as place:
        address = f"{postgres.address}&dbname=postgres"
        with a_cluster(address, Path(place), *names) as cluster:
            yield cluster, postgres


def client_of(address: str, key: tuple[str, str], service: str, tries: int) -> Any:
    """Return a client that asks through the load balancer."""
    client = boto3.client(
        service,
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        config=Config(
            retries={"mode": "standard", "total_max_attempts": tries}, connect_timeout=5, read_timeout=30
        ),
    )
    return one_request_a_line(client)


class Load:
    """Threads that ask until told to stop, and what came of it."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []
        # When each failed, by the monotonic clock.
        self.failed_at: list[float] = []
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def begin(self, name: str, step: Callable[[random.Random, int], None], number: int = 0) -> None:
        """Call a step again and again in a thread of its own."""

        def run() -> None:
            dice, count = random.Random(number), 0
            while not self.stop.is_set():
                count += 1
                try:
                    step(dice, count)
                except (ClientError, BotoCoreError) as error:
                    self._note(f"{name} failed", str(error))
                else:
                    self._note(name)
                time.sleep(0.02)

        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def end(self) -> None:
        """Stop, and wait for the last answers."""
        self.stop.set()
        for thread in self._threads:
            thread.join(120)

    def _note(self, name: str, fault: str = "") -> None:
        with self._lock:
            self.counts[name] += 1
            if fault:
                self.faults.append(f"{name}: {fault}"[:240])
                self.failed_at.append(time.monotonic())

    def failed(self, name: str) -> int:
        """Return how many of these failed."""
        return self.counts[f"{name} failed"]


class Projects:
    """One writer's projects, by name: whether each is there, as the answers said."""

    def __init__(self, client: Any, number: int) -> None:
        self.client = client
        self.number = number
        self.known: dict[str, bool] = {}
        self.unsure: set[str] = set()

    def step(self, dice: random.Random, count: int) -> None:
        """Create or delete."""
        alive = [name for name, is_there in self.known.items() if is_there and name not in self.unsure]
        act = dice.choice(["create", "create", "delete"]) if alive else "create"
        name = f"p{self.number}-{count}" if act == "create" else dice.choice(alive)
        call = self.client.create_project if act == "create" else self.client.delete_project
        try:
            call(ProjectName=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != DONE_BEFORE.get(act):
                self.unsure.add(name)
                raise
        except BotoCoreError:
            self.unsure.add(name)
            raise
        self.known[name] = act == "create"

    def lost(self, present: set[str]) -> list[str]:
        """Return what is not as the answers said."""
        return [
            f"{name} should {'be' if is_there else 'not be'} there"
            for name, is_there in self.known.items()
            if name not in self.unsure and is_there != (name in present)
        ]


@contextlib.contextmanager
def mixed_load(cluster: Cluster, balancer: Balancer) -> Iterator[tuple[Load, list[Projects]]]:
    """Yield a load under way on a cluster whose model runs."""
    balancer.targets = cluster.servers
    key = next(iter(cluster.servers.values())).key
    version = cluster.put_version("rekognition", "boards", "classification")
    patient = client_of(balancer.address, key, "rekognition", 5)
    patient.start_project_version(ProjectVersionArn=str(version.arn), MinInferenceUnits=1)
    until(lambda: status(patient, version), "RUNNING")
    picture = {"Bytes": a_red_picture()}

    def detect(client: Any) -> Callable[[random.Random, int], None]:
        def step(dice: random.Random, count: int) -> None:
            del dice, count
            found = client.detect_custom_labels(ProjectVersionArn=str(version.arn), Image=picture)
            assert found["CustomLabels"][0]["Name"] == "red", found

        return step

    load = Load()
    writers = [Projects(client_of(balancer.address, key, "lookoutvision", 5), n) for n in range(2)]
    for writer in writers:
        load.begin("write", writer.step, writer.number)
    load.begin("detect", detect(patient))
    load.begin("detect once", detect(client_of(balancer.address, key, "rekognition", 1)))
    try:
        yield load, writers
    finally:
        load.end()


def present_projects(cluster: Cluster) -> list[str]:
    """Return the names of the projects that there are, as often as they are there."""
    pages = next(iter(cluster.servers.values())).client("lookoutvision").get_paginator("list_projects")
    return [item["ProjectName"] for page in pages.paginate() for item in page["Projects"]]


def judge(load: Load, writers: list[Projects], cluster: Cluster) -> tuple[int, int]:
    """Return how many acknowledged writes are lost, and how many were done twice."""
    names = present_projects(cluster)
    lost = [fault for writer in writers for fault in writer.lost(set(names))]
    for fault in [*lost[:5], *load.faults[:5]]:
        print(fault)
    return len(lost), len(names) - len(set(names))


def killed(seconds: float) -> None:
    """Kill one of two servers every 15 s under load, and start it again."""
    with cluster_on_postgres("A", "B") as (cluster, _), Balancer() as balancer:
        kills = 0
        with mixed_load(cluster, balancer) as (load, writers):
            end = time.monotonic() + seconds
            while time.monotonic() + KILL_EVERY_S < end:
                time.sleep(KILL_EVERY_S)
                name = "AB"[kills % 2]
                cluster.kill(name)
                kills += 1
                cluster.start(name)
        for server in cluster.servers.values():
            assert server.process.poll() is None
        lost, twice = judge(load, writers, cluster)
    counts, once = load.counts, load.counts["detect once"] + load.failed("detect once")
    tried = load.failed("write") + load.failed("detect")
    subject = f"two servers, one killed every 15 s: {kills} kills in {seconds:.0f} s"
    row(
        f"{subject}; acknowledged writes",
        f"{counts['write']}, {lost} lost, {twice} twice",
        "0, 0",
        not lost + twice,
    )
    row(
        "the same, failed for a client with retries",
        f"{tried} of {counts['write'] + counts['detect']}",
        "0",
        not tried,
    )
    share = load.failed("detect once") / max(1, once)
    row("the same, failed for one without", f"{share:.2%} of {once}", "1 %", share <= 0.01)


def stopped(seconds: float) -> None:
    """Stop PostgreSQL for 20 s under load."""
    del seconds
    with cluster_on_postgres("A", "B") as (cluster, postgres), Balancer() as balancer:
        with mixed_load(cluster, balancer) as (load, writers):
            time.sleep(10)
            postgres.stop()
            time.sleep(STOPPED_S)
            postgres.start()
            back = time.monotonic()
            time.sleep(25)
        late = [moment - back for moment in load.failed_at if moment > back + WELL_AFTER_S]
        last = max((moment - back for moment in load.failed_at), default=0.0)
        lost, twice = judge(load, writers, cluster)
    codes = Counter(fault.partition(":")[0] for fault in load.faults)
    row("PostgreSQL stopped for 20 s: last failure after its return", f"{last:.1f} s", "5 s", not late)
    row("the same, acknowledged writes", f"{lost} lost, {twice} twice", "0, 0", not lost + twice)
    print(f"failed meanwhile: {dict(codes)}")


def describe(seconds: float) -> None:
    """DescribeProjects on PostgreSQL beside SQLite, in turn."""
    del seconds
    programs = find_programs()
    assert programs is not None
    with (
        own_server() as light,
        postgres_server(programs) as postgres,
        tempfile.TemporaryDirectory(prefix="vedette-scale-") as place,
    ):
        address = f"{postgres.address}&dbname=postgres"
        heavy = start_server(Path(place) / "data", VEDETTE_DATABASE=address)
        try:
            times = _in_turn([light, heavy])
        finally:
            stop_server(heavy)
    ratio = median(times[1]) / median(times[0])
    # On a busy machine the quicker ones say more of the programs than the median does.
    quick = [percentile(each, 0.25) for each in times]
    figures = (
        f"{median(times[1]):.2f} ms beside {median(times[0]):.2f} ms: {ratio:.2f} "
        f"(25 %: {quick[1]:.2f} beside {quick[0]:.2f}: {quick[1] / quick[0]:.2f})"
    )
    row("DescribeProjects, five projects, PostgreSQL beside SQLite, p50", figures, "1.5", ratio <= 1.5)


def _in_turn(servers: list[RunningServer]) -> list[list[float]]:
    body = b"{}"
    lines, heads = [], []
    for server in servers:
        client = server.client("rekognition")
        for number in range(5):
            client.create_project(ProjectName=f"p{number}")
        lines.append(http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30))
        heads.append(signed_headers(server, body))
    times: list[list[float]] = [[] for _ in servers]
    for count in range(1200):
        for which, line in enumerate(lines):
            took, _ = ask(line, body, heads[which])
            if count >= 200:
                times[which].append(took)
    for line in lines:
        line.close()
    return times


def servers(seconds: float) -> None:
    """Answers a second with one, two and four servers on this machine's cores, by turns in one run.

    All four run all the while; load is spread over the first, the first two, or all.
    """
    del seconds
    rates: dict[tuple[str, int], list[float]] = {}
    waits: dict[str, Counter[str]] = {"reads": Counter(), "writes": Counter()}
    with cluster_on_postgres("A", "B", "C", "D") as (cluster, postgres):
        for number in range(5):
            cluster.client("A", "rekognition").create_project(ProjectName=f"p{number}")
        for _ in range(ROUNDS):
            for kind, found in waits.items():
                for count in (1, 2, 4):
                    with waiting(postgres, found):
                        rate = _rate(list(cluster.servers.values())[:count], kind)
                    rates.setdefault((kind, count), []).append(rate)
    for kind, name in (("reads", "DescribeProjects"), ("writes", "TagResource")):
        middle = {count: median(rates[kind, count]) for count in (1, 2, 4)}
        relative = [
            median([more / one for one, more in zip(rates[kind, 1], rates[kind, count], strict=True)])
            for count in (1, 2, 4)
        ]
        print(f"{name}/s of 1, 2, 4 servers: " + ", ".join(f"{rate:.0f}" for rate in middle.values()))
        print(f"  PostgreSQL's sessions, by a look each 20 ms: {dict(waits[kind].most_common(5))}")
        figures = " → ".join(f"{share:.2f}" for share in relative)
        row(f"servers 1 → 2 → 4, {name}, relative", figures, "no slower", min(relative) >= 0.9)


@contextlib.contextmanager
def waiting(postgres: PostgresServer, found: Counter[str]) -> Iterator[None]:
    """Count what PostgreSQL's sessions wait for, or that they work, until the block ends."""
    ended = threading.Event()
    engine = create_engine(
        f"{postgres.address}&dbname=postgres".replace("postgresql:", "postgresql+psycopg:")
    )
    query = text(
        "select coalesce(wait_event_type || ' ' || wait_event, 'working') from pg_stat_activity"
        " where state in ('active', 'idle in transaction') and pid <> pg_backend_pid()"
    )

    def look() -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not ended.wait(0.02):
                found.update(str(name) for (name,) in connection.execute(query))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        engine.dispose()


def _rate(servers: list[RunningServer], kind: str, threads: int = 8, for_s: float = 4.0) -> float:
    """Return answers a second, from bare connections spread over the servers, once all are open."""
    counts = [0] * threads
    opened = threading.Barrier(threads)

    def run(number: int) -> None:
        server = servers[number % len(servers)]
        client = server.client("rekognition")
        arn = client.describe_projects()["ProjectDescriptions"][number % 5]["ProjectArn"]
        line = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)
        heads = signed_headers(server, b"{}")
        opened.wait()
        end = time.monotonic() + for_s
        while time.monotonic() < end:
            if kind == "reads":
                ask(line, b"{}", heads)
            else:
                client.tag_resource(ResourceArn=arn, Tags={"n": str(counts[number])})
            counts[number] += 1
        line.close()

    workers = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / for_s


PARTS = {"killed": killed, "database": stopped, "describe": describe, "servers": servers}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("parts", nargs="*", choices=[*PARTS, []])
    words.add_argument("--seconds", type=float, default=180.0)
    asked = words.parse_args()
    print(machine())
    for part in asked.parts or PARTS:
        PARTS[part](asked.seconds)


if __name__ == "__main__":
    main()
