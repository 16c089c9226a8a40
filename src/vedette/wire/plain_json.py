"""Requests and answers as plain JSON, whichever protocol their service speaks: for our own console.

Every member has the name that the shape gives it, wherever the protocol would put it. Times are written in
ISO 8601, bytes in base64. Requests are held to the limits of their shapes like any others.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from botocore.model import OperationModel, Shape

from vedette.wire import json_values, models, scalars, validate
from vedette.wire.errors import UnknownOperation


def find(service: str, operation: str) -> OperationModel:
    """Return the model of an operation that is described."""
    model = models.operation(service, operation)
    if model is None:
        raise UnknownOperation(operation)
    return model


def read(operation: OperationModel, body: bytes) -> dict[str, Any]:
    """Return the request of a body by the operation's shape."""
    content = json_values.load(body)
    shape = operation.input_shape
    members: dict[str, Any] = {}
    for name, member in shape.members.items() if shape is not None else ():
        if content.get(name) is not None:
            members[name] = json_values.read(member, content[name], name)
    validate.check(operation, members)
    return members


def dump(operation: OperationModel, result: dict[str, Any]) -> bytes:
    """Return the body for a result."""
    shape = operation.output_shape
    return b"{}" if shape is None else orjson.dumps(_plain(shape, result))


def _plain(shape: Shape, value: Any) -> Any:
    writer = _WRITERS.get(shape.type_name)
    return value if writer is None else writer(shape, value)


def _structure(shape: Shape, value: dict[str, Any]) -> dict[str, Any]:
    members = shape.members
    return {name: _plain(members[name], item) for name, item in value.items() if item is not None}


def _finite(shape: Shape, value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{shape.name} is not a finite number")
    return number


_WRITERS: dict[str, Callable[[Shape, Any], Any]] = {
    "structure": _structure,
    "list": lambda shape, value: [_plain(shape.member, item) for item in value],
    "map": lambda shape, value: {key: _plain(shape.value, item) for key, item in value.items()},
    "timestamp": lambda _, value: iso(value),
    "blob": lambda _, value: scalars.encode_blob(value),
    "float": _finite,
    "double": _finite,
}


def iso(moment: datetime) -> str:
    """Return a moment in ISO 8601, to the millisecond, in UTC."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
