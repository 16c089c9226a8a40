"""Getting started: from an example set with boxes to a first detection by the AWS command line.

    vedette examples get board-parts
    python getting_started.py board-parts my-bucket

The bucket is made where there is none. The model runs until `stop` is typed.
"""

import json
import shlex
import subprocess
import time
from pathlib import Path

from common import arguments, client, run, wait
from models import find_version

from datasets import create_dataset


def upload(bucket: str, folder: Path, part: str) -> dict[str, str]:
    """Upload a part's pictures and its manifest, which names them in the bucket; return where that lies."""
    s3, lines = client("s3"), []
    for text in (folder / f"{part}.manifest").read_text("utf-8").splitlines():
        entry = json.loads(text)
        key = f"{folder.name}/{entry['source-ref']}"
        s3.upload_file(str(folder / entry["source-ref"]), bucket, key)
        lines.append(json.dumps({**entry, "source-ref": f"s3://{bucket}/{key}"}))
    manifest = f"{folder.name}/{part}.manifest"
    s3.put_object(Bucket=bucket, Key=manifest, Body="\n".join(lines).encode())
    return {"Bucket": bucket, "Name": manifest}


def train(bucket: str, folder: Path) -> tuple[str, str]:
    """Create the project and its datasets and train a model; return the ARNs of both."""
    rekognition, name = client("rekognition"), f"{folder.name}-{int(time.time())}"
    project: str = rekognition.create_project(ProjectName=name)["ProjectArn"]
    for part in ("train", "test"):
        place = upload(bucket, folder, part)
        create_dataset(project, part, {"GroundTruthManifest": {"S3Object": place}})
    output = {"S3Bucket": bucket, "S3KeyPrefix": f"{folder.name}/results"}
    rekognition.create_project_version(ProjectArn=project, VersionName="first", OutputConfig=output)
    version = wait(lambda: find_version(project, "first"), {"TRAINING_IN_PROGRESS"})
    if version["Status"] != "TRAINING_COMPLETED":
        raise ValueError(f"{version['Status']}: {version['StatusMessage']}")
    print(f"F1 {version['EvaluationResult']['F1Score']:.3f} on the test dataset")
    return project, version["ProjectVersionArn"]


def detect_by_command_line(model: str, bucket: str, picture: Path) -> None:
    """Upload a picture and detect in it as the console's page "API code" says; print command and answer."""
    key = f"new/{picture.name}"
    client("s3").upload_file(str(picture), bucket, key)
    image = json.dumps({"S3Object": {"Bucket": bucket, "Name": key}})
    command = ["aws", "rekognition", "detect-custom-labels", "--project-version-arn", model, "--image", image]
    print(shlex.join(command), flush=True)
    try:
        subprocess.run(command, check=True)  # noqa: S603 - a list, so no shell reads it
    except FileNotFoundError:
        print("The AWS command line is not installed: asked by boto3 instead.")
        answer = client("rekognition").detect_custom_labels(
            ProjectVersionArn=model, Image={"S3Object": {"Bucket": bucket, "Name": key}}
        )
        print(json.dumps({"CustomLabels": answer["CustomLabels"]}, indent=4))


def main() -> None:
    """Train, start, detect in the first picture below `new`, and stop."""
    args = arguments(__doc__, "folder", "bucket")
    folder, rekognition = Path(args.folder).resolve(), client("rekognition")
    if args.bucket not in {bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]}:
        client("s3").create_bucket(Bucket=args.bucket)
    project, model = train(args.bucket, folder)
    rekognition.start_project_version(ProjectVersionArn=model, MinInferenceUnits=1)
    status = wait(lambda: find_version(project, "first"), {"STARTING"})["Status"]
    try:
        if status != "RUNNING":
            raise ValueError(f"The model did not start: {status}.")
        detect_by_command_line(model, args.bucket, sorted((folder / "new").iterdir())[0])
        while input("The model runs. Type stop to stop it: ").strip() != "stop":
            pass
    finally:
        rekognition.stop_project_version(ProjectVersionArn=model)
    print(wait(lambda: find_version(project, "first"), {"STOPPING"})["Status"])


if __name__ == "__main__":
    run(main)
