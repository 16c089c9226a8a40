"""AWS Lambda: functions of one version, made from a zip and called."""

from vedette.api.functions.actor import RoleActor
from vedette.api.functions.event_settings import (
    delete_event_settings,
    get_event_settings,
    list_event_settings,
    put_event_settings,
    update_event_settings,
)
from vedette.api.functions.faults import translate
from vedette.api.functions.invoking import invoke
from vedette.api.functions.looking import get_configuration, get_function, list_functions
from vedette.api.functions.making import create_function, delete_function, update_code, update_configuration
from vedette.api.functions.permissions import PERMISSIONS
from vedette.api.functions.policies import add_permission, get_policy, remove_permission
from vedette.api.functions.recursion import get_recursion, put_recursion
from vedette.api.operations import Handler, OperationsDoor
from vedette.api.protocols import RestJsonProtocol

OPERATIONS: dict[str, Handler] = {
    "AddPermission": add_permission,
    "CreateFunction": create_function,
    "DeleteFunction": delete_function,
    "DeleteFunctionEventInvokeConfig": delete_event_settings,
    "GetFunction": get_function,
    "GetFunctionConfiguration": get_configuration,
    "GetFunctionEventInvokeConfig": get_event_settings,
    "GetFunctionRecursionConfig": get_recursion,
    "GetPolicy": get_policy,
    "Invoke": invoke,
    "ListFunctionEventInvokeConfigs": list_event_settings,
    "ListFunctions": list_functions,
    "PutFunctionEventInvokeConfig": put_event_settings,
    "PutFunctionRecursionConfig": put_recursion,
    "RemovePermission": remove_permission,
    "UpdateFunctionCode": update_code,
    "UpdateFunctionConfiguration": update_configuration,
    "UpdateFunctionEventInvokeConfig": update_event_settings,
}

DOOR = OperationsDoor(
    RestJsonProtocol("lambda", root="/2015-03-31/"),
    OPERATIONS,
    translate,
    title="AWS Lambda",
    permissions=PERMISSIONS,
    instead="Functions here have one version, run as Python, and hear of buckets.",
)

__all__ = ["DOOR", "OPERATIONS", "RoleActor", "translate"]
