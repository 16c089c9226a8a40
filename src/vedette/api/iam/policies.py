"""Managed policies: an account's own, with versions, and those that come with the program."""

import re
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.iam.answers import a_policy, encoded
from vedette.api.iam.asking import (
    changes,
    list_tags,
    permit_all,
    permit_policy,
    read_page,
    require_own,
    require_path,
    tags_asked,
)
from vedette.api.identity_rights import policy_arn
from vedette.errors import Wrong
from vedette.identity.builtin import AWS, AWS_NAMES
from vedette.identity.holder import Holder, HolderKind
from vedette.identity.policies import IdentityPolicy, PolicyLook
from vedette.identity.policy_versions import PolicyVersion
from vedette.identity.records import arn_of

VERSION = re.compile(r"v([1-9][0-9]{0,8})", re.ASCII)
# Lists of what holds a policy: the member of the answer, and those of its items.
ENTITIES: dict[HolderKind, tuple[str, str, str]] = {
    "group": ("PolicyGroups", "GroupName", "GroupId"),
    "user": ("PolicyUsers", "UserName", "UserId"),
    "role": ("PolicyRoles", "RoleName", "RoleId"),
}
FILTERS = {"User": "user", "Group": "group", "Role": "role"}


def create_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Create a policy of the account with its first version."""
    path, tags, name = require_path(request), tags_asked(request), request["PolicyName"]
    arn = arn_of("policy", caller.account, path, name)
    caller.require("CreatePolicy", arn, tags=tags.added)
    if tags.added:
        caller.require("TagPolicy", arn, tags=tags.added)
    extras = PolicyLook(path, request.get("Description", ""), tags.added)
    policies = changes(house, caller).policies
    policy = policies.create(caller.account, name, request["PolicyDocument"], extras)
    return {"Policy": a_policy(house, caller.account, policy)}


def get_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a policy without its document."""
    policy = permit_policy(house, caller, "GetPolicy", request["PolicyArn"])
    return {"Policy": a_policy(house, caller.account, policy)}


