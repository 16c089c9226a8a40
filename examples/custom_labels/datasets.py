"""Create a dataset and wait for it; the scripts beside this one say from what."""

from typing import Any

from common import client, wait


def create_dataset(project_arn: str, dataset_type: str, source: dict[str, Any] | None = None) -> str:
    """Create a dataset, from nothing or from its source; return its ARN once it can be used."""
    rekognition = client("rekognition")
    request: dict[str, Any] = {"ProjectArn": project_arn, "DatasetType": dataset_type.upper()}
    if source is not None:
        request["DatasetSource"] = source
    arn: str = rekognition.create_dataset(**request)["DatasetArn"]
    dataset = wait(
        lambda: rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"], {"CREATE_IN_PROGRESS"}
    )
    if dataset["Status"] != "CREATE_COMPLETE":
        raise ValueError(f"{dataset['Status']}: {dataset['StatusMessage']}")
    return arn
