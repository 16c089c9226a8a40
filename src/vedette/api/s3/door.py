"""S3's door: bodies are streamed, answers are XML or bytes, and some callers need no key."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from vedette.api.authentication import authenticate
from vedette.api.door import Effect, LongBody, PlainDoor, SlowBody, Visit
from vedette.api.effects import effect_of_name
from vedette.api.faults import Fault
from vedette.api.hosts import bucket_of_host
from vedette.api.relay import RelayedCall
from vedette.api.s3.address import read_address, read_query
from vedette.api.s3.call import Call
from vedette.api.s3.cors import answer_preflight, cors_headers
from vedette.api.s3.faults import S3Fault, fault_answer, short_id, translate
from vedette.api.s3.relay import RELAYED, ask, perform, relay
from vedette.api.s3.routes import S3Operation, choose
from vedette.store.blobs.events import caused_by
from vedette.store.blobs.folder import FolderBlobs
from vedette.wire.bodies import BodyReader, open_body
from vedette.wire.errors import Malformed, ProtocolFault
from vedette.wire.http import Request, Response

EFFECTS: dict[str, Effect] = {"GET": "reads", "HEAD": "reads", "OPTIONS": "reads", "DELETE": "removes"}


@dataclass(frozen=True, slots=True)
class BucketDoor(PlainDoor):
    """S3."""

    name: str = "s3"

    def recognises(self, visit: Visit) -> bool:
        """Say that it is unsigned, and names no target. Paths of S3 are free, so its door is asked last."""
        return not visit.signing_name and "x-amz-target" not in visit.request.headers

    def effect(self, visit: Visit) -> Effect:
        """Return what the request does to the disk; many objects are deleted by a POST."""
        request = visit.request
        if request.method == "POST" and "delete" in request.raw_query:
            names = {pair.partition("=")[0] for pair in request.raw_query.split("&")}
            return "removes" if "delete" in names else "writes"
        return EFFECTS.get(request.method, "writes")

    async def answer(self, visit: Visit) -> Response:
        """Verify, then let the operation read the body as it comes."""
        secret, request = _authenticate(visit), visit.request
        body = open_body(visit.signed, request, secret, sums_are_of_body=_sums_are_of_body(request))
        call = _read_call(visit, body)
        if not isinstance(visit.house.blobs, FolderBlobs):
            return await _forward(call)
        if request.method == "OPTIONS":
            request.operation = "Preflight"
            return answer_preflight(call)
        copies_from = "x-amz-copy-source" in request.headers
        operation = choose(request.method, call.bucket, call.key, call.query, copies_from=copies_from)
        request.operation = operation.name
        visit.audit.service, visit.audit.effect = self.name, self.effect(visit)
        visit.audit.region = visit.house.settings.region
        visit.audit.parameters = _named(call)
        return await _answer_operation(call, operation)

    @property
    def relayed(self) -> Collection[str]:
        """The operations that a person who is signed in may ask for."""
        return RELAYED

    def effect_of(self, operation: str) -> Effect:
        """Return what an operation does to the disk."""
        return "reads" if operation.startswith("Head") else effect_of_name(operation)

    async def relay(self, visit: Visit, call: RelayedCall) -> Response:
        """Answer an operation for who is signed in at the console."""
        self._tell_audit(visit, call.operation, None, call.region)
        return await relay(visit, call)

    async def perform(self, visit: Visit, operation: str, members: dict[str, Any], region: str) -> Response:
        """Return S3's own answer to an operation of who is signed in."""
        self._tell_audit(visit, operation, members, region)
        return await perform(visit, operation, members, region)

    async def ask(self, visit: Visit, operation: str, members: dict[str, Any], region: str) -> dict[str, Any]:
        """Return the answer to an operation that another service asks for its caller, as a dict."""
        self._tell_audit(visit, operation, members, region)
        return await ask(visit, operation, members, region)

    def _tell_audit(self, visit: Visit, operation: str, members: dict[str, Any] | None, region: str) -> None:
        facts = visit.audit
        facts.service, facts.operation = self.name, operation
        facts.region, facts.effect = region, self.effect_of(operation)
        facts.parameters = {name: value for name, value in (members or {}).items() if name != "Body"}

    def relay_fault(self, error: Exception, visit: Visit) -> Fault:
        """Return what S3 says of an error."""
        if isinstance(error, ProtocolFault) and not isinstance(error, Malformed):
            return Fault("InvalidArgument", 400, error.sentence)
        fault = translate(error)
        visit.audit.code, visit.audit.sentence = fault.code, fault.sentence
        return Fault(fault.code, fault.status, fault.sentence)

    def fault(self, error: Exception, visit: Visit) -> Response:
        """Return what the dialect says of an error."""
        if isinstance(error, SlowBody | LongBody):
            error = S3Fault("RequestTimeout" if isinstance(error, SlowBody) else "EntityTooLarge", str(error))
        fault = translate(error)
        visit.audit.code, visit.audit.sentence = fault.code, fault.sentence
        return fault_answer(error, visit.request)

    def common_headers(self, request: Request) -> list[tuple[str, str]]:
        """Return the headers that SDKs print."""
        return [("x-amz-request-id", short_id(request)), ("x-amz-id-2", request.id)]


def _authenticate(visit: Visit) -> str:
    """Verify a signature, if there is one, and return the secret.

    A browser asks before it sends, and signs nothing: not even when the link it asks about is signed.
    """
    if visit.signed is None or visit.request.method == "OPTIONS":
        return ""
    bucket = bucket_of_host(visit.request.headers.get("host"), visit.house.settings.s3_domain)
    return authenticate(visit, "s3", bucket)


async def _answer_operation(call: Call, operation: S3Operation) -> Response:
    """Answer; a refusal too has the headers that let a page of another origin read it."""
    try:
        with caused_by(call.cause(operation.name)):
            response = await operation.answer(call)
    except Exception as error:
        if "origin" not in call.request.headers:
            raise
        response = fault_answer(error, call.request)
        if response.status == 500:
            raise
    response.headers.extend(cors_headers(call))
    return response


async def _forward(call: Call) -> Response:
    """Send the request on to the foreign S3; its client is loaded only where there is one."""
    from vedette.api.s3.forward import forward

    call.request.operation = "Forward"
    return await forward(call)


def _read_call(visit: Visit, body: BodyReader | None) -> Call:
    house, request = visit.house, visit.request
    address = read_address(request, house.settings.s3_domain)
    query = read_query(request.raw_query)
    call = Call(house, visit.principal, request, body, address.bucket, address.key, query, house.clock())
    call.signed = visit.signed
    return call


def _named(call: Call) -> dict[str, Any]:
    """Return what a request names, for the audit trail."""
    parameters = {
        "Bucket": call.bucket,
        "Key": call.key,
        "VersionId": call.query.get("versionId", ""),
        "UploadId": call.query.get("uploadId", ""),
        "PartNumber": call.query.get("partNumber", ""),
        "CopySource": call.request.headers.get("x-amz-copy-source"),
    }
    return {name: value for name, value in parameters.items() if value}


def _sums_are_of_body(request: Request) -> bool:
    """Say whether checksum headers speak of this request's body; at the end of an upload, of the object."""
    return not (request.method == "POST" and "uploadId=" in request.raw_query)
