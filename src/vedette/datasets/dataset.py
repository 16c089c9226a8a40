"""A dataset as a frozen value, what may be done to it in which state, and its names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vedette.arn import Arn, parse_arn
from vedette.dialects.registry import DIALECTS
from vedette.identity.principal import Principal
from vedette.projects.project import Project, Scope

Kind = Literal["train", "test"]
Status = Literal["creating", "created", "create-failed", "updating", "updated", "update-failed"]
Fault = Literal["", "client", "service"]

SETTLED: frozenset[Status] = frozenset({"created", "updated", "update-failed"})
# From which states each thing may be asked for. What is being deleted is gone at once.
MOVES: dict[str, frozenset[Status]] = {
    "updated": SETTLED,
    "distributed": SETTLED,
    "copied": SETTLED,
    "listed": SETTLED | {"updating", "create-failed"},
    "deleted": SETTLED | {"create-failed"},
}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries a dataset has of each sort, and how many labels."""

    total: int = 0
    labelled: int = 0
    errors: int = 0
    normal: int = 0
    anomaly: int = 0
    labels: int = 0


@dataclass(frozen=True, slots=True)
class Dataset:
    """One of a project's two datasets. `message` is about the last operation, as `status` is."""

    id: int
    project: int
    kind: Kind
    created: datetime
    created_ms: int
    updated: datetime
    status: Status
    message: str
    fault: Fault
    part: int
    bucket: str
    counts: Counts

    def arn(self, project: Project) -> Arn:
        """Its ARN; some services have none for datasets, and nobody asks for it there."""
        scope, name = project.scope, project.dialect.names.dataset
        assert name is not None, f"a dataset of {scope.service} has no ARN"
        resource = name.write(project=project.name, kind=self.kind, created=self.created_ms)
        return Arn(scope.service, scope.region, scope.account, resource)


@dataclass(frozen=True, slots=True)
class ManifestSource:
    """Where the lines of a new dataset come from: an object, one version of it or the latest."""

    bucket: str
    key: str
    version: str = ""


@dataclass(frozen=True, slots=True)
class CopySource:
    """The dataset that a new one is a copy of."""

    dataset: Dataset


Source = ManifestSource | CopySource | None


@dataclass(frozen=True, slots=True)
class NewDataset:
    """What a caller wants made."""

    kind: Kind
    source: Source
    caller: Principal
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NewLines:
    """Lines to put into a dataset, and who puts them: by whose rights their pictures are read."""

    body: bytes
    caller: Principal


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are asked for; every condition that is given must hold."""

    labels: tuple[str, ...] = ()
    is_labelled: bool | None = None
    has_errors: bool = False
    is_anomalous: bool | None = None
    created_before_ms: int | None = None
    created_after_ms: int | None = None
    contains: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A label, and how many pictures have it, at all and on a box. Numbers grow as labels come."""

    number: int
    name: str
    pictures: int
    boxed: int


def read_dataset_arn(text: str) -> tuple[Scope, str, Kind, int] | None:
    """Return the scope, project, kind and moment in a dataset's ARN; None when it names something else."""
    arn = parse_arn(text)
    dialect = DIALECTS.get(arn.service)
    name = dialect.names.dataset if dialect else None
    fields = name.read(arn.resource) if name else None
    if dialect is None or fields is None:
        return None
    kind: Kind = "train" if fields["kind"] == "train" else "test"
    return Scope(dialect.name, arn.account, arn.region), fields["project"], kind, int(fields["created"])
