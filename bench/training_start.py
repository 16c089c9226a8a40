"""A training of many pictures up to its first step: how long each stage takes, and what memory.

A dataset of so many small pictures, no two alike, is trained on SQLite or PostgreSQL until a recipe has been
judged once; then the training is stopped. Memory is a process's share (PSS), of the server and of the
training's worker, looked at each 0.2 s; a stage is what our own DescribeTraining says.

    python -m bench.training_start [PICTURES] [sqlite|postgres]

100,000 pictures, and both databases, unless said. Bars: the server ≤ 400 MiB as everywhere with big data;
of the worker there is none, its figures are for docs/how-to/big-datasets.md.
"""

import io
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from bench.common import children, machine, row
from bench.datasets import settle
from bench.million import database, share_mib
from doubles.servers import RunningServer, start_server, stop_server
from vedette.cli.client import open_client
from vedette.store.blobs.folder import FolderBlobs

LABELS = ("good", "scratch", "dent", "stain")
SIDE = 64
BUCKET = "belt"
ACCOUNT = "000000000000"
WRITERS = 4
LOOK_S = 0.2
LIMIT_S = 3600.0


def draw(number: int) -> bytes:
    """Return a picture of its label's brightness, as no other is."""
    dice = np.random.default_rng(number)
    pixels = dice.integers(0, 64, (SIDE, SIDE, 3), np.uint8)
    pixels[..., number % 3] += np.uint8(45 * (number % len(LABELS)))
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=60)
    return stream.getvalue()


def key_of(number: int) -> str:
    """Return where a picture lies."""
    return f"day-{number // 1000:04}/{number:07}.jpg"


def put_pictures(folder: Path, count: int) -> float:
    """Put all pictures into a folder of buckets whose server does not run yet; return the seconds."""
    began = time.perf_counter()
    blobs = FolderBlobs(folder)
    blobs.make_bucket(BUCKET, account=ACCOUNT)
    with ThreadPoolExecutor(WRITERS) as pool:
        for _ in pool.map(lambda number: blobs.put(BUCKET, key_of(number), draw(number)), range(count)):
            pass
    blobs.close()
    return time.perf_counter() - began


def lines_of(count: int) -> Iterator[bytes]:
    """Yield the manifest's lines, a label each."""
    for number in range(count):
        label = LABELS[number % len(LABELS)]
        about = {
            "class-name": label,
            "confidence": 1,
            "type": "groundtruth/image-classification",
            "human-annotated": "yes",
            "creation-date": "2026-05-04T11:00:00.000",
            "job-name": "labeling-job/belt",
        }
        line = {"source-ref": f"s3://{BUCKET}/{key_of(number)}", "what": number % len(LABELS)}
        yield json.dumps({**line, "what-metadata": about}).encode() + b"\n"


def make_dataset(server: RunningServer, count: int) -> str:
    """Return a project whose training dataset has the pictures."""
    client, s3 = server.client("rekognition"), server.client("s3")
    s3.put_object(Bucket=BUCKET, Key="all.manifest", Body=b"".join(lines_of(count)))
    project = str(client.create_project(ProjectName="belt")["ProjectArn"])
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": BUCKET, "Name": "all.manifest"}}}
    train = client.create_dataset(ProjectArn=project, DatasetType="TRAIN", DatasetSource=source)
    settle(client, train["DatasetArn"])
    test = client.create_dataset(ProjectArn=project, DatasetType="TEST")
    settle(client, test["DatasetArn"])
    client.distribute_dataset_entries(Datasets=[{"Arn": train["DatasetArn"]}, {"Arn": test["DatasetArn"]}])
    for dataset in (train, test):
        settle(client, dataset["DatasetArn"])
    return project


