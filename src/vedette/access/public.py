"""Whether a policy is public: the question behind a bucket's public access block.

A statement that allows something to everybody is public unless a condition fixes the caller or its
network: with a positive operator that needs its key, on values without wildcards and variables. Ranges
of addresses wider than /8 (IPv6: /32) fix nothing.
"""

import re
from ipaddress import IPv4Network

from vedette.access.conditions import ALL, NEGATED, Condition, read_network
from vedette.access.policy import Effect, Policy, Statement
from vedette.access.principals import EVERYBODY, Principals

WIDEST_IPV4, WIDEST_IPV6 = 8, 32
# The keys that AWS counts as fixing the caller or its network.
FIXING = {
    "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:sourceaccount", "aws:sourcearn",
    "aws:sourceip", "aws:sourceorgid", "aws:sourcevpc", "aws:sourcevpce", "aws:userid",
    "s3:dataaccesspointaccount", "s3:dataaccesspointarn",
}  # fmt: skip
ARNS = {"aws:principalarn", "aws:sourcearn", "s3:dataaccesspointarn"}
_LITERAL = {"StringEquals", "StringEqualsIgnoreCase"}
_PATTERN = {"StringLike", "ArnLike", "ArnEquals"}
# Of an ARN it is enough that the account is fixed.
_ARN_OF_ACCOUNT = re.compile(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:\d{12}:.+", re.ASCII)


def is_public(policy: Policy) -> bool:
    """Return whether some statement allows something to everybody."""
    return any(_is_open(statement) for statement in policy.statements)


def _is_open(statement: Statement) -> bool:
    if statement.effect is Effect.DENY or statement.principals is None:
        return False
    return _means_everybody(statement.principals) and not any(map(_fixes, statement.conditions))


def _means_everybody(principals: Principals) -> bool:
    return principals.everybody or EVERYBODY in principals.services | principals.federations


def _fixes(condition: Condition) -> bool:
    if condition.key not in FIXING or condition.operator in NEGATED:
        return False
    if condition.if_exists or condition.quantifier == ALL:
        return False
    return all(_is_fixed(condition, value) for value in condition.expected)


def _is_fixed(condition: Condition, value: str) -> bool:
    if "${" in value or not value:
        return False
    if condition.key == "aws:sourceip":
        return condition.operator == "IpAddress" and _is_narrow(value)
    if condition.operator in _LITERAL:
        return True
    if condition.operator not in _PATTERN:
        return False
    if "*" not in value and "?" not in value:
        return True
    return condition.key in ARNS and _ARN_OF_ACCOUNT.fullmatch(value) is not None


def _is_narrow(value: str) -> bool:
    network = read_network(value)
    assert network is not None, "the parser refuses what is no range"
    return network.prefixlen >= (WIDEST_IPV4 if isinstance(network, IPv4Network) else WIDEST_IPV6)
