"""Keys of KMS, and their aliases."""

import json
from datetime import datetime
from typing import Any

from vedette.api.cloudformation.types.base import (
    Properties,
    ResourceType,
    TypeCalls,
    born_at,
    furnishing,
    tags_of,
    words,
)
from vedette.stacks.port import MadeThing, MakingFailed, ResourceWish

KMS = "kms"
# What a key is for good, and what it is where a template does not say it.
NEVER_CHANGED = {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": "false"}
ABSENT = "NotFoundException"


def _truth(value: Any) -> bool:
    return str(value).lower() == "true"


def _key_tags(properties: Properties) -> list[dict[str, str]] | None:
    tags = [{"TagKey": key, "TagValue": value} for key, value in sorted(tags_of(properties).items())]
    return tags or None


def _policy(properties: Properties) -> str | None:
    document = properties.get("KeyPolicy")
    return document if document is None or isinstance(document, str) else json.dumps(document)


def _make(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    inputs = wish.properties
    # A key has no name: what a stopped run may have made is left, and another one made (decision 0393).
    product = calls.ask(
        KMS,
        "CreateKey",
        Description=inputs.get("Description"),
        Policy=_policy(inputs),
        Tags=_key_tags(inputs),
        KeySpec=inputs.get("KeySpec"),
        KeyUsage=inputs.get("KeyUsage"),
        MultiRegion=inputs.get("MultiRegion"),
    )["KeyMetadata"]
    key = product["KeyId"]
    with furnishing(key):
        _rotate(calls, key, inputs, is_new=True)
    return MadeThing(key, {"Arn": product["Arn"], "KeyId": key})


def _rotate(calls: TypeCalls, key: str, inputs: Properties, *, is_new: bool = False) -> None:
    """Have a key rotate, and be enabled, as the properties say; what they do not say is AWS's default."""
    rotates, is_enabled = _truth(inputs.get("EnableKeyRotation", False)), _truth(inputs.get("Enabled", True))
    if rotates:
        period = inputs.get("RotationPeriodInDays")
        calls.ask(KMS, "EnableKeyRotation", KeyId=key, RotationPeriodInDays=period)
    elif not is_new:
        calls.ask(KMS, "DisableKeyRotation", KeyId=key)
    if not is_enabled:
        calls.ask(KMS, "DisableKey", KeyId=key)


def _refuse_other_kind(before: Properties, after: Properties) -> None:
    """Refuse what only another key could be: to replace this one would delete it, with all that it sealed."""
    changed = [
        name
        for name, standard in NEVER_CHANGED.items()
        if str(before.get(name, standard)).lower() != str(after.get(name, standard)).lower()
    ]
    if changed:
        raise MakingFailed(
            f"Update failed because {', '.join(changed)} of an existing KMS key cannot be changed.",
            is_untouched=True,
        )


def _change(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    inputs = wish.properties
    _refuse_other_kind(before, inputs)
    if _truth(inputs.get("Enabled", True)):
        calls.ask(KMS, "EnableKey", KeyId=physical)  # A disabled one takes no other change.
    changed = {name for name in {*before, *inputs} if before.get(name) != inputs.get(name)}
    if "Description" in changed:
        description = inputs.get("Description", "")
        calls.ask(KMS, "UpdateKeyDescription", KeyId=physical, Description=description)
    policy = _policy(inputs)
    if "KeyPolicy" in changed and policy is not None:
        calls.ask(KMS, "PutKeyPolicy", KeyId=physical, PolicyName="default", Policy=policy)
    removed = sorted(set(tags_of(before)) - set(tags_of(inputs)))
    if removed:
        calls.ask(KMS, "UntagResource", KeyId=physical, TagKeys=removed)
    if "Tags" in changed and _key_tags(inputs):
        calls.ask(KMS, "TagResource", KeyId=physical, Tags=_key_tags(inputs))
    if changed & {"EnableKeyRotation", "RotationPeriodInDays", "Enabled"}:
        _rotate(calls, physical, inputs)
    return MadeThing(physical, wish.attributes)


def _delete(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    described = calls.find(ABSENT, KMS, "DescribeKey", KeyId=physical)
    if described is None or described["KeyMetadata"]["KeyState"] == "PendingDeletion":
        return
    days = wish.properties.get("PendingWindowInDays", 30)
    calls.ask(KMS, "ScheduleKeyDeletion", KeyId=physical, PendingWindowInDays=days)


def _read(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    described = calls.find(ABSENT, KMS, "DescribeKey", KeyId=physical)
    if described is None or described["KeyMetadata"]["KeyState"] == "PendingDeletion":
        return None
    facts = described["KeyMetadata"]
    result: dict[str, Any] = {"Description": facts.get("Description", ""), "Enabled": facts["Enabled"]}
    if "KeyPolicy" in wish.properties:
        policy = calls.ask(KMS, "GetKeyPolicy", KeyId=physical, PolicyName="default")["Policy"]
        result["KeyPolicy"] = json.loads(policy)
    if {"EnableKeyRotation", "RotationPeriodInDays"} & set(wish.properties):
        rotation = calls.ask(KMS, "GetKeyRotationStatus", KeyId=physical)
        result["EnableKeyRotation"] = rotation["KeyRotationEnabled"]
        # A key that does not rotate tells no period.
        result["RotationPeriodInDays"] = rotation.get("RotationPeriodInDays")
    if "Tags" in wish.properties:
        tags = calls.ask(KMS, "ListResourceTags", KeyId=physical)["Tags"]
        result["Tags"] = [{"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in tags]
    return result


KEY = ResourceType(
    "AWS::KMS::Key",
    words(
        "Description Enabled EnableKeyRotation RotationPeriodInDays KeyPolicy KeySpec KeyUsage MultiRegion "
        "PendingWindowInDays Tags"
    ),
    _make,
    _delete,
    _read,
    _change,
    attributes=words("Arn KeyId"),
    # A key is made of the one kind that there is, and its window is known only while it ends.
    unread=words("KeySpec KeyUsage MultiRegion PendingWindowInDays"),
)


def _alias(calls: TypeCalls, name: str) -> dict[str, Any] | None:
    token: str | None = None
    while True:
        answer = calls.ask(KMS, "ListAliases", Marker=token)
        for alias in answer["Aliases"]:
            if alias["AliasName"] == name:
                result: dict[str, Any] = alias
                return result
        token = answer.get("NextMarker")
        if not token:
            return None


def _make_alias(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    name, key = wish.properties["AliasName"], wish.properties["TargetKeyId"]

    def born() -> datetime | None:
        return born_at((_alias(calls, name) or {}).get("CreationDate"))

    calls.make_once(
        wish,
        "AlreadyExistsException",
        lambda: calls.ask(KMS, "CreateAlias", AliasName=name, TargetKeyId=key),
        born,
    )
    return MadeThing(name)


def _change_alias(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    calls.ask(KMS, "UpdateAlias", AliasName=physical, TargetKeyId=wish.properties["TargetKeyId"])
    return MadeThing(physical)


def _delete_alias(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    calls.find(ABSENT, KMS, "DeleteAlias", AliasName=physical)


def _read_alias(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    alias = _alias(calls, physical)
    if alias is None:
        return None
    key, template_key = alias.get("TargetKeyId", ""), str(wish.properties["TargetKeyId"])
    # The template may name the key by its ARN.
    is_same = key == template_key.rpartition("key/")[2]
    return {"AliasName": physical, "TargetKeyId": template_key if is_same else key}


ALIAS = ResourceType(
    "AWS::KMS::Alias",
    words("AliasName TargetKeyId"),
    _make_alias,
    _delete_alias,
    _read_alias,
    _change_alias,
    required=words("AliasName TargetKeyId"),
    replaced_by=words("AliasName"),
    name_property="AliasName",
    longest_name=256,
)
