"""What a version keeps of what it is asked, and what is known of drift. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vedette.feedback.drift import DriftFinding

DriftStatus = Literal["none", "running", "ready", "failed"]

USUAL_SHARE, USUAL_PER_DAY, USUAL_DAYS = 0.1, 50, 30
MOST_PER_DAY, MOST_DAYS = 1000, 365
# Of a version, whatever its plan says: a forgotten plan must not fill a disk.
MOST_KEPT = 5000
MOST_BYTES = 4 << 30


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """What a version keeps. `share` is of what it is asked, drawn by chance."""

    version: int
    project: int
    trial: str
    is_on: bool
    share: float
    most_per_day: int
    doubtful_first: bool
    retention_days: int
    address: str
    caller: Mapping[str, Any]
    changed_ms: int
    swept: Mapping[str, Any] | None = None
    pause: str = ""


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """A kept picture: when it was asked for, its size and its content's hash."""

    number: int
    taken_ms: int
    size: int
    exact: str


@dataclass(frozen=True, slots=True)
class DriftState:
    """Whether the last pictures are like those of the training. `count` are the different ones looked at."""

    status: DriftStatus = "none"
    message: str = ""
    count: int = 0
    look_count: int = 0
    findings: Sequence[DriftFinding] = ()
    since_ms: int = 0
    # Kept pictures that show it, by their numbers.
    examples: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class FeedbackState:
    """What a version keeps, how much that is by now, and drift."""

    plan: SamplingPlan | None
    drift: DriftState
    count: int = 0
    size: int = 0
    count_today: int = 0
    # Since the server started: drawn pictures that were passed over, since it had too much to do.
    passed_over: int = 0
    # Why the last drawn picture could not be kept; nothing where it could.
    problem: str = ""
