"""Which log a request means: a group by its name or its ARN, which is a function's."""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.arn import Arn
from vedette.dialects.aws_lambda import log_group
from vedette.errors import Missing, Wrong
from vedette.functions.log_store import LogGroup
from vedette.functions.store import FunctionPlace

PREFIX = log_group("")
# What the server says of calls has no process that it comes from; its stream is called so.
OF_THE_SERVER = "server"


def arn_of(caller: Caller, name: str, stream: str | None = None) -> Arn:
    """Return a group's ARN as policies name it: with the stream, or the empty one."""
    return Arn("logs", caller.region, caller.account, f"log-group:{name}:log-stream:{stream or ''}")


def permitted(
    house: House, caller: Caller, action: str, request: Mapping[str, Any], stream: str = ""
) -> LogGroup:
    """Return the group that a request names, if the caller may do this to it."""
    name, identifier = request.get("logGroupName", ""), str(request.get("logGroupIdentifier", ""))
    if bool(name) == bool(identifier):
        raise Wrong("One of logGroupName and logGroupIdentifier is needed, and not both.")
    begin = f"arn:aws:logs:{caller.region}:{caller.account}:log-group:"
    if identifier.startswith("arn:") and not identifier.startswith(begin):
        caller.require(action, identifier)
        raise Missing("The specified log group does not exist.", kind="log group", name=identifier)
    name = str(name or identifier.removeprefix(begin).removesuffix(":*"))
    caller.require(action, arn_of(caller, name, stream))
    place = FunctionPlace(caller.account, caller.region)
    function = name.removeprefix(PREFIX) if name.startswith(PREFIX) else ""
    return house.functions.logs.group(place, function)


def shown(stream: str) -> str:
    """Return what a stream is called."""
    return stream or OF_THE_SERVER


def stored(stream: str) -> str:
    """Return how a stream lies."""
    return "" if stream == OF_THE_SERVER else stream
