"""Services that moved from Query to JSON 1.0 and RPC v2 CBOR, and whose clients of all ages are answered.

Smithy's trait awsQueryCompatible: in all three an error has the code that Query has, in the newer two beside
the name of its shape, in the header `x-amzn-query-error`.
"""

import gzip
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

import orjson
from botocore.model import OperationModel, Shape

from vedette.wire import cbor, json11, json_values, models, query, validate
from vedette.wire.errors import Malformed, UnknownOperation
from vedette.wire.http import Request, Response

JSON, CBOR = "application/x-amz-json-1.0", "application/cbor"
RPC_HEADER, RPC = "smithy-protocol", "rpc-v2-cbor"
# What a body may unpack to; clients pack those of more than 10 KiB.
MOST_UNPACKED = 4 << 20


def unpacked(request: Request) -> bytes:
    """Return the body, unpacked where the client packed it.

    Raises:
        Malformed: when it is no gzip, or unpacks to more than a request may have.
    """
    encoding = request.headers.get("content-encoding").strip().lower()
    if encoding in ("", "identity", "aws-chunked"):
        return request.body
    if encoding != "gzip":
        raise Malformed(f"The content encoding {encoding[:40]!r} is not one of this service.", "content-type")
    try:
        with gzip.GzipFile(fileobj=BytesIO(request.body)) as file:
            body = file.read(MOST_UNPACKED + 1)
    except (OSError, EOFError, zlib.error):
        raise Malformed("The request body is said to be gzip, and is none.") from None
    if len(body) > MOST_UNPACKED:
        raise Malformed(f"The request body unpacks to more than {MOST_UNPACKED >> 20} MiB.")
    return body


def operation_of(service: str, name: str) -> OperationModel:
    """Return the operation of that name."""
    operation = models.operation(service, name)
    if operation is None:
        raise UnknownOperation(name)
    return operation


@cache
def shapes_of_codes(service: str) -> dict[str, str]:
    """Return the names of the shapes of errors, by their codes in Query."""
    return {shape.error_code: shape.name for shape in models.service(service).error_shapes}


class PackedQuery:
    """Query, whose body may be packed."""

    def __init__(self, service: str) -> None:
        self.service = service

    def parse(
        self, operation: OperationModel, request: Request, path_params: object = None
    ) -> dict[str, Any]:
        """Return the request by its shape."""
        return query.parse(operation, replace(request, body=unpacked(request)), path_params)

    def serialise(self, operation: OperationModel, result: dict[str, Any], request_id: str = "") -> Response:
        """Return the answer for a result."""
        return query.serialise(operation, result, request_id)

    def fault(
        self, code: str, status: int, message: str, members: Mapping[str, Any] | None, request_id: str = ""
    ) -> Response:
        """Return the answer for an error."""
        return query.fault(code, status, message, members, request_id)


class QueryJson:
    """JSON 1.0 of a service that was Query."""

    def __init__(self, service: str) -> None:
        self.service = service

    def parse(
        self, operation: OperationModel, request: Request, _path_params: object = None
    ) -> dict[str, Any]:
        """Return the request by its shape, held to its limits."""
        json11.refuse_content_type(request, json11.ACCEPTED)
        return _checked(operation, json_values.load(unpacked(request)))

    def serialise(self, operation: OperationModel, result: dict[str, Any], _request_id: str = "") -> Response:
        """Return the answer for a result."""
        return Response(200, [("Content-Type", JSON)], json_values.dump(operation.output_shape, result))

    def fault(
        self, code: str, status: int, message: str, members: Mapping[str, Any] | None, _request_id: str = ""
    ) -> Response:
        """Return the answer for an error."""
        body = orjson.dumps(_fault(self.service, code, message, members))
        return Response(status, [("Content-Type", JSON), _query_error(code, status)], body)


class RpcCbor:
    """Smithy's RPC v2 over CBOR."""

    def __init__(self, service: str) -> None:
        self.service = service

    def parse(
        self, operation: OperationModel, request: Request, _path_params: object = None
    ) -> dict[str, Any]:
        """Return the request by its shape, held to its limits."""
        body = unpacked(request)
        content = cbor.load(body) if body else {}
        if not isinstance(content, dict):
            raise Malformed("The request body is no map.")
        return _checked(operation, content)

    def serialise(self, operation: OperationModel, result: dict[str, Any], _request_id: str = "") -> Response:
        """Return the answer for a result; of an operation without one, nothing."""
        shape = operation.output_shape
        if shape is None:
            return Response(200, [(RPC_HEADER, RPC)], b"")
        body = cbor.dump(_plain(shape, result))
        return Response(200, [("Content-Type", CBOR), (RPC_HEADER, RPC)], body)

    def fault(
        self, code: str, status: int, message: str, members: Mapping[str, Any] | None, _request_id: str = ""
    ) -> Response:
        """Return the answer for an error."""
        headers = [("Content-Type", CBOR), (RPC_HEADER, RPC), _query_error(code, status)]
        return Response(status, headers, cbor.dump(_fault(self.service, code, message, members)))


def _checked(operation: OperationModel, content: dict[str, Any]) -> dict[str, Any]:
    if operation.input_shape is None:
        return {}
    value = json_values.read_members(operation.input_shape, content, "")
    validate.check(operation, value)
    return value


def _fault(service: str, code: str, message: str, members: Mapping[str, Any] | None) -> dict[str, Any]:
    name = shapes_of_codes(service).get(code, code)
    return {"__type": name, "message": message, "Message": message, **(members or {})}


def _query_error(code: str, status: int) -> tuple[str, str]:
    return "x-amzn-query-error", f"{code};{'Sender' if status < 500 else 'Receiver'}"


def _plain(shape: Shape, value: Any) -> Any:
    """Return a value as CBOR writes it by its shape: numbers with a point stay so."""
    match shape.type_name:
        case "structure":
            members = shape.members
            return {name: _plain(members[name], item) for name, item in value.items() if item is not None}
        case "list":
            return [_plain(shape.member, item) for item in value]
        case "map":
            return {key: _plain(shape.value, item) for key, item in value.items()}
        case "double" | "float":
            return float(value)
        case _:
            return value
