"""The audit trail of a server through CloudTrail's LookupEvents, with boto3 as auditors have it."""

import http.client
import itertools
import json
import time
from datetime import timedelta

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from doubles.servers import start_server, stop_server
from vedette.audit.signing import kept_keys
from vedette.audit.verify import findings_of, verify_trail
from vedette.clock import system_clock

COUNT = itertools.count()


@pytest.fixture(scope="module")
def trail(server):
    return server.client("cloudtrail")


def found(trail, key="", value="", **request):
    if key:
        request["LookupAttributes"] = [{"AttributeKey": key, "AttributeValue": value}]
    return trail.lookup_events(**request)["Events"]


def a_name(kind="audited"):
    return f"{kind}-{next(COUNT)}"


def record(event):
    return json.loads(event["CloudTrailEvent"])


def test_a_change_is_on_record_once_it_is_answered(server, trail):
    name = a_name()
    arn = server.client("rekognition").create_project(ProjectName=name)["ProjectArn"]
    [event] = found(trail, "ResourceName", name)
    assert (event["EventName"], event["EventSource"]) == ("CreateProject", "rekognition.amazonaws.com")
    assert (event["ReadOnly"], event["Username"]) == ("false", "root")
    assert event["AccessKeyId"] == server.key[0]
    assert event["Resources"] == [{"ResourceType": "AWS::Rekognition::Project", "ResourceName": arn}]
    document = record(event)
    assert document["requestParameters"] == {"projectName": name}
    assert document["responseElements"] == {"projectArn": arn}
    assert document["userIdentity"]["type"] == "Root"
    assert document["sourceIPAddress"] == "127.0.0.1"
    assert "Boto3" in document["userAgent"]
    assert document["eventID"] == event["EventId"]
    assert found(trail, "EventId", event["EventId"]) == [event]
    assert found(trail, "ResourceName", arn) == [event]


def test_a_refusal_is_on_record_with_its_code(server, trail):
    name, client = a_name(), server.client("rekognition")
    client.create_project(ProjectName=name)
    with pytest.raises(ClientError) as refusal:
        client.create_project(ProjectName=name)
    newest = record(found(trail, "ResourceName", name)[0])
    assert newest["errorCode"] == "ResourceInUseException"
    assert newest["errorMessage"] == refusal.value.response["Error"]["Message"]
    assert newest["requestID"] == refusal.value.response["ResponseMetadata"]["RequestId"]
    assert newest["responseElements"] is None


def test_what_only_reads_is_not_on_record(server, trail):
    name = a_name()
    client = server.client("rekognition")
    client.create_project(ProjectName=name)
    for _ in range(3):
        client.describe_projects(ProjectNames=[name])
        found(trail)
    assert len(found(trail, "ResourceName", name)) == 1
    assert found(trail, "EventName", "DescribeProjects") == []
    assert found(trail, "EventName", "LookupEvents") == []


def test_keys_that_are_handed_out_are_on_record_without_their_secrets(server, trail):
    token = server.client("sts").get_session_token()["Credentials"]
    event = found(trail, "EventName", "GetSessionToken")[0]
    assert token["SecretAccessKey"] not in event["CloudTrailEvent"]
    assert token["SessionToken"] not in event["CloudTrailEvent"]
    assert record(event)["readOnly"] is True
    made = server.client("iam").create_user(UserName=a_name("user"))["User"]["UserName"]
    key = server.client("iam").create_access_key(UserName=made)["AccessKey"]
    event = found(trail, "EventName", "CreateAccessKey")[0]
    assert key["AccessKeyId"] in event["CloudTrailEvent"]
    assert key["SecretAccessKey"] not in event["CloudTrailEvent"]


def test_pictures_are_left_out_and_their_sizes_told(server, trail):
    with pytest.raises(ClientError):
        server.client("rekognition").detect_custom_labels(
            ProjectVersionArn="arn:aws:rekognition:us-east-1:000000000000:project/x/version/y/1700000000000",
            Image={"Bytes": b"\xff\xd8\xff" * 1000},
        )
    event = found(trail, "EventName", "DetectCustomLabels")[0]
    assert record(event)["requestParameters"]["image"] == {"bytes": {"bytes": 3000}}
    assert record(event)["errorCode"] == "ResourceNotFoundException"
    assert record(event)["eventCategory"] == "Data"


def test_objects_are_on_record_by_their_names(server, trail):
    s3, bucket = server.client("s3"), a_name("audited-bucket")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a/b.txt", Body=b"content that nobody should read here")
    s3.get_object(Bucket=bucket, Key="a/b.txt")
    with pytest.raises(ClientError):
        s3.delete_bucket(Bucket=bucket)
    events = found(trail, "ResourceName", bucket)
    assert [event["EventName"] for event in events] == ["DeleteBucket", "PutObject", "CreateBucket"]
    assert record(events[1])["requestParameters"] == {"bucket": bucket, "key": "a/b.txt"}
    assert record(events[0])["errorCode"] == "BucketNotEmpty"
    assert "content that" not in json.dumps(events, default=str)


