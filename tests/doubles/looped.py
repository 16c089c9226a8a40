"""Projects for whole feedback loops: a first model from few pictures, a folder of new ones, people who label.

A model that saw one kind of ground learns of another: the first training has light pictures alone, the test
set and the new pictures dark ones too. `DiscSet` classifies, `PlateSet` looks for anomalies.
"""

import io
import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np
from botocore.exceptions import BotoCoreError, ClientError
from PIL import Image

from doubles.console import HOME, a_user, signed_in
from doubles.drawn import draw_plain, draw_plate
from doubles.lines import a_line, an_anomaly_line
from doubles.servers import RunningServer
from vedette.cli.client import open_client
from vedette.manifest.anomaly import write_class
from vedette.manifest.attributes import Stamp
from vedette.manifest.classification import write_labels
from vedette.manifest.lines import change_line, read_line

BUCKET = "pictures"
PATIENCE_S = 250.0


def _darkened(picture: Image.Image) -> Image.Image:
    """The same under another lamp, on a belt that is green and striped."""
    pixels = np.asarray(picture, np.float64)
    stripes = 60 * (np.arange(pixels.shape[0]) % 8 < 3)[:, None]
    tinted = pixels * (0.25, 0.55, 0.2) + np.stack([stripes * 0.3, stripes, stripes * 0.2], -1)
    return Image.fromarray(np.clip(tinted, 0, 255).astype(np.uint8))


@dataclass
class LoopScene(ABC):
    """A project on a server, and what a person, a program and the owner do with it."""

    server: RunningServer
    name: str
    truths: dict[str, str] = field(default_factory=dict)
    people: dict[str, tuple[str, str]] = field(default_factory=dict)
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    service = ""
    # The first version's name, and what the service calls one that runs and one that does not.
    first = runs = stopped = ""
    alias = "line-3"
    labels: ClassVar[tuple[str, ...]] = ()

    def client(self, service: str) -> Any:
        """A client of a service, made once a server."""
        place = (self.server.address, service)
        if place not in self.clients:
            own = partial(open_client, endpoint=self.server.address, data=self.server.data)
            self.clients[place] = own(service) if service == "vedette" else self.server.client(service)
        return self.clients[place]

    def own(self) -> Any:
        """A client of our own service."""
        return self.client("vedette")

    @abstractmethod
    def draw(self, label: str, rng: np.random.Generator) -> Image.Image:
        """Draw a picture of a label."""

    @abstractmethod
    def line(self, name: str, label: str) -> str:
        """Write a manifest line."""

    @abstractmethod
    def answer(self, line: str, label: str) -> str:
        """Write what a person answers."""

    def pictures(self, folder: str, count: int, seed: int, *, dark: bool) -> dict[str, str]:
        """Put pictures of every label; return the labels by the names."""
        rng, truths = np.random.default_rng(seed), {}
        for label in self.labels:
            for number in range(count):
                picture = self.draw(label, rng)
                name = f"{self.name}-{folder}/{label}-{'dark' if dark else 'light'}-{number:02}"
                body = io.BytesIO()
                (_darkened(picture) if dark else picture).save(body, "PNG")
                self.client("s3").put_object(Bucket=BUCKET, Key=f"boards/{name}.png", Body=body.getvalue())
                truths[name] = label
                self.truths[f"s3://{BUCKET}/boards/{name}.png"] = label
        return truths

    def manifest(self, kind: str, truths: dict[str, str]) -> dict[str, Any]:
        """Put a manifest, as a dataset's source."""
        lines = [self.line(name, label) for name, label in truths.items()]
        key = f"{self.name}-{kind}.manifest"
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body="\n".join(lines).encode())
        return {"Bucket": BUCKET, "Key": key}

    def loop(self, name: str) -> dict[str, Any]:
        """Return a loop as it is."""
        own = self.own()
        (loop,) = [item for item in own.list_loops(ProjectArn=self.arn)["Loops"] if item["LoopName"] == name]
        return dict(loop)

    def until(self, name: str, *steps: str) -> dict[str, Any]:
        """Wait until a loop is at a step and waits for somebody, or has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            loop = self.loop(name)
            if loop["Status"] != "running":
                return loop
            if loop["Step"] in steps and (loop["Step"] == "label" or loop["NeedsConfirmation"]):
                return loop
            assert time.monotonic() < deadline, loop
            time.sleep(0.2)

    def person(self, name: str) -> None:
        """Add somebody who may label and nothing else."""
        self.people[name] = a_user(self.server, name, "annotator")

    def work(self, name: str, *, is_careful: bool = True) -> int:
        """Answer all that a person is asked in rounds; return how many pictures."""
        browser, count = signed_in(self.server, self.people[name]), 0
        for item in browser.call("vedette", "ListMyRounds").json["Rounds"]:
            tasks = browser.call("vedette", "ListMyTasks", RoundId=item["RoundId"], MaxResults=100).json
            answers = []
            for task in tasks["Tasks"]:
                if task["Status"] not in ("open", "sent-back"):
                    continue
                truth = self.truths[task["SourceRef"]]
                if not is_careful:
                    truth = self.labels[(self.labels.index(truth) + 1) % len(self.labels)]
                answers.append({"Line": self.answer(task["Line"], truth), "Revision": task["Revision"]})
            if answers:
                said = browser.call("vedette", "SubmitAnswers", RoundId=item["RoundId"], Answers=answers)
                assert said.status == 200, said.body
            count += len(answers)
        return count

    def review(self, rounds: list[str]) -> None:
        """Accept what nobody contradicts, and hand it back."""
        own = self.own()
        for number in rounds:
            which = {"ProjectArn": self.arn, "RoundId": number}
            own.review_answers(**which, AcceptAgreed=True)
            own.hand_back_round(**which)

    @property
    def arn(self) -> str:
        """The project's ARN."""
        return f"arn:aws:{self.service}:us-east-1:{HOME}:project/{self.name}"

    @abstractmethod
    def lines(self, kind: str) -> list[dict[str, Any]]:
        """Return the entries of a dataset."""

    @abstractmethod
    def versions(self) -> dict[str, str]:
        """Return the statuses of the versions by their names."""

    @abstractmethod
    def ask(self, body: bytes) -> str:
        """Ask the version behind the alias."""


