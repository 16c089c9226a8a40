"""What a topic is told of an alarm's move: as SNS carries it for CloudWatch, or as an event of EventBridge.

Programs that read alarms look into `Trigger`, or into the event's `configuration`, for what was watched.
"""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vedette.clock import from_milliseconds
from vedette.monitoring.alarm import AlarmRule
from vedette.monitoring.alarms import StoredAlarm
from vedette.monitoring.metrics import MetricName
from vedette.monitoring.queries import MetricQuery, MetricStatistic

# Programs that match by it know that AWS did not send it.
SOURCE = "vedette.cloudwatch"
TITLE = "CloudWatch Alarm State Change"
# How SNS's messages write statistics; percentiles keep their names.
WORDS = {
    "SampleCount": "SAMPLE_COUNT",
    "Average": "AVERAGE",
    "Sum": "SUM",
    "Minimum": "MINIMUM",
    "Maximum": "MAXIMUM",
}


@dataclass(frozen=True, slots=True)
class AlarmMove:
    """An alarm as it was, and what it became, why and when."""

    alarm: StoredAlarm
    state: str
    reason: str
    data: str
    moment: datetime

    def body(self, form: str, topic: str) -> dict[str, Any]:
        """Return what a topic, named by its ARN, is told in its form."""
        return self.event() if form == "eventbridge" else self.message(topic)

    def message(self, topic: str) -> dict[str, Any]:
        """Return it as SNS delivers it."""
        alarm, rule = self.alarm, self.alarm.rule
        facts = {
            "AlarmName": alarm.name,
            "AlarmDescription": rule.description or None,
            "AWSAccountId": alarm.place.account,
            "AlarmConfigurationUpdatedTimestamp": _stamp(from_milliseconds(alarm.changed_ms)),
            "NewStateValue": self.state,
            "NewStateReason": self.reason,
            "StateChangeTime": _stamp(self.moment),
            "Region": alarm.place.region,
            "AlarmArn": alarm.arn,
            "OldStateValue": alarm.state,
            "OKActions": rule.actions.get("OK", ()),
            "AlarmActions": rule.actions.get("ALARM", ()),
            "InsufficientDataActions": rule.actions.get("INSUFFICIENT_DATA", ()),
            "Trigger": _trigger(rule),
        }
        return {
            "Type": "Notification",
            "MessageId": str(uuid.uuid4()),
            "TopicArn": topic,
            "Subject": f'{self.state}: "{alarm.name}" in {alarm.place.region}',
            "Message": json.dumps(facts),
            "Timestamp": _stamp(self.moment).replace("+0000", "Z"),
        }

    def event(self) -> dict[str, Any]:
        """Return it as EventBridge delivers it."""
        alarm = self.alarm
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": TITLE,
            "source": SOURCE,
            "account": alarm.place.account,
            "time": f"{self.moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "region": alarm.place.region,
            "resources": [alarm.arn],
            "detail": {
                "alarmName": alarm.name,
                "state": _state(self.state, self.reason, self.data, self.moment),
                "previousState": _state(
                    alarm.state, alarm.reason, alarm.reason_data, from_milliseconds(alarm.state_ms)
                ),
                "configuration": {
                    "description": alarm.rule.description,
                    "metrics": [_watched(query) for query in alarm.rule.queries],
                },
            },
        }


def _stamp(moment: datetime) -> str:
    """Return a moment as CloudWatch writes it."""
    whole = moment.astimezone(UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{whole.microsecond // 1000:03}+0000"


def _trigger(rule: AlarmRule) -> dict[str, Any]:
    """Return what an alarm watches, in the words of SNS's messages."""
    facts = {
        "Period": 60 * rule.period,
        "EvaluationPeriods": rule.periods,
        "DatapointsToAlarm": rule.to_alarm,
        "ComparisonOperator": rule.comparison,
        "Threshold": rule.threshold,
        "TreatMissingData": rule.missing,
        "EvaluateLowSampleCountPercentile": rule.low_samples,
    }
    statistic = rule.queries[0].statistic
    if not rule.is_simple or statistic is None:
        return {**facts, "Metrics": [_query(query) for query in rule.queries]}
    kind = "Statistic" if statistic.statistic in WORDS else "ExtendedStatistic"
    return {
        **_metric(statistic.metric),
        "StatisticType": kind,
        kind: WORDS.get(statistic.statistic, statistic.statistic),
        "Unit": statistic.unit or None,
        **facts,
    }


def _metric(metric: MetricName) -> dict[str, Any]:
    pairs = [{"value": value, "name": name} for name, value in metric.dimensions]
    return {"MetricName": metric.name, "Namespace": metric.namespace, "Dimensions": pairs}


def _query(query: MetricQuery) -> dict[str, Any]:
    facts: dict[str, Any] = {"Id": query.id, "ReturnData": query.returns}
    facts |= {"Label": query.label} if query.label else {}
    statistic = query.statistic
    if statistic is None:
        return facts | {"Expression": query.expression}
    described = {"Metric": _metric(statistic.metric), "Period": 60 * statistic.period}
    return facts | {"MetricStat": described | {"Stat": statistic.statistic}}


def _state(value: str, reason: str, data: str, moment: datetime) -> Mapping[str, str]:
    facts = {"value": value, "reason": reason, "timestamp": _stamp(moment)}
    return facts | ({"reasonData": data} if data else {})


def _watched(query: MetricQuery) -> dict[str, Any]:
    """Return one query in the words of EventBridge's events."""
    facts: dict[str, Any] = {"id": query.id, "returnData": query.returns}
    facts |= {"label": query.label} if query.label else {}
    if query.statistic is None:
        return facts | {"expression": query.expression}
    return facts | {"metricStat": _measured(query.statistic)}


def _measured(statistic: MetricStatistic) -> dict[str, Any]:
    metric = statistic.metric
    identity = {"namespace": metric.namespace, "name": metric.name, "dimensions": dict(metric.dimensions)}
    return {"metric": identity, "period": 60 * statistic.period, "stat": statistic.statistic}
