"""Tags, in Lookout for Vision's terms: a list of keys and values. Only models can have them."""

from typing import Any

from vedette.api.house import Caller, House
from vedette.api.operations import operation
from vedette.errors import Wrong


def tag_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Add tags, or change the values of those that are there."""
    tags = read_tags(request["Tags"])
    arn = caller.permit("TagResource", request["ResourceArn"], tags=tags)
    house.projects.tags.set(str(arn), tags)
    return {}


def untag_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Remove the tags of these keys."""
    arn = caller.permit("UntagResource", request["ResourceArn"], keys=request["TagKeys"])
    house.projects.tags.remove(str(arn), request["TagKeys"])
    return {}


@operation(is_quick=True)
def list_tags_for_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return all tags of a model; an empty list when it has none."""
    arn = caller.permit("ListTagsForResource", request["ResourceArn"])
    tags = house.projects.tags.of(str(arn))
    return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}


def read_tags(listed: list[dict[str, str]]) -> dict[str, str]:
    """Return the tags as a map; a key may stand in the list once."""
    tags = {tag["Key"]: tag["Value"] for tag in listed}
    if len(tags) < len(listed):
        raise Wrong("The list of tags names a key twice.", kind="tags")
    return tags
