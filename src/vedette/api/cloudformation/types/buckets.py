"""Buckets and their policies."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from vedette.api.cloudformation.types.base import (
    Properties,
    ResourceType,
    TypeCalls,
    born_at,
    furnishing,
    listed,
    words,
)
from vedette.api.faults import Fault
from vedette.api.inner import InnerFault
from vedette.stacks.port import MadeThing, ResourceWish

S3 = "s3"
ABSENT = "NoSuchBucket 404 NotFound"
UNLOCKED = "ObjectLockConfigurationNotFoundError"


def _make(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    name = str(wish.properties.get("BucketName") or wish.name)
    # S3 lets who has a bucket make it again: the stack would take it for its own.
    if not wish.resumed_since_ms and calls.find(ABSENT, S3, "HeadBucket", Bucket=name) is not None:
        raise InnerFault(S3, Fault("BucketAlreadyOwnedByYou", 409, f"{name} already exists"))

    def make() -> None:
        born = _born(calls, name)
        if born is not None:
            raise InnerFault(S3, Fault("BucketAlreadyOwnedByYou", 409, f"{name} already exists"))
        is_first = calls.region == "us-east-1"
        place = None if is_first else {"LocationConstraint": calls.region}
        locked = wish.properties.get("ObjectLockEnabled")
        calls.ask(
            S3,
            "CreateBucket",
            Bucket=name,
            CreateBucketConfiguration=place,
            ObjectLockEnabledForBucket=locked,
        )

    calls.make_once(wish, "BucketAlreadyOwnedByYou BucketAlreadyExists", make, lambda: _born(calls, name))
    with furnishing(name):
        _set(calls, name, {}, wish.properties)
    host = f"{name}.s3.amazonaws.com"
    return MadeThing(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": host,
            "RegionalDomainName": f"{name}.s3.{calls.region}.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{calls.region}.amazonaws.com",
        },
    )


def _born(calls: TypeCalls, name: str) -> datetime | None:
    """Return when a bucket of the caller's was made; asked only where a run was stopped in the middle."""
    if calls.find(ABSENT, S3, "HeadBucket", Bucket=name) is None:
        return None
    for bucket in calls.ask(S3, "ListBuckets").get("Buckets", ()):
        if bucket["Name"] == name:
            return born_at(bucket["CreationDate"])
    return None


