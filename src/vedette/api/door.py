"""What a door is: how requests of one dialect are recognised, authenticated, answered and refused.

    request → recognises → (body) → prepare → answer → response
                                        └────────┴── an exception → fault

Each folder of api/ exports one door as `DOOR`; server/doors.py lists them, and knows nothing else of any
dialect. Nothing here speaks AWS.
"""

import time
from collections.abc import Awaitable, Callable, Hashable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

from botocore.model import OperationModel

from vedette.api.house import House
from vedette.identity.principal import Principal
from vedette.wire.http import Request, Response
from vedette.wire.signed import SignatureClaim

T = TypeVar("T")

# What a request does to the disk, which counts when the disk is full.
Effect = Literal["reads", "writes", "removes"]

# Hashing and reading more than this is work for a thread, whatever it asks.
SMALL_REQUEST = 16 * 1024


class SlowBody(Exception):
    """The body came too slowly, or not at all."""


class LongBody(Exception):
    """The body is longer than this server takes."""


class ChosenAnswer(Exception):
    """An answer that a door chose itself: the log needs its sentence, and no traceback."""

    sentence: str


class InThread(Protocol):
    """Calls a function in a thread of the server's pool, and waits for it in the event loop."""

    def __call__(self, function: Callable[..., T], *arguments: Any) -> Awaitable[T]:
        """Return what the function returns."""


class ServerStatus(Protocol):
    """What the server's own pages tell of it."""

    ready: bool

    def metrics_page(self) -> bytes:
        """Return the metrics in Prometheus's text format."""


class BodyRoom(Protocol):
    """The memory that the server has for bodies."""

    def hold(self, client: Hashable, size: int, /) -> AbstractAsyncContextManager[None]:
        """Hold room for so many bytes, waiting for it."""


@dataclass(slots=True)
class AuditFacts:
    """What a door tells the audit trail of a request, as it comes to know it.

    `effect` is None until an operation is recognised. `service` is another's than the door's own where the
    door relays.
    """

    service: str = ""
    # Where it is another one's than the request's own: a route of the console that stores an object.
    operation: str = ""
    region: str = ""
    effect: Effect | None = None
    parameters: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] | None = None
    code: str = ""
    sentence: str = ""
    # Who is asked about, and in which account, where nobody has been recognised: at a sign-in.
    name: str = ""
    account: str = ""


@dataclass(slots=True)
class Visit:
    """One request at a door, with its signature, principal and operation once they are known."""

    house: House
    request: Request
    in_thread: InThread
    status: ServerStatus
    # None for a request without a signature, and until it was read.
    signed: SignatureClaim | None = None
    # None until the signature has been verified.
    principal: Principal | None = None
    # Which operation it is, and what its path says; looked up once.
    match: tuple[OperationModel, dict[str, str]] | None = None
    # For doors that read bodies themselves; None in tests.
    room: BodyRoom | None = None
    # Waits until the client has left; for answers that go on. None in tests.
    gone: Callable[[], Awaitable[None]] | None = None
    # For the audit trail.
    audit: AuditFacts = field(default_factory=AuditFacts)
    # When the whole request was here, by the monotonic clock: what a client is kept waiting counts from then.
    received: float = field(default_factory=time.monotonic)

    @property
    def signing_name(self) -> str:
        """The service that the signature names, nothing without one. It may lie until it is verified."""
        return self.signed.service if self.signed is not None else ""


class Door(Protocol):
    """What the server asks of a dialect."""

    @property
    def name(self) -> str:
        """The name that the log and the figures have for it: for a service, the one that its clients sign."""

    @property
    def reads_whole_body(self) -> bool:
        """Whether the server reads the body before the door is asked: a page's up to SMALL_REQUEST."""

    def recognises(self, visit: Visit) -> bool:
        """Say whether a request that no known service signed is for this door, by its form."""

    def bytes_to_recognise(self, request: Request) -> int:
        """Return how much of the body of an unsigned request must be read to recognise it; mostly nothing."""

    def preflight(self, request: Request) -> Response | None:
        """Return the answer to a browser's OPTIONS, where the door answers it without a look at its rooms."""

    def prepare(self, visit: Visit) -> None:
        """Refuse, before the body is read, what would be refused after it."""

    async def answer(self, visit: Visit) -> Response:
        """Return the answer, or raise what `fault` can tell."""

    def effect(self, visit: Visit) -> Effect:
        """Return what the request does to the disk."""

    def fault(self, error: Exception, visit: Visit) -> Response:
        """Return what the dialect says of an error, whichever it is."""

    def common_headers(self, request: Request) -> list[tuple[str, str]]:
        """Return the headers that every answer has: the request's id, and what browsers need."""


class PageDoor(Door, Protocol):
    """A door that is recognised by its paths, before any signature is read."""

    def is_on_record(self, visit: Visit) -> bool:
        """Return whether the request is logged and counted, as those of services are."""


class PlainDoor:
    """What most doors have in common: the head says all, and nothing is written."""

    __slots__ = ()

    reads_whole_body = False

    def bytes_to_recognise(self, request: Request) -> int:
        """Nothing."""
        del request
        return 0

    def preflight(self, request: Request) -> Response | None:
        """None: an OPTIONS is answered as any other request."""
        del request
        return None

    def prepare(self, visit: Visit) -> None:
        """Nothing: no body is read before the door is asked."""

    def effect(self, visit: Visit) -> Effect:
        """Nothing is written."""
        del visit
        return "reads"

    def is_on_record(self, visit: Visit) -> bool:
        """No: pages are no service."""
        del visit
        return False

    def common_headers(self, request: Request) -> list[tuple[str, str]]:
        """None."""
        del request
        return []
