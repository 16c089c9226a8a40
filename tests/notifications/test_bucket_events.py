"""What happens to objects told to those who wait, asked for and caused by boto3 at a running server."""

import itertools
import json
import urllib.request
from urllib.parse import unquote_plus

import pytest
from botocore.exceptions import ClientError

from doubles.servers import start_server, stop_server
from doubles.webhooks import PATIENCE_S, Hook

ACCOUNT, REGION = "000000000000", "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:line-4"
COUNT = itertools.count()
FILE = """
[topics.line-4]
webhook = "{sns}"
events = ["objects"]

[topics.bus]
webhook = "{bus}"
events = ["objects"]
form = "eventbridge"

[topics.pager]
webhook = "{sns}"

[topics."111122223333:theirs"]
webhook = "{sns}"
events = ["objects"]
"""


@pytest.fixture(scope="module")
def hooks():
    sns, bus = Hook(), Hook()
    yield sns, bus
    sns.close()
    bus.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory, hooks):
    folder = tmp_path_factory.mktemp("events")
    book = folder / "actions.toml"
    book.write_text(FILE.format(sns=hooks[0].address, bus=hooks[1].address))
    running = start_server(folder / "data", VEDETTE_ALARM_ACTIONS=str(book))
    yield running
    assert stop_server(running) == 0


@pytest.fixture(scope="module")
def s3(running):
    return running.client("s3")


@pytest.fixture
def bucket(s3, hooks):
    for hook in hooks:
        hook.requests.clear()
    name = f"told-{next(COUNT)}"
    s3.create_bucket(Bucket=name)
    yield name
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={})


def watch(s3, bucket, *rules, **others):
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"TopicConfigurations": list(rules), **others}
    )


def rule(*events, target=TOPIC, prefix="", suffix="", name="a rule"):
    rules = [{"Name": "prefix", "Value": prefix}] if prefix else []
    rules += [{"Name": "suffix", "Value": suffix}] if suffix else []
    filters = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
    return {"Id": name, "TopicArn": target, "Events": [f"s3:{event}" for event in events], **filters}


def records(hook, count):
    """Return the records that a topic in SNS's form heard, once there are so many."""
    found = []
    while len(found) < count:
        assert hook.heard.acquire(timeout=PATIENCE_S), f"only {len(found)} of {count} were heard"
        bodies = [json.loads(body) for _, _, body in hook.requests]
        found = [one for body in bodies for one in json.loads(body["Message"]).get("Records", ())]
    return sorted(found, key=lambda record: record["s3"]["object"]["sequencer"])


def test_what_happens_to_objects_is_told_in_order_and_in_the_form_of_s3(s3, bucket, hooks):
    watch(s3, bucket, rule("ObjectCreated:*", "ObjectRemoved:*", "ObjectTagging:*", "ObjectAcl:Put"))
    put = s3.put_object(Bucket=bucket, Key="a b/ü.png", Body=b"12345")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "a b/ü.png"})
    upload = s3.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
    part = s3.upload_part(Bucket=bucket, Key="parts", UploadId=upload, PartNumber=1, Body=b"1")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    s3.complete_multipart_upload(Bucket=bucket, Key="parts", UploadId=upload, MultipartUpload=parts)
    form = s3.generate_presigned_post(bucket, "form")
    _post_form(form)
    tags = {"TagSet": [{"Key": "line", "Value": "4"}]}
    s3.put_object_tagging(Bucket=bucket, Key="copy", Tagging=tags)
    s3.delete_object_tagging(Bucket=bucket, Key="copy")
    s3.put_object(Bucket=bucket, Key="copy", Body=b"over")
    s3.delete_object(Bucket=bucket, Key="copy")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "form"}, {"Key": "parts"}]})
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(Bucket=bucket, Key="v", Body=b"1")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="v")["VersionId"]
    s3.delete_object(Bucket=bucket, Key="v", VersionId=version)
    told = records(hooks[0], 13)
    assert [(one["eventName"], unquote_plus(one["s3"]["object"]["key"])) for one in told] == [
        ("ObjectCreated:Put", "a b/ü.png"),
        ("ObjectCreated:Copy", "copy"),
        ("ObjectCreated:CompleteMultipartUpload", "parts"),
        ("ObjectCreated:Post", "form"),
        ("ObjectTagging:Put", "copy"),
        ("ObjectTagging:Delete", "copy"),
        ("ObjectCreated:Put", "copy"),
        ("ObjectRemoved:Delete", "copy"),
        ("ObjectRemoved:Delete", "form"),
        ("ObjectRemoved:Delete", "parts"),
        ("ObjectCreated:Put", "v"),
        ("ObjectRemoved:DeleteMarkerCreated", "v"),
        ("ObjectRemoved:Delete", "v"),
    ]
    first, versions = told[0], [one["s3"]["object"].get("versionId") for one in told]
    assert versions == [None] * 10 + [version, marker, version]
    answered = put["ResponseMetadata"]["HTTPHeaders"]
    assert first["responseElements"] == {
        "x-amz-request-id": answered["x-amz-request-id"],
        "x-amz-id-2": answered["x-amz-id-2"],
    }
    assert first["requestParameters"] == {"sourceIPAddress": "127.0.0.1"}
    assert (first["eventSource"], first["awsRegion"], first["eventVersion"]) == ("aws:s3", REGION, "2.1")
    sequencer = first["s3"]["object"]["sequencer"]
    thing = {"key": "a+b/%C3%BC.png", "size": 5, "eTag": put["ETag"].strip('"'), "sequencer": sequencer}
    assert first["s3"]["object"] == thing
    assert first["s3"]["bucket"]["arn"] == f"arn:aws:s3:::{bucket}"
    assert first["s3"]["configurationId"] == "a rule"


