"""Which rule a request means. There is one bus, and its rules have schedules."""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller
from vedette.arn import Arn
from vedette.errors import Missing
from vedette.functions.store import FunctionPlace

BUS = "default"


def bus_of(caller: Caller, request: Mapping[str, Any]) -> FunctionPlace:
    """Return where rules are; refuse another bus than the account's own."""
    bus = request.get("EventBusName") or BUS
    if bus not in (BUS, str(Arn("events", caller.region, caller.account, f"event-bus/{BUS}"))):
        raise Missing(f"Event bus {bus} does not exist.", kind="event bus", name=bus)
    return FunctionPlace(caller.account, caller.region)


def permitted(
    caller: Caller, action: str, request: Mapping[str, Any], member: str = "Name"
) -> tuple[FunctionPlace, str]:
    """Return where a rule is and its name, if the caller may do this to it."""
    name = str(request[member])
    caller.require(action, Arn("events", caller.region, caller.account, f"rule/{name}"))
    return bus_of(caller, request), name
