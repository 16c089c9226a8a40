"""The model package: what a training leaves, and all that a detection needs.

    model.onnx        everything after decoding and resizing
    package.json      the facts below, and the SHA-256 of every other file
    evaluation.json   what the test part showed
    MODEL_CARD.md     the same for a reader

A folder, or a `.zip` of it. ONNX and JSON only: nothing is ever unpickled, no file outside
these four is read, and none is believed before its checksum is right. A package appears
whole or not at all: it is written beside its place, flushed, and renamed.
"""

import hashlib
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from vedette.errors import Missing, Taken, Wrong
from vedette.file_access import (
    is_sealed_place,
    open_file,
    read_file,
    size_of,
)
from vedette.runtime.facts import FORMAT, PackageFacts, read_facts, write_facts
from vedette.runtime.graph import refuse_foreign
from vedette.runtime.package_files import (
    CARD,
    EVALUATION,
    FACTS,
    MODEL,
    MOST_BYTES,
    REST,
    dump_json,
    put_file,
    refusal_of,
    sha256_of,
    swap_folders,
    sync_folder,
    with_thresholds,
    zip_files,
    zip_folder,
)
from vedette.runtime.zip_ends import END_BYTES, directory_bytes

# Commas and brackets of a JSON file. An evaluation of 4,000 pictures with fifty boxes each has five million;
# each may cost 70 bytes of memory.
MOST_ITEMS = 10_000_000
# Weights do not pack, and JSON packs ten to thirty times; what unpacks to more than this was made to.
MOST_PACKED, FREE_BYTES = 100, 1024**2
# A zip names its members at its end, 46 bytes and a name each. Four files are some hundred bytes.
MOST_DIRECTORY = 1024**2
# What zipfile raises over a damaged archive: zlib's own error where packed bytes were changed,
# NotImplementedError for a compression it lacks, RuntimeError for an encrypted member.
UNREADABLE_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Package:
    """An opened package whose checksums were right; `model` is a file, or its bytes out of a zip."""

    facts: PackageFacts
    model: Path | bytes
    evaluation: Mapping[str, Any] = field(default_factory=dict)
    card: str = ""


def write_package(
    to: Path,
    *,
    model: Path | bytes,
    facts: PackageFacts,
    evaluation: Mapping[str, Any],
    card: str,
) -> Path:
    """Write a whole package at `to` (a zip where the name ends so), replacing an older package only."""
    to = to.absolute()
    refuse_strangers(to)
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{to.name}.", dir=to.parent) as beside:
            folder = Path(beside) / "package"
            folder.mkdir()
            put_file(folder / MODEL, model)
            put_file(folder / EVALUATION, dump_json(evaluation))
            put_file(folder / CARD, card.encode())
            sums = {name: sha256_of(folder / name) for name in REST}
            put_file(folder / FACTS, dump_json({**write_facts(facts), "files": sums}))
            if to.suffix == ".zip":
                zip_folder(folder, Path(beside) / "package.zip").replace(to)
            else:
                swap_folders(folder, to, Path(beside) / "old")
            sync_folder(to.parent)
    except OSError as error:
        raise refusal_of(error, to) from error
    return to


def zip_package(folder: Path, to: Path) -> Path:
    """Write the package in `folder` as one zip file."""
    open_package(folder)
    try:
        with tempfile.TemporaryDirectory(prefix=f".{to.name}.", dir=to.absolute().parent) as beside:
            zip_folder(folder, Path(beside) / "package.zip").replace(to)
    except OSError as error:
        raise refusal_of(error, to) from error
    return to


def write_zip(folder: Path, file: BinaryIO, thresholds: Mapping[str, float] | None = None) -> None:
    """Write the package in `folder` as a zip into an open file, a part at a time; refuse a changed one.

    Its own thresholds are replaced by those in `thresholds`, and stay in it under another name.
    """
    _checked(folder)
    zip_files(folder, file, thresholds or {})


