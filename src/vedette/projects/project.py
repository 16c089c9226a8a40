"""A project, and the names it has in each dialect."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from vedette.arn import Arn, parse_arn
from vedette.dialects.dialect import Dialect, Service
from vedette.dialects.registry import DIALECTS, dialect_of

Feature = Literal["CUSTOM_LABELS", "CONTENT_MODERATION"]
Status = Literal["CREATING", "CREATED", "DELETING"]


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
        """Its ARN, as its service names projects."""
        scope = self.scope
        resource = self.dialect.names.project.write(name=self.name, created=self.created_ms)
        return Arn(scope.service, scope.region, scope.account, resource)


def read_project_arn(text: str) -> tuple[Scope, str] | None:
    """Return the scope and name in a project's ARN; None when it names something else."""
    arn = parse_arn(text)
    dialect = DIALECTS.get(arn.service)
    fields = dialect.names.project.read(arn.resource) if dialect else None
    if dialect is None or fields is None:
        return None
    return Scope(dialect.name, arn.account, arn.region), fields["name"]
