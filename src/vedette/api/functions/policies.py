"""AddPermission and its kin: which buckets and schedules may have a function called. Nothing else may."""

from typing import Any

import orjson

from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.api.functions.naming import arn_of, permitted
from vedette.api.house import Caller, House
from vedette.errors import Missing, Taken, TooMuch, Wrong
from vedette.functions.callers import CALLERS
from vedette.functions.store import Function

MEMBERS = {
    "FunctionName",
    "StatementId",
    "Action",
    "Principal",
    "SourceArn",
    "SourceAccount",
    "RevisionId",
    "Qualifier",
}
MOST_BYTES = 20 * 1024


def add_permission(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Let a bucket or a schedule, or all of an account, have a function called."""
    function = permitted(house, caller, "AddPermission", request)
    if others := sorted(request.keys() - MEMBERS):
        raise Wrong(f"{', '.join(others)} of a permission is not supported here.")
    if (caller_of := request["Principal"]) not in CALLERS:
        raise Wrong(f"The principal {caller_of} calls no function here: {' and '.join(CALLERS)} do.")
    if request["Action"] not in ("lambda:InvokeFunction", "lambda:*"):
        raise Wrong(f"The action {request['Action']} is none that {caller_of} asks for.")
    statement = _statement(function, request)
    statements = _statements(function)
    if any(entry["Sid"] == statement["Sid"] for entry in statements):
        sentence = (
            f"The statement id ({statement['Sid']}) provided already exists. Please provide a new"
            " statement id, or remove the existing statement."
        )
        raise Taken(sentence, kind="statement", name=statement["Sid"])
    _store(house, function, [*statements, statement])
    return {"Statement": orjson.dumps(statement).decode()}


def get_policy(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Return a function's policy."""
    function = permitted(house, caller, "GetPolicy", request)
    if not function.policy:
        raise Missing("The resource you requested does not exist.", kind="policy", name=function.name)
    return {"Policy": function.policy, "RevisionId": function.revision}


def remove_permission(house: House, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """Take a statement out of a function's policy."""
    function = permitted(house, caller, "RemovePermission", request)
    statements = _statements(function)
    rest = [entry for entry in statements if entry["Sid"] != request["StatementId"]]
    if len(rest) == len(statements):
        sentence = f"Statement {request['StatementId']} is not found in resource policy."
        raise Missing(sentence, kind="statement", name=request["StatementId"])
    _store(house, function, rest)
    return {}


def _statement(function: Function, request: dict[str, Any]) -> dict[str, Any]:
    condition: dict[str, dict[str, str]] = {}
    if "SourceAccount" in request:
        condition["StringEquals"] = {"AWS:SourceAccount": request["SourceAccount"]}
    if "SourceArn" in request:
        condition["ArnLike"] = {"AWS:SourceArn": request["SourceArn"]}
    return {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": {"Service": request["Principal"]},
        "Action": request["Action"],
        "Resource": str(arn_of(function.place, function.name)),
        **({"Condition": condition} if condition else {}),
    }


def _statements(function: Function) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = orjson.loads(function.policy)["Statement"] if function.policy else []
    return statements


def _store(house: House, function: Function, statements: list[dict[str, Any]]) -> None:
    document = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    policy = orjson.dumps(document).decode() if statements else ""
    if len(policy) > MOST_BYTES:
        raise TooMuch(f"The final policy size ({len(policy)}) is bigger than the limit ({MOST_BYTES}).")
    if policy:
        parse_policy(policy, PolicyKind.FUNCTION)
    house.functions.put_policy(function.place, function.name, function.policy, policy)