def copy_package(path: Path, to: Path, thresholds: Mapping[str, float] | None = None) -> Package:
    """Write the four files of the package at `path`, a folder or a zip, into a new folder.

    Its own thresholds are replaced by those in `thresholds`, and stay in it under another name.
    """
    open_package(path)
    to.mkdir()
    for name in (FACTS, *REST):
        content = path / name if path.is_dir() else _member_of(path, name)
        if name == FACTS and thresholds:
            text = read_file(content) if isinstance(content, Path) else content
            content = with_thresholds(text, thresholds)
        put_file(to / name, content)
    return open_package(to)


def take_package(pieces: Iterable[bytes], to: Path, *, sha256: str) -> Path:
    """Write a package that comes as a zip from elsewhere: whole and right, or not at all."""
    # A zip of this name is an older one, also where a power cut has damaged it.
    if to.suffix != ".zip" or not to.is_file():
        refuse_strangers(to)
    if not to.absolute().parent.is_dir():
        raise Missing(f"There is no folder {to.absolute().parent}.", kind="folder", name=str(to))
    try:
        with tempfile.TemporaryDirectory(prefix=f".{to.name}.", dir=to.absolute().parent) as beside:
            part = Path(beside) / "package.zip"
            checksum = hashlib.sha256()
            with part.open("wb") as file:
                for piece in pieces:
                    checksum.update(piece)
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            _refuse_change(checksum.hexdigest(), sha256, "What came")
            open_package(part)
            part.replace(to)
            sync_folder(to.absolute().parent)
    except OSError as error:
        raise refusal_of(error, to) from error
    return to


def open_package(path: Path) -> Package:
    """Return the package at `path`, a folder or a zip; refuse one that is not as it was written."""
    if path.is_dir():
        return _open_folder(path)
    if path.is_file():
        return _open_zip(path)
    raise Missing(f"There is no model at {path}.", kind="model", name=str(path))


def _open_folder(folder: Path) -> Package:
    facts = _checked(folder)
    model = read_file(folder / MODEL)
    refuse_foreign(model, str(folder))
    return Package(
        facts,
        # ONNX Runtime reads files by itself; of a sealed one it is given the bytes.
        model if is_sealed_place(folder / MODEL) else folder / MODEL,
        _parsed(read_file(folder / EVALUATION), f"{folder}/{EVALUATION}"),
        read_file(folder / CARD).decode("utf-8", "replace"),
    )


def _checked(folder: Path) -> PackageFacts:
    """Return the facts of a package whose every file has the checksum that they say."""
    if not (folder / FACTS).is_file():
        raise Wrong(f"{folder} is no model package: it has no {FACTS}.", kind="model", name=str(folder))
    _refuse_size(FACTS, size_of(folder / FACTS), f"{folder}/{FACTS}")
    document = _parsed(read_file(folder / FACTS), f"{folder}/{FACTS}")
    facts, sums = _facts(document, str(folder))
    for name in REST:
        file = folder / name
        if file.is_symlink() or not file.is_file():
            raise Wrong(f"{folder} lacks its {name}.", kind="model", name=str(folder))
        _refuse_size(name, size_of(file), f"{folder}/{name}")
        _refuse_change(sha256_of(file), sums[name], f"{folder}/{name}")
    return facts


def _open_zip(path: Path) -> Package:
    try:
        refuse_crowded(path)
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path)
            document = _parsed(_member(archive, members, FACTS, path), f"{path}: {FACTS}")
            facts, sums = _facts(document, str(path))
            content = {name: _member(archive, members, name, path) for name in REST}
    except UNREADABLE_ZIP as error:
        raise Wrong(f"{path} is no model package: {error}.", kind="model", name=str(path)) from error
    for name, data in content.items():
        _refuse_change(hashlib.sha256(data).hexdigest(), sums[name], f"{path}: {name}")
    refuse_foreign(content[MODEL], str(path))
    evaluation = _parsed(content[EVALUATION], f"{path}: {EVALUATION}")
    return Package(facts, content[MODEL], evaluation, content[CARD].decode("utf-8", "replace"))


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    """Return the zip's files by name; a path that leaves the folder condemns the whole package.

    The four files lie at the top, or all in one folder, as when a person zips by hand.
    """
    by_name: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        place = PurePosixPath(member.filename)
        leaves = (
            not member.filename
            or place.is_absolute()
            or ".." in place.parts
            or "\\" in member.filename
            or ":" in member.filename
        )
        if leaves or (member.external_attr >> 16) & 0o170000 == 0o120000:
            raise Wrong(
                f"{path} holds {member.filename!r}, a path that leaves its folder; it is not opened.",
                kind="model",
                name=str(path),
            )
        if member.is_dir() or len(place.parts) > 2 or place.name not in MOST_BYTES:
            continue
        if place.name in by_name:
            raise Wrong(f"{path} holds two files named {place.name}.", kind="model", name=str(path))
        by_name[place.name] = member
    return by_name


