"""A version: a trained model and its states, as one table of allowed moves.

Both dialects have names of their own for these states; they live in api/. What Rekognition calls
STOPPED is TRAINED to Lookout.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from vedette.arn import Arn, parse_arn
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
}

_REKOGNITION = re.compile(
    r"project/(?P<project>[a-zA-Z0-9_.\-]{1,255})/version/(?P<name>[a-zA-Z0-9_.\-]{1,255})/(?P<created>\d{1,16})"
)
_LOOKOUT = re.compile(r"model/(?P<project>[a-zA-Z0-9_\-]{1,255})/(?P<name>[1-9]\d{0,9})")


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

    @property
    def arn(self) -> Arn:
        """Its ARN; Lookout calls it a model, and has no moment in it."""
        scope = self.project.scope
        resource = f"project/{self.project.name}/version/{self.name}/{self.created_ms}"
        if scope.service == "lookoutvision":
            resource = f"model/{self.project.name}/{self.name}"
        return Arn(scope.service, scope.region, scope.account, resource)

    @property
    def path(self) -> str:
        """Its name in a refusal: `doors/2`, since a number alone names nothing."""
        return f"{self.project.name}/{self.name}"

    @property
    def folder(self) -> str:
        """The name of the folder that holds its files, below the data folder's `versions`."""
        return str(self.id)


# Each detection asks for its version, and each of its figures.
@lru_cache(maxsize=1024)
def read_version_arn(text: str) -> tuple[Scope, str, str] | None:
    """Return the scope, project and name in a version's ARN; None when it names something else."""
    arn = parse_arn(text)
    if arn.service == "rekognition" and (match := _REKOGNITION.fullmatch(arn.resource)):
        return Scope("rekognition", arn.account, arn.region), match["project"], match["name"]
    if arn.service == "lookoutvision" and (match := _LOOKOUT.fullmatch(arn.resource)):
        return Scope("lookoutvision", arn.account, arn.region), match["project"], match["name"]
    return None
