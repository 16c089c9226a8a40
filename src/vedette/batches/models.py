"""Which model a batch asks: written down when it begins, and held to wherever a part of it runs.

Lines of results name no model, as the services' own answers do not; so all of one folder are by one model, by
one package, and held to the thresholds that were chosen when the batch began.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from vedette.batches.values import BatchModel
from vedette.errors import Wrong
from vedette.file_access import read_file
from vedette.projects.version import Version
from vedette.runtime.package_files import FACTS

CHANGED = (
    "The package of the model is not the one that the batch began with. "
    "What has results keeps them; begin a new batch into another empty folder."
)
LOST = "The files of the model are not there."


def model_of(version: Version, package: Path) -> BatchModel:
    """Return what tells this model from every other, as it is now."""
    return BatchModel(str(version.arn), package_digest(package), chosen_thresholds(version))


def package_digest(package: Path) -> str:
    """Return the SHA-256 of a package's facts, which hold the SHA-256 of its every other file."""
    try:
        return hashlib.sha256(read_file(package / FACTS)).hexdigest()
    except FileNotFoundError:
        raise Wrong(LOST, kind="version") from None


def require_model(model: BatchModel | None, package: Path) -> None:
    """Refuse a package that is another one since the batch began; one of an older server held none."""
    if model is not None and package_digest(package) != model.package:
        raise Wrong(CHANGED, kind="version")


def chosen_thresholds(version: Version) -> Mapping[str, float] | None:
    """Return the thresholds that answers are held to, where people chose that they are."""
    thresholds = version.thresholds
    return dict(thresholds.values) if thresholds.on_wire else None