def _member(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], name: str, path: Path) -> bytes:
    member = members.get(name)
    if member is None:
        raise Wrong(f"{path} is no model package: it lacks {name}.", kind="model", name=str(path))
    _refuse_size(name, member.file_size, f"{path}: {name}")
    if member.file_size > FREE_BYTES + MOST_PACKED * member.compress_size:
        raise Wrong(
            f"{path}: {name} unpacks {member.compress_size:,} bytes to {member.file_size:,}; "
            "it is not opened.",
            kind="model",
            name=str(path),
        )
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Wrong(f"{path}: {name} is packed in a way that is not read.", kind="model", name=str(path))
    # zipfile itself stops at the claimed size.
    return archive.read(member)


def _member_of(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return _member(archive, _members(archive, path), name, path)


def _refuse_size(file: str, size: int, name: str) -> None:
    if size > MOST_BYTES[file]:
        raise Wrong(f"{name} has {size:,} bytes; {MOST_BYTES[file]:,} are the most.", kind="model", name=name)


def refuse_crowded(path: Path) -> None:
    """Refuse a zip that names so many members that to list them would fill the memory."""
    with open_file(path) as file:
        file.seek(max(0, size_of(path) - END_BYTES))
        tail = file.read()
    if directory_bytes(tail) > MOST_DIRECTORY:
        raise Wrong(f"{path} is no model package: it has too many files.", kind="model", name=str(path))


def _facts(document: Any, name: str) -> tuple[PackageFacts, dict[str, str]]:
    facts = read_facts(document, name)
    sums = document.get("files")
    if not isinstance(sums, dict) or set(sums) != set(REST):
        raise Wrong(f"{name}: {FACTS} must give the checksum of {', '.join(REST)} and of nothing else.")
    return facts, sums


def _parsed(data: bytes, name: str) -> Any:
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MOST_ITEMS:
        raise Wrong(f"{name} has more than {MOST_ITEMS:,} entries; it is not read.", kind="model", name=name)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"{name} is not JSON: {error}.") from error


def _refuse_change(actual: str, recorded: str, name: str) -> None:
    if actual != recorded:
        raise Wrong(f"{name} is not as it was written (its checksum differs); fetch the package again.")


def refuse_strangers(to: Path) -> None:
    """Refuse a place where a package would take that of something else."""
    if to.is_dir():
        is_other = any(to.iterdir()) and not (to / FACTS).is_file()
    else:
        is_other = to.exists() and not (to.suffix == ".zip" and _may_be_replaced(to))
    if is_other:
        raise Taken(f"{to} exists and is no model package; choose another place.", kind="model", name=str(to))


def _may_be_replaced(path: Path) -> bool:
    """Say whether a zip is a package, or empty: somebody may have reserved its name."""
    if not path.stat().st_size:
        return True
    try:
        refuse_crowded(path)
        with zipfile.ZipFile(path) as archive:
            return FACTS in archive.namelist()
    except (*UNREADABLE_ZIP, Wrong):
        return False


__all__ = [
    "FORMAT",
    "Package",
    "PackageFacts",
    "copy_package",
    "open_package",
    "take_package",
    "write_package",
    "write_zip",
    "zip_package",
]
