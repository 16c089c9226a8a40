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
    cloudwatch.delete_alarms(AlarmNames=["lamp"])
    assert cloudwatch.describe_alarms(AlarmNames=["lamp"])["MetricAlarms"] == []


def test_alarms_have_tags_until_they_are_deleted(server, cloudwatch):
    made = {
        "AlarmName": "tagged", "Namespace": "Line", "MetricName": "Parts", "Statistic": "Sum", "Period": 60,
        "EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "LessThanThreshold",
    }  # fmt: skip
    cloudwatch.put_metric_alarm(**made, Tags=[{"Key": "line", "Value": "4"}])
    [row] = cloudwatch.describe_alarms(AlarmNames=["tagged"])["MetricAlarms"]
    arn = row["AlarmArn"]

    def tags():
        listed = cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in listed}

    # Of an alarm that is there a put changes no tags, as CloudWatch has it.
    cloudwatch.put_metric_alarm(**made, Tags=[{"Key": "line", "Value": "5"}])
    assert tags() == {"line": "4"}
    cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "stage", "Value": "test"}])
    assert tags() == {"line": "4", "stage": "test"}
    cloudwatch.untag_resource(ResourceARN=arn, TagKeys=["line", "none"])
    assert tags() == {"stage": "test"}
    many = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
    with pytest.raises(ClientError, match="51 tags; 50 are the most"):
        cloudwatch.tag_resource(ResourceARN=arn, Tags=many)
    with pytest.raises(ClientError, match="twice"):
        cloudwatch.tag_resource(ResourceARN=arn, Tags=[many[0], many[0]])
    with pytest.raises(ClientError, match="reserved"):
        cloudwatch.tag_resource(ResourceARN=arn, Tags=[{"Key": "aws:x", "Value": ""}])
    for other in (
        arn.replace(":alarm:", ":dashboard/"),
        arn + "x",
        arn.replace(row["AlarmArn"].split(":")[4], "1" * 12),
    ):
        with pytest.raises(ClientError):
            cloudwatch.tag_resource(ResourceARN=other, Tags=many[:1])
    assert tags() == {"stage": "test"}
    cloudwatch.delete_alarms(AlarmNames=["tagged"])
    cloudwatch.put_metric_alarm(**made)
    assert tags() == {}
    cloudwatch.delete_alarms(AlarmNames=["tagged"])
