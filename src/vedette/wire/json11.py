"""AWS JSON 1.0 and 1.1: one address, the operation in X-Amz-Target, everything in the body."""

from collections.abc import Mapping
from typing import Any

import orjson
from botocore.model import OperationModel

from vedette.wire import json_values, models, validate
from vedette.wire.errors import Malformed, UnknownOperation
from vedette.wire.http import Request, Response

CONTENT_TYPE = "application/x-amz-json-1.1"
# SDKs send the first two, people type the third, and netcat sends none.
ACCEPTED = frozenset({CONTENT_TYPE, "application/x-amz-json-1.0", "application/json", ""})


def is_target(service: str, prefix: str) -> bool:
    """Say whether a target's prefix is the service's: whole, as botocore has it, or its last part.

    The JavaScript SDK says `CloudTrail_20131101` where botocore says
    `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101` (both tried, 2026-11-29).
    """
    whole = str(models.service(service).metadata["targetPrefix"])
    return prefix in (whole, whole.rpartition(".")[2])


def target(service: str, request: Request) -> OperationModel:
    """Return the operation that X-Amz-Target names."""
    prefix, _, name = request.headers.get("x-amz-target").rpartition(".")
    operation = models.operation(service, name)
    if operation is None or not is_target(service, prefix):
        raise UnknownOperation(request.headers.get("x-amz-target"))
    return operation


def refuse_content_type(request: Request, accepted: frozenset[str]) -> None:
    """Raise Malformed where the request declares another content type."""
    kind = request.headers.get("content-type").partition(";")[0].strip().lower()
    if kind not in accepted:
        raise Malformed(f"The content type {kind[:100]!r} is not one of this protocol.", "content-type")


def parse(operation: OperationModel, request: Request, _path_params: object = None) -> dict[str, Any]:
    """Return the request by its shape, held to its limits."""
    refuse_content_type(request, ACCEPTED)
    body = json_values.load(request.body)
    if operation.input_shape is None:
        return {}
    value = json_values.read_members(operation.input_shape, body, "")
    validate.check(operation, value)
    return value


def serialise(operation: OperationModel, result: dict[str, Any], _request_id: str = "") -> Response:
    """Return the answer for a result."""
    body = json_values.dump(operation.output_shape, result)
    return Response(200, [("Content-Type", CONTENT_TYPE)], body)


def fault(
    code: str, status: int, message: str, members: Mapping[str, Any] | None = None, _request_id: str = ""
) -> Response:
    """Return the answer for an error; Go's typed errors read only `Message`, the older SDKs `message`."""
    body = orjson.dumps({"__type": code, "message": message, "Message": message, **(members or {})})
    return Response(status, [("Content-Type", CONTENT_TYPE), ("x-amzn-ErrorType", code)], body)
