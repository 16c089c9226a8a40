"""`vedette sdk`: make current AWS clients know Lookout for Vision again, and Vedette's own service.

botocore dropped the one after 1.40.60 and never knew the other, but it reads models from `~/.aws/models`.
Vedette's have facts only. Files that another program put there are never touched.
"""

import gzip
import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

from vedette.cli.signatures import CommandGroup, Exit, Option

app = CommandGroup("Make boto3 and the AWS CLI know lookoutvision and vedette.")

SERVICE = "lookoutvision"
VERSION = "2020-11-20"
SERVICES = {SERVICE: VERSION, "vedette": "2026-11-21"}
MARK = "installed-by-vedette.json"

Folder = Annotated[Path | None, Option("--to", help="Where clients look; the default is ~/.aws/models.")]


def models_folder(folder: Path | None) -> Path:
    """Return the folder of service models that boto3 and the AWS CLI read."""
    return folder or Path.home() / ".aws" / "models"


def stale_models(folder: Path) -> list[str]:
    """Return the services whose copied models are not this release's."""
    return [
        name
        for name, sources in _sources().items()
        if any(_differs(folder / name / SERVICES[name] / file, content) for file, content in sources.items())
    ]


def _sources() -> dict[str, dict[str, bytes]]:
    with as_file(files("vedette.wire") / "shapes") as shapes:
        return {name: _read_files(shapes / name / version) for name, version in SERVICES.items()}


def _differs(place: Path, content: bytes) -> bool:
    try:
        return place.read_bytes() != content
    except OSError:
        return True


def install_models(folder: Path) -> list[Path]:
    """Copy Vedette's files, and record which they are; refuse to overwrite files of another program."""
    sources = _sources()
    for name, version in SERVICES.items():
        _refuse_strangers(folder / name / version, sources[name])
    return [file for name in SERVICES for file in _install(folder / name / SERVICES[name], sources[name])]


def _read_files(folder: Path) -> dict[str, bytes]:
    """Return a service's files as JSON, by their names; in a wheel they are compressed (hatch_build.py)."""
    packed = {path.stem: gzip.decompress(path.read_bytes()) for path in sorted(folder.glob("*.json.gz"))}
    return packed or {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}


def _refuse_strangers(place: Path, sources: dict[str, bytes]) -> None:
    for name, content in sources.items():
        target = place / name
        if target.exists() and not (place / MARK).exists() and target.read_bytes() != content:
            raise FileExistsError(f"{target} exists and is not Vedette's; move it away first.")


def _install(place: Path, sources: dict[str, bytes]) -> list[Path]:
    place.mkdir(parents=True, exist_ok=True)
    for name, content in sources.items():
        (place / name).write_bytes(content)
    (place / MARK).write_text(json.dumps({"files": list(sources)}) + "\n", "utf-8")
    return [place / name for name in sources]


def remove_models(folder: Path) -> list[Path]:
    """Remove what `install_models` copied, and the folders that are empty then."""
    return [file for name, version in SERVICES.items() for file in _remove(folder / name / version)]


def _remove(place: Path) -> list[Path]:
    mark = place / MARK
    if not mark.exists():
        return []
    removed = [place / name for name in json.loads(mark.read_text("utf-8"))["files"]]
    for file in removed:
        file.unlink(missing_ok=True)
    mark.unlink()
    for empty in (place, place.parent):
        if not any(empty.iterdir()):
            empty.rmdir()
    return removed


@app.define("install")
def install(to: Folder = None) -> None:
    """Copy the models of lookoutvision and of Vedette's own service to where boto3 and the AWS CLI look."""
    try:
        installed = install_models(models_folder(to))
    except OSError as error:
        print(error)
        raise Exit(2) from None
    for place in dict.fromkeys(file.parent for file in installed):
        print(f"Written: {place} ({sum(file.parent == place for file in installed)} files).")
    print("boto3.client('lookoutvision') and `aws lookoutvision` now work, and so does `aws vedette`;")
    print("`vedette sdk remove` undoes this.")


@app.define("remove")
def remove(to: Folder = None) -> None:
    """Remove the models of lookoutvision and of Vedette's own service again."""
    removed = remove_models(models_folder(to))
    print(f"Removed {len(removed)} files." if removed else "There is nothing to remove.")
