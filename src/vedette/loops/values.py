"""What a feedback loop is: what was asked for, where it is, and what came of it so far. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from vedette.datasets.dataset import Kind

LoopStatus = Literal["running", "done", "failed", "stopped"]
# In the order in which they follow one another (steps.py).
LoopStep = Literal[
    "begin",
    "look",
    "choose",
    "share",
    "label",
    "train",
    "order",
    "learn",
    "compare",
    "move",
    "start",
    "switch",
    "retire",
    "end",
]
TEST_SHARE = 0.2
MOST_PICTURES = 100
"""Of one loop's round: as many as are in order of what helps most (`learn/teaching.py`)."""


@dataclass(frozen=True, slots=True)
class LoopWish:
    """What somebody asks for: pictures below an address, or those of a dataset that have no labels."""

    name: str
    source: str = ""
    dataset: Kind | None = None
    # The name that is to point to the better version; nothing moves without one.
    alias: str = ""
    most: int = 50
    task: str = ""
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    test_share: float = TEST_SHARE
    # Trains and moves without asking.
    is_automatic: bool = False
    # The version that the alias pointed to before stops once the name has moved.
    stops_old: bool = True


@dataclass(frozen=True, slots=True)
class LoopPicture:
    """A picture that people are to label, and the dataset it belongs to."""

    source: str
    side: Kind
    doubt: float


@dataclass(frozen=True, slots=True)
class LoopState:
    """A loop as it is now. `facts` is what its steps noted, as JSON values."""

    id: str
    project: int
    version: int
    version_name: str
    wish: LoopWish
    step: LoopStep
    status: LoopStatus
    message: str
    caller: Mapping[str, Any]
    created_ms: int
    changed_ms: int
    # Whether somebody said that the step which asks for it may be done.
    is_confirmed: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        """What tells what this loop made from what others made under the same name."""
        return self.id[:8]

    @property
    def chosen(self) -> tuple[LoopPicture, ...]:
        """The pictures that people are to label."""
        return tuple(LoopPicture(*item) for item in self.facts.get("chosen", ()))
