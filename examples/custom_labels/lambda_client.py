"""Call the function of lambda_function.py for a file or an object: lambda_client.py FUNCTION s3://bucket/key."""

import base64
import json
from pathlib import Path
from typing import Any

from common import arguments, client, run

# What one call takes; a larger picture goes through a bucket.
MOST = 6_291_456


def event_for(image: str) -> dict[str, Any]:
    """Return the event that brings a file, or names an object."""
    if image.startswith("s3://"):
        bucket, _, key = image.removeprefix("s3://").partition("/")
        return {"S3Object": {"Bucket": bucket, "Name": key}}
    data = Path(image).read_bytes()
    if len(data) >= MOST:
        raise ValueError(
            f"{image} has {len(data):,} bytes, and a call takes {MOST:,}: upload it to a bucket."
        )
    return {"image": base64.b64encode(data).decode()}


def main() -> None:
    """Invoke the function, and print the labels or what it refuses."""
    args = arguments(__doc__, "function", "image")
    payload = json.dumps(event_for(args.image))
    answer = client("lambda").invoke(FunctionName=args.function, Payload=payload)
    result = json.loads(answer["Payload"].read())
    if result.get("statusCode") != 200:
        raise ValueError(f"{result.get('statusCode')}: {result.get('body', result)}")
    labels = json.loads(result["body"])
    print(f"There are {len(labels)} labels.")
    for label in labels:
        print(f"Label: {label['Name']}: Confidence: {label['Confidence']:.0f}%")


if __name__ == "__main__":
    run(main)
