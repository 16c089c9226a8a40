"""What the scripts share: a dataset that is ready, a model, and all models that there are."""

from collections.abc import Iterator
from typing import Any

from common import client, wait


def find_dataset(project: str, dataset_type: str) -> dict[str, Any]:
    """Return the description of a dataset."""
    answer = client("lookoutvision").describe_dataset(ProjectName=project, DatasetType=dataset_type)
    description: dict[str, Any] = answer["DatasetDescription"]
    return description


def create_dataset(project: str, dataset_type: str, bucket: str, manifest: str) -> None:
    """Create a dataset from a manifest in a bucket, and wait until it can be used."""
    place = {"Bucket": bucket, "Key": manifest}
    client("lookoutvision").create_dataset(
        ProjectName=project,
        DatasetType=dataset_type,
        DatasetSource={"GroundTruthManifest": {"S3Object": place}},
    )
    dataset = wait(lambda: find_dataset(project, dataset_type), {"CREATE_IN_PROGRESS"})
    if dataset["Status"] != "CREATE_COMPLETE":
        raise ValueError(f"{dataset['Status']}: {dataset['StatusMessage']}")


def find_model(project: str, version: str) -> dict[str, Any]:
    """Return the description of a model."""
    answer = client("lookoutvision").describe_model(ProjectName=project, ModelVersion=version)
    description: dict[str, Any] = answer["ModelDescription"]
    return description


def train(project: str, output: str, **more: str) -> dict[str, Any]:
    """Train a model, wait for it, and return its description."""
    bucket, _, prefix = output.removeprefix("s3://").partition("/")
    answer = client("lookoutvision").create_model(
        ProjectName=project, OutputConfig={"S3Location": {"Bucket": bucket, "Prefix": prefix}}, **more
    )
    version = answer["ModelMetadata"]["ModelVersion"]
    model: dict[str, Any] = wait(lambda: find_model(project, version), {"TRAINING"})
    if model["Status"] != "TRAINED":
        raise ValueError(f"{model['Status']}: {model['StatusMessage']}")
    return model


def start(project: str, version: str, least: int = 1, most: int = 0) -> dict[str, Any]:
    """Start a model, wait until it answers, and return its description."""
    client("lookoutvision").start_model(
        ProjectName=project,
        ModelVersion=version,
        MinInferenceUnits=least,
        **({"MaxInferenceUnits": most} if most else {}),
    )
    model: dict[str, Any] = wait(lambda: find_model(project, version), {"STARTING_HOSTING"})
    if model["Status"] != "HOSTED":
        raise ValueError(f"{model['Status']}: {model['StatusMessage']}")
    return model


def stop(project: str, version: str) -> dict[str, Any]:
    """Stop a model, wait until it stands, and return its description."""
    client("lookoutvision").stop_model(ProjectName=project, ModelVersion=version)
    model: dict[str, Any] = wait(lambda: find_model(project, version), {"STOPPING_HOSTING"})
    return model


def every_model() -> Iterator[dict[str, Any]]:
    """Yield all models of all projects, each with the name of its project."""
    lookout = client("lookoutvision")
    for page in lookout.get_paginator("list_projects").paginate():
        for project in page["Projects"]:
            models = lookout.get_paginator("list_models").paginate(ProjectName=project["ProjectName"])
            for part in models:
                for model in part["Models"]:
                    yield {**model, "ProjectName": project["ProjectName"]}


def content_type(image: str) -> str:
    """Return what kind of picture a name says."""
    return "image/png" if image.lower().endswith(".png") else "image/jpeg"
