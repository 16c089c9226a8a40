"""PutFunctionRecursionConfig and its kin: whether a function may call itself without end."""

from typing import Any

from vedette.api.functions.naming import permitted
from vedette.api.house import Caller, House
from vedette.functions.store import Function


def put_recursion(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Say whether a function that comes back to itself is stopped."""
    function = permitted(house, caller, "PutFunctionRecursionConfig", request)
    changes = {"may_recur": request["RecursiveLoop"] == "Allow"}
    return _described(house.functions.change(function.place, function.name, changes))


def get_recursion(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return whether it is."""
    return _described(permitted(house, caller, "GetFunctionRecursionConfig", request))


def _described(function: Function) -> dict[str, Any]:
    return {"RecursiveLoop": "Allow" if function.settings.may_recur else "Terminate"}
