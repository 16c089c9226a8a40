"""Who is told how events of functions ended, and functions that come back to themselves."""

import json
import time
import urllib.request
from contextlib import suppress

import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner

from doubles.function_servers import make, start_functions, wait_until
from doubles.servers import stop_server
from doubles.webhooks import PATIENCE_S, Hook
from vedette.cli.main import app
from vedette.functions.confine import find_confinement

needs_confinement = pytest.mark.skipif(
    not find_confinement().is_close, reason="nothing here shuts a process in"
)
pytestmark = [needs_confinement, pytest.mark.timeout(300)]

ACCOUNT, REGION = "000000000000", "us-east-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:line-4"
BUS = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
FILE = """
[topics.line-4]
webhook = "{sns}"
events = ["functions"]

[topics.bus]
webhook = "{bus}"
events = ["functions"]
form = "eventbridge"

[topics.deaf]
webhook = "{sns}"
events = ["objects"]
"""
# Answers, or fails as it is told.
SOURCE = """
def handle(event, context):
    if event.get("fail"):
        raise ValueError(event["fail"])
    return {"sorted": event.get("size", 0)}
"""
# Writes an object where it hears of objects, with its own code's boto3 or without any header of its own.
CIRCLE = """
import uuid, boto3
s3 = boto3.client("s3")

def handle(event, context):
    s3.put_object(Bucket="round", Key=f"in/{uuid.uuid4()}", Body=b"")
"""


@pytest.fixture(scope="module")
def hooks():
    sns, bus = Hook(), Hook()
    yield sns, bus
    sns.close()
    bus.close()


@pytest.fixture(scope="module")
def book(tmp_path_factory, hooks):
    file = tmp_path_factory.mktemp("book") / "actions.toml"
    file.write_text(FILE.format(sns=hooks[0].address, bus=hooks[1].address))
    return file


@pytest.fixture(scope="module")
def place(tmp_path_factory, book):
    data = tmp_path_factory.mktemp("results") / "data"
    rights = ("sns:Publish", "events:PutEvents", "lambda:InvokeFunction")
    server = start_functions(data, *rights, VEDETTE_ALARM_ACTIONS=str(book))
    for name in ("failures", "round"):
        server.client("s3").create_bucket(Bucket=name)
    yield server
    assert stop_server(server) == 0


