"""Bucket policies: read, judged, and held against a request. A Deny always wins.

Conditions are judged by `CONDITIONS`; a policy with an operator that is not there is
refused when it is put, so that nothing is stored which would not be obeyed.
"""

import re
from collections.abc import Callable, Mapping
from fnmatch import translate as _glob
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

import orjson

from vedette.api.s3.call import canonical_id
from vedette.api.s3.faults import Fault
from vedette.identity.principal import Principal

LARGEST = 20 * 1024
Context = Mapping[str, str]


def read_policy(bucket: str, text: bytes) -> dict[str, Any]:
    """Return a policy that can be obeyed, or refuse it."""
    if len(text) > LARGEST:
        raise Fault("MalformedPolicy", "Policies must not be larger than 20 KB.")
    try:
        policy = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _malformed("Policies must be valid JSON and the first byte must be '{'") from None
    if not isinstance(policy, dict) or not _listed(policy.get("Statement")):
        raise _malformed("Missing required field Statement")
    for statement in _listed(policy["Statement"]):
        _check_statement(bucket, statement)
    return policy


def _check_statement(bucket: str, statement: Any) -> None:
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        raise _malformed("Invalid effect")
    for name in ("Principal", "Action", "Resource"):
        if not {name, f"Not{name}"} & statement.keys():
            raise _malformed(f"Missing required field {name}")
    if not _texts(statement, "Action", "NotAction"):
        raise _malformed("Policy has invalid action")
    resources = _texts(statement, "Resource", "NotResource")
    if not resources or not all(_is_of_bucket(resource, bucket) for resource in resources):
        raise _malformed("Policy has invalid resource")
    _check_conditions(statement)


def _check_conditions(statement: dict[str, Any]) -> None:
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict) or not all(isinstance(tests, dict) for tests in conditions.values()):
        raise _malformed("Invalid Condition")
    for operator in conditions:
        if _plain(operator) not in CONDITIONS:
            raise _malformed(f"Invalid Condition type : {operator}")


def verdict(
    policy: dict[str, Any], principal: Principal | None, action: str, resource: str, context: Context
) -> str:
    """Return "Deny", "Allow", or nothing where the policy does not speak of this."""
    spoken = {
        statement["Effect"]
        for statement in _listed(policy["Statement"])
        if _is_about(statement, principal, action, resource)
        and _holds(statement.get("Condition", {}), context)
    }
    return "Deny" if "Deny" in spoken else "Allow" if "Allow" in spoken else ""


def is_public(policy: dict[str, Any]) -> bool:
    """Say whether the policy allows something to everybody, without a condition on who or where."""
    return any(
        statement["Effect"] == "Allow"
        and ("NotPrincipal" in statement or "*" in _principals(statement.get("Principal")))
        and not _narrows(statement.get("Condition", {}))
        for statement in _listed(policy["Statement"])
    )


def _narrows(conditions: dict[str, Any]) -> bool:
    """Say whether a condition fixes who may come, as AWS judges it for public access."""
    fixed = (
        "aws:sourceip",
        "aws:principalarn",
        "aws:principalaccount",
        "aws:sourcearn",
        "aws:sourcevpc",
        "aws:userid",
    )
    return any(key.lower() in fixed for tests in conditions.values() for key in tests)


def _is_about(statement: dict[str, Any], principal: Principal | None, action: str, resource: str) -> bool:
    if "Principal" in statement:
        meant = _is_meant(statement["Principal"], principal)
    else:
        meant = not _is_meant(statement["NotPrincipal"], principal)
    return (
        meant
        and _any(statement, "Action", action.lower(), str.lower)
        and _any(statement, "Resource", resource, str)
    )


def _any(statement: dict[str, Any], name: str, value: str, fold: Callable[[str], str]) -> bool:
    if name in statement:
        return any(like(fold(pattern), value) for pattern in _listed(statement[name]))
    return not any(like(fold(pattern), value) for pattern in _listed(statement[f"Not{name}"]))


def _principals(said: Any) -> list[str]:
    if isinstance(said, dict):
        return [who for listed in said.values() for who in _listed(listed)]
    return _listed(said)


