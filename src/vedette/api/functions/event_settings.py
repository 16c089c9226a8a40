"""PutFunctionEventInvokeConfig and its kin: how often events are tried, for how long, and who is told."""

from typing import Any

from vedette.api.functions.naming import LATEST, arn_of, permitted
from vedette.api.house import Caller, House
from vedette.clock import from_milliseconds
from vedette.errors import Missing, Wrong
from vedette.functions.store import Function, FunctionSettings

USUAL = FunctionSettings("", "", "")
MEMBERS = {"MaximumRetryAttempts": "retries", "MaximumEventAgeInSeconds": "oldest_s"}
DESTINATIONS = {"OnSuccess": "on_success", "OnFailure": "on_failure"}
SETTINGS = (*MEMBERS.values(), *DESTINATIONS.values())


def put_event_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say how events are tried, and who is told how they ended; what is left out is as usual again."""
    function = permitted(house, caller, "PutFunctionEventInvokeConfig", request)
    usual = {name: getattr(USUAL, name) for name in SETTINGS}
    return _changed(house, function, {**usual, **_wished(house, function, request)})


def update_event_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change some of it; what is left out stays."""
    function = permitted(house, caller, "UpdateFunctionEventInvokeConfig", request)
    _require_said(function)
    return _changed(house, function, _wished(house, function, request))


def get_event_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return what was said; nothing where nothing was."""
    function = permitted(house, caller, "GetFunctionEventInvokeConfig", request)
    _require_said(function)
    return _described(function)


def list_event_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List what was said: of the one version that a function has."""
    function = permitted(house, caller, "ListFunctionEventInvokeConfigs", request)
    return {"FunctionEventInvokeConfigs": [_described(function)] if _is_said(function) else []}


def delete_event_settings(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let events be tried as usual, and nobody be told."""
    function = permitted(house, caller, "DeleteFunctionEventInvokeConfig", request)
    _changed(house, function, {name: getattr(USUAL, name) for name in SETTINGS})
    return {}


def _changed(house: House, function: Function, changes: dict[str, Any]) -> dict[str, Any]:
    return _described(house.functions.change(function.place, function.name, changes))


def _wished(house: House, function: Function, request: dict[str, Any]) -> dict[str, Any]:
    """Return what a request says, whose destinations can be told."""
    changes = {MEMBERS[name]: request[name] for name in MEMBERS if name in request}
    if "DestinationConfig" not in request:
        return changes
    for member, name in DESTINATIONS.items():
        target = request["DestinationConfig"].get(member, {}).get("Destination", "")
        kind = "success" if member == "OnSuccess" else "failure"
        problem = house.functions.results.refusal(function, target, kind=kind) if target else ""
        if problem:
            raise Wrong(f"The destination of {member} cannot be told: {problem}.", name=target)
        changes[name] = target
    return changes


def _is_said(function: Function) -> bool:
    return any(getattr(function.settings, name) != getattr(USUAL, name) for name in SETTINGS)


def _require_said(function: Function) -> None:
    if not _is_said(function):
        arn = arn_of(function.place, function.name)
        raise Missing(f"The function {arn} doesn't have an EventInvokeConfig", kind="settings")


def _described(function: Function) -> dict[str, Any]:
    settings = function.settings
    targets = {member: getattr(settings, name) for member, name in DESTINATIONS.items()}
    return {
        "LastModified": from_milliseconds(function.changed_ms),
        "FunctionArn": f"{arn_of(function.place, function.name)}:{LATEST}",
        "MaximumRetryAttempts": settings.retries,
        "MaximumEventAgeInSeconds": settings.oldest_s,
        "DestinationConfig": {
            member: {"Destination": target} if target else {} for member, target in targets.items()
        },
    }
