"""Components as one file: written as a zip that depends on their content alone, unpacked with distrust.

An archive comes from elsewhere. It is looked through before anything of it is written: no links, no devices,
no path out of its folder, no name twice, no more files or bytes than a component may have, and none that
unpacks to a hundred times its size. What was unpacked appears under its name only when every checksum is
right; until then it lies beside, under a name with a dot.
"""

import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from vedette.errors import Missing, Taken, Wrong
from vedette.file_access import create_file, is_sealed_place, open_file, size_of
from vedette.runtime.components import (
    MANIFEST,
    MOST_COMPONENT_BYTES,
    MOST_FILES,
    SIGNATURE,
    Component,
    read_component,
    refuse_path,
)
from vedette.runtime.package import UNREADABLE_ZIP, refuse_crowded

# Weights do not pack, and JSON packs ten to thirty times; what unpacks to more than this was made to.
MOST_PACKED, FREE_BYTES = 100, 1024**2
BUFFER = 1 << 20
TAR_SUFFIXES = (".tar.gz", ".tgz")


@dataclass(frozen=True, slots=True)
class ArchiveMember:
    """A file in an archive: what it is called, how long it claims to be, and what kind of thing it is."""

    name: str
    size: int
    is_folder: bool
    is_plain: bool


class OpenArchive(Protocol):
    """An archive that is open."""

    def members(self) -> list[ArchiveMember]:
        """Return everything in it, in its order."""

    def open(self, place: int) -> BinaryIO:
        """Return the bytes of the member at this place."""


def zip_component(component: Component, file: BinaryIO) -> None:
    """Write a component into an open file as a zip; networks are stored, the rest is packed."""
    with zipfile.ZipFile(file, "w") as archive:
        signature = (SIGNATURE,) if (component.folder / SIGNATURE).is_file() else ()
        for name in (MANIFEST, *signature, *sorted(component.files)):
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_STORED if name.endswith(".onnx") else zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            with open_file(component.folder / name) as source, archive.open(member, "w") as target:
                shutil.copyfileobj(source, target, BUFFER)


def unpack_component(archive: Path, to: Path) -> Component:
    """Unpack a component at `to`, where nothing may lie yet: whole and right, or not at all."""
    if to.exists():
        raise Taken(f"{to} exists; choose another place.", kind="model", name=str(to))
    with tempfile.TemporaryDirectory(prefix=f".{to.name}.", dir=to.absolute().parent) as beside:
        folder = Path(beside) / "component"
        extract_component(archive, folder)
        read_component(folder)
        _sync_tree(folder)
        folder.rename(to)
    _sync(to.absolute().parent)
    return read_component(to)


def extract_component(archive: Path, folder: Path) -> None:
    """Write what an archive holds of a component, or of any package with a manifest, into a new folder."""
    if not archive.is_file():
        raise Missing(f"There is no package at {archive}.", kind="model", name=str(archive))
    try:
        with _opened(archive) as opened:
            _extract(opened, archive, folder)
    except (*UNREADABLE_ZIP, tarfile.TarError) as error:
        raise Wrong(
            f"{archive} is damaged or no archive: {error}.", kind="model", name=str(archive)
        ) from error


def _extract(opened: OpenArchive, archive: Path, folder: Path) -> None:
    members = opened.members()
    root = _root(members, archive)
    total = 0
    folder.mkdir()
    for place, member in enumerate(members):
        path = PurePosixPath(member.name)
        if member.is_folder or not path.is_relative_to(root):
            continue
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        with opened.open(place) as source, _created(target) as stream:
            # No member is believed to be as long as it claims.
            while block := source.read(BUFFER):
                total += len(block)
                if total > MOST_COMPONENT_BYTES:
                    raise _wrong(archive, "unpacks to more than it says")
                stream.write(block)


def _created(target: Path) -> BinaryIO:
    """Return a new file: nothing is written over, where a disk takes two names for one."""
    if is_sealed_place(target) and not target.exists():
        return create_file(target)
    return target.open("xb")


