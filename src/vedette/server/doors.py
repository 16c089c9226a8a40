"""The dialects as the front sees them: how each is read, called, and told that something failed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from botocore.model import OperationModel

from vedette.access.request import environment
from vedette.api import lookout, own, rekognition, sts
from vedette.api.faults import Fault, Handler, Translate
from vedette.api.house import Caller, House
from vedette.api.s3.address import bucket_of_host
from vedette.api.s3.door import answer, sums_are_of_body
from vedette.api.s3.faults import Fault as S3Fault
from vedette.api.s3.faults import fault as s3_fault
from vedette.errors import Unbuilt, Wrong
from vedette.identity.identity import KeyFault
from vedette.identity.principal import Principal
from vedette.server.edge import Late, TooLong
from vedette.server.room import Effect, effect_of_bucket_request, effect_of_operation
from vedette.wire import json11, query, rest_json
from vedette.wire.bodies import open_body
from vedette.wire.clockskew import check_time
from vedette.wire.errors import Faulty, UnknownOperation
from vedette.wire.http import Request, Response
from vedette.wire.signature_faults import answer_for
from vedette.wire.signed import Kind, SignatureFault, Signed
from vedette.wire.sigv4 import verify

# Hashing and reading more than this is work for a thread, whatever it asks.
SMALL_REQUEST = 16 * 1024

InThread = Callable[..., Awaitable[Any]]


@dataclass(slots=True)
class Visit:
    """One request at a door, and what is found out about it on the way."""

    house: House
    request: Request
    signed: Signed | None
    in_thread: InThread
    principal: Principal | None = None

    def caller(self, service: str) -> Caller:
        """Return who is calling; a client that names no region is in the installation's own."""
        assert self.principal is not None
        assert self.signed is not None
        region = self.signed.region or self.house.settings.region
        facts = context_of(self.request, self.house.clock(), region)
        tags_of = self.house.projects.tags.peek
        return Caller(self.principal, region, service, self.request.id, facts, tags_of)


def context_of(request: Request, now: datetime, region: str) -> dict[str, str | tuple[str, ...]]:
    """Return what policies may ask of any request, whoever sent it."""
    facts = environment(
        now,
        client=request.client,
        secure=request.scheme == "https",
        user_agent=request.headers.get("user-agent"),
        referer=request.headers.get("referer"),
    )
    return facts | {"aws:requestedregion": region}


class Door(Protocol):
    """What the front asks of a dialect."""

    @property
    def service(self) -> str:
        """The name that its clients sign with."""

    @property
    def reads_whole_body(self) -> bool:
        """Whether the front reads the body before the door is asked."""

    def foresee(self, visit: Visit) -> None:
        """Refuse, before the body is read, what would be refused after it."""

    async def answer(self, visit: Visit) -> Response:
        """Return the answer, or raise what `fault` can tell."""

    def effect(self, request: Request) -> Effect:
        """Return what the request does to the disk."""

    def fault(self, error: Exception, request: Request) -> Response:
        """Return what the dialect says of an error, whichever it is."""

    def identifiers(self, request: Request) -> list[tuple[str, str]]:
        """Return the headers that carry the request's id."""


async def find_holder(visit: Visit, *, large: bool) -> str:
    """Return the account of who claims to sign, before the body is read; refuse a claim that cannot hold.

    Nothing is proved yet. Where the body is small, reading it costs less than looking the key up twice.
    """
    signed = visit.signed
    if signed is None:
        raise SignatureFault(Kind.MISSING, "")
    if not large:
        return ""
    house, now = visit.house, visit.house.clock()
    look_up = house.identity.find_key
    try:
        if house.identity.remembers(signed.key_id, signed.token):
            principal, _ = look_up(signed.key_id, signed.token, now)
        else:
            principal, _ = await visit.in_thread(look_up, signed.key_id, signed.token, now)
    except KeyFault as fault:
        raise SignatureFault(Kind(fault.kind), "", form=signed.form) from None
    check_time(signed, now)
    return principal.account


def identify(visit: Visit, bucket: str = "") -> str:
    """Find the key's holder, hold the signature to it, and return the secret."""
    signed = visit.signed
    if signed is None:
        raise SignatureFault(Kind.MISSING, "")
    now = visit.house.clock()
    try:
        principal, secret = visit.house.identity.find_key(signed.key_id, signed.token, now)
    except KeyFault as fault:
        raise SignatureFault(Kind(fault.kind), "", form=signed.form) from None
    verify(signed, visit.request, secret, now, bucket=bucket)
    visit.principal = principal
    return secret


