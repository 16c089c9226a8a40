import json
from dataclasses import replace

import pytest

from doubles.houses import ELSEWHERE, HERE
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.encryption.authority import KeyUse, is_within
from vedette.encryption.grants import NewGrant
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.values import KeyGrant
from vedette.errors import Denied, Missing, Wrong
from vedette.identity.principal import Principal, root_of


def user(name, *statements, account=HERE, session=()):
    arn = f"arn:aws:iam::{account}:user/{name}"
    policies = [parsed(PolicyKind.IDENTITY, statements)] if statements else []
    narrowed = (parsed(PolicyKind.SESSION, session),) if session else ()
    return Principal(
        account, arn, f"AIDA{name.upper()}", name, "AKIA", policies=tuple(policies), session_policies=narrowed
    )


def parsed(kind, statements):
    return parse_policy(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}), kind)


ALL = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
NOT_DECRYPT = {"Effect": "Deny", "Action": "kms:Decrypt", "Resource": "*"}


def key_policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def key(room, place):
    return room.keys.create(place, NewEncryptionKey())


def may(room, who, key, action="Decrypt", **more):
    return room.authority.may(who, KeyUse(action, key, **more))


def test_the_usual_policy_leaves_it_to_the_accounts_own(room, key):
    assert may(room, user("ann", ALL), key)
    assert may(room, root_of(HERE), key)
    assert not may(room, user("ben"), key)
    assert not may(room, user("eve", ALL, account=ELSEWHERE), key)


def test_a_key_policy_without_the_account_locks_out_even_its_root(room, place):
    ann = f"arn:aws:iam::{HERE}:user/ann"
    policy = key_policy({"Effect": "Allow", "Principal": {"AWS": ann}, "Action": "kms:*", "Resource": "*"})
    key = room.keys.create(place, NewEncryptionKey(policy=policy))
    assert may(room, user("ann"), key)
    assert not may(room, user("ben", ALL), key)
    assert not may(room, root_of(HERE), key)


def test_another_account_needs_both_sides(room, place):
    there = {"AWS": f"arn:aws:iam::{ELSEWHERE}:root"}
    policy = key_policy({"Effect": "Allow", "Principal": there, "Action": "kms:Decrypt", "Resource": "*"})
    key = room.keys.create(place, NewEncryptionKey(policy=policy))
    assert may(room, user("eve", ALL, account=ELSEWHERE), key)
    assert not may(room, user("eve", account=ELSEWHERE), key)
    assert not may(room, user("eve", ALL, account=ELSEWHERE), key, "Encrypt")