def _root(members: list[ArchiveMember], archive: Path) -> PurePosixPath:
    """Return the folder of the manifest nearest to the top; refuse an archive that is not to be unpacked."""
    names = set()
    for member in members:
        try:
            refuse_path(member.name.rstrip("/") if member.is_folder else member.name)
        except ValueError as problem:
            raise _wrong(archive, f"is not opened: {problem}") from None
        if not member.is_folder and not member.is_plain:
            raise _wrong(archive, f"is not opened: {member.name!r} is a link or a device")
        if not member.is_folder and member.name in names:
            raise _wrong(archive, f"is not opened: it holds {member.name!r} twice")
        names.add(member.name)
    _refuse_size(members, archive)
    manifests = [PurePosixPath(member.name) for member in members if not member.is_folder]
    manifests = [path for path in manifests if path.name == MANIFEST]
    if not manifests:
        raise _wrong(archive, f"holds no component: there is no {MANIFEST} in it")
    return min(manifests, key=lambda path: len(path.parts)).parent


def _refuse_size(members: list[ArchiveMember], archive: Path) -> None:
    total, packed = sum(member.size for member in members), size_of(archive)
    if len(members) > 2 * MOST_FILES or total > MOST_COMPONENT_BYTES:
        raise _wrong(archive, "holds more than a component may")
    if total > FREE_BYTES + MOST_PACKED * packed:
        raise _wrong(archive, f"unpacks {packed:,} bytes to {total:,}; it is not opened")


class ZipArchive:
    """A zip."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def members(self) -> list[ArchiveMember]:
        """Return everything in it."""
        return [
            ArchiveMember(
                member.filename,
                member.file_size,
                member.filename.endswith("/"),  # `is_dir` fails for one without a name
                stat.S_IFMT(member.external_attr >> 16) in (0, stat.S_IFREG),
            )
            for member in self._archive.infolist()
        ]

    def open(self, place: int) -> BinaryIO:
        """Return a member's bytes."""
        member = self._archive.infolist()[place]
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile(f"{member.filename} is packed in a way that is not read")
        return self._archive.open(member)  # type: ignore[return-value]


class TarArchive:
    """A gzipped tar, whose members are counted while it is read: it has no list of them."""

    def __init__(self, archive: tarfile.TarFile, packed: int) -> None:
        self._archive = archive
        self._packed = packed
        self._listed: list[tarfile.TarInfo] = []

    def members(self) -> list[ArchiveMember]:
        """Return everything in it, or as much as shows that it is too much."""
        members, total = [], 0
        for member in self._archive:
            total += member.size
            name = member.name.removeprefix("./")
            if member.isdir() and name in ("", "."):
                continue
            self._listed.append(member)
            members.append(ArchiveMember(name, member.size, member.isdir(), member.isreg()))
            if len(members) > 2 * MOST_FILES or total > FREE_BYTES + MOST_PACKED * self._packed:
                break
        return members

    def open(self, place: int) -> BinaryIO:
        """Return a member's bytes."""
        stream = self._archive.extractfile(self._listed[place])
        if stream is None:
            raise tarfile.TarError("a member is no file")
        return stream  # type: ignore[return-value]


@contextmanager
def _opened(archive: Path) -> Iterator[OpenArchive]:
    if archive.name.endswith(TAR_SUFFIXES):
        with open_file(archive) as file, tarfile.open(fileobj=file, mode="r:gz") as tar:
            yield TarArchive(tar, size_of(archive))
        return
    refuse_crowded(archive)
    with open_file(archive) as file, zipfile.ZipFile(file) as zipped:
        yield ZipArchive(zipped)


def _sync_tree(folder: Path) -> None:
    for parent, _, names in os.walk(folder):
        for name in names:
            _sync(Path(parent) / name)
        _sync(Path(parent))


def _sync(place: Path) -> None:
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _wrong(archive: Path, problem: str) -> Wrong:
    return Wrong(f"{archive} {problem}.", kind="model", name=str(archive))
