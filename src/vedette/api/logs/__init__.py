"""CloudWatch Logs: what functions printed, a log group a function."""

from vedette.api.logs.events import filter_log_events, get_log_events
from vedette.api.logs.faults import translate
from vedette.api.logs.groups import (
    delete_log_group,
    delete_retention_policy,
    describe_log_groups,
    describe_log_streams,
    put_retention_policy,
)
from vedette.api.operations import Handler, OperationsDoor, operation
from vedette.api.permissions import Permission
from vedette.api.protocols import JsonProtocol

OPERATIONS: dict[str, Handler] = {
    "DeleteLogGroup": delete_log_group,
    "DeleteRetentionPolicy": delete_retention_policy,
    "DescribeLogGroups": describe_log_groups,
    "DescribeLogStreams": describe_log_streams,
    "FilterLogEvents": operation(effect="reads")(filter_log_events),
    "GetLogEvents": get_log_events,
    "PutRetentionPolicy": put_retention_policy,
}
RESOURCES = {
    "DescribeLogGroups": "log-group::log-stream:",
    "GetLogEvents": "log-group:/aws/lambda/NAME:log-stream:STREAM",
}
PERMISSIONS = {
    name: (Permission(f"logs:{name}", RESOURCES.get(name, "log-group:/aws/lambda/NAME:log-stream:")),)
    for name in OPERATIONS
}

DOOR = OperationsDoor(
    JsonProtocol("logs"),
    OPERATIONS,
    translate,
    title="CloudWatch Logs",
    permissions=PERMISSIONS,
    instead="Log groups here are those of functions, which write them themselves.",
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
