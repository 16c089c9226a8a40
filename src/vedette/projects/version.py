"""A version: a trained model and its states, as one table of allowed moves.

Both dialects have names of their own for these states; they live in api/. What Rekognition calls
STOPPED is TRAINED to Lookout.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

import orjson

from vedette.arn import Arn, parse_arn
from vedette.dialects.registry import DIALECTS
from vedette.projects.project import Project, Scope

State = Literal[
    "training",
    "trained",
    "failed",
    "copying",
    "copied",
    "copy-failed",
    "starting",
    "running",
    "start-failed",
    "stopping",
    "stopped",
    "deleting",
    "archived",
]

FIRST: frozenset[State] = frozenset({"training", "copying"})
MOVES: Mapping[State, frozenset[State]] = {
    "training": frozenset({"trained", "failed"}),
    "trained": frozenset({"starting", "deleting"}),
    "failed": frozenset({"deleting"}),
    "copying": frozenset({"copied", "copy-failed"}),
    "copied": frozenset({"starting", "deleting"}),
    "copy-failed": frozenset({"deleting"}),
    "starting": frozenset({"running", "start-failed"}),
    # A model whose units can no longer be kept up has failed without being asked to stop.
    "running": frozenset({"stopping", "start-failed"}),
    "start-failed": frozenset({"starting", "deleting"}),
    "stopping": frozenset({"stopped"}),
    "stopped": frozenset({"starting", "deleting"}),
    "deleting": frozenset(),
    # Trained elsewhere, and without a model: only its figures were brought along. It begins and ends in this.
    "archived": frozenset({"deleting"}),
}
# States in which there is a package to serve.
USABLE: frozenset[State] = frozenset(state for state, to in MOVES.items() if "starting" in to)
# States in which there is one, served at this moment or not.
WITH_PACKAGE: frozenset[State] = USABLE | {"starting", "running", "stopping"}

WORDS: Mapping[State, str] = {
    "training": "is being trained",
    "trained": "is trained and not running",
    "failed": "could not be trained",
    "copying": "is being copied",
    "copied": "is copied and not running",
    "copy-failed": "could not be copied",
    "starting": "is starting",
    "running": "is running",
    "start-failed": "could not be started",
    "stopping": "is stopping",
    "stopped": "is stopped",
    "deleting": "is being deleted",
    "archived": "was trained at AWS: its figures are here, and no model that could run",
}


@dataclass(frozen=True, slots=True)
class ChosenThreshold:
    """What a label's confidence has to reach, as a person chose it: who, when, and by what costs."""

    threshold: float
    reason: str = "chosen"
    miss_cost: float | None = None
    false_alarm_cost: float | None = None
    currency: str = ""
    by: str = ""
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class VersionThresholds:
    """The thresholds that people chose for a version; `on_wire`: whether the services' answers hold to them.

    `revision` is another one after every change, and empty before the first.
    """

    labels: Mapping[str, ChosenThreshold] = field(default_factory=dict)
    on_wire: bool = False
    revision: str = ""

    @property
    def values(self) -> dict[str, float]:
        """The chosen thresholds alone."""
        return {label: choice.threshold for label, choice in self.labels.items()}


def dump_thresholds(thresholds: VersionThresholds) -> str:
    """Return a version's thresholds as its row holds them."""
    return orjson.dumps(thresholds).decode()


def read_thresholds(text: str) -> VersionThresholds:
    """Return the thresholds in a version's row; none where nobody chose any."""
    if not text:
        return VersionThresholds()
    document = orjson.loads(text)
    labels = {label: ChosenThreshold(**fields) for label, fields in document["labels"].items()}
    return VersionThresholds(labels, document["on_wire"], document["revision"])


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a project. `id` grows in the order of creation.

    `inputs` are the parameters of the training and `results` its outcome, both JSON.
    """

    id: int
    project: Project
    name: str
    created: datetime
    created_ms: int
    state: State
    message: str = ""
    description: str = ""
    bucket: str = ""
    prefix: str = ""
    source: str = ""
    least_units: int | None = None
    most_units: int | None = None
    ended: datetime | None = None
    billable_s: int | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    results: Mapping[str, Any] = field(default_factory=dict)
    thresholds: VersionThresholds = field(default_factory=VersionThresholds)

    @property
    def arn(self) -> Arn:
        """Its ARN, as its service names models."""
        scope, names = self.project.scope, self.project.dialect.names
        resource = names.model.write(project=self.project.name, name=self.name, created=self.created_ms)
        return Arn(scope.service, scope.region, scope.account, resource)

    @property
    def path(self) -> str:
        """Its name in a refusal: `doors/2`, since a number alone names nothing."""
        return f"{self.project.name}/{self.name}"

    @property
    def is_archived(self) -> bool:
        """Whether it was trained elsewhere, and is its figures alone."""
        return self.state == "archived"

    @property
    def folder(self) -> str:
        """The name of the folder that holds its files, below the data folder's `versions`."""
        return folder_of(self.id)


def folder_of(version: int) -> str:
    """Return the name of the folder of the version with this number."""
    return str(version)


# Each detection asks for its version, and each of its figures.
@lru_cache(maxsize=1024)
def read_version_arn(text: str) -> tuple[Scope, str, str] | None:
    """Return the scope, project and name in a version's ARN; None when it names something else."""
    arn = parse_arn(text)
    dialect = DIALECTS.get(arn.service)
    fields = dialect.names.model.read(arn.resource) if dialect else None
    if dialect is None or fields is None:
        return None
    return Scope(dialect.name, arn.account, arn.region), fields["project"], fields["name"]
