"""What is told of trainings: how far one is, what came of it, what the next would learn. Changes nothing."""

from collections.abc import Mapping
from typing import Any

from vedette.dialects.training_data import TrainingPreview
from vedette.errors import Busy
from vedette.projects.project import Project
from vedette.projects.version import WITH_PACKAGE, WORDS, Version
from vedette.training.bringing import report_past
from vedette.training.changes import LabelChanges, LabelDigests, compare
from vedette.training.estimate import Estimate, estimate
from vedette.training.failure import TrainingFailure, read_failure
from vedette.training.follow import Stages
from vedette.training.past import PastTrainings
from vedette.training.preview import Previewer
from vedette.training.report import (
    LEAST_STEP,
    TrainingReport,
    TrainingReports,
    read_label_thresholds,
    read_thresholds,
)
from vedette.training.rooms import TrainingRooms
from vedette.training.run import TRAIN, subject_of
from vedette.training.sources import TrainingSources


class TrainingFacts:
    """What there is to know of the trainings of the installation. Threads may share it."""

    def __init__(self, rooms: TrainingRooms, stages: Stages, sources: TrainingSources) -> None:
        self._rooms = rooms
        self._stages = stages
        self._sources = sources
        self._previewer = Previewer(rooms.datasets, rooms.root, one_size=rooms.rules.one_size)
        self._reports = TrainingReports()
        self._digests = LabelDigests()
        self._past = PastTrainings(rooms.versions)

    def progress(self, version: Version) -> Mapping[str, Any] | None:
        """Return how far a training is, on whichever server; nothing where it waits or is over."""
        if (facts := self._stages.of(version)) is not None or version.state != "training":
            return facts
        return self._rooms.jobs.progress(TRAIN, subject_of(version))

    def preview(self, project: Project) -> TrainingPreview:
        """Return what a training with the project's datasets would learn now, and what it would need."""
        return self._previewer.preview(project, self._sources.own(project))

    def estimates(self, account: str, preview: TrainingPreview) -> list[Estimate]:
        """Return how long a training would take with each budget, by the account's trainings before."""
        if preview.task is None:
            return []
        pictures = sum(part.pictures for part in preview.parts.values())
        return estimate(preview.task, pictures, self._past.of(account))

    def changes(self, before: Version, after: Version) -> LabelChanges | None:
        """Return what changed in the pictures between two versions; nothing where lines are not here."""
        dialect = before.project.dialect
        old = self._digests.of_version(dialect, self._rooms.folder(before))
        new = self._digests.of_version(dialect, self._rooms.folder(after))
        return None if old is None or new is None else compare(old, new)

    def thresholds_changed(self, before: Version, after: Version) -> int:
        """Return how many labels of both versions have another threshold in the later one."""
        old, new = (read_thresholds(self._rooms.folder(version)) for version in (before, after))
        return sum(1 for label in old.keys() & new.keys() if abs(old[label] - new[label]) >= LEAST_STEP)

    def trained_thresholds(self, version: Version) -> Mapping[str, float]:
        """Return the threshold of every label as the training found it; refuse where there is no model."""
        if version.state not in WITH_PACKAGE:
            sentence = f"The version {version.name} {WORDS[version.state]}: it has no model."
            raise Busy(sentence, kind="version", name=version.path)
        return read_label_thresholds(self._rooms.folder(version), version)

    def changes_since(self, version: Version) -> LabelChanges | None:
        """Return what changed in the project's datasets since a version began; nothing where unknown."""
        project = version.project
        old = self._digests.of_version(project.dialect, self._rooms.folder(version))
        if old is None:
            return None
        return compare(old, self._previewer.digest(project, self._sources.own(project)))

    def report(self, version: Version) -> TrainingReport | None:
        """Return what came of a training, here or at AWS; nothing where there is no model."""
        if version.is_archived:
            return report_past(version)
        if version.state not in WITH_PACKAGE:
            return None
        return self._reports.of(self._rooms.folder(version))

    def failure(self, version: Version) -> TrainingFailure | None:
        """Return why a training came to nothing; nothing where it did not."""
        return read_failure(version, self._rooms.folder(version)) if version.state == "failed" else None
