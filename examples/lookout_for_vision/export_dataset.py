"""Copy the datasets of a project with their pictures and masks to another place, for another project."""

import json
from typing import Any

from botocore.exceptions import ClientError
from common import arguments, client, run

PLACES = {"source-ref": "images", "anomaly-mask-ref": "masks"}
READY = ("CREATE_COMPLETE", "UPDATE_COMPLETE")


def split(address: str) -> tuple[str, str]:
    """Return the bucket and the key of an address."""
    bucket, _, key = address.removeprefix("s3://").partition("/")
    return bucket, key


def moved(entry: dict[str, Any], target: str) -> dict[str, Any]:
    """Copy what an entry names, and return the entry that names the copies."""
    bucket, prefix = split(target)
    for member, folder in PLACES.items():
        if member in entry:
            source, key = split(entry[member])
            place = f"{prefix}/{folder}/{key}".lstrip("/")
            client("s3").copy_object(Bucket=bucket, Key=place, CopySource={"Bucket": source, "Key": key})
            entry = {**entry, member: f"s3://{bucket}/{place}"}
    return entry


def export(project: str, kind: str, target: str) -> str:
    """Export one dataset; return where its manifest lies."""
    lines, pages = [], client("lookoutvision").get_paginator("list_dataset_entries")
    for page in pages.paginate(ProjectName=project, DatasetType=kind, PaginationConfig={"PageSize": 100}):
        for text in page["DatasetEntries"]:
            entry = json.loads(text)
            try:
                lines.append(json.dumps(moved(entry, f"{target}/{kind}")))
            except ClientError as error:
                if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                    raise
                print(f"Left out, since its object is gone: {entry['source-ref']}")
    bucket, prefix = split(target)
    key = f"{prefix}/datasets/{kind}.manifest".lstrip("/")
    client("s3").put_object(Bucket=bucket, Key=key, Body="\n".join(lines).encode())
    return f"s3://{bucket}/{key}"


def main() -> None:
    """Export each dataset that is ready."""
    args = arguments(__doc__, "project_name", "destination")
    lookout = client("lookoutvision")
    project = lookout.describe_project(ProjectName=args.project_name)["ProjectDescription"]
    for dataset in project["Datasets"]:
        if dataset["Status"] in READY:
            print(export(args.project_name, dataset["DatasetType"], args.destination.rstrip("/")))


if __name__ == "__main__":
    run(main)
