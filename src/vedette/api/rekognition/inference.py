"""Starting, stopping and using versions, in Rekognition's terms: confidences in percent."""

from collections.abc import Awaitable, Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.operations import operation
from vedette.api.rekognition.versions import find_version
from vedette.dialects.registry import REKOGNITION
from vedette.errors import Missing, Wrong
from vedette.projects.version import Version
from vedette.serving.pictures import CheckedPicture

# The service's model would let 5 MiB in; its quota is 4 MB (decisions/0147).


def start_project_version(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Put a trained version into service."""
    version = find_version(house, caller, "StartProjectVersion", request)
    house.hosting.start(version, least=request["MinInferenceUnits"], most=request.get("MaxInferenceUnits"))
    return {"Status": "STARTING"}


def stop_project_version(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take a running version out of service."""
    version = find_version(house, caller, "StopProjectVersion", request)
    house.hosting.stop(version)
    return {"Status": "STOPPING"}


@operation(looks_at_pictures=True)
def detect_custom_labels(house: House, caller: Caller, request: dict[str, Any]) -> Awaitable[dict[str, Any]]:
    """Answer with the labels that the version detects.

    Without MinConfidence each label is held to its own threshold, found in training;
    that rule lives in the model's package, not here.
    """
    image = request["Image"]
    _refuse_image(image)
    arn = caller.permit("DetectCustomLabels", request["ProjectVersionArn"])
    version = house.versions.recent_by_arn(str(arn), caller.region)
    if version.arn != arn:
        # It was named by an alias: the version behind is asked about too.
        caller.require("DetectCustomLabels", version.arn)
    house.hosting.require_running(version)
    picture = _picture(house, caller, version, image)
    percent = request.get("MinConfidence")
    floor = None if percent is None else percent / 100
    return _look(house, caller, version, picture, floor, request.get("MaxResults"))


async def _look(
    house: House,
    caller: Caller,
    version: Version,
    picture: CheckedPicture,
    floor: float | None,
    most: int | None,
) -> dict[str, Any]:
    detection = await house.hosting.detect(version, picture, least=floor, origin=caller.origin)
    return REKOGNITION.write_response(detection, most)


def _refuse_image(image: Mapping[str, Any]) -> None:
    """Refuse what is no image for any version, whatever state the version is in."""
    if ("Bytes" in image) == ("S3Object" in image):
        raise Wrong("An Image has either Bytes or an S3Object.")
    if "S3Object" in image and not {"Bucket", "Name"} <= set(image["S3Object"]):
        raise Wrong("An S3Object needs a Bucket and a Name.")


def _picture(house: House, caller: Caller, version: Version, image: Mapping[str, Any]) -> CheckedPicture:
    if "Bytes" in image:
        return house.hosting.admit(version, image["Bytes"], REKOGNITION.pictures_in_requests)
    place = image["S3Object"]
    bucket, key, number = place["Bucket"], place["Name"], place.get("Version", "")
    # A missing object and one that the caller may not read get the same answer: neither is disclosed.
    unreadable = Missing(f"The object {key} of the bucket {bucket} cannot be read.", kind="key", name=key)
    if not house.access.may_read(caller.principal, bucket, key, number):
        raise unreadable
    try:
        _refuse_large(house.blobs.find(bucket, key, number).size)
        data = house.blobs.read(bucket, key, number)
    except Missing:
        raise unreadable from None
    return house.hosting.admit(version, data, REKOGNITION.pictures)


def _refuse_large(size: int) -> None:
    """Refuse an object before it is read."""
    most = REKOGNITION.pictures.most_bytes
    if size > most:
        raise Wrong(f"The picture has {size:,} bytes; {most:,} are the most.", kind="large picture")
