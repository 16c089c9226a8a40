"""Trainings whose server, or whose worker, is killed at every stage: each ends as if nothing had been.

For both dialects a small drawn set is trained once undisturbed. Then the same is begun again on a fresh
folder, killed with -9 at a random moment of one stage, started again on what is left, and held against the
undisturbed one when it is over: its state, every result in the bucket, the model's bytes, what lies in the
folders, which processes still run. Every other server is killed a second time while it takes up its work.

    python -m bench.training_kill [--trainings 10] [--workers 5] [--dialect lookoutvision] [--seed 1]
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import re
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.common import RunningServer, children, machine, row, start_server, stop_server
from bench.killing import kill, left_over
from doubles.drawn import PLAIN, write_plates, write_set
from vedette.cli.client import open_client

DIALECTS = ("lookoutvision", "rekognition")
LIMIT_S = 900.0
OPTIONS = {"VEDETTE_TRAINING_BUDGET": "fast", "VEDETTE_TRAININGS": "1", "OMP_NUM_THREADS": "1"}
TRAINED = {"lookoutvision": "TRAINED", "rekognition": "TRAINING_COMPLETED"}
UNDER_WAY = ("TRAINING", "TRAINING_IN_PROGRESS")
# What says when a document was written, which version it is of, or under which name a body is stored.
PASSING = (
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?"), "<then>"),
    (re.compile(r"(model/p|version/v\d)/\d+"), "<version>"),
    (re.compile(r"-p-v?\d"), "-p-<name>"),
    (re.compile(r'"model-version": "\d"'), '"model-version": "<name>"'),
    (re.compile(r"versions/\d+"), "versions/<number>"),
    (re.compile(r"\.[0-9a-f]{12}(?=\.|$)"), ""),
)
# ONNX Runtime leaves it where it finds room; it is nobody's of ours.
FOREIGN = {"tmp/.ses"}


@dataclass(frozen=True)
class Moment:
    """When to kill: within `spread_s` of the moment when the training is seen at a stage."""

    name: str
    spread_s: float
    seen: Callable[["Trial"], bool]
    trainings: int = 1


def says(words: str) -> Callable[["Trial"], bool]:
    """Return what sees a stage by the name that our own operation gives it."""
    return lambda trial: words in trial.stage()


def lies(pattern: str) -> Callable[["Trial"], bool]:
    """Return what sees a stage that is over in milliseconds by a file in the training's folder."""
    return lambda trial: any((trial.place / "data" / "versions").glob(pattern))


MOMENTS = (
    Moment("queued behind another", 4.0, lambda _: True, trainings=2),
    Moment("gathering", 0.2, lambda _: True),
    Moment("checking", 3.0, says("checking the manifests")),
    Moment("reading", 1.0, says("reading the pictures")),
    Moment("features", 2.0, says("features at")),
    Moment("judging", 2.0, says("judging")),
    Moment("exporting", 2.0, says("exporting")),
    Moment("evaluating", 0.5, says("evaluating")),
    Moment("packaging", 0.02, lies("*/.package.*")),
    Moment("results", 0.02, lies("*/result.json")),
)
WORKED = tuple(MOMENTS[number] for number in (2, 4, 5, 6, 8))


