"""A dataset of a million entries, on SQLite or PostgreSQL: imported, listed, described, queried, learnt from.

Bars of the issue "Scale": import ≤ 60 s; a page of a list, whatever its filter, p95 ≤ 30 ms; the server
≤ 400 MiB (its share of memory, PSS; the process that reads a manifest and PostgreSQL are not counted).
PostgreSQL is a server of this run's own, on this disk, which waits for the disk at each commit.

`python -m bench.million [LINES] [sqlite|postgres]`; a million lines, and both, unless said.
"""

import contextlib
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.common import machine, median, percentile, processor_s, row
from bench.datasets import LABELS, Meanwhile, a_line, list_everything, settle
from bench.gallery_queries import FILTERS, ORDERS, Questions
from doubles.postgres import find_programs, postgres_server
from doubles.servers import RunningServer, start_server, stop_server

TIMES = 40
# As an administrator would set it up; all else is Debian's.
POSTGRES = ("-cfsync=on", "-cshared_buffers=512MB", "-cmax_wal_size=4GB")


def share_mib(pid: int) -> float:
    """Return what a process takes of the memory, of what it shares with others only its share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


class Weighing:
    """The most memory that the server took."""

    def __init__(self, server: RunningServer) -> None:
        self._pid = server.process.pid
        self.most_mib = 0.0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._weigh)

    def __enter__(self) -> "Weighing":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _weigh(self) -> None:
        while not self._ended.wait(0.5):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                self.most_mib = max(self.most_mib, share_mib(self._pid))

    def show(self, subject: str) -> None:
        """Print it beside its bar."""
        row(f"server's memory, {subject}", f"{self.most_mib:.0f} MiB", "≤ 400 MiB", self.most_mib <= 400)


@contextlib.contextmanager
def database(kind: str, lines: int) -> Iterator[dict[str, str]]:
    """Yield the settings of a server over a database of this kind, with so many entries in a dataset."""
    settings = {"VEDETTE_DATASET_ENTRIES": str(lines)}
    with contextlib.ExitStack() as closing:
        if kind == "postgres":
            programs = find_programs()
            assert programs, "tools/install_postgres brings PostgreSQL"
            postgres = closing.enter_context(postgres_server(programs, *POSTGRES, in_memory=False))
            settings["VEDETTE_DATABASE"] = f"{postgres.address}&dbname=postgres"
        yield settings


@contextlib.contextmanager
def running(place: Path, kind: str, lines: int) -> Iterator[RunningServer]:
    """Yield a server over a database of this kind, which may have so many entries in a dataset."""
    with database(kind, lines) as settings:
        server = start_server(place / f"data-{kind}", **settings)
        try:
            yield server
        finally:
            stop_server(server)


def write_manifest(file: Path, lines: int) -> None:
    """Write lines with one to four boxes, the same each time."""
    dice = random.Random(1)
    with file.open("wb") as out:
        for number in range(lines):
            out.write(a_line(number, dice) + b"\n")


def import_lines(server: RunningServer, manifest: Path, lines: int) -> tuple[str, str]:
    """Time an import; return the project and the dataset."""
    client, s3 = server.client("rekognition"), server.client("s3")
    project = client.create_project(ProjectName="many")["ProjectArn"]
    s3.create_bucket(Bucket="manifests")
    with manifest.open("rb") as body:
        s3.put_object(Bucket="manifests", Key="many.manifest", Body=body)
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "manifests", "Name": "many.manifest"}}}
    busy = processor_s(server.process.pid)
    with Meanwhile(server) as others, Weighing(server) as weight:
        arn = client.create_dataset(ProjectArn=project, DatasetType="TRAIN", DatasetSource=source)[
            "DatasetArn"
        ]
        elapsed_s = settle(client, arn)
    row(f"import of {lines:,} lines", f"{elapsed_s:.1f} s", "≤ 60 s", elapsed_s <= 60)
    busy = processor_s(server.process.pid) - busy
    print(f"  {busy:.0f} s of processor time, server and reader together; load {os.getloadavg()[0]:.1f}")
    weight.show("import")
    p95 = percentile(others.times, 0.95)
    row(f"{len(others.times)} other requests meanwhile, p95", f"{p95:.1f} ms", "≤ 50 ms", p95 <= 50)
    return project, arn


def describe(client: Any, arn: str) -> None:
    """Time DescribeDataset, and the labels."""
    for name, ask in (
        ("DescribeDataset", lambda: client.describe_dataset(DatasetArn=arn)),
        ("ListDatasetLabels", lambda: client.list_dataset_labels(DatasetArn=arn)),
    ):
        times = [timed(ask) for _ in range(TIMES)]
        p95 = percentile(times, 0.95)
        row(f"{name}, p95", f"{p95:.1f} ms", "≤ 30 ms", p95 <= 30)


def timed(call: Any) -> float:
    """Return the milliseconds of a call."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def first_searches(client: Any, arn: str) -> None:
    """Time texts that nobody searched for before: what is found is kept for the pages behind."""
    times = [
        timed(lambda text=text: client.list_dataset_entries(DatasetArn=arn, SourceRefContains=text))
        for text in (f"there is none {number}" for number in range(TIMES))
    ]
    print(
        f"  a text searched for the first time: p50 {median(times):.1f}, p95 {percentile(times, 0.95):.1f} ms"
    )


