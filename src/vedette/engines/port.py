"""The promise of every engine: jobs go in, events come out.

A job is named by string and its order is JSON, so that whoever submits it imports nothing of it
and any process on any machine can take it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Kind = Literal["progress", "said", "done", "failed", "cancelled"]
LAST: frozenset[Kind] = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done: a name out of jobs.py and its order."""

    name: str
    order: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """What a run says. The last one is `done`, `failed` or `cancelled`.

    `failed` carries `sentence`, and `refusal` (a name out of errors.py) where the cause is one that
    its sender can mend; otherwise `traceback`.
    """

    kind: Kind
    facts: Mapping[str, Any] = field(default_factory=dict)


Say = Callable[[Event], None]
Main = Callable[[Mapping[str, Any], Say, Callable[[], bool]], Mapping[str, Any]]


class Engine(Protocol):
    """Where work runs. Never raises for a job's own failure: that is an event."""

    def submit(self, job: Job) -> str:
        """Start the job and return the engine's name for its run."""

    def events(self, run: str) -> Iterator[Event]:
        """Yield what the run says until it ends; blocks. One reader a run."""

    def cancel(self, run: str) -> None:
        """Ask, then insist, then kill; returns at once. A run that has ended stays ended."""
