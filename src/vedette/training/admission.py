"""What must hold before a training is begun: the datasets or manifests that it may learn from."""

from collections.abc import Mapping
from typing import Any

from vedette.datasets.buckets import bucket_problem
from vedette.datasets.dataset import SETTLED, Dataset
from vedette.errors import Busy, Wrong
from vedette.identity.access import ObjectAccess
from vedette.projects.project import Project
from vedette.store.blobs.port import Blobs
from vedette.training.order import NewTraining
from vedette.training.results import key_at

# The kind of a refusal for want of a training dataset, which is no state that passes.
NO_DATASET = "no dataset"


def parts_of(project: Project, request: NewTraining, sources: Mapping[str, Dataset]) -> dict[str, Any]:
    """Return whether the training has a test part, and which dataset is to give it one for good.

    Some dialects keep a project's only dataset whole; what is split because the request says so is split for
    this training alone.
    """
    has_test = "test" in sources or request.test is not None
    divides = project.dialect.divides_datasets and not has_test and not request.auto_create
    return {"has_test": has_test, "divides": sources["train"].id if divides else None}


def refuse_output(blobs: Blobs, access: ObjectAccess, project: Project, request: NewTraining) -> None:
    """Refuse a place that results may not go to. A number as a name is not known yet; any will do."""
    dialect = project.dialect
    key = key_at(
        dialect, request.prefix, dialect.first_result, project=project.name, name=request.name or "1"
    )
    if not access.may_write(request.caller, request.bucket, key):
        raise Wrong(dialect.unwritable_output, kind="bucket", name=request.bucket)
    if sentence := bucket_problem(blobs, request.bucket, project.scope):
        raise Wrong(sentence, kind="bucket", name=request.bucket)


def refuse_unready(project: Project, dataset: Dataset) -> None:
    """Refuse a dataset that is being changed, and one that never came to be, which no waiting mends."""
    label = f"The {dataset.kind} dataset of {project.name}"
    if dataset.status == "create-failed":
        sentence = f"{label} could not be made; delete it and make it anew."
        raise Busy(sentence, kind=NO_DATASET, name=dataset.kind)
    if dataset.status not in SETTLED:
        raise Busy(
            f"{label} is being made or changed; train when that is done.", kind="dataset", name=dataset.kind
        )


def refuse_sources(project: Project, request: NewTraining, *, has_datasets: bool) -> None:
    """Refuse manifests that the project's state, or their number, does not allow."""
    if has_datasets:
        raise Wrong(
            f"The project {project.name} has datasets, so that no other manifests can be trained with.",
            kind="project",
            name=project.name,
        )
    if request.train is None or (request.test is None) != request.auto_create:
        raise Wrong("Give a training manifest, and either a testing manifest or AutoCreate.")
