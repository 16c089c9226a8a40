"""A version's package to download, and the progress of its training."""

import base64
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from vedette.api.file_pieces import FilePieces
from vedette.api.house import Caller, House
from vedette.arn import parse_arn
from vedette.batches.models import package_digest
from vedette.errors import Missing, Refusal
from vedette.projects.version import Version
from vedette.training.leaving import pack


def find_model(house: House, caller: Caller, action: str, request: dict[str, Any]) -> Version:
    """Return the version that a request's ARN names, of either service, if the caller may do this to it."""
    arn = parse_arn(request["ModelArn"])
    caller.require(action, arn)
    if arn.region != caller.region:
        raise Missing(f"{arn} is in another region than {caller.region}.", kind="version", name=str(arn))
    return house.versions.find_by_arn(str(arn), caller.region)


def download_model(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Answer with a model's package as a zip, or its network alone, and with the hash of what comes."""
    version = find_model(house, caller, "DownloadModel", request)
    is_network = request.get("Part") == "onnx"
    parcel = pack(version, house.trainings.folder(version), network_alone=is_network)
    ending = "onnx" if is_network else "zip"
    digest = base64.b64encode(bytes.fromhex(parcel.sha256)).decode("ascii")
    return {
        "Body": FilePieces(parcel.file),
        "ContentLength": parcel.size,
        "ContentType": "application/octet-stream" if is_network else "application/zip",
        "ContentDisposition": f'attachment; filename="{version.project.name}-{version.name}.{ending}"',
        "ReprDigest": f"sha-256=:{digest}:",
    }


def describe_training(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return the progress of a training; one that waits says why, and has no stage."""
    version = find_model(house, caller, "DescribeTraining", request)
    facts = house.trainings.facts.progress(version)
    answer: dict[str, Any] = {"IsUnderWay": version.state == "training"}
    with suppress(Refusal):  # a version without a model has none; of a sealed one the key may be disabled
        answer["PackageDigest"] = package_digest(house.trainings.folder(version).package)
    if version.state == "training" and facts is None and (reason := house.trainings.queue.why(version)):
        answer["Waits"] = reason
    if facts is not None:
        answer |= {"Stage": facts["stage"], "Done": facts["done"], "Of": facts["of"]}
        if facts.get("seconds_left") is not None:
            answer["SecondsLeft"] = facts["seconds_left"]
        answer["Candidates"] = [describe_candidate(candidate) for candidate in facts.get("candidates", ())]
    return answer


def describe_candidate(candidate: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a recipe stands that competes in a training."""
    answer = {"Recipe": candidate["recipe"], "State": candidate["state"], "Quality": candidate["quality"]}
    return {name: value for name, value in answer.items() if value is not None}
