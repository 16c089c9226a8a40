"""What the console asks of a service's door: one of its operations, for a person who is signed in.

The person stands in for a signature; rights, limits and refusals are those of a signed request.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from vedette.api.door import Effect, Visit
from vedette.api.faults import Fault
from vedette.wire.http import Response


@dataclass(frozen=True, slots=True)
class RelayedCall:
    """One operation of a service, with its request as plain JSON (wire/plain_json.py)."""

    operation: str
    body: bytes
    region: str


class RelayDoor(Protocol):
    """A service's door that also answers who is signed in; `visit.principal` is known."""

    @property
    def name(self) -> str:
        """The service."""

    @property
    def relayed(self) -> Collection[str]:
        """The operations that it answers so."""

    def effect_of(self, operation: str) -> Effect:
        """Return what an operation does to the disk."""

    async def relay(self, visit: Visit, call: RelayedCall) -> Response:
        """Return the answer as plain JSON, or the bytes of an operation whose answer is bytes."""

    def relay_fault(self, error: Exception, visit: Visit) -> Fault:
        """Return what the dialect says of an error."""


class ObjectDoor(RelayDoor, Protocol):
    """The door of buckets, for routes that carry bytes."""

    async def perform(self, visit: Visit, operation: str, members: dict[str, Any], region: str) -> Response:
        """Return the service's own answer to an operation of who is signed in; raise what it refuses."""
