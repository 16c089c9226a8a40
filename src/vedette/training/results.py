"""A training's result files: which object each becomes, and how they get to the output bucket."""

from pathlib import Path

from vedette.projects.version import Version
from vedette.store.blobs.port import Blobs

# The kinds of file that a worker leaves in out/, and how the services name the objects.
NAMES = {
    "manifest_summary": "ManifestSummary",
    "train_validation": "TrainingManifestWithValidation",
    "test_validation": "TestingManifestWithValidation",
    "evaluation_summary": "EvaluationResultSummary",
    "train_snapshot": "TrainingGroundTruth",
    "test_snapshot": "TestingGroundTruth",
    "evaluation_manifest": "EvaluationManifest",
    "evaluation_result": "EvaluationResult",
}


def key_of(version: Version, kind: str) -> str:
    """Return the key of a result below the version's output prefix."""
    prefix = version.prefix if not version.prefix or version.prefix.endswith("/") else f"{version.prefix}/"
    return f"{prefix}{NAMES[kind]}-{version.project.name}-{version.name}.json"


def deliver(blobs: Blobs, version: Version, out: Path) -> dict[str, str]:
    """Write every result file to the output bucket; return their keys by kind."""
    keys: dict[str, str] = {}
    for kind in NAMES:
        file = out / kind
        if file.is_file():
            keys[kind] = key_of(version, kind)
            with file.open("rb") as stream:
                blobs.put(version.bucket, keys[kind], stream, content_type="application/json")
    return keys
