"""PutFunctionEventInvokeConfig and its kin: how often events are tried, and for how long."""

from typing import Any

from vedette.api.functions.naming import LATEST, arn_of, permitted
from vedette.api.house import Caller, House
from vedette.clock import from_milliseconds
from vedette.errors import Missing, Wrong
from vedette.functions.store import Function, FunctionSettings

USUAL = FunctionSettings("", "", "")


def put_event_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say how often an event is tried again, and for how long it is tried at all."""
    function = permitted(house, caller, "PutFunctionEventInvokeConfig", request)
    destinations = request.get("DestinationConfig", {})
    if any(part.get("Destination") for part in destinations.values()):
        raise Wrong("Destinations are not supported here; events that fail for good are kept in a list.")
    changes = {
        "retries": request.get("MaximumRetryAttempts", USUAL.retries),
        "oldest_s": request.get("MaximumEventAgeInSeconds", USUAL.oldest_s),
    }
    return _described(house.functions.change(function.place, function.name, changes))


def get_event_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return what was said; nothing where nothing was."""
    function = permitted(house, caller, "GetFunctionEventInvokeConfig", request)
    settings = function.settings
    if (settings.retries, settings.oldest_s) == (USUAL.retries, USUAL.oldest_s):
        arn = arn_of(function.place, function.name)
        raise Missing(f"The function {arn} doesn't have an EventInvokeConfig", kind="settings")
    return _described(function)


def delete_event_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let events be tried as usual."""
    function = permitted(house, caller, "DeleteFunctionEventInvokeConfig", request)
    changes = {"retries": USUAL.retries, "oldest_s": USUAL.oldest_s}
    house.functions.change(function.place, function.name, changes)
    return {}


def _described(function: Function) -> dict[str, Any]:
    return {
        "LastModified": from_milliseconds(function.changed_ms),
        "FunctionArn": f"{arn_of(function.place, function.name)}:{LATEST}",
        "MaximumRetryAttempts": function.settings.retries,
        "MaximumEventAgeInSeconds": function.settings.oldest_s,
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {}},
    }
