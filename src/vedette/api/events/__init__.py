"""EventBridge: rules on a schedule that call functions."""

from vedette.api.events.faults import translate
from vedette.api.events.rules import (
    delete_rule,
    describe_rule,
    disable_rule,
    enable_rule,
    list_rules,
    list_rules_of_target,
    put_rule,
)
from vedette.api.events.targets import list_targets, put_targets, remove_targets
from vedette.api.operations import Handler, OperationsDoor, operation
from vedette.api.permissions import Permission
from vedette.api.protocols import JsonProtocol

OPERATIONS: dict[str, Handler] = {
    "DeleteRule": delete_rule,
    "DescribeRule": describe_rule,
    "DisableRule": operation(effect="writes")(disable_rule),
    "EnableRule": operation(effect="writes")(enable_rule),
    "ListRuleNamesByTarget": list_rules_of_target,
    "ListRules": list_rules,
    "ListTargetsByRule": list_targets,
    "PutRule": put_rule,
    "PutTargets": put_targets,
    "RemoveTargets": remove_targets,
}
OF_ALL = ("ListRuleNamesByTarget", "ListRules")
PERMISSIONS = {
    name: (Permission(f"events:{name}", *(() if name in OF_ALL else ("rule/NAME",))),) for name in OPERATIONS
}

DOOR = OperationsDoor(
    JsonProtocol("events"),
    OPERATIONS,
    translate,
    title="EventBridge",
    permissions=PERMISSIONS,
    instead="Rules here call functions on a schedule; buckets tell of their objects by notifications.",
)

__all__ = ["DOOR", "OPERATIONS", "translate"]
