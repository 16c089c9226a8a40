"""What a key of one's own costs: PUT and GET of 500 KB under SSE-KMS beside without, and detection there.

    python -m bench.s3_sealed [--objects 300]

One server and one boto3 client; the ways take turns with every object, so that a busy moment meets all alike.
Detection is by a model of next to no work, which shows the object's part the most. Bars: 0.85 of the PUTs and
GETs a second without a key, 0.9 of the detections.
"""

import argparse
import io
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image

from bench.common import RunningServer, machine, own_server, row
from doubles.trained import put_version

SIZE = 500_000
BARS = {"PUT": 0.85, "GET": 0.85, "detect": 0.9}
WARM = 10
ACCOUNT = "000000000000"


def photograph() -> bytes:
    """Return a JPEG of some 500 KB."""
    pixels = np.random.default_rng(7).integers(0, 255, (150, 200, 3), np.uint8)
    image = Image.fromarray(pixels).resize((1600, 1200), Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=82)
    return stream.getvalue()


def ways(server: RunningServer) -> dict[str, dict[str, Any]]:
    key = server.client("kms").create_key()["KeyMetadata"]["Arn"]
    kms = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    return {
        "without": {},
        "SSE-KMS": kms,
        "SSE-KMS, bucket key": {**kms, "BucketKeyEnabled": True},
        "SSE-S3": {"ServerSideEncryption": "AES256"},
    }


def start_model(server: RunningServer) -> tuple[Any, str]:
    rekognition = server.client("rekognition")
    arn = str(put_version(server.data, "rekognition", "bench", "classification", account=ACCOUNT).arn)
    rekognition.start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    project = arn.partition("/version/")[0]
    listed = rekognition.describe_projects(ProjectNames=[project.rpartition("/")[2]])["ProjectDescriptions"]
    while True:
        found = rekognition.describe_project_versions(ProjectArn=listed[0]["ProjectArn"])
        if found["ProjectVersionDescriptions"][0]["Status"] == "RUNNING":
            return rekognition, arn
        time.sleep(0.1)


def measure(server: RunningServer, objects: int) -> dict[str, dict[str, float]]:
    """Return what each way does a second, by the median of its times."""
    s3, body = server.client("s3"), photograph()
    s3.create_bucket(Bucket="bench")
    rekognition, arn = start_model(server)
    options = ways(server)
    times: dict[str, dict[str, list[float]]] = {
        name: {"PUT": [], "GET": [], "detect": []} for name in options
    }

    def detect(name: str) -> None:
        place = {"S3Object": {"Bucket": "bench", "Name": name}}
        rekognition.detect_custom_labels(ProjectVersionArn=arn, Image=place, MinConfidence=0)

    for number in range(-WARM, objects):
        first = number % len(options)  # who comes first may find the machine otherwise
        for name, asked in [*options.items()][first:] + [*options.items()][:first]:
            key = f"{name}/{number % 50}.jpg"
            doing: dict[str, Callable[[], Any]] = {
                "PUT": lambda key=key, asked=asked: s3.put_object(
                    Bucket="bench", Key=key, Body=body, **asked
                ),
                "GET": lambda key=key: s3.get_object(Bucket="bench", Key=key)["Body"].read(),
                "detect": lambda key=key: detect(key),
            }
            for subject, do in doing.items():
                began = time.perf_counter()
                do()
                if number >= 0:
                    times[name][subject].append(time.perf_counter() - began)
    print(f"A picture of {len(body):,} bytes, {objects} times.")
    return {
        name: {subject: 1 / statistics.median(used) for subject, used in kinds.items()}
        for name, kinds in times.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--objects", type=int, default=300)
    options = parser.parse_args()
    print(machine())
    with own_server() as server:
        rates = measure(server, options.objects)
    print("| what | measured | bar | |\n|---|---|---|---|")
    for subject, bar in BARS.items():
        plain = rates["without"][subject]
        for name in list(rates)[1:]:
            share = rates[name][subject] / plain
            measured = f"{rates[name][subject]:.0f}/s beside {plain:.0f}/s: {share:.2f}"
            row(f"{subject} 500 KB, {name}", measured, f"≥ {bar}", share >= bar)


if __name__ == "__main__":
    main()
