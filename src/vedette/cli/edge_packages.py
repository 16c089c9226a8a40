"""`vedette edge package` and `vedette edge inspect`: models packed for devices, and what a package is."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from vedette.cli.credentials import Data
from vedette.cli.edge_proofs import fetch_pictures, golden_files, pictures_at
from vedette.cli.listing import choose_json, print_facts, prints_records
from vedette.cli.parts import require_part
from vedette.cli.signatures import Argument, Exit, Option
from vedette.clock import milliseconds, system_clock
from vedette.errors import Missing, Refusal, Wrong

if TYPE_CHECKING:
    from vedette.cli.remote import Server
    from vedette.packaging.choice import ChosenModel
    from vedette.packaging.golden_files import GoldenFiles
    from vedette.packaging.inspecting import PackageInspection
    from vedette.packaging.signing import SigningKey


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
    golden: Annotated[
        Path | None,
        Option(
            help="Pictures to take a few of, which devices show to the model before they take it: a folder "
            "or a manifest. Without it those of --test or --eight-bit, or of the project's own test dataset."
        ),
    ] = None,
    sign: Annotated[
        Path | None, Option(help="Sign with the private key in this file (`vedette edge key`).")
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

    with _refusals(is_remote=bool(project)), tempfile.TemporaryDirectory(prefix="vedette-edge-") as place:
        beside = Path(place)
        key = None if sign is None else _key(sign)
        origin = ModelOrigin(Path(model))
        if project:
            origin = _fetch(project, model, service, endpoint, data, beside)
        elif not model:
            raise Missing("Say --project, or give --model the package that `vedette train` wrote.")
        model_of_choice = _eight_bits(origin.package, eight_bit, test, beside)
        golden_set = _golden(model_of_choice.package, golden or test or eight_bit, origin, beside)
        facts = ComponentFacts(
            name=name or _name_of(project or origin.package.name),
            version=version,
            model_arn=origin.arn,
            description=description,
            target=EdgeTarget(arch.name, "NVIDIA" if nvidia else ""),
            precision=model_of_choice.precision,
            precision_note=model_of_choice.note,
            created=system_clock().isoformat(),
            picture_size=golden_set.size,
        )
        component = build_component(
            model_of_choice.package,
            facts,
            beside / "component",
            more={**model_of_choice.more, **golden_set.files},
        )
        if key is not None:
            # By the clock, as orders of a server that was restored: higher than any before (decisions/0352).
            key.sign_component(component, milliseconds(system_clock()))
        edge_files = write_files(component, out, lambda file: f"{artifacts.rstrip('/')}/{file}")
        for file in edge_files.files.values():
            print(file)


@prints_records
def inspect(
    path: Annotated[
        Path, Argument(help="A component or model package: a folder, a zip or a tar.gz.", metavar="PACKAGE")
    ],
    as_json: Annotated[bool, Option("--json", help="As JSON.")] = False,
    tries: Annotated[
        bool, Option("--try", help="Run its network here too, and show it its golden pictures.")
    ] = False,
    require_signature: Annotated[
        list[str] | None,
        Option(help="A public key; a package that none of these signed is refused. May be repeated."),
    ] = None,
) -> None:
    """Say what a package is and what it holds; also of one that Amazon made for Lookout for Vision.

    Ends with 0 where a device could run it, 1 where it is whole and could not (with --try: or answers its
    golden pictures otherwise here), 2 where it is damaged, not signed as it should be, or none.
    """
    if require_signature:
        require_part("edge")
    from vedette.packaging.inspecting import InspectionWish, inspect_package
    from vedette.runtime.signatures import read_key

    with _refusals():
        keys = tuple(read_key(text) for text in require_signature or ())
        inspection = inspect_package(path, InspectionWish(keys, tries))
        if as_json:
            choose_json()
        document = {"kind": inspection.kind, "sentence": inspection.sentence, **dict(inspection.rows)}
        print_facts(document, lambda: _print_inspection(inspection))
    if not inspection.is_usable:
        raise Exit(1)


def _print_inspection(inspection: "PackageInspection") -> None:
    print(inspection.sentence)
    width = max((len(label) for label, _ in inspection.rows), default=0)
    for label, text in inspection.rows:
        print(f"  {label:<{width}}  {text}")


@dataclass(frozen=True, slots=True)
class ModelOrigin:
    """Where a model comes from: its package, and of a server its ARN and its project there."""

    package: Path
    arn: str = ""
    server: "Server | None" = None
    project: str = ""


def _fetch(
    project: str, model: str, service: str, endpoint: str, data: Path | None, beside: Path
) -> ModelOrigin:
    """Return a server's model as a package in a folder for the moment."""
    from vedette.cli.remote import Server
    from vedette.cli.remote_models import fetch_package, open_models
    from vedette.cli.terminal import ProgressLine

    server = Server("rekognition", endpoint, data)
    remote = open_models(server, project, service).find(model)
    with ProgressLine(f"fetching {remote.name}") as line:
        package = fetch_package(server, remote.arn, beside / "package.zip", line.update)
    return ModelOrigin(package, remote.arn, replace(server, service=remote.arn.split(":")[2]), project)


def _golden(package: Path, source: Path | None, origin: ModelOrigin, beside: Path) -> "GoldenFiles":
    """Return the golden pictures of a model, and say which those are, or that there are none."""
    from vedette.packaging.golden_files import GoldenFiles

    if source is not None:
        pictures, label = pictures_at(source), str(source)
    elif origin.server is not None:
        pictures, label = (
            fetch_pictures(origin.server, origin.project, beside),
            f"the project {origin.project}",
        )
    else:
        pictures, label = [], ""
    golden_set = golden_files(package, pictures, beside) if pictures else GoldenFiles()
    if source is not None and not golden_set.files:
        raise Wrong(f"No picture of {source} could be read.", kind="folder", name=str(source))
    count = max(0, len(golden_set.files) - 1)
    if count:
        colors = "" if golden_set.shows_colors else " None shows it where a device takes red for blue."
        print(f"{count} golden pictures of {label}.{colors}", file=sys.stderr)
    else:
        print(
            "No golden pictures, so that a device cannot try the model: name some by --golden.",
            file=sys.stderr,
        )
    return golden_set


def _key(place: Path) -> "SigningKey":
    require_part("edge")
    from vedette.packaging.signing import open_key

    key = open_key(place)
    if key.is_open:
        print(f"Others can read the private key in {place}: chmod 600 it.", file=sys.stderr)
    return key


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
