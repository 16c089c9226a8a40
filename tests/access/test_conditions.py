"""Every operator, its quantifiers, and what a missing key means."""

import pytest

from vedette.access.conditions import (
    NEGATED,
    OPERATORS,
    read_address,
    read_condition,
    read_date,
    read_network,
)
from vedette.access.patterns import Template

ARN = "arn:aws:iam::111122223333:role/reader"


def holds(operator, value, *wanted, **context):
    templates = [Template(text, variables=True) for text in wanted]
    given = {name.replace("__", ":"): text for name, text in context.items()}
    if value is not None:
        given["aws:key"] = value
    return read_condition(operator, "aws:Key", templates).holds(given)


@pytest.mark.parametrize(
    ("operator", "value", "wanted", "expected"),
    [
        ("StringEquals", "a", ["a"], True),
        ("StringEquals", "a", ["A"], False),
        ("StringEquals", "a", ["b", "a"], True),
        ("StringEquals", "ab", ["a*"], False),
        ("StringEquals", "a*", ["a*"], True),
        ("StringNotEquals", "a", ["b"], True),
        ("StringNotEquals", "a", ["b", "a"], False),
        ("StringEqualsIgnoreCase", "Straße", ["STRASSE"], True),
        ("StringEqualsIgnoreCase", "a", ["b"], False),
        ("StringNotEqualsIgnoreCase", "a", ["A"], False),
        ("StringLike", "abc", ["a*"], True),
        ("StringLike", "abc", ["A*"], False),
        ("StringNotLike", "abc", ["a?c"], False),
        ("StringNotLike", "abc", ["a?"], True),
        ("NumericEquals", "10", ["10.0"], True),
        ("NumericEquals", "1e1", ["10"], True),
        ("NumericNotEquals", "10", ["10.0"], False),
        ("NumericNotEquals", "11", ["10", "9"], True),
        ("NumericLessThan", "9", ["10"], True),
        ("NumericLessThan", "10", ["10"], False),
        ("NumericLessThanEquals", "10", ["10"], True),
        ("NumericLessThanEquals", "11", ["10"], False),
        ("NumericGreaterThan", "11", ["10"], True),
        ("NumericGreaterThan", "10", ["10"], False),
        ("NumericGreaterThanEquals", "10", ["10"], True),
        ("NumericGreaterThanEquals", "9", ["10"], False),
        ("NumericLessThan", "x", ["10"], False),
        ("NumericLessThan", "１", ["10"], False),
        ("NumericLessThan", "1_0", ["100"], False),
        ("NumericGreaterThan", "NaN", ["10"], False),
        ("NumericGreaterThan", "Infinity", ["10"], False),
        ("NumericNotEquals", "x", ["10"], True),
        ("DateEquals", "2026-11-28T12:00:00Z", ["2026-11-28T13:00:00+01:00"], True),
        ("DateEquals", "2026-11-28T12:00:00Z", ["1795867200"], True),
        ("DateEquals", "1795867200", ["2026-11-28T12:00:00Z"], True),
        ("DateNotEquals", "2026-11-28T12:00:00Z", ["2026-11-28"], True),
        ("DateLessThan", "2025-12-31T23:59:59Z", ["2026"], True),
        ("DateLessThan", "2026-01-01T00:00:00Z", ["2026"], False),
        ("DateLessThanEquals", "2026-11-01T00:00:00Z", ["2026-11"], True),
        ("DateGreaterThan", "2026-11-01T00:00:01Z", ["2026-11"], True),
        ("DateGreaterThanEquals", "2026-11-28T00:00:00Z", ["2026-11-28"], True),
        ("DateGreaterThan", "tomorrow", ["2026"], False),
        ("Bool", "true", ["True"], True),
        ("Bool", "false", ["true"], False),
        ("BinaryEquals", "aGk=", ["aGk="], True),
        ("BinaryEquals", "aGj=", ["aGk="], False),
        ("BinaryEquals", "hi", ["aGk="], False),
        ("IpAddress", "192.0.2.7", ["192.0.2.0/24"], True),
        ("IpAddress", "192.0.3.7", ["192.0.2.0/24"], False),
        ("IpAddress", "192.0.2.7", ["192.0.2.7"], True),
        ("IpAddress", "192.0.2.7", ["192.0.2.9/24"], True),
        ("IpAddress", "::ffff:192.0.2.7", ["192.0.2.0/24"], True),
        ("IpAddress", "192.0.2.7", ["::ffff:192.0.2.0/120"], True),
        ("IpAddress", "2001:db8::1", ["2001:db8::/32"], True),
        ("IpAddress", "fe80::1%eth0", ["fe80::/10"], True),
        ("IpAddress", "192.0.2.7", ["2001:db8::/32"], False),
        ("IpAddress", "testclient", ["0.0.0.0/0"], False),
        ("NotIpAddress", "::ffff:192.0.2.7", ["192.0.2.0/24"], False),
        ("NotIpAddress", "testclient", ["0.0.0.0/0"], True),
        ("ArnEquals", ARN, [ARN], True),
        ("ArnEquals", ARN, ["arn:aws:iam::*:role/*"], True),
        ("ArnLike", ARN, ["arn:aws:iam::111122223333:*"], True),
        ("ArnLike", "arn:aws:iam::1:role:reader", ["arn:*:*:*:*:reader"], False),
        ("ArnLike", "arn:aws:iam::1:role:reader", ["arn:*:*:*:*:*:reader"], True),
        ("ArnLike", ARN, ["*"], True),
        ("ArnLike", "nothing like it", ["arn:aws:iam::*:*"], False),
        ("ArnLike", f"{ARN}:more", [f"{ARN}:*"], True),
        ("ArnNotEquals", ARN, ["arn:aws:iam::*:user/*"], True),
        ("ArnNotLike", ARN, ["arn:aws:iam::*:role/*"], False),
        ("Null", "a", ["false"], True),
        ("Null", "a", ["TRUE"], False),
    ],
)  # fmt: skip
def test_an_operator_compares(operator, value, wanted, expected):
    assert holds(operator, value, *wanted) is expected


