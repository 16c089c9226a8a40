"""Users, groups, roles and policies as IAM's answers describe them. Documents are percent-encoded there."""

from typing import Any
from urllib.parse import quote

from vedette.api.house import Caller, House
from vedette.api.iam.asking import find_policy, list_tags
from vedette.api.identity_rights import policy_arn
from vedette.errors import Missing
from vedette.identity.groups import Group
from vedette.identity.holder import Holder
from vedette.identity.policies import IdentityPolicy
from vedette.identity.records import Role, User, arn_of


def a_user(house: House, user: User) -> dict[str, Any]:
    """Return a user with its tags and its boundary."""
    answer = {
        "Path": user.path,
        "UserName": user.name,
        "UserId": user.user_id,
        "Arn": user.arn,
        "CreateDate": user.created,
    }
    return {**answer, **_tags_and_boundary(house, user)}


def a_group(group: Group) -> dict[str, Any]:
    """Return a group."""
    return {
        "Path": group.path,
        "GroupName": group.name,
        "GroupId": group.group_id,
        "Arn": group.arn,
        "CreateDate": group.created,
    }


def a_role(house: House, role: Role) -> dict[str, Any]:
    """Return a role with its trust policy."""
    answer = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.role_id,
        "Arn": role.arn,
        "CreateDate": role.created,
        "AssumeRolePolicyDocument": encoded(role.trust),
        "MaxSessionDuration": role.longest_s,
    }
    if role.description:
        answer["Description"] = role.description
    return {**answer, **_tags_and_boundary(house, role)}


def _tags_and_boundary(house: House, holder: User | Role) -> dict[str, Any]:
    answer: dict[str, Any] = {"Tags": list_tags(holder.tags)} if holder.tags else {}
    if holder.boundary:
        arn = attached_policy(house, holder.account, holder.boundary)["PolicyArn"]
        answer["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": arn,
        }
    return answer


def a_policy(
    house: House, account: str, policy: IdentityPolicy, *, is_listed: bool = False
) -> dict[str, Any]:
    """Return a managed policy without its document; lists leave its description and its tags out."""
    policies = house.identity.directory.policies
    answer: dict[str, Any] = {
        "PolicyName": policy.name.rpartition(":")[2],
        "PolicyId": policy.policy_id or _builtin_id(policy.name),
        "Arn": policy_arn(account, policy),
        "Path": policy.path,
        "DefaultVersionId": f"v{policy.in_force}",
        "AttachmentCount": len(policies.holders(account, policy.name)),
        "PermissionsBoundaryUsageCount": len(policies.bounded(account, policy.name)),
        "IsAttachable": True,
    }
    if policy.created is not None:
        answer |= {"CreateDate": policy.created, "UpdateDate": policy.updated}
    if not is_listed:
        answer |= {"Tags": list_tags(policy.tags)} if policy.tags else {}
        answer |= {"Description": policy.description} if policy.description else {}
    return answer


def attached_policy(house: House, account: str, name: str) -> dict[str, Any]:
    """Return the name and the ARN of a policy that something holds; one that is lost has no path."""
    try:
        policy = house.identity.directory.policies.find(account, name)
    except Missing:
        return {"PolicyName": name, "PolicyArn": arn_of("policy", account, "/", name)}
    return {"PolicyName": policy.name.rpartition(":")[2], "PolicyArn": policy_arn(account, policy)}


def attached_policies(house: House, holder: Holder) -> list[dict[str, Any]]:
    """Return the managed policies of a holder."""
    names = house.identity.directory.policies.attached(holder)
    return [attached_policy(house, holder.account, name) for name in names]


def boundary_named(house: House, caller: Caller, arn: str) -> str:
    """Return the policy that a request sets as a boundary, as attachments name it."""
    return find_policy(house, caller, arn).name if arn else ""


def encoded(document: str) -> str:
    """Return a document as answers hold it (RFC 3986)."""
    return quote(document, safe="")


def _builtin_id(name: str) -> str:
    """Return an id that stays: of the policies that come with the program none is stored."""
    letters = "".join(letter for letter in name.upper() if letter.isalpha())
    return f"ANPA{letters[:17]:Z<17}"