def _claimed(visit: Visit) -> str:
    """Return who a client says it is. Whoever names another's key costs its holder a retry at most."""
    return f"{visit.request.client} {visit.signed.key_id if visit.signed else ''}"


class Wire(Protocol):
    """One protocol's four functions, as the modules of wire/ have them."""

    def parse(self, operation: OperationModel, request: Request, path_params: Any) -> dict[str, Any]:
        """Return the request by its shape."""

    def serialise(self, operation: OperationModel, result: dict[str, Any], request_id: str) -> Response:
        """Return the answer for a result."""

    def fault(self, code: str, status: int, message: str, members: dict[str, Any] | None) -> Response:
        """Return the answer for an error."""


@dataclass(frozen=True, slots=True)
class ApiDoor:
    """A dialect whose operations are functions from a dict to a dict."""

    service: str
    wire: Any
    route: Callable[[Request], tuple[OperationModel, dict[str, str]]]
    operations: Mapping[str, Handler]
    translate: Translate
    # Operations that only look a few rows up. They are answered in place: on a busy machine the
    # hop to a thread and back costs several times what they do (docs/experiments.md, 2026-11-20).
    quick: frozenset[str] = frozenset()
    # Operations that look at a picture: only as many at once as there is room for.
    looks: frozenset[str] = frozenset()
    # What to do without the operations that are not built yet.
    instead: str = ""
    reads_whole_body: bool = True

    def effect(self, request: Request) -> Effect:
        """Return what the request does to the disk; one that no operation fits does nothing."""
        try:
            return effect_of_operation(self.route(request)[0].name)
        except Faulty:
            return "reads"

    async def answer(self, visit: Visit) -> Response:
        """Answer, unless there is no room to."""
        if not self._looks(visit.request):
            return await self._answer_or_wait(visit)
        with visit.house.hosting.place(_claimed(visit)):
            return await self._answer_or_wait(visit)

    def foresee(self, visit: Visit) -> None:
        """Refuse a picture that there is no place for; who is still sending it holds none."""
        if self._looks(visit.request):
            visit.house.hosting.refuse_full(_claimed(visit))

    def _looks(self, request: Request) -> bool:
        try:
            return bool(self.looks) and self.route(request)[0].name in self.looks
        except Faulty:
            return False

    async def _answer_or_wait(self, visit: Visit) -> Response:
        """Verify, parse, call and serialise; in a thread, unless it takes no time, or waits for others."""
        if self._is_quick(visit.request):
            answer = self._answer(visit)
        else:
            answer = await visit.in_thread(self._answer, visit)
        return answer if isinstance(answer, Response) else await answer

    def _is_quick(self, request: Request) -> bool:
        if len(request.body) > SMALL_REQUEST:
            return False
        try:
            return self.route(request)[0].name in self.quick
        except Faulty:
            return False

    def _answer(self, visit: Visit) -> Response | Awaitable[Response]:
        identify(visit)
        operation, params = self.route(visit.request)
        visit.request.operation = operation.name
        handler = self.operations.get(operation.name)
        if handler is None:
            said = f"{operation.name} of {self.service} is not built yet. {self.instead}"
            raise Unbuilt(said.strip(), name=operation.name)
        asked = self.wire.parse(operation, visit.request, params)
        result = handler(visit.house, visit.caller(self.service), asked)
        if not isinstance(result, dict):
            return self._answer_later(operation, result, visit)
        answer: Response = self.wire.serialise(operation, result, visit.request.id)
        return answer

    async def _answer_later(
        self, operation: OperationModel, result: Awaitable[dict[str, Any]], visit: Visit
    ) -> Response:
        answer: Response = self.wire.serialise(operation, await result, visit.request.id)
        return answer

    def fault(self, error: Exception, request: Request) -> Response:
        """Return what the dialect says of an error."""
        told = self._told(error, request)
        answer: Response = self.wire.fault(told.code, told.status, told.message, told.members, request.id)
        return answer

    def _told(self, error: Exception, request: Request) -> Fault:
        if isinstance(error, SignatureFault):
            said = answer_for(error, self.service)
            return Fault(said.code, said.status, said.message)
        if isinstance(error, TooLong) and self._looks(request):
            return self.translate(Wrong(f"The picture is too large. {error}", kind="large picture"))
        if isinstance(error, TooLong):
            return Fault("RequestEntityTooLargeException", 413, str(error))
        if isinstance(error, Late):
            return Fault("RequestTimeoutException", 408, str(error))
        return self.translate(error)

    def identifiers(self, request: Request) -> list[tuple[str, str]]:
        """Return the header that SDKs print."""
        return [("x-amzn-RequestId", request.id)]


