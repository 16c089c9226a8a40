"""`vedette projects`, `vedette models`, `vedette model …`: the models of a running server.

All go through the server's operations, as any customer's program does, and so work from anywhere; a
model's package comes by one that AWS does not have.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from vedette.cli.credentials import Data
from vedette.cli.listing import Columns, print_list, prints_records
from vedette.cli.remote import Server
from vedette.cli.remote_models import (
    CustomLabelsModels,
    LookoutModels,
    RemoteModel,
    fetch_package,
    list_projects,
    open_models,
    stage_of,
)
from vedette.cli.signatures import CommandGroup, Exit, Option
from vedette.cli.terminal import ProgressLine
from vedette.errors import Refusal

model = CommandGroup("One model of a project on a running server.")

Project = Annotated[str, Option(help="The project's name.")]
Of = Annotated[str, Option(help="rekognition or lookoutvision, where both have such a project.")]
Endpoint = Annotated[str, Option(help="Where the server is; AWS_ENDPOINT_URL is read too.")]
Which = Annotated[str, Option(help="The version's name or number; the newest without it.")]


@dataclass(frozen=True, slots=True)
class RemoteOptions:
    """Where the server is, and whose project is meant."""

    service: Of = ""
    endpoint: Endpoint = ""
    data: Data = None

    def reach(self) -> Server:
        """Return the server."""
        return _server(self.endpoint, self.data)


POLL_S = 0.5
# As `training/order.py` reads it; the tag is the wire's, so that any client can ask for the same.
BACKBONE_TAG = "vedette:backbone"
UNDER_WAY = ("TRAINING", "TRAINING_IN_PROGRESS")
CHANGING = ("STARTING", "STARTING_HOSTING", "STOPPING", "STOPPING_HOSTING")
STOOD = ("RUNNING", "HOSTED", "STOPPED", "TRAINED")


PROJECT_COLUMNS: Columns = {
    "service": lambda project: project[0],
    "name": lambda project: project[1],
    "arn": lambda project: project[2],
}
MODEL_COLUMNS: Columns = {
    "name": "name",
    "status": "status",
    "f1": "f1",
    "message": "message",
    "arn": "arn",
}


@prints_records
def projects(endpoint: Endpoint = "", data: Data = None) -> None:
    """List the projects of both services."""
    with translate_client_errors():
        print_list(PROJECT_COLUMNS, list_projects(_server(endpoint, data)), lambda project: project)


@prints_records
def models(project: Project, service: Of = "", endpoint: Endpoint = "", data: Data = None) -> None:
    """List a project's models, the newest first."""
    with translate_client_errors():
        server = _server(endpoint, data)
        versions = open_models(server, project, service).list()
        print_list(
            MODEL_COLUMNS,
            versions,
            lambda version: (version.name, version.status, _score(version), _message(server, version)),
        )


@model.define("train")
def train_model(
    project: Project,
    *,
    to: Annotated[str, Option(help="Where the results go: s3://bucket/prefix.")],
    name: Annotated[str, Option(help="The new version's name (Rekognition alone names them).")] = "",
    backbone: Annotated[
        str, Option(help="What it begins from, as `vedette backbone list --endpoint` has it.")
    ] = "",
    place: RemoteOptions,
) -> None:
    """Train a model with the project's datasets, and wait until that is over."""
    with translate_client_errors():
        server = place.reach()
        versions = open_models(server, project, place.service)
        bucket, _, prefix = to.removeprefix("s3://").partition("/")
        tags = {BACKBONE_TAG: backbone} if backbone else {}
        version = follow_training(server, versions, versions.train(name, bucket, prefix, tags))
        print(f"{version.name}: {version.status}. {version.message}")
        if version.f1 is None:
            raise Exit(1)
        print(f"  F1 {version.f1:.3f}")


