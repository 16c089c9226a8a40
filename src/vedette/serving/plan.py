"""How a model is to be hosted."""

from dataclasses import dataclass
from pathlib import Path


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
