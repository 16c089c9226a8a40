"""`vedette edge package` and `vedette edge inspect`: models packed for devices, and what a package is."""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.credentials import Data
from vedette.cli.parts import require_part
from vedette.cli.signatures import Argument, Exit, Option
from vedette.clock import system_clock
from vedette.errors import Missing, Refusal, Wrong

if TYPE_CHECKING:
    from vedette.packaging.choice import ChosenModel


class Arch(StrEnum):
    """The architectures that a recipe may name."""

    X86_64 = "x86_64"
    ARM64 = "arm64"


def package(  # noqa: PLR0913  (each is an option of the command)
    *,
    out: Annotated[Path, Option(help="The folder to write into.")],
    model: Annotated[
        str,
        Option(help="The version of --project, its newest without it; else a package of `vedette train`."),
    ] = "",
    project: Annotated[str, Option(help="The project of a running server.")] = "",
    name: Annotated[
        str, Option(help="The component's name; the project's or the package's without it.")
    ] = "",
    version: Annotated[str, Option("--component-version", help="Three numbers, such as 1.0.0.")] = "1.0.0",
    description: Annotated[str, Option(help="What the recipe says of it.")] = "",
    arch: Annotated[Arch, Option(help="The architecture that the recipe names.")] = Arch.X86_64,
    nvidia: Annotated[bool, Option(help="Meant for a machine with an NVIDIA GPU.")] = False,
    artifacts: Annotated[
        str, Option(help="Where Greengrass will find the zip: s3://bucket/prefix/.")
    ] = "s3://BUCKET/PREFIX/",
    eight_bit: Annotated[
        Path | None,
        Option(help="Try an 8-bit model, calibrated on these pictures: those that it was trained with."),
    ] = None,
    test: Annotated[
        Path | None,
        Option(help="Pictures to judge it with; without them a fifth of --eight-bit is held out."),
    ] = None,
    service: Annotated[
        str, Option(help="rekognition or lookoutvision, where both have such a project.")
    ] = "",
    endpoint: Annotated[str, Option(help="Where the server is; AWS_ENDPOINT_URL is read too.")] = "",
    data: Data = None,
) -> None:
    """Pack a model for devices: a component, its recipes, and an archive for a plain Linux machine."""
    from vedette.packaging.building import build_component, write_files
    from vedette.runtime.components import ComponentFacts, EdgeTarget

    with _refusals(is_remote=bool(project)), tempfile.TemporaryDirectory(prefix="vedette-edge-") as beside:
        source, arn = Path(model), ""
        if project:
            source, arn = _fetch(project, model, service, endpoint, data, Path(beside))
        elif not model:
            raise Missing("Say --project, or give --model the package that `vedette train` wrote.")
        model_of_choice = _eight_bits(source, eight_bit, test, Path(beside))
        facts = ComponentFacts(
            name=name or _name_of(project or source.name),
            version=version,
            model_arn=arn,
            description=description,
            target=EdgeTarget(arch.name, "NVIDIA" if nvidia else ""),
            precision=model_of_choice.precision,
            precision_note=model_of_choice.note,
            created=system_clock().isoformat(),
        )
        component = build_component(
            model_of_choice.package, facts, Path(beside) / "component", more=model_of_choice.more
        )
        edge_files = write_files(component, out, lambda file: f"{artifacts.rstrip('/')}/{file}")
        for place in edge_files.files.values():
            print(place)


def inspect(
    path: Annotated[
        Path, Argument(help="A component or model package: a folder, a zip or a tar.gz.", metavar="PACKAGE")
    ],
    as_json: Annotated[bool, Option("--json", help="As JSON.")] = False,
) -> None:
    """Say what a package is and what it holds; also of one that Amazon made for Lookout for Vision.

    Ends with 0 where a device could run it, 1 where it is whole and could not, 2 where it is damaged or none.
    """
    from vedette.packaging.inspecting import inspect_package

    with _refusals():
        inspection = inspect_package(path)
        if as_json:
            document = {"kind": inspection.kind, "sentence": inspection.sentence, **dict(inspection.rows)}
            print(json.dumps(document, indent=1, ensure_ascii=False))
        else:
            print(inspection.sentence)
            width = max((len(label) for label, _ in inspection.rows), default=0)
            for label, text in inspection.rows:
                print(f"  {label:<{width}}  {text}")
    if not inspection.is_usable:
        raise Exit(1)


def _fetch(
    project: str, model: str, service: str, endpoint: str, data: Path | None, beside: Path
) -> tuple[Path, str]:
    """Return a server's model as a package in a folder for the moment, and its ARN."""
    from vedette.cli.remote import Server
    from vedette.cli.remote_models import fetch_package, open_models
    from vedette.cli.terminal import ProgressLine

    server = Server("rekognition", endpoint, data)
    remote = open_models(server, project, service).find(model)
    with ProgressLine(f"fetching {remote.name}") as line:
        return fetch_package(server, remote.arn, beside / "package.zip", line.update), remote.arn


def _eight_bits(source: Path, pictures: Path | None, test: Path | None, beside: Path) -> "ChosenModel":
    """Return the model that is packed: in 8 bits where that was asked for and does well enough."""
    from vedette.packaging.choice import ChosenModel, read_choice

    if pictures is None:
        return ChosenModel(source)
    require_part("train")
    from vedette.cli.train import follow
    from vedette.engines.choose import open_engine
    from vedette.engines.port import Job

    out = beside / "eight"
    order = {
        "package": str(source),
        "train": str(pictures),
        "test": str(test) if test else None,
        "out": str(out),
    }
    last = follow(open_engine(), Job("quantize", order))
    if last.kind != "done":
        raise Wrong(str(last.facts.get("sentence") or last.facts.get("traceback") or "It was cancelled."))
    choice = read_choice(source, last.facts, out)
    print(choice.note, file=sys.stderr)
    return choice


def _name_of(text: str) -> str:
    """Return a component's name out of a file's or a project's."""
    stem = text.removesuffix(".zip")
    name = "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "-_.") else "-" for letter in stem
    )
    if not name.strip(".-"):
        raise Wrong("Say --name: what the component is to be called.")
    return name[:128]


@contextmanager
def _refusals(*, is_remote: bool = False) -> Iterator[None]:
    """Turn refusals into a sentence and the exit status 2; those of a client too where a server is asked."""
    if is_remote:
        from vedette.cli.models import translate_client_errors

        with translate_client_errors():
            yield
        return
    try:
        yield
    except Refusal as refusal:
        print(refusal.sentence, file=sys.stderr)
        raise Exit(2) from None
