"""Stack policies: set, shown, and brought along by who creates or updates a stack."""

from collections.abc import Mapping
from typing import Any

from vedette.api.cloudformation.asking import permit, permitted, text_in_bucket
from vedette.api.house import Caller, House
from vedette.dialects.cloudformation.stack_policy import LARGEST, read_stack_policy
from vedette.errors import Wrong


def get_stack_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a stack's policy; nothing where it has none."""
    stack = permitted(house, caller, "GetStackPolicy", request["StackName"])
    return {"StackPolicyBody": stack.policy} if stack.policy else {}


def set_stack_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Give a stack a policy, which its updates obey from now on. As in AWS none is taken away."""
    stack = permitted(house, caller, "SetStackPolicy", request["StackName"])
    policy = _text(house, caller, request, "StackPolicy")
    if not policy:
        raise Wrong("Either StackPolicyBody or StackPolicyURL must be specified.")
    house.stacks.change(stack.place, stack.arn, policy=policy)
    return {}


def policy_asked(
    house: House, caller: Caller, request: Mapping[str, Any], member: str, stack_name: str
) -> str:
    """Return the policy that a request brings along, if the caller may set the stack's; nothing without one.

    Who may update a stack and not set its policy could get past it otherwise, by a policy for one update.
    """
    if not (request.get(f"{member}Body") or request.get(f"{member}URL")):
        return ""
    permit(house, caller, "SetStackPolicy", stack_name)
    return _text(house, caller, request, member)


def _text(house: House, caller: Caller, request: Mapping[str, Any], member: str) -> str:
    body, address = request.get(f"{member}Body"), request.get(f"{member}URL")
    if body and address:
        raise Wrong(f"Specify exactly one of {member}Body or {member}URL.")
    text = str(body or "")
    if address:
        text = text_in_bucket(house, caller, address, subject="stack policy", most=LARGEST)
    if text:
        read_stack_policy(text)
    return text
