"""Which datasets a training learns from, and why it cannot now."""

from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.errors import Busy
from vedette.projects.project import Project
from vedette.training.admission import NO_DATASET, refuse_sources, refuse_unready
from vedette.training.order import NewTraining


class TrainingSources:
    """The datasets of projects, as trainings take them."""

    def __init__(self, datasets: Datasets) -> None:
        self._datasets = datasets

    def of(self, project: Project, request: NewTraining) -> dict[str, Dataset]:
        """Return the datasets to learn from, by part; none where the caller named manifests."""
        if request.train or request.test:
            datasets = self._datasets.of_projects([project]).get(project.id, [])
            refuse_sources(project, request, has_datasets=bool(datasets))
            return {}
        return self.own(project, auto_create=request.auto_create)

    def own(self, project: Project, *, auto_create: bool = False) -> dict[str, Dataset]:
        """Return the project's datasets by part; refuse where they cannot be learnt from now."""
        datasets = self._datasets.of_projects([project]).get(project.id, [])
        sources = {dataset.kind: dataset for dataset in datasets}
        if "train" not in sources:
            raise Busy(f"The project {project.name} has no training dataset.", kind=NO_DATASET, name="train")
        for dataset in sources.values():
            refuse_unready(project, dataset)
        if auto_create:
            sources.pop("test", None)
        return {part: sources[part] for part in ("train", "test") if part in sources}