@dataclass
class Trial:
    """One server on a fresh folder, with a project that can be trained."""

    dialect: str
    place: Path
    server: RunningServer = field(init=False)
    arns: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.place / "tmp").mkdir()
        self.start()
        pictures = draw(self.dialect, self.place.parent / self.dialect)
        s3 = self.server.client("s3")
        for bucket in ("pictures", "out"):
            s3.create_bucket(Bucket=bucket)
        for label, file in pictures:
            s3.put_object(Bucket="pictures", Key=f"{label}/{file.name}", Body=file.read_bytes())
        lines = "\n".join(line_of(self.dialect, label, file.name) for label, file in pictures)
        s3.put_object(Bucket="pictures", Key="m.manifest", Body=lines.encode())
        self.make_project()

    def start(self) -> None:
        self.server = start_server(self.place / "data", **OPTIONS, TMPDIR=str(self.place / "tmp"))

    @property
    def client(self) -> Any:
        return self.server.client(self.dialect)

    def make_project(self) -> None:
        place = {"Bucket": "pictures", "Key" if self.dialect == "lookoutvision" else "Name": "m.manifest"}
        source = {"GroundTruthManifest": {"S3Object": place}}
        if self.dialect == "lookoutvision":
            self.client.create_project(ProjectName="p")
            arguments = {"ProjectName": "p", "DatasetType": "train"}
            self.client.create_dataset(**arguments, DatasetSource=source)
        else:
            arn = self.client.create_project(ProjectName="p")["ProjectArn"]
            created = self.client.create_dataset(ProjectArn=arn, DatasetType="TRAIN", DatasetSource=source)
            arguments = {"DatasetArn": created["DatasetArn"]}
        while "PROGRESS" in self.client.describe_dataset(**arguments)["DatasetDescription"]["Status"]:
            time.sleep(0.05)

    def train(self) -> None:
        """Ask for one more training."""
        if self.dialect == "lookoutvision":
            output = {"S3Location": {"Bucket": "out"}}
            created = self.client.create_model(ProjectName="p", OutputConfig=output)
            self.arns.append(created["ModelMetadata"]["ModelArn"])
            return
        project = self.client.describe_projects(ProjectNames=["p"])["ProjectDescriptions"][0]["ProjectArn"]
        output, name = {"S3Bucket": "out", "S3KeyPrefix": ""}, f"v{len(self.arns) + 1}"
        created = self.client.create_project_version(
            ProjectArn=project, VersionName=name, OutputConfig=output
        )
        self.arns.append(created["ProjectVersionArn"])

    def described(self) -> list[tuple[str, str]]:
        """Return state and message of every training, the first one first."""
        if self.dialect == "lookoutvision":
            models = self.client.list_models(ProjectName="p")["Models"]
            result = [(item["ModelArn"], item) for item in models]
        else:
            arn = self.client.describe_projects(ProjectNames=["p"])["ProjectDescriptions"][0]["ProjectArn"]
            versions = self.client.describe_project_versions(ProjectArn=arn)["ProjectVersionDescriptions"]
            result = [(item["ProjectVersionArn"], item) for item in versions]
        by_arn = {arn: (str(item["Status"]), str(item["StatusMessage"])) for arn, item in result}
        return [by_arn.get(arn, ("LOST", "")) for arn in self.arns]

    def stage(self) -> str:
        """Return the stage of the first training; status messages of the services do not tell it."""
        own = open_client("vedette", endpoint=self.server.address, data=self.server.data)
        return str(own.describe_training(ModelArn=self.arns[0]).get("Stage", ""))

    def wait(self, until: Callable[["Trial"], bool], pause_s: float = 0.01) -> None:
        """Wait until something is seen, or every training is over."""
        ends = time.monotonic() + LIMIT_S
        while not until(self) and self.is_training() and time.monotonic() < ends:
            time.sleep(pause_s)

    def is_training(self) -> bool:
        return any(state in UNDER_WAY for state, _ in self.described())

    def worker(self) -> int | None:
        """Return the process that trains."""
        for child in children(self.server.process.pid):
            with contextlib.suppress(OSError):
                if b"vedette.engines.local" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        return None

    def left(self) -> "Left":
        """Stop the server and return what the trainings left."""
        s3 = self.server.client("s3")
        keys = sorted(item["Key"] for item in s3.list_objects_v2(Bucket="out").get("Contents", []))
        documents = [read_result(key, s3.get_object(Bucket="out", Key=key)["Body"].read()) for key in keys]
        ended = self.described()
        status = stop_server(self.server)
        packages = (self.place / "data" / "versions").glob("*/package/model.onnx")
        models = [hashlib.sha256(item.read_bytes()).hexdigest() for item in packages]
        paths = {passing_aside(str(path.relative_to(self.place))) for path in self.place.rglob("*")}
        return Left(ended, documents, sorted(models), paths - FOREIGN, status)


@dataclass(frozen=True)
class Left:
    """What trainings leave when they are over and their server has stopped."""

    ended: Sequence[tuple[str, str]]
    documents: Sequence[str]
    models: Sequence[str]
    paths: set[str]
    status: int

    def faults(self, undisturbed: "Left") -> Iterator[str]:
        """Yield what is other than it was without a kill."""
        count = len(self.ended)
        if list(self.ended) != list(undisturbed.ended) * count:
            yield f"ended as {self.ended}"
        if sorted(self.documents) != sorted([*undisturbed.documents] * count):
            yield f"{len(self.documents)} results are other than the {len(undisturbed.documents)} of one"
        if self.models != list(undisturbed.models) * count:
            yield "another model"
        yield from (f"left behind: {path}" for path in sorted(self.paths - undisturbed.paths))
        yield from (f"lacks: {path}" for path in sorted(undisturbed.paths - self.paths))
        if self.status:
            yield f"the server stopped with {self.status}"


def draw(dialect: str, folder: Path) -> list[tuple[str, Path]]:
    """Draw a small set, or find it drawn; return each picture with its label."""
    if not folder.is_dir():
        if dialect == "lookoutvision":
            write_plates(folder, normal=24, anomalous=12)
        else:
            write_set(folder, PLAIN, 8)
    return [(file.parent.name, file) for file in sorted(folder.rglob("*.png"))]