class DiscSet(LoopScene):
    """Discs and squares, of which the first model knows light ones."""

    service, labels = "rekognition", ("disc", "square")
    first, runs, stopped = "v1", "RUNNING", "STOPPED"
    project_arn = ""

    @property
    def arn(self) -> str:
        """The project's ARN, which has a number."""
        return self.project_arn

    def draw(self, label: str, rng: np.random.Generator) -> Image.Image:
        return draw_plain(label, rng, side=64)

    def line(self, name: str, label: str) -> str:
        return a_line(name, label)

    def answer(self, line: str, label: str) -> str:
        return change_line(read_line(line), write_labels((label,), stamp=Stamp(job="labeling-job/mine"))).text

    def prepare(self, *, light: int, tested: int) -> None:
        """Make the project with both datasets."""
        client = self.client("rekognition")
        self.project_arn = client.create_project(ProjectName=self.name)["ProjectArn"]
        train = self.pictures("train", light, 1, dark=False)
        test = {
            **self.pictures("test", tested, 2, dark=True),
            **self.pictures("test", max(2, tested // 4), 3, dark=False),
        }
        for kind, truths in (("TRAIN", train), ("TEST", test)):
            place = self.manifest(kind, truths)
            source = {"GroundTruthManifest": {"S3Object": {"Bucket": place["Bucket"], "Name": place["Key"]}}}
            arn = client.create_dataset(ProjectArn=self.project_arn, DatasetType=kind, DatasetSource=source)[
                "DatasetArn"
            ]
            _wait(lambda arn=arn: client.describe_dataset(DatasetArn=arn)["DatasetDescription"])

    def train(self, name: str) -> str:
        """Train a version, start it and let the alias point to it; return its ARN."""
        client = self.client("rekognition")
        output = {"S3Bucket": BUCKET, "S3KeyPrefix": f"out/{self.name}"}
        arn = client.create_project_version(ProjectArn=self.arn, VersionName=name, OutputConfig=output)[
            "ProjectVersionArn"
        ]
        self.wait_for(name, "TRAINING_COMPLETED")
        client.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
        self.wait_for(name, "RUNNING")
        self.own().set_alias(ModelArn=arn, AliasName=self.alias)
        return str(arn)

    def wait_for(self, name: str, status: str) -> None:
        _wait(lambda: {"Status": self.versions()[name]}, status)

    def versions(self) -> dict[str, str]:
        client = self.client("rekognition")
        found = client.describe_project_versions(ProjectArn=self.arn)["ProjectVersionDescriptions"]
        return {
            item["ProjectVersionArn"].split("/version/")[1].split("/")[0]: item["Status"] for item in found
        }

    def lines(self, kind: str) -> list[dict[str, Any]]:
        client = self.client("rekognition")
        (project,) = client.describe_projects(ProjectNames=[self.name])["ProjectDescriptions"]
        (arn,) = [item["DatasetArn"] for item in project["Datasets"] if item["DatasetType"] == kind.upper()]
        pages = client.get_paginator("list_dataset_entries").paginate(DatasetArn=arn)
        return [json.loads(line) for page in pages for line in page["DatasetEntries"]]

    def ask(self, body: bytes) -> str:
        alias = self.own().describe_alias(ProjectArn=self.arn, AliasName=self.alias)["Alias"]["AliasArn"]
        labels = self.client("rekognition").detect_custom_labels(
            ProjectVersionArn=alias, Image={"Bytes": body}, MinConfidence=0
        )["CustomLabels"]
        return str(labels[0]["Name"])


class PlateSet(LoopScene):
    """Plates with and without flaws, of which the first model knows light ones."""

    service, labels = "lookoutvision", ("normal", "anomaly")
    first, runs, stopped = "1", "HOSTED", "TRAINED"

    def draw(self, label: str, rng: np.random.Generator) -> Image.Image:
        return draw_plate(rng, defect="stain" if label == "anomaly" else "", side=96, share=0.12)

    def line(self, name: str, label: str) -> str:
        return an_anomaly_line(name, label)

    def answer(self, line: str, label: str) -> str:
        stamp = Stamp(job="labeling-job/mine")
        return change_line(read_line(line), write_class(is_anomalous=label == "anomaly", stamp=stamp)).text

    def prepare(self, *, light: int, tested: int) -> None:
        """Make the project with both datasets."""
        client = self.client("lookoutvision")
        client.create_project(ProjectName=self.name)
        train = self.pictures("train", light, 1, dark=False)
        test = {
            **self.pictures("test", tested, 2, dark=True),
            **self.pictures("test", max(2, tested // 4), 3, dark=False),
        }
        for kind, truths in (("train", train), ("test", test)):
            source = {"GroundTruthManifest": {"S3Object": self.manifest(kind, truths)}}
            which = {"ProjectName": self.name, "DatasetType": kind}
            client.create_dataset(**which, DatasetSource=source)
            _wait(lambda which=which: client.describe_dataset(**which)["DatasetDescription"])

    def train(self, name: str) -> str:
        """Train a model, start it and let the alias point to it; return its ARN."""
        client = self.client("lookoutvision")
        output = {"S3Location": {"Bucket": BUCKET, "Prefix": f"out/{self.name}"}}
        model = client.create_model(ProjectName=self.name, OutputConfig=output)["ModelMetadata"]
        self.wait_for(name, "TRAINED")
        client.start_model(ProjectName=self.name, ModelVersion=name, MinInferenceUnits=1)
        self.wait_for(name, "HOSTED")
        self.own().set_alias(ModelArn=model["ModelArn"], AliasName=self.alias)
        return str(model["ModelArn"])

    def wait_for(self, name: str, status: str) -> None:
        _wait(lambda: {"Status": self.versions()[name]}, status)

    def versions(self) -> dict[str, str]:
        client = self.client("lookoutvision")
        return {
            item["ModelVersion"]: item["Status"]
            for item in client.list_models(ProjectName=self.name)["Models"]
        }

    def lines(self, kind: str) -> list[dict[str, Any]]:
        client = self.client("lookoutvision")
        pages = client.get_paginator("list_dataset_entries").paginate(ProjectName=self.name, DatasetType=kind)
        return [json.loads(line) for page in pages for line in page["DatasetEntries"]]

    def ask(self, body: bytes) -> str:
        found = self.client("lookoutvision").detect_anomalies(
            ProjectName=self.name, ModelVersion=self.alias, Body=body, ContentType="image/png"
        )["DetectAnomalyResult"]
        return "anomaly" if found["IsAnomalous"] else "normal"


class Asking:
    """A program that asks by the alias all the time, and keeps what was refused."""

    def __init__(self, scene: LoopScene, *, pause_s: float = 0.05) -> None:
        self._scene, self._pause_s = scene, pause_s
        self.answered = 0
        self.refused: list[str] = []
        self._stop = threading.Event()
        body = io.BytesIO()
        scene.draw(scene.labels[0], np.random.default_rng(9)).save(body, "PNG")
        self._body = body.getvalue()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Asking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._pause_s):
            try:
                self._scene.ask(self._body)
                self.answered += 1
            except (ClientError, BotoCoreError) as error:
                self.refused.append(str(error))


def _wait(look: Callable[[], Mapping[str, Any]], status: str = "") -> None:
    """Wait for a status; for the end of what is in progress, where none is named."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        facts = look()
        is_there = facts["Status"] == status if status else "PROGRESS" not in facts["Status"]
        assert "FAILED" not in facts["Status"], facts
        assert time.monotonic() < deadline, facts
        if is_there:
            return
        time.sleep(0.2)
