"""Which function a request means: a name, a part of an ARN, or all of it."""

import re
from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.arn import Arn
from vedette.errors import Missing, Wrong
from vedette.functions.store import Function, FunctionPlace

LATEST = "$LATEST"
NAME = re.compile(
    r"(?:arn:aws:lambda:(?P<region>[a-z0-9-]+):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9_-]{1,64})(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]+))?"
)


def named(caller: Caller, request: Mapping[str, Any]) -> tuple[FunctionPlace, str]:
    """Return where a function is and its name; refuse those of others, and versions."""
    text = str(request["FunctionName"])
    match = NAME.fullmatch(text)
    if match is None:
        raise Wrong(f"{text} is no name of a function.", name=text)
    account, region = match["account"] or caller.account, match["region"] or caller.region
    for qualifier in (match["qualifier"], request.get("Qualifier")):
        if qualifier not in (None, "", LATEST):
            raise Missing(f"Function not found: {text}:{qualifier}; functions here have {LATEST} alone.")
    return FunctionPlace(account, region), match["name"]


def arn_of(place: FunctionPlace, name: str) -> Arn:
    """Return a function's ARN."""
    return Arn("lambda", place.region, place.account, f"function:{name}")


def permitted(house: House, caller: Caller, action: str, request: Mapping[str, Any]) -> Function:
    """Return the function that a request names, if the caller may do this to it."""
    place, name = named(caller, request)
    caller.require(action, arn_of(place, name))
    if (place.account, place.region) != (caller.account, caller.region):
        raise Missing(f"Function not found: {arn_of(place, name)}", kind="function", name=name)
    return house.functions.find(place, name)