def line_of(dialect: str, label: str, name: str) -> str:
    """Return a picture's line of the manifest."""
    attribute = "anomaly-label" if dialect == "lookoutvision" else "shape"
    metadata = {"class-name": label, "type": "groundtruth/image-classification", "confidence": 1}
    stamp = {"human-annotated": "yes", "creation-date": "2026-05-04T11:00:00.000"}
    values = {attribute: 1, f"{attribute}-metadata": {**metadata, **stamp}}
    return json.dumps({"source-ref": f"s3://pictures/{label}/{name}", **values})


def read_result(key: str, body: bytes) -> str:
    """Return a result without what differs between two trainings of the same; it must be whole."""
    lines = [json.loads(line) for line in body.decode().splitlines()]
    assert lines, f"{key} is empty"
    return passing_aside(f"{key} {json.dumps(lines, sort_keys=True)}")


def passing_aside(text: str) -> str:
    for pattern, to in PASSING:
        text = pattern.sub(to, text)
    return text


def kill_server(trial: Trial, dice: random.Random, *, twice: bool) -> int:
    """Kill the server and start it again; return how many processes outlived it."""
    over = 0
    for number in range(1 + twice):
        if number:
            time.sleep(dice.uniform(0, 3))
        started = children(trial.server.process.pid)
        kill(trial.server)
        trial.start()
        over += left_over(started)
    return over


def kill_worker(trial: Trial) -> int:
    """Kill the worker alone; the server must notice and begin again."""
    worker = trial.worker()
    if worker is None:
        return 0
    os.kill(worker, signal.SIGKILL)
    return left_over([worker])


def disturbed(dialect: str, root: Path, moment: Moment, dice: random.Random, number: int, target: str) -> Any:
    """Train once with a kill; return what was left, what the message was, and how many processes."""
    with tempfile.TemporaryDirectory(dir=root) as place:
        trial = Trial(dialect, Path(place))
        for _ in range(moment.trainings):
            trial.train()
        trial.wait(moment.seen)
        time.sleep(dice.uniform(0, moment.spread_s))
        text = trial.described()[0][1]
        twice = bool(number % 2)
        over = kill_server(trial, dice, twice=twice) if target == "server" else kill_worker(trial)
        trial.wait(lambda _: False, 0.2)
        return trial.left(), text, over


def undisturbed(dialect: str, root: Path) -> Left:
    """Train once without a kill."""
    with tempfile.TemporaryDirectory(dir=root) as place:
        trial = Trial(dialect, Path(place))
        trial.train()
        trial.wait(lambda _: False, 0.2)
        return trial.left()


def trainings(
    dialect: str, root: Path, whole: Left, moments: Sequence[Moment], dice: random.Random, target: str
) -> None:
    """Kill at each of these moments, and print what came of it."""
    good, over, wrong = 0, 0, 0
    for number, moment in enumerate(moments):
        began = time.perf_counter()
        remaining, text, processes = disturbed(dialect, root, moment, dice, number, target)
        result = [*remaining.faults(whole), *([f"{processes} processes left over"] if processes else [])]
        over += processes
        good += all(state == TRAINED[dialect] for state, _ in remaining.ended)
        wrong += bool(result)
        elapsed_s = time.perf_counter() - began
        print(
            f"{dialect}, {target} killed at {moment.name} ({text}): "
            f"{result or 'as undisturbed'}, {elapsed_s:.0f} s"
        )
    count = len(moments)
    if not count:
        return
    subject = f"{dialect}: {target} killed in each of {count} trainings"
    text = f"{good} ended {TRAINED[dialect]}, {count - wrong} exactly as undisturbed, {over} processes left"
    row(subject, text, f"{count}, {count}, 0", good == count and not wrong and not over)


def kill_trainings(dialect: str, dice: random.Random, *, servers: int, workers: int) -> None:
    """Print a row for the servers that are killed and one for the workers."""
    with tempfile.TemporaryDirectory(prefix="vedette-kill-") as place:
        whole = undisturbed(dialect, Path(place))
        assert [state for state, _ in whole.ended] == [TRAINED[dialect]], whole.ended
        moments = [MOMENTS[number % len(MOMENTS)] for number in range(servers)]
        trainings(dialect, Path(place), whole, moments, dice, "server")
        moments = [WORKED[number % len(WORKED)] for number in range(workers)]
        trainings(dialect, Path(place), whole, moments, dice, "worker")


def main() -> None:
    """Read the command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--trainings", type=int, default=10)
    words.add_argument("--workers", type=int, default=5)
    words.add_argument("--dialect", choices=DIALECTS, default=None)
    words.add_argument("--seed", type=int, default=None)
    arguments = words.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(10**6)
    dice = random.Random(seed)
    print(f"{machine()}; seed {seed}", flush=True)
    for dialect in DIALECTS if arguments.dialect is None else (arguments.dialect,):
        kill_trainings(dialect, dice, servers=arguments.trainings, workers=arguments.workers)


if __name__ == "__main__":
    main()