@model.define("start")
def start_model(  # noqa: PLR0913  (a command has as many options as it has)
    project: Project,
    *,
    version: Which = "",
    units: Annotated[int, Option(min=1, help="How many units at least.")] = 1,
    most: Annotated[int, Option(help="How many at most, when work waits; 0 never more.")] = 0,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Start a model, and wait until it is running."""
    with translate_client_errors():
        versions = open_models(_server(endpoint, data), project, service)
        limits = {"MinInferenceUnits": units, **({"MaxInferenceUnits": most} if most else {})}
        _settle(versions, versions.start(version, limits))


@model.define("stop")
def stop_model(
    project: Project, version: Which = "", service: Of = "", endpoint: Endpoint = "", data: Data = None
) -> None:
    """Stop a model, and wait until it is stopped; requests in progress are answered."""
    with translate_client_errors():
        versions = open_models(_server(endpoint, data), project, service)
        _settle(versions, versions.stop(version))


@model.define("delete")
def delete_model(
    project: Project, version: Which, service: Of = "", endpoint: Endpoint = "", data: Data = None
) -> None:
    """Delete a model and its package. Its results stay in their bucket."""
    with translate_client_errors():
        open_models(_server(endpoint, data), project, service).delete(version)
        print(f"Deleted: {version} of {project}.")


@model.define("metrics")
def show_metrics(
    project: Project, version: Which = "", service: Of = "", endpoint: Endpoint = "", data: Data = None
) -> None:
    """Print the evaluation, as JSON."""
    with translate_client_errors():
        metrics = open_models(_server(endpoint, data), project, service).metrics(version)
        print(json.dumps(metrics, indent=2, ensure_ascii=False))


@model.define("download")
def download_model(
    project: Project,
    *,
    out: Annotated[Path, Option(help="The zip file to write.")],
    version: Which = "",
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Write a model's package as one zip file, which `vedette detect` and Python take as it is."""
    with translate_client_errors():
        server = _server(endpoint, data)
        remote = open_models(server, project, service).find(version)
        with ProgressLine(f"fetching {remote.name}") as line:
            package = fetch_package(server, remote.arn, out, line.update)
        print(f"Written: {package}")


def follow_training(
    server: Server, versions: CustomLabelsModels | LookoutModels, version: RemoteModel
) -> RemoteModel:
    """Show the progress of a training until it ends; Ctrl-C leaves it to the server."""
    with ProgressLine("waiting", 100) as line:
        while version.status in UNDER_WAY:
            if stage := stage_of(server, version.arn):
                line.update(stage[1], name=stage[0])
            time.sleep(POLL_S)
            version = versions.find(version.name)
    return version


def _settle(versions: CustomLabelsModels | LookoutModels, version: RemoteModel) -> None:
    """Wait until a start or a stop is over, and print the result."""
    while version.status in CHANGING:
        time.sleep(POLL_S)
        version = versions.find(version.name)
    print(f"{version.name}: {version.status}. {version.message}")
    if version.status not in STOOD:
        raise Exit(1)


def _message(server: Server, version: RemoteModel) -> str:
    """Return a model's status message and, during training, its progress."""
    stage = stage_of(server, version.arn) if version.status in UNDER_WAY else None
    return f"{version.message} Now: {stage[0]}, {stage[1]} %." if stage else version.message


def _score(version: RemoteModel) -> str:
    return "" if version.f1 is None else f"{version.f1:.3f}"


def _server(endpoint: str, data: Path | None) -> Server:
    return Server("rekognition", endpoint, data)


@contextmanager
def translate_client_errors() -> Iterator[None]:
    """Turn refusals and client errors into a sentence and the exit status 2."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
    except ClientError as fault:
        print(fault.response["Error"].get("Message") or str(fault), file=sys.stderr)
    except BotoCoreError as fault:
        print(f"{fault} Is the server running? `vedette serve` starts one.", file=sys.stderr)
    else:
        return
    raise Exit(2)
