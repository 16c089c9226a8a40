"""Trails as boto3 and the AWS command line use them: made, started, delivered, verified, forgotten."""

import gzip
import json
import time

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def trail(server):
    client = server.client("cloudtrail")
    server.client("s3").create_bucket(Bucket="trail-logs")
    made = client.create_trail(Name="plant", S3BucketName="trail-logs", EnableLogFileValidation=True)
    yield client, made["TrailARN"]
    client.delete_trail(Name="plant")


def ended(client, name):
    """Wait until the last digest after a stop is there, and return the status."""
    for _ in range(600):
        status = client.get_trail_status(Name=name)
        if "LatestDigestDeliveryTime" in status:
            return status
        time.sleep(0.1)
    raise AssertionError(f"nothing was delivered: {status}")


def test_what_happens_between_start_and_stop_is_in_the_bucket(server, trail):
    client, arn = trail
    client.start_logging(Name=arn)
    assert client.get_trail_status(Name="plant")["IsLogging"] is True
    server.client("iam").create_user(UserName="on-the-trail")
    client.stop_logging(Name="plant")
    server.client("iam").create_user(UserName="off-the-trail")
    assert ended(client, "plant")["IsLogging"] is False
    s3 = server.client("s3")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="trail-logs")["Contents"]]
    # A slow machine delivers what happened in more than one file, and says so in more than one digest.
    digests = [key for key in keys if "-Digest" in key]
    events = [key for key in keys if "-Digest" not in key]
    files = [json.loads(gzip.decompress(_body(s3, key))) for key in events]
    records = [record for file in files for record in file["Records"]]
    names = [(record["requestParameters"] or {}).get("userName") for record in records]
    assert "on-the-trail" in names
    assert "off-the-trail" not in names
    for digest in digests:
        signed = s3.get_object(Bucket="trail-logs", Key=digest)
        assert set(signed["Metadata"]) == {"signature", "signature-algorithm"}
    named = [json.loads(gzip.decompress(_body(s3, digest)))["logFiles"] for digest in digests]
    assert sorted(file["s3Object"] for files in named for file in files) == sorted(events)


def _body(s3, key):
    return s3.get_object(Bucket="trail-logs", Key=key)["Body"].read()


def test_a_trail_is_described(server, trail):
    client, arn = trail
    facts = client.get_trail(Name=arn)["Trail"]
    assert (facts["Name"], facts["TrailARN"], facts["HomeRegion"]) == ("plant", arn, "us-east-1")
    assert client.describe_trails(trailNameList=["plant", "none"])["trailList"] == [facts]
    assert client.describe_trails(trailNameList=["none"])["trailList"] == []
    assert facts in client.describe_trails()["trailList"]
    assert {"Name": "plant", "TrailARN": arn, "HomeRegion": "us-east-1"} in client.list_trails()["Trails"]
    selector = client.get_event_selectors(TrailName="plant")["EventSelectors"][0]
    assert selector["ReadWriteType"] == "WriteOnly"
    client.update_trail(Name="plant", S3KeyPrefix="audit")
    assert client.get_trail(Name="plant")["Trail"]["S3KeyPrefix"] == "audit"


@pytest.mark.parametrize(
    ("name", "request_", "code"),
    [
        ("create_trail", {"Name": "x/y", "S3BucketName": "trail-logs"}, "InvalidTrailNameException"),
        ("create_trail", {"Name": "plant", "S3BucketName": "trail-logs"}, "TrailAlreadyExistsException"),
        ("create_trail", {"Name": "other", "S3BucketName": "no-such"}, "S3BucketDoesNotExistException"),
        (
            "create_trail",
            {"Name": "other", "S3BucketName": "trail-logs", "SnsTopicName": "t"},
            "UnsupportedOperationException",
        ),
        (
            "create_trail",
            {"Name": "other", "S3BucketName": "trail-logs", "S3KeyPrefix": "a\n"},
            "InvalidS3PrefixException",
        ),
        ("get_trail", {"Name": "none"}, "TrailNotFoundException"),
        (
            "get_trail",
            {"Name": "arn:aws:cloudtrail:us-east-1:999999999999:trail/plant"},
            "TrailNotFoundException",
        ),
        ("get_trail", {"Name": "arn:aws:s3:::plant"}, "CloudTrailARNInvalidException"),
        ("start_logging", {"Name": "../plant"}, "TrailNotFoundException"),
        (
            "put_event_selectors",
            {"TrailName": "plant", "EventSelectors": []},
            "InvalidEventSelectorsException",
        ),
    ],
)
def test_what_is_not_so_is_refused_by_its_name(trail, name, request_, code):
    client, _ = trail
    with pytest.raises(ClientError) as refused:
        getattr(client, name)(**request_)
    assert refused.value.response["Error"]["Code"] == code


def test_a_trail_delivers_what_is_selected_and_nothing_else(server):
    client, s3 = server.client("cloudtrail"), server.client("s3")
    for bucket in ("selected-logs", "selected-pictures"):
        s3.create_bucket(Bucket=bucket)
    client.create_trail(Name="selecting", S3BucketName="selected-logs", EnableLogFileValidation=True)
    assert client.get_trail(Name="selecting")["Trail"]["HasCustomEventSelectors"] is False
    objects = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::selected-pictures/line-4/"]}
    selector = {"ReadWriteType": "ReadOnly", "IncludeManagementEvents": False, "DataResources": [objects]}
    answer = client.put_event_selectors(TrailName="selecting", EventSelectors=[selector])
    assert answer["EventSelectors"] == [selector]
    assert client.get_event_selectors(TrailName="selecting")["EventSelectors"] == [selector]
    assert client.get_trail(Name="selecting")["Trail"]["HasCustomEventSelectors"] is True
    client.start_logging(Name="selecting")
    for key in ("line-4/a.png", "line-5/a.png"):
        s3.put_object(Bucket="selected-pictures", Key=key, Body=b"x")
        s3.get_object(Bucket="selected-pictures", Key=key)["Body"].read()
    server.client("iam").create_user(UserName="not-selected")
    client.stop_logging(Name="selecting")
    ended(client, "selecting")
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="selected-logs")["Contents"]]
    files = [json.loads(gzip.decompress(_body_of(s3, key))) for key in keys if "-Digest" not in key]
    records = [record for file in files for record in file["Records"]]
    told = [(r["eventName"], (r["requestParameters"] or {}).get("key", "")) for r in records]
    # What changes a trail is always delivered: who narrows a selection is seen.
    assert [row for row in told if row[0] != "StartLogging" and row[0] != "StopLogging"] == [
        ("GetObject", "line-4/a.png")
    ]
    client.delete_trail(Name="selecting")


def _body_of(s3, key):
    return s3.get_object(Bucket="selected-logs", Key=key)["Body"].read()
