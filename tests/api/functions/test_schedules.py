"""Rules on a schedule over the wire, as the AWS CLI and boto3 make them."""

import json
import signal
import sqlite3
import time

import pytest
from botocore.exceptions import ClientError

from doubles.function_servers import make, start_functions, wait_until
from doubles.servers import start_server, stop_server
from vedette.cli.main import app
from vedette.functions.confine import find_confinement

needs_confinement = pytest.mark.skipif(
    not find_confinement().is_close, reason="nothing here shuts a process in"
)
pytestmark = [needs_confinement, pytest.mark.timeout(300)]
NOTER = """
import boto3
s3 = boto3.client("s3")

def handle(event, context):
    s3.put_object(Bucket="sorted", Key=f"{event.get('time', event)}/{context.aws_request_id}", Body=b"")
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    server = start_functions(tmp_path_factory.mktemp("schedules") / "data")
    make(server, "noting", NOTER)
    yield server
    stop_server(server)


ARN = "arn:aws:lambda:us-east-1:000000000000:function:noting"


def test_a_rule_is_made_described_listed_and_removed(place):
    events = place.client("events")
    made = events.put_rule(
        Name="nightly", ScheduleExpression="cron(0 2 * * ? *)", Description="At two.", State="DISABLED"
    )
    arn = "arn:aws:events:us-east-1:000000000000:rule/nightly"
    assert made["RuleArn"] == arn
    answer = events.put_targets(
        Rule="nightly",
        Targets=[
            {"Id": "1", "Arn": ARN, "Input": '{"line": 1}', "RetryPolicy": {"MaximumEventAgeInSeconds": 60}},
            {"Id": "2", "Arn": ARN, "Input": "{no json"},
            {"Id": "3", "Arn": "arn:aws:sqs:us-east-1:000000000000:queue"},
            {"Id": "4", "Arn": ARN.replace("000000000000", "111122223333")},
            {"Id": "5", "Arn": ARN, "InputPath": "$.detail"},
            {"Id": "6", "Arn": ARN, "RetryPolicy": {"MaximumRetryAttempts": 0}},
        ],
    )
    assert answer["FailedEntryCount"] == 5
    assert [entry["TargetId"] for entry in answer["FailedEntries"]] == ["2", "3", "4", "5", "6"]
    assert "MaximumRetryAttempts of targets is not" in answer["FailedEntries"][-1]["ErrorMessage"]
    assert "JSON syntax error" in answer["FailedEntries"][0]["ErrorMessage"]
    [target] = events.list_targets_by_rule(Rule="nightly")["Targets"]
    assert target == {
        "Id": "1",
        "Arn": ARN,
        "Input": '{"line": 1}',
        "RetryPolicy": {"MaximumEventAgeInSeconds": 60},
    }
    assert events.list_rule_names_by_target(TargetArn=ARN)["RuleNames"] == ["nightly"]
    events.enable_rule(Name="nightly")
    found = events.describe_rule(Name="nightly", EventBusName="default")
    assert (found["State"], found["ScheduleExpression"]) == ("ENABLED", "cron(0 2 * * ? *)")
    assert (found["Description"], found["CreatedBy"]) == ("At two.", "000000000000")
    for number in range(3):
        events.put_rule(Name=f"page-{number}", ScheduleExpression="rate(1 day)")
    first = events.list_rules(NamePrefix="page-", Limit=2)
    rest = events.list_rules(NamePrefix="page-", Limit=2, NextToken=first["NextToken"])
    assert [rule["Name"] for page in (first, rest) for rule in page["Rules"]] == [
        "page-0",
        "page-1",
        "page-2",
    ]
    with pytest.raises(ClientError, match="since it has targets"):
        events.delete_rule(Name="nightly")
    assert events.remove_targets(Rule="nightly", Ids=["1"])["FailedEntryCount"] == 0
    for name in ("nightly", "nightly", "page-0", "page-1", "page-2"):
        events.delete_rule(Name=name)
    with pytest.raises(events.exceptions.ResourceNotFoundException):
        events.describe_rule(Name="nightly")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"ScheduleExpression": "rate(5 minute)"}, "ScheduleExpression is not valid"),
        ({}, "ScheduleExpression must be specified"),
        ({"EventPattern": '{"source": ["aws.s3"]}'}, "EventPattern of rules is not supported here"),
        ({"ScheduleExpression": "rate(1 day)", "RoleArn": "arn:aws:iam::000000000000:role/x"}, "RoleArn"),
        ({"ScheduleExpression": "rate(1 day)", "EventBusName": "other"}, "Event bus other does not exist"),
        ({"ScheduleExpression": "rate(1 day)", "Tags": [{"Key": "a", "Value": "b"}]}, "Tags of rules"),
    ],
)
def test_what_is_not_here_is_refused(place, more, sentence):
    with pytest.raises(ClientError, match=sentence):
        place.client("events").put_rule(Name="never", **more)
    assert place.client("events").list_rules(NamePrefix="never")["Rules"] == []


def test_functions_of_the_longest_names_have_schedules_and_buckets(place, tmp_path, capsys):
    code = tmp_path / "a.py"
    code.write_text(NOTER)
    role = place.client("iam").get_role(RoleName="sorting")["Role"]["Arn"]
    bucket = "b" * 63
    place.client("s3").create_bucket(Bucket=bucket)
    names = ["n" * 63 + end for end in "ab"]
    for name in names:
        words = ["function", "create", name, str(code), "--role", role, "--handler", "a.handle"]
        words += ["--every", "1d", "--on", f"s3://{bucket}/{name[-1]}/"]
        with pytest.raises(SystemExit) as end:
            app([*words, "--data", str(place.data), "--endpoint", place.address])
        assert not end.value.code, capsys.readouterr().err
    events = place.client("events")
    for name in names:
        [rule] = events.list_rule_names_by_target(TargetArn=ARN.replace("noting", name))["RuleNames"]
        events.remove_targets(Rule=rule, Ids=["function"])
        events.delete_rule(Name=rule)


def test_a_rule_of_the_command_line_calls_although_the_server_was_killed(tmp_path, capsys):
    server = start_functions(tmp_path / "data")
    try:
        code = tmp_path / "a.py"
        code.write_text(NOTER)
        role = server.client("iam").get_role(RoleName="sorting")["Role"]["Arn"]
        words = ["function", "create", "noting", str(code), "--role", role, "--handler", "a.handle"]
        for every in ("1h", "1m"):  # the second time it is changed
            with pytest.raises(SystemExit) as end:
                app([*words, "--every", every, "--data", str(server.data), "--endpoint", server.address])
            assert not end.value.code, capsys.readouterr().err
        [rule] = server.client("events").list_rules()["Rules"]
        assert (rule["Name"], rule["ScheduleExpression"]) == ("vedette-noting", "rate(1 minute)")
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        server.process.stdout.close()
        # As if it had been away for some minutes.
        due_ms = round(time.time() * 1000) - 200_000
        with sqlite3.connect(server.data / "vedette.db") as database:
            assert database.execute("UPDATE function_rules SET due_ms = ?", (due_ms,)).rowcount == 1
        database.close()
        server = start_server(server.data, VEDETTE_FUNCTIONS="confined")
        s3 = server.client("s3")
        objects = wait_until(lambda: s3.list_objects_v2(Bucket="sorted").get("Contents"))
        assert objects[0]["Key"].startswith("20")
        with pytest.raises(SystemExit):
            app(["function", "logs", "noting", "--data", str(server.data)])
        assert "were missed, since no server ran" in capsys.readouterr().out
        lists = server.client("lambda").get_policy(FunctionName="noting")["Policy"]
        assert json.loads(lists)["Statement"][0]["Principal"] == {"Service": "events.amazonaws.com"}
    finally:
        stop_server(server)