@dataclass(slots=True)
class Stage:
    """A stage of the training, and the most that was taken in it, in MiB."""

    name: str
    began: float
    ended: float = 0.0
    server: float = 0.0
    worker: float = 0.0

    def show(self) -> None:
        """Print it; as soon as it is over, since the next may last for hours."""
        print(
            f"| {self.name} | {self.ended - self.began + LOOK_S:.1f} s | server {self.server:.0f} MiB "
            f"| worker {self.worker:.0f} MiB |",
            flush=True,
        )


@dataclass(slots=True)
class Stages:
    """Looks at a training, at its server and its worker."""

    server: RunningServer
    stages: list[Stage] = field(default_factory=list)
    name: str = "asked"
    is_over: threading.Event = field(default_factory=threading.Event)

    def weigh(self) -> None:
        """Look until it is over; for a thread of its own."""
        while not self.is_over.wait(LOOK_S):
            now = time.perf_counter()
            if not self.stages or self.stages[-1].name != self.name:
                self.stages.append(Stage(self.name, now))
                if len(self.stages) > 1:
                    self.stages[-2].show()
            stage, pid = self.stages[-1], self.server.process.pid
            stage.ended = now
            stage.server = max(stage.server, mib_of([pid]))
            stage.worker = max(stage.worker, mib_of(family(pid)))


def family(pid: int) -> list[int]:
    """Return the processes below a process."""
    below = children(pid)
    return below + [process for child in below for process in family(child)]


def mib_of(pids: Sequence[int]) -> float:
    """Return what processes take of the memory; of one that has ended nothing."""
    total = 0.0
    for pid in pids:
        try:
            total += share_mib(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def train(server: RunningServer, project: str) -> None:
    """Train until a recipe was judged once; print what each stage took."""
    client, s3 = server.client("rekognition"), server.client("s3")
    s3.create_bucket(Bucket="results")
    own = open_client("vedette", endpoint=server.address, data=server.data)
    stages = Stages(server)
    looking = threading.Thread(target=stages.weigh)
    looking.start()
    try:
        began = time.perf_counter()
        arn = client.create_project_version(
            ProjectArn=project, VersionName="v1", OutputConfig={"S3Bucket": "results", "S3KeyPrefix": "out"}
        )["ProjectVersionArn"]
        asked_ms = (time.perf_counter() - began) * 1000
        while time.perf_counter() - began < LIMIT_S and not (last := look(own, arn, stages)):
            time.sleep(LOOK_S)
    finally:
        stages.is_over.set()
        looking.join()
    stages.stages[-1].show()
    print(f"  ended with: {last}; {time.perf_counter() - began:.0f} s in all")
    row("CreateProjectVersion", f"{asked_ms:.0f} ms", "≤ 1 s", asked_ms <= 1000)
    most = max(stage.server for stage in stages.stages)
    row("server's memory", f"{most:.0f} MiB", "≤ 400 MiB", most <= 400)
    own.stop_training(ModelArn=arn)


def look(own: Any, arn: str, stages: Stages) -> str:
    """Note the stage; return what ended the look, once a recipe has been judged or there is no training."""
    answer = own.describe_training(ModelArn=arn)
    stages.name = answer.get("Stage", "waits")
    candidates = [
        candidate for candidate in answer.get("Candidates", ()) if candidate.get("Quality") is not None
    ]
    if candidates or not answer["IsUnderWay"]:
        return f"{candidates or 'no training'}"
    return ""


def main() -> None:
    """Measure what was asked for."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(machine())
    for kind in sys.argv[2:] or ["sqlite", "postgres"]:
        with tempfile.TemporaryDirectory(prefix="vedette-start-") as place, database(kind, count) as settings:
            data = Path(place) / "data"
            stop_server(start_server(data, **settings))  # a folder that holds buckets alone is refused
            put_s = put_pictures(data / "buckets", count)
            print(
                f"{kind}, {count:,} pictures, put in {put_s:.0f} s; load {os.getloadavg()[0]:.1f}", flush=True
            )
            server = start_server(data, **settings)
            try:
                train(server, make_dataset(server, count))
            finally:
                stop_server(server)


if __name__ == "__main__":
    main()
