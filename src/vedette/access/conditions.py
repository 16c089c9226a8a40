"""The Condition block: operators, quantifiers, and the effect of a missing key.

IAM's rules, in short. A condition holds when one of the context's values matches one of the policy's;
a negated operator is the opposite of its positive. A missing key satisfies a negated operator, one
with `…IfExists`, and `ForAllValues:`; it never satisfies anything else.
"""

import base64
import binascii
import operator as arithmetic
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from vedette.access.patterns import Context, Glob, Literal, Template, Wildcards

# Whether a value of the request matches one value of the policy.
Match = Callable[[str, Context], bool]
Prepare = Callable[[Template], Match]

ALL, ANY = "ForAllValues", "ForAnyValue"
# arn:partition:service:region:account:resource; the resource keeps its own colons.
ARN_PARTS = 6
# ::ffff:0:0/96 is where IPv6 maps IPv4 (RFC 4291, 2.5.5.2).
MAPPED_BITS = 96
# Values of a request are parsed once for all statements that test them.
MOST_READ = 1024
# W3C's profile of ISO 8601 may end after the year or the month.
_SHORT_DATE = re.compile(r"\d{4}(-\d\d)?", re.ASCII)
_SHORT_DATE_ENDS = {len("2026"): "-01-01", len("2026-11"): "-01"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key. `expected` are the policy's values, unparsed."""

    operator: str
    key: str
    expected: tuple[str, ...]
    matches: tuple[Match, ...]
    quantifier: str
    if_exists: bool

    def holds(self, context: Context) -> bool:
        """Return whether the request satisfies this condition."""
        values = _values(context, self.key)
        if self.operator == "Null":
            return (not values) == (self.expected[0].lower() == "true")
        if not values:
            return self._holds_without_a_value()
        negated = self.operator in NEGATED
        if self.quantifier == ALL:
            # IAM counts an empty string as no value here.
            return all(self._is_among(value, context) != negated for value in values if value)
        if self.quantifier == ANY:
            return any(self._is_among(value, context) != negated for value in values)
        return any(self._is_among(value, context) for value in values) != negated

    def _holds_without_a_value(self) -> bool:
        if self.if_exists or self.quantifier == ALL:
            return True
        return self.operator in NEGATED and self.quantifier != ANY

    def _is_among(self, value: str, context: Context) -> bool:
        for match in self.matches:  # noqa: SIM110  (a generator takes twice as long)
            if match(value, context):
                return True
        return False


def read_condition(operator: str, key: str, values: list[Template]) -> Condition:
    """Return a condition; ValueError with the problem where it could not be evaluated."""
    quantifier, _, rest = operator.rpartition(":")
    name = rest.removesuffix("IfExists")
    if name not in OPERATORS or quantifier not in ("", ALL, ANY):
        raise ValueError(f"{operator} is not a condition operator")
    if name == "Null" and (quantifier or name != rest):
        raise ValueError(f"{operator} is not a condition operator: Null stands alone")
    if not values:
        raise ValueError(f"{operator} on {key} has no value")
    matches = tuple(OPERATORS[name](value) for value in values)
    texts = tuple(value.text for value in values)
    if name == "Null" and len(texts) != 1:
        raise ValueError(f"Null on {key} has one value, true or false")
    return Condition(name, key.lower(), texts, matches, quantifier, name != rest)


def _values(context: Context, key: str) -> tuple[str, ...]:
    value = context.get(key)
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else value


# Texts


def _equal(expected: Template) -> Match:
    return lambda value, context: value == expected.plain(context)


def _equal_in_any_case(expected: Template) -> Match:
    def match(value: str, context: Context) -> bool:
        plain = expected.plain(context)
        return plain is not None and value.casefold() == plain.casefold()

    return match


def _like(expected: Template) -> Match:
    return expected.matches


def _arn(expected: Template) -> Match:
    """Compare the six parts of an ARN one by one, each with its own wildcards; `*` alone is any ARN."""
    if expected.text == "*":
        return lambda value, context: True
    if expected.keys:
        return partial(_matches_filled_arn, expected)
    globs = _arn_globs(expected.resolve({}) or [])
    if len(globs) != ARN_PARTS:
        raise ValueError(f"{expected.text!r} is not an ARN")
    return lambda value, context: _matches_arn(globs, value)


def _matches_filled_arn(expected: Template, value: str, context: Context) -> bool:
    resolved = expected.resolve(context)
    return resolved is not None and _matches_arn(_arn_globs(resolved), value)


def _matches_arn(globs: list[Glob], value: str) -> bool:
    parts = value.split(":", ARN_PARTS - 1)
    return len(globs) == len(parts) == ARN_PARTS and all(
        glob.matches(part) for glob, part in zip(globs, parts, strict=True)
    )


def _arn_globs(pieces: list[Literal | Wildcards]) -> list[Glob]:
    parts: list[list[Literal | Wildcards]] = [[]]
    for piece in pieces:
        for position, text in enumerate(piece.text.split(":", ARN_PARTS - len(parts))):
            if position:
                parts.append([])
            parts[-1].append(type(piece)(text))
    return [Glob(part) for part in parts]


# Numbers, dates, addresses


def _number(compare: Callable[[Any, Any], bool]) -> Prepare:
    return partial(_compared, compare, read_number, "number")


def _date(compare: Callable[[Any, Any], bool]) -> Prepare:
    return partial(_compared, compare, read_date, "date")


def _compared(
    compare: Callable[[Any, Any], bool], parse: Callable[[str], Any], kind: str, expected: Template
) -> Match:
    limit = parse(expected.text)
    if limit is None:
        raise ValueError(f"{expected.text!r} is not a {kind}")

    def match(value: str, _context: Context) -> bool:
        actual = parse(value)
        return actual is not None and compare(actual, limit)

    return match


def read_number(text: str) -> Decimal | None:
    """Return a decimal number, or None."""
    try:
        number = Decimal(text) if text.isascii() and "_" not in text else Decimal("NaN")
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@lru_cache(maxsize=MOST_READ)
def read_date(text: str) -> datetime | None:
    """Return a moment in ISO 8601 or in seconds since 1970, or None."""
    seconds = None if _SHORT_DATE.fullmatch(text) else read_number(text)
    try:
        if seconds is not None:
            return datetime.fromtimestamp(float(seconds), UTC)
        moment = datetime.fromisoformat(text + _SHORT_DATE_ENDS.get(len(text), ""))
    except (ValueError, OverflowError, OSError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _bool(expected: Template) -> Match:
    word = expected.text.lower()
    if word not in ("true", "false"):
        raise ValueError(f"{expected.text!r} is not true or false")
    return lambda value, context: value.lower() == word


def _ip(expected: Template) -> Match:
    network = read_network(expected.text)
    if network is None:
        raise ValueError(f"{expected.text!r} is not an IP address or range")

    def match(value: str, _context: Context) -> bool:
        address = read_address(value)
        return address is not None and address in network

    return match


def read_network(text: str) -> IPv4Network | IPv6Network | None:
    """Return a range of IP addresses, one of mapped IPv4 as IPv4, or None."""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        return None
    if isinstance(network, IPv6Network) and network.prefixlen >= MAPPED_BITS:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - MAPPED_BITS))
    return network


