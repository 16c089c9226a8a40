"""Policies of IAM, inline and managed, and access keys."""

import json
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Any

from vedette.api.cloudformation.types.base import (
    Properties,
    ResourceType,
    TypeCalls,
    born_at,
    furnishing,
    texts,
    words,
)
from vedette.api.cloudformation.types.identities import ABSENT, EXISTS, IAM
from vedette.api.cloudformation.types.policy_texts import document_text, policy_of
from vedette.api.cloudformation.types.sharing import (
    HELD,
    HOLDERS,
    foreseen,
    held,
    holders_of,
    holders_with,
    with_ungiven,
    without,
)
from vedette.api.faults import Fault
from vedette.api.inner import InnerFault
from vedette.stacks.port import MadeThing, MakingFailed, ResourceWish


def _inline(calls: TypeCalls, kind: str, name: str, policy: str) -> Any:
    members = {f"{kind}Name": name, "PolicyName": policy}
    answer = calls.find(ABSENT, IAM, f"Get{kind}Policy", **members)
    return None if answer is None else policy_of(answer["PolicyDocument"])


def _put(calls: TypeCalls, kind: str, name: str, properties: Properties) -> None:
    document = document_text(properties["PolicyDocument"])
    members = {f"{kind}Name": name, "PolicyName": properties["PolicyName"], "PolicyDocument": document}
    calls.ask(IAM, f"Put{kind}Policy", **members)


def _take(calls: TypeCalls, kind: str, name: str, policy: str) -> None:
    calls.find(ABSENT, IAM, f"Delete{kind}Policy", **{f"{kind}Name": name, "PolicyName": policy})


def _occupied(calls: TypeCalls, kind: str, name: str, properties: Properties, *, is_again: bool) -> str:
    """Say that a holder has another policy of this name, which is somebody's; nothing where it has none."""
    policy = str(properties["PolicyName"])
    document = _inline(calls, kind, name, policy)
    is_own = is_again and document == json.loads(document_text(properties["PolicyDocument"]))
    has_other = document is not None and not is_own
    return f"The {kind.lower()} {name} has a policy {policy} already." if has_other else ""


