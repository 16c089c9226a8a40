"""Users, groups and roles of IAM, with what they hold."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType
from typing import Any

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
from vedette.api.cloudformation.types.policy_texts import document_text, inline_of, policy_of
from vedette.api.cloudformation.types.sharing import (
    HELD,
    INLINE,
    MANAGED,
    foreseen,
    held,
    policies_for,
    with_ungiven,
    without,
)
from vedette.api.inner import InnerFault
from vedette.stacks.port import MadeThing, MakingFailed, ResourceWish

IAM = "iam"
NOTHING: Mapping[str, Collection[str]] = MappingProxyType({"policies": (), "groups": (), "inline": ()})
ABSENT, EXISTS = "NoSuchEntity", "EntityAlreadyExists"


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

    def _furnish(
        self,
        calls: TypeCalls,
        name: str,
        before: Properties,
        after: Properties,
        others: Mapping[str, Collection[str]] = NOTHING,
    ) -> None:
        """Give a holder what it is to hold, and take what it held before and is not to.

        What `others` name, of policies and of groups, is held by somebody else's doing, and stays.
        """
        holder = {self.member: name}
        attached, wanted_arns = texts(before.get("ManagedPolicyArns")), texts(after.get("ManagedPolicyArns"))
        for arn in wanted_arns:
            calls.ask(IAM, f"Attach{self.kind}Policy", **holder, PolicyArn=arn)
        for arn in attached:
            if arn not in wanted_arns and arn not in others["policies"]:
                calls.find(ABSENT, IAM, f"Detach{self.kind}Policy", **holder, PolicyArn=arn)
        policies = inline_of(after)
        for policy, document in policies.items():
            calls.ask(IAM, f"Put{self.kind}Policy", **holder, PolicyName=policy, PolicyDocument=document)
        for policy in inline_of(before):
            if policy not in policies and policy not in others["inline"]:
                calls.find(ABSENT, IAM, f"Delete{self.kind}Policy", **holder, PolicyName=policy)
        if self.kind == "User":
            former = [group for group in texts(before.get("Groups")) if group not in others["groups"]]
            self._join(calls, name, former, texts(after.get("Groups")))

    def _join(self, calls: TypeCalls, name: str, before: list[str], after: list[str]) -> None:
        for group in after:
            calls.ask(IAM, "AddUserToGroup", UserName=name, GroupName=group)
        for group in before:
            if group not in after:
                calls.find(ABSENT, IAM, "RemoveUserFromGroup", UserName=name, GroupName=group)

    def foresee(
        self, calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties
    ) -> dict[str, Any]:
        """Return what a holder has already of what a change asks for; refuse to overwrite what is not its."""
        _check_forms(wish.properties)
        ungiven = held(wish, "inline")
        own = inline_of(before).keys() - set(ungiven)
        self._refuse_occupied(calls, {self.member: physical}, own, wish.properties)
        present = self._present(calls, physical) if wish.is_again else {}
        items = {**self._held_now(calls, physical, before, wish.properties), "inline": []}
        return foreseen(wish, items, present)

    def change(self, calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
        """Change what a holder holds and is."""
        _check_forms(wish.properties)
        attributes = dict(wish.attributes)
        with furnishing(physical, attributes):
            try:
                return self._changed(calls, wish, physical, before, attributes)
            except InnerFault:
                with suppress(InnerFault):  # where that may not be asked, all of it counts as given
                    ungiven = self._ungiven(calls, physical, before, wish.properties)
                    attributes[HELD] = with_ungiven(attributes, ungiven)
                raise

    def _changed(
        self,
        calls: TypeCalls,
        wish: ResourceWish,
        physical: str,
        before: Properties,
        attributes: dict[str, Any],
    ) -> MadeThing:
        after, holder = wish.properties, {self.member: physical}
        if self.kind == "Role":
            self._change_role(calls, physical, before, after)
        elif before.get("Path", "/") != after.get("Path", "/"):
            # A role's path cannot be changed. The others' is a part of their ARN.
            calls.ask(IAM, f"Update{self.kind}", **holder, NewPath=after.get("Path", "/"))
            attributes |= self._attributes(calls, physical, after)
        neighbours = policies_for(wish, MANAGED, self.kind, physical)
        others = {
            "policies": {*neighbours, *held(wish, "policies")},
            "groups": held(wish, "groups"),
            "inline": held(wish, "inline"),
        }
        self._furnish(calls, physical, before, after, others)
        if self.kind != "Group":
            self._retag(calls, holder, before, after)
            self._bound(calls, holder, before, after, next(iter(held(wish, "boundary")), None))
        return MadeThing(physical, attributes)

    def _refuse_occupied(
        self, calls: TypeCalls, holder: dict[str, str], own: Collection[str], after: Properties
    ) -> None:
        """Refuse to overwrite an inline policy that somebody else gave."""
        for policy in inline_of(after).keys() - set(own):
            if calls.find(ABSENT, IAM, f"Get{self.kind}Policy", **holder, PolicyName=policy) is not None:
                sentence = f"The {self.kind.lower()} {holder[self.member]} has a policy {policy} already."
                raise MakingFailed(sentence, is_untouched=True)

    def _held_now(
        self, calls: TypeCalls, name: str, before: Properties, after: Properties
    ) -> dict[str, list[str]]:
        """Return what a change asks for that the holder has already, by somebody else's doing."""

        def fresh(member: str) -> set[str]:
            return set(texts(after.get(member))) - set(texts(before.get(member)))

        arns, groups = fresh("ManagedPolicyArns"), fresh("Groups")
        boundary = None
        if after.get("PermissionsBoundary") and not before.get("PermissionsBoundary"):
            boundary = _boundary_of(self.find(calls, name) or {})
        return {
            "policies": sorted(arns & set(self._attached(calls, name))) if arns else [],
            "groups": sorted(groups & set(_groups_of(calls, name))) if groups else [],
            "boundary": [boundary] if boundary else [],
        }

    def _present(self, calls: TypeCalls, name: str) -> dict[str, list[str]]:
        """Return what the holder has now."""
        inline = calls.ask(IAM, f"List{self.kind}Policies", **{self.member: name})["PolicyNames"]
        groups = _groups_of(calls, name) if self.kind == "User" else []
        return {"policies": self._attached(calls, name), "groups": groups, "inline": inline}

    def _ungiven(
        self, calls: TypeCalls, name: str, before: Properties, after: Properties
    ) -> dict[str, set[str]]:
        """Return what a change that failed was to give, and had not given by then."""
        present = self._present(calls, name)
        return {
            "policies": {*texts(after.get("ManagedPolicyArns"))}
            - {*texts(before.get("ManagedPolicyArns")), *present["policies"]},
            "groups": {*texts(after.get("Groups"))} - {*texts(before.get("Groups")), *present["groups"]},
            "inline": {*inline_of(after)} - {*inline_of(before), *present["inline"]},
        }

    def _attached(self, calls: TypeCalls, name: str) -> list[str]:
        answer = calls.ask(IAM, f"ListAttached{self.kind}Policies", **{self.member: name})
        return [policy["PolicyArn"] for policy in answer["AttachedPolicies"]]

    def _retag(self, calls: TypeCalls, holder: dict[str, str], before: Properties, after: Properties) -> None:
        removed = sorted(set(tags_of(before)) - set(tags_of(after)))
        if removed:
            calls.ask(IAM, f"Untag{self.kind}", **holder, TagKeys=removed)
        if tags_of(after) and tags_of(before) != tags_of(after):
            calls.ask(IAM, f"Tag{self.kind}", **holder, Tags=listed(tags_of(after)))

    def _bound(
        self,
        calls: TypeCalls,
        holder: dict[str, str],
        before: Properties,
        after: Properties,
        held_before: str | None,
    ) -> None:
        """Set a holder's boundary; going back leaves the one that somebody else had set."""
        bound, bound_before = (
            after.get("PermissionsBoundary") or held_before,
            before.get("PermissionsBoundary"),
        )
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
        own_arns, own_names = texts(wish.properties.get("ManagedPolicyArns")), inline_of(wish.properties)
        given_arns = policies_for(wish, MANAGED, self.kind, physical)
        arns = without(self._attached(calls, physical), given_arns, own_arns)
        names = calls.ask(IAM, f"List{self.kind}Policies", **holder)["PolicyNames"]
        names = without(names, policies_for(wish, INLINE, self.kind, physical), own_names)
        policies = [
            {"PolicyName": name, "PolicyDocument": self._document(calls, holder, name)} for name in names
        ]
        properties = {
            self.member: physical,
            "Path": facts["Path"],
            "ManagedPolicyArns": arns,
            "Policies": policies,
            "PermissionsBoundary": _boundary_of(facts),
            "Tags": facts.get("Tags", []),
            "Description": facts.get("Description", ""),
            "MaxSessionDuration": facts.get("MaxSessionDuration"),
        }
        if self.kind == "Role":
            properties["AssumeRolePolicyDocument"] = policy_of(facts["AssumeRolePolicyDocument"])
        if self.kind == "User" and "Groups" in wish.properties:
            properties["Groups"] = _groups_of(calls, physical)
        return properties

    def _document(self, calls: TypeCalls, holder: dict[str, str], name: str) -> Any:
        answer = calls.ask(IAM, f"Get{self.kind}Policy", **holder, PolicyName=name)
        return policy_of(answer["PolicyDocument"])


def _boundary_of(facts: Mapping[str, Any]) -> Any:
    return facts.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def _groups_of(calls: TypeCalls, user: str) -> list[str]:
    groups = calls.ask(IAM, "ListGroupsForUser", UserName=user)["Groups"]
    return [group["GroupName"] for group in groups]


def _type(kind: str, properties: str, *, replaced_by: str = "", **more: Any) -> ResourceType:
    holder = HolderType(kind)
    return ResourceType(
        f"AWS::IAM::{kind}",
        words(f"{kind}Name Path ManagedPolicyArns Policies {properties}"),
        holder.make,
        holder.delete,
        holder.read,
        holder.change,
        holder.foresee,
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
