"""How a model is to be hosted, and within which bounds of the installation."""

from dataclasses import dataclass, field
from pathlib import Path

from vedette.cores import count_cores
from vedette.projects.version import Version
from vedette.quotas import Quota


@dataclass(frozen=True, slots=True)
class HostingBounds:
    """How many units a model may have, when they end, and how many cores they share."""

    most_units: int = 16
    asleep_after_s: float = 0.0
    cores: int = 0
    # How many units all versions of an account may have together.
    quota: Quota = field(default_factory=Quota)


@dataclass(frozen=True, slots=True)
class HostingPlan:
    """How a model is to be hosted; with `asleep_after_s` of 0 it never scales to zero."""

    name: str
    package: Path
    least: int
    most: int
    cores: int
    asleep_after_s: float = 0.0
    # Whether it ran before this server began: then it waits for a place as long as that takes.
    has_run: bool = False


def plan_hosting(version: Version, package: Path, bounds: HostingBounds) -> HostingPlan:
    """Return how a version is to be hosted, by its row and these bounds."""
    least = version.least_units or 1
    return HostingPlan(
        name=version.name,
        package=package,
        least=least,
        most=version.most_units or least,
        cores=bounds.cores or count_cores(),
        asleep_after_s=bounds.asleep_after_s,
        has_run=version.state == "running",
    )
