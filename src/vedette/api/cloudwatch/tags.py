"""Tags of alarms. Nothing else of CloudWatch has tags here."""

from collections.abc import Sequence
from typing import Any

from vedette.api.cloudwatch.readings import place_of
from vedette.api.house import Caller, House
from vedette.errors import Missing, Wrong

ALARM = "alarm:"


def tag_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give an alarm tags, or change the values of those that are there."""
    tags = tags_of_list(request["Tags"])
    name = _permitted(caller, "TagResource", request["ResourceARN"], tags=tags)
    house.monitoring.alarms.put_tags(place_of(caller), name, tags)
    return {}


def untag_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take tags from an alarm; a key that it has not is passed over."""
    keys = request["TagKeys"]
    name = _permitted(caller, "UntagResource", request["ResourceARN"], keys=keys)
    house.monitoring.alarms.remove_tags(place_of(caller), name, keys)
    return {}


def list_tags_for_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List an alarm's tags."""
    name = _permitted(caller, "ListTagsForResource", request["ResourceARN"])
    tags = house.monitoring.alarms.tags(place_of(caller), name)
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def tags_of_list(pairs: Sequence[dict[str, str]]) -> dict[str, str]:
    """Return tags by their keys, each once."""
    tags = {pair["Key"]: pair["Value"] for pair in pairs}
    if len(tags) < len(pairs):
        raise Wrong("A tag's key is given twice.")
    return tags


def _permitted(
    caller: Caller, action: str, text: str, *, tags: dict[str, str] | None = None, keys: Sequence[str] = ()
) -> str:
    """Return the name of the alarm that an ARN names, if the caller may do this to it."""
    arn = caller.permit(action, text, tags=tags, keys=keys)
    if not arn.resource.startswith(ALARM):
        raise Wrong(f"{text[:300]} is not the ARN of an alarm: nothing else has tags here.")
    if arn.account != caller.account:
        raise Missing(f"There is no alarm {text[:300]} in this account.", kind="alarm", name=text)
    return arn.resource.removeprefix(ALARM)
