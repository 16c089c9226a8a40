"""What each operation of CloudWatch asks for."""

from vedette.api.permissions import Permission

# The service has no resource for figures: a policy allows them or not.
UNRESTRICTED = (
    "DescribeAlarmsForMetric", "GetMetricData", "GetMetricStatistics", "ListDashboards", "ListMetrics",
    "PutMetricData",
)  # fmt: skip
OF_ALARMS = {
    "DeleteAlarms": "alarm:NAME",
    "DescribeAlarmHistory": "alarm:NAME",
    "DescribeAlarms": "alarm:*",
    "DisableAlarmActions": "alarm:NAME",
    "EnableAlarmActions": "alarm:NAME",
    "PutMetricAlarm": "alarm:NAME",
    "SetAlarmState": "alarm:NAME",
}
# Dashboards are of all regions, so their ARNs name none.
OF_DASHBOARDS = ("DeleteDashboards", "GetDashboard", "PutDashboard")
DASHBOARD = "arn:aws:cloudwatch::ACCOUNT:dashboard/NAME"
PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    **{name: (Permission(f"cloudwatch:{name}"),) for name in UNRESTRICTED},
    **{name: (Permission(f"cloudwatch:{name}", resource),) for name, resource in OF_ALARMS.items()},
    **{name: (Permission(f"cloudwatch:{name}", DASHBOARD),) for name in OF_DASHBOARDS},
}
