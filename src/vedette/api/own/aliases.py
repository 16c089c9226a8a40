"""Names that point to versions: moved, rolled back, shown with their history, taken away.

Whoever moves a name needs the right to the name and to the version that it points to afterwards.
"""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.own.models import find_model
from vedette.api.own.projects import find_project
from vedette.errors import Missing
from vedette.projects.aliases import AliasChange, AliasMove, VersionAlias, alias_arn
from vedette.projects.project import Project


def set_alias(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a name point to a version; it is made where it is not there."""
    version = find_model(house, caller, "SetAlias", request)
    project, name, aliases = version.project, request["AliasName"], house.versions.aliases
    created_ms = aliases.now_ms()
    try:
        caller.require("SetAlias", aliases.find(project, name).arn)
    except Missing:
        caller.require("SetAlias", alias_arn(project, name, created_ms))
    alias = aliases.set(project, name, version.id, _change(caller, request), created_ms=created_ms)
    return {"Alias": _describe(house, alias)}


def roll_back_alias(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a name point to the version that it pointed to before."""
    project, name = _named(house, caller, "RollBackAlias", request)

    def permit(version: str) -> None:
        caller.require("RollBackAlias", house.versions.find(project, version).arn)

    alias = house.versions.aliases.roll_back(project, name, _change(caller, request), permit=permit)
    return {"Alias": _describe(house, alias)}


def list_aliases(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's names, and the versions that they point to."""
    project = find_project(house, caller, "ListAliases", request["ProjectArn"])
    return {"Aliases": [_describe(house, alias) for alias in house.versions.aliases.of(project)]}


def describe_alias(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a name, the version that a rollback would lead to, and what was done to the name."""
    project = find_project(house, caller, "DescribeAlias", request["ProjectArn"])
    aliases, name = house.versions.aliases, request["AliasName"]
    alias = aliases.find(project, name)
    answer: dict[str, Any] = {
        "Alias": _describe(house, alias),
        "Moves": [_describe_move(move) for move in aliases.moves(project, name)],
    }
    before = aliases.before(project, name)
    return answer if before is None else answer | {"RollbackVersion": before[1]}


def delete_alias(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take a name away; programs that ask by it are refused from now on."""
    project, name = _named(house, caller, "DeleteAlias", request)
    house.versions.aliases.remove(project, name, _change(caller, request))
    return {}


def _named(house: House, caller: Caller, action: str, request: dict[str, Any]) -> tuple[Project, str]:
    """Return the project and the name, if the caller may do this to the name.

    Only who might do it to the project is told that there is no such name.
    """
    name = request["AliasName"]
    project = find_project(house, caller, action, request["ProjectArn"])
    caller.require(action, house.versions.aliases.find(project, name).arn)
    return project, name


def _change(caller: Caller, request: dict[str, Any]) -> AliasChange:
    return AliasChange(
        caller.principal.arn,
        request.get("Reason", ""),
        request.get("ExpectedVersion"),
        request.get("AllowIdle", False),
    )


def _describe(house: House, alias: VersionAlias) -> dict[str, Any]:
    answer = {
        "AliasName": alias.name,
        "AliasArn": str(alias.arn),
        "VersionName": alias.version_name,
        "State": alias.state,
    }
    if not alias.version_name:
        return answer
    return answer | {"ModelArn": str(house.versions.find_by_id(alias.version).arn)}


def _describe_move(move: AliasMove) -> dict[str, Any]:
    return {
        "Kind": move.kind,
        "VersionName": move.version_name,
        "MoveDate": move.moment,
        "MovedBy": move.moved_by,
        "Reason": move.reason,
    }
