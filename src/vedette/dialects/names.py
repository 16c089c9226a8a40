"""What a service's things are called in ARNs: how a name is written, and how it is recognised again."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ResourceName:
    """The resource part of an ARN: a form with fields in braces, and a pattern with groups of their names."""

    form: str
    pattern: re.Pattern[str]

    def write(self, **fields: str | int) -> str:
        """Return the resource of these fields; those that the form has no place for are left out."""
        return self.form.format(**fields)

    def read(self, resource: str) -> dict[str, str] | None:
        """Return the fields in a resource; None when it is called otherwise."""
        match = self.pattern.fullmatch(resource)
        return match.groupdict() if match else None


@dataclass(frozen=True, slots=True)
class ResourceNames:
    """The names of projects, models and datasets. `latest` stands for the newest model, if anything does."""

    project: ResourceName
    model: ResourceName
    # None where the service names datasets by their project and type, and not by an ARN.
    dataset: ResourceName | None = None
    latest: str = ""