@lru_cache(maxsize=MOST_READ)
def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return an IP address, a mapped IPv4 one as IPv4, or None."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _binary(expected: Template) -> Match:
    data = _decoded(expected.text)
    if data is None:
        raise ValueError(f"{expected.text!r} is not base64")
    return lambda value, context: _decoded(value) == data


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


OPERATORS: dict[str, Prepare] = {
    "StringEquals": _equal,
    "StringNotEquals": _equal,
    "StringEqualsIgnoreCase": _equal_in_any_case,
    "StringNotEqualsIgnoreCase": _equal_in_any_case,
    "StringLike": _like,
    "StringNotLike": _like,
    "NumericEquals": _number(arithmetic.eq),
    "NumericNotEquals": _number(arithmetic.eq),
    "NumericLessThan": _number(arithmetic.lt),
    "NumericLessThanEquals": _number(arithmetic.le),
    "NumericGreaterThan": _number(arithmetic.gt),
    "NumericGreaterThanEquals": _number(arithmetic.ge),
    "DateEquals": _date(arithmetic.eq),
    "DateNotEquals": _date(arithmetic.eq),
    "DateLessThan": _date(arithmetic.lt),
    "DateLessThanEquals": _date(arithmetic.le),
    "DateGreaterThan": _date(arithmetic.gt),
    "DateGreaterThanEquals": _date(arithmetic.ge),
    "Bool": _bool,
    "BinaryEquals": _binary,
    "IpAddress": _ip,
    "NotIpAddress": _ip,
    # In IAM both behave alike.
    "ArnEquals": _arn,
    "ArnLike": _arn,
    "ArnNotEquals": _arn,
    "ArnNotLike": _arn,
    "Null": _bool,
}
NEGATED = frozenset(name for name in OPERATORS if "Not" in name)
