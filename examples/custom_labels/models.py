"""What the scripts about models share: a version by its name or its ARN."""

from typing import Any

from common import client


def find_version(project_arn: str, name_or_arn: str) -> dict[str, Any]:
    """Return the description of a version."""
    name = name_or_arn.split("/")[-2] if name_or_arn.startswith("arn:") else name_or_arn
    answer = client("rekognition").describe_project_versions(ProjectArn=project_arn, VersionNames=[name])
    versions: list[dict[str, Any]] = answer["ProjectVersionDescriptions"]
    if not versions:
        raise ValueError(f"The project has no version {name}.")
    return versions[0]
