"""A version copied into another project: its package by links, its results by their new names."""

import shutil
from collections.abc import Callable
from typing import Any

from vedette.errors import Denied
from vedette.file_access import link_file
from vedette.projects.version import Version
from vedette.store.blobs.port import Blobs
from vedette.training.folder import Folder
from vedette.training.results import key_of, result_key


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
