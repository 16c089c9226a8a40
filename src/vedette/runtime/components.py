"""A component: a model package as a device gets it, with what it is for and a checksum of every file.

    manifest.json   name and version, model, target, options, precision; size and SHA-256 of all that follows
    model/          the model package (package.py)
    evaluations/    where an 8-bit model was tried: what the test part showed of both

A folder, or a `.zip` or `.tar.gz` with it at the top or in a folder of its own. Nothing that the manifest
does not name is read, nothing is believed before its checksum is right, and no name leads out of the folder.
Files may be added to a component under names of their own (pictures with known answers, say): the manifest
covers them like the others. Only a signature of the manifest lies beside it and is not in it.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any, Literal, cast, get_args

from vedette.errors import Missing, Refusal, Wrong
from vedette.file_access import open_file, read_file, size_of, sync_file, write_file
from vedette.runtime.package import Package, open_package

COMPONENT_FORMAT, COMPONENT_KIND = 1, "vedette edge component"
MANIFEST, SIGNATURE, MODEL_FOLDER, EVALUATIONS = "manifest.json", "manifest.sig", "model", "evaluations"
# A model package is four files, an evaluation two, and a hundred pictures with known answers are many.
MOST_FILES = 1000
# The network's own bound is 2 GiB (package.py); the rest is small beside it.
MOST_COMPONENT_BYTES = 3 * 1024**3
MOST_MANIFEST_BYTES = 1024**2
LONGEST_PATH = 255
# No picture that is decoded has more pixels on a side.
MOST_PICTURE_SIDE = 1 << 20
# How far below a folder of components they are looked for.
DEEPEST = 3
NAME = re.compile(r"[a-zA-Z0-9_.-]{1,128}")
VERSION = re.compile(r"[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}")

Precision = Literal["float32", "int8"]


@dataclass(frozen=True, slots=True)
class EdgeTarget:
    """What a component was ordered for. It runs wherever ONNX Runtime does; this says what was meant."""

    arch: str = "X86_64"
    accelerator: str = ""
    device: str = ""
    os: str = "LINUX"

    @property
    def sentence(self) -> str:
        """The target in words."""
        if self.device:
            return f"{self.device} (ARM64, NVIDIA)"
        return f"{self.os.capitalize()} on {self.arch}" + (
            f", {self.accelerator}" if self.accelerator else ""
        )


@dataclass(frozen=True, slots=True)
class ComponentFacts:
    """All that manifest.json says beside the files.

    `options` are the compiler options of the order: kept and without effect. `precision_note` says why an
    8-bit model that was asked for is or is not in it. `picture_size` is the width and height that most of its
    golden pictures have, which are of its training: cameras should take the like.
    """

    name: str
    version: str
    model_arn: str = ""
    description: str = ""
    target: EdgeTarget = field(default_factory=EdgeTarget)
    options: Mapping[str, Any] = field(default_factory=dict)
    precision: Precision = "float32"
    precision_note: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    picture_size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class ComponentFile:
    """A file of a component."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Component:
    """A component whose every file is as its manifest says. `digest` is the manifest's own SHA-256."""

    facts: ComponentFacts
    folder: Path
    files: Mapping[str, ComponentFile]
    digest: str

    @property
    def model(self) -> Path:
        """Where its model package lies."""
        return self.folder / MODEL_FOLDER

    def open_model(self) -> Package:
        """Return its model package, whose own checksums are looked at as well."""
        return open_package(self.model)


@dataclass(frozen=True, slots=True)
class ComponentEntry:
    """What lies in a folder of components: a component, or why it is none."""

    folder: Path
    component: Component | None
    problem: str = ""


