"""What a room declares: kinds of jobs, each with its order, its queue and what to do where it fails."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from vedette.jobs.context import JobContext

Order = TypeVar("Order")


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """A queue whose jobs share so many threads of a server."""

    name: str
    concurrency: int


@dataclass(frozen=True, slots=True)
class JobKind(Generic[Order]):
    """A kind of job. `order` is a frozen dataclass; one field may be `body: bytes`, for what is large.

    `run` does the job, and ends it in the transaction that shows the result; a run that returns without
    that has ended too. It may be called again from the start after a crash, so it is idempotent.
    `fail` writes down, for people, that the job failed; it is called until it could.
    """

    name: str
    order: type[Order]
    queue: WorkQueue
    run: Callable[[JobContext, Order], None]
    fail: Callable[[JobContext, Order, Exception], None]
    # How often it is begun where a run asks for another try; a crash of the server counts for none.
    tries: int = 1


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be added. Of a kind, a subject has one job at a time; accounts take turns."""

    kind: str
    subject: str
    account: str
    order: Any = field(repr=False)


class JobInterrupted(Exception):
    """The server stops; the job is taken up again by the next one."""


class JobCancelled(Exception):
    """Somebody asked that the job be left."""


class JobBegun(Exception):
    """A job that was to be dropped has begun, or has ended."""


class JobPostponed(Exception):
    """No machine takes the job now: it goes back into its queue, as if it had not begun."""


class Retry(Exception):
    """The run came to nothing for a reason that may pass; the job is begun again, if it has tries left."""
