"""A handler as AWS Lambda calls it: whether a picture is to be rejected, as base64 or in a bucket.

Its environment: PROJECT_NAME, MODEL_VERSION, and CONFIDENCE (0 to 100; 50 where it says nothing).
"""

import base64
import io
import os
from typing import Any

import boto3
from botocore.exceptions import ClientError

SIGNATURES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return 200 with the decision, or 400 with what is wrong."""
    del context
    name = str(event.get("filename", ""))
    try:
        name, data = picture_of(event)
        result = boto3.client("lookoutvision").detect_anomalies(
            ProjectName=os.environ["PROJECT_NAME"],
            ModelVersion=os.environ["MODEL_VERSION"],
            ContentType=content_type(data),
            Body=io.BytesIO(data),
        )["DetectAnomalyResult"]
    except ClientError as error:
        details = error.response["Error"]
        return refused(details["Code"], f"The image could not be analysed: {details['Message']}", name)
    except ValueError as error:
        return refused("ValueError", str(error), name)
    least = int(os.environ.get("CONFIDENCE", "50")) / 100
    reject = result["IsAnomalous"] and result["Confidence"] >= least
    body = {"Reject": reject, "RejectMessage": f"Image {name} is {'anomalous' if reject else 'normal'}."}
    return {"statusCode": 200, "body": body}


def picture_of(event: dict[str, Any]) -> tuple[str, bytes]:
    """Return the name and the bytes of the picture that an event brings or names."""
    if "image" in event:
        return str(event.get("filename", "image")), base64.b64decode(event["image"], validate=True)
    # Clients write either.
    place = event.get("S3Object") or event.get("S3object")
    if place:
        answer = boto3.client("s3").get_object(Bucket=place["Bucket"], Key=place["Name"])
        return str(place["Name"]), answer["Body"].read()
    raise ValueError("An event has either image, in base64, or S3Object with Bucket and Name.")


def content_type(data: bytes) -> str:
    """Return what kind of picture its first bytes say."""
    for signature, kind in SIGNATURES.items():
        if data.startswith(signature):
            return kind
    raise ValueError("The picture is neither a JPEG nor a PNG.")


def refused(code: str, message: str, name: str) -> dict[str, Any]:
    """Return the answer to what cannot be done."""
    return {"statusCode": 400, "body": {"Error": code, "ErrorMessage": message, "Image": name}}
