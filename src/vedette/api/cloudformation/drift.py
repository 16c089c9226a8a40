"""Drift: what of a stack's resources is no longer as its template says, since somebody changed it by hand."""

import json
from typing import Any
from uuid import uuid4

from vedette.api.cloudformation.asking import permitted, place_of
from vedette.api.cloudformation.describing import resource_named
from vedette.api.house import Caller, House
from vedette.api.paging import read_page
from vedette.clock import from_milliseconds
from vedette.dialects.cloudformation import states
from vedette.dialects.cloudformation.parameters import text_of
from vedette.errors import Missing, Wrong
from vedette.identity.principal import dump_principal
from vedette.stacks.port import MakingFailed, ResourceWish, StackActor, neighbours_of
from vedette.stacks.values import Stack, StackResource

IN_SYNC, DRIFTED, MODIFIED, DELETED = "IN_SYNC", "DRIFTED", "MODIFIED", "DELETED"
PAGE = 100


def detect_stack_drift(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Look at all resources of a stack, with the rights of who asks or of the stack's role."""
    stack = permitted(house, caller, "DetectStackDrift", request["StackName"])
    _refuse_busy(stack)
    target = request.get("LogicalResourceIds")
    rows = [row for row in house.stacks.resources(stack) if target is None or row.logical in target]
    failures = []
    result = []
    for row in rows:
        try:
            result.append(_look(house, caller, stack, row))
        except MakingFailed as failure:
            failures.append(f"{row.logical}: {failure.sentence}")
    drifted = sum(status != IN_SYNC for status in result)
    detection = {
        "id": str(uuid4()),
        "at_ms": house.stacks.store.now_ms(),
        "status": DRIFTED if drifted else "UNKNOWN" if failures else IN_SYNC,
        "count": drifted,
        "failures": "; ".join(failures)[:2048],
    }
    house.stacks.change(stack.place, stack.name, drift=detection)
    return {"StackDriftDetectionId": detection["id"]}


def describe_stack_drift_detection_status(
    house: House, caller: Caller, request: dict[str, Any]
) -> dict[str, Any]:
    """Tell what a look for drift found: the last one of its stack."""
    caller.require("DescribeStackDriftDetectionStatus", "*")
    number = request["StackDriftDetectionId"]
    for stack in house.stacks.all_of(place_of(caller)):
        if stack.drift.get("id") == number:
            drift = stack.drift
            failed = {"DetectionStatusReason": drift["failures"]} if drift["failures"] else {}
            return {
                "StackId": stack.arn,
                "StackDriftDetectionId": number,
                "StackDriftStatus": drift["status"],
                "DetectionStatus": "DETECTION_FAILED" if failed else "DETECTION_COMPLETE",
                "DriftedStackResourceCount": drift["count"],
                "Timestamp": from_milliseconds(drift["at_ms"]),
                **failed,
            }
    raise Missing(f"No drift detection {number} was found.", kind="drift", name=number)


def describe_stack_resource_drifts(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Tell in what the resources of a stack differ from its template."""
    stack = permitted(house, caller, "DescribeStackResourceDrifts", request["StackName"])
    target = set(request.get("StackResourceDriftStatusFilters", ()))
    rows = [
        _drift(stack, row)
        for row in house.stacks.resources(stack)
        if row.drift and (not target or row.drift["status"] in target)
    ]
    scope = (stack.arn, sorted(target))
    page = read_page(
        house, request, "DescribeStackResourceDrifts", caller.account, caller.region, scope, size=PAGE
    )
    begin = page.after(0)
    is_more = len(rows) > begin + page.size
    answer = {"StackResourceDrifts": rows[begin : begin + page.size]}
    return page.answer(answer, begin + page.size if is_more else None)


def detect_stack_resource_drift(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Look at one resource."""
    stack = permitted(house, caller, "DetectStackResourceDrift", request["StackName"])
    _refuse_busy(stack)
    row = resource_named(house, stack, request["LogicalResourceId"])
    try:
        _look(house, caller, stack, row)
    except MakingFailed as failure:
        raise Wrong(failure.sentence) from None
    return {"StackResourceDrift": _drift(stack, resource_named(house, stack, row.logical))}


def _refuse_busy(stack: Stack) -> None:
    if stack.status in states.BUSY or stack.status == states.IN_REVIEW:
        raise Wrong(f"Drift detection cannot be performed on a stack in {stack.status} state.")


def _look(house: House, caller: Caller, stack: Stack, row: StackResource) -> str:
    """Read a resource, and write down in what it differs."""
    maker, role = house.stacks.tools.maker, stack.secrets.role
    principal = caller.principal
    if role:
        principal = maker.act_as(stack.place, dump_principal(principal), role)
    actor = StackActor(principal, stack.place, stack.arn, stack.name)
    target = row.facts.properties
    neighbours = neighbours_of(row, house.stacks.resources(stack))
    attributes = row.facts.attributes
    wish = ResourceWish(row.logical, row.type, row.physical, target, attributes, neighbours=neighbours)
    result = maker.read(actor, wish, row.physical) if row.is_there else None
    differences = [] if result is None else list(_differences(target, result))
    status = DELETED if result is None else MODIFIED if differences else IN_SYNC
    values = {"at_ms": house.stacks.store.now_ms(), "status": status, "differences": differences}
    values["found"] = result
    with house.stacks.database.write() as connection:
        house.stacks.store.change_resource(connection, row.id, drift=values)
    return status


def _differences(target: Any, result: Any) -> Any:
    """Yield the properties that differ; those that are not read back are passed over."""
    for name in sorted(result):
        expected, actual = _plain(target.get(name)), _plain(result[name])
        if expected != actual:
            yield {
                "PropertyPath": f"/{name}",
                "ExpectedValue": json.dumps(expected, sort_keys=True),
                "ActualValue": json.dumps(actual, sort_keys=True),
                "DifferenceType": "NOT_EQUAL" if actual not in (None, "", [], {}) else "REMOVE",
            }


def _plain(value: Any) -> Any:
    """Return a value in one spelling: numbers and truths as texts, and tags in the order of their keys."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        items = [_plain(inner) for inner in value]
        return sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    return value if value is None else text_of(value)


def _drift(stack: Stack, row: StackResource) -> dict[str, Any]:
    drift = row.drift
    answer = {
        "StackId": stack.arn,
        "LogicalResourceId": row.logical,
        "PhysicalResourceId": row.physical,
        "ResourceType": row.type,
        "StackResourceDriftStatus": drift["status"],
        "Timestamp": from_milliseconds(drift["at_ms"]),
        "PropertyDifferences": drift["differences"],
    }
    if drift["status"] != DELETED:
        display = {name: row.facts.properties.get(name) for name in drift["found"]}
        answer["ExpectedProperties"] = json.dumps(_plain(display), sort_keys=True)
        answer["ActualProperties"] = json.dumps(_plain(drift["found"]), sort_keys=True)
    return answer