def test_every_operator_is_compared_above():
    rows = test_an_operator_compares.pytestmark[0].args[1]
    assert {row[0] for row in rows} == set(OPERATORS)


VALID = {
    "Numeric": "1",
    "Date": "2026",
    "Bool": "true",
    "Binary": "aGk=",
    "Ip": "192.0.2.1",
    "NotIp": "192.0.2.1",
    "Arn": ARN,
}
PLAIN = sorted(set(OPERATORS) - {"Null"})


def wanted_of(operator):
    return next((text for prefix, text in VALID.items() if operator.startswith(prefix)), "a")


@pytest.mark.parametrize("operator", PLAIN)
def test_a_missing_key_is_judged_by_the_operators_form(operator):
    def missing(form):
        return holds(form, None, wanted_of(operator))

    assert missing(operator) is (operator in NEGATED)
    assert missing(f"{operator}IfExists") is True
    assert missing(f"ForAllValues:{operator}") is True
    assert missing(f"ForAnyValue:{operator}") is False
    assert missing(f"ForAnyValue:{operator}IfExists") is True
    assert holds(f"ForAnyValue:{operator}", (), wanted_of(operator)) is False


def test_null_asks_whether_the_key_is_missing():
    assert (holds("Null", None, "true"), holds("Null", None, "false")) == (True, False)
    assert (holds("Null", (), "true"), holds("Null", ("a",), "true")) == (True, False)


