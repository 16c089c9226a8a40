"""Change sets, which `aws cloudformation deploy` and CDK use for every deployment."""

from typing import Any

from vedette.api.cloudformation.asking import (
    listed_tags,
    options_asked,
    permit,
    permitted,
    place_of,
    refuse_unsupported,
    require_name,
    source_asked,
    tags_asked,
)
from vedette.api.house import Caller, House
from vedette.clock import from_milliseconds
from vedette.dialects.cloudformation import states
from vedette.dialects.cloudformation.parameters import MASKED, is_hidden
from vedette.errors import Missing, Unbuilt, Wrong
from vedette.stacks.change_sets import CREATES, ChangeSets, NewChangeSet, arn_of, missing
from vedette.stacks.values import ChangeSet, Stack


def create_change_set(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a change set, planned at once; with it a stack that has nothing yet, where it is to create one."""
    name, place = request["StackName"], place_of(caller)
    stack = permit(house, caller, "CreateChangeSet", name, tags=tags_asked(request))
    refuse_unsupported(request)
    kind = request.get("ChangeSetType", "UPDATE")
    if kind == "IMPORT":
        raise Unbuilt("Change sets of the type IMPORT are not supported yet.", name=kind)
    options = options_asked(house, caller, request)
    if kind == CREATES:
        source = source_asked(house, caller, request, None)
        house.stacks.check(place, require_name(name) if stack is None else stack.name, source)
        known_names = name if stack is None else stack.name
        stack = house.stacks.reserve(place, known_names, source, caller.principal, options)
    else:
        stack = permitted(house, caller, "CreateChangeSet", name)
        source = source_asked(house, caller, request, stack.secrets.source)
        house.stacks.check(stack.place, stack.name, source)
    new = NewChangeSet(request["ChangeSetName"], kind, source, request.get("Description", ""), options.role)
    change_set = ChangeSets(house.stacks).add(stack, new)
    return {"Id": arn_of(stack, change_set), "StackId": stack.arn}


def describe_change_set(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return what a change set would change."""
    stack, result = _found(house, caller, "DescribeChangeSet", request)
    template = result.source.read()
    parameters = [
        {
            "ParameterKey": name,
            "ParameterValue": MASKED if is_hidden(template.parameters.get(name, {})) else value,
        }
        for name, value in sorted(result.source.parameters.items())
    ]
    changes = [{"Type": "Resource", "ResourceChange": _change(change)} for change in result.changes]
    return {
        **_summary(stack, result),
        "Parameters": parameters,
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "Capabilities": list(result.source.capabilities),
        "Tags": listed_tags(result.source.tags),
        "Changes": changes,
    }


def _change(change: Any) -> dict[str, Any]:
    return {name: value for name, value in change.items() if value}


def list_change_sets(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a stack's change sets."""
    stack = permitted(house, caller, "ListChangeSets", request["StackName"])
    return {"Summaries": [_summary(stack, result) for result in ChangeSets(house.stacks).all_of(stack)]}


def execute_change_set(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Carry a change set out."""
    stack, result = _found(house, caller, "ExecuteChangeSet", request)
    ChangeSets(house.stacks).execute(
        stack,
        result.name,
        caller.principal,
        token=request.get("ClientRequestToken", ""),
        rolls_back=not request.get("DisableRollback", False),
    )
    return {}


def delete_change_set(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a change set; one that is not there is deleted."""
    try:
        stack, result = _found(house, caller, "DeleteChangeSet", request)
    except Missing:
        return {}
    ChangeSets(house.stacks).delete(stack, result.name)
    return {}


def _found(house: House, caller: Caller, action: str, request: dict[str, Any]) -> tuple[Stack, ChangeSet]:
    """Return a change set by its name and its stack's, or by its id alone."""
    name, stack_name = request["ChangeSetName"], request.get("StackName", "")
    change_sets = ChangeSets(house.stacks)
    if not stack_name and not name.startswith("arn:"):
        raise Wrong("StackName must be specified if ChangeSetName is not specified as an ARN.")
    if stack_name:
        stack = permit(house, caller, action, stack_name)
        if stack is None or stack.status == states.DELETED:
            raise Missing(f"Stack [{stack_name}] does not exist", kind="stack", name=stack_name)
        return stack, change_sets.find(stack, name)
    for stack in house.stacks.all_of(place_of(caller)):
        for result in change_sets.all_of(stack):
            if arn_of(stack, result) == name:
                caller.require(action, stack.arn)
                return stack, result
    caller.require(action, name)
    raise missing(name)


def _summary(stack: Stack, result: ChangeSet) -> dict[str, Any]:
    row = {
        "ChangeSetId": arn_of(stack, result),
        "ChangeSetName": result.name,
        "StackId": stack.arn,
        "StackName": stack.name,
        "ExecutionStatus": result.execution,
        "Status": result.status,
        "CreationTime": from_milliseconds(result.created_ms),
        "IncludeNestedStacks": False,
    }
    texts = {"StatusReason": result.reason, "Description": result.description}
    return row | {name: text for name, text in texts.items() if text}