def _encryption(value: Any) -> dict[str, Any]:
    rules = [
        {
            {"ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault"}.get(member, member): inner
            for member, inner in rule.items()
        }
        for rule in value.get("ServerSideEncryptionConfiguration", ())
    ]
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _cors(value: Any) -> dict[str, Any]:
    names = {"Id": "ID", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    rules = [
        {names.get(member, member): inner for member, inner in rule.items()}
        for rule in value.get("CorsRules", ())
    ]
    return {"CORSConfiguration": {"CORSRules": rules}}


Body = Callable[[Any], dict[str, Any]]
# A property, the operation that sets it, with which body, and the one that takes it away.
SETTINGS: dict[str, tuple[str, Body, str]] = {
    "BucketEncryption": ("PutBucketEncryption", _encryption, "DeleteBucketEncryption"),
    "VersioningConfiguration": (
        "PutBucketVersioning",
        lambda value: {"VersioningConfiguration": value},
        "",
    ),
    "PublicAccessBlockConfiguration": (
        "PutPublicAccessBlock",
        lambda value: {"PublicAccessBlockConfiguration": value},
        "DeletePublicAccessBlock",
    ),
    "OwnershipControls": (
        "PutBucketOwnershipControls",
        lambda value: {"OwnershipControls": value},
        "DeleteBucketOwnershipControls",
    ),
    "CorsConfiguration": ("PutBucketCors", _cors, "DeleteBucketCors"),
    "Tags": ("PutBucketTagging", lambda value: {"Tagging": {"TagSet": value}}, "DeleteBucketTagging"),
}


def _set(calls: TypeCalls, name: str, before: Properties, after: Properties) -> None:
    for member, (put, body, delete) in SETTINGS.items():
        if member in after and (member not in before or before[member] != after[member]):
            calls.ask(S3, put, Bucket=name, **body(after[member]))
        elif member in before and member not in after:
            if delete:
                calls.ask(S3, delete, Bucket=name)
            else:
                # Versions that there are stay: that is all that S3 lets one take back.
                calls.ask(S3, put, Bucket=name, **body({"Status": "Suspended"}))


def _change(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    _set(calls, physical, before, wish.properties)
    return MadeThing(physical, wish.attributes)


def _delete(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    # One that is not empty is refused by S3, and nothing in it is touched.
    calls.find(ABSENT, S3, "DeleteBucket", Bucket=physical)


READS: dict[str, tuple[str, str]] = {
    "BucketEncryption": ("GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"),
    "VersioningConfiguration": ("GetBucketVersioning", ""),
    "PublicAccessBlockConfiguration": ("GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
    "OwnershipControls": ("GetBucketOwnershipControls", "OwnershipControlsNotFoundError"),
    "CorsConfiguration": ("GetBucketCors", "NoSuchCORSConfiguration"),
    "Tags": ("GetBucketTagging", "NoSuchTagSet"),
}


def _read(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    if calls.find(ABSENT, S3, "HeadBucket", Bucket=physical) is None:
        return None
    result: dict[str, Any] = {"BucketName": physical}
    if "ObjectLockEnabled" in wish.properties:
        locked = calls.find(UNLOCKED, S3, "GetObjectLockConfiguration", Bucket=physical)
        result["ObjectLockEnabled"] = locked is not None
    for member in set(READS) & set(wish.properties):
        operation, absent = READS[member]
        answer = calls.find(absent, S3, operation, Bucket=physical)
        result[member] = None if answer is None else _as_property(member, answer, wish.properties[member])
    return result


def _as_property(member: str, answer: dict[str, Any], target: Any) -> Any:
    """Return what S3 answers in a property's spelling: of what the template sets, and no more."""
    if member == "Tags":
        tags = {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}
        return listed(tags)
    if member == "VersioningConfiguration":
        return {"Status": answer.get("Status", "Suspended")}
    if member in ("PublicAccessBlockConfiguration", "OwnershipControls"):
        value = answer[member]
        return {name: value.get(name) for name in target} if isinstance(target, dict) else value
    # In S3's spelling both: where it is as the template says, the template's own spelling is answered.
    _, body, _ = SETTINGS[member]
    expected = body(target)
    actual = (
        {"CORSConfiguration": {"CORSRules": answer.get("CORSRules")}}
        if member == "CorsConfiguration"
        else {"ServerSideEncryptionConfiguration": answer["ServerSideEncryptionConfiguration"]}
    )
    return target if _plain(expected) == _plain(actual) else actual


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if inner not in (None, False, "false")}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value)


BUCKET = ResourceType(
    "AWS::S3::Bucket",
    words("BucketName ObjectLockEnabled " + " ".join(SETTINGS)),
    _make,
    _delete,
    _read,
    _change,
    replaced_by=words("BucketName ObjectLockEnabled"),
    attributes=words("Arn DomainName RegionalDomainName DualStackDomainName"),
    name_property="BucketName",
    longest_name=63,
    is_lower=True,
)


def _policy(properties: Properties) -> str:
    document = properties["PolicyDocument"]
    return document if isinstance(document, str) else json.dumps(document)


def _make_policy(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    bucket = str(wish.properties["Bucket"])
    existing = calls.find("NoSuchBucketPolicy", S3, "GetBucketPolicy", Bucket=bucket)
    is_ours = bool(wish.resumed_since_ms) and existing is not None
    if existing is not None and not (is_ours and _is_same(existing["Policy"], _policy(wish.properties))):
        sentence = f"The bucket policy already exists on bucket {bucket}."
        raise InnerFault(S3, Fault("AlreadyExists", 409, sentence))
    calls.ask(S3, "PutBucketPolicy", Bucket=bucket, Policy=_policy(wish.properties))
    return MadeThing(bucket)


def _is_same(left: str, right: str) -> bool:
    return bool(json.loads(left) == json.loads(right))


def _change_policy(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    calls.ask(S3, "PutBucketPolicy", Bucket=physical, Policy=_policy(wish.properties))
    return MadeThing(physical)


def _delete_policy(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    calls.find("NoSuchBucket NoSuchBucketPolicy", S3, "DeleteBucketPolicy", Bucket=physical)


def _read_policy(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    answer = calls.find("NoSuchBucket NoSuchBucketPolicy", S3, "GetBucketPolicy", Bucket=physical)
    if answer is None:
        return None
    return {"Bucket": physical, "PolicyDocument": json.loads(answer["Policy"])}


BUCKET_POLICY = ResourceType(
    "AWS::S3::BucketPolicy",
    words("Bucket PolicyDocument"),
    _make_policy,
    _delete_policy,
    _read_policy,
    _change_policy,
    required=words("Bucket PolicyDocument"),
    replaced_by=words("Bucket"),
)
