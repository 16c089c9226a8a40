"""What a project needs next: counted as its trainings count, told as facts that pages put into words.

What a training would refuse comes from the dialect's own checks; of what more pictures would help, from the
last training, which found out by pictures that it had not learnt from.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from vedette.datasets.dataset import Dataset, Kind
from vedette.datasets.datasets import Datasets
from vedette.dialects.readiness import DatasetTally, TrainingLack
from vedette.errors import Refusal
from vedette.projects.project import Project
from vedette.projects.version import WITH_PACKAGE, Version
from vedette.projects.versions import Versions
from vedette.runtime.package import open_package

StepKind = Literal[
    "add-pictures", "errors", "broken", "unsure", "label",
    "labels", "pictures", "normal", "anomaly", "untested", "more-of", "train",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do. `is_needed`: no training begins without it."""

    kind: StepKind
    dataset: Kind
    count: int = 0
    labels: tuple[str, ...] = ()
    is_needed: bool = False


@dataclass(slots=True)
class NextSteps:
    """What projects need. Threads may share it."""

    datasets: Datasets
    versions: Versions
    package_of: Callable[[Version], Path]
    # What the model of a version said of which label more pictures would help: packages never change.
    advice: dict[int, str] = field(default_factory=dict)

    def of_project(self, project: Project) -> list[NextStep]:
        """Return what is to be done, what nothing can do without first."""
        pair = self.datasets.of_projects([project]).get(project.id, ())
        tallies = {
            dataset.kind: self.datasets.queries.tally(dataset) for dataset in pair if _is_listed(dataset)
        }
        train = tallies.get("train")
        if train is None or not train.total:
            return [NextStep("add-pictures", "train", is_needed=True)]
        lacks = _lacks(project, train, tallies.get("test"))
        # Some errors are passed over by a training, too many are not.
        spoilt = [lack.dataset for lack in lacks if lack.kind == "errors"]
        steps = [
            step
            for kind, tally in tallies.items()
            for step in _of_entries(kind, tally, is_spoilt=kind in spoilt)
        ]
        if "test" in tallies and not tallies["test"].total:
            steps.append(NextStep("add-pictures", "test", is_needed=True))
        steps += [
            NextStep(lack.kind, lack.dataset, lack.count, tuple(lack.labels), is_needed=lack.is_refused)
            for lack in lacks
            if lack.kind != "errors"
        ]
        steps += self._of_last_version(project, train)
        if self._is_ready(project, pair, train, steps):
            steps.append(NextStep("train", "train", train.usable))
        return sorted(steps, key=lambda step: not step.is_needed)

    def _of_last_version(self, project: Project, train: DatasetTally) -> Iterator[NextStep]:
        for version in self._trained(project)[:1]:
            if version.id not in self.advice:
                self.advice[version.id] = self._advice_of(version)
            label = self.advice[version.id]
            counts = {tally.name: tally.pictures for tally in train.labels}
            counts |= {"normal": train.normal, "anomaly": train.anomaly}
            if counts.get(label):
                yield NextStep("more-of", "train", counts[label], (label,))

    def _advice_of(self, version: Version) -> str:
        try:
            recipe = open_package(self.package_of(version)).facts.recipe
        except (OSError, Refusal):
            return ""
        advice = recipe.get("more_pictures_of")
        return str(advice.get("label", "")) if isinstance(advice, dict) else ""

    def _is_ready(
        self, project: Project, pair: Sequence[Dataset], train: DatasetTally, steps: Sequence[NextStep]
    ) -> bool:
        """Say whether a training may begin, and would learn something that the newest model does not know."""
        if not train.usable or any(step.is_needed for step in steps):
            return False
        versions, _ = self.versions.list(project)
        if any(version.state == "training" for version in versions):
            return False
        trained = self._trained(project)
        return not trained or any(dataset.updated > trained[0].created for dataset in pair)

    def _trained(self, project: Project) -> Sequence[Version]:
        versions, _ = self.versions.list(project)
        return [version for version in versions if version.state in WITH_PACKAGE]


def _is_listed(dataset: Dataset) -> bool:
    """Say whether a dataset has entries to count: one that is being made has none yet."""
    return dataset.status not in ("creating", "create-failed")


def _of_entries(kind: Kind, tally: DatasetTally, *, is_spoilt: bool) -> Iterator[NextStep]:
    unlabelled = tally.total - tally.labelled - tally.unsure
    counts: tuple[tuple[StepKind, int], ...] = (
        ("errors", tally.errors),
        ("broken", tally.broken),
        ("unsure", tally.unsure),
        ("label", unlabelled),
    )
    needed = () if tally.usable else ("errors",) if tally.labelled else ("label",)
    needed = ("errors",) if is_spoilt else needed
    for step, count in counts:
        if count:
            yield NextStep(step, kind, count, is_needed=step in needed)


def _lacks(project: Project, train: DatasetTally, test: DatasetTally | None) -> Sequence[TrainingLack]:
    """Return what a training would lack; before anything can be learnt from, that is all there is to say."""
    return project.dialect.find_lacks(train, test) if train.usable else ()
