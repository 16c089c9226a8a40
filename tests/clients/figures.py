"""Figures, alarms, dashboards and events by boto3, as customers have it; prints one JSON object."""

import json
import sys
from datetime import UTC, datetime, timedelta

import boto3
from botocore.exceptions import ClientError

mark = sys.argv[1]
watch, trail = boto3.client("cloudwatch"), boto3.client("cloudtrail")
found: dict[str, object] = {}


def code_of(call, **members):
    try:
        call(**members)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


now = datetime.now(UTC).replace(second=0, microsecond=0)  # noqa: TID251  (a customer has no other clock)
own = {"Namespace": f"Line/{mark}", "MetricName": "Parts"}
by_line = [{"Name": "line", "Value": "4"}]
watch.put_metric_data(
    Namespace=own["Namespace"],
    MetricData=[
        {
            "MetricName": "Parts",
            "Dimensions": by_line,
            "Value": value,
            "Timestamp": now - timedelta(minutes=2),
            "Unit": "Count",
        }
        for value in (3.0, 5.0)
    ],
)
period = {"StartTime": now - timedelta(minutes=10), "EndTime": now + timedelta(minutes=1)}
points = watch.get_metric_statistics(
    **own, Dimensions=by_line, Period=60, Statistics=["Sum", "Maximum", "SampleCount"], **period
)["Datapoints"]
found["point"] = [[point["Sum"], point["Maximum"], point["SampleCount"], point["Unit"]] for point in points]
stat = {"Metric": {**own, "Dimensions": by_line}, "Period": 60, "Stat": "Sum"}
results = watch.get_metric_data(
    MetricDataQueries=[
        {"Id": "m1", "MetricStat": stat, "ReturnData": False},
        {"Id": "e1", "Expression": "SUM(METRICS()) * 2", "Label": "twice"},
    ],
    **period,
)["MetricDataResults"]
found["expression"] = [[result["Id"], result["Label"], result["Values"]] for result in results]
found["listed"] = [
    [metric["MetricName"], metric["Dimensions"]]
    for metric in watch.list_metrics(Namespace=own["Namespace"])["Metrics"]
]
spread = {"Namespace": own["Namespace"], "MetricName": "Seconds"}
tens = [float(value) for value in range(10, 101, 10)]
watch.put_metric_data(
    Namespace=own["Namespace"],
    MetricData=[
        {
            "MetricName": "Seconds",
            "Values": tens,
            "Counts": [10.0] * 10,
            "Timestamp": now - timedelta(minutes=2),
        }
    ],
)
[point] = watch.get_metric_statistics(
    **spread, Period=60, ExtendedStatistics=["p50", "p99.9", "PR(:55)"], **period
)["Datapoints"]
found["extended"] = point["ExtendedStatistics"]
results = watch.get_metric_data(
    MetricDataQueries=[
        {"Id": f"q{count}", "MetricStat": {"Metric": spread, "Period": 60, "Stat": name}}
        for count, name in enumerate(("p90", "tm(20%:80%)", "IQM"))
    ],
    **period,
)["MetricDataResults"]
found["trimmed"] = {result["Id"]: result["Values"][0] for result in results}
slow = f"slow-{mark}"
watch.put_metric_alarm(
    AlarmName=slow,
    **spread,
    ExtendedStatistic="p90",
    EvaluateLowSampleCountPercentile="ignore",
    Period=60,
    EvaluationPeriods=1,
    Threshold=95.0,
    ComparisonOperator="GreaterThanThreshold",
)
[described] = watch.describe_alarms(AlarmNames=[slow])["MetricAlarms"]
found["slow"] = [
    described["ExtendedStatistic"],
    described["EvaluateLowSampleCountPercentile"],
    "Statistic" in described,
]
found["nonsense"] = code_of(
    watch.get_metric_statistics, **spread, Period=60, ExtendedStatistics=["p101"], **period
)
watch.delete_alarms(AlarmNames=[slow])
alarm = f"few-{mark}"
watch.put_metric_alarm(
    AlarmName=alarm,
    **own,
    Dimensions=by_line,
    Statistic="Sum",
    Period=60,
    EvaluationPeriods=1,
    Threshold=1.0,
    ComparisonOperator="LessThanThreshold",
    TreatMissingData="breaching",
)
watch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="tried by hand")
[described] = watch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
found["alarm"] = [described["StateValue"], described["Threshold"], described["TreatMissingData"]]
history = watch.describe_alarm_history(AlarmName=alarm, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
found["history"] = len(history) >= 1
watch.put_dashboard(DashboardName=f"board-{mark}", DashboardBody=json.dumps({"widgets": []}))
body = watch.get_dashboard(DashboardName=f"board-{mark}")["DashboardBody"]
found["dashboard"] = json.loads(body) == {"widgets": []}
found["unknown"] = code_of(watch.get_dashboard, DashboardName="none")
found["bad"] = code_of(watch.get_metric_statistics, **own, Period=7, Statistics=["Sum"], **period)
watch.delete_alarms(AlarmNames=[alarm])
watch.delete_dashboards(DashboardNames=[f"board-{mark}"])
events = trail.lookup_events(
    LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutMetricAlarm"}]
)["Events"]
found["event"] = json.loads(events[0]["CloudTrailEvent"])["requestParameters"]["alarmName"] == alarm
print(json.dumps(found))
