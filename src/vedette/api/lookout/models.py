"""Models, in Lookout for Vision's terms: versions by number."""

import re
from collections.abc import Callable
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.lookout.tags import read_tags
from vedette.api.lookout.tokens import client_token
from vedette.api.paging import read_page
from vedette.api.training_keys import find_training_key
from vedette.arn import Arn
from vedette.dialects.registry import LOOKOUT
from vedette.errors import Missing
from vedette.projects.aliases import NAME as ALIAS
from vedette.projects.project import Project, Scope
from vedette.projects.version import Version
from vedette.training.order import NewTraining
from vedette.wire.validate import check_narrow

NUMBER = re.compile(r"[1-9][0-9]{0,9}")


def create_model(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to train a model with the project's datasets."""
    name, tags = request["ProjectName"], read_tags(request.get("Tags", []))
    caller.require("CreateModel", caller.own(f"model/{name}/*"), tags=tags)
    if tags:
        caller.require("TagResource", caller.own(f"model/{name}/*"), tags=tags)
    project = house.projects.find(Scope("lookoutvision", caller.account, caller.region), name)
    place = request["OutputConfig"]["S3Location"]
    token = client_token(caller, "CreateModel", request)
    if (version := house.versions.made_by(token)) is not None:
        return {"ModelMetadata": _metadata(house, version)}
    key = request.get("KmsKeyId", "")
    new_training = NewTraining(
        caller=caller.principal,
        bucket=place["Bucket"],
        prefix=place.get("Prefix", ""),
        description=request.get("Description", ""),
        tags=tags,
        kms_key=key,
        encryption_key=find_training_key(house, caller, key, project.dialect.key_actions),
    )
    return {"ModelMetadata": _metadata(house, house.trainings.order(project, new_training, token))}


def describe_model(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return all that is known of a model."""
    version = find_model(house, caller, "DescribeModel", request)
    description = _metadata(house, version)
    description["OutputConfig"] = {"S3Location": {"Bucket": version.bucket, "Prefix": version.prefix}}
    files = version.results.get("files", {})
    for member, kind in (
        ("EvaluationManifest", "evaluation_manifest"),
        ("EvaluationResult", "evaluation_result"),
    ):
        if kind in files:
            description[member] = {"Bucket": version.bucket, "Key": files[kind]}
    if key := version.inputs.get("kms_key"):
        description["KmsKeyId"] = key
    if files and version.ended is not None:
        description["EvaluationEndTimestamp"] = version.ended
    for member, count in (
        ("MinInferenceUnits", version.least_units),
        ("MaxInferenceUnits", version.most_units),
    ):
        if count is not None:
            description[member] = count
    return {"ModelDescription": description}


def list_models(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's models, the newest first."""
    caller.require("ListModels", "*")
    project = _project(house, caller, request)
    page = read_page(house, request, "ListModels", project.id)
    versions, more = house.versions.list(project, before=page.after(None), most=page.size)
    metadata = [_metadata(house, version) for version in versions]
    return page.answer({"Models": metadata}, versions[-1].id if more else None)


def delete_model(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a model that is neither being trained nor hosted; the same request sent twice does it once."""
    token = client_token(caller, "DeleteModel", request)
    try:
        version = find_model(house, caller, "DeleteModel", request)
    except Missing:
        if not house.versions.is_repeat(token):
            raise
        return {"ModelArn": str(caller.own(f"model/{request['ProjectName']}/{request['ModelVersion']}"))}
    house.trainings.delete(version, token)
    return {"ModelArn": str(version.arn)}


def find_model(
    house: House,
    caller: Caller,
    action: str,
    request: dict[str, Any],
    *,
    to_use: bool = False,
    recent: bool = False,
) -> Version:
    """Return the model that a request names, by number or as the latest, if the caller may do this to it.

    The latest to use is the newest that was trained: a training under way must not stop an inspection.
    A recent answer to that, which another process may have changed a moment ago, is enough to detect with.
    """
    name, number = request["ProjectName"], request["ModelVersion"]

    def find() -> Version:
        if recent:
            return house.versions.recent_by_name(_scope(caller), name, number)
        return house.versions.find(_project(house, caller, request), number, with_package=to_use)

    if number == LOOKOUT.names.latest:
        return _latest(caller, action, name, find)
    if not NUMBER.fullmatch(number) and not ALIAS.fullmatch(number):
        _refuse_number(action, number)
    arn = caller.own(f"model/{name}/{number}")
    caller.require(action, arn)
    if NUMBER.fullmatch(number):
        return find()
    return _behind_alias(house, caller, action, request, arn, recent=recent)


def _behind_alias(
    house: House, caller: Caller, action: str, request: dict[str, Any], arn: Arn, *, recent: bool
) -> Version:
    """Return the model that an alias points to, if the caller may do this to that too.

    What is no alias either is what the service has always refused: a number that is none.
    """
    name, alias = request["ProjectName"], request["ModelVersion"]
    try:
        if recent:
            version = house.versions.recent_by_name(_scope(caller), name, alias)
        else:
            version = house.versions.find_aliased(_project(house, caller, request), alias)
    except Missing as missing:
        if missing.kind == "version":
            _refuse_number(action, alias)
        raise
    if version.arn != arn:
        caller.require(action, version.arn)
    return version


def _refuse_number(action: str, number: str) -> None:
    """Refuse what is no number of a model, as the service does."""
    check_narrow("lookoutvision", f"{action}Request", "ModelVersion", number)


def _latest(caller: Caller, action: str, project: str, find: Callable[[], Version]) -> Version:
    try:
        version = find()
    except Missing:
        # Only who might do this to some model of the project is told that there is none.
        caller.require(action, caller.own(f"model/{project}/*"))
        raise
    # Policies name models by number.
    caller.require(action, version.arn)
    return version


def _message(house: House, version: Version) -> str:
    """Return the status message of a model; of a trained one, also what was left out of the training."""
    message = LOOKOUT.model_statuses.sentence(version.state, version.message)
    left_out = (
        version.results.get("left_out") if LOOKOUT.model_statuses.words[version.state] == "TRAINED" else ""
    )
    return f"{message} {left_out}" if left_out else message


def _project(house: House, caller: Caller, request: dict[str, Any]) -> Project:
    return house.projects.find(_scope(caller), request["ProjectName"])


def _scope(caller: Caller) -> Scope:
    return Scope("lookoutvision", caller.account, caller.region)


def _metadata(house: House, version: Version) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "CreationTimestamp": version.created,
        "ModelVersion": version.name,
        "ModelArn": str(version.arn),
        "Status": LOOKOUT.model_statuses.words[version.state],
        "StatusMessage": _message(house, version),
    }
    if version.description:
        metadata["Description"] = version.description
    if "metrics" in version.results:
        metadata["Performance"] = version.results["metrics"]
    return metadata
