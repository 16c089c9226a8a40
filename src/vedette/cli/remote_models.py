"""Models of a running server, of either service, by the operations that every customer's program has."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.cli.remote import Server
from vedette.errors import Missing, Wrong

SERVICES = ("rekognition", "lookoutvision")
NO_TAGS: Mapping[str, str] = {}
PIECE = 1 << 18  # bytes of a package at a time


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """A model of a server; `description` is the whole response of the service."""

    name: str
    arn: str
    status: str
    message: str
    f1: float | None
    description: Mapping[str, Any]


def list_projects(server: Server) -> Iterator[tuple[str, str, str]]:
    """Yield every project's service, name and ARN."""
    for page in server.client("rekognition").get_paginator("describe_projects").paginate():
        for project in page["ProjectDescriptions"]:
            yield "rekognition", project["ProjectArn"].split("/")[1], project["ProjectArn"]
    for page in server.client("lookoutvision").get_paginator("list_projects").paginate():
        for project in page["Projects"]:
            yield "lookoutvision", project["ProjectName"], project["ProjectArn"]


def find_project(server: Server, project: str, service: str = "") -> tuple[str, str]:
    """Return a project's service and ARN; the service is needed only where both have one of that name."""
    matches = [
        (of, arn) for of, name, arn in list_projects(server) if name == project and service in ("", of)
    ]
    if not matches:
        raise Missing(f"There is no project {project}; `vedette projects` lists those there are.")
    if len(matches) > 1:
        raise Wrong(f"Both services have a project {project}: say --service rekognition or lookoutvision.")
    return matches[0]


def open_models(server: Server, project: str, service: str = "") -> "CustomLabelsModels | LookoutModels":
    """Return the models of a project."""
    of, arn = find_project(server, project, service)
    return MODELS[of](server, project, arn)


class CustomLabelsModels:
    """The versions of a project of Rekognition."""

    project_has_tags = True

    def __init__(self, server: Server, project: str, arn: str) -> None:
        self.client = server.client("rekognition")
        self.s3 = server.client("s3")
        self.arn = arn
        self.project = project

    def list(self) -> Iterator[RemoteModel]:
        """Yield the versions, the newest first."""
        for page in self.client.get_paginator("describe_project_versions").paginate(ProjectArn=self.arn):
            yield from map(_version, page["ProjectVersionDescriptions"])

    def find(self, name: str) -> RemoteModel:
        """Return the version of that name, or the newest where none is named."""
        for version in self.list():
            if name in ("", "latest", version.name):
                return version
        raise Missing(f"The project {self.project} has no model {name}.".replace("  ", " "))

    def train(self, name: str, bucket: str, prefix: str, tags: Mapping[str, str] = NO_TAGS) -> RemoteModel:
        """Begin a training."""
        if not name:
            raise Wrong("Say --name: what the new version is to be called.")
        output = {"S3Bucket": bucket, "S3KeyPrefix": prefix}
        more = {"Tags": dict(tags)} if tags else {}
        self.client.create_project_version(ProjectArn=self.arn, VersionName=name, OutputConfig=output, **more)
        return self.find(name)

    def delete(self, name: str) -> None:
        """Delete a version."""
        self.client.delete_project_version(ProjectVersionArn=self.find(name).arn)

    def start(self, name: str, units: Mapping[str, int]) -> RemoteModel:
        """Put a version into service."""
        version = self.find(name)
        self.client.start_project_version(ProjectVersionArn=version.arn, **units)
        return self.find(version.name)

    def stop(self, name: str) -> RemoteModel:
        """Take a version out of service."""
        version = self.find(name)
        self.client.stop_project_version(ProjectVersionArn=version.arn)
        return self.find(version.name)

    def metrics(self, name: str) -> dict[str, Any]:
        """Return the evaluation's summary."""
        place = self.find(name).description.get("EvaluationResult", {}).get("Summary", {}).get("S3Object")
        return _read(self.s3, place and (place["Bucket"], place["Name"]), name)

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of the project or of a version."""
        return dict(self.client.list_tags_for_resource(ResourceArn=arn)["Tags"])


class LookoutModels:
    """The models of a project of Lookout for Vision."""

    project_has_tags = False

    def __init__(self, server: Server, project: str, arn: str) -> None:
        del arn  # its operations name projects
        self.client = server.client("lookoutvision")
        self.s3 = server.client("s3")
        self.project = project

    def list(self) -> Iterator[RemoteModel]:
        """Yield the models, the newest first."""
        for page in self.client.get_paginator("list_models").paginate(ProjectName=self.project):
            yield from map(_model, page["Models"])

    def find(self, name: str) -> RemoteModel:
        """Return the model of that number, or the newest where none is named."""
        response = self.client.describe_model(ProjectName=self.project, ModelVersion=name or "latest")
        return _model(response["ModelDescription"])

    def train(self, name: str, bucket: str, prefix: str, tags: Mapping[str, str] = NO_TAGS) -> RemoteModel:
        """Begin a training; the service numbers its models itself."""
        if name:
            raise Wrong("Models of Lookout for Vision have numbers, not names; leave out --name.")
        # A place that a person names is a folder; the service itself puts no slash behind it.
        folder = f"{prefix.rstrip('/')}/" if prefix else ""
        output = {"S3Location": {"Bucket": bucket, "Prefix": folder}}
        more = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
        response = self.client.create_model(ProjectName=self.project, OutputConfig=output, **more)
        return self.find(response["ModelMetadata"]["ModelVersion"])

    def delete(self, name: str) -> None:
        """Delete a model."""
        self.client.delete_model(ProjectName=self.project, ModelVersion=self.find(name).name)

    def start(self, name: str, units: Mapping[str, int]) -> RemoteModel:
        """Put a model into service."""
        version = self.find(name)
        self.client.start_model(ProjectName=self.project, ModelVersion=version.name, **units)
        return self.find(version.name)

    def stop(self, name: str) -> RemoteModel:
        """Take a model out of service."""
        version = self.find(name)
        self.client.stop_model(ProjectName=self.project, ModelVersion=version.name)
        return self.find(version.name)

    def metrics(self, name: str) -> dict[str, Any]:
        """Return the evaluation's result."""
        place = self.find(name).description.get("EvaluationResult")
        return _read(self.s3, place and (place["Bucket"], place["Key"]), name)

    def tags(self, arn: str) -> dict[str, str]:
        """Return the tags of a model."""
        answer = self.client.list_tags_for_resource(ResourceArn=arn)
        return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}


