"""Make a model better with pictures that nobody has labelled: look, let a person decide, train anew.

    python feedback_loop.py look PROJECT_ARN MODEL_ARN s3://bucket/new/ review.csv
    # a person corrects the second column of review.csv
    python feedback_loop.py train PROJECT_ARN NEW_VERSION s3://bucket/results/ review.csv

The first writes a row a picture, the doubtful first; the second puts the rows into the training dataset and
trains another version, which `describe_model.py` lets you compare.
"""

import csv
from pathlib import Path
from typing import Any

from common import arguments, client, run, wait
from csv_to_manifest import line
from models import find_version

# Lines that one update takes at most, below its 5 MB.
BATCH = 2_000


def split(address: str) -> tuple[str, str]:
    """Return the bucket and the key of an address."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key


def look(model: str, pictures: str, table: Path) -> None:
    """Ask the model about every picture, and write what it says with its confidence."""
    (bucket, prefix), rekognition = split(pictures), client("rekognition")
    rows: list[tuple[str, str, float]] = []
    for page in client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            image = {"S3Object": {"Bucket": bucket, "Name": item["Key"]}}
            found = rekognition.detect_custom_labels(
                ProjectVersionArn=model, Image=image, MinConfidence=0, MaxResults=1
            )["CustomLabels"]
            name, confidence = (found[0]["Name"], found[0]["Confidence"]) if found else ("", 0.0)
            rows.append((f"s3://{bucket}/{item['Key']}", name, round(confidence, 2)))
    rows.sort(key=lambda row: row[2])
    with table.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    print(f"{len(rows)} pictures, the doubtful first: {table}")


def train(project: str, version: str, output: str, table: Path) -> None:
    """Put the corrected rows into the training dataset, and train."""
    rekognition = client("rekognition")
    description = rekognition.describe_projects(ProjectNames=[project.split("/")[1]])["ProjectDescriptions"]
    datasets: list[dict[str, Any]] = description[0]["Datasets"]
    arn = next(dataset["DatasetArn"] for dataset in datasets if dataset["DatasetType"] == "TRAIN")
    with table.open(encoding="utf-8", newline="") as stream:
        lines = [line(row[:2], "") for row in csv.reader(stream) if row and row[1]]
    for first in range(0, len(lines), BATCH):
        changes = "\n".join(lines[first : first + BATCH]).encode()
        rekognition.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": changes})
        wait(
            lambda: rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"], {"UPDATE_IN_PROGRESS"}
        )
    bucket, prefix = split(output)
    place = {"S3Bucket": bucket, "S3KeyPrefix": prefix.rstrip("/")}
    rekognition.create_project_version(ProjectArn=project, VersionName=version, OutputConfig=place)
    trained = wait(lambda: find_version(project, version), {"TRAINING_IN_PROGRESS"})
    print(f"{trained['Status']}: {trained['StatusMessage']}")


def main() -> None:
    """Do the half of the loop that is asked for."""
    args = arguments(__doc__, "half", "project_arn", "model", "address", "table")
    if args.half == "look":
        look(args.model, args.address, Path(args.table))
    elif args.half == "train":
        train(args.project_arn, args.model, args.address, Path(args.table))
    else:
        raise ValueError("The first word is look or train.")


if __name__ == "__main__":
    run(main)
