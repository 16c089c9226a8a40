"""Versions, in Rekognition's terms: trained, described, deleted."""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import Caller, House
from vedette.api.paging import read_page
from vedette.api.rekognition.features import refuse_other_features
from vedette.api.training_keys import find_training_key
from vedette.datasets.dataset import ManifestSource
from vedette.dialects.registry import REKOGNITION
from vedette.errors import Wrong
from vedette.projects.project import Project
from vedette.projects.version import Version
from vedette.training.order import NewTraining

# What the service says first of a training that failed through no fault of the data.
SERVICE_ISSUE = "Amazon Rekognition experienced a service issue."


def create_project_version(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to train a version: with the project's datasets, or with manifests that the request names."""
    project_arn, name, tags = request["ProjectArn"], request["VersionName"], request.get("Tags", {})
    caller.permit("CreateProjectVersion", project_arn, tags=tags)
    project = house.projects.find_by_arn(project_arn, caller.region)
    version_arn = caller.own(f"project/{project.name}/version/{name}/*")
    # AWS lists the project alone for this action, and its guide names versions too (decisions/0186).
    caller.require_undenied("CreateProjectVersion", version_arn, tags=tags)
    if tags:
        caller.require("TagResource", version_arn, tags=tags)
    _refuse_options(project, request)
    output = request["OutputConfig"]
    if not output.get("S3Bucket"):
        raise Wrong("OutputConfig needs an S3Bucket.")
    new_training = NewTraining(
        caller=caller.principal,
        bucket=output["S3Bucket"],
        prefix=output.get("S3KeyPrefix", ""),
        name=name,
        description=request.get("VersionDescription", ""),
        tags=tags,
        train=_source(request.get("TrainingData")),
        test=_source(request.get("TestingData")),
        auto_create=request.get("TestingData", {}).get("AutoCreate", False),
        kms_key=request.get("KmsKeyId", ""),
        encryption_key=find_training_key(
            house, caller, request.get("KmsKeyId", ""), project.dialect.key_actions
        ),
    )
    return {"ProjectVersionArn": str(house.trainings.order(project, new_training).arn)}


def describe_project_versions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a project's versions, the newest first; unknown names are left out."""
    arn = caller.permit("DescribeProjectVersions", request["ProjectArn"])
    project = house.projects.find_by_arn(str(arn), caller.region)
    names = sorted(request.get("VersionNames", ()))
    page = read_page(house, request, "DescribeProjectVersions", project.id, names)
    versions, more = house.versions.list(project, names=names, before=page.after(None), most=page.size)
    descriptions = [_description(house, version) for version in versions]
    return page.answer({"ProjectVersionDescriptions": descriptions}, versions[-1].id if more else None)


def delete_project_version(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a version that is neither being trained nor running, with its model."""
    version = find_version(house, caller, "DeleteProjectVersion", request)
    house.trainings.delete(version)
    return {"Status": "DELETING"}


def find_version(house: House, caller: Caller, action: str, request: dict[str, Any]) -> Version:
    """Return the version that a request names, if the caller may do this to it."""
    arn = caller.permit(action, request["ProjectVersionArn"])
    return house.versions.find_by_arn(str(arn), caller.region)


def _refuse_options(project: Project, request: Mapping[str, Any]) -> None:
    refuse_other_features(project)
    if request.get("FeatureConfig"):
        raise Wrong("Versions are trained for CUSTOM_LABELS, which has no FeatureConfig.")


def _source(data: Mapping[str, Any] | None) -> ManifestSource | None:
    assets = (data or {}).get("Assets", [])
    if not assets:
        return None
    if len(assets) > 1:
        raise Wrong("A version is trained with one manifest, and tested with one.")
    place = assets[0].get("GroundTruthManifest", {}).get("S3Object", {})
    if "Bucket" not in place or "Name" not in place:
        raise Wrong("A GroundTruthManifest needs an S3Object with a Bucket and a Name.")
    return ManifestSource(place["Bucket"], place["Name"], place.get("Version", ""))


def _description(house: House, version: Version) -> dict[str, Any]:
    description: dict[str, Any] = {
        "ProjectVersionArn": str(version.arn),
        "CreationTimestamp": version.created,
        "Status": REKOGNITION.model_statuses.words[version.state],
        "StatusMessage": _message(house, version),
        "Feature": version.project.feature,
        "OutputConfig": {"S3Bucket": version.bucket, "S3KeyPrefix": version.prefix},
        "TrainingDataResult": _data(version, "train"),
        "TestingDataResult": _data(version, "test"),
        "VersionDescription": version.description,
        "TrainingEndTimestamp": version.ended,
        "BillableTrainingTimeInSeconds": version.billable_s,
        "MinInferenceUnits": version.least_units,
        "MaxInferenceUnits": version.most_units,
        "SourceProjectVersionArn": version.source,
        "KmsKeyId": version.inputs.get("kms_key"),
        "BaseModelVersion": version.results.get("base_model"),
    }
    files = version.results.get("files", {})
    if "manifest_summary" in files:
        description["ManifestSummary"] = {"S3Object": _object(version, files["manifest_summary"])}
    if "evaluation_summary" in files:
        description["EvaluationResult"] = {
            "F1Score": version.results["metrics"]["F1Score"],
            "Summary": {"S3Object": _object(version, files["evaluation_summary"])},
        }
    return {name: value for name, value in description.items() if value not in (None, "")}


def _message(house: House, version: Version) -> str:
    message = REKOGNITION.model_statuses.sentence(version.state, version.message)
    is_ours = version.state == "failed" and version.results.get("fault") == "service"
    return f"{SERVICE_ISSUE} {message}" if is_ours else message


def _data(version: Version, part: str) -> dict[str, Any]:
    """Return what a part of the data was: as it was given, as it was checked, as it was used."""
    files, source = version.results.get("files", {}), version.inputs.get(part)
    result: dict[str, Any] = {"Input": {}}
    if source:
        place = {"Bucket": source["bucket"], "Name": source["key"]}
        if source["version"]:
            place["Version"] = source["version"]
        result["Input"]["Assets"] = [{"GroundTruthManifest": {"S3Object": place}}]
    if part == "test":
        result["Input"]["AutoCreate"] = bool(version.inputs.get("auto_create"))
    for name, kind in (("Output", f"{part}_snapshot"), ("Validation", f"{part}_validation")):
        if kind in files:
            asset = {"GroundTruthManifest": {"S3Object": _object(version, files[kind])}}
            result[name] = {"Assets": [asset]}
    if part == "test" and "Output" in result:
        result["Output"]["AutoCreate"] = result["Input"]["AutoCreate"]
    return result


def _object(version: Version, key: str) -> dict[str, str]:
    return {"Bucket": version.bucket, "Name": key}
