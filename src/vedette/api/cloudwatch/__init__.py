"""CloudWatch: figures asked for and put, and alarms, by its three protocols."""

from vedette.api.cloudwatch.alarms import (
    delete_alarms,
    describe_alarm_history,
    describe_alarms,
    describe_alarms_for_metric,
    disable_alarm_actions,
    enable_alarm_actions,
    put_metric_alarm,
    set_alarm_state,
)
from vedette.api.cloudwatch.dashboards import (
    delete_dashboards,
    get_dashboard,
    list_dashboards,
    put_dashboard,
)
from vedette.api.cloudwatch.faults import translate
from vedette.api.cloudwatch.figures import (
    get_metric_data,
    get_metric_statistics,
    list_metrics,
    put_metric_data,
)
from vedette.api.cloudwatch.permissions import PERMISSIONS
from vedette.api.cloudwatch.tags import list_tags_for_resource, tag_resource, untag_resource
from vedette.api.operations import Handler, OperationsDoor
from vedette.api.protocols import QueryCompatibleProtocol

OPERATIONS: dict[str, Handler] = {
    "DeleteAlarms": delete_alarms,
    "DeleteDashboards": delete_dashboards,
    "DescribeAlarmHistory": describe_alarm_history,
    "DescribeAlarms": describe_alarms,
    "DescribeAlarmsForMetric": describe_alarms_for_metric,
    "DisableAlarmActions": disable_alarm_actions,
    "EnableAlarmActions": enable_alarm_actions,
    "GetDashboard": get_dashboard,
    "GetMetricData": get_metric_data,
    "GetMetricStatistics": get_metric_statistics,
    "ListDashboards": list_dashboards,
    "ListMetrics": list_metrics,
    "ListTagsForResource": list_tags_for_resource,
    "PutDashboard": put_dashboard,
    "PutMetricAlarm": put_metric_alarm,
    "PutMetricData": put_metric_data,
    "SetAlarmState": set_alarm_state,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}

DOOR = OperationsDoor(
    # Clients sign as `monitoring`; policies and ARNs say `cloudwatch`.
    QueryCompatibleProtocol("monitoring", "GraniteServiceVersion20100801"),
    OPERATIONS,
    translate,
    title="CloudWatch",
    permissions=PERMISSIONS,
    prefix="cloudwatch",
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
