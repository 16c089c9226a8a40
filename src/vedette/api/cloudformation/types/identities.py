"""Users, groups and roles of IAM, with what they hold."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from vedette.api.cloudformation.types.base import (
    Properties,
    ResourceType,
    TypeCalls,
    born_at,
    furnishing,
    listed,
    tags_of,
    texts,
    words,
)
from vedette.stacks.port import MadeThing, ResourceWish

IAM = "iam"
ABSENT, EXISTS = "NoSuchEntity", "EntityAlreadyExists"


def document_text(document: Any) -> str:
    """Return a policy of a template as IAM takes it."""
    return document if isinstance(document, str) else json.dumps(document)


def inline_of(properties: Properties) -> dict[str, str]:
    """Return the inline policies of a holder's properties, by their names."""
    return {
        str(policy["PolicyName"]): document_text(policy["PolicyDocument"])
        for policy in properties.get("Policies", ())
    }


def _check_forms(properties: Properties) -> None:
    """Have properties of another form fail before anything is made: nobody could take it away by them."""
    inline_of(properties), tags_of(properties)
    texts(properties.get("Groups")), texts(properties.get("ManagedPolicyArns"))


class HolderType:
    """What users, groups and roles have in common: `kind` is IAM's word in operations and members."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.member = f"{kind}Name"

    def name_of(self, wish: ResourceWish) -> str:
        """Return what the holder is called."""
        return str(wish.properties.get(self.member) or wish.name)

    def find(self, calls: TypeCalls, name: str) -> dict[str, Any] | None:
        """Return the holder as IAM describes it."""
        answer = calls.find(ABSENT, IAM, f"Get{self.kind}", **{self.member: name})
        return None if answer is None else answer[self.kind]

    def make(self, calls: TypeCalls, wish: ResourceWish) -> MadeThing:
        """Make the holder, and give it what it is to hold."""
        name, properties = self.name_of(wish), wish.properties
        _check_forms(properties)

        def born() -> datetime | None:
            return born_at((self.find(calls, name) or {}).get("CreateDate"))

        calls.make_once(wish, EXISTS, lambda: self._create(calls, name, properties), born)
        with furnishing(name):
            self._furnish(calls, name, {}, properties)
        return MadeThing(name, self._attributes(calls, name, properties))

    def _create(self, calls: TypeCalls, name: str, properties: Properties) -> None:
        members: dict[str, Any] = {self.member: name, "Path": properties.get("Path")}
        if self.kind != "Group":
            members["Tags"] = listed(tags_of(properties)) or None
            members["PermissionsBoundary"] = properties.get("PermissionsBoundary")
        if self.kind == "Role":
            members["AssumeRolePolicyDocument"] = document_text(properties["AssumeRolePolicyDocument"])
            members["Description"] = properties.get("Description")
            members["MaxSessionDuration"] = properties.get("MaxSessionDuration")
        calls.ask(IAM, f"Create{self.kind}", **members)

    def _attributes(self, calls: TypeCalls, name: str, properties: Properties) -> dict[str, Any]:
        path = str(properties.get("Path", "/"))
        arn = f"arn:aws:iam::{calls.account}:{self.kind.lower()}{path}{name}"
        if self.kind != "Role":
            return {"Arn": arn}
        role = self.find(calls, name) or {}
        return {"Arn": arn, "RoleId": role.get("RoleId", "")}

    def _furnish(self, calls: TypeCalls, name: str, before: Properties, after: Properties) -> None:
        """Give a holder what it is to hold, and take what it held before and is not to."""
        holder = {self.member: name}
        attached, wanted_arns = texts(before.get("ManagedPolicyArns")), texts(after.get("ManagedPolicyArns"))
        for arn in wanted_arns:
            calls.ask(IAM, f"Attach{self.kind}Policy", **holder, PolicyArn=arn)
        for arn in attached:
            if arn not in wanted_arns:
                calls.find(ABSENT, IAM, f"Detach{self.kind}Policy", **holder, PolicyArn=arn)
        policies = inline_of(after)
        for policy, document in policies.items():
            calls.ask(IAM, f"Put{self.kind}Policy", **holder, PolicyName=policy, PolicyDocument=document)
        for policy in inline_of(before):
            if policy not in policies:
                calls.find(ABSENT, IAM, f"Delete{self.kind}Policy", **holder, PolicyName=policy)
        if self.kind == "User":
            self._join(calls, name, texts(before.get("Groups")), texts(after.get("Groups")))

    def _join(self, calls: TypeCalls, name: str, before: list[str], after: list[str]) -> None:
        for group in after:
            calls.ask(IAM, "AddUserToGroup", UserName=name, GroupName=group)
        for group in before:
            if group not in after:
                calls.find(ABSENT, IAM, "RemoveUserFromGroup", UserName=name, GroupName=group)

    def change(self, calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
        """Change what a holder holds and is."""
        after, holder = wish.properties, {self.member: physical}
        _check_forms(after)
        attributes = dict(wish.attributes)
        if self.kind == "Role":
            self._change_role(calls, physical, before, after)
        elif before.get("Path", "/") != after.get("Path", "/"):
            # A role's path cannot be changed. The others' is a part of their ARN.
            calls.ask(IAM, f"Update{self.kind}", **holder, NewPath=after.get("Path", "/"))
            attributes |= self._attributes(calls, physical, after)
        self._furnish(calls, physical, before, after)
        if self.kind != "Group":
            self._retag(calls, holder, before, after)
        return MadeThing(physical, attributes)

    def _retag(self, calls: TypeCalls, holder: dict[str, str], before: Properties, after: Properties) -> None:
        removed = sorted(set(tags_of(before)) - set(tags_of(after)))
        if removed:
            calls.ask(IAM, f"Untag{self.kind}", **holder, TagKeys=removed)
        if tags_of(after) and tags_of(before) != tags_of(after):
            calls.ask(IAM, f"Tag{self.kind}", **holder, Tags=listed(tags_of(after)))
        bound, bound_before = after.get("PermissionsBoundary"), before.get("PermissionsBoundary")
        if bound and bound != bound_before:
            calls.ask(IAM, f"Put{self.kind}PermissionsBoundary", **holder, PermissionsBoundary=bound)
        elif bound_before and not bound:
            calls.find(ABSENT, IAM, f"Delete{self.kind}PermissionsBoundary", **holder)

    def _change_role(self, calls: TypeCalls, name: str, before: Properties, after: Properties) -> None:
        trust = after["AssumeRolePolicyDocument"]
        if trust != before.get("AssumeRolePolicyDocument"):
            calls.ask(IAM, "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=document_text(trust))
        members = ("Description", "MaxSessionDuration")
        if any(before.get(member) != after.get(member) for member in members):
            length = after.get("MaxSessionDuration", 3600)
            description = after.get("Description", "")
            calls.ask(IAM, "UpdateRole", RoleName=name, Description=description, MaxSessionDuration=length)

    def delete(self, calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
        """Take from a holder what the stack gave it, and delete it; who holds more is not deleted."""
        if self.find(calls, physical) is None:
            return
        self._furnish(calls, physical, wish.properties, {})
        calls.find(ABSENT, IAM, f"Delete{self.kind}", **{self.member: physical})

    def read(self, calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
        """Return a holder's properties of now."""
        facts = self.find(calls, physical)
        if facts is None:
            return None
        holder = {self.member: physical}
        attached = calls.ask(IAM, f"ListAttached{self.kind}Policies", **holder)["AttachedPolicies"]
        names = calls.ask(IAM, f"List{self.kind}Policies", **holder)["PolicyNames"]
        policies = [
            {"PolicyName": name, "PolicyDocument": self._document(calls, holder, name)} for name in names
        ]
        boundary = facts.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        properties = {
            self.member: physical,
            "Path": facts["Path"],
            "ManagedPolicyArns": [policy["PolicyArn"] for policy in attached],
            "Policies": policies,
            "PermissionsBoundary": boundary,
            "Tags": facts.get("Tags", []),
            "Description": facts.get("Description", ""),
            "MaxSessionDuration": facts.get("MaxSessionDuration"),
        }
        if self.kind == "Role":
            properties["AssumeRolePolicyDocument"] = policy_of(facts["AssumeRolePolicyDocument"])
        if self.kind == "User" and "Groups" in wish.properties:
            groups = calls.ask(IAM, "ListGroupsForUser", UserName=physical)["Groups"]
            properties["Groups"] = [group["GroupName"] for group in groups]
        return properties

    def _document(self, calls: TypeCalls, holder: dict[str, str], name: str) -> Any:
        answer = calls.ask(IAM, f"Get{self.kind}Policy", **holder, PolicyName=name)
        return policy_of(answer["PolicyDocument"])


def policy_of(text: Any) -> Any:
    """Return a policy that IAM answers, which is percent-encoded, as a template has it."""
    return json.loads(unquote(str(text)))


def _type(kind: str, properties: str, *, replaced_by: str = "", **more: Any) -> ResourceType:
    holder = HolderType(kind)
    return ResourceType(
        f"AWS::IAM::{kind}",
        words(f"{kind}Name Path ManagedPolicyArns Policies {properties}"),
        holder.make,
        holder.delete,
        holder.read,
        holder.change,
        replaced_by=words(f"{kind}Name {replaced_by}"),
        attributes=words("Arn RoleId" if kind == "Role" else "Arn"),
        name_property=f"{kind}Name",
        is_identity=True,
        **more,
    )


USER = _type("User", "Groups PermissionsBoundary Tags")
GROUP = _type("Group", "", longest_name=128)
ROLE = _type(
    "Role",
    "AssumeRolePolicyDocument Description MaxSessionDuration PermissionsBoundary Tags",
    required=words("AssumeRolePolicyDocument"),
    replaced_by="Path",
)
