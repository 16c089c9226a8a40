"""The kinds of model that are demonstrated, and what the demonstration asks of each service."""

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from vedette.cli.remote import Server
from vedette.cli.remote_models import CustomLabelsModels, LookoutModels, RemoteModel
from vedette.errors import Wrong
from vedette.vision.annotations import Box, Finding

UNDER_WAY = re.compile("IN_PROGRESS|TRAINING$|STARTING|STOPPING")
POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class ModelKind:
    """A kind of model: its service, the size of its synthetic set, and what it detects."""

    name: str
    service: str
    count: int
    detects: str


KINDS = (
    ModelKind("classification", "rekognition", 36, "which part lies on the tray"),
    ModelKind("multilabel", "rekognition", 56, "which of three parts lie on the tray"),
    ModelKind("detection", "rekognition", 60, "where each part lies"),
    ModelKind("anomaly", "lookoutvision", 60, "whether a plate has a flaw"),
    ModelKind("segmentation", "lookoutvision", 96, "where scratches and rust are"),
)


class Detection(NamedTuple):
    """What a model answers about one picture: findings, a sentence, and a mask where it draws one."""

    findings: list[Finding]
    sentence: str
    mask: bytes = b""


class DemoService(ABC):
    """One service, in the words of its own operations."""

    operation: str
    # What a model is to be called; empty where the service numbers its models itself.
    model_name = ""

    def __init__(self, server: Server, project: str) -> None:
        self._server = server
        self._client = server.client()
        self._project = project

    @abstractmethod
    def create(self, bucket: str, key: str) -> CustomLabelsModels | LookoutModels:
        """Make a project with the datasets of a manifest, and return its models; there are none yet."""

    @abstractmethod
    def detect(self, model: RemoteModel, data: bytes) -> Detection:
        """Ask a running model about a picture."""

    def _wait(self, **dataset: str) -> None:
        def status() -> str:
            return str(self._client.describe_dataset(**dataset)["DatasetDescription"]["Status"])

        wait_for(status)


def wait_for(status: Callable[[], str]) -> None:
    """Wait until a status is that of something that is over; raise where it failed."""
    while UNDER_WAY.search(current := status()):
        time.sleep(POLL_S)
    if "FAILED" in current:
        raise Wrong(f"It ended as {current}.")


class CustomLabelsDemo(DemoService):
    """Custom Labels, with a test dataset that is distributed from the training dataset."""

    operation = "DetectCustomLabels"
    model_name = "first"

    def create(self, bucket: str, key: str) -> CustomLabelsModels:
        """Make the project and both datasets."""
        arn = self._client.create_project(ProjectName=self._project)["ProjectArn"]
        source = {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Name": key}}}
        train = self._client.create_dataset(ProjectArn=arn, DatasetType="TRAIN", DatasetSource=source)
        test = self._client.create_dataset(ProjectArn=arn, DatasetType="TEST")
        arns = [dataset["DatasetArn"] for dataset in (train, test)]
        self._settle(arns)
        self._client.distribute_dataset_entries(Datasets=[{"Arn": dataset} for dataset in arns])
        self._settle(arns)
        return CustomLabelsModels(self._server, self._project, arn)

    def detect(self, model: RemoteModel, data: bytes) -> Detection:
        """Ask for labels, and boxes where the model finds them."""
        answer = self._client.detect_custom_labels(ProjectVersionArn=model.arn, Image={"Bytes": data})
        findings = [_finding(label) for label in answer["CustomLabels"]]
        sentence = ", ".join(f"{finding.label} {finding.confidence:.0%}" for finding in findings)
        return Detection(findings, sentence or "nothing")

    def _settle(self, arns: list[str]) -> None:
        for arn in arns:
            self._wait(DatasetArn=arn)


class LookoutDemo(DemoService):
    """Lookout for Vision, with one dataset that each training divides."""

    operation = "DetectAnomalies"

    def create(self, bucket: str, key: str) -> LookoutModels:
        """Make the project and its dataset."""
        arn = self._client.create_project(ProjectName=self._project)["ProjectMetadata"]["ProjectArn"]
        names = {"ProjectName": self._project, "DatasetType": "train"}
        source = {"GroundTruthManifest": {"S3Object": {"Bucket": bucket, "Key": key}}}
        self._client.create_dataset(**names, DatasetSource=source)
        self._wait(**names)
        return LookoutModels(self._server, self._project, arn)

    def detect(self, model: RemoteModel, data: bytes) -> Detection:
        """Ask whether the picture shows an anomaly, and which."""
        result = self._client.detect_anomalies(
            ProjectName=self._project, ModelVersion=model.name, ContentType="image/png", Body=data
        )["DetectAnomalyResult"]
        word = "anomalous" if result["IsAnomalous"] else "normal"
        types = [entry["Name"] for entry in result.get("Anomalies", []) if entry["Name"] != "background"]
        suffix = f", {' and '.join(types)}" if types else ""
        return Detection(
            [], f"{word}, {result['Confidence']:.0%} sure{suffix}", result.get("AnomalyMask", b"")
        )


SERVICES: dict[str, type[DemoService]] = {
    "rekognition": CustomLabelsDemo,
    "lookoutvision": LookoutDemo,
}


def _finding(label: dict[str, Any]) -> Finding:
    corners = label.get("Geometry", {}).get("BoundingBox")
    box = corners and Box(corners["Left"], corners["Top"], corners["Width"], corners["Height"])
    return Finding(label["Name"], label["Confidence"] / 100, box)
