"""The interface of every engine: jobs go in and events come out; units are started and asked.

A job is named by string and its order is JSON, so that its sender imports nothing of it and any
process on any machine can run it. A unit holds one model and answers one picture after the other,
by frames of a head in JSON and bytes; where it runs is the engine's affair.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from vedette.engines.frames import Frame, Head

if TYPE_CHECKING:
    import asyncio  # jobs import this file, and do without

EventKind = Literal["progress", "said", "done", "failed", "cancelled"]
LAST: frozenset[EventKind] = frozenset({"done", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class JobFiles:
    """Which values of an order are places on the sender's disk, so that another machine can stand in for it.

    `folder` names the one that the job reads and writes. What lies in it goes to the machine; what the job
    has changed comes back: files directly in it with the next event, all the rest before `done`. `cache`
    names one that is only for speed: each machine has its own. Empty where the order has no such value.
    """

    folder: str = ""
    cache: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work: a name out of jobs.py and its order.

    Without `files` its order may hold any path of this machine, and it runs here. `keys` open the sealed
    folders that it works on (store/sealed_folders.py): they cross to the process, and are written nowhere.
    """

    name: str
    order: Mapping[str, Any] = field(default_factory=dict)
    files: JobFiles | None = None
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """A message of a run. The last one is `done`, `failed` or `cancelled`.

    `failed` carries `sentence`, and `refusal` (a name out of errors.py) where the sender of the job
    can do something about the cause; otherwise `traceback`, or neither where the process or its machine
    is gone: then the job may be begun again. With `waits` nothing has begun, since no machine took it.
    """

    kind: EventKind
    facts: Mapping[str, Any] = field(default_factory=dict)


class RunEnded(Exception):
    """Raised by a job whose last event another process has said already."""

    def __init__(self, event: Event) -> None:
        super().__init__(event.kind)
        self.event = event


EmitEvent = Callable[[Event], None]
Main = Callable[[Mapping[str, Any], EmitEvent, Callable[[], bool]], Mapping[str, Any]]


class Engine(Protocol):
    """Where jobs run. Never raises for a job's own failure: that is an event."""

    def submit(self, job: Job) -> str:
        """Start the job and return the engine's name for its run."""

    def events(self, run: str) -> Iterator[Event]:
        """Yield the run's events until it ends; blocks. One reader a run."""

    def cancel(self, run: str) -> None:
        """Ask the job to stop, then kill it; returns at once. A run that has ended stays ended."""


class UnitGone(Exception):
    """The unit died or was killed; its pending requests may be retried on another."""


class UnitStuck(UnitGone):
    """The unit did not answer and was killed; the picture that it hung on must not be retried."""


class NoPlace(UnitGone):
    """No machine takes a unit now, which is no fault of its model; the message is a sentence for people."""


class NodeTaken(NoPlace):
    """Somebody else had the place first; another one may be free."""


@dataclass(frozen=True, slots=True)
class UnitOrder:
    """What a unit holds, and with how many threads; a machine with its own share of cores takes that."""

    package: Path
    threads: int
    # Whether it runs a few times for nothing before it is ready: one that is asked once does not.
    warms: bool = True
    # The names of nodes that people empty: the unit goes on none of them.
    drained: tuple[str, ...] = ()
    # Those of a sealed package, as a job has them: such a unit is on this machine.
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)


class Unit(Protocol):
    """A unit as the server sees it; everything is called in the server's loop."""

    @property
    def alive(self) -> bool:
        """Whether it takes requests."""

    @property
    def in_flight(self) -> int:
        """How many requests it is reserved for."""

    @property
    def idle(self) -> "asyncio.Event":
        """Set while it is reserved for none."""

    @property
    def about(self) -> Mapping[str, Any]:
        """The facts of its model: `task`, `labels`, `colors`, `thresholds`."""

    @property
    def pace_s(self) -> float:
        """The recent seconds a picture."""

    @property
    def pid(self) -> int:
        """The process's number on this machine; 0 where it runs on another."""

    def overdue_s(self) -> float:
        """Return for how much longer than usual it has worked on its present picture."""

    def take(self) -> None:
        """Reserve the unit for one more picture."""

    def give_back(self) -> None:
        """Release a reservation: its picture is answered, or will not be sent."""

    async def ask(self, head: Head, body: bytes = b"") -> Frame:
        """Return the answer to a frame; frames are answered in order.

        Raises:
            UnitGone: when it died meanwhile, of this request or not.
            UnitStuck: when this request kept it from answering.
        """

    def kill(self) -> None:
        """End it at once; it gets no more requests."""

    async def close(self) -> None:
        """End it in order, and wait until it has ended."""


class Units(Protocol):
    """Where units run."""

    async def start(self, order: UnitOrder, *, on_death: Callable[[], None]) -> Unit:
        """Start a unit that holds the package; `on_death` is called when it dies by itself.

        Raises:
            Wrong: when the package cannot be loaded.
            NoPlace: when no machine takes it now.
            UnitGone: when it ends or stays silent.
        """

    async def close(self) -> None:
        """Let go of what starting units needed; those that were started are closed before."""
