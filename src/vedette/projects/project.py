"""A project, and the names it has in each dialect."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vedette.arn import Arn, parse_arn
from vedette.dialects.dialect import Dialect, Service
from vedette.dialects.registry import dialect_of

Feature = Literal["CUSTOM_LABELS", "CONTENT_MODERATION"]
Status = Literal["CREATING", "CREATED", "DELETING"]

PROJECT_ARNS: dict[str, tuple[Service, re.Pattern[str]]] = {
    "rekognition": (
        "rekognition",
        re.compile(r"project/(?P<name>[a-zA-Z0-9_.\-]{1,255})/[0-9]{1,16}"),
    ),
    "lookoutvision": ("lookoutvision", re.compile(r"project/(?P<name>[a-zA-Z0-9_\-]{1,255})")),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Where names are unique: a service, an account, a region."""

    service: Service
    account: str
    region: str

    @property
    def dialect(self) -> Dialect:
        """The limits and rules of the service."""
        return dialect_of(self.service)


@dataclass(frozen=True, slots=True)
class Project:
    """A group of datasets and versions. `id` grows in the order of creation."""

    id: int
    scope: Scope
    name: str
    created: datetime
    created_ms: int
    feature: Feature = "CUSTOM_LABELS"
    auto_update: str = ""
    status: Status = "CREATED"
    is_feature_named: bool = False

    @property
    def dialect(self) -> Dialect:
        """The limits and rules of its service."""
        return self.scope.dialect

    @property
    def arn(self) -> Arn:
        """Its ARN; Rekognition's ends with the moment of creation, Lookout's does not."""
        moment = f"/{self.created_ms}" if self.scope.service == "rekognition" else ""
        scope = self.scope
        return Arn(scope.service, scope.region, scope.account, f"project/{self.name}{moment}")


def read_project_arn(text: str) -> tuple[Scope, str] | None:
    """Return the scope and name in a project's ARN; None when it names something else."""
    arn = parse_arn(text)
    service, pattern = PROJECT_ARNS.get(arn.service, (None, None))
    match = pattern.fullmatch(arn.resource) if pattern else None
    if service is None or match is None:
        return None
    return Scope(service, arn.account, arn.region), match["name"]
