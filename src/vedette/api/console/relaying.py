"""The services' own operations, for the person who is signed in."""

import re
from collections.abc import Mapping

from vedette.api.console.answers import NOTHING_RUNS
from vedette.api.console.bodies import whole_body
from vedette.api.console.faults import ConsoleFault
from vedette.api.console.visitor import require_session
from vedette.api.door import Visit
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
    request = visit.request
    if not NAME.fullmatch(operation):
        raise ConsoleFault("NotFound", 404, f"{operation[:64]!r} is no name of an operation.")
    region = region_of(visit)
    request.operation = operation if operation in door.relayed else "none"
    async with whole_body(visit, visit.house.settings.max_body) as body:
        return _guarded(await door.relay(visit, RelayedCall(operation, body, region)))


def region_of(visit: Visit) -> str:
    """Return the region that the page names, or else the installation's own."""
    region = visit.request.headers.get(REGION) or visit.house.settings.region
    if not REGION_NAME.fullmatch(region):
        raise ConsoleFault("BadRequest", 400, f"{region[:50]!r} is no name of a region.")
    return region


def _guarded(response: Response) -> Response:
    response.headers.append(("content-security-policy", NOTHING_RUNS))
    response.headers.append(("cache-control", "no-store"))
    return response