MODELS: dict[str, type[CustomLabelsModels] | type[LookoutModels]] = {
    "rekognition": CustomLabelsModels,
    "lookoutvision": LookoutModels,
}


def stage_of(server: Server, arn: str) -> tuple[str, int] | None:
    """Return the stage of a training and its percentage; None where the server does not tell."""
    from botocore.exceptions import ClientError

    try:
        response = server.client("vedette").describe_training(ModelArn=arn)
    except ClientError:
        return None  # the right to train does not include this operation
    if "Stage" not in response:
        return None
    return response["Stage"], 100 * response["Done"] // max(1, response["Of"])


def package_of(server: Server, arn: str) -> str:
    """Return the digest of a model's package; nothing where the server does not tell."""
    from botocore.exceptions import ClientError

    try:
        return str(server.client("vedette").describe_training(ModelArn=arn).get("PackageDigest", ""))
    except ClientError:
        return ""  # the right to detect does not include this operation


def fetch_package(server: Server, arn: str, out: Path, report: Callable[[int, int], None]) -> Path:
    """Write a model's package as a zip; `report` gets the received and the total bytes."""
    # These need the runtime, which the other commands do without.
    from vedette.runtime.package import take_package

    answer = server.client("vedette").download_model(ModelArn=arn)

    def pieces() -> Iterator[bytes]:
        count = 0
        for piece in answer["Body"].iter_chunks(PIECE):
            count += len(piece)
            report(count, answer["ContentLength"])
            yield piece

    digest = answer["ReprDigest"].removeprefix("sha-256=:").removesuffix(":")
    with closing(answer["Body"]):
        return take_package(pieces(), out, sha256=base64.b64decode(digest).hex())


def _version(description: Mapping[str, Any]) -> RemoteModel:
    arn = description["ProjectVersionArn"]
    score = description.get("EvaluationResult", {}).get("F1Score")
    return RemoteModel(
        arn.split("/")[3],
        arn,
        description["Status"],
        description.get("StatusMessage", ""),
        score,
        description,
    )


def _model(description: Mapping[str, Any]) -> RemoteModel:
    score = description.get("Performance", {}).get("F1Score")
    return RemoteModel(
        description["ModelVersion"],
        description["ModelArn"],
        description["Status"],
        description.get("StatusMessage", ""),
        score,
        description,
    )


def _read(s3: Any, place: tuple[str, str] | None, name: str) -> dict[str, Any]:
    if not place:
        raise Missing(f"The model {name or 'asked for'} has no metrics: its training has not succeeded.")
    document: dict[str, Any] = json.loads(s3.get_object(Bucket=place[0], Key=place[1])["Body"].read())
    return document
