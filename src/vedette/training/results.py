"""A training's result files: which object each becomes, and how they get to the output bucket."""

from collections.abc import Callable
from pathlib import Path

from vedette.errors import Denied
from vedette.projects.project import Service
from vedette.projects.version import Version
from vedette.store.blobs.port import Blobs

# The kinds of file that a worker leaves in out/, and how the services name the objects. Masks are a folder.
NAMES = {
    "manifest_summary": "ManifestSummary",
    "train_validation": "TrainingManifestWithValidation",
    "test_validation": "TestingManifestWithValidation",
    "evaluation_summary": "EvaluationResultSummary",
    "train_snapshot": "TrainingGroundTruth",
    "test_snapshot": "TestingGroundTruth",
    "evaluation_manifest": "EvaluationManifest",
    "evaluation_result": "EvaluationResult",
    "evaluation_masks": "EvaluationMasks",
}


def key_of(version: Version, kind: str) -> str:
    """Return the key of a result below the version's output prefix."""
    project = version.project
    return key_at(version.prefix, kind, project.name, version.name, service=project.scope.service)


def masks_of(version: Version) -> str:
    """Return the key of the folder of masks that the evaluation manifest names."""
    return key_of(version, "evaluation_masks").removesuffix(".json")


def key_at(prefix: str, kind: str, project: str, name: str, *, service: Service) -> str:
    """Return the key of a result.

    Rekognition's prefix is a folder, with or without a slash at its end. Lookout's is the beginning of the
    key, as it stands: programs read `k_fold_EvaluationResult-…`, as the public SDK does (decisions/0207).
    """
    is_folder = service == "rekognition" and prefix and not prefix.endswith("/")
    return f"{prefix}{'/' if is_folder else ''}{NAMES[kind]}-{project}-{name}.json"


def deliver(blobs: Blobs, may_write: Callable[[str], bool], version: Version, out: Path) -> dict[str, str]:
    """Write every result file to the output bucket; return their keys by kind.

    Raises:
        Missing: where there is no such bucket.
        Denied: where the caller may not write to it (any more); nothing is written then.
    """
    keys = {kind: key_of(version, kind) for kind in NAMES if (out / kind).is_file()}
    masks = {file: f"{masks_of(version)}/{file.name}" for file in sorted((out / "masks").glob("*.png"))}
    if not all(may_write(key) for key in [*keys.values(), *masks.values()]):
        raise Denied(f"The bucket {version.bucket} lets its results not be written.", kind="bucket")
    # What the manifest names is there before the manifest.
    for file, key in masks.items():
        blobs.put(version.bucket, key, file.read_bytes(), content_type="image/png")
    for kind, key in keys.items():
        with (out / kind).open("rb") as stream:
            blobs.put(version.bucket, key, stream, content_type="application/json")
    return keys
