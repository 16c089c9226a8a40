"""A component out of a model package, and the files that leave beside it. No database and no server.

NAME-VERSION.zip                    the component, as Greengrass unpacks it
NAME-VERSION-linux-ARCH.tar.gz      the same with all that a plain Linux machine needs
recipe.json, recipe.yaml            for Greengrass
manifest.json                       the component's own manifest once more, to be read without unpacking
SHA256SUMS                          of these, as `sha256sum --check` reads them
"""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from vedette.file_access import (
    copy_file,
    create_file,
    is_sealed_place,
    open_file,
    size_of,
    write_file,
)
from vedette.packaging.linux import MODELS, linux_files
from vedette.packaging.recipe import recipe_json, recipe_yaml
from vedette.runtime.component_archives import zip_component
from vedette.runtime.components import (
    MANIFEST,
    MODEL_FOLDER,
    SIGNATURE,
    Component,
    ComponentFacts,
    write_component,
)
from vedette.runtime.package import copy_package

SUMS = "SHA256SUMS"
# Weights do not pack: the first level is four times as fast as the usual one, and 1 % larger.
TAR_LEVEL = 1
ARCHES = {"X86_64": "x86_64", "ARM64": "aarch64"}


@dataclass(frozen=True, slots=True)
class EdgeFiles:
    """The files of an order, by what they are: component, linux, recipe_json, recipe_yaml, manifest, sums."""

    component: Component
    files: Mapping[str, Path]


def build_component(
    package: Path,
    facts: ComponentFacts,
    folder: Path,
    *,
    thresholds: Mapping[str, float] | None = None,
    more: Mapping[str, Path] | None = None,
) -> Component:
    """Make a component in a new folder from the model package at a place, a folder or a zip.

    `more` are further files by their names in the component.
    """
    folder.mkdir(parents=True)
    copy_package(package, folder / MODEL_FOLDER, thresholds)
    for name, source in (more or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy_file(source, folder / name)
    return write_component(folder, facts)


def write_files(
    component: Component, to: Path, address_of: Callable[[str], str], pause: Callable[[], None] = lambda: None
) -> EdgeFiles:
    """Write everything that leaves into a folder; `address_of` says where a file of that name will lie.

    `pause` is called between two files, and may raise to leave off.
    """
    facts = component.facts
    stem = f"{facts.name}-{facts.version}"
    files = {
        "component": to / f"{stem}.zip",
        "linux": to / f"{stem}-linux-{ARCHES[facts.target.arch]}.tar.gz",
        "recipe_json": to / "recipe.json",
        "recipe_yaml": to / "recipe.yaml",
        "manifest": to / MANIFEST,
    }
    to.mkdir(parents=True, exist_ok=True)
    _write_zip(component, files["component"])
    pause()
    write_linux_archive(component, files["linux"])
    pause()
    address = address_of(files["component"].name)
    write_file(files["recipe_json"], recipe_json(component, address))
    write_file(files["recipe_yaml"], recipe_yaml(component, address))
    copy_file(component.folder / MANIFEST, files["manifest"])
    files["sums"] = to / SUMS
    write_file(files["sums"], _sums({place.name: place for place in files.values() if place.exists()}))
    return EdgeFiles(component, files)


def _write_zip(component: Component, to: Path) -> None:
    """Write a component as a zip; a sealed one by memory, since a zip's writer goes back in its file."""
    if is_sealed_place(to):
        buffer = io.BytesIO()
        zip_component(component, buffer)
        write_file(to, buffer.getvalue())
        return
    with to.open("wb") as stream:
        zip_component(component, stream)


def write_linux_archive(component: Component, to: Path) -> None:
    """Write a component with all that a plain Linux machine needs into one archive, the same every time."""
    facts = component.facts
    top = to.name.removesuffix(".tar.gz")
    texts = linux_files(facts, _requirement())
    sums = [f"{hashlib.sha256(text.encode()).hexdigest()}  {name}\n" for name, (text, _) in texts.items()]
    folder = f"{MODELS}/{facts.name}"
    signature = (SIGNATURE,) if (component.folder / SIGNATURE).is_file() else ()
    names = (MANIFEST, *signature, *component.files)
    places = {f"{folder}/{name}": component.folder / name for name in names}
    sums.append(_sums(places))
    with (
        create_file(to) as stream,
        gzip.GzipFile("", "wb", TAR_LEVEL, stream, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, (text, mode) in {**texts, SUMS: ("".join(sums), 0o644)}.items():
            _add(archive, f"{top}/{name}", io.BytesIO(text.encode()), len(text.encode()), mode)
        for name, place in places.items():
            with open_file(place) as source:
                _add(archive, f"{top}/{name}", source, size_of(place), 0o644)


def _add(archive: tarfile.TarFile, name: str, source: io.BufferedIOBase, size: int, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, mode
    archive.addfile(member, source)


def _sums(files: Mapping[str, Path]) -> str:
    lines = []
    for name, place in files.items():
        with open_file(place) as stream:
            lines.append(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}  {name}\n")
    return "".join(lines)


def _requirement() -> str:
    """Return which Vedette a device gets: the one that wrote the package, or the newest."""
    try:
        number = version("vedette")
    except PackageNotFoundError:
        return ""
    # A build between releases is on no index.
    return "" if "dev" in number or "+" in number else f"=={number}"
