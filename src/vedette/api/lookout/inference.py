"""Starting, stopping and using models, in Lookout for Vision's terms."""

from collections.abc import Awaitable
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.lookout.models import find_model
from vedette.api.lookout.tokens import client_token
from vedette.api.operations import operation
from vedette.dialects.registry import LOOKOUT
from vedette.errors import Wrong
from vedette.projects.version import Version
from vedette.serving.pictures import CheckedPicture

CONTENT_TYPES = {"image/jpeg": "JPEG", "image/jpg": "JPEG", "image/png": "PNG"}


def start_model(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Put a trained model into service."""
    version = find_model(house, caller, "StartModel", request, to_use=True)
    house.hosting.start(
        version,
        least=request["MinInferenceUnits"],
        most=request.get("MaxInferenceUnits"),
        token=client_token(caller, "StartModel", request),
    )
    return {"Status": "STARTING_HOSTING"}


def stop_model(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take a hosted model out of service."""
    version = find_model(house, caller, "StopModel", request, to_use=True)
    house.hosting.stop(version, client_token(caller, "StopModel", request))
    return {"Status": "STOPPING_HOSTING"}


@operation(looks_at_pictures=True)
def detect_anomalies(house: House, caller: Caller, request: dict[str, Any]) -> Awaitable[dict[str, Any]]:
    """Answer whether the picture shows an anomaly and, for a segmentation model, which and where."""
    version = find_model(house, caller, "DetectAnomalies", request, to_use=True, recent=True)
    house.hosting.require_running(version)

    def check(picture: CheckedPicture) -> None:
        _refuse_other(house, version, picture, request["ContentType"])

    picture = house.hosting.admit(version, _body(request["Body"]), LOOKOUT.pictures_in_requests, check=check)
    return _look(house, caller, version, picture)


async def _look(house: House, caller: Caller, version: Version, picture: CheckedPicture) -> dict[str, Any]:
    detection = await house.hosting.detect(version, picture, origin=caller.origin)
    return LOOKOUT.write_response(detection)


def _body(body: Any) -> bytes:
    return body if isinstance(body, bytes) else bytes(body.read())


def _refuse_other(house: House, version: Version, picture: CheckedPicture, content_type: str) -> None:
    """Refuse what is not what its type says, or not of the size that the model was trained with."""
    kind = content_type.partition(";")[0].strip().lower()
    if CONTENT_TYPES.get(kind) != picture.head.format:
        raise Wrong(
            f"The content type is {kind!r:.80}, and the picture a {picture.head.format}.", kind="picture"
        )
    size = version.results.get("size")
    width, height = picture.head.upright_size
    if house.settings.one_size and size and tuple(size) != (width, height):
        raise Wrong(
            f"The picture has {width} × {height} pixels; the model was trained with {size[0]} × {size[1]}.",
            kind="picture",
        )