@dataclass(frozen=True, slots=True)
class BucketDoor:
    """S3: bodies are streamed, answers are XML or bytes, and some callers need no key."""

    service: str = "s3"
    reads_whole_body: bool = False

    def effect(self, request: Request) -> Effect:
        """Return what the request does to the disk."""
        return effect_of_bucket_request(request)

    def foresee(self, visit: Visit) -> None:
        """Nothing: it reads no body whole."""

    async def answer(self, visit: Visit) -> Response:
        """Verify, then let the dialect read the body as it comes."""
        request, secret = visit.request, ""
        # A browser asks before it sends, and signs nothing: not even when the link it asks about is signed.
        if visit.signed is not None and request.method != "OPTIONS":
            bucket = bucket_of_host(request.headers.get("host"), visit.house.settings.s3_domain)
            secret = identify(visit, bucket)
        body = open_body(visit.signed, request, secret, sums_are_of_body=sums_are_of_body(request))
        return await answer(visit.house, visit.principal, request, body, visit.signed)

    def fault(self, error: Exception, request: Request) -> Response:
        """Return what the dialect says of an error."""
        if isinstance(error, Late | TooLong):
            code = "RequestTimeout" if isinstance(error, Late) else "EntityTooLarge"
            return s3_fault(S3Fault(code, str(error)), request)
        return s3_fault(error, request)

    def identifiers(self, request: Request) -> list[tuple[str, str]]:
        """Return the headers that SDKs print."""
        return [("x-amz-request-id", request.id.replace("-", "")[:16].upper()), ("x-amz-id-2", request.id)]


@dataclass(frozen=True, slots=True)
class NoDoor:
    """What answers for a service that we do not speak."""

    service: str = "unknown"
    reads_whole_body: bool = False

    def effect(self, request: Request) -> Effect:
        """Say that it does nothing: nobody here answers it."""
        del request
        return "reads"

    def foresee(self, visit: Visit) -> None:
        """Nothing: it reads no body whole."""

    async def answer(self, visit: Visit) -> Response:
        """Say which service it is that nobody here speaks."""
        named = visit.signed.service if visit.signed else visit.request.headers.get("x-amz-target")
        raise UnknownOperation(f"this server speaks {', '.join(SPOKEN)}; {named!r} is none of them")

    def fault(self, error: Exception, request: Request) -> Response:
        """Say it as JSON, which most services speak, or as XML where the client asked with a form."""
        said = error.sentence if isinstance(error, UnknownOperation | SignatureFault) else str(error)
        if request.headers.get("content-type").startswith(query.FORM):
            return query.fault("InvalidAction", 400, said, request_id=request.id)
        return json11.fault("UnknownOperationException", 400, said)

    def identifiers(self, request: Request) -> list[tuple[str, str]]:
        """Return the header that SDKs print."""
        return [("x-amzn-RequestId", request.id)]


def _by_target(request: Request) -> tuple[OperationModel, dict[str, str]]:
    return json11.target("rekognition", request), {}


def _by_path(request: Request) -> tuple[OperationModel, dict[str, str]]:
    return rest_json.route("lookoutvision", request.method, request.raw_path)


def _by_own_path(request: Request) -> tuple[OperationModel, dict[str, str]]:
    return rest_json.route("vedette", request.method, request.raw_path)


def _by_action(request: Request) -> tuple[OperationModel, dict[str, str]]:
    return query.action("sts", request), {}


DOORS: dict[str, Door] = {
    "rekognition": ApiDoor(
        "rekognition",
        json11,
        _by_target,
        rekognition.OPERATIONS,
        rekognition.translate,
        looks=frozenset({"DetectCustomLabels"}),
    ),
    "lookoutvision": ApiDoor(
        "lookoutvision",
        rest_json,
        _by_path,
        lookout.OPERATIONS,
        lookout.translate,
        looks=frozenset({"DetectAnomalies"}),
        instead="A model's package leaves for any machine by `vedette model download`.",
        quick=frozenset({"DescribeProject", "ListProjects", "DescribeDataset", "ListTagsForResource"}),
    ),
    "sts": ApiDoor(
        "sts", query, _by_action, sts.OPERATIONS, sts.translate, quick=frozenset({"GetCallerIdentity"})
    ),
    "vedette": ApiDoor("vedette", rest_json, _by_own_path, own.OPERATIONS, own.translate),
    "s3": BucketDoor(),
    "unknown": NoDoor(),
}
SPOKEN = sorted(set(DOORS) - {"unknown"})
