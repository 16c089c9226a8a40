"""A version copied into another project: written down; its package by links, its results by new names."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection

from vedette.encryption.folder_keys import NewFolderKey
from vedette.errors import Busy, Denied, TooMuch
from vedette.file_access import link_file
from vedette.identity.principal import dump_principal
from vedette.projects.project import Project
from vedette.projects.version import WITH_PACKAGE, WORDS, Version
from vedette.projects.version_rows import require, under_copying
from vedette.projects.version_states import NewVersion
from vedette.store.blobs.port import Blobs
from vedette.training.folder import Folder
from vedette.training.order import SEALED_BY, NewTraining
from vedette.training.results import key_of, result_key
from vedette.training.rooms import TrainingRooms

BEING_COPIED = "The model is being copied."
# What the service allows a destination.
MOST_COPIES = 5


class VersionCopies:
    """Writes copies down, each with its job, in one transaction."""

    def __init__(self, rooms: TrainingRooms, add: Callable[[Connection, Version], None]) -> None:
        self._rooms = rooms
        self._add = add

    def add(
        self, source: Version, project: Project, request: NewTraining, folder_key: NewFolderKey | None
    ) -> Version:
        """Return a version that is to be a copy of the source."""
        new = NewVersion(
            name=request.name,
            state="copying",
            message=BEING_COPIED,
            description=source.description,
            bucket=request.bucket,
            prefix=request.prefix,
            source=str(source.arn),
            inputs={
                **source.inputs,
                "account": request.caller.account,
                "caller": dump_principal(request.caller),
                "copy_of": source.id,
                "kms_key": request.kms_key,
                SEALED_BY: "" if folder_key is None else str(folder_key.key.arn),
            },
            tags=request.tags,
            # A copy has what people chose; whether its answers hold to that, its own users say.
            thresholds=replace(source.thresholds, on_wire=False, revision=""),
        )
        version, _ = self._rooms.versions.create(project, new, also=partial(self._place, source, folder_key))
        return version

    def _place(
        self,
        source: Version,
        folder_key: NewFolderKey | None,
        connection: Connection,
        version: Version,
    ) -> None:
        """Add a copy's job; in its transaction it is known whether the source is still there to be copied."""
        refuse_uncopyable(require(connection, source.id))
        into = [copy for copy in under_copying(connection) if copy.project.id == version.project.id]
        # The new one is among them.
        if len(into) > MOST_COPIES:
            name = version.project.name
            raise TooMuch(f"{MOST_COPIES} copies into {name} are under way.", kind="version")
        self._rooms.folder(version).put_aside()
        if self._rooms.seals is not None:
            self._rooms.seals.settle(connection, self._rooms.folder(version), folder_key, version)
        self._add(connection, version)


def refuse_uncopyable(source: Version) -> None:
    """Refuse a version that has no package to copy."""
    if source.state not in WITH_PACKAGE:
        raise Busy(f"The version {source.name} {WORDS[source.state]}.", kind="version", name=source.name)


def refuse_copied(version: Version, connection: Connection) -> None:
    """Keep a version that is being copied, in the transaction that would delete it."""
    for copy in under_copying(connection):
        if copy.inputs.get("copy_of") == version.id:
            sentence = f"The version {version.name} is being copied to {copy.project.name}."
            raise Busy(sentence, kind="version", name=version.path)


def copy_package(source: Folder, target: Folder) -> None:
    """Put a source's package at its copy's place, whole or not at all."""
    if target.package.exists():
        return
    beside = target.root / "package.new"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    for file in sorted(source.package.iterdir()):
        link_file(file, beside / file.name)
    beside.rename(target.package)


def copy_results(
    blobs: Blobs, may_write: Callable[[str], bool], source: Version, target: Version
) -> dict[str, Any]:
    """Write the source's results to the copy's output location, and return what the copy says of itself.

    Denied, and nothing is written, where the caller may not write there (any more).
    """
    files: dict[str, str] = {}
    if not all(may_write(key_of(target, kind)) for kind in source.results.get("files", {})):
        raise Denied(f"The bucket {target.bucket} lets its results not be written.", kind="bucket")
    for kind, key in source.results.get("files", {}).items():
        text = blobs.read(source.bucket, key)
        text = target.project.dialect.copy_result(kind, text, arn=str(target.arn))
        files[kind] = key_of(target, kind)
        by_key = result_key(target)
        blobs.put(target.bucket, files[kind], text, content_type="application/json", encryption_key=by_key)
    return {**source.results, "files": files}
