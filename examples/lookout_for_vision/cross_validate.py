"""Tell how good a model of a manifest will be, by training without each part of it in turn (k-fold).

    python cross_validate.py my-bucket boards/train.manifest s3://my-bucket/folds/ --folds 5

Each fold is a project of its own, which is deleted again; normal and anomalous pictures are spread evenly.
"""

import json
import statistics
import time
from collections import defaultdict
from typing import Any

from common import arguments, client, run, wait_until_gone
from resources import create_dataset, train

FIGURES = ("F1Score", "Precision", "Recall")


def verdict_of(text: str) -> str:
    """Return the class that a manifest's line says."""
    values = json.loads(text).values()
    names = (value.get("class-name") for value in values if isinstance(value, dict))
    return next(filter(None, names), "")


def parts_of(lines: list[str], count: int) -> list[list[str]]:
    """Deal the lines to so many parts, the next of each class to the next part."""
    parts: list[list[str]] = [[] for _ in range(count)]
    dealt: dict[str, int] = defaultdict(int)
    for line in lines:
        verdict = verdict_of(line)
        parts[dealt[verdict] % count].append(line)
        dealt[verdict] += 1
    return parts


def delete(project: str) -> None:
    """Delete a project with its models and datasets; the pictures in the bucket stay."""
    lookout = client("lookoutvision")
    for model in lookout.list_models(ProjectName=project)["Models"]:
        lookout.delete_model(ProjectName=project, ModelVersion=model["ModelVersion"])
    wait_until_gone(lambda: lookout.list_models(ProjectName=project)["Models"])
    for dataset in lookout.describe_project(ProjectName=project)["ProjectDescription"]["Datasets"]:
        lookout.delete_dataset(ProjectName=project, DatasetType=dataset["DatasetType"])
    wait_until_gone(lambda: lookout.describe_project(ProjectName=project)["ProjectDescription"]["Datasets"])
    lookout.delete_project(ProjectName=project)


def evaluate(project: str, bucket: str, datasets: dict[str, list[str]], output: str) -> dict[str, Any]:
    """Return the figures of a model that learns from one dataset and is judged by the other."""
    prefix = output.removeprefix(f"s3://{bucket}/").rstrip("/")
    client("lookoutvision").create_project(ProjectName=project)
    try:
        for kind, lines in datasets.items():
            key = f"{prefix}/{project}-{kind}.manifest"
            client("s3").put_object(Bucket=bucket, Key=key, Body="\n".join(lines).encode())
            create_dataset(project, kind, bucket, key)
        figures: dict[str, Any] = train(project, f"s3://{bucket}/{prefix}/{project}/")["Performance"]
    finally:
        delete(project)
    return figures


def main() -> None:
    """Train once a fold, and print the figures of each, their mean and how far they spread."""
    args = arguments(__doc__, "bucket", "manifest_key", "output", folds=5)
    body = client("s3").get_object(Bucket=args.bucket, Key=args.manifest_key)["Body"]
    parts = parts_of(list(filter(str.strip, body.read().decode().splitlines())), args.folds)
    name, every = f"folds-{int(time.time())}", []
    for number, test in enumerate(parts, 1):
        rest = [line for part in parts if part is not test for line in part]
        figures = evaluate(f"{name}-{number}", args.bucket, {"train": rest, "test": test}, args.output)
        every.append(figures)
        print(f"Fold {number}: {', '.join(f'{figure} {figures[figure]:.3f}' for figure in FIGURES)}")
    for figure in FIGURES:
        values = [figures[figure] for figures in every]
        print(f"{figure}: mean {statistics.mean(values):.3f}, spread {statistics.pstdev(values):.3f}")


if __name__ == "__main__":
    run(main)
