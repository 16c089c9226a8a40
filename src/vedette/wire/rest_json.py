"""REST-JSON: the operation is a method and a path, members are in path, query, headers and body."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson
from botocore.model import OperationModel, Shape

from vedette.wire import bindings, json_values, models, validate
from vedette.wire.errors import UnknownOperation
from vedette.wire.http import Request, Response
from vedette.wire.json11 import refuse_content_type

NO_CONTENT = 204
_ACCEPTED = frozenset({"application/json", "application/x-amz-json-1.1", ""})
# An ARN holds slashes. SDKs encode them; people at a shell do not.
_GREEDY = "{resourceArn}"


@cache
def _routes(service: str) -> dict[str, list[tuple[list[str], OperationModel]]]:
    """Return, by method, the segments of each operation's path; those that are only named come last.

    So a request for one of these is refused by its name and not by its path.
    """
    routes: dict[str, list[tuple[list[str], OperationModel]]] = {}
    for name in dict.fromkeys((*models.operations(service), *models.all_operations(service))):
        operation = models.service(service).operation_model(name)
        segments = operation.http["requestUri"].split("/")
        routes.setdefault(operation.http["method"], []).append((segments, operation))
    return routes


def route(service: str, method: str, raw_path: str) -> tuple[OperationModel, dict[str, str]]:
    """Return the operation of a method and a path, and the path's parameters.

    The path is split as it was sent and decoded afterwards: an encoded slash is no slash.
    """
    parts = raw_path.split("/")
    for segments, operation in _routes(service).get(method, ()):
        params = _match(segments, parts)
        if params is not None:
            return operation, {name: bindings.decode(value) for name, value in params.items()}
    raise UnknownOperation(f"{method} {raw_path}")


def _match(segments: list[str], parts: list[str]) -> dict[str, str] | None:
    if segments[-1] == _GREEDY and len(parts) > len(segments):
        last = len(segments) - 1
        parts = [*parts[:last], "/".join(parts[last:])]
    if len(segments) != len(parts):
        return None
    params: dict[str, str] = {}
    for segment, part in zip(segments, parts, strict=True):
        if segment.startswith("{") and part:
            params[segment[1:-1]] = part
        elif segment != part:
            return None
    return params


def parse(operation: OperationModel, request: Request, path_params: dict[str, str]) -> dict[str, Any]:
    """Return the request by its shape, held to its limits."""
    shape = operation.input_shape
    if shape is None:
        return {}
    value = bindings.read_bound(shape, request, path_params)
    payload = shape.serialization.get("payload")
    if payload is not None and shape.members[payload].type_name == "blob":
        value[payload] = request.body
    elif request.body:
        refuse_content_type(request, _ACCEPTED)
        body = json_values.load(request.body)
        if payload is None:
            value |= json_values.read_members(shape, body, "")
        else:
            value[payload] = json_values.read(shape.members[payload], body, payload)
    validate.check(operation, value)
    return value


def serialise(operation: OperationModel, result: dict[str, Any], _request_id: str = "") -> Response:
    """Return the answer for a result, with the status that the model gives the operation."""
    shape = operation.output_shape
    headers = bindings.bound_headers(shape, result)
    status = _status(shape, result) or operation.http.get("responseCode", 200)
    payload = shape.serialization.get("payload") if shape else None
    if payload is not None and shape.members[payload].type_name == "blob":
        return Response(status, headers, result[payload])
    if status == NO_CONTENT:
        return Response(status, headers)
    return Response(status, [("Content-Type", "application/json"), *headers], json_values.dump(shape, result))


def _status(shape: Shape | None, result: dict[str, Any]) -> int:
    """Return the status that the answer itself names; 0 where it names none."""
    members = {} if shape is None else shape.members
    bound = [name for name, member in members.items() if member.serialization.get("location") == "statusCode"]
    return int(result.get(bound[0], 0)) if bound else 0


def fault(
    code: str, status: int, message: str, members: Mapping[str, Any] | None = None, _request_id: str = ""
) -> Response:
    """Return the answer for an error; RetryAfterSeconds goes into its header."""
    inside = {name: item for name, item in (members or {}).items() if item is not None}
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
    wait = inside.pop("RetryAfterSeconds", None)
    if wait is not None:
        headers.append(("Retry-After", str(wait)))
    return Response(status, headers, orjson.dumps({"Message": message, **inside}))
