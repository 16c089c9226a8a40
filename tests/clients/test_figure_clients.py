"""CloudWatch and CloudTrail by unmodified clients: two boto3, the AWS CLI, the JavaScript SDK."""

import json
import shutil
import sys
import uuid
from datetime import UTC, datetime, timedelta
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
    "slow": ["p90", "ignore", False],
    "history": True,
    "dashboard": True,
    "event": True,
}
# Of ten values, ten times each; percentiles are told from buckets that are 1 % wide.
SPREAD = {
    "extended": {"p50": 50, "p99.9": 100, "PR(:55)": 50},
    "trimmed": {"q0": 90, "q1": 55, "q2": 55},
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
    assert answers.pop("nonsense") in BAD
    for name, wanted in SPREAD.items():
        assert answers.pop(name) == pytest.approx(wanted, rel=0.011)
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
    see_percentiles(aws, space)


def see_percentiles(aws, space):
    """Ask for percentiles as people type them, and have an alarm on one."""
    moment = datetime.now(UTC)  # noqa: TID251  (a customer has no other clock)
    since = ["--start-time", f"{moment - timedelta(minutes=10):%Y-%m-%dT%H:%M:%SZ}"]
    since += ["--end-time", f"{moment + timedelta(minutes=2):%Y-%m-%dT%H:%M:%SZ}"]
    metric = ["--namespace", space, "--metric-name", "Parts"]
    ask = ["cloudwatch", "get-metric-statistics", *metric, "--period", "60", *since]
    (point,) = json.loads(aws(*ask, "--extended-statistics", "p90", "IQM", "tm90"))["Datapoints"]
    assert point["ExtendedStatistics"] == pytest.approx({"p90": 7, "IQM": 7, "tm90": 7}, rel=0.011)
    stat = {"Metric": {"Namespace": space, "MetricName": "Parts"}, "Period": 60, "Stat": "p99.9"}
    queries = json.dumps([{"Id": "q", "MetricStat": stat}])
    (result,) = json.loads(aws("cloudwatch", "get-metric-data", "--metric-data-queries", queries, *since))[
        "MetricDataResults"
    ]
    assert result["Values"] == pytest.approx([7], rel=0.011)
    words = [*metric, "--extended-statistic", "p99", "--period", "60", "--evaluation-periods", "1"]
    words += ["--threshold", "1", "--comparison-operator", "GreaterThanThreshold"]
    aws("cloudwatch", "put-metric-alarm", "--alarm-name", "slow-by-hand", *words)
    (alarm,) = json.loads(aws("cloudwatch", "describe-alarms", "--alarm-names", "slow-by-hand"))[
        "MetricAlarms"
    ]
    assert alarm["ExtendedStatistic"] == "p99"
    aws("cloudwatch", "delete-alarms", "--alarm-names", "slow-by-hand")
