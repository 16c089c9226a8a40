"""CloudWatch and CloudTrail by unmodified clients: two boto3, the AWS CLI, the JavaScript SDK."""

import json
import shutil
import sys
import uuid
from pathlib import Path

import pytest

from doubles.clients import customer, run

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
LINE = [{"Name": "line", "Value": "4"}]
EXPECTED = {
    "point": [[8.0, 5.0, 2.0, "Count"]],
    "expression": [["e1", "twice", [16.0]]],
    "listed": [["Parts", LINE]],
    "alarm": ["ALARM", 1.0, "breaching"],
    "history": True,
    "dashboard": True,
    "event": True,
}
# Clients of Query say codes, those of JSON and CBOR the names of errors.
UNKNOWN = {"ResourceNotFound", "DashboardNotFoundError", "ResourceNotFoundException"}
BAD = {"InvalidParameterValue", "InvalidParameterValueException", "ValidationError"}


@pytest.fixture
def mark():
    return uuid.uuid4().hex[:8]


def hold(text):
    answers = json.loads(text)
    assert answers.pop("unknown") in UNKNOWN
    assert answers.pop("bad") in BAD
    assert answers == EXPECTED


def test_the_last_boto3_with_lookoutvision_sees_figures(any_server, mark, tmp_path):
    hold(run(sys.executable, str(HERE / "figures.py"), mark, env=customer(any_server, tmp_path)))


def test_the_newest_boto3_sees_figures(any_server, newest, mark, tmp_path):
    hold(run(str(newest / "python"), str(HERE / "figures.py"), mark, env=customer(any_server, tmp_path)))


def test_the_javascript_sdk_sees_figures(any_server, javascript, mark, tmp_path):
    script = javascript / "figures.mjs"
    shutil.copyfile(HERE / "figures.mjs", script)
    hold(run("node", str(script), mark, env=customer(any_server, tmp_path), cwd=javascript))


def test_the_aws_cli_sees_figures(any_server, newest, mark, tmp_path):
    environment = customer(any_server, tmp_path)

    def aws(*words):
        return run(str(newest / "aws"), *words, env=environment, cwd=tmp_path)

    space = f"Line/{mark}"
    aws("cloudwatch", "put-metric-data", "--namespace", space, "--metric-name", "Parts", "--value", "7")
    metrics = json.loads(aws("cloudwatch", "list-metrics", "--namespace", space))["Metrics"]
    assert [metric["MetricName"] for metric in metrics] == ["Parts"]
    alarm = f"few-{mark}"
    words = ["--namespace", space, "--metric-name", "Parts", "--statistic", "Sum", "--period", "60"]
    words += ["--evaluation-periods", "1", "--threshold", "1"]
    words += ["--comparison-operator", "LessThanThreshold"]
    aws("cloudwatch", "put-metric-alarm", "--alarm-name", alarm, *words)
    described = json.loads(aws("cloudwatch", "describe-alarms", "--alarm-names", alarm))
    assert [one["AlarmName"] for one in described["MetricAlarms"]] == [alarm]
    aws("cloudwatch", "delete-alarms", "--alarm-names", alarm)
    attribute = "AttributeKey=EventName,AttributeValue=DeleteAlarms"
    events = json.loads(aws("cloudtrail", "lookup-events", "--lookup-attributes", attribute))["Events"]
    assert json.loads(events[0]["CloudTrailEvent"])["requestParameters"] == {"alarmNames": [alarm]}
