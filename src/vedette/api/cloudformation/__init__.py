"""CloudFormation: stacks of what a template declares, each resource made by its own service's operations."""

from vedette.api.cloudformation.change_sets import (
    create_change_set,
    delete_change_set,
    describe_change_set,
    execute_change_set,
    list_change_sets,
)
from vedette.api.cloudformation.describing import (
    describe_stack_events,
    describe_stack_resource,
    describe_stack_resources,
    describe_stacks,
    list_exports,
    list_imports,
    list_stack_resources,
    list_stacks,
)
from vedette.api.cloudformation.drift import (
    describe_stack_drift_detection_status,
    describe_stack_resource_drifts,
    detect_stack_drift,
    detect_stack_resource_drift,
)
from vedette.api.cloudformation.faults import translate
from vedette.api.cloudformation.maker import TypeMaker
from vedette.api.cloudformation.permissions import PERMISSIONS
from vedette.api.cloudformation.stack_policies import get_stack_policy, set_stack_policy
from vedette.api.cloudformation.stacks import (
    cancel_update_stack,
    continue_update_rollback,
    create_stack,
    delete_stack,
    signal_resource,
    update_stack,
    update_termination_protection,
)
from vedette.api.cloudformation.templates import (
    estimate_template_cost,
    get_template,
    get_template_summary,
    validate_template,
)
from vedette.api.operations import Handler, OperationsDoor
from vedette.api.protocols import QueryProtocol

OPERATIONS: dict[str, Handler] = {
    "CancelUpdateStack": cancel_update_stack,
    "ContinueUpdateRollback": continue_update_rollback,
    "CreateChangeSet": create_change_set,
    "CreateStack": create_stack,
    "DeleteChangeSet": delete_change_set,
    "DeleteStack": delete_stack,
    "DescribeChangeSet": describe_change_set,
    "DescribeStackDriftDetectionStatus": describe_stack_drift_detection_status,
    "DescribeStackEvents": describe_stack_events,
    "DescribeStackResource": describe_stack_resource,
    "DescribeStackResourceDrifts": describe_stack_resource_drifts,
    "DescribeStackResources": describe_stack_resources,
    "DescribeStacks": describe_stacks,
    "DetectStackDrift": detect_stack_drift,
    "DetectStackResourceDrift": detect_stack_resource_drift,
    "EstimateTemplateCost": estimate_template_cost,
    "ExecuteChangeSet": execute_change_set,
    "GetStackPolicy": get_stack_policy,
    "GetTemplate": get_template,
    "GetTemplateSummary": get_template_summary,
    "ListChangeSets": list_change_sets,
    "ListExports": list_exports,
    "ListImports": list_imports,
    "ListStackResources": list_stack_resources,
    "ListStacks": list_stacks,
    "SetStackPolicy": set_stack_policy,
    "SignalResource": signal_resource,
    "UpdateStack": update_stack,
    "UpdateTerminationProtection": update_termination_protection,
    "ValidateTemplate": validate_template,
}

DOOR = OperationsDoor(
    QueryProtocol("cloudformation"), OPERATIONS, translate, title="CloudFormation", permissions=PERMISSIONS
)

__all__ = ["DOOR", "OPERATIONS", "TypeMaker", "translate"]