def heard(hook, number):
    """Return what a webhook heard of an invocation."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        for _, _, body in list(hook.requests):
            if number.encode() in body:
                return json.loads(body)
        time.sleep(0.1)
    raise AssertionError(f"nothing was heard of {number}")


def send(client, name, event):
    """Give a function an event that nobody waits for; return its id."""
    answer = client.invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event))
    assert answer["StatusCode"] == 202
    return answer["ResponseMetadata"]["RequestId"]


def log_of(place, name):
    logs = place.client("logs")
    try:
        events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except logs.exceptions.ResourceNotFoundException:
        return ""
    return "".join(event["message"] for event in events)


def figures(place):
    with urllib.request.urlopen(f"{place.address}/metrics", timeout=30) as answer:
        lines = answer.read().decode().splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line[:1] != "#"}


def figure(place, name, outcome):
    labels = f'account="{ACCOUNT}",function="{name}",outcome="{outcome}"'
    return figures(place).get(f"vedette_function_events_total{{{labels}}}", 0.0)


def test_a_dead_letter_is_the_event_with_why_beside_it(place, hooks):
    client = place.client("lambda")
    make(place, "letters", SOURCE, DeadLetterConfig={"TargetArn": TOPIC})
    assert client.get_function_configuration(FunctionName="letters")["DeadLetterConfig"] == {
        "TargetArn": TOPIC
    }
    client.put_function_event_invoke_config(FunctionName="letters", MaximumRetryAttempts=0)
    event = {"fail": "it cannot be sorted", "word": "ü"}
    number = send(client, "letters", event)
    message = heard(hooks[0], number)
    assert json.loads(message.pop("Message")) == event
    assert message.pop("MessageId")
    assert message.pop("Timestamp").endswith("Z")
    assert message == {
        "Type": "Notification",
        "TopicArn": TOPIC,
        "MessageAttributes": {
            "RequestID": {"Type": "String", "Value": number},
            "ErrorCode": {"Type": "Number", "Value": "200"},
            "ErrorMessage": {"Type": "String", "Value": "it cannot be sorted"},
        },
    }
    wait_until(lambda: figure(place, "letters", "failed") == 1)
    client.update_function_configuration(FunctionName="letters", DeadLetterConfig={})
    assert "DeadLetterConfig" not in client.get_function_configuration(FunctionName="letters")


def test_destinations_are_told_the_whole_record(place, hooks):
    client, s3 = place.client("lambda"), place.client("s3")
    arn = make(place, "told", SOURCE)
    wish = {"OnSuccess": {"Destination": BUS}, "OnFailure": {"Destination": "arn:aws:s3:::failures"}}
    put = client.put_function_event_invoke_config(
        FunctionName="told", MaximumRetryAttempts=0, DestinationConfig=wish
    )
    assert put["DestinationConfig"] == wish
    changed = client.update_function_event_invoke_config(FunctionName="told", MaximumEventAgeInSeconds=60)
    assert (changed["MaximumRetryAttempts"], changed["DestinationConfig"]) == (0, wish)
    [listed] = client.list_function_event_invoke_configs(FunctionName="told")["FunctionEventInvokeConfigs"]
    assert listed["MaximumEventAgeInSeconds"] == 60
    number = send(client, "told", {"size": 7})
    event = heard(hooks[1], number)
    assert event["detail-type"] == "Lambda Function Invocation Result - Success"
    assert (event["source"], event["resources"]) == ("vedette.lambda", [BUS, arn])
    moment = event["detail"].pop("timestamp")
    assert event["time"][:19] == moment[:19]
    assert event["detail"] == {
        "version": "1.0",
        "requestContext": {
            "requestId": number,
            "functionArn": f"{arn}:$LATEST",
            "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"size": 7},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST"},
        "responsePayload": {"sorted": 7},
    }
    number = send(client, "told", {"fail": "x" * 10_000})
    [entry] = wait_until(lambda: s3.list_objects_v2(Bucket="failures").get("Contents"))
    record = json.loads(s3.get_object(Bucket="failures", Key=entry["Key"])["Body"].read())
    stamp = record["timestamp"][:19].replace(":", ".")
    assert entry["Key"] == f"aws/lambda/async/told/{stamp[:10].replace('-', '/')}/{stamp}-{number}"
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestPayload"] == {"fail": "x" * 10_000}
    assert record["responseContext"]["functionError"] == "Unhandled"
    assert record["responsePayload"]["errorMessage"] == "x" * 10_000
    client.delete_function_event_invoke_config(FunctionName="told")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_function_event_invoke_config(FunctionName="told")


def test_listeners_are_said_by_the_command_and_what_is_not_typed_stays(place, tmp_path):
    client, code = place.client("lambda"), tmp_path / "typed.py"
    code.write_text(SOURCE.replace("handle", "lambda_handler"))

    def run(*words):
        typed = ["function", *words, "--endpoint", place.address, "--data", str(place.data)]
        return CliRunner().invoke(app, typed)

    def settings():
        found = client.get_function_event_invoke_config(FunctionName="typed")
        targets = {kind: entry.get("Destination") for kind, entry in found["DestinationConfig"].items()}
        return found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"], targets

    role = f"arn:aws:iam::{ACCOUNT}:role/sorting"
    words = ("--dead-letter", TOPIC, "--on-failure", "s3://failures", "--retries", "0", "--oldest", "600")
    made = run("create", "typed", str(code), "--role", role, *words)
    assert made.exit_code == 0, made.output
    failures = "arn:aws:s3:::failures"
    assert settings() == (0, 600, {"OnSuccess": None, "OnFailure": failures})
    changed = run("update", "typed", "--on-success", BUS, "--timeout", "9", "--env", "LINE=1")
    assert changed.exit_code == 0, changed.output
    assert settings() == (0, 600, {"OnSuccess": BUS, "OnFailure": failures})
    again = run("create", "typed", str(code), "--role", role, "--on-failure", "nobody")
    assert again.exit_code == 0, again.output
    assert settings() == (0, 600, {"OnSuccess": BUS, "OnFailure": None})
    found = client.get_function_configuration(FunctionName="typed")
    assert (found["DeadLetterConfig"], found["Timeout"]) == ({"TargetArn": TOPIC}, 30)
    code.write_text(SOURCE.replace("handle", "lambda_handler").replace("sorted", "put"))
    assert run("update", "typed", "--code", str(code), "--dead-letter", "nobody").exit_code == 0
    assert "DeadLetterConfig" not in client.get_function_configuration(FunctionName="typed")
    answer = client.invoke(FunctionName="typed", Payload=b'{"size": 2}')["Payload"].read()
    assert json.loads(answer) == {"put": 2}
    refused = run("update", "typed", "--on-success", "s3://failures")
    assert (refused.exit_code, "buckets are told of failures alone" in refused.output) == (2, True)
    assert settings() == (0, 600, {"OnSuccess": BUS, "OnFailure": None})
    assert run("update", "nothing", "--timeout", "3").exit_code == 2


def test_another_function_is_told(place):
    client, s3 = place.client("lambda"), place.client("s3")
    keeper = "import json, boto3\ndef handle(event, context):\n    "
    keeper += "boto3.client('s3').put_object(Bucket='sorted', Key='kept', Body=json.dumps(event).encode())\n"
    arn = make(place, "keeper", keeper)
    make(place, "handing", SOURCE)
    wish = {"OnSuccess": {"Destination": arn}}
    client.put_function_event_invoke_config(FunctionName="handing", DestinationConfig=wish)
    number = send(client, "handing", {"size": 3})
    wait_until(lambda: s3.list_objects_v2(Bucket="sorted", Prefix="kept").get("Contents"))
    record = json.loads(s3.get_object(Bucket="sorted", Key="kept")["Body"].read())
    assert record["requestContext"]["requestId"] == number
    assert record["responsePayload"] == {"sorted": 3}


@pytest.mark.parametrize(
    ("member", "target", "sentence"),
    [
        ("OnSuccess", "arn:aws:s3:::failures", "buckets are told of failures alone"),
        ("OnFailure", "arn:aws:sqs:us-east-1:000000000000:queue", "is no topic, function, bus or bucket"),
        (
            "OnFailure",
            "arn:aws:sns:us-east-1:000000000000:deaf",
            "no topic of that name with events of functions",
        ),
        ("OnFailure", "arn:aws:sns:us-east-1:111122223333:line-4", "no topic of that name"),
        ("OnFailure", "arn:aws:lambda:us-east-1:000000000000:function:none", "there is no function"),
        ("OnFailure", "arn:aws:lambda:us-east-1:111122223333:function:told", "another account"),
        ("OnSuccess", "arn:aws:events:us-east-1:111122223333:event-bus/default", "is not the bus"),
        ("OnFailure", "arn:aws:s3:::nowhere", "does not let picky s3:PutObject"),
        ("OnFailure", "arn:aws:s3:::failures/inner", "is no bucket; it is told as arn:aws:s3:::name"),
    ],
)
def test_a_target_that_cannot_be_told_is_refused(place, member, target, sentence):
    client = place.client("lambda")
    with suppress(client.exceptions.ResourceConflictException):
        make(place, "picky", SOURCE)
    with pytest.raises(ClientError, match=sentence) as refusal:
        client.put_function_event_invoke_config(
            FunctionName="picky", DestinationConfig={member: {"Destination": target}}
        )
    assert refusal.value.response["Error"]["Code"] == "InvalidParameterValueException"
    assert not client.list_function_event_invoke_configs(FunctionName="picky")["FunctionEventInvokeConfigs"]


def test_a_right_that_the_role_lost_ends_the_telling_and_is_said(place, hooks):
    client, iam = place.client("lambda"), place.client("iam")
    make(place, "deprived", SOURCE)
    wish = {"OnSuccess": {"Destination": TOPIC}}
    client.put_function_event_invoke_config(FunctionName="deprived", DestinationConfig=wish)
    statement = {"Effect": "Deny", "Action": "sns:Publish", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName="sorting", PolicyName="none", PolicyDocument=document)
    try:
        time.sleep(1)
        number = send(client, "deprived", {})
        wait_until(lambda: "does not let deprived sns:Publish" in log_of(place, "deprived"))
        assert figure(place, "deprived", "untold") == 1
        assert not any(number.encode() in body for _, _, body in hooks[0].requests)
        with pytest.raises(ClientError, match="does not let late sns:Publish"):
            make(place, "late", SOURCE, DeadLetterConfig={"TargetArn": TOPIC})
    finally:
        iam.delete_role_policy(RoleName="sorting", PolicyName="none")
        time.sleep(1)


def test_a_function_that_writes_where_it_hears_of_objects_is_stopped(place, hooks):
    client, s3 = place.client("lambda"), place.client("s3")
    arn = make(place, "circle", CIRCLE, DeadLetterConfig={"TargetArn": TOPIC})
    assert client.get_function_recursion_config(FunctionName="circle")["RecursiveLoop"] == "Terminate"
    client.add_permission(
        FunctionName="circle", StatementId="s3", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"
    )
    rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    rules = {"LambdaFunctionConfigurations": [rule]}
    s3.put_bucket_notification_configuration(Bucket="round", NotificationConfiguration=rules)
    s3.put_object(Bucket="round", Key="in/first", Body=b"")
    wait_until(lambda: figure(place, "circle", "stopped") == 1, 120)
    message = heard(hooks[0], "circle was called 16 times")
    assert json.loads(message["Message"])["Records"][0]["s3"]["bucket"]["name"] == "round"
    assert message["MessageAttributes"]["ErrorMessage"]["Value"].startswith(
        "circle was called 16 times by what it does itself, and is called no more"
    )
    # The first object, and one of each of the sixteen calls.
    assert s3.list_objects_v2(Bucket="round")["KeyCount"] == 17
    assert "circle was called 16 times by what it does itself" in log_of(place, "circle")
    time.sleep(3)
    assert s3.list_objects_v2(Bucket="round")["KeyCount"] == 17
    assert figure(place, "circle", "handled") == 16
    # Who means it says so.
    allowed = client.put_function_recursion_config(FunctionName="circle", RecursiveLoop="Allow")
    assert allowed["RecursiveLoop"] == "Allow"
    assert client.get_function_recursion_config(FunctionName="circle")["RecursiveLoop"] == "Allow"
    s3.put_object(Bucket="round", Key="in/second", Body=b"")
    wait_until(lambda: s3.list_objects_v2(Bucket="round")["KeyCount"] > 17 + 1 + 20, 120)
    s3.put_bucket_notification_configuration(Bucket="round", NotificationConfiguration={})


def test_a_function_that_calls_itself_is_stopped(place):
    client = place.client("lambda")
    source = """
