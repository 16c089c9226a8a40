"""The interface of every engine: jobs go in, events come out.

A job is named by string and its order is JSON, so that its sender imports nothing of it and any
process on any machine can run it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

EventKind = Literal["progress", "said", "done", "failed", "cancelled"]
LAST: frozenset[EventKind] = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work: a name out of jobs.py and its order."""

    name: str
    order: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """A message of a run. The last one is `done`, `failed` or `cancelled`.

    `failed` carries `sentence`, and `refusal` (a name out of errors.py) where the sender of the job
    can do something about the cause; otherwise `traceback`.
    """

    kind: EventKind
    facts: Mapping[str, Any] = field(default_factory=dict)


EmitEvent = Callable[[Event], None]
Main = Callable[[Mapping[str, Any], EmitEvent, Callable[[], bool]], Mapping[str, Any]]


class Engine(Protocol):
    """Where work runs. Never raises for a job's own failure: that is an event."""

    def submit(self, job: Job) -> str:
        """Start the job and return the engine's name for its run."""

    def events(self, run: str) -> Iterator[Event]:
        """Yield the run's events until it ends; blocks. One reader a run."""

    def cancel(self, run: str) -> None:
        """Ask the job to stop, then kill it; returns at once. A run that has ended stays ended."""