def change_one(client: Any, arn: str) -> None:
    """Time an update of one line, until it is seen."""
    dice = random.Random(3)
    times = []
    for number in range(10):
        began = time.perf_counter()
        client.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": a_line(number * 31, dice)})
        settle(client, arn)
        times.append((time.perf_counter() - began) * 1000)
    print(f"  an update of one line, seen by a look every 0.1 s: p50 {median(times):.0f} ms")


def query(server: RunningServer) -> None:
    """Time what the console's gallery asks: each filter and each order once, new to the server."""
    questions = Questions(server, "many")
    with Weighing(server) as weight:
        print(f"  gallery, the first query of all: {questions.fresh()[0]:.0f} ms")
        times = {name: questions.fresh(conditions)[0] for name, conditions in FILTERS.items()}
        times |= {f"by {order}": questions.fresh({}, Sort=order)[0] for order in ORDERS}
        counts = [questions.count(conditions) for conditions in FILTERS.values()]
    slowest = sorted(times, key=lambda name: -times[name])[:4]
    print("  gallery: " + ", ".join(f"{name} {times[name]:.0f} ms" for name in slowest) + " are the slowest")
    print(
        f"  gallery: p50 {median(list(times.values())):.0f} ms; counts and facets p50 {median(counts):.0f} ms"
    )
    weight.show("gallery")


def train(server: RunningServer, project: str) -> None:
    """Time the request that begins a training; its pictures are not there, so that it fails later."""
    client, s3 = server.client("rekognition"), server.client("s3")
    s3.create_bucket(Bucket="results")
    output = {"S3Bucket": "results", "S3KeyPrefix": "out"}
    with Weighing(server) as weight:
        elapsed_ms = timed(
            lambda: client.create_project_version(ProjectArn=project, VersionName="v1", OutputConfig=output)
        )
        time.sleep(5)
    row("CreateProjectVersion", f"{elapsed_ms:.0f} ms", "≤ 1 s", elapsed_ms <= 1000)
    weight.show("a training's start")


def measure(kind: str, manifest: Path, lines: int) -> None:
    """Measure everything once on one database."""
    print(f"{kind}, {lines:,} lines, {manifest.stat().st_size / 1e6:.0f} MB", flush=True)
    with running(manifest.parent, kind, lines) as server:
        project, arn = import_lines(server, manifest, lines)
        client = server.client("rekognition")
        describe(client, arn)
        with Weighing(server) as weight:
            list_everything(server, client, arn, lines)
            first_searches(client, arn)
        weight.show("lists")
        change_one(client, arn)
        query(server)
        train(server, project)


def main() -> None:
    """Measure what was asked for."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    kinds = sys.argv[2:] or ["sqlite", "postgres"]
    assert len(LABELS) <= 250, "a dataset has no more labels"
    print(machine())
    with tempfile.TemporaryDirectory(prefix="vedette-million-") as place:
        manifest = Path(place) / "many.manifest"
        write_manifest(manifest, lines)
        for kind in kinds:
            measure(kind, manifest, lines)


if __name__ == "__main__":
    main()
