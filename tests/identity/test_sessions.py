"""Who may assume a role, what a session carries, and what ends it."""

import json
from datetime import timedelta

import pytest

from doubles.houses import ELSEWHERE, HERE
from vedette.errors import Denied, Wrong
from vedette.identity.identity import Identity, KeyFault
from vedette.identity.may import may
from vedette.identity.seal import Seal
from vedette.identity.sessions import RoleRequest

HOUR = timedelta(hours=1)


@pytest.fixture
def ticks():
    class Ticks:
        now = 0.0

        def __call__(self):
            return self.now

    return Ticks()


@pytest.fixture
def identity(database, clock, ticks):
    return Identity(database, Seal(bytes(32)), clock, ticks)


@pytest.fixture
def directory(identity):
    for account in (HERE, ELSEWHERE):
        identity.directory.create_account(account)
    return identity.directory


@pytest.fixture
def alice(identity, directory, clock):
    directory.create_user(HERE, "alice", ["administrator"])
    key = directory.create_key(HERE, "alice")
    return identity.find_key(key.id, "", clock.now)[0]


@pytest.fixture
def a_role(directory):
    """`a_role(name, **statement)` makes a role of the account here, trusting as the statement says."""

    def make(name="reader", **more):
        statement = {"Effect": "Allow", "Principal": {"AWS": HERE}, "Action": "sts:AssumeRole", **more}
        trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
        return directory.create_role(HERE, name, [], trust=trust, policies=["administrator"])

    return make


@pytest.fixture
def assumed(identity, clock):
    """`assumed(caller, role, **wanted)` returns the holder of a new session, as the next request finds it."""

    def assume(caller, role, **wanted):
        assumption = RoleRequest(**{"name": "visit", **wanted})
        session, token = identity.assume(caller, role.arn, assumption, {"aws:SourceIp": "192.0.2.1"})
        return identity.find_key(session.key_id, token, clock.now)[0]

    return assume


BOTH = ["sts:AssumeRole", "sts:TagSession"]


@pytest.mark.parametrize(
    ("trust", "wanted", "allowed"),
    [
        ({}, {}, True),
        ({"Principal": {"AWS": ELSEWHERE}}, {}, False),
        ({"Principal": {"AWS": f"arn:aws:iam::{HERE}:user/alice"}}, {}, True),
        ({"Principal": {"AWS": f"arn:aws:iam::{HERE}:user/bob"}}, {}, False),
        ({"Principal": {"Service": "*"}}, {}, False),
        ({"Principal": "*"}, {}, True),
        ({"Condition": {"StringEquals": {"sts:ExternalId": "42"}}}, {}, False),
        ({"Condition": {"StringEquals": {"sts:ExternalId": "42"}}}, {"external_id": "41"}, False),
        ({"Condition": {"StringEquals": {"sts:ExternalId": "42"}}}, {"external_id": "42"}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}}, {}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}, {}, False),
        ({"Condition": {"StringLike": {"sts:RoleSessionName": "${aws:username}-*"}}}, {}, False),
        (
            {"Condition": {"StringLike": {"sts:RoleSessionName": "${aws:username}-*"}}},
            {"name": "alice-1"},
            True,
        ),
        ({"Condition": {"NumericLessThanEquals": {"sts:DurationSeconds": "900"}}}, {}, False),
        # Tags are a right of their own, and the trust may say which.
        ({}, {"tags": {"line": "4"}}, False),
        ({"Action": BOTH}, {"tags": {"line": "4"}}, True),
        (
            {"Action": BOTH, "Condition": {"StringEquals": {"aws:RequestTag/line": "4"}}},
            {"tags": {"line": "5"}},
            False,
        ),
        (
            {"Action": BOTH, "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["line"]}}},
            {"tags": {"line": "4", "boss": "1"}},
            False,
        ),
        ({}, {"source_identity": "alice"}, False),
        ({"Action": ["sts:AssumeRole", "sts:SetSourceIdentity"]}, {"source_identity": "alice"}, True),
    ],
)
def test_a_trust_policy_says_who_and_how(alice, a_role, assumed, trust, wanted, allowed):
    role = a_role(**trust)
    if allowed:
        assert assumed(alice, role, **wanted).role_arn == role.arn
    else:
        with pytest.raises(Denied, match="is not authorized to perform: sts:"):
            assumed(alice, role, **wanted)


