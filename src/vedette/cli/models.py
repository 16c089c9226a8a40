"""`vedette projects`, `vedette models`, `vedette model …`: what a server has trained, and training it.

All go through the server's operations, as any customer's program does, and so work from anywhere; a
model's package comes by one that AWS does not have.
"""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from vedette.cli.credentials import Data
from vedette.cli.directory import table
from vedette.cli.remote import Server
from vedette.cli.remote_models import (
    CustomLabels,
    Found,
    Lookout,
    fetch_package,
    list_projects,
    open_models,
    stage_of,
)
from vedette.errors import Refusal

model = typer.Typer(no_args_is_help=True, help="One model of a project on a running server.")

Project = Annotated[str, typer.Option(help="The project's name.")]
Of = Annotated[str, typer.Option(help="rekognition or lookoutvision, where both have such a project.")]
Endpoint = Annotated[str, typer.Option(help="Where the server is; AWS_ENDPOINT_URL is read too.")]
Which = Annotated[str, typer.Option(help="The version's name or number; the newest without it.")]

POLL_S = 0.5
UNDER_WAY = ("TRAINING", "TRAINING_IN_PROGRESS")
CHANGING = ("STARTING", "STARTING_HOSTING", "STOPPING", "STOPPING_HOSTING")
STOOD = ("RUNNING", "HOSTED", "STOPPED", "TRAINED")


def projects(endpoint: Endpoint = "", data: Data = None) -> None:
    """List the projects of both services."""
    with said_in_a_sentence():
        print(table(list(list_projects(_server(endpoint, data)))))


def models(project: Project, service: Of = "", endpoint: Endpoint = "", data: Data = None) -> None:
    """List a project's models, the newest first."""
    with said_in_a_sentence():
        server = _server(endpoint, data)
        found = open_models(server, project, service).list()
        print(table([(each.name, each.status, _score(each), _message(server, each)) for each in found]))


@model.command("train")
def train_model(
    project: Project,
    *,
    to: Annotated[str, typer.Option(help="Where the results go: s3://bucket/prefix.")],
    name: Annotated[str, typer.Option(help="The new version's name (Rekognition alone names them).")] = "",
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Train a model with the project's datasets, and wait until that is over."""
    with said_in_a_sentence():
        server = _server(endpoint, data)
        known = open_models(server, project, service)
        bucket, _, prefix = to.removeprefix("s3://").partition("/")
        found = _follow(server, known, known.train(name, bucket, prefix))
        print(f"{found.name}: {found.status}. {found.message}")
        if found.f1 is None:
            raise typer.Exit(1)
        print(f"  F1 {found.f1:.3f}")


@model.command("start")
def start_model(  # noqa: PLR0913  (a command has as many options as it has)
    project: Project,
    *,
    version: Which = "",
    units: Annotated[int, typer.Option(min=1, help="How many units at least.")] = 1,
    most: Annotated[int, typer.Option(help="How many at most, when work waits; 0 never more.")] = 0,
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Put a model into service, and wait until it answers."""
    with said_in_a_sentence():
        known = open_models(_server(endpoint, data), project, service)
        wanted = {"MinInferenceUnits": units, **({"MaxInferenceUnits": most} if most else {})}
        _settle(known, known.start(version, wanted))


@model.command("stop")
def stop_model(
    project: Project, version: Which = "", service: Of = "", endpoint: Endpoint = "", data: Data = None
) -> None:
    """Take a model out of service, and wait until it is; what it has begun it ends."""
    with said_in_a_sentence():
        known = open_models(_server(endpoint, data), project, service)
        _settle(known, known.stop(version))


@model.command("delete")
def delete_model(
    project: Project, version: Which, service: Of = "", endpoint: Endpoint = "", data: Data = None
) -> None:
    """Delete a model and its package. Its results stay in their bucket."""
    with said_in_a_sentence():
        open_models(_server(endpoint, data), project, service).delete(version)
        print(f"Deleted: {version} of {project}.")


@model.command("metrics")
def show_metrics(
    project: Project, version: Which = "", service: Of = "", endpoint: Endpoint = "", data: Data = None
) -> None:
    """Print what the evaluation found, as JSON."""
    with said_in_a_sentence():
        found = open_models(_server(endpoint, data), project, service).metrics(version)
        print(json.dumps(found, indent=2, ensure_ascii=False))


@model.command("download")
def download_model(
    project: Project,
    *,
    out: Annotated[Path, typer.Option(help="The zip file to write.")],
    version: Which = "",
    service: Of = "",
    endpoint: Endpoint = "",
    data: Data = None,
) -> None:
    """Write a model's package as one zip file, which `vedette detect` and Python take as it is."""
    with said_in_a_sentence():
        server = _server(endpoint, data)
        found = open_models(server, project, service).find(version)
        with progress_bar() as bar:
            shown = bar.add_task(f"fetching {found.name}", total=None)
            say = partial(_show_bytes, bar, shown)
            print(f"Written: {fetch_package(server, found.arn, out, say)}")


def _show_bytes(bar: Progress, shown: TaskID, done: int, of: int) -> None:
    bar.update(shown, completed=done, total=of)


def progress_bar() -> Progress:
    """Return a progress bar that is quiet where nobody looks."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)


def _follow(server: Server, known: CustomLabels | Lookout, found: Found) -> Found:
    """Show how far a training is until it is over; Ctrl-C leaves it to the server."""
    with progress_bar() as bar:
        shown = bar.add_task("waiting", total=100)
        while found.status in UNDER_WAY:
            if stage := stage_of(server, found.arn):
                bar.update(shown, description=stage[0], completed=stage[1])
            time.sleep(POLL_S)
            found = known.find(found.name)
    return found


def _settle(known: CustomLabels | Lookout, found: Found) -> None:
    """Wait until a start or a stop is over, and say what came of it."""
    while found.status in CHANGING:
        time.sleep(POLL_S)
        found = known.find(found.name)
    print(f"{found.name}: {found.status}. {found.message}")
    if found.status not in STOOD:
        raise typer.Exit(1)


def _message(server: Server, found: Found) -> str:
    """Return what the service says of a model and, while it is trained, how far that is."""
    stage = stage_of(server, found.arn) if found.status in UNDER_WAY else None
    return f"{found.message} Now: {stage[0]}, {stage[1]} %." if stage else found.message


def _score(found: Found) -> str:
    return "" if found.f1 is None else f"{found.f1:.3f}"


def _server(endpoint: str, data: Path | None) -> Server:
    return Server("rekognition", endpoint, data)


@contextmanager
def said_in_a_sentence() -> Iterator[None]:
    """Turn what a person can mend into a sentence and the exit status 2."""
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
    raise typer.Exit(2)