def _is_meant(said: Any, principal: Principal | None) -> bool:
    named = _principals(said)
    if "*" in named:
        return True
    if principal is None:
        return False
    account = principal.account
    mine = {account, f"arn:aws:iam::{account}:root", principal.arn, canonical_id(account)}
    return not mine.isdisjoint(named)


def _holds(conditions: dict[str, Any], context: Context) -> bool:
    return all(
        _test(operator, context.get(key.lower()), _words(wanted))
        for operator, tests in conditions.items()
        for key, wanted in tests.items()
    )


def _words(wanted: Any) -> list[str]:
    """Return what a condition asks for as text; JSON's true is the word that a client means."""
    return [str(word).lower() if isinstance(word, bool) else str(word) for word in _listed(wanted)]


def _test(operator: str, value: str | None, wanted: list[str]) -> bool:
    plain = _plain(operator)
    if plain == "Null":
        return (value is None) == (wanted[:1] == ["true"])
    if value is None:
        return operator.endswith("IfExists") or plain in NEGATIVE
    try:
        found = any(CONDITIONS[plain](value, want) for want in wanted)
    except ValueError:
        return False
    return not found if plain in NEGATIVE else found


def _plain(operator: str) -> str:
    return operator.removesuffix("IfExists").rpartition(":")[2]


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    return lambda value, want: compare(float(value), float(want))


def like(pattern: str, value: str) -> bool:
    """Say whether a pattern with `*` and `?` means this value."""
    return _compiled(pattern).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    # A bracket is itself here, and none of IAM's wildcards.
    return re.compile(_glob(pattern.replace("[", "[[]")), re.DOTALL)


def _same(value: str, want: str) -> bool:
    return value == want


def _same_folded(value: str, want: str) -> bool:
    return value.lower() == want.lower()


def _like(value: str, want: str) -> bool:
    return like(want, value)


def _within(value: str, want: str) -> bool:
    return ip_address(value) in ip_network(want, strict=False)


NEGATIVE = {
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
    "NumericNotEquals",
    "NotIpAddress",
    "ArnNotEquals",
    "ArnNotLike",
    "DateNotEquals",
}
CONDITIONS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": _same,
    "StringNotEquals": _same,
    "StringEqualsIgnoreCase": _same_folded,
    "StringNotEqualsIgnoreCase": _same_folded,
    "StringLike": _like,
    "StringNotLike": _like,
    "ArnEquals": _like,
    "ArnNotEquals": _like,
    "ArnLike": _like,
    "ArnNotLike": _like,
    "Bool": _same_folded,
    "IpAddress": _within,
    "NotIpAddress": _within,
    "NumericEquals": _number(lambda a, b: a == b),
    "NumericNotEquals": _number(lambda a, b: a == b),
    "NumericLessThan": _number(lambda a, b: a < b),
    "NumericLessThanEquals": _number(lambda a, b: a <= b),
    "NumericGreaterThan": _number(lambda a, b: a > b),
    "NumericGreaterThanEquals": _number(lambda a, b: a >= b),
    # Dates are compared as text: ISO 8601 in UTC sorts as it counts.
    "DateEquals": _same,
    "DateNotEquals": _same,
    "DateLessThan": lambda a, b: a < b,
    "DateLessThanEquals": lambda a, b: a <= b,
    "DateGreaterThan": lambda a, b: a > b,
    "DateGreaterThanEquals": lambda a, b: a >= b,
    "Null": _same,
}


def _is_of_bucket(resource: str, bucket: str) -> bool:
    if resource == "*":
        return True
    parts = resource.split(":", 5)
    return len(parts) == 6 and parts[0] == "arn" and like(parts[5].partition("/")[0], bucket)


def _texts(statement: dict[str, Any], *names: str) -> list[str]:
    found = [value for name in names for value in _listed(statement.get(name))]
    return found if all(isinstance(value, str) for value in found) else []


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _malformed(sentence: str) -> Fault:
    return Fault("MalformedPolicy", sentence)
