"""`vedette backbone`: files of weights that trainings may begin from, under names of their own.

On this machine they lie in one folder, each beside a small JSON file; with --endpoint or --data they are a
server's. Nothing is fetched: whoever has the file brings it.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from vedette.cli.backbone_files import BUILT_IN, NAME, backbone_folder, card_of, file_of
from vedette.cli.listing import Columns, print_list, prints_records
from vedette.cli.models import translate_client_errors
from vedette.cli.parts import require_part
from vedette.cli.remote_backbones import BackbonePlace, add_to_server, list_of_server, remove_from_server
from vedette.cli.signatures import Argument, CommandGroup, Option
from vedette.errors import Missing, Taken, Wrong

backbone = CommandGroup("Weights that trainings begin from, brought as files.")

BACKBONE_COLUMNS: Columns = {
    name: name for name in ("name", "network", "licence", "built_in", "megabytes", "milliseconds")
}
SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")


@backbone.define("add")
def add_backbone(
    name: Annotated[str, Argument(help="What trainings call it.")],
    file: Annotated[
        Path,
        Argument(help="Its weights: safetensors, a state_dict of torch, or a folder of transformers."),
    ],
    licence: Annotated[
        str, Option(help="Under what licence the weights are; else what the folder's card says.")
    ] = "",
    *,
    to: Annotated[str, Option(help="With a server: where the file passes through, s3://bucket/prefix.")] = "",
    server: BackbonePlace,
) -> None:
    """Take a file of weights in, after it was opened in a process of its own and timed."""
    with translate_client_errors(), _one_file(file, licence) as (file, licence):
        if to or server.is_server:
            added = add_to_server(name, file, licence, to, server)
            print(f"{name}: {added['Network']}, {added['Milliseconds']} ms a picture on the server.")
            print(f"Train with it: vedette model train --project PROJECT --backbone {name} --to s3://…")
            return
        require_part("train")
        _refuse_name(name)
        facts = _checked(file)
        folder = backbone_folder()
        folder.mkdir(parents=True, exist_ok=True)
        place = folder / f"{name}{file.suffix}"
        beside = place.with_name(f".{place.name}")
        shutil.copyfile(file, beside)
        card = {"file": place.name, "licence": licence, **facts}
        beside.replace(place)
        # The card last: a name without one is nothing.
        card_of(name).write_text(json.dumps(card, indent=1) + "\n", "utf-8")
        print(
            f"{name}: {facts['network']}, {facts['megabytes']} MB, {facts['milliseconds']} ms a picture here."
        )
        print(f"Train with it: vedette train PICTURES --backbone {name} --out MODEL")


@backbone.define("list")
@prints_records
def list_backbones(*, server: BackbonePlace) -> None:
    """List the weights there are, with licence, size and the time of a picture when they were taken in."""
    with translate_client_errors():
        print_list(BACKBONE_COLUMNS, list_of_server(server) if server.is_server else _listed_here(), _row)


def _listed_here() -> list[dict[str, Any]]:
    cards: list[dict[str, Any]] = [
        {"name": "lite0", "network": "efficientnet-lite0", "licence": "Apache-2.0", "built_in": True}
    ]
    cards += [
        {"name": path.stem, "built_in": False, **json.loads(path.read_bytes())}
        for path in sorted(backbone_folder().glob("*.json"))
    ]
    return cards


@backbone.define("remove")
def remove_backbone(
    name: Annotated[str, Argument(help="As it was added.")], *, server: BackbonePlace
) -> None:
    """Take weights away; models that were trained from them go on as they are."""
    with translate_client_errors():
        if server.is_server:
            remove_from_server(name, server)
            print(f"Removed: {name}.")
            return
        place = file_of(name)
        card_of(name).unlink()
        place.unlink()
        print(f"Removed: {name}.")


def _row(card: Mapping[str, Any]) -> tuple[str, ...]:
    size, speed = ("built in", "")
    if not card["built_in"]:
        size, speed = f"{card['megabytes']} MB", f"{card['milliseconds']} ms"
    return card["name"], card["network"], card["licence"] or "licence unknown", size, speed


def _refuse_name(name: str) -> None:
    if not NAME.match(name) or name in BUILT_IN:
        raise Wrong(
            f'"{name}" cannot be the name of a backbone: small letters, digits, - and _, and none built in.'
        )
    if card_of(name).is_file():
        raise Taken(f"There is a backbone {name}; remove it first: `vedette backbone remove {name}`.")


@contextmanager
def _one_file(source: Path, licence: str) -> Iterator[tuple[Path, str]]:
    """Yield the file of weights that is meant, and its licence: of a folder one that is made of it."""
    if not source.is_dir():
        _refuse_file(source)
        yield source, licence
        return
    from vedette.runtime.transformer_folder import licence_of, write_file

    with tempfile.TemporaryDirectory(prefix="vedette-backbone-") as beside:
        file = Path(beside) / "model.safetensors"
        write_file(source, file)
        yield file, licence or licence_of(source)


def _refuse_file(file: Path) -> None:
    if not file.is_file():
        raise Missing(f"There is no file {file}.", kind="file", name=str(file))
    if file.suffix not in SUFFIXES:
        raise Wrong(f"{file} is none of {', '.join(SUFFIXES)}.", kind="file", name=str(file))


def _checked(file: Path) -> Mapping[str, Any]:
    """Return what the file was found to be."""
    from vedette.cli.train import follow
    from vedette.engines.choose import open_engine
    from vedette.engines.port import Job

    last = follow(open_engine(), Job("check-backbone", {"file": str(file)}))
    if last.kind != "done":
        raise Wrong(str(last.facts.get("sentence") or last.facts.get("traceback")))
    return last.facts
