"""Invoke: a call that is waited for, an event that is kept, or a look whether one may."""

import asyncio
import base64
import binascii
from collections.abc import Awaitable
from typing import Any

import orjson

from vedette.api.functions.naming import LATEST, arn_of, permitted
from vedette.api.house import Caller, House
from vedette.api.operations import Result, operation
from vedette.errors import Wrong
from vedette.functions.store import Function
from vedette.functions.values import InvocationRequest, NewEvent

# AWS Lambda's limits: of a call that is waited for, and of one that is not.
MOST_PAYLOAD, MOST_EVENT = 6 << 20, 1 << 20
TAIL = 4096


@operation(effect="writes")
def invoke(house: House, caller: Caller, request: dict[str, Any]) -> Result | Awaitable[Result]:
    """Call a function."""
    function = permitted(house, caller, "InvokeFunction", request)
    house.functions.require_on()
    kind = request.get("InvocationType", "RequestResponse")
    payload = _payload(request, MOST_EVENT if kind == "Event" else MOST_PAYLOAD)
    if kind == "DryRun":
        return {"StatusCode": 204, "Payload": b""}
    if kind == "Event":
        chain = house.functions.chains.of(caller.principal.key_id)
        house.functions.queue(function, [NewEvent(caller.request_id, payload, chain)])
        return {"StatusCode": 202, "Payload": b""}
    return _called(house, caller, function, payload, request)


async def _called(
    house: House, caller: Caller, function: Function, payload: bytes, request: dict[str, Any]
) -> Result:
    arn, context = str(arn_of(function.place, function.name)), _client_context(request)
    chain = house.functions.chains.of(caller.principal.key_id)
    call = InvocationRequest(caller.request_id, payload, arn, context, chain)
    result = await asyncio.wrap_future(house.functions.call(function, call))
    answer: Result = {"StatusCode": 200, "ExecutedVersion": LATEST, "Payload": result.payload}
    if result.failed:
        answer["FunctionError"] = "Unhandled"
    if request.get("LogType") == "Tail":
        answer["LogResult"] = base64.b64encode(result.log.encode("utf-8", "replace")[-TAIL:]).decode()
    return answer


def _payload(request: dict[str, Any], most: int) -> bytes:
    payload = bytes(request.get("Payload") or b"{}")
    if len(payload) > most:
        sentence = f"{len(payload)} byte payload is too large for the function (limit {most} bytes)"
        raise Wrong(sentence, kind="large event")
    try:
        orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise Wrong(f"Could not parse request body into json: {error}", kind="event") from None
    return payload


def _client_context(request: dict[str, Any]) -> Any:
    text = request.get("ClientContext")
    if not text:
        return None
    try:
        return orjson.loads(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise Wrong("The client context must be a valid Base64-encoded JSON string.", kind="event") from None
