"""Alarms of CloudWatch."""

from typing import Any

from vedette.api.cloudformation.types.base import (
    Properties,
    ResourceType,
    TypeCalls,
    listed,
    tags_of,
    words,
)
from vedette.api.faults import Fault
from vedette.api.inner import InnerFault
from vedette.stacks.port import MadeThing, ResourceWish

WATCH = "monitoring"
SETTINGS = words(
    "ActionsEnabled AlarmActions AlarmDescription ComparisonOperator DatapointsToAlarm Dimensions "
    "EvaluationPeriods InsufficientDataActions MetricName Metrics Namespace OKActions "
    "Period Statistic Threshold TreatMissingData Unit"
)


def _described(calls: TypeCalls, name: str) -> dict[str, Any] | None:
    result = calls.ask(WATCH, "DescribeAlarms", AlarmNames=[name])["MetricAlarms"]
    return result[0] if result else None


def _arn(calls: TypeCalls, name: str) -> str:
    return f"arn:aws:cloudwatch:{calls.region}:{calls.account}:alarm:{name}"


def _put(calls: TypeCalls, name: str, properties: Properties, **more: Any) -> None:
    inputs = {member: value for member, value in properties.items() if member in SETTINGS}
    calls.ask(WATCH, "PutMetricAlarm", AlarmName=name, **inputs, **more)


def _make(calls: TypeCalls, wish: ResourceWish) -> MadeThing:
    name = str(wish.properties.get("AlarmName") or wish.name)
    existing = _described(calls, name)
    if existing is not None:
        # To put an alarm overwrites one of that name, which has no moment of its own.
        is_ours = wish.resumed_since_ms and _differences(wish.properties, existing) == {}
        if not is_ours:
            raise InnerFault(WATCH, Fault("AlreadyExists", 409, f"The alarm {name} already exists."))
    _put(calls, name, wish.properties, Tags=listed(tags_of(wish.properties)) or None)
    return MadeThing(name, {"Arn": _arn(calls, name)})


def _change(calls: TypeCalls, wish: ResourceWish, physical: str, before: Properties) -> MadeThing:
    _put(calls, physical, wish.properties)
    # Of an alarm that is there already, to put it passes tags over.
    arn, old, new = _arn(calls, physical), tags_of(before), tags_of(wish.properties)
    if removed := sorted(set(old) - set(new)):
        calls.ask(WATCH, "UntagResource", ResourceARN=arn, TagKeys=removed)
    if new and new != old:
        calls.ask(WATCH, "TagResource", ResourceARN=arn, Tags=listed(new))
    return MadeThing(physical, wish.attributes)


def _delete(calls: TypeCalls, wish: ResourceWish, physical: str) -> None:
    calls.find("ResourceNotFound", WATCH, "DeleteAlarms", AlarmNames=[physical])


def _read(calls: TypeCalls, wish: ResourceWish, physical: str) -> Properties | None:
    existing = _described(calls, physical)
    if existing is None:
        return None
    tags = {}
    if "Tags" in wish.properties:
        tags["Tags"] = calls.ask(WATCH, "ListTagsForResource", ResourceARN=_arn(calls, physical))["Tags"]
    same = {member: wish.properties[member] for member in SETTINGS & set(wish.properties)}
    return {"AlarmName": physical, **tags, **same, **_differences(wish.properties, existing)}


def _differences(target: Properties, existing: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that an alarm has otherwise than the properties say."""
    result = {member: existing.get(member) for member in SETTINGS & set(target)}
    return {member: value for member, value in result.items() if not _is_same(target[member], value)}


def _is_same(target: Any, result: Any) -> bool:
    if isinstance(target, dict) and isinstance(result, dict):
        return all(_is_same(inner, result.get(name)) for name, inner in target.items())
    if isinstance(target, list) and isinstance(result, list):
        return len(target) == len(result) and all(map(_is_same, target, result))
    if isinstance(result, bool):
        return str(target).lower() == str(result).lower()
    if isinstance(result, int | float):
        return float(target) == float(result)
    return bool(target == result)


ALARM = ResourceType(
    "AWS::CloudWatch::Alarm",
    SETTINGS | words("AlarmName Tags"),
    _make,
    _delete,
    _read,
    _change,
    required=words("ComparisonOperator EvaluationPeriods"),
    replaced_by=words("AlarmName"),
    attributes=words("Arn"),
    name_property="AlarmName",
    longest_name=255,
)