def test_what_no_file_can_hold_is_on_record_without_it(server, trail):
    """A lone half of a character passes JSON, and is refused with a sentence that holds it."""
    client = server.client("rekognition")
    with pytest.raises(ClientError):
        client.create_project(ProjectName="half", Tags={"t": "x"} | {"a\ud83d": "b"})
    assert server.client("rekognition").describe_projects()


def test_who_has_no_key_leaves_no_line(server, trail):
    before = found(trail)[0]["EventId"]
    stranger = server.client("rekognition", key=("AKIANOBODYATALL00000", "secret"))
    for _ in range(3):
        with pytest.raises(ClientError, match="UnrecognizedClientException"):
            stranger.create_project(ProjectName="never")
    assert found(trail)[0]["EventId"] == before


def test_pages_are_whole_whatever_comes_meanwhile(server, trail):
    client, name = server.client("rekognition"), a_name("paged")
    client.create_project(ProjectName=name)
    for _ in range(7):
        with pytest.raises(ClientError):
            client.create_project(ProjectName=name)
    pages = trail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": name}],
        PaginationConfig={"PageSize": 3},
    )
    seen = []
    for number, page in enumerate(pages):
        seen += [event["EventId"] for event in page["Events"]]
        if number == 0:
            with pytest.raises(ClientError):
                client.create_project(ProjectName=name)
    assert len(seen) == len(set(seen)) == 8


def test_a_range_of_time_is_obeyed(server, trail):
    server.client("rekognition").create_project(ProjectName=a_name())
    now = system_clock()
    assert found(trail, StartTime=now + timedelta(hours=1)) == []
    assert found(trail, EndTime=now - timedelta(days=1)) == []
    assert found(trail, StartTime=now - timedelta(hours=1), EndTime=now + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"StartTime": 2_000_000_000, "EndTime": 1_000_000_000}, "InvalidTimeRangeException"),
        ({"EventCategory": "insight"}, "InvalidEventCategoryException"),
        ({"NextToken": "AAAA"}, "InvalidNextTokenException"),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": name} for name in "ab"]},
            "InvalidLookupAttributesException",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_in_cloudtrails_words(trail, request_, code):
    with pytest.raises(ClientError) as refusal:
        trail.lookup_events(**request_)
    assert refusal.value.response["Error"]["Code"] == code


def test_an_account_sees_its_own_events_alone_and_needs_the_right_to(server, trail):
    name = a_name("user")
    iam = server.client("iam")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    theirs = server.client("cloudtrail", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    with pytest.raises(ClientError, match="AccessDenied"):
        theirs.lookup_events()
    document = {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"},
    }
    iam.put_user_policy(UserName=name, PolicyName="see", PolicyDocument=json.dumps(document))
    time.sleep(1.1)  # rights are looked up anew each second
    assert theirs.lookup_events()["Events"]
    accounts = {record(event)["recipientAccountId"] for event in theirs.lookup_events()["Events"]}
    assert accounts == {"000000000000"}
    # A reading that was denied is a reading.
    assert "LookupEvents" not in {event["EventName"] for event in found(trail, "Username", name)}


def test_the_short_target_of_the_javascript_sdk_means_the_same(server):
    body = b"{}"
    for target in ("CloudTrail_20131101", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "Other"):
        headers = {"X-Amz-Target": f"{target}.LookupEvents", "Content-Type": "application/x-amz-json-1.1"}
        request = AWSRequest(method="POST", url=f"{server.address}/", data=body, headers=headers)
        SigV4Auth(Credentials(*server.key), "cloudtrail", "us-east-1").add_auth(request)
        line = http.client.HTTPConnection(server.address.removeprefix("http://"))
        line.request("POST", "/", body, dict(request.headers))
        answer = line.getresponse()
        text = answer.read()
        line.close()
        assert (answer.status == 200) == (target != "Other")
        assert (b"UnknownOperationException" in text) == (target == "Other")


def test_other_operations_are_not_supported_yet(trail):
    with pytest.raises(ClientError, match="CreateChannel of cloudtrail is not supported yet"):
        trail.create_channel(
            Name="mine", Source="Custom", Destinations=[{"Type": "AWS_SERVICE", "Location": "xyz"}]
        )


def test_a_server_may_keep_no_trail_or_all_of_it(tmp_path, monkeypatch):
    for mode, count in (("no", 0), ("all", 2)):
        monkeypatch.setenv("VEDETTE_AUDIT", mode)
        server = start_server(tmp_path / mode)
        try:
            server.client("rekognition").create_project(ProjectName="p")
            server.client("rekognition").describe_projects()
            assert len(server.client("cloudtrail").lookup_events()["Events"]) == count
        finally:
            stop_server(server)
        assert (tmp_path / mode / "audit").exists() == bool(count)


def test_a_server_that_stops_leaves_a_whole_trail(tmp_path):
    for _ in range(2):
        server = start_server(tmp_path / "data")
        server.client("sts").get_session_token()
        assert stop_server(server) == 0
    [verdict] = verify_trail(tmp_path / "data", kept_keys(tmp_path / "data"))
    assert list(findings_of([verdict])) == []
    assert verdict.lines == 4
