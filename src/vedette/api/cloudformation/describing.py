"""Stacks looked at: what they are, what is in them, and what happened to them."""

from typing import Any

from vedette.api.cloudformation.asking import listed_tags, permit, permitted, place_of
from vedette.api.house import Caller, House
from vedette.api.operations import operation
from vedette.api.paging import PageRequest, read_page
from vedette.clock import from_milliseconds
from vedette.dialects.cloudformation import states
from vedette.dialects.cloudformation.parameters import MASKED, is_hidden
from vedette.errors import Missing, Refusal, Wrong
from vedette.stacks.looks import missing
from vedette.stacks.values import Stack, StackResource

PAGE = 100
# As CloudFormation keeps what is deleted.
KEPT_MS = 90 * 24 * 3_600_000


def describe_stacks(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Describe a stack, or all that live."""
    name = request.get("StackName")
    if name:
        stack = permit(house, caller, "DescribeStacks", name)
        if stack is None:
            raise missing(name)
        return {"Stacks": [_described(stack)]}
    caller.require("DescribeStacks", "*")
    stacks = [entry for entry in house.stacks.all_of(place_of(caller)) if entry.status != states.DELETED]
    page = _page(house, caller, request, "DescribeStacks")
    return _cut(page, "Stacks", [_described(stack) for stack in stacks])


def list_stacks(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List stacks in the states that are asked for, deleted ones too."""
    caller.require("ListStacks", "*")
    target = set(request.get("StackStatusFilter", ())) or set(states.ALL_STATES)
    oldest = house.stacks.store.now_ms() - KEPT_MS
    stacks = [
        stack
        for stack in house.stacks.all_of(place_of(caller))
        if stack.status in target and (stack.status != states.DELETED or stack.deleted_ms >= oldest)
    ]
    page = _page(house, caller, request, "ListStacks", sorted(target))
    return _cut(page, "StackSummaries", [_summary(stack) for stack in stacks])


def describe_stack_events(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Tell what happened to a stack, the newest first."""
    stack = permitted(house, caller, "DescribeStackEvents", request["StackName"])
    page = _page(house, caller, request, "DescribeStackEvents", stack.arn)
    events = house.stacks.events(stack, before=page.after(0), most=page.size + 1)
    rows = [
        {
            "StackId": stack.arn,
            "EventId": event.uuid,
            "StackName": stack.name,
            "LogicalResourceId": event.logical,
            "PhysicalResourceId": event.physical,
            "ResourceType": event.type,
            "Timestamp": from_milliseconds(event.at_ms),
            "ResourceStatus": event.status,
            **_where_there(
                ResourceStatusReason=event.reason,
                ResourceProperties=event.properties,
                ClientRequestToken=event.token,
            ),
        }
        for event in events[: page.size]
    ]
    last = events[page.size - 1].id if len(events) > page.size else None
    return page.answer({"StackEvents": rows}, last)


def list_stack_resources(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List a stack's resources."""
    stack = permitted(house, caller, "ListStackResources", request["StackName"])
    page = _page(house, caller, request, "ListStackResources", stack.arn)
    rows = [_resource(row) | _drift(row) for row in _shown(house, stack)]
    return _cut(page, "StackResourceSummaries", rows)


def describe_stack_resources(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Describe a stack's resources, or one of them, or those beside the one of a physical id."""
    name, physical = request.get("StackName"), request.get("PhysicalResourceId")
    if bool(name) == bool(physical):
        raise Wrong("Exactly one of StackName and PhysicalResourceId must be specified")
    if physical:
        stack = _stack_of(house, caller, physical)
        caller.require("DescribeStackResources", stack.arn)
    else:
        stack = permitted(house, caller, "DescribeStackResources", str(name))
    logical = request.get("LogicalResourceId")
    rows = [
        {"StackName": stack.name, "StackId": stack.arn, **_resource(row, "Timestamp"), **_drift(row)}
        for row in _shown(house, stack)
        if logical in (None, row.logical)
    ]
    return {"StackResources": rows[:PAGE]}


def _stack_of(house: House, caller: Caller, physical: str) -> Stack:
    for stack in house.stacks.all_of(place_of(caller)):
        if stack.status != states.DELETED and any(
            row.physical == physical for row in house.stacks.resources(stack)
        ):
            return stack
    raise Missing(f"Stack for {physical} does not exist", kind="stack", name=physical)


def describe_stack_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Describe one resource of a stack."""
    stack = permitted(house, caller, "DescribeStackResource", request["StackName"])
    row = resource_named(house, stack, request["LogicalResourceId"])
    detail = {"StackName": stack.name, "StackId": stack.arn, **_resource(row), **_drift(row)}
    return {"StackResourceDetail": detail}


def resource_named(house: House, stack: Stack, logical: str) -> StackResource:
    """Return a resource of a stack."""
    for row in _shown(house, stack):
        if row.logical == logical:
            return row
    raise Missing(f"Resource {logical} does not exist for stack {stack.name}", kind="resource", name=logical)


def _shown(house: House, stack: Stack) -> list[StackResource]:
    return sorted(house.stacks.resources(stack), key=lambda row: row.logical)


@operation(is_quick=True)
def list_exports(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List what stacks export."""
    caller.require("ListExports", "*")
    page = _page(house, caller, request, "ListExports")
    rows = [
        {"ExportingStackId": house.stacks.arn_of(row.stack), "Name": row.name, "Value": row.value}
        for row in house.stacks.exports(place_of(caller))
    ]
    return _cut(page, "Exports", rows)


def list_imports(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """List the stacks that import a value."""
    caller.require("ListImports", "*")
    name = request["ExportName"]
    page = _page(house, caller, request, "ListImports", name)
    names = [stack.name for stack in house.stacks.importers(place_of(caller), name)]
    if not names:
        raise Wrong(f"Export '{name}' is not imported by any stack.")
    return _cut(page, "Imports", names)


# How things are described


def _described(stack: Stack) -> dict[str, Any]:
    secrets = stack.secrets
    description, parameters = "", []
    try:
        template = secrets.source.read()
        description = template.description
        parameters = [
            {
                "ParameterKey": name,
                "ParameterValue": MASKED if is_hidden(template.parameters.get(name, {})) else value,
            }
            for name, value in sorted(secrets.source.parameters.items())
        ]
    except Refusal:
        pass  # A stack in review may have a template that nobody looked at; it has nothing else either.
    outputs = [
        {
            "OutputKey": output.name,
            "OutputValue": output.value,
            **_where_there(Description=output.description, ExportName=output.export),
        }
        for output in secrets.outputs
    ]
    return {
        "StackId": stack.arn,
        "StackName": stack.name,
        "CreationTime": from_milliseconds(stack.created_ms),
        **_moments(stack),
        "StackStatus": stack.status,
        "DisableRollback": not stack.rolls_back,
        "NotificationARNs": [],
        "RollbackConfiguration": {},
        "EnableTerminationProtection": stack.is_protected,
        "Parameters": parameters,
        "Outputs": outputs,
        "Tags": listed_tags(secrets.source.tags),
        "Capabilities": list(secrets.source.capabilities),
        "DriftInformation": drift_of(stack),
        **_where_there(StackStatusReason=stack.reason, Description=description, RoleARN=secrets.role),
    }


def drift_of(stack: Stack) -> dict[str, Any]:
    """Return what the last look for drift found."""
    if not stack.drift:
        return {"StackDriftStatus": "NOT_CHECKED"}
    at = from_milliseconds(stack.drift["at_ms"])
    return {"StackDriftStatus": stack.drift["status"], "LastCheckTimestamp": at}


def _moments(stack: Stack) -> dict[str, Any]:
    moments = {"LastUpdatedTime": stack.updated_ms, "DeletionTime": stack.deleted_ms}
    return {name: from_milliseconds(at_ms) for name, at_ms in moments.items() if at_ms}


def _summary(stack: Stack) -> dict[str, Any]:
    return {
        "StackId": stack.arn,
        "StackName": stack.name,
        "CreationTime": from_milliseconds(stack.created_ms),
        **_moments(stack),
        "StackStatus": stack.status,
        "DriftInformation": drift_of(stack),
        **_where_there(StackStatusReason=stack.reason),
    }


def _resource(row: StackResource, moment: str = "LastUpdatedTimestamp") -> dict[str, Any]:
    return {
        "LogicalResourceId": row.logical,
        "PhysicalResourceId": row.physical,
        "ResourceType": row.type,
        moment: from_milliseconds(row.changed_ms),
        "ResourceStatus": row.status,
        **_where_there(ResourceStatusReason=row.reason),
    }


def _drift(row: StackResource) -> dict[str, Any]:
    if not row.drift:
        return {"DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"}}
    at = from_milliseconds(row.drift["at_ms"])
    return {"DriftInformation": {"StackResourceDriftStatus": row.drift["status"], "LastCheckTimestamp": at}}


def _where_there(**members: str) -> dict[str, str]:
    return {name: value for name, value in members.items() if value}


def _page(house: House, caller: Caller, request: dict[str, Any], *scope: object) -> PageRequest:
    return read_page(house, request, scope[0], caller.account, caller.region, *scope[1:], size=PAGE)


def _cut(page: PageRequest, member: str, rows: list[Any]) -> dict[str, Any]:
    begin = page.after(0)
    is_more = len(rows) > begin + page.size
    return page.answer({member: rows[begin : begin + page.size]}, begin + page.size if is_more else None)