def list_policies(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the account's own policies, those that come with the program, or both."""
    permit_all(caller, "ListPolicies")
    scope, prefix = request.get("Scope", "All"), request.get("PathPrefix", "/")
    listed = [
        policy
        for policy in all_policies(house, caller.account)
        if policy.path.startswith(prefix)
        and scope in ("All", "AWS" if policy.is_builtin else "Local")
        and _is_used(house, caller.account, policy, request)
    ]
    page = read_page(house, caller, "ListPolicies", request)
    answer: dict[str, Any] = page.cut(
        "Policies",
        listed,
        lambda policy: a_policy(house, caller.account, policy, is_listed=True),
        lambda policy: policy_arn(caller.account, policy),
    )
    return answer


def all_policies(house: House, account: str) -> list[IdentityPolicy]:
    """Return all managed policies that an account may attach."""
    policies = house.identity.directory.policies
    return policies.available(account) + [policies.find(account, f"{AWS}{name}") for name in AWS_NAMES]


def delete_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a policy that nothing holds and that has one version."""
    policy = permit_policy(house, caller, "DeletePolicy", request["PolicyArn"])
    require_own(policy)
    changes(house, caller).policies.delete(caller.account, policy.name, only_bare=True)
    return {}


def create_policy_version(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Add a version to a policy, and let it count where the request says so."""
    policy = permit_policy(house, caller, "CreatePolicyVersion", request["PolicyArn"])
    require_own(policy)
    version = changes(house, caller).versions.add_version(
        caller.account,
        policy.name,
        request["PolicyDocument"],
        in_force=request.get("SetAsDefault", False),
    )
    return {"PolicyVersion": _version(version)}


def get_policy_version(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return one version with its document."""
    policy = permit_policy(house, caller, "GetPolicyVersion", request["PolicyArn"])
    number = _number(request["VersionId"])
    version = house.identity.directory.versions.version(caller.account, policy.name, number)
    return {"PolicyVersion": {**_version(version), "Document": encoded(version.document)}}


def list_policy_versions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the versions of a policy, the newest first."""
    policy = permit_policy(house, caller, "ListPolicyVersions", request["PolicyArn"])
    versions = house.identity.directory.versions.versions(caller.account, policy.name)
    page = read_page(house, caller, "ListPolicyVersions", request)
    # Newest first: the page's order is that of what is still to come.
    answer: dict[str, Any] = page.cut(
        "Versions", versions, _version, lambda version: f"{10**9 - version.number:010}"
    )
    return answer


def set_default_policy_version(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let another version count for all who hold the policy."""
    policy = permit_policy(house, caller, "SetDefaultPolicyVersion", request["PolicyArn"])
    require_own(policy)
    number = _number(request["VersionId"])
    changes(house, caller).versions.enforce_version(caller.account, policy.name, number)
    return {}


def delete_policy_version(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a version that does not count."""
    policy = permit_policy(house, caller, "DeletePolicyVersion", request["PolicyArn"])
    require_own(policy)
    number = _number(request["VersionId"])
    changes(house, caller).versions.delete_version(caller.account, policy.name, number)
    return {}


def list_entities_for_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the groups, users and roles that hold a policy or are bounded by it."""
    policy = permit_policy(house, caller, "ListEntitiesForPolicy", request["PolicyArn"])
    directory, entity_filter = house.identity.directory, request.get("EntityFilter", "")
    if entity_filter in ("LocalManagedPolicy", "AWSManagedPolicy"):
        raise Wrong(f"{entity_filter} is no kind of what holds a policy.", kind="filter", name=entity_filter)
    is_boundary = request.get("PolicyUsageFilter") == "PermissionsBoundary"
    of = directory.policies.bounded if is_boundary else directory.policies.holders
    prefix = request.get("PathPrefix", "/")
    holders = [
        holder
        for holder in of(caller.account, policy.name)
        if (not entity_filter or FILTERS[entity_filter] == holder.kind)
        and directory.holders.path(holder).startswith(prefix)
    ]
    page = read_page(house, caller, "ListEntitiesForPolicy", request)
    cut = page.cut("Holders", holders, lambda holder: holder, lambda holder: f"{holder.kind}/{holder.name}")
    answer = {member: _entities(house, cut["Holders"], kind) for kind, (member, _, _) in ENTITIES.items()}
    return {**{name: value for name, value in cut.items() if name != "Holders"}, **answer}


def tag_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Set tags of a policy."""
    return _retag(house, caller, "TagPolicy", request)


def untag_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take tags from a policy."""
    return _retag(house, caller, "UntagPolicy", request)


def list_policy_tags(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the tags of a policy."""
    policy = permit_policy(house, caller, "ListPolicyTags", request["PolicyArn"])
    page = read_page(house, caller, "ListPolicyTags", request)
    answer: dict[str, Any] = page.cut("Tags", list_tags(policy.tags), dict, lambda tag: tag["Key"])
    return answer


def _retag(house: House, caller: Caller, action: str, request: dict[str, Any]) -> dict[str, Any]:
    tags = tags_asked(request)
    policy = permit_policy(house, caller, action, request["PolicyArn"], tags=tags)
    require_own(policy)
    changes(house, caller).set_policy_tags(caller.account, policy.name, tags.added, tags.removed)
    return {}


def _is_used(house: House, account: str, policy: IdentityPolicy, request: dict[str, Any]) -> bool:
    policies = house.identity.directory.policies
    bounds, holders = policies.bounded(account, policy.name), policies.holders(account, policy.name)
    usage = request.get("PolicyUsageFilter")
    if usage == "PermissionsBoundary":
        return bool(bounds)
    if usage == "PermissionsPolicy":
        return bool(holders)
    return not request.get("OnlyAttached", False) or bool(holders or bounds)


def _entities(house: House, holders: list[Holder], kind: HolderKind) -> list[dict[str, str]]:
    _, name, unique = ENTITIES[kind]
    records = [house.identity.directory.holders.find(holder) for holder in holders if holder.kind == kind]
    return [{name: record.name, unique: getattr(record, f"{kind}_id")} for record in records]


def _number(version: str) -> int:
    match = VERSION.fullmatch(version)
    if match is None:
        raise Wrong(f"{version} is no version of a policy: say v1, v2 …", kind="version", name=version)
    return int(match[1])


def _version(version: PolicyVersion) -> dict[str, Any]:
    answer: dict[str, Any] = {"VersionId": version.id, "IsDefaultVersion": version.in_force}
    return {**answer, "CreateDate": version.created} if version.created else answer