@pytest.mark.parametrize(
    ("condition", "context", "via", "allowed"),
    [
        ({"StringEquals": {"kms:EncryptionContext:line": "4"}}, {"line": "4"}, "", True),
        ({"StringEquals": {"kms:EncryptionContext:line": "4"}}, {"line": "5"}, "", False),
        ({"StringEquals": {"kms:EncryptionContext:line": "4"}}, {}, "", False),
        ({"ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["line"]}}, {"x": "4"}, "", False),
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, {}, "s3", True),
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, {}, "rekognition", False),
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, {}, "", False),
        ({"StringEquals": {"kms:CallerAccount": HERE}}, {}, "", True),
        ({"StringEquals": {"kms:KeySpec": "RSA_2048"}}, {}, "", False),
        ({"Bool": {"kms:MultiRegion": "false"}}, {}, "", True),
        ({"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/none"}}, {}, "", False),
    ],
)
def test_conditions_ask_about_the_use(room, place, condition, context, via, allowed):
    statement = {"Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    key = room.keys.create(place, NewEncryptionKey(policy=key_policy({**statement, "Condition": condition})))
    assert may(room, user("ann"), key, context=context, via=via) is allowed


def test_a_services_own_key_is_used_through_the_service_alone(room, place):
    own = room.keys.of_service(place, "s3")
    assert may(room, user("ann"), own, via="s3")
    assert not may(room, user("ann", ALL), own)
    assert not may(room, user("ann", ALL), own, via="rekognition")
    assert not may(room, user("eve", ALL, account=ELSEWHERE), own, via="s3")
    assert may(room, user("ann", ALL), own, "DescribeKey")
    assert not may(room, root_of(HERE), own, "ScheduleKeyDeletion")


@pytest.fixture
def granted(room, key):
    def make(**more):
        new = NewGrant(**{"grantee": user("ann").arn, "operations": ("Decrypt",), "issuer": HERE, **more})
        return room.grants.create(key, new)

    return make


def test_a_grant_adds_what_no_policy_gives(room, key, granted):
    granted()
    assert may(room, user("ann"), key)
    assert not may(room, user("ann"), key, "Encrypt")
    assert not may(room, user("ben"), key)
    assert not may(room, user("ann", NOT_DECRYPT), key)
    assert not may(room, user("ann", session=[{**ALL, "Action": "s3:*"}]), key)


def test_a_grant_is_of_the_one_who_had_the_name_then(room, key, granted):
    granted(resolve=lambda arns: {user("ann").arn: "AIDAANN"})
    assert may(room, user("ann"), key)
    assert not may(room, replace(user("ann"), user_id="AIDAANOTHER"), key)


@pytest.mark.parametrize(
    ("bound", "context", "fits"),
    [
        ({"equals": {"a": "1"}}, {"a": "1"}, True),
        ({"equals": {"a": "1"}}, {"a": "1", "b": "2"}, False),
        ({"subset": {"a": "1"}}, {"a": "1", "b": "2"}, True),
        ({"subset": {"a": "1"}}, {"b": "2"}, False),
        ({"subset": {"a": "1"}}, {}, False),
    ],
)
def test_a_grants_constraints_bound_the_context(room, key, granted, bound, context, fits):
    granted(**bound)
    assert may(room, user("ann"), key, context=context) is fits


def test_an_account_that_is_granted_something_lets_its_own_people(room, key, granted):
    granted(grantee=f"arn:aws:iam::{ELSEWHERE}:root")
    assert may(room, user("eve", ALL, account=ELSEWHERE), key)
    assert not may(room, user("eve", account=ELSEWHERE), key)


def test_a_grant_is_taken_away_once(room, key, granted):
    grant = granted()
    room.grants.delete(grant)
    assert not may(room, user("ann"), key)
    with pytest.raises(Missing, match="already"):
        room.grants.delete(grant)


def test_a_repeated_request_makes_no_second_grant(room, granted):
    assert granted(name="once").id == granted(name="once").id
    assert granted(name="once", operations=("Encrypt",)).id != granted(name="once").id
    assert granted().id != granted().id


def test_a_token_names_its_grant_and_cannot_be_made_up(room, granted):
    grant = granted()
    token = room.grants.token_of(grant)
    assert room.grants.by_token(token) == grant
    changed = ("A" if token[0] != "A" else "B") + token[1:]
    for other in ("", "nonsense", "ä", changed, token[:-2]):
        with pytest.raises(Wrong) as refused:
            room.grants.id_of(other)
        assert refused.value.kind == "grant token"


@pytest.mark.parametrize(
    ("bounds", "operations", "fits"),
    [
        ({"subset": {"a": "1"}}, ["Decrypt"], True),
        ({"subset": {"a": "1", "b": "2"}}, ["Decrypt"], True),
        ({"equals": {"a": "1", "b": "2"}}, ["Decrypt"], True),
        ({"equals": {"b": "2"}}, ["Decrypt"], False),
        ({}, ["Decrypt"], False),
        ({"subset": {"a": "1"}}, ["Decrypt", "Encrypt"], False),
    ],
)
def test_a_grant_by_a_grant_gives_no_more(clock, bounds, operations, fits):
    grant = KeyGrant(
        1, "", "", "", "", "", "", "", HERE, ("Decrypt", "CreateGrant"), clock.now, subset={"a": "1"}
    )
    assert is_within(bounds, operations, grant) is fits


def test_a_policy_that_cannot_be_read_any_more_denies_everything(room, key):
    broken = replace(key, stored_policy="{")
    with pytest.raises(Denied):
        room.authority.require(root_of(HERE), KeyUse("Decrypt", broken))
