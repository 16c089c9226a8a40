"""The services' own operations, for the person who is signed in."""

import re
from collections.abc import Mapping

from vedette.api.console.answers import NOTHING_RUNS
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.visitor import require_session
from vedette.api.door import SMALL_REQUEST, Visit
from vedette.api.reading import declared_length, read_whole, refuse_long
from vedette.api.relay import RelayDoor, RelayedCall
from vedette.wire.http import Response

REGION = "x-vedette-region"
REGION_NAME = re.compile(r"[a-z0-9-]{1,32}")
NAME = re.compile(r"[A-Za-z0-9]{1,64}")


def find_service(services: Mapping[str, RelayDoor], name: str) -> RelayDoor:
    """Return the door of a service."""
    door = services.get(name)
    if door is None:
        raise ConsoleFault(
            "NotFound", 404, f"There is no service {name[:50]!r}: {', '.join(sorted(services))}."
        )
    return door


async def relay(visit: Visit, door: RelayDoor, operation: str) -> Response:
    """Answer one operation of a service."""
    await require_session(visit)
    request, house = visit.request, visit.house
    if not NAME.fullmatch(operation):
        raise ConsoleFault("NotFound", 404, f"{operation[:64]!r} is no name of an operation.")
    region = request.headers.get(REGION) or house.settings.region
    if not REGION_NAME.fullmatch(region):
        raise ConsoleFault("BadRequest", 400, f"{region[:50]!r} is no name of a region.")
    request.operation = operation if operation in door.relayed else "none"
    return await _read_and_relay(visit, door, RelayedCall(operation, b"", region))


async def _read_and_relay(visit: Visit, door: RelayDoor, call: RelayedCall) -> Response:
    request, most = visit.request, visit.house.settings.max_body
    refuse_long(request, most)
    size = most if "transfer-encoding" in request.headers else declared_length(request)
    if size <= SMALL_REQUEST or visit.room is None:
        await read_whole(request, most)
        return _guarded(await door.relay(visit, RelayedCall(call.operation, request.body, call.region)))
    assert visit.principal is not None
    async with visit.room.hold((visit.principal.account, request.client), size):
        await read_whole(request, most)
        return _guarded(await door.relay(visit, RelayedCall(call.operation, request.body, call.region)))


def _guarded(response: Response) -> Response:
    response.headers.append(("content-security-policy", NOTHING_RUNS))
    response.headers.append(("cache-control", "no-store"))
    return response
