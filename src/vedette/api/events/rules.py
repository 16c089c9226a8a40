"""PutRule and its kin. What a request asks for and is not here is refused: nothing is passed over."""

from collections.abc import Mapping
from typing import Any

from vedette.api.events.naming import BUS, bus_of, permitted
from vedette.api.house import Caller, House
from vedette.api.paging import PageMembers, read_page
from vedette.errors import Wrong
from vedette.functions.rule_store import FunctionRule

ON, OFF = "ENABLED", "DISABLED"
LIMITS = PageMembers(size="Limit")
USUAL = 100
KNOWN = {"Name", "ScheduleExpression", "State", "Description", "EventBusName"}
INSTEAD = {
    "EventPattern": "a rule here has a schedule; buckets call functions by their own notifications",
    "RoleArn": "a function's own policy lets the rule call it (lambda add-permission)",
}


def put_rule(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Make a rule, or change the one of this name."""
    place, name = permitted(caller, "PutRule", request)
    for member in sorted(request.keys() - KNOWN):
        if request[member]:
            reason = INSTEAD.get(member, "leave it out")
            raise Wrong(f"{member} of rules is not supported here: {reason}.", name=name)
    schedule = str(request.get("ScheduleExpression", ""))
    if not schedule:
        raise Wrong("Parameter(s) ScheduleExpression must be specified.", name=name)
    if (state := request.get("State", ON)) not in (ON, OFF):
        raise Wrong(f"The state {state} of rules is not supported here: {ON} or {OFF}.", name=name)
    description = str(request.get("Description", ""))
    rule = house.functions.rules.put(place, name, schedule, is_on=state == ON, description=description)
    return {"RuleArn": rule.arn}


def describe_rule(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Describe a rule."""
    rule = house.functions.rules.find(*permitted(caller, "DescribeRule", request))
    return {**_described(rule), "CreatedBy": rule.place.account}


def delete_rule(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Delete a rule that has no targets."""
    house.functions.rules.delete(*permitted(caller, "DeleteRule", request))
    return {}


def enable_rule(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a rule go on; its next tick is the next one from now."""
    house.functions.rules.switch(*permitted(caller, "EnableRule", request), is_on=True)
    return {}


def disable_rule(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a rule rest."""
    house.functions.rules.switch(*permitted(caller, "DisableRule", request), is_on=False)
    return {}


def list_rules(house: House, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    """List the rules of the account in the region."""
    caller.require("ListRules", "*")
    place, prefix = bus_of(caller, request), str(request.get("NamePrefix", ""))
    page = read_page(
        house, request, "ListRules", caller.account, caller.region, prefix, size=USUAL, members=LIMITS
    )
    rules, has_more = house.functions.rules.page(place, prefix=prefix, after=page.after(0), most=page.size)
    answer = {"Rules": [_described(rule) for rule in rules]}
    return page.answer(answer, rules[-1].id if has_more else None)


def list_rules_of_target(house: House, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    """List the names of the rules that call a function."""
    caller.require("ListRuleNamesByTarget", "*")
    place, arn = bus_of(caller, request), str(request["TargetArn"])
    page = read_page(
        house, request, "ListRuleNamesByTarget", caller.account, caller.region, arn,
        size=USUAL, members=LIMITS,
    )  # fmt: skip
    rules, has_more = house.functions.rules.page(place, calls=arn, after=page.after(0), most=page.size)
    return page.answer({"RuleNames": [rule.name for rule in rules]}, rules[-1].id if has_more else None)


def _described(rule: FunctionRule) -> dict[str, Any]:
    description = {"Description": rule.description} if rule.description else {}
    return {
        "Name": rule.name,
        "Arn": rule.arn,
        "ScheduleExpression": rule.schedule,
        "State": ON if rule.is_on else OFF,
        "EventBusName": BUS,
        **description,
    }