def _make(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    properties, policy = wish.properties, str(wish.properties["PolicyName"])
    if not holders_of(properties):
        raise InnerFault(
            IAM, Fault("ValidationError", 400, "At least one of Users, Groups, Roles is needed.")
        )
    for kind, name in holders_of(properties):
        if occupied := _occupied(calls, kind, name, properties, is_again=bool(wish.resumed_since_ms)):
            raise InnerFault(IAM, Fault(EXISTS, 409, occupied))
    for number, (kind, name) in enumerate(holders_of(properties)):
        try:
            _put(calls, kind, name, properties)
        except InnerFault as fault:
            raise MakingFailed(fault.sentence, policy if number else "") from None
    return MadeThing(policy)


def _change(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    holders, policy = holders_of(wish.properties), str(wish.properties["PolicyName"])
    if not holders:
        raise MakingFailed("At least one of Users, Groups, Roles is needed.", is_untouched=True)
    # Those whom an update that failed had not given it yet have it by somebody else's doing, if at all.
    ungiven = held(wish, "holders")
    earlier = [holder for holder in holders_of(before) if holder not in ungiven]
    old = str(before["PolicyName"])
    is_renamed = policy != old
    for kind, name in holders:
        is_new = is_renamed or (kind, name) not in earlier
        # Of a change that a stopped server began, or that goes back, what it put counts as put.
        if is_new and (occupied := _occupied(calls, kind, name, wish.properties, is_again=wish.is_again)):
            raise MakingFailed(occupied, is_untouched=True)
    for number, (kind, name) in enumerate(holders):
        try:
            _put(calls, kind, name, wish.properties)
        except InnerFault as fault:
            rest = [holder for holder in holders[number:] if is_renamed or holder not in earlier]
            attributes = {HELD: with_ungiven({}, {"holders": rest})}
            raise MakingFailed(fault.sentence, physical, attributes=attributes) from None
    for kind, name in earlier:
        if is_renamed or (kind, name) not in holders:
            _take(calls, kind, name, old)
    return MadeThing(policy)


def _delete(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    for kind, name in holders_of(wish.properties):
        _take(calls, kind, name, physical)


def _read(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    documents = {
        (kind, name): document
        for kind, name in holders_of(wish.properties)
        if (document := _inline(calls, kind, name, physical)) is not None
    }
    if not documents:
        return None
    expected = json.loads(document_text(wish.properties["PolicyDocument"]))
    other = next((document for document in documents.values() if document != expected), expected)
    return {
        "PolicyName": physical,
        "PolicyDocument": other,
        **{
            member: [name for name in texts(wish.properties.get(member)) if (kind, name) in documents]
            for member, kind in HOLDERS.items()
        },
    }


POLICY = ResourceType(
    "AWS::IAM::Policy",
    words("PolicyName PolicyDocument Users Groups Roles"),
    _make,
    _delete,
    _read,
    _change,
    required=words("PolicyName PolicyDocument"),
    is_identity=True,
)


def _arn(calls: TypeCalls, name: str, properties: Properties) -> str:
    return f"arn:aws:iam::{calls.account}:policy{properties.get('Path', '/')}{name}"


def _attach(
    calls: TypeCalls,
    arn: str,
    before: Properties,
    after: Properties,
    others: Collection[tuple[str, str]] = (),
) -> None:
    """Attach a policy to whom it is to be, and take it from whom it was; what others hold by is left."""
    holders = holders_of(after)
    for kind, name in holders:
        calls.ask(IAM, f"Attach{kind}Policy", **{f"{kind}Name": name, "PolicyArn": arn})
    for kind, name in holders_of(before):
        if (kind, name) not in holders and (kind, name) not in others:
            calls.find(ABSENT, IAM, f"Detach{kind}Policy", **{f"{kind}Name": name, "PolicyArn": arn})


def _make_managed(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    properties = wish.properties
    name = str(properties.get("ManagedPolicyName") or wish.name)
    arn = _arn(calls, name, properties)

    def make() -> None:
        calls.ask(
            IAM,
            "CreatePolicy",
            PolicyName=name,
            Path=properties.get("Path"),
            Description=properties.get("Description"),
            PolicyDocument=document_text(properties["PolicyDocument"]),
        )

    def born() -> datetime | None:
        policy = calls.find(ABSENT, IAM, "GetPolicy", PolicyArn=arn)
        return None if policy is None else born_at(policy["Policy"]["CreateDate"])

    calls.make_once(wish, EXISTS, make, born)
    with furnishing(arn):
        _attach(calls, arn, {}, properties)
    return MadeThing(arn, {"PolicyArn": arn})


def _foresee_managed(
    calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties
) -> dict[str, Any]:
    """Return to whom somebody else attached the policy, of those that a change names."""
    fresh = set(holders_of(wish.properties)) - set(holders_of(before))
    present = _holders_now(calls, physical) if fresh or wish.is_again else set()
    return foreseen(wish, {"holders": sorted(fresh & present)}, {"holders": present})


def _change_managed(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    document, after = document_text(wish.properties["PolicyDocument"]), wish.properties
    attributes = dict(wish.attributes)
    if document != document_text(before["PolicyDocument"]):
        versions = calls.ask(IAM, "ListPolicyVersions", PolicyArn=physical)["Versions"]
        others = [version["VersionId"] for version in versions if not version["IsDefaultVersion"]]
        if len(versions) >= 5:  # IAM's most: CloudFormation drops the oldest too.
            oldest = min(others, key=lambda version: int(version[1:]))
            calls.ask(IAM, "DeletePolicyVersion", PolicyArn=physical, VersionId=oldest)
        calls.ask(IAM, "CreatePolicyVersion", PolicyArn=physical, PolicyDocument=document, SetAsDefault=True)
    with furnishing(physical, attributes):
        held_by_others = {*holders_with(wish, physical), *held(wish, "holders")}
        try:
            _attach(calls, physical, before, after, held_by_others)
        except InnerFault:
            with suppress(InnerFault):
                present = {*holders_of(before), *_holders_now(calls, physical)}
                ungiven = {"holders": set(holders_of(after)) - present}
                attributes[HELD] = with_ungiven(attributes, ungiven)
            raise
    return MadeThing(physical, attributes)


def _delete_managed(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    answer = calls.find(ABSENT, IAM, "ListPolicyVersions", PolicyArn=physical)
    if answer is None:
        return
    _attach(calls, physical, wish.properties, {})
    for version in answer["Versions"]:
        if not version["IsDefaultVersion"]:
            calls.ask(IAM, "DeletePolicyVersion", PolicyArn=physical, VersionId=version["VersionId"])
    calls.find(ABSENT, IAM, "DeletePolicy", PolicyArn=physical)


def _read_managed(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    answer = calls.find(ABSENT, IAM, "GetPolicy", PolicyArn=physical)
    if answer is None:
        return None
    policy = answer["Policy"]
    version = policy["DefaultVersionId"]
    body = calls.ask(IAM, "GetPolicyVersion", PolicyArn=physical, VersionId=version)["PolicyVersion"]
    return {
        "ManagedPolicyName": policy["PolicyName"],
        "Path": policy["Path"],
        "Description": policy.get("Description", ""),
        "PolicyDocument": policy_of(body["Document"]),
        **{
            member: without(
                names,
                [name for other, name in holders_with(wish, physical) if other == HOLDERS[member]],
                texts(wish.properties.get(member)),
            )
            for member, names in _attached(calls, physical).items()
        },
    }


def _holders_now(calls: TypeCalls, arn: str) -> set[tuple[str, str]]:
    return {(HOLDERS[member], name) for member, names in _attached(calls, arn).items() for name in names}


def _attached(calls: TypeCalls, arn: str) -> dict[str, list[str]]:
    """Return who holds a managed policy, by the properties that name them."""
    holders: dict[str, list[str]] = {member: [] for member in HOLDERS}
    token: str | None = None
    while True:
        answer = calls.ask(IAM, "ListEntitiesForPolicy", PolicyArn=arn, Marker=token)
        for member, kind in HOLDERS.items():
            holders[member] += [holder[f"{kind}Name"] for holder in answer.get(f"Policy{member}", ())]
        token = answer.get("Marker")
        if not token:
            return holders


MANAGED_POLICY = ResourceType(
    "AWS::IAM::ManagedPolicy",
    words("ManagedPolicyName Path Description PolicyDocument Users Groups Roles"),
    _make_managed,
    _delete_managed,
    _read_managed,
    _change_managed,
    _foresee_managed,
    required=words("PolicyDocument"),
    replaced_by=words("ManagedPolicyName Path Description"),
    attributes=words("PolicyArn"),
    name_property="ManagedPolicyName",
    longest_name=128,
    is_identity=True,
)


def _make_access_key(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    user = str(wish.properties["UserName"])
    # What a stopped run may have made has a secret that nobody knows any more: it is left (decision 0393).
    key = calls.ask(IAM, "CreateAccessKey", UserName=user)["AccessKey"]
    number = str(key["AccessKeyId"])
    status = wish.properties.get("Status", "Active")
    if status != "Active":
        with furnishing(number):
            calls.ask(IAM, "UpdateAccessKey", UserName=user, AccessKeyId=number, Status=status)
    return MadeThing(number, {"SecretAccessKey": key["SecretAccessKey"]})


def _change_access_key(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    user, status = wish.properties["UserName"], wish.properties.get("Status", "Active")
    calls.ask(IAM, "UpdateAccessKey", UserName=user, AccessKeyId=physical, Status=status)
    return MadeThing(physical, wish.attributes)


def _delete_access_key(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    user = wish.properties["UserName"]
    calls.find(ABSENT, IAM, "DeleteAccessKey", UserName=user, AccessKeyId=physical)


def _read_access_key(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    user = wish.properties["UserName"]
    answer = calls.find(ABSENT, IAM, "ListAccessKeys", UserName=user)
    keys = [] if answer is None else answer["AccessKeyMetadata"]
    statuses = {key["AccessKeyId"]: key["Status"] for key in keys}
    return {"UserName": user, "Status": statuses[physical]} if physical in statuses else None


ACCESS_KEY = ResourceType(
    "AWS::IAM::AccessKey",
    words("UserName Status Serial"),
    _make_access_key,
    _delete_access_key,
    _read_access_key,
    _change_access_key,
    required=words("UserName"),
    replaced_by=words("UserName Serial"),
    attributes=words("SecretAccessKey"),
    is_identity=True,
    # A number of the template's, which says no more than that another key is wanted.
    unread=words("Serial"),
)
