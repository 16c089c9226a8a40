"""Stacks asked for: created, updated, deleted."""

from dataclasses import replace
from typing import Any

from vedette.api.cloudformation.asking import (
    options_asked,
    permit,
    permitted,
    place_of,
    refuse_unsupported,
    require_name,
    role_asked,
    source_asked,
    tags_asked,
)
from vedette.api.cloudformation.stack_policies import policy_asked
from vedette.api.house import Caller, House
from vedette.dialects.cloudformation import states
from vedette.errors import Unbuilt


def create_stack(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin a stack."""
    name, place = require_name(request["StackName"]), place_of(caller)
    permit(house, caller, "CreateStack", name, tags=tags_asked(request))
    refuse_unsupported(request)
    options = options_asked(house, caller, request)
    options = replace(options, policy=policy_asked(house, caller, request, "StackPolicy", name))
    source = source_asked(house, caller, request, None)
    house.stacks.check(place, name, source)
    stack = house.stacks.create(place, name, source, caller.principal, options)
    return {"StackId": stack.arn}


def update_stack(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin an update."""
    name = request["StackName"]
    permit(house, caller, "UpdateStack", name, tags=tags_asked(request))
    refuse_unsupported(request)
    options = replace(
        options_asked(house, caller, request),
        policy=policy_asked(house, caller, request, "StackPolicy", name),
        judged_by=policy_asked(house, caller, request, "StackPolicyDuringUpdate", name),
    )
    stack = permitted(house, caller, "UpdateStack", name)
    source = source_asked(house, caller, request, stack.secrets.source)
    house.stacks.check(stack.place, stack.name, source)
    updated = house.stacks.update(stack.place, stack.name, source, caller.principal, options)
    return {"StackId": updated.arn}


def delete_stack(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Begin to delete a stack; one that is not there is deleted."""
    stack = permit(house, caller, "DeleteStack", request["StackName"])
    if request.get("DeletionMode", "STANDARD") != "STANDARD":
        raise Unbuilt("FORCE_DELETE_STACK is not supported: what cannot be deleted is kept and named.")
    role = role_asked(house, caller, request)
    if stack is not None and stack.status != states.DELETED:
        retained = request.get("RetainResources", ())
        token = request.get("ClientRequestToken", "")
        house.stacks.delete(stack, caller.principal, role=role, retained=retained, token=token)
    return {}


def cancel_update_stack(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Have an update under way go back."""
    stack = permitted(house, caller, "CancelUpdateStack", request["StackName"])
    house.stacks.cancel_update(stack.place, stack.name)
    return {}


def continue_update_rollback(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take up a roll back that failed."""
    stack = permitted(house, caller, "ContinueUpdateRollback", request["StackName"])
    role, skipped = role_asked(house, caller, request), request.get("ResourcesToSkip", ())
    house.stacks.continue_rollback(stack.place, stack.name, caller.principal, role=role, skipped=skipped)
    return {}


def update_termination_protection(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Have a stack be deleted by nobody, or by who may."""
    stack = permitted(house, caller, "UpdateTerminationProtection", request["StackName"])
    is_protected = request["EnableTerminationProtection"]
    house.stacks.change(stack.place, stack.name, is_protected=is_protected)
    return {"StackId": stack.arn}


def signal_resource(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Refuse a signal: no type that is supported waits for one."""
    permitted(house, caller, "SignalResource", request["StackName"])
    raise Unbuilt("Signals are not supported: no type of resource here waits for one (CreationPolicy).")
