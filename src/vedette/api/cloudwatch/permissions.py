"""What each operation of CloudWatch asks for."""

from vedette.api.permissions import REQUEST_TAGS, RESOURCE_TAG, Permission

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
    "SetAlarmState": "alarm:NAME",
}
# Dashboards are of all regions, so their ARNs name none.
OF_DASHBOARDS = ("DeleteDashboards", "GetDashboard", "PutDashboard")
DASHBOARD = "arn:aws:cloudwatch::ACCOUNT:dashboard/NAME"
ALARM = "alarm:NAME"
OF_TAGS: dict[str, tuple[Permission, ...]] = {
    "ListTagsForResource": (Permission("cloudwatch:ListTagsForResource", ALARM, (RESOURCE_TAG,)),),
    "PutMetricAlarm": (
        Permission("cloudwatch:PutMetricAlarm", ALARM, (RESOURCE_TAG, *REQUEST_TAGS)),
        Permission("cloudwatch:TagResource", ALARM, (RESOURCE_TAG, *REQUEST_TAGS), "with Tags"),
    ),
    "TagResource": (Permission("cloudwatch:TagResource", ALARM, (RESOURCE_TAG, *REQUEST_TAGS)),),
    "UntagResource": (Permission("cloudwatch:UntagResource", ALARM, (RESOURCE_TAG, "aws:TagKeys")),),
}
PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    **{name: (Permission(f"cloudwatch:{name}"),) for name in UNRESTRICTED},
    **{
        name: (Permission(f"cloudwatch:{name}", resource, (RESOURCE_TAG,)),)
        for name, resource in OF_ALARMS.items()
    },
    **OF_TAGS,
    **{name: (Permission(f"cloudwatch:{name}", DASHBOARD),) for name in OF_DASHBOARDS},
}
