"""The protocols that services of operations speak: how each recognises, reads and writes.

A door (`api/operations.py`) has one of them. The formats themselves are the modules of wire/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from botocore.model import OperationModel

from vedette.wire import json11, query, query_compatible, rest_json
from vedette.wire.http import Request, Response
from vedette.wire.signature_faults import Family

Match = tuple[OperationModel, dict[str, str]]

TARGET = "x-amz-target"
# The largest form of a Query service without a signature: names and tokens, no data.
MOST_FORM = 64 * 1024


class WireFormat(Protocol):
    """The functions that the modules of wire/ have in common."""

    def parse(self, operation: OperationModel, request: Request, path_params: Any, /) -> dict[str, Any]:
        """Return the request by its shape."""

    def serialise(self, operation: OperationModel, result: dict[str, Any], request_id: str, /) -> Response:
        """Return the answer for a result."""

    def fault(
        self, code: str, status: int, message: str, members: Mapping[str, Any] | None, request_id: str, /
    ) -> Response:
        """Return the answer for an error."""


class ServiceProtocol(Protocol):
    """One service's way of speaking its protocol."""

    @property
    def service(self) -> str:
        """The name that its clients sign with."""

    @property
    def wire(self) -> WireFormat:
        """The protocol's format."""

    @property
    def family(self) -> Family:
        """How it says what is wrong with a signature."""

    def recognises(self, request: Request, *, is_signed: bool) -> bool:
        """Say whether a request without a service's signature has this form; `is_signed`: for a stranger."""

    def is_preflight(self, request: Request) -> bool:
        """Say whether an OPTIONS asks on behalf of a request of this form."""

    def bytes_to_recognise(self, request: Request) -> int:
        """Return how much of the body must be read to recognise an unsigned request."""

    def match(self, request: Request) -> Match:
        """Return which operation the request names, and what its path says."""

    def format_of(self, request: Request) -> WireFormat:
        """Return the format that a request is in, and its answer."""


class OneFormat:
    """What a service has in common whose requests are all in one format."""

    __slots__ = ()

    wire: WireFormat

    def format_of(self, request: Request) -> WireFormat:
        """Return the format."""
        del request
        return self.wire


@dataclass(frozen=True, slots=True)
class JsonProtocol(OneFormat):
    """AWS JSON: the operation stands in X-Amz-Target, under the service's own prefix."""

    service: str
    wire: WireFormat = json11
    family: Family = "json"

    def recognises(self, request: Request, *, is_signed: bool) -> bool:
        """Say whether the target is the service's, whoever signed it: a false signature is refused later."""
        del is_signed
        prefix, dot, _ = request.headers.get(TARGET).rpartition(".")
        return bool(dot) and json11.is_target(self.service, prefix)

    def is_preflight(self, request: Request) -> bool:
        """Say whether the browser is going to send a target; which one, it does not say."""
        return request.raw_path == "/" and TARGET in _announced_headers(request)

    def bytes_to_recognise(self, request: Request) -> int:
        """Nothing: the head says it."""
        del request
        return 0

    def match(self, request: Request) -> Match:
        """Return the operation that the target names."""
        return json11.target(self.service, request), {}


@dataclass(frozen=True, slots=True)
class RestJsonProtocol(OneFormat):
    """REST-JSON: the operation is a method and a path, below `root` if the service has one of its own."""

    service: str
    # Without a root only a signature tells its requests from those of path-style buckets.
    root: str = ""
    wire: WireFormat = rest_json
    family: Family = "rest"

    def recognises(self, request: Request, *, is_signed: bool) -> bool:
        """Say whether an unsigned request's path is below the root. A bucket may have the root's name."""
        if is_signed or not self.root or TARGET in request.headers:
            return False
        return request.raw_path.startswith(self.root)

    def is_preflight(self, request: Request) -> bool:
        """Say whether the path is below the root."""
        return bool(self.root) and request.raw_path.startswith(self.root)

    def bytes_to_recognise(self, request: Request) -> int:
        """Nothing: the head says it."""
        del request
        return 0

    def match(self, request: Request) -> Match:
        """Return the operation of the method and the path."""
        return rest_json.route(self.service, request.method, request.raw_path)


