"""PutTargets and its kin: which functions a rule calls, and with what."""

from collections.abc import Mapping
from typing import Any

import orjson

from vedette.api.events.naming import permitted
from vedette.api.house import Caller, House
from vedette.api.paging import PageMembers, read_page
from vedette.errors import Wrong
from vedette.functions.callers import place_of
from vedette.functions.rule_store import RuleTarget
from vedette.functions.rules import MOST_TARGETS, OLDEST_S
from vedette.functions.store import FunctionPlace

KNOWN = {"Id", "Arn", "Input", "RetryPolicy"}
MOST_AGE = "MaximumEventAgeInSeconds"
LIMITS = PageMembers(size="Limit")


def put_targets(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Have a rule call functions; entries that cannot be are told one by one, and the others count."""
    place, rule = permitted(caller, "PutTargets", request, "Rule")
    targets, failed = [], []
    for entry in request["Targets"]:
        try:
            targets.append(_target(place, entry))
        except Wrong as refusal:
            code = {"ErrorCode": "ValidationException", "ErrorMessage": refusal.sentence}
            failed.append({"TargetId": entry["Id"], **code})
    house.functions.rules.put_targets(place, rule, targets)
    return {"FailedEntryCount": len(failed), "FailedEntries": failed}


def remove_targets(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a rule call functions no more."""
    place, rule = permitted(caller, "RemoveTargets", request, "Rule")
    house.functions.rules.remove_targets(place, rule, request["Ids"])
    return {"FailedEntryCount": 0, "FailedEntries": []}


def list_targets(house: House, caller: Caller, request: Mapping[str, Any]) -> dict[str, Any]:
    """List what a rule calls."""
    place, rule = permitted(caller, "ListTargetsByRule", request, "Rule")
    page = read_page(
        house, request, "ListTargetsByRule", caller.account, caller.region, rule,
        size=MOST_TARGETS, members=LIMITS,
    )  # fmt: skip
    targets = house.functions.rules.targets(place, rule)
    first = page.after(0)
    last = first + page.size
    answer = {"Targets": [_described(target) for target in targets[first:last]]}
    return page.answer(answer, last if last < len(targets) else None)


def _target(place: FunctionPlace, entry: Mapping[str, Any]) -> RuleTarget:
    policy = entry.get("RetryPolicy", {})
    unknown = [member for member in sorted(entry.keys() - KNOWN) if entry[member]]
    # How often a function is tried is said of the function. 0 is an answer, too.
    for member in unknown + sorted(policy.keys() - {MOST_AGE}):
        raise Wrong(f"{member} of targets is not supported here: leave it out.")
    arn, text = str(entry["Arn"]), str(entry.get("Input", ""))
    if place_of(arn)[0] != place:
        raise Wrong(
            f"The target {arn} is no function of this account and region, as those of rules are here."
        )
    try:
        orjson.loads(text or "{}")
    except orjson.JSONDecodeError as error:
        raise Wrong(f"JSON syntax error in input for target {entry['Id']}: {error}.") from None
    return RuleTarget(str(entry["Id"]), arn, text, int(policy.get(MOST_AGE, OLDEST_S)))


def _described(target: RuleTarget) -> dict[str, Any]:
    input_ = {"Input": target.input} if target.input else {}
    is_usual = target.oldest_s == OLDEST_S
    policy = {} if is_usual else {"RetryPolicy": {MOST_AGE: target.oldest_s}}
    return {"Id": target.name, "Arn": target.arn, **input_, **policy}
