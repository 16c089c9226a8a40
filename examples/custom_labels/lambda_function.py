"""A handler as AWS Lambda calls it: labels of a picture that comes as base64 or lies in a bucket.

Its environment: MODEL_ARN, and CONFIDENCE (0 to 100; 50 where it says nothing).
"""

import base64
import json
import os
from typing import Any

import boto3
from botocore.exceptions import ClientError


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return 200 with the labels as JSON, or 400 with what is wrong."""
    del context
    try:
        answer = boto3.client("rekognition").detect_custom_labels(
            ProjectVersionArn=os.environ["MODEL_ARN"],
            Image=picture_of(event),
            MinConfidence=int(os.environ.get("CONFIDENCE", "50")),
        )
    except ClientError as error:
        details = error.response["Error"]
        return refused(details["Code"], f"The image could not be analysed: {details['Message']}")
    except ValueError as error:
        return refused("ValueError", str(error))
    return {"statusCode": 200, "body": json.dumps(answer["CustomLabels"])}


def picture_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the picture that an event brings or names."""
    if "image" in event:
        return {"Bytes": base64.b64decode(event["image"], validate=True)}
    if "S3Object" in event:
        return {"S3Object": event["S3Object"]}
    raise ValueError("An event has either image, in base64, or S3Object with Bucket and Name.")


def refused(code: str, message: str) -> dict[str, Any]:
    """Return the answer to what cannot be done."""
    return {"statusCode": 400, "body": {"Error": code, "ErrorMessage": message}}
