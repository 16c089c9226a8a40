"""Write a manifest from two folders of a bucket, …/normal/ and …/anomaly/, and put it there."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

from common import arguments, client, run


def line(picture: str, *, is_anomalous: bool) -> str:
    """Return the manifest's line of a picture."""
    return json.dumps(
        {
            "source-ref": picture,
            "anomaly-label": int(is_anomalous),
            "anomaly-label-metadata": {
                "class-name": "anomaly" if is_anomalous else "normal",
                "confidence": 1,
                "type": "groundtruth/image-classification",
                "human-annotated": "yes",
                "creation-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f"),
                "job-name": "labeling-job/anomaly-label",
            },
        }
    )


def lines(bucket: str, prefix: str) -> Iterator[str]:
    """Yield the lines of all pictures below both folders."""
    for verdict in ("normal", "anomaly"):
        pages = (
            client("s3")
            .get_paginator("list_objects_v2")
            .paginate(Bucket=bucket, Prefix=f"{prefix}{verdict}/")
        )
        for page in pages:
            for item in page.get("Contents", []):
                if item["Key"].lower().endswith((".jpg", ".jpeg", ".png")):
                    yield line(f"s3://{bucket}/{item['Key']}", is_anomalous=verdict == "anomaly")


def write_manifest(folder: str, key: str) -> int:
    """Write the manifest of a folder into its bucket; return how many lines it has."""
    bucket, _, prefix = folder.removeprefix("s3://").partition("/")
    prefix = prefix.rstrip("/") + "/" if prefix else ""
    every = list(lines(bucket, prefix))
    if not every:
        raise ValueError(f"There are no pictures below {folder}normal/ and {folder}anomaly/.")
    client("s3").put_object(Bucket=bucket, Key=key, Body="\n".join(every).encode())
    return len(every)


def main() -> None:
    """Write it, and print where it lies."""
    args = arguments(__doc__, "folder", "manifest_key")
    count = write_manifest(args.folder, args.manifest_key)
    print(f"{count} images: s3://{args.folder.removeprefix('s3://').split('/')[0]}/{args.manifest_key}")


if __name__ == "__main__":
    run(main)
