"""Doors of services whose operations are functions from a dict to a dict, in whichever protocol.

    DOOR = OperationsDoor(JsonProtocol("rekognition"), OPERATIONS, translate)

A handler is called in a thread. One that has to wait for others returns what is awaited in the server's
loop, so that any number of requests can wait without a thread each. What else it needs it declares itself:

    @operation(is_quick=True)
    def describe_project(house, caller, request): ...
"""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from botocore.model import OperationModel

from vedette.access.request import environment
from vedette.api.authentication import authenticate
from vedette.api.cross_origin import allow_any_origin, answer_preflight
from vedette.api.door import SMALL_REQUEST, Effect, LongBody, SlowBody, Visit
from vedette.api.effects import effect_of_name
from vedette.api.faults import Fault, Translate
from vedette.api.house import Caller, House
from vedette.api.permissions import Permission
from vedette.api.protocols import Match, ServiceProtocol
from vedette.api.relay import RelayedCall
from vedette.audit.event import clean
from vedette.errors import Unbuilt, Wrong
from vedette.identity.may import Context
from vedette.identity.principal import Principal
from vedette.wire import plain_json
from vedette.wire.errors import ProtocolFault, UnknownOperation
from vedette.wire.http import Request, Response
from vedette.wire.signature_faults import answer_for
from vedette.wire.signed import SignatureFault