def write_component(folder: Path, facts: ComponentFacts) -> Component:
    """Write the manifest of what lies in a folder; refuse a name or version that no component may have."""
    refuse_names(facts.name, facts.version)
    files = {name: _measured(folder / name) for name in sorted(_names_in(folder))}
    document = {
        "format": COMPONENT_FORMAT,
        "kind": COMPONENT_KIND,
        **{item.name: getattr(facts, item.name) for item in fields(facts) if item.name != "target"},
        "options": dict(facts.options),
        "tags": dict(facts.tags),
        "target": asdict(facts.target),
        "files": {name: asdict(file) for name, file in files.items()},
    }
    text = (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
    beside = folder / f".{MANIFEST}.new"
    write_file(beside, text)
    sync_file(beside)
    beside.replace(folder / MANIFEST)
    return Component(facts, folder, files, hashlib.sha256(text).hexdigest())


def read_component(folder: Path) -> Component:
    """Return the component in a folder; refuse one of which anything is missing, changed or too much."""
    text = _manifest_text(folder)
    facts, files = read_manifest(text, str(folder))
    present = set(_names_in(folder))
    for name, file in files.items():
        if name not in present:
            raise _wrong(folder, f"lacks its {name}")
        if _measured(folder / name) != file:
            raise _wrong(folder, f"has a {name} that is not as it was written (its checksum differs)")
    if strangers := sorted(present - set(files)):
        raise _wrong(folder, f"holds {strangers[0]!r}, which its manifest does not name")
    if not any(name.startswith(f"{MODEL_FOLDER}/") for name in files):
        raise _wrong(folder, "has no model")
    return Component(facts, folder, files, hashlib.sha256(text).hexdigest())


def list_components(root: Path, *, is_checked: bool = True) -> list[ComponentEntry]:
    """Return the components below a folder, by path; what only claims to be one is there with the reason.

    They lie in folders of any names, down to three levels: Greengrass unpacks them into
    NAME/VERSION/ARCHIVE. Names that begin with a dot are passed over: what is being unpacked has one. Without
    `is_checked` manifests alone are read, which is quick; who loads a component calls read_component.
    """
    if not root.is_dir():
        raise Missing(f"There is no folder {root}.", kind="folder", name=str(root))
    return list(_entries(root, DEEPEST, read_component if is_checked else _read_manifest_alone))


def _read_manifest_alone(folder: Path) -> Component:
    text = _manifest_text(folder)
    facts, files = read_manifest(text, str(folder))
    return Component(facts, folder, files, hashlib.sha256(text).hexdigest())


def _entries(folder: Path, levels: int, reader: Callable[[Path], Component]) -> Iterator[ComponentEntry]:
    if (folder / MANIFEST).is_file():
        try:
            yield ComponentEntry(folder, reader(folder))
        except Refusal as refusal:
            yield ComponentEntry(folder, None, refusal.sentence)
        return
    if levels > 0:
        for inner in sorted(folder.iterdir()):
            if inner.is_dir() and not inner.is_symlink() and not inner.name.startswith("."):
                yield from _entries(inner, levels - 1, reader)


def read_manifest(text: bytes, label: str) -> tuple[ComponentFacts, dict[str, ComponentFile]]:
    """Return what a manifest says; refuse one that is damaged, or of a later release."""
    try:
        document = json.loads(text)
        if not isinstance(document, dict) or document.get("kind") != COMPONENT_KIND:
            raise Wrong(
                f"{label} is no component: its {MANIFEST} is of another kind.", kind="model", name=label
            )
        _refuse_later(document["format"], label)
        return _facts(document), _files(document["files"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        problem = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise Wrong(f"{label}: its {MANIFEST} is damaged: {problem}.", kind="model", name=label) from error


def refuse_path(name: str) -> None:
    """Refuse a name that is no plain path below its folder, on any system."""
    place = PurePosixPath(name)
    is_plain = (
        name == str(place) != "."
        and not place.is_absolute()
        and ".." not in place.parts
        and not set(name) & set("\\:")
        and all(letter.isprintable() for letter in name)
        and 0 < len(name.encode()) <= LONGEST_PATH
    )
    if not is_plain:
        raise ValueError(f"{name[:80]!r} is a path that leaves its folder or is none")


def refuse_names(name: str, version: str) -> None:
    """Refuse a name or version that no component may have."""
    if not NAME.fullmatch(name) or set(name) == {"."}:
        raise Wrong(
            f"{name[:80]!r} is no name of a component: letters, digits, '.', '-' and '_', 128 at most."
        )
    if not VERSION.fullmatch(version):
        raise Wrong(f"{version[:80]!r} is no version of a component: three numbers, such as 1.0.0.")


def _manifest_text(folder: Path) -> bytes:
    place = folder / MANIFEST
    if place.is_symlink() or not place.is_file():
        raise _wrong(folder, f"is no component: it has no {MANIFEST}")
    if size_of(place) > MOST_MANIFEST_BYTES:
        raise _wrong(folder, f"has a {MANIFEST} of more than {MOST_MANIFEST_BYTES:,} bytes")
    return read_file(place)


def _names_in(folder: Path) -> Iterator[str]:
    """Yield the names of a component's files; refuse what is no file or folder, and too many."""
    count = 0
    for parent, folders, names in os.walk(folder):
        for name in (*folders, *names):
            place = Path(parent) / name
            if place.is_symlink() or not (place.is_dir() or place.is_file()):
                raise _wrong(folder, f"holds {name!r}, which is neither a file nor a folder")
        for name in names:
            relative = (Path(parent) / name).relative_to(folder).as_posix()
            if relative in (MANIFEST, SIGNATURE, f".{MANIFEST}.new"):
                continue
            count += 1
            if count > MOST_FILES:
                raise _wrong(folder, f"holds more than {MOST_FILES} files")
            yield relative


def _measured(place: Path) -> ComponentFile:
    with open_file(place) as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return ComponentFile(digest, stream.tell())


def _facts(document: Mapping[str, Any]) -> ComponentFacts:
    target = {name: _text(value) for name, value in _object(document["target"]).items()}
    refuse_names(_text(document["name"]), _text(document["version"]))
    precision = document["precision"]
    if precision not in get_args(Precision):
        raise ValueError(f"there is no precision {precision!r}")
    return ComponentFacts(
        name=document["name"],
        version=document["version"],
        model_arn=_text(document["model_arn"]),
        description=_text(document["description"]),
        target=EdgeTarget(**{item.name: target[item.name] for item in fields(EdgeTarget)}),
        options=_object(document["options"]),
        precision=cast(Precision, precision),
        precision_note=_text(document["precision_note"]),
        tags={key: _text(value) for key, value in _object(document["tags"]).items()},
        created=_text(document["created"]),
        picture_size=_size(document.get("picture_size")),
    )


def _files(document: Any) -> dict[str, ComponentFile]:
    files = {}
    for name, facts in _object(document).items():
        refuse_path(name)
        if name in (MANIFEST, SIGNATURE):
            raise ValueError(f"{name} cannot name itself")
        size = facts["size"]
        if type(size) is not int or size < 0:
            raise ValueError(f"{size!r} is no size")
        files[name] = ComponentFile(_text(facts["sha256"]), size)
    if len(files) > MOST_FILES or sum(file.size for file in files.values()) > MOST_COMPONENT_BYTES:
        raise ValueError("it names more than a component may hold")
    return files


def _refuse_later(number: Any, label: str) -> None:
    if type(number) is not int or number < 1:
        raise ValueError("it has no format version that could be read")
    if number > COMPONENT_FORMAT:
        raise Wrong(
            f"{label} was written by a later Vedette (format {number}; this one reads up to "
            f"{COMPONENT_FORMAT}): upgrade Vedette to use it.",
            kind="model",
            name=label,
        )


def _size(value: Any) -> tuple[int, int] | None:
    """Return a size; older components have none."""
    if value is None:
        return None
    width, height = value
    if not all(type(side) is int and 0 < side < MOST_PICTURE_SIDE for side in (width, height)):
        raise ValueError(f"{value!r} is no size of pictures")
    return width, height


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no object")
    return value


def _wrong(folder: Path, problem: str) -> Wrong:
    return Wrong(f"{folder} {problem}.", kind="model", name=str(folder))
