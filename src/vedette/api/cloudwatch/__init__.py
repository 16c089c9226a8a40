"""CloudWatch: figures asked for and put, by its three protocols."""

from vedette.api.cloudwatch.faults import translate
from vedette.api.cloudwatch.figures import (
    get_metric_data,
    get_metric_statistics,
    list_metrics,
    put_metric_data,
)
from vedette.api.cloudwatch.permissions import PERMISSIONS
from vedette.api.operations import Handler, OperationsDoor
from vedette.api.protocols import QueryCompatibleProtocol

OPERATIONS: dict[str, Handler] = {
    "GetMetricData": get_metric_data,
    "GetMetricStatistics": get_metric_statistics,
    "ListMetrics": list_metrics,
    "PutMetricData": put_metric_data,
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