# An operation: the house, the caller, the validated request; the answer in the shape's spelling.
Result = dict[str, Any]
Handler = Callable[[House, Caller, dict[str, Any]], Result | Awaitable[Result]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A handler, and what it needs of the server."""

    handler: Handler
    # It reads a few rows, and is answered in the event loop: on a busy machine the hop to a
    # thread and back costs several times what it does (docs/experiments.md, 2026-11-20).
    is_quick: bool = False
    # It holds a picture in memory: admitted only while there is room for its result.
    looks_at_pictures: bool = False
    # What it does to the disk, where its name says something else.
    effect: Effect | None = None

    def __call__(self, house: House, caller: Caller, request: dict[str, Any]) -> Result | Awaitable[Result]:
        """Call the handler."""
        return self.handler(house, caller, request)


def operation(
    *, is_quick: bool = False, looks_at_pictures: bool = False, effect: Effect | None = None
) -> Callable[[Handler], Operation]:
    """Declare what the handler below needs; one that needs nothing but a thread goes without."""
    return lambda handler: Operation(handler, is_quick, looks_at_pictures, effect)


@dataclass(frozen=True, slots=True)
class OperationsDoor:
    """One service of operations."""

    protocol: ServiceProtocol
    handlers: Mapping[str, Handler]
    translate: Translate
    # How people call the service, and the rights that its operations ask for: for the reference pages.
    title: str = ""
    permissions: Mapping[str, tuple[Permission, ...]] = field(default_factory=dict)
    # What to do without the operations that are not supported yet.
    instead: str = ""
    # What the service is called in policies and ARNs, where its clients sign with another name.
    prefix: str = ""
    reads_whole_body: bool = True
    operations: Mapping[str, Operation] = field(init=False)

    def __post_init__(self) -> None:
        table = {name: _declared(handler) for name, handler in self.handlers.items()}
        object.__setattr__(self, "operations", table)

    @property
    def name(self) -> str:
        """The name that the service's clients sign with."""
        return self.protocol.service

    def recognises(self, visit: Visit) -> bool:
        """Say whether the request has the form of this service."""
        return self.protocol.recognises(visit.request, is_signed=bool(visit.signing_name))

    def bytes_to_recognise(self, request: Request) -> int:
        """Return how much of the body the protocol needs for that."""
        return self.protocol.bytes_to_recognise(request)

    def preflight(self, request: Request) -> Response | None:
        """Let pages of any origin send requests: each must be signed."""
        return answer_preflight(request) if self.protocol.is_preflight(request) else None

    def effect(self, visit: Visit) -> Effect:
        """Return what the request does to the disk; one that no operation fits does nothing."""
        try:
            name = self._match(visit)[0].name
        except ProtocolFault:
            return "reads"
        return self.effect_of(name)

    def effect_of(self, operation: str) -> Effect:
        """Return what an operation does to the disk."""
        declared = self.operations.get(operation)
        return (declared and declared.effect) or effect_of_name(operation)

    def prepare(self, visit: Visit) -> None:
        """Refuse a picture that there is no place for; who is still sending it holds none."""
        if self._declared(visit).looks_at_pictures:
            visit.house.hosting.places.refuse_full(_claimed_sender(visit))

    async def answer(self, visit: Visit) -> Response:
        """Answer, unless there is no room to."""
        visit.received = time.monotonic()
        declared = self._declared(visit)
        if not declared.looks_at_pictures:
            return await self._answer_or_wait(visit, declared)
        with visit.house.hosting.places.take(_claimed_sender(visit)):
            return await self._answer_or_wait(visit, declared)

    async def _answer_or_wait(self, visit: Visit, declared: Operation) -> Response:
        """Verify, parse, call and serialise; in a thread, unless it takes no time, or waits for others."""
        if declared.is_quick and len(visit.request.body) <= SMALL_REQUEST:
            answer = self._answer(visit)
        else:
            answer = await visit.in_thread(self._answer, visit)
        return answer if isinstance(answer, Response) else await answer

    @property
    def relayed(self) -> Collection[str]:
        """The operations that a person who is signed in may ask for: all."""
        return self.operations.keys()

    async def relay(self, visit: Visit, call: RelayedCall) -> Response:
        """Answer an operation for who is signed in at the console, unless there is no room to."""
        visit.received = time.monotonic()
        declared = self.operations.get(call.operation, NOTHING_DECLARED)
        if not declared.looks_at_pictures:
            return await self._relay_or_wait(visit, call, declared)
        assert visit.principal is not None
        with visit.house.hosting.places.take(f"{visit.request.client} {visit.principal.arn}"):
            return await self._relay_or_wait(visit, call, declared)

    async def _relay_or_wait(self, visit: Visit, call: RelayedCall, declared: Operation) -> Response:
        if declared.is_quick and len(call.body) <= SMALL_REQUEST:
            model, result = self._call(visit, call)
        else:
            model, result = await visit.in_thread(self._call, visit, call)
        answer = result if isinstance(result, dict) else await result
        visit.audit.answer = answer
        if answers_bytes(model):
            return self.protocol.wire.serialise(model, answer, visit.request.id)
        return Response(200, [("content-type", "application/json")], plain_json.dump(model, answer))

    def _call(self, visit: Visit, call: RelayedCall) -> tuple[OperationModel, Result | Awaitable[Result]]:
        assert visit.principal is not None
        model = plain_json.find(self.name, call.operation)
        handler = self._handler(model.name)
        members = plain_json.read(model, call.body)
        self._tell_audit(visit, model.name, members, call.region)
        caller = self._caller(visit, visit.principal, call.region)
        return model, handler(visit.house, caller, members)

    def relay_fault(self, error: Exception, visit: Visit) -> Fault:
        """Return what the dialect says of an error."""
        fault = self._fault(error, visit)
        visit.audit.code, visit.audit.sentence = fault.code, fault.message
        return fault

    def _answer(self, visit: Visit) -> Response | Awaitable[Response]:
        authenticate(visit, self.name)
        request = visit.request
        model, path_params = self._match(visit)
        request.operation = model.name
        handler = self._handler(model.name)
        members = self.protocol.format_of(request).parse(model, request, path_params)
        assert visit.principal is not None
        assert visit.signed is not None
        self._tell_audit(visit, model.name, members, visit.signed.region)
        caller = self._caller(visit, visit.principal, visit.signed.region)
        result = handler(visit.house, caller, members)
        if isinstance(result, dict):
            visit.audit.answer = result
            return self.protocol.format_of(request).serialise(model, result, request.id)
        return self._answer_later(model, result, visit)

    async def _answer_later(self, model: OperationModel, result: Awaitable[Result], visit: Visit) -> Response:
        visit.audit.answer = answer = await result
        return self.protocol.format_of(visit.request).serialise(model, answer, visit.request.id)

    def _tell_audit(self, visit: Visit, operation: str, members: dict[str, Any], region: str) -> None:
        facts = visit.audit
        facts.service, facts.region = self.name, region or visit.house.settings.region
        facts.effect, facts.parameters = self.effect_of(operation), members

    def _match(self, visit: Visit) -> Match:
        if visit.match is None:
            visit.match = self.protocol.match(visit.request)
        return visit.match

    def _declared(self, visit: Visit) -> Operation:
        """Return the operation; one without needs where the request names none, or not yet."""
        try:
            return self.operations.get(self._match(visit)[0].name, NOTHING_DECLARED)
        except ProtocolFault:
            return NOTHING_DECLARED

    def _handler(self, name: str) -> Handler:
        declared = self.operations.get(name)
        if declared is None:
            sentence = f"{name} of {self.name} is not supported yet. {self.instead}"
            raise Unbuilt(sentence.strip(), name=name)
        return declared.handler

    def _caller(self, visit: Visit, principal: Principal, region: str) -> Caller:
        """Return who is calling; a client that names no region is in the installation's own."""
        house = visit.house
        region = region or house.settings.region

        def context() -> Context:
            return _facts_of_request(visit.request, house.clock(), region)

        return Caller(
            principal,
            region,
            self.prefix or self.name,
            visit.request.id,
            context,
            house.projects.tags.peek,
            visit.received,
        )

    def fault(self, error: Exception, visit: Visit) -> Response:
        """Return what the dialect says of an error."""
        fault = self._fault(error, visit)
        visit.audit.code, visit.audit.sentence = fault.code, fault.message
        return self.protocol.format_of(visit.request).fault(
            fault.code, fault.status, fault.message, fault.members, visit.request.id
        )

    def _fault(self, error: Exception, visit: Visit) -> Fault:
        if isinstance(error, SignatureFault):
            answer = answer_for(error, self.protocol.family)
            return Fault(answer.code, answer.status, answer.message)
        if isinstance(error, LongBody) and self._declared(visit).looks_at_pictures:
            return self.translate(Wrong(f"The picture is too large. {error}", kind="large picture"))
        if isinstance(error, LongBody):
            return Fault("RequestEntityTooLargeException", 413, str(error))
        if isinstance(error, SlowBody):
            return Fault("RequestTimeoutException", 408, str(error))
        fault = self.translate(error)
        # A sentence may quote what was asked, and JSON can say halves of characters, which no answer can.
        return replace(fault, message=clean(fault.message))

    def common_headers(self, request: Request) -> list[tuple[str, str]]:
        """Return the header that SDKs print, and what lets a page of another origin read the answer."""
        return [("x-amzn-RequestId", request.id), *allow_any_origin(request)]


def answers_bytes(model: OperationModel) -> bool:
    """Return whether the answer is bytes, such as a file to download."""
    shape = model.output_shape
    payload = shape.serialization.get("payload") if shape is not None else None
    return payload is not None and shape.members[payload].type_name == "blob"


def _claimed_sender(visit: Visit) -> str:
    """Return who a client says it is. Whoever names another's key costs its holder a retry at most."""
    return f"{visit.request.client} {visit.signed.key_id if visit.signed else ''}"


def _facts_of_request(request: Request, now: datetime, region: str) -> dict[str, str | tuple[str, ...]]:
    """Return what policies may ask of any request, whoever sent it."""
    facts = environment(
        now,
        client=request.client,
        secure=request.scheme == "https",
        user_agent=request.headers.get("user-agent"),
        referer=request.headers.get("referer"),
    )
    return facts | {"aws:requestedregion": region}


def _declared(handler: Handler) -> Operation:
    return handler if isinstance(handler, Operation) else Operation(handler)


def _no_operation(house: House, caller: Caller, request: dict[str, Any]) -> Result:
    raise UnknownOperation("")


NOTHING_DECLARED = Operation(_no_operation)
