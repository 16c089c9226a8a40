"""Where a version looked in one picture, whether it is running or not."""

from collections.abc import Awaitable
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.operations import operation
from vedette.api.own.models import find_model
from vedette.errors import Busy, Missing, Refusal, Wrong
from vedette.manifest.places import canonical_ref, is_s3, split_s3
from vedette.projects.version import WITH_PACKAGE, WORDS, Version
from vedette.serving.explaining import LabelHeat
from vedette.serving.pictures import CheckedPicture, open_picture


@operation(looks_at_pictures=True)
def get_heat_map(house: House, caller: Caller, request: dict[str, Any]) -> Awaitable[dict[str, Any]]:
    """Answer with a small map for each label: of an object in a bucket, or of a picture in the request."""
    version = find_model(house, caller, "GetHeatMap", request)
    if version.state not in WITH_PACKAGE:
        sentence = f"The version {version.name} {WORDS[version.state]}: it has no model."
        raise Busy(sentence, kind="version", name=version.path)
    return _explain(house, caller, version, _picture(house, caller, version, request), request)


async def _explain(
    house: House, caller: Caller, version: Version, picture: CheckedPicture, request: dict[str, Any]
) -> dict[str, Any]:
    labels = request.get("Labels", ())
    try:
        explanation = await house.hosting.explain(version, picture, labels, origin=caller.origin)
    except Refusal:
        # Its folder may have gone while it was loaded: that is what its caller wants to know.
        house.versions.find_by_id(version.id)
        raise
    answer: dict[str, Any] = {
        "Width": explanation.width,
        "Height": explanation.height,
        "HeatMaps": [_heat_map(heat) for heat in explanation.maps],
    }
    if explanation.is_anomalous is not None:
        answer["IsAnomalous"] = explanation.is_anomalous
    return answer


def _heat_map(heat: LabelHeat) -> dict[str, Any]:
    return {
        "Label": heat.label,
        "Confidence": heat.confidence,
        "Scale": heat.scale,
        "Width": heat.width,
        "Height": heat.height,
        "Body": heat.png,
    }


def _picture(house: House, caller: Caller, version: Version, request: dict[str, Any]) -> CheckedPicture:
    if ("Bytes" in request) == ("SourceRef" in request):
        raise Wrong("Name either Bytes or a SourceRef.", kind="picture")
    limits = version.project.dialect.pictures
    if "Bytes" in request:
        return open_picture(request["Bytes"], limits)
    source = canonical_ref(request["SourceRef"])
    if not is_s3(source):
        raise Wrong(f"{source!r:.200} is no address of an object (s3://bucket/key).", kind="picture")
    bucket, key = split_s3(source)
    # A missing object and one that the caller may not read get the same answer: neither is disclosed.
    unreadable = Missing(f"The picture {source} cannot be read.", kind="key", name=source)
    if not house.access.may_read(caller.principal, bucket, key):
        raise unreadable
    try:
        size = house.blobs.find(bucket, key).size
        if size > limits.most_bytes:
            sentence = f"The picture has {size:,} bytes; {limits.most_bytes:,} are the most."
            raise Wrong(sentence, kind="large picture")
        return open_picture(house.blobs.read(bucket, key), limits)
    except Missing:
        raise unreadable from None
