"""Which policies a public access block calls public."""

import json

import pytest

from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.access.public import is_public

ACCOUNT = "111122223333"


def public(*statements):
    whole = [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*", **more}
        for more in statements
    ]
    document = json.dumps({"Version": "2012-10-17", "Statement": whole})
    return is_public(parse_policy(document, PolicyKind.BUCKET))


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": [ACCOUNT, "*"]}, True),
        ({"Service": "*"}, True),
        ({"Federated": "*"}, True),
        ({"AWS": ACCOUNT}, False),
        ({"Service": "s3.amazonaws.com"}, False),
        ({"Federated": "cognito-identity.amazonaws.com"}, False),
        ({"CanonicalUser": "0" * 64}, False),
    ],
)
def test_everybody_is_public_and_nobody_else(principal, expected):
    assert public({"Principal": principal}) is expected


def test_one_open_statement_is_enough_and_a_denial_opens_nothing():
    assert public({"Principal": {"AWS": ACCOUNT}}, {})
    assert not public({"Effect": "Deny"})
    assert not public({"Principal": {"AWS": ACCOUNT}}, {"Effect": "Deny"})


def test_a_policy_without_principals_opens_nothing_by_itself():
    document = json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
    assert not is_public(parse_policy(document, PolicyKind.IDENTITY))


ARN = f"arn:aws:iam::{ACCOUNT}:role/reader"


@pytest.mark.parametrize(
    ("operator", "key", "values", "fixes"),
    [
        ("StringEquals", "aws:PrincipalAccount", ACCOUNT, True),
        ("StringEqualsIgnoreCase", "aws:PrincipalOrgID", "o-1", True),
        ("StringEquals", "aws:PrincipalArn", ARN, True),
        ("ArnEquals", "aws:PrincipalArn", ARN, True),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/*", True),
        ("StringLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:*", True),
        ("ArnLike", "aws:SourceArn", f"arn:aws:s3:*:{ACCOUNT}:*", False),
        ("ArnLike", "aws:SourceArn", f"arn:aws:sns:eu-west-1:{ACCOUNT}:*", True),
        ("ForAnyValue:StringEquals", "aws:PrincipalAccount", ACCOUNT, True),
        ("StringEquals", "aws:userid", "AIDA1", True),
        ("StringEquals", "aws:SourceVpc", "vpc-1", True),
        ("StringEquals", "aws:SourceVpce", "vpce-1", True),
        ("StringEquals", "aws:SourceAccount", ACCOUNT, True),
        ("StringEquals", "aws:SourceOrgID", "o-1", True),
        ("StringEquals", "s3:DataAccessPointAccount", ACCOUNT, True),
        ("ArnEquals", "s3:DataAccessPointArn", f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/a", True),
        ("ArnLike", "s3:DataAccessPointArn", f"arn:aws:s3:eu-west-1:{ACCOUNT}:accesspoint/*", True),
        ("ArnLike", "s3:DataAccessPointArn", "arn:aws:s3:eu-west-1:*:accesspoint/a", False),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", True),
        ("IpAddress", "aws:SourceIp", "192.0.2.1", True),
        ("IpAddress", "aws:SourceIp", "2001:db8::/32", True),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/7", False),
        ("IpAddress", "aws:SourceIp", "2001:db8::/31", False),
        ("IpAddress", "aws:SourceIp", "::ffff:0:0/96", False),
        ("IpAddress", "aws:SourceIp", ["192.0.2.0/24", "0.0.0.0/0"], False),
        ("NotIpAddress", "aws:SourceIp", "192.0.2.0/24", False),
        ("StringEquals", "aws:SourceIp", "192.0.2.1", False),
        ("StringLike", "aws:PrincipalArn", "*", False),
        ("StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/reader", False),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::11112222333?:role/reader", False),
        ("StringLike", "aws:PrincipalAccount", "1111*", False),
        ("StringLike", "aws:PrincipalAccount", "11112222333?", False),
        ("StringLike", "aws:userid", "AROA1:*", False),
        ("StringEquals", "aws:PrincipalAccount", "${aws:PrincipalAccount}", False),
        ("StringEquals", "aws:PrincipalAccount", [ACCOUNT, "${aws:PrincipalAccount}"], False),
        ("StringEquals", "aws:PrincipalAccount", "", False),
        ("StringNotEquals", "aws:PrincipalAccount", ACCOUNT, False),
        ("ArnNotLike", "aws:PrincipalArn", ARN, False),
        ("StringEqualsIfExists", "aws:PrincipalAccount", ACCOUNT, False),
        ("ForAllValues:StringEquals", "aws:PrincipalAccount", ACCOUNT, False),
        ("Null", "aws:PrincipalAccount", "false", False),
        ("BinaryEquals", "aws:userid", "aGk=", False),
        ("StringEquals", "aws:username", "alice", False),
        ("StringEquals", "aws:PrincipalTag/team", "red", False),
        ("StringEquals", "aws:Referer", "x", False),
        ("Bool", "aws:SecureTransport", "true", False),
    ],
)
def test_a_condition_fixes_who_comes_or_it_does_not(operator, key, values, fixes):
    assert public({"Condition": {operator: {key: values}}}) is not fixes


def test_one_condition_of_several_is_enough():
    assert not public(
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:userid": "A"}}}
    )
