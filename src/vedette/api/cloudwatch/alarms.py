"""Alarms, in CloudWatch's terms."""

import math
from datetime import datetime
from typing import Any

from vedette.api.cloudwatch.readings import metric_of, place_of, queries_of
from vedette.api.cloudwatch.tags import tags_of_list
from vedette.api.house import Caller, House
from vedette.api.paging import PageMembers, read_page
from vedette.clock import from_milliseconds, milliseconds
from vedette.errors import Missing, Unbuilt, Wrong
from vedette.monitoring.alarm import STATES, AlarmRule
from vedette.monitoring.alarms import StoredAlarm, arn_of
from vedette.monitoring.extended import read_extended
from vedette.monitoring.metrics import MetricName
from vedette.monitoring.queries import (
    STATISTICS,
    MetricQuery,
    MetricStatistic,
    answer,
    read_period,
    read_statistic,
)

RECORDS = PageMembers(size="MaxRecords")
MEMBERS = {"OKActions": "OK", "AlarmActions": "ALARM", "InsufficientDataActions": "INSUFFICIENT_DATA"}
MOST_ACTIONS = 5
UNSUPPORTED = ("ThresholdMetricId",)
LOW_SAMPLES = "EvaluateLowSampleCountPercentile"


def put_metric_alarm(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make an alarm, or change one."""
    place, name = place_of(caller), request["AlarmName"]
    tags = tags_of_list(request.get("Tags", ()))
    caller.require("PutMetricAlarm", arn_of(place, name), tags=tags)
    if tags:
        caller.require("TagResource", arn_of(place, name), tags=tags)
    rule = _rule(request)
    # What cannot be evaluated is refused now, and not found out at night.
    now = house.monitoring.metrics.now()
    answer(house.monitoring.metrics, place, rule.queries, since=now - rule.period, until=now)
    has_actions = request.get("ActionsEnabled", True)
    house.monitoring.alarms.put(place, name, rule, has_actions=has_actions, tags=tags)
    return {}


def _rule(request: dict[str, Any]) -> AlarmRule:
    for name in UNSUPPORTED:
        if name in request:
            raise Unbuilt(f"{name} of PutMetricAlarm is not supported yet.", name=name)
    if "Threshold" not in request:
        raise Wrong("The parameter Threshold is required.", kind="absent")
    if not math.isfinite(request["Threshold"]):
        raise Wrong("The parameter Threshold is no number.")
    queries = _queries(request)
    returned = [query for query in queries if query.returns]
    if len(returned) != 1:
        raise Wrong("Exactly one of an alarm's Metrics has ReturnData true.")
    periods = {query.statistic.period for query in queries if query.statistic is not None}
    if len(periods) != 1:
        raise Wrong("An alarm's metrics have one Period.")
    return AlarmRule(
        queries=tuple(queries),
        is_simple="Metrics" not in request,
        period=periods.pop(),
        periods=request["EvaluationPeriods"],
        to_alarm=request.get("DatapointsToAlarm", request["EvaluationPeriods"]),
        threshold=request["Threshold"],
        comparison=request["ComparisonOperator"],
        missing=request.get("TreatMissingData", "missing"),
        description=request.get("AlarmDescription", ""),
        low_samples=_low_samples(request),
        actions=_actions(request),
    )


def _low_samples(request: dict[str, Any]) -> str:
    extended = read_extended(request.get("ExtendedStatistic", ""))
    if LOW_SAMPLES in request and (extended is None or extended.share is None):
        raise Wrong(f"{LOW_SAMPLES} belongs to an alarm whose ExtendedStatistic is a percentile: p99.")
    return str(request.get(LOW_SAMPLES, ""))


def _actions(request: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    actions = {state: tuple(request.get(member, ())) for member, state in MEMBERS.items()}
    for names in actions.values():
        if len(names) > MOST_ACTIONS:
            raise Wrong(f"An alarm calls {MOST_ACTIONS} at most for each state.")
        for text in names:
            if not text.startswith("arn:aws:sns:") or text.count(":") != 5:
                raise Unbuilt(f"The action {text[:100]} is not supported yet: topics are (arn:aws:sns:…).")
    return actions


def _queries(request: dict[str, Any]) -> list[MetricQuery]:
    if "Metrics" in request:
        if "MetricName" in request:
            raise Wrong("An alarm has either a MetricName or Metrics.", kind="combination")
        return queries_of(request["Metrics"])
    if "Statistic" in request and "ExtendedStatistic" in request:
        raise Wrong("An alarm has either a Statistic or an ExtendedStatistic.", kind="combination")
    name = request.get("ExtendedStatistic", request.get("Statistic"))
    if name is None or "Period" not in request:
        raise Wrong("An alarm of one metric needs a Statistic and a Period.", kind="absent")
    if "ExtendedStatistic" in request and name in STATISTICS:
        raise Wrong(f"{name} is no extended statistic: it belongs to Statistic.")
    period = read_period(request["Period"])
    statistic = MetricStatistic(metric_of(request), read_statistic(name), period, request.get("Unit", ""))
    return [MetricQuery("m1", statistic)]


def describe_alarms(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List alarms by their names, a prefix, a state or whom they call."""
    place = place_of(caller)
    caller.require("DescribeAlarms", arn_of(place, "*"))
    names, prefix = set(request.get("AlarmNames", ())), request.get("AlarmNamePrefix", "")
    if names and prefix:
        raise Wrong("Ask for AlarmNames or for an AlarmNamePrefix.", kind="combination")
    if "ChildrenOfAlarmName" in request or "ParentsOfAlarmName" in request:
        raise Unbuilt("Composite alarms are not supported yet.", name="CompositeAlarm")
    filters = (sorted(names), prefix, request.get("StateValue"), request.get("ActionPrefix"))
    page = read_page(
        house, request, "DescribeAlarms", caller.account, caller.region, filters, size=50, members=RECORDS
    )
    alarms = [
        alarm
        for alarm in house.monitoring.alarms.find(place)
        if (not names or alarm.name in names)
        and alarm.name.startswith(prefix)
        and request.get("StateValue") in (None, alarm.state)
        and _calls(alarm, request.get("ActionPrefix", ""))
    ]
    if "MetricAlarm" not in request.get("AlarmTypes", ["MetricAlarm"]):
        alarms = []
    begin = page.after(0)
    rows = [_described(alarm) for alarm in alarms[begin : begin + page.size]]
    is_more = len(alarms) > begin + page.size
    return page.answer({"MetricAlarms": rows, "CompositeAlarms": []}, begin + page.size if is_more else None)


def _calls(alarm: StoredAlarm, prefix: str) -> bool:
    return not prefix or any(
        action.startswith(prefix) for actions in alarm.rule.actions.values() for action in actions
    )


def describe_alarms_for_metric(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the alarms of one metric."""
    place = place_of(caller)
    caller.require("DescribeAlarmsForMetric", "*")
    metric = metric_of(request)
    rows = [
        _described(alarm)
        for alarm in house.monitoring.alarms.find(place)
        for query in alarm.rule.queries
        if alarm.rule.is_simple and query.statistic is not None and query.statistic.metric == metric
    ]
    return {"MetricAlarms": rows}


def delete_alarms(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete alarms, all of them or none."""
    place, names = place_of(caller), request["AlarmNames"]
    for name in names:
        caller.require("DeleteAlarms", arn_of(place, name))
    house.monitoring.alarms.delete(place, list(dict.fromkeys(names)))
    return {}


def set_alarm_state(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Put an alarm into a state until it is evaluated next, as people try whom it calls."""
    place, name = place_of(caller), request["AlarmName"]
    caller.require("SetAlarmState", arn_of(place, name))
    if request["StateValue"] not in STATES:
        raise Wrong(f"StateValue is one of {', '.join(STATES)}.")
    alarms_named = [alarm for alarm in house.monitoring.alarms.find(place) if alarm.name == name]
    if not alarms_named:
        raise Missing(f"There is no alarm {name}.", kind="alarm", name=name)
    data = request.get("StateReasonData", "")
    house.monitoring.watch.move(alarms_named[0], request["StateValue"], request["StateReason"], data)
    return {}


def enable_alarm_actions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Have alarms call whom they name."""
    return _enable(house, caller, request, "EnableAlarmActions")


def disable_alarm_actions(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Have alarms call nobody."""
    return _enable(house, caller, request, "DisableAlarmActions")


def _enable(house: House, caller: Caller, request: dict[str, Any], action: str) -> dict[str, Any]:
    place = place_of(caller)
    for name in request["AlarmNames"]:
        caller.require(action, arn_of(place, name))
    is_enabled = action == "EnableAlarmActions"
    house.monitoring.alarms.enable(place, request["AlarmNames"], is_enabled=is_enabled)
    return {}


def describe_alarm_history(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List what happened to alarms, the newest first unless asked otherwise."""
    place = place_of(caller)
    caller.require("DescribeAlarmHistory", arn_of(place, request.get("AlarmName", "*")))
    page = read_page(
        house, request, "DescribeAlarmHistory", caller.account, caller.region,
        [request.get(name) for name in ("AlarmName", "HistoryItemType", "StartDate", "EndDate", "ScanBy")],
        size=100, members=RECORDS,
    )  # fmt: skip
    lines = [
        line
        for line in house.monitoring.alarms.history(
            place,
            since_ms=_milliseconds(request.get("StartDate"), 0),
            until_ms=_milliseconds(request.get("EndDate"), 2**62),
        )
        if request.get("AlarmName") in (None, line.name)
        and request.get("HistoryItemType") in (None, line.kind)
    ]
    if request.get("ScanBy") == "TimestampAscending":
        lines.reverse()
    begin = page.after(0)
    rows = [
        {
            "AlarmName": line.name,
            "AlarmType": "MetricAlarm",
            "Timestamp": from_milliseconds(line.at_ms),
            "HistoryItemType": line.kind,
            "HistorySummary": line.summary,
            "HistoryData": line.data,
        }
        for line in lines[begin : begin + page.size]
    ]
    is_more = len(lines) > begin + page.size
    return page.answer({"AlarmHistoryItems": rows}, begin + page.size if is_more else None)


def _milliseconds(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else milliseconds(moment)


def _described(alarm: StoredAlarm) -> dict[str, Any]:
    rule = alarm.rule
    row: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmArn": alarm.arn,
        "AlarmConfigurationUpdatedTimestamp": from_milliseconds(alarm.changed_ms),
        "ActionsEnabled": alarm.has_actions,
        **{member: list(rule.actions.get(state, ())) for member, state in MEMBERS.items()},
        "StateValue": alarm.state,
        "StateReason": alarm.reason,
        "StateUpdatedTimestamp": from_milliseconds(alarm.state_ms),
        "StateTransitionedTimestamp": from_milliseconds(alarm.moved_ms),
        "EvaluationPeriods": rule.periods,
        "DatapointsToAlarm": rule.to_alarm,
        "Threshold": rule.threshold,
        "ComparisonOperator": rule.comparison,
        "TreatMissingData": rule.missing,
    }
    if rule.description:
        row["AlarmDescription"] = rule.description
    if alarm.reason_data:
        row["StateReasonData"] = alarm.reason_data
    if not rule.is_simple:
        return {**row, "Metrics": [_query_described(query) for query in rule.queries]}
    statistic = rule.queries[0].statistic
    assert statistic is not None
    member = "Statistic" if statistic.statistic in STATISTICS else "ExtendedStatistic"
    row |= {**_metric_described(statistic.metric), member: statistic.statistic}
    row |= {LOW_SAMPLES: rule.low_samples} if rule.low_samples else {}
    row |= {"Period": 60 * statistic.period} | ({"Unit": statistic.unit} if statistic.unit else {})
    return row


def _query_described(query: MetricQuery) -> dict[str, Any]:
    row: dict[str, Any] = {"Id": query.id, "ReturnData": query.returns}
    if query.label:
        row["Label"] = query.label
    if query.statistic is None:
        return {**row, "Expression": query.expression}
    statistic = query.statistic
    described = {
        "Metric": _metric_described(statistic.metric),
        "Period": 60 * statistic.period,
        "Stat": statistic.statistic,
    }
    return {**row, "MetricStat": described | ({"Unit": statistic.unit} if statistic.unit else {})}


def _metric_described(metric: MetricName) -> dict[str, Any]:
    return {
        "Namespace": metric.namespace,
        "MetricName": metric.name,
        "Dimensions": [{"Name": name, "Value": value} for name, value in metric.dimensions],
    }
