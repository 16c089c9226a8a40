"""Projects of Rekognition Custom Labels and of Lookout for Vision."""

from datetime import datetime
from typing import Any

from vedette.api.cloudformation.types.base import (
    Properties,
    ResourceType,
    TypeCalls,
    born_at,
    tags_of,
    words,
)
from vedette.stacks.port import MadeThing, ResourceWish

REKOGNITION, LOOKOUT = "rekognition", "lookoutvision"


def _described(calls: TypeCalls, name: str) -> dict[str, Any] | None:
    result = calls.ask(REKOGNITION, "DescribeProjects", ProjectNames=[name])["ProjectDescriptions"]
    return result[0] if result else None


def _make(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    name, tags = wish.properties["ProjectName"], tags_of(wish.properties)

    def born() -> datetime | None:
        return born_at((_described(calls, name) or {}).get("CreationTimestamp"))

    arns: list[str] = []
    calls.make_once(
        wish,
        "ResourceInUseException",
        lambda: arns.append(
            calls.ask(REKOGNITION, "CreateProject", ProjectName=name, Tags=tags or None)["ProjectArn"]
        ),
        born,
    )
    arn = arns[0] if arns else (_described(calls, name) or {}).get("ProjectArn", "")
    return MadeThing(name, {"Arn": arn})


def _change(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    arn = wish.attributes["Arn"]
    old, new = tags_of(before), tags_of(wish.properties)
    if removed := sorted(set(old) - set(new)):
        calls.ask(REKOGNITION, "UntagResource", ResourceArn=arn, TagKeys=removed)
    if new:
        calls.ask(REKOGNITION, "TagResource", ResourceArn=arn, Tags=new)
    return MadeThing(physical, wish.attributes)


def _delete(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    # The ARN has the moment of the creation: a project that got the name later is another one.
    calls.find("ResourceNotFoundException", REKOGNITION, "DeleteProject", ProjectArn=wish.attributes["Arn"])


def _read(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    result, arn = _described(calls, physical), wish.attributes["Arn"]
    if result is None or result["ProjectArn"] != arn:
        return None
    tags = calls.ask(REKOGNITION, "ListTagsForResource", ResourceArn=arn).get("Tags", {})
    display = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
    return {"ProjectName": physical, "Tags": display}


REKOGNITION_PROJECT = ResourceType(
    "AWS::Rekognition::Project",
    words("ProjectName Tags"),
    _make,
    _delete,
    _read,
    _change,
    required=words("ProjectName"),
    replaced_by=words("ProjectName"),
    attributes=words("Arn"),
    name_property="ProjectName",
)


def _lookout_described(calls: TypeCalls, name: str) -> dict[str, Any] | None:
    answer = calls.find("ResourceNotFoundException", LOOKOUT, "DescribeProject", ProjectName=name)
    return None if answer is None else answer["ProjectDescription"]


def _make_lookout(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    name = wish.properties["ProjectName"]

    def born() -> datetime | None:
        return born_at((_lookout_described(calls, name) or {}).get("CreationTimestamp"))

    calls.make_once(
        wish, "ConflictException", lambda: calls.ask(LOOKOUT, "CreateProject", ProjectName=name), born
    )
    return MadeThing(name, {"Arn": f"arn:aws:{LOOKOUT}:{calls.region}:{calls.account}:project/{name}"})


def _delete_lookout(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    calls.find("ResourceNotFoundException", LOOKOUT, "DeleteProject", ProjectName=physical)


def _read_lookout(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    return None if _lookout_described(calls, physical) is None else {"ProjectName": physical}


LOOKOUT_PROJECT = ResourceType(
    "AWS::LookoutVision::Project",
    words("ProjectName"),
    _make_lookout,
    _delete_lookout,
    _read_lookout,
    required=words("ProjectName"),
    replaced_by=words("ProjectName"),
    attributes=words("Arn"),
    name_property="ProjectName",
)
