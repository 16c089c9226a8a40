"""Tags, in Rekognition's terms: a map."""

from typing import Any

from vedette.api.house import Caller, House


def tag_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Add tags, or change the values of those that are there."""
    arn = caller.permit("TagResource", request["ResourceArn"], tags=request["Tags"])
    house.projects.tags.set(str(arn), request["Tags"])
    return {}


def untag_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Remove the tags of these keys."""
    arn = caller.permit("UntagResource", request["ResourceArn"], keys=request["TagKeys"])
    house.projects.tags.remove(str(arn), request["TagKeys"])
    return {}


def list_tags_for_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return all tags of a thing; an empty map when it has none."""
    arn = caller.permit("ListTagsForResource", request["ResourceArn"])
    return {"Tags": house.projects.tags.of(str(arn))}
