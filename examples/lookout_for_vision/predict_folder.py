"""Ask a model about every picture of a folder or a prefix, and write its result beside it as JSON."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path

from common import arguments, client, run
from resources import content_type

ENDINGS = (".jpg", ".jpeg", ".png")


def pictures(place: str) -> Iterator[tuple[str, bytes]]:
    """Yield the names and the bytes of the pictures below a folder or a prefix."""
    if not place.startswith("s3://"):
        for file in sorted(Path(place).rglob("*")):
            if file.suffix.lower() in ENDINGS:
                yield str(file), file.read_bytes()
        return
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    s3 = client("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", []):
            if item["Key"].lower().endswith(ENDINGS):
                yield item["Key"], s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()


def main() -> None:
    """Write a file a picture, named for it, into a folder of its own."""
    args = arguments(
        __doc__, "project_name", "model_version", "pictures", out="predictions", prefix="prediction-"
    )
    out, count = Path(args.out), 0
    out.mkdir(exist_ok=True)
    for name, data in pictures(args.pictures):
        answer = client("lookoutvision").detect_anomalies(
            ProjectName=args.project_name,
            ModelVersion=args.model_version,
            ContentType=content_type(name),
            Body=data,
        )
        result = answer["DetectAnomalyResult"]
        if "AnomalyMask" in result:
            result["AnomalyMask"] = base64.b64encode(result["AnomalyMask"]).decode()
        (out / f"{args.prefix}{Path(name).name}.json").write_text(json.dumps(result), "utf-8")
        count += 1
    print(f"{count} results: {out}")


if __name__ == "__main__":
    run(main)
