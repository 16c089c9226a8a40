"""What trainings work with: the rooms below, the folders of versions, and the rules of the installation."""

from dataclasses import dataclass, field
from pathlib import Path

from vedette.clock import Clock
from vedette.datasets.datasets import Datasets
from vedette.engines.port import Engine
from vedette.identity.access import ObjectAccess
from vedette.jobs.kind import WorkQueue
from vedette.jobs.runner import JobRunner
from vedette.projects.version import Version
from vedette.projects.versions import Versions
from vedette.quotas import Quota
from vedette.store.blobs.port import Blobs
from vedette.training.backbones import Backbones
from vedette.training.folder import Folder
from vedette.training.seals import VersionSeals


@dataclass(frozen=True, slots=True)
class TrainingRules:
    """What the installation sets for its trainings."""

    budget: str = "balanced"
    at_once: int = 2
    one_size: bool = True
    # How many of an account run at once.
    quota: Quota = field(default_factory=Quota)

    @property
    def queue(self) -> WorkQueue:
        """Return where trainings wait for their turn."""
        return WorkQueue("trainings", self.at_once)


@dataclass(frozen=True, slots=True)
class TrainingRooms:
    """What the jobs of versions work with."""

    versions: Versions
    datasets: Datasets
    blobs: Blobs
    engine: Engine
    access: ObjectAccess
    jobs: JobRunner
    rules: TrainingRules
    clock: Clock
    root: Path
    cache: Path
    # None in tests that have no keys; there nothing is sealed.
    seals: VersionSeals | None = None

    @property
    def backbones(self) -> Backbones:
        """The weights that trainings may begin from."""
        root = self.root.parent / "backbones"
        return Backbones(root, self.versions, self.blobs, self.access, self.engine, self.clock, self.seals)

    def folder(self, version: Version) -> Folder:
        """Return where a version's files lie; its model is in `package` there."""
        return Folder(self.root / version.folder)
