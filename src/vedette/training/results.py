"""A training's result files: which object each becomes, and how they get to the output bucket."""

from collections.abc import Callable
from pathlib import Path

from vedette.dialects.dialect import Dialect
from vedette.errors import Denied
from vedette.file_access import open_file, read_file
from vedette.projects.version import Version
from vedette.store.blobs.port import Blobs
from vedette.training.order import SEALED_BY

# Masks are a folder, which no guide names: a file a picture.
MASKS = "EvaluationMasks"


def result_key(version: Version) -> str:
    """Return the key that encrypts a version's results; nothing where they lie as their bucket has them."""
    if not (version.project.dialect.seals_results and version.inputs.get("kms_key")):
        return ""
    return str(version.inputs.get(SEALED_BY, ""))


def key_of(version: Version, kind: str) -> str:
    """Return the key of a result below the version's output prefix."""
    project = version.project
    return key_at(project.dialect, version.prefix, kind, project=project.name, name=version.name)


def mask_folder_of(version: Version) -> str:
    """Return the key of the folder of masks that the evaluation manifest names."""
    name = f"{MASKS}-{version.project.name}-{version.name}"
    return version.project.dialect.result_key(version.prefix, name)


def key_at(dialect: Dialect, prefix: str, kind: str, *, project: str, name: str) -> str:
    """Return the key of a result of a project's version."""
    return dialect.result_key(prefix, f"{dialect.results[kind]}-{project}-{name}.json")


def deliver(blobs: Blobs, may_write: Callable[[str], bool], version: Version, out: Path) -> dict[str, str]:
    """Write every result file to the output bucket; return their keys by kind.

    Raises:
        Missing: where there is no such bucket.
        Denied: where the caller may not write to it (any more); nothing is written then.
    """
    results = version.project.dialect.results
    keys = {kind: key_of(version, kind) for kind in results if (out / kind).is_file()}
    masks = {file: f"{mask_folder_of(version)}/{file.name}" for file in sorted((out / "masks").glob("*.png"))}
    if not all(may_write(key) for key in [*keys.values(), *masks.values()]):
        raise Denied(f"The bucket {version.bucket} lets its results not be written.", kind="bucket")
    by_key = result_key(version)
    # What the manifest names is there before the manifest.
    for file, key in masks.items():
        content = read_file(file)
        blobs.put(version.bucket, key, content, content_type="image/png", encryption_key=by_key)
    for kind, key in keys.items():
        with open_file(out / kind) as stream:
            blobs.put(version.bucket, key, stream, content_type="application/json", encryption_key=by_key)
    return keys