def _post_form(form):
    edge = "a-boundary-of-this-form"
    fields = {**form["fields"], "file": "bytes"}
    lines = [
        f'--{edge}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    body = ("".join(lines) + f"--{edge}--\r\n").encode()
    headers = {"content-type": f"multipart/form-data; boundary={edge}"}
    with urllib.request.urlopen(urllib.request.Request(form["url"], body, headers)) as answer:
        assert answer.status == 204


def test_a_topic_that_a_bucket_names_is_told_so_by_s3s_own_message(s3, bucket, hooks):
    watch(s3, bucket, rule("ObjectCreated:Put"), rule("ObjectRemoved:*", name="another"))
    assert hooks[0].heard.acquire(timeout=PATIENCE_S)
    ((_, _, body),) = [one for one in hooks[0].requests if bucket in one[2].decode()]
    envelope = json.loads(body)
    message = json.loads(envelope["Message"])
    assert (envelope["TopicArn"], envelope["Subject"]) == (TOPIC, "Amazon S3 Notification")
    assert (message["Service"], message["Event"], message["Bucket"]) == (
        "Amazon S3", "s3:TestEvent", bucket,
    )  # fmt: skip
    assert set(message) == {"Service", "Event", "Time", "Bucket", "RequestId", "HostId"}


def test_filters_and_names_of_events_choose(s3, bucket, hooks):
    pictures = rule("ObjectCreated:*", prefix="in/", suffix=".png", name="pictures")
    removed = rule("ObjectRemoved:Delete", name="removed")
    watch(s3, bucket, pictures, removed)
    answer = s3.get_bucket_notification_configuration(Bucket=bucket)
    assert [one["Id"] for one in answer["TopicConfigurations"]] == ["pictures", "removed"]
    for key in ("in/1.jpg", "out/2.png", "in/3.png", "in/4.PNG"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"1")
    s3.delete_object(Bucket=bucket, Key="out/2.png")
    s3.delete_object(Bucket=bucket, Key="it was never there")
    told = records(hooks[0], 2)
    found = [(one["s3"]["configurationId"], one["s3"]["object"]["key"]) for one in told]
    assert found == [("pictures", "in/3.png"), ("removed", "out/2.png")]


def test_the_bus_of_an_account_hears_all_in_its_own_form(s3, bucket, hooks):
    watch(s3, bucket, EventBridgeConfiguration={})
    s3.put_object(Bucket=bucket, Key="a b", Body=b"123")
    s3.delete_object(Bucket=bucket, Key="a b")
    for _ in range(2):
        assert hooks[1].heard.acquire(timeout=PATIENCE_S)
    events = [json.loads(body) for _, _, body in hooks[1].requests]
    events.sort(key=lambda event: event["detail"]["object"]["sequencer"])
    assert [event["detail-type"] for event in events] == ["Object Created", "Object Deleted"]
    created, deleted = events
    assert (created["source"], created["resources"]) == ("vedette.s3", [f"arn:aws:s3:::{bucket}"])
    assert created["detail"]["object"]["key"] == "a b"
    assert (created["detail"]["reason"], deleted["detail"]["reason"]) == ("PutObject", "DeleteObject")
    assert deleted["detail"]["deletion-type"] == "Permanently Deleted"
    assert created["id"] != deleted["id"]
    assert hooks[0].requests == []


REFUSED = [
    (rule("ObjectCreated:*", target=f"arn:aws:sns:{REGION}:{ACCOUNT}:nobody"), "destination"),
    (rule("ObjectCreated:*", target=f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"), "destination"),
    (rule("ObjectCreated:*", target=f"arn:aws:sns:{REGION}:111122223333:theirs"), "destination"),
    (rule("ObjectCreated:*", target="http://169.254.169.254/latest"), "destination"),
    (rule("ObjectCreated:*", target="theirs"), "destination"),
    (rule("ObjectCreated:Everything"), "not supported"),
]


@pytest.mark.parametrize(("wrong", "problem"), REFUSED)
def test_what_the_operator_did_not_allow_is_no_target(s3, bucket, wrong, problem):
    with pytest.raises(ClientError, match=problem) as caught:
        watch(s3, bucket, wrong)
    assert caught.value.response["Error"]["Code"] == "InvalidArgument"
    assert "TopicConfigurations" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_a_target_that_nobody_looked_at_when_it_was_named_hears_nothing_all_the_same(s3, bucket, hooks):
    theirs = rule("ObjectCreated:*", target=f"arn:aws:sns:{REGION}:111122223333:theirs", name="theirs")
    own = rule("ObjectRemoved:*", name="own")
    s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"TopicConfigurations": [theirs, own]},
        SkipDestinationValidation=True,
    )
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    s3.delete_object(Bucket=bucket, Key="a")
    assert [one["eventName"] for one in records(hooks[0], 1)] == ["ObjectRemoved:Delete"]


AMBIGUOUS = [
    (rule("ObjectCreated:*", name="1"), rule("ObjectCreated:Put", name="2", prefix="a/")),
    (rule("ObjectCreated:Put", name="1", suffix=".png"), rule("ObjectCreated:*", name="2", suffix="x.png")),
]


@pytest.mark.parametrize("rules", AMBIGUOUS)
def test_rules_of_which_two_would_tell_one_event_are_refused(s3, bucket, rules):
    with pytest.raises(ClientError, match="ambiguously"):
        watch(s3, bucket, *rules)


def test_rules_apart_by_their_filters_stand_beside_one_another(s3, bucket):
    watch(
        s3,
        bucket,
        rule("ObjectCreated:*", name="1", prefix="a/"),
        rule("ObjectCreated:*", name="2", prefix="b/"),
        rule("ObjectRemoved:*", name="3"),
    )
    two = {"Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "a"}] * 2}}}
    with pytest.raises(ClientError, match="more than one prefix"):
        watch(s3, bucket, rule("ObjectCreated:*") | two)
    assert len(s3.get_bucket_notification_configuration(Bucket=bucket)["TopicConfigurations"]) == 3


def test_many_uploads_are_all_told_once_and_in_order(s3, bucket, hooks):
    watch(s3, bucket, rule("ObjectCreated:*"))
    for number in range(300):
        s3.put_object(Bucket=bucket, Key=f"{number:04}", Body=b"1")
    told = records(hooks[0], 300)
    assert [one["s3"]["object"]["key"] for one in told] == [f"{number:04}" for number in range(300)]
    sequencers = [one["s3"]["object"]["sequencer"] for one in told]
    assert sequencers == sorted(set(sequencers))


def test_an_alarm_s_webhook_is_told_by_way_of_the_outbox(running, hooks):
    hooks[0].requests.clear()
    cloudwatch = running.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName="too many",
        Namespace="Plant",
        MetricName="Rejected",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=5.0,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:pager"],
    )
    cloudwatch.set_alarm_state(AlarmName="too many", StateValue="ALARM", StateReason="a try")
    body = {}
    while "AlarmName" not in body:
        assert hooks[0].heard.acquire(timeout=PATIENCE_S)
        body = json.loads(json.loads(hooks[0].requests[-1][2])["Message"])
    assert (body["AlarmName"], body["NewStateValue"]) == ("too many", "ALARM")
    told = [line.split() for line in running.vedette("notification", "list").splitlines()]
    assert [line[3:5] for line in told if "alarm" in line] == [["pager", "alarm"]]
    assert len(hooks[0].requests) == 1, "it is told once"
