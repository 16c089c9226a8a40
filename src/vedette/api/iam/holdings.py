"""What users, groups and roles hold: inline policies, attached policies, boundaries and tags.

IAM has policy of these operations once a kind of holder; here policy is written once.
"""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.iam.answers import attached_policies, boundary_named, encoded
from vedette.api.iam.asking import MEMBERS, changes, find_policy, list_tags, permit_named, read_page
from vedette.api.operations import Handler
from vedette.errors import Missing
from vedette.identity.holder import HolderKind

KINDS: tuple[HolderKind, ...] = ("user", "group", "role")


def operations_of(kind: HolderKind) -> dict[str, Handler]:
    """Return the operations about what one kind of holder has."""
    name = kind.capitalize()
    handlers: dict[str, Handler] = {
        f"Put{name}Policy": _put_inline(kind),
        f"Get{name}Policy": _get_inline(kind),
        f"Delete{name}Policy": _delete_inline(kind),
        f"List{name}Policies": _list_inline(kind),
        f"Attach{name}Policy": _attach(kind),
        f"Detach{name}Policy": _detach(kind),
        f"ListAttached{name}Policies": _list_attached(kind),
    }
    if kind != "group":
        handlers |= {
            f"Put{name}PermissionsBoundary": _put_boundary(kind),
            f"Delete{name}PermissionsBoundary": _delete_boundary(kind),
            f"List{name}Tags": _list_tags(kind),
        }
    return handlers


def _put_inline(kind: HolderKind) -> Handler:
    def put(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        holder = permit_named(house, caller, f"Put{kind.capitalize()}Policy", kind, request)
        changes(house, caller).inline.put(holder, request["PolicyName"], request["PolicyDocument"])
        return {}

    return put


def _get_inline(kind: HolderKind) -> Handler:
    def get(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        holder = permit_named(house, caller, f"Get{kind.capitalize()}Policy", kind, request)
        document = house.identity.directory.inline.find(holder, request["PolicyName"])
        names = {MEMBERS[kind]: holder.name, "PolicyName": request["PolicyName"]}
        return {**names, "PolicyDocument": encoded(document)}

    return get


def _delete_inline(kind: HolderKind) -> Handler:
    def delete(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        holder = permit_named(house, caller, f"Delete{kind.capitalize()}Policy", kind, request)
        changes(house, caller).inline.delete(holder, request["PolicyName"])
        return {}

    return delete


def _list_inline(kind: HolderKind) -> Handler:
    operation = f"List{kind.capitalize()}Policies"

    def listed(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        holder = permit_named(house, caller, operation, kind, request)
        names = list(house.identity.directory.inline.of(holder))
        answer: dict[str, Any] = read_page(house, caller, operation, request).cut(
            "PolicyNames", names, str, str
        )
        return answer

    return listed


def _attach(kind: HolderKind) -> Handler:
    def attach(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["PolicyArn"]
        holder = permit_named(house, caller, f"Attach{kind.capitalize()}Policy", kind, request, PolicyARN=arn)
        changes(house, caller).policies.attach(holder, find_policy(house, caller, arn).name)
        return {}

    return attach


def _detach(kind: HolderKind) -> Handler:
    def detach(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["PolicyArn"]
        holder = permit_named(house, caller, f"Detach{kind.capitalize()}Policy", kind, request, PolicyARN=arn)
        arns = {policy["PolicyArn"] for policy in attached_policies(house, holder)}
        if arn not in arns:
            raise Missing(f"Policy {arn} was not found.", kind="policy", name=arn)
        changes(house, caller).policies.detach(holder, find_policy(house, caller, arn).name)
        return {}

    return detach


def _list_attached(kind: HolderKind) -> Handler:
    operation = f"ListAttached{kind.capitalize()}Policies"

    def listed(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        holder = permit_named(house, caller, operation, kind, request)
        prefix = request.get("PathPrefix", "/")
        attached = [
            policy
            for policy in attached_policies(house, holder)
            if policy["PolicyArn"].partition(":policy")[2].startswith(prefix)
        ]
        page = read_page(house, caller, operation, request)
        answer: dict[str, Any] = page.cut(
            "AttachedPolicies", attached, dict, lambda policy: policy["PolicyArn"]
        )
        return answer

    return listed


def _put_boundary(kind: HolderKind) -> Handler:
    def put(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        arn = request["PermissionsBoundary"]
        action = f"Put{kind.capitalize()}PermissionsBoundary"
        holder = permit_named(house, caller, action, kind, request, PermissionsBoundary=arn)
        changes(house, caller).holders.set_boundary(holder, boundary_named(house, caller, arn))
        return {}

    return put


def _delete_boundary(kind: HolderKind) -> Handler:
    def delete(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        holder = permit_named(house, caller, f"Delete{kind.capitalize()}PermissionsBoundary", kind, request)
        changes(house, caller).holders.set_boundary(holder, "")
        return {}

    return delete


def _list_tags(kind: HolderKind) -> Handler:
    operation = f"List{kind.capitalize()}Tags"

    def listed(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
        holder = permit_named(house, caller, operation, kind, request)
        tags = list_tags(house.identity.directory.tags(holder))
        page = read_page(house, caller, operation, request)
        answer: dict[str, Any] = page.cut("Tags", tags, dict, lambda tag: tag["Key"])
        return answer

    return listed