import boto3, json
client = boto3.client("lambda")

def handle(event, context):
    client.invoke(FunctionName="again", InvocationType="Event", Payload=json.dumps({"n": event["n"] + 1}))
    print("round", event["n"])
"""
    make(place, "again", source)
    send(client, "again", {"n": 1})
    wait_until(lambda: figure(place, "again", "stopped") == 1, 120)
    assert figure(place, "again", "handled") == 16
    assert "round 16END" in log_of(place, "again")
    assert "round 17" not in log_of(place, "again")


def test_who_is_told_its_own_failures_is_stopped_once(place):
    client = place.client("lambda")
    arn = make(place, "sisyphus", "def handle(event, context):\n    raise ValueError('again')\n")
    wish = {"OnFailure": {"Destination": arn}}
    client.put_function_event_invoke_config(
        FunctionName="sisyphus", MaximumRetryAttempts=0, DestinationConfig=wish
    )
    send(client, "sisyphus", {})
    wait_until(lambda: "was stopped before" in log_of(place, "sisyphus"), 120)
    time.sleep(3)
    assert figure(place, "sisyphus", "failed") == 16
    # That it was stopped is told, to itself, and no more than that.
    assert figure(place, "sisyphus", "stopped") == 2


def test_what_is_nested_too_deep_to_be_written_again_is_told_as_text(place, hooks):
    client = place.client("lambda")
    make(place, "deep", "def handle(event, context):\n    return event\n")
    wish = {"OnSuccess": {"Destination": BUS}, "OnFailure": {"Destination": BUS}}
    client.put_function_event_invoke_config(
        FunctionName="deep", MaximumRetryAttempts=0, DestinationConfig=wish
    )
    # Of the first one a handler can be told, of the second one not even that.
    for depth, outcome in ((253, "handled"), (300, "failed")):
        text = "[" * depth + "]" * depth
        answer = client.invoke(FunctionName="deep", InvocationType="Event", Payload=text)
        detail = heard(hooks[1], answer["ResponseMetadata"]["RequestId"])["detail"]
        assert detail["requestPayload"] == text
        wait_until(lambda outcome=outcome: figure(place, "deep", outcome) == 1)
