"""Operations that one service asks of another on behalf of a caller: AWS calls it forward access.

They are the doors' own handlers, judged by the caller's rights of now, with the condition keys that say which
service acts for it, and put on record like any others. No door is named here: the server hands them over.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

import orjson

from vedette.access.request import environment, via_service
from vedette.api.auditing import event_of, reads_too
from vedette.api.door import Visit
from vedette.api.faults import Fault
from vedette.api.fitting import fit
from vedette.api.house import Caller, House
from vedette.api.operations import OperationsDoor
from vedette.identity.may import Context
from vedette.identity.principal import Principal
from vedette.wire import plain_json
from vedette.wire.errors import ProtocolFault
from vedette.wire.http import Headers, Request

log = logging.getLogger(__name__)


class InnerFault(Exception):
    """What a service answered to an operation that was asked of it for somebody."""

    def __init__(self, service: str, fault: Fault) -> None:
        super().__init__(fault.message)
        self.service, self.code, self.status, self.message = (
            service,
            fault.code,
            fault.status,
            fault.message,
        )

    @property
    def sentence(self) -> str:
        """What people read of it."""
        return (
            f"{self.message} (Service: {self.service}; Status Code: {self.status}; Error Code: {self.code})"
        )


class BucketsDoor(Protocol):
    """The door of buckets, whose requests are no dicts."""

    async def ask(self, visit: Visit, operation: str, members: dict[str, Any], region: str) -> dict[str, Any]:
        """Return the answer to an operation as a dict; raise what is refused."""

    def relay_fault(self, error: Exception, visit: Visit) -> Fault:
        """Return what the dialect says of an error."""


@dataclass(frozen=True, slots=True)
class ActingFor:
    """For whom, in which region, and by which service."""

    principal: Principal
    region: str
    via: str


@dataclass(frozen=True, slots=True)
class InnerCalls:
    """The services, as another one asks them. Threads may share it; none of them has an event loop."""

    house: House
    doors: Mapping[str, OperationsDoor]
    buckets: BucketsDoor

    def ask(
        self, acting: ActingFor, service: str, operation: str, members: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return the answer to an operation, by its shape; InnerFault where it is refused."""
        visit = self._visit(acting, service, operation)
        try:
            model = plain_json.find(service, operation)
            request = fit(model.input_shape, members, operation)
            if service == "s3":
                answer = asyncio.run(self.buckets.ask(visit, operation, request, acting.region))
            else:
                answer = self._perform(visit, acting, service, operation, request)
        except Exception as error:  # noqa: BLE001  (each dialect has an answer to whatever it is)
            raise self._refused(visit, service, error) from None
        self._record(visit, 200, answer)
        return answer

    def _perform(
        self, visit: Visit, acting: ActingFor, service: str, operation: str, request: dict[str, Any]
    ) -> dict[str, Any]:
        door, house = self.doors[service], self.house
        members = plain_json.read(plain_json.find(service, operation), orjson.dumps(request))
        facts = visit.audit
        facts.effect, facts.parameters = door.effect_of(operation), members

        def context() -> Context:
            return {
                **environment(house.clock(), secure=True, user_agent=acting.via),
                **via_service(acting.via),
                "aws:requestedregion": acting.region,
            }

        caller = Caller(
            acting.principal,
            acting.region,
            door.prefix or service,
            visit.request.id,
            context,
            house.projects.tags.peek,
        )
        answer = door.operations[operation](house, caller, members)
        return answer if isinstance(answer, dict) else _awaited(answer)

    def _visit(self, acting: ActingFor, service: str, operation: str) -> Visit:
        """Return the request as the audit trail and the buckets see it."""
        fields = [("user-agent", acting.via), ("host", acting.via)]
        request = Request(
            "POST", "/", "", Headers(fields), scheme="https", client=acting.via, id=str(uuid4()),
            via=acting.via, operation=operation,
        )  # fmt: skip
        visit = Visit(self.house, request, _in_thread, _NoStatus(), principal=acting.principal)
        visit.audit.service, visit.audit.operation, visit.audit.region = service, operation, acting.region
        return visit

    def _refused(self, visit: Visit, service: str, error: Exception) -> InnerFault:
        if service == "s3":
            fault = self.buckets.relay_fault(error, visit)
        else:
            fault = self.doors[service].translate(error)
        if fault.status >= 500 or isinstance(error, ProtocolFault):
            log.warning(
                "%s of %s, asked from within: %s", visit.audit.operation, service, type(error).__name__
            )
        if fault.status >= 500:
            log.error("it failed", exc_info=error)
        visit.audit.code, visit.audit.sentence = fault.code, fault.message
        self._record(visit, fault.status, None)
        return InnerFault(service, fault)

    def _record(self, visit: Visit, status: int, answer: Mapping[str, Any] | None) -> None:
        visit.audit.answer = answer
        trail = self.house.audit
        if trail is None:
            return
        event = event_of(visit, status, reads_too=reads_too(visit))
        if event is not None:
            trail.note(event)


class _NoStatus:
    """What pages ask of the server, which are not asked for here."""

    ready = True

    def metrics_page(self) -> bytes:
        """Return nothing."""
        return b""


async def _in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    return await asyncio.to_thread(function, *arguments)


def _awaited(answer: Awaitable[dict[str, Any]]) -> dict[str, Any]:
    async def wait() -> dict[str, Any]:
        return await answer

    return asyncio.run(wait())
