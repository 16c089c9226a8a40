"""Let a person decide where the model is in doubt, and put the decisions into the training dataset.

Every picture below a prefix is asked about; for each verdict below `--confidence 0.7` you type n (normal),
a (anomaly) or nothing.
"""

from collections.abc import Iterator

from common import arguments, client, run, wait
from manifest_from_folders import line
from resources import content_type, find_dataset

ANSWERS = {"n": False, "a": True}


def doubtful(project: str, version: str, pictures: str, least: float) -> Iterator[tuple[str, str]]:
    """Yield the pictures that the model is not sure about, with what it says."""
    bucket, _, prefix = pictures.removeprefix("s3://").partition("/")
    s3, lookout = client("s3"), client("lookoutvision")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            result = lookout.detect_anomalies(
                ProjectName=project,
                ModelVersion=version,
                ContentType=content_type(item["Key"]),
                Body=s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read(),
            )["DetectAnomalyResult"]
            if result["Confidence"] < least:
                word = "anomalous" if result["IsAnomalous"] else "normal"
                yield f"s3://{bucket}/{item['Key']}", f"{word}, {result['Confidence']:.2f}"


def main() -> None:
    """Ask about the doubtful pictures, and send what was decided."""
    args = arguments(__doc__, "project_name", "model_version", "pictures", confidence=0.7)
    lines = []
    for picture, verdict in doubtful(args.project_name, args.model_version, args.pictures, args.confidence):
        answer = input(f"{picture}: {verdict}. n, a or nothing: ").strip()
        if answer in ANSWERS:
            lines.append(line(picture, is_anomalous=ANSWERS[answer]))
    if lines:
        client("lookoutvision").update_dataset_entries(
            ProjectName=args.project_name, DatasetType="train", Changes="\n".join(lines).encode()
        )
        wait(lambda: find_dataset(args.project_name, "train"), {"UPDATE_IN_PROGRESS"})
    print(f"{len(lines)} pictures are in the training dataset. Train again with train_model.py.")


if __name__ == "__main__":
    run(main)
