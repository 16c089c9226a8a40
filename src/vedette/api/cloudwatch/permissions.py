"""What each operation of CloudWatch asks for."""

from vedette.api.permissions import Permission

PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    name: (Permission(f"cloudwatch:{name}"),)
    for name in ("GetMetricData", "GetMetricStatistics", "ListMetrics", "PutMetricData")
}