def test_a_trust_that_cannot_be_read_trusts_nobody(alice, directory, assumed):
    role = directory.create_role(HERE, "nobodys", [], policies=["administrator"])
    with pytest.raises(Denied):
        assumed(alice, role)


def test_a_chained_session_lasts_an_hour_at_most(alice, a_role, assumed, clock):
    first, second = a_role("first"), a_role("second")
    long = assumed(alice, first, length=12 * HOUR)
    assert long.expires == clock.now + 12 * HOUR
    assert assumed(long, second, length=HOUR).expires == clock.now + HOUR
    with pytest.raises(Wrong, match="1 hour session limit for roles assumed by role chaining"):
        assumed(long, second, length=HOUR + timedelta(seconds=1))


@pytest.fixture
def chain(alice, a_role, identity, clock):
    """A session of `second` that was assumed from one of `first`; returns how to find it again."""
    first, second = a_role("first"), a_role("second")
    session, token = identity.assume(alice, first.arn, RoleRequest("a"))
    between = identity.find_key(session.key_id, token, clock.now)[0]
    session, token = identity.assume(between, second.arn, RoleRequest("b"))
    return lambda: identity.find_key(session.key_id, token, clock.now)[0]


@pytest.mark.parametrize(
    "end",
    [
        lambda directory, key: directory.enable_key(key, enabled=False),
        lambda directory, key: directory.delete_key(key),
        lambda directory, key: directory.delete_user(HERE, "alice"),
        lambda directory, key: directory.delete_role(HERE, "first"),
        lambda directory, key: directory.delete_role(HERE, "second"),
    ],
    ids=["key disabled", "key deleted", "user deleted", "role on the way deleted", "role deleted"],
)
def test_a_session_ends_with_whatever_it_came_from(end, chain, alice, directory, ticks):
    assert chain().role_arn.endswith("role/second")
    end(directory, alice.key_id)
    ticks.now += 1
    with pytest.raises(KeyFault) as refused:
        chain()
    assert refused.value.kind == "bad-token"


def test_a_role_made_again_does_not_revive_a_session(chain, directory, ticks):
    directory.delete_role(HERE, "first")
    directory.create_role(HERE, "first", [HERE], policies=["administrator"])
    ticks.now += 1
    with pytest.raises(KeyFault):
        chain()


def test_tags_are_passed_on_where_they_were_said_to_be(alice, a_role, assumed):
    first, second = a_role("first", Action=BOTH), a_role("second", Action=BOTH)
    tagged = assumed(alice, first, tags={"line": "4", "shift": "late"}, transitive=("line",))
    assert tagged.tags == {"line": "4", "shift": "late"}
    chained = assumed(tagged, second, tags={"shift": "early"})
    assert chained.tags == {"line": "4", "shift": "early"}
    assert assumed(chained, second).tags == {"line": "4"}
    with pytest.raises(Wrong, match="The tag LINE was passed on"):
        assumed(tagged, second, tags={"LINE": "5"})


def test_a_session_policy_narrows_what_the_role_may(alice, a_role, assumed):
    statement = {"Effect": "Allow", "Action": "rekognition:Describe*", "Resource": "*"}
    narrow = json.dumps({"Version": "2012-10-17", "Statement": statement})
    holder = assumed(alice, a_role(), policy=narrow)
    assert may(holder, "rekognition:DescribeProjects", "*")
    assert not may(holder, "rekognition:DeleteProject", "*")


def test_a_role_trusts_whom_it_named_and_nobody_made_anew(identity, directory, alice, a_role, clock, ticks):
    role = a_role("named", Principal={"AWS": alice.arn})
    assert json.loads(role.trust)["Statement"]["Principal"] == {"AWS": alice.arn}
    wanted = RoleRequest("visit", HOUR)
    assert identity.assume(alice, role.arn, wanted)
    directory.delete_user(HERE, "alice")
    directory.create_user(HERE, "alice", ["administrator"])
    key = directory.create_key(HERE, "alice")
    again = identity.find_key(key.id, "", clock.now)[0]
    assert again.arn == alice.arn
    with pytest.raises(Denied):
        identity.assume(again, role.arn, wanted)
    assert directory.role(HERE, "named").trust == role.trust, "it reads as it was written"
    directory.set_trust(HERE, "named", role.trust)
    assert identity.assume(again, role.arn, wanted)
