"""Alarms and dashboards by boto3, over the wire."""

import json

import pytest
from botocore.exceptions import ClientError

from doubles.cloudwatch import ask_cbor, ask_json

BODY = json.dumps(
    {"widgets": [{"type": "metric", "properties": {"title": "Hours run and inference units used"}}]}
)


@pytest.fixture(scope="module")
def cloudwatch(server):
    return server.client("cloudwatch")


def test_a_dashboard_is_kept_as_it_was_written(cloudwatch, server):
    cloudwatch.put_dashboard(DashboardName="Hours", DashboardBody=BODY)
    answer = cloudwatch.get_dashboard(DashboardName="Hours")
    assert answer["DashboardBody"] == BODY
    (row,) = cloudwatch.list_dashboards(DashboardNamePrefix="Ho")["DashboardEntries"]
    assert (row["DashboardName"], row["Size"], row["DashboardArn"]) == (
        "Hours", len(BODY), answer["DashboardArn"],
    )  # fmt: skip
    for body in ("{", "[]", "{}", '{"widgets": 1}'):
        with pytest.raises(cloudwatch.exceptions.DashboardInvalidInputError):
            cloudwatch.put_dashboard(DashboardName="Hours", DashboardBody=body)
    with pytest.raises(ClientError, match="does not exist"):
        cloudwatch.delete_dashboards(DashboardNames=["Hours", "none"])
    cloudwatch.delete_dashboards(DashboardNames=["Hours"])
    with pytest.raises(ClientError, match="does not exist"):
        cloudwatch.get_dashboard(DashboardName="Hours")


def test_an_alarm_is_put_described_and_moved_by_all_three(cloudwatch, server):
    rule = {
        "AlarmName": "lamp",
        "Namespace": "AWS/LookoutVision",
        "MetricName": "DetectedAnomalyCount",
        "Dimensions": [{"Name": "ProjectName", "Value": "none yet"}],
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 2,
        "Threshold": 1.5,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    cloudwatch.put_metric_alarm(**rule)
    (row,) = cloudwatch.describe_alarms(AlarmNames=["lamp"])["MetricAlarms"]
    assert {name: row[name] for name in rule} == rule
    assert (row["StateValue"], row["ActionsEnabled"]) == ("INSUFFICIENT_DATA", True)
    for ask, state in ((ask_json, "ALARM"), (ask_cbor, "OK")):
        moved = {"AlarmName": "lamp", "StateValue": state, "StateReason": "a try"}
        assert ask(server, "SetAlarmState", moved)[0] == 200
        assert (
            ask(server, "DescribeAlarms", {"AlarmNames": ["lamp"]})[2]["MetricAlarms"][0]["StateValue"]
            == state
        )
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound):
        cloudwatch.set_alarm_state(AlarmName="none", StateValue="OK", StateReason="a try")
    with pytest.raises(ClientError, match="not supported yet"):
        cloudwatch.tag_resource(ResourceARN=row["AlarmArn"], Tags=[{"Key": "a", "Value": "b"}])
    cloudwatch.delete_alarms(AlarmNames=["lamp"])
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []
