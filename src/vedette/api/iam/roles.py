"""Roles, and who may assume them."""

from typing import Any

from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.api.house import Caller, House
from vedette.api.iam.answers import a_role, boundary_named
from vedette.api.iam.asking import changes, permit_all, permit_named, read_page, require_path, tags_asked
from vedette.api.identity_rights import permit
from vedette.arn import parse_arn
from vedette.errors import MalformedPolicy
from vedette.identity.holder import Holder, HolderLook
from vedette.identity.records import Role

USUAL_SESSION_S = 3600


def create_role(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a role that those may assume whom its trust policy names."""
    path, tags = require_path(request), tags_asked(request)
    bound, trust = request.get("PermissionsBoundary", ""), request["AssumeRolePolicyDocument"]
    new = Holder("role", caller.account, request["RoleName"])
    permit(house, caller, "CreateRole", new, tags=tags, path=path, PermissionsBoundary=bound)
    if tags.added:
        permit(house, caller, "TagRole", new, tags=tags, path=path)
    _require_principals(house, trust)
    extras = HolderLook(
        path,
        tags.added,
        boundary_named(house, caller, bound),
        request.get("Description", ""),
        request.get("MaxSessionDuration", USUAL_SESSION_S),
    )
    role = changes(house, caller).create_role(caller.account, new.name, trust=trust, extras=extras)
    return {"Role": a_role(house, role)}


def get_role(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a role with its trust policy."""
    holder = permit_named(house, caller, "GetRole", "role", request)
    return {"Role": a_role(house, house.identity.directory.holders.find(holder))}


def list_roles(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the roles whose path begins as the request says."""
    permit_all(caller, "ListRoles")
    page, prefix = read_page(house, caller, "ListRoles", request), request.get("PathPrefix", "/")
    roles = house.identity.directory.holders.page(
        caller.account, "role", prefix=prefix, after=page.after, most=page.size + 1
    )

    def listed(role: Role) -> dict[str, Any]:
        left_out = ("Tags", "PermissionsBoundary")
        return {name: value for name, value in a_role(house, role).items() if name not in left_out}

    answer: dict[str, Any] = page.answer("Roles", roles, listed, lambda role: role.name)
    return answer


def update_role(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change a role's description and how long its sessions may be."""
    holder = permit_named(house, caller, "UpdateRole", "role", request)
    members = {"Description": "description", "MaxSessionDuration": "longest_s"}
    facts = {column: request[member] for member, column in members.items() if member in request}
    changes(house, caller).holders.update_role(holder, **facts)
    return {}


def update_role_description(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change a role's description."""
    holder = permit_named(house, caller, "UpdateRoleDescription", "role", request)
    directory = changes(house, caller)
    directory.holders.update_role(holder, description=request["Description"])
    return {"Role": a_role(house, directory.holders.find(holder))}


def update_assume_role_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Change who may assume a role; sessions that there are go on until they expire."""
    holder = permit_named(house, caller, "UpdateAssumeRolePolicy", "role", request)
    _require_principals(house, request["PolicyDocument"])
    changes(house, caller).set_trust(caller.account, holder.name, request["PolicyDocument"])
    return {}


def delete_role(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a role that has no policies any more; its sessions end."""
    holder = permit_named(house, caller, "DeleteRole", "role", request)
    directory = changes(house, caller)
    directory.holders.refuse_furnished(holder)
    directory.delete_role(caller.account, holder.name)
    return {}


def tag_role(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Set tags of a role."""
    return _retag(house, caller, "TagRole", request)


def untag_role(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take tags from a role."""
    return _retag(house, caller, "UntagRole", request)


def _retag(house: House, caller: Caller, action: str, request: dict[str, Any]) -> dict[str, Any]:
    tags = tags_asked(request)
    holder = permit(house, caller, action, Holder("role", caller.account, request["RoleName"]), tags=tags)
    changes(house, caller).set_tags(holder, tags.added, tags.removed)
    return {}


def _require_principals(house: House, trust: str) -> None:
    """Refuse a trust policy that names users or roles of this installation that do not exist.

    A name that nobody has would mean whoever gets it later. Those of accounts that are not here mean nobody.
    """
    policy = parse_policy(trust, PolicyKind.TRUST)
    arns = {
        arn for statement in policy.statements if statement.principals for arn in statement.principals.arns
    }
    ids = house.identity.find_ids(arns)
    for arn in sorted(arns - ids.keys()):
        if house.identity.has_account(parse_arn(arn).account):
            raise MalformedPolicy(f'Invalid principal in policy: "AWS":"{arn}"', kind="policy document")