@dataclass(frozen=True, slots=True)
class QueryProtocol(OneFormat):
    """Query: a form with Action and Version at the root, answered in XML."""

    service: str
    wire: WireFormat = query
    family: Family = "query"

    def recognises(self, request: Request, *, is_signed: bool) -> bool:
        """Say whether an unsigned request has both fields. No request to S3's root has an Action."""
        if is_signed or TARGET in request.headers or request.raw_path not in ("", "/"):
            return False
        kind = request.headers.get("content-type").partition(";")[0].strip().lower()
        # A body of S3's POST forms is another type.
        text = request.body if kind == query.FORM else request.raw_query.encode("utf-8", "replace")
        names = {part.partition(b"=")[0] for part in text.split(b"&", 64)}
        return {b"Action", b"Version"} <= names

    def is_preflight(self, request: Request) -> bool:
        """Never: nothing that a browser announces tells a form from S3's."""
        del request
        return False

    def bytes_to_recognise(self, request: Request) -> int:
        """Return the most that a form may have: only the form itself tells it from a request to S3."""
        is_form = request.headers.get("content-type").startswith(query.FORM)
        return MOST_FORM if is_form and request.raw_path in ("", "/") else 0

    def match(self, request: Request) -> Match:
        """Return the operation that the form's Action names."""
        return query.action(self.service, request), {}


@dataclass(frozen=True, slots=True)
class QueryCompatibleProtocol:
    """A service that was Query, and is JSON 1.0 and RPC v2 CBOR for its newer clients."""

    service: str
    # What stands before the operation in X-Amz-Target, and in the path of RPC v2.
    prefix: str
    formats: Mapping[str, WireFormat] = field(init=False)
    family: Family = "query"

    def __post_init__(self) -> None:
        formats: dict[str, WireFormat] = {
            "query": query_compatible.PackedQuery(self.service),
            "json": query_compatible.QueryJson(self.service),
            "cbor": query_compatible.RpcCbor(self.service),
        }
        object.__setattr__(self, "formats", formats)

    @property
    def wire(self) -> WireFormat:
        """The format of the oldest clients, for answers to no request."""
        return self.formats["query"]

    def recognises(self, request: Request, *, is_signed: bool) -> bool:
        """Say whether an unsigned request names the service's prefix; a form alone could be another's."""
        del is_signed
        return self._kind(request) != "query"

    def is_preflight(self, request: Request) -> bool:
        """Say whether the path is RPC's; a target alone is for another door to answer, in the same way."""
        return request.raw_path.startswith(self._path)

    def bytes_to_recognise(self, request: Request) -> int:
        """Nothing: the head says it."""
        del request
        return 0

    def match(self, request: Request) -> Match:
        """Return the operation that the path, the target or the form names."""
        kind = self._kind(request)
        if kind == "query":
            unpacked = replace(request, body=query_compatible.unpacked(request))
            return query.action(self.service, unpacked), {}
        name = (
            request.headers.get(TARGET).rpartition(".")[2]
            if kind == "json"
            else request.raw_path.removeprefix(self._path)
        )
        return query_compatible.operation_of(self.service, name), {}

    def format_of(self, request: Request) -> WireFormat:
        """Return the format that a request is in."""
        return self.formats[self._kind(request)]

    @property
    def _path(self) -> str:
        return f"/service/{self.prefix}/operation/"

    def _kind(self, request: Request) -> str:
        if request.raw_path.startswith(self._path):
            return "cbor"
        is_json = request.headers.get(TARGET).rpartition(".")[0] == self.prefix
        return "json" if is_json else "query"


def _announced_headers(request: Request) -> str:
    return request.headers.get("access-control-request-headers").lower()
