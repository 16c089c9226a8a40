"""`vedette sdk`: make current AWS clients know Lookout for Vision again, and Vedette's own service.

botocore dropped the one after 1.40.60 and never knew the other, but it reads models from `~/.aws/models`.
Ours hold facts alone. Files that somebody else put there are never touched.
"""

import filecmp
import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Make boto3 and the AWS CLI know lookoutvision and vedette.")

SERVICE = "lookoutvision"
VERSION = "2020-11-20"
SERVICES = {SERVICE: VERSION, "vedette": "2026-11-21"}
MARK = "installed-by-vedette.json"

Folder = Annotated[
    Path | None, typer.Option("--to", help="Where clients look; the default is ~/.aws/models.")
]


def models_folder(chosen: Path | None) -> Path:
    """Return the folder of service models that boto3 and the AWS CLI read."""
    return chosen or Path.home() / ".aws" / "models"


def install_models(folder: Path) -> list[Path]:
    """Copy our files, and remember which they are; refuse to overwrite files of somebody else."""
    with as_file(files("vedette.wire") / "shapes") as shapes:
        ours = {name: sorted((shapes / name / version).glob("*.json")) for name, version in SERVICES.items()}
        for name, version in SERVICES.items():
            _refuse_strangers(folder / name / version, ours[name])
        return [file for name in SERVICES for file in _install(folder / name / SERVICES[name], ours[name])]


def _refuse_strangers(place: Path, ours: list[Path]) -> None:
    for file in ours:
        there = place / file.name
        if there.exists() and not (place / MARK).exists() and not filecmp.cmp(file, there, shallow=False):
            raise FileExistsError(f"{there} exists and is not ours; move it away first.")


def _install(place: Path, ours: list[Path]) -> list[Path]:
    place.mkdir(parents=True, exist_ok=True)
    for file in ours:
        shutil.copyfile(file, place / file.name)
    (place / MARK).write_text(json.dumps({"files": [file.name for file in ours]}) + "\n", "utf-8")
    return [place / file.name for file in ours]


def remove_models(folder: Path) -> list[Path]:
    """Take away what we installed, and the folders that are empty then."""
    return [file for name, version in SERVICES.items() for file in _remove(folder / name / version)]


def _remove(place: Path) -> list[Path]:
    mark = place / MARK
    if not mark.exists():
        return []
    gone = [place / name for name in json.loads(mark.read_text("utf-8"))["files"]]
    for file in gone:
        file.unlink(missing_ok=True)
    mark.unlink()
    for empty in (place, place.parent):
        if not any(empty.iterdir()):
            empty.rmdir()
    return gone


@app.command()
def install(to: Folder = None) -> None:
    """Copy the models of lookoutvision and of our own service to where boto3 and the AWS CLI look."""
    try:
        written = install_models(models_folder(to))
    except OSError as error:
        print(error)
        raise typer.Exit(2) from None
    for place in dict.fromkeys(file.parent for file in written):
        print(f"Written: {place} ({sum(file.parent == place for file in written)} files).")
    print("boto3.client('lookoutvision') and `aws lookoutvision` now work, and so does `aws vedette`;")
    print("`vedette sdk remove` undoes this.")


@app.command()
def remove(to: Folder = None) -> None:
    """Take the models of lookoutvision and of our own service away again."""
    gone = remove_models(models_folder(to))
    print(f"Removed {len(gone)} files." if gone else "There is nothing of ours to remove.")
