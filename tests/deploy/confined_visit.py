"""What a visitor does in a container as the images' own: run by test_confined.py, inside of it.

Starts a server, trains a model by boto3, lets it detect, and prints what it saw, as JSON.
"""

import io
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import boto3
import numpy as np
from botocore.config import Config
from PIL import Image

COLORS = {"red": (200, 30, 30), "blue": (30, 30, 200)}
EACH = 8
SIDE = 96


def main() -> None:
    """Visit, and say what there was."""
    port = free_port()
    words = [sys.executable, "-c", "from vedette.cli.main import run; run()", "serve", "--port", str(port)]
    server = subprocess.Popen(words, stdout=sys.stderr, stderr=sys.stderr)
    try:
        key = wait_for_key()
        seen = {"process": process_facts(server.pid), "written": attempts()}
        clients = {
            name: boto3.client(
                name,
                endpoint_url=f"http://127.0.0.1:{port}",
                region_name="us-east-1",
                aws_access_key_id=key["access_key_id"],
                aws_secret_access_key=key["secret_access_key"],
                config=Config(retries={"mode": "standard", "total_max_attempts": 8}),
            )
            for name in ("s3", "rekognition")
        }
        seen |= train_and_detect(clients["s3"], clients["rekognition"])
    finally:
        server.terminate()
        server.wait(60)
    print(json.dumps({**seen, "ended": server.returncode}))


def free_port() -> int:
    """Return a port that nobody has; there is nobody else in here."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        return int(line.getsockname()[1])


def wait_for_key() -> dict:
    """Return the root key, once the server has made it."""
    place = Path(os.environ["VEDETTE_DATA"]) / "credentials.json"
    while not place.exists():
        time.sleep(0.1)
    return json.loads(place.read_text())


def process_facts(pid: int) -> dict:
    """Return what the kernel says of the server's rights."""
    fields = dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return {name: fields[name].split()[0] for name in ("Uid", "CapEff", "CapBnd", "NoNewPrivs")}


def attempts() -> dict:
    """Try to write where nobody may, and where one may; return what came of it."""
    found = {}
    for folder in ("/", "/usr", "/etc", str(Path(os.__file__).parent), "/tmp", os.environ["VEDETTE_DATA"]):
        try:
            place = Path(folder, "attempt")
            place.write_bytes(b"1")
            place.unlink()
            found[folder] = "written"
        except OSError as error:
            found[folder] = type(error).__name__
    return found


def a_picture(color: tuple, number: int) -> bytes:
    """Return a picture of one color with some noise."""
    rng = np.random.default_rng(number)
    pixels = np.clip(rng.normal(color, 18, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def train_and_detect(s3, rekognition) -> dict:
    """Train from a bucket, start the model, and ask it about a picture."""
    s3.create_bucket(Bucket="plant")
    lines = []
    for name, color in COLORS.items():
        for number in range(EACH):
            key = f"{name}/{number}.jpg"
            s3.put_object(Bucket="plant", Key=key, Body=a_picture(color, number))
            about = {
                "confidence": 1, "class-name": name, "human-annotated": "yes", "job-name": "visit",
                "creation-date": "2026-11-20T00:00:00", "type": "groundtruth/image-classification",
            }  # fmt: skip
            lines.append(json.dumps({"source-ref": f"s3://plant/{key}", "color": 1, "color-metadata": about}))
    s3.put_object(Bucket="plant", Key="train.manifest", Body="\n".join(lines).encode())
    project = rekognition.create_project(ProjectName="visit")["ProjectArn"]
    manifest = {"GroundTruthManifest": {"S3Object": {"Bucket": "plant", "Name": "train.manifest"}}}
    version = rekognition.create_project_version(
        ProjectArn=project,
        VersionName="v1",
        OutputConfig={"S3Bucket": "plant", "S3KeyPrefix": "out"},
        TrainingData={"Assets": [manifest]},
        TestingData={"AutoCreate": True},
    )["ProjectVersionArn"]
    trained = wait_for(rekognition, project, "TRAINING_IN_PROGRESS")
    if trained["Status"] != "TRAINING_COMPLETED":
        return {"trained": trained["Status"], "why": trained.get("StatusMessage")}
    rekognition.start_project_version(ProjectVersionArn=version, MinInferenceUnits=1)
    started = wait_for(rekognition, project, "STARTING", "TRAINING_COMPLETED")
    image = {"Bytes": a_picture(COLORS["red"], 99)}
    labels = rekognition.detect_custom_labels(ProjectVersionArn=version, Image=image)["CustomLabels"]
    return {"trained": trained["Status"], "started": started["Status"], "label": labels[0]["Name"]}


def wait_for(rekognition, project: str, *states: str) -> dict:
    """Return the version once it is in none of these states."""
    while True:
        [version] = rekognition.describe_project_versions(ProjectArn=project)["ProjectVersionDescriptions"]
        if version["Status"] not in states:
            return version
        time.sleep(0.5)


if __name__ == "__main__":
    main()