def test_negated_operators_are_those_that_say_not():
    assert {
        "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals",
        "NotIpAddress", "ArnNotEquals", "ArnNotLike",
    } == NEGATED  # fmt: skip


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAllValues:StringEquals", ("",), True),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "c"), False),
        ("ForAnyValue:StringEquals", ("a", "c"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAnyValue:StringEquals", ("",), False),
        ("ForAnyValue:StringNotEquals", ("a", "c"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
        ("ForAllValues:StringEqualsIfExists", ("a", "c"), False),
        ("ForAnyValue:StringEquals", "a", True),
        ("StringEquals", ("c", "a"), True),
        ("StringNotEquals", ("c", "a"), False),
        ("StringNotEquals", ("c", "d"), True),
    ],
)
def test_several_values_are_judged_by_the_quantifier(operator, value, expected):
    assert holds(operator, value, "a", "b") is expected


def test_texts_and_arns_know_variables_and_other_values_do_not():
    assert holds("StringEquals", "alice", "${aws:username}", aws__username="alice")
    assert holds("StringLike", "alice/x", "${aws:username}/*", aws__username="alice")
    assert not holds("StringLike", "alice/x", "${aws:username}/*", aws__username="*")
    assert holds("StringEqualsIgnoreCase", "ALICE", "${aws:username}", aws__username="alice")
    assert not holds("StringEqualsIgnoreCase", "a", "${aws:username}")
    assert not holds("StringEquals", "a", "${aws:username}")
    assert holds("StringNotEquals", "a", "${aws:username}")
    assert holds(
        "ArnLike", ARN, "arn:aws:iam::${aws:PrincipalAccount}:role/*", aws__principalaccount="111122223333"
    )
    assert holds("ArnEquals", ARN, "${aws:principalarn}", aws__principalarn=ARN)
    assert not holds("ArnLike", ARN, "arn:aws:iam::${aws:PrincipalAccount}:role/*")
    assert not holds("ArnLike", ARN, "arn:aws:iam::${aws:username}:role/*", aws__username="*")


@pytest.mark.parametrize(
    ("operator", "wanted", "why"),
    [
        ("StringSame", "a", "StringSame is not a condition operator"),
        ("IfExists", "a", "IfExists is not a condition operator"),
        ("ForEach:StringEquals", "a", "ForEach:StringEquals is not a condition operator"),
        ("stringequals", "a", "not a condition operator"),
        ("ForAnyValue:Null", "true", "Null stands alone"),
        ("NullIfExists", "true", "Null stands alone"),
        ("Null", "maybe", "'maybe' is not true or false"),
        ("NumericEquals", "x", "'x' is not a number"),
        ("NumericEquals", "NaN", "'NaN' is not a number"),
        ("NumericEquals", "１", "is not a number"),
        ("NumericEquals", "${aws:username}", "is not a number"),
        ("DateEquals", "28.11.2026", "'28.11.2026' is not a date"),
        ("DateEquals", "9" * 30, "is not a date"),
        ("DateEquals", "2026-13", "is not a date"),
        ("Bool", "yes", "'yes' is not true or false"),
        ("BinaryEquals", "h!", "'h!' is not base64"),
        ("IpAddress", "192.0.2.0/33", "is not an IP address or range"),
        ("IpAddress", "*", "is not an IP address or range"),
        ("ArnLike", "reader", "'reader' is not an ARN"),
    ],
)
def test_what_could_not_be_obeyed_is_refused(operator, wanted, why):
    with pytest.raises(ValueError, match=why):
        holds(operator, "a", wanted)


def test_a_condition_needs_a_value_and_null_just_one():
    with pytest.raises(ValueError, match="StringEquals on aws:Key has no value"):
        holds("StringEquals", "a")
    with pytest.raises(ValueError, match="Null on aws:Key has one value"):
        holds("Null", "a", "true", "false")


def test_addresses_and_dates_are_read_as_what_they_are():
    assert str(read_address("::ffff:192.0.2.1")) == "192.0.2.1"
    assert str(read_address("2001:db8::1")) == "2001:db8::1"
    assert str(read_network("::ffff:192.0.2.0/120")) == "192.0.2.0/24"
    assert str(read_network("::ffff:0:0/96")) == "0.0.0.0/0"
    assert str(read_network("::/0")) == "::/0"
    assert str(read_network("::/96")) == "::/96"
    assert (read_address("x"), read_network("x")) == (None, None)
    assert read_date("2026").isoformat() == read_date("2026-01").isoformat() == "2026-01-01T00:00:00+00:00"
    assert read_date("2026-11-28T12:00:00").isoformat() == "2026-11-28T12:00:00+00:00"
    assert read_date("0").isoformat() == "1970-01-01T00:00:00+00:00"
