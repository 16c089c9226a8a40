"""A model's life on the device: its states, the moves between them, and what is told of it.

STOPPED ─→ STARTING ─→ RUNNING ─→ STOPPING ─→ STOPPED
FAILED  ─→ STARTING ─→ FAILED      RUNNING ─→ FAILED (its process ended again and again)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class ModelState(Enum):
    """Where a model is in its life."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    FAILED = "FAILED"
    STOPPING = "STOPPING"


MOVES: Mapping[ModelState, frozenset[ModelState]] = {
    ModelState.STOPPED: frozenset({ModelState.STARTING}),
    ModelState.STARTING: frozenset({ModelState.RUNNING, ModelState.FAILED, ModelState.STOPPED}),
    ModelState.RUNNING: frozenset({ModelState.STOPPING, ModelState.FAILED}),
    ModelState.FAILED: frozenset({ModelState.STARTING}),
    ModelState.STOPPING: frozenset({ModelState.STOPPED}),
}


class ProcessFailed(Exception):
    """A model's process could not answer, for a reason that is ours; the message is for the client."""


class LoadingLost(ProcessFailed):
    """A model's process ended while it loaded the model; another one may succeed."""


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What a model is and where it stands."""

    name: str
    arn: str
    state: ModelState
    message: str
    task: str = ""
    pid: int = 0
