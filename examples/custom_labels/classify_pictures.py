"""Classify pictures, from two folders to an answer: the tutorial in one script.

    vedette examples get parts
    python classify_pictures.py parts my-bucket

Below `train` and `test` each label has a folder. The bucket is made where there is none.
"""

import json
import time
from pathlib import Path
from typing import Any

from common import POLL_S, arguments, client, run, wait
from csv_to_manifest import line
from models import find_version


def upload(bucket: str, folder: Path, part: str) -> str:
    """Upload the pictures of a part and the manifest that names their labels; return the manifest's key."""
    s3, lines = client("s3"), []
    for picture in sorted((folder / part).glob("*/*.*")):
        key = picture.relative_to(folder.parent).as_posix()
        s3.upload_file(str(picture), bucket, key)
        lines.append(line([key, picture.parent.name], f"s3://{bucket}/"))
    manifest = f"{folder.name}/{part}.manifest"
    s3.put_object(Bucket=bucket, Key=manifest, Body="\n".join(lines).encode())
    return manifest


def create(rekognition: Any, bucket: str, folder: Path) -> str:
    """Create a project with a training and a test dataset; return its ARN."""
    name = f"{folder.name}-{int(time.time())}"
    project: str = rekognition.create_project(ProjectName=name)["ProjectArn"]
    for part in ("train", "test"):
        place = {"Bucket": bucket, "Name": upload(bucket, folder, part)}
        arn = rekognition.create_dataset(
            ProjectArn=project,
            DatasetType=part.upper(),
            DatasetSource={"GroundTruthManifest": {"S3Object": place}},
        )["DatasetArn"]
        look = lambda arn=arn: rekognition.describe_dataset(DatasetArn=arn)["DatasetDescription"]  # noqa: E731
        wait(look, {"CREATE_IN_PROGRESS"})
    return project


def main() -> None:
    """Upload, train, start, look at the pictures below `new`, and stop."""
    args = arguments(__doc__, "folder", "bucket")
    folder, rekognition = Path(args.folder).resolve(), client("rekognition")
    buckets = {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]}
    if args.bucket not in buckets:
        client("s3").create_bucket(Bucket=args.bucket)
    project = create(rekognition, args.bucket, folder)
    output = {"S3Bucket": args.bucket, "S3KeyPrefix": f"{folder.name}/results"}
    rekognition.create_project_version(ProjectArn=project, VersionName="first", OutputConfig=output)
    version = wait(lambda: find_version(project, "first"), {"TRAINING_IN_PROGRESS"})
    if version["Status"] != "TRAINING_COMPLETED":
        raise ValueError(f"{version['Status']}: {version['StatusMessage']}")
    print(f"F1 {version['EvaluationResult']['F1Score']:.3f}")
    arn = version["ProjectVersionArn"]
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    try:
        wait(lambda: find_version(project, "first"), {"STARTING"})
        for picture in sorted((folder / "new").iterdir()):
            answer = rekognition.detect_custom_labels(
                ProjectVersionArn=arn, Image={"Bytes": picture.read_bytes()}, MaxResults=1
            )
            print(picture.name, json.dumps(answer["CustomLabels"]))
    finally:
        rekognition.stop_project_version(ProjectVersionArn=arn)
        time.sleep(POLL_S)


if __name__ == "__main__":
    run(main)
