import json
from datetime import timedelta

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller
from vedette.api.house import Caller
from vedette.api.sts import OPERATIONS
from vedette.errors import Denied, MalformedPolicy, Missing, Wrong
from vedette.identity.may import may
from vedette.identity.principal import dump_principal, load_principal


@pytest.fixture
def alice(house):
    house.identity.directory.create_user(HERE, "alice", ["administrator"])
    key = house.identity.directory.create_key(HERE, "alice")
    principal, _ = house.identity.find_key(key.id, "", house.clock())
    return Caller(principal, "eu-west-1", "sts")


@pytest.fixture
def call(house, alice):
    return lambda operation, caller=None, **request: OPERATIONS[operation](house, caller or alice, request)


def holder(house, credentials):
    found, secret = house.identity.find_key(
        credentials["AccessKeyId"], credentials["SessionToken"], house.clock()
    )
    assert secret == credentials["SecretAccessKey"]
    return found


def test_a_caller_learns_who_it_is(call, alice):
    assert call("GetCallerIdentity") == {
        "UserId": alice.principal.user_id,
        "Account": HERE,
        "Arn": f"arn:aws:iam::{HERE}:user/alice",
    }


@pytest.mark.parametrize(("asked", "seconds"), [({}, 43_200), ({"DurationSeconds": 900}, 900)])
def test_a_session_lasts_as_long_as_was_asked(asked, seconds, house, call, alice, clock):
    given = call("GetSessionToken", **asked)["Credentials"]
    assert given["Expiration"] == clock.now + timedelta(seconds=seconds)
    assert holder(house, given).arn == alice.principal.arn


def test_a_roots_session_lasts_an_hour_at_most(house, call, clock):
    key = house.identity.directory.create_key(HERE, None)
    root = Caller(house.identity.find_key(key.id, "", clock.now)[0], "eu-west-1", "sts")
    given = call("GetSessionToken", root, DurationSeconds=7200)["Credentials"]
    assert given["Expiration"] == clock.now + timedelta(hours=1)


def test_a_role_is_assumed_across_accounts(house, call, clock):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": HERE},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"sts:ExternalId": "42"}},
    }
    trust = json.dumps({"Version": "2012-10-17", "Statement": statement})
    role = house.identity.directory.create_role(ELSEWHERE, "reader", [], trust=trust)
    with pytest.raises(Denied):
        call("AssumeRole", RoleArn=role.arn, RoleSessionName="visit")
    answer = call(
        "AssumeRole",
        ExternalId="42",
        RoleArn=role.arn,
        RoleSessionName="visit",
        Tags=[{"Key": "line", "Value": "4"}],
    )
    found = holder(house, answer["Credentials"])
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": found.user_id, "Arn": found.arn}
    assert (found.account, found.tags) == (ELSEWHERE, {"line": "4"})
    assert answer["Credentials"]["Expiration"] == clock.now + timedelta(hours=1)


def test_an_untrusted_role_is_denied(house, call):
    role = house.identity.directory.create_role(ELSEWHERE, "closed", [ELSEWHERE])
    with pytest.raises(Denied):
        call("AssumeRole", RoleArn=role.arn, RoleSessionName="visit")


def test_a_key_tells_its_account(call, alice):
    assert call("GetAccessKeyInfo", AccessKeyId=alice.principal.key_id) == {"Account": HERE}
    with pytest.raises(Wrong):
        call("GetAccessKeyInfo", a_caller("sts"), AccessKeyId="AKIANOBODYKNOWSTHIS1")


def test_a_session_policy_is_measured(house, call):
    role = house.identity.directory.create_role(HERE, "reader", [HERE])
    asked = {"RoleArn": role.arn, "RoleSessionName": "visit"}
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    narrow = json.dumps({"Version": "2012-10-17", "Statement": statement})
    answer = call("AssumeRole", Policy=narrow, **asked)
    assert answer["PackedPolicySize"] == 100 * len(narrow) // 2048
    assert len(holder(house, answer["Credentials"]).session_policies) == 1
    with pytest.raises(MalformedPolicy, match="statement 1: its Effect is Allow or Deny"):
        call("AssumeRole", Policy=narrow.replace("Allow", "Perhaps"), **asked)
    with pytest.raises(Wrong, match="case insensitive"):
        call("AssumeRole", Tags=[{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}], **asked)


def test_a_source_identity_is_told_and_stays(house, call, clock):
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"AWS": HERE},
                "Action": ["sts:AssumeRole", "sts:SetSourceIdentity"],
            },
        }
    )
    first = house.identity.directory.create_role(HERE, "first", [], trust=trust, policies=["administrator"])
    second = house.identity.directory.create_role(HERE, "second", [], trust=trust, policies=["administrator"])
    answer = call("AssumeRole", RoleArn=first.arn, RoleSessionName="a", SourceIdentity="alice")
    assert answer["SourceIdentity"] == "alice"
    chained = Caller(holder(house, answer["Credentials"]), "eu-west-1", "sts")
    again = call("AssumeRole", chained, RoleArn=second.arn, RoleSessionName="b", SourceIdentity="mallory")
    assert again["SourceIdentity"] == "alice"


def policy_arn(name, account=HERE):
    return {"arn": f"arn:aws:iam::{account}:policy/{name}"}


def document_of(*actions):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def reader(house):
    """What a new session of a role that may do everything needs."""
    house.identity.directory.policies.put(HERE, "listers", document_of("s3:ListBucket"))
    role = house.identity.directory.create_role(HERE, "reader", [HERE], policies=["administrator"])
    return {"RoleArn": role.arn, "RoleSessionName": "visit"}


def allowed(caller):
    asked = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")
    return {action for action in asked if may(caller, action, "*")}


@pytest.mark.parametrize(
    ("given", "rights"),
    [
        ({}, {"s3:GetObject", "s3:PutObject", "s3:ListBucket"}),
        ({"PolicyArns": [policy_arn("listers")]}, {"s3:ListBucket"}),
        ({"PolicyArns": [policy_arn("viewer", "aws")]}, {"s3:GetObject", "s3:ListBucket"}),
        (
            {"PolicyArns": [policy_arn("listers")], "Policy": document_of("s3:PutObject")},
            {"s3:ListBucket", "s3:PutObject"},
        ),
    ],
    ids=["none", "own", "built-in", "with a document"],
)
def test_a_session_is_narrowed_by_all_its_policies_together(house, call, reader, given, rights):
    session = holder(house, call("AssumeRole", **reader, **given)["Credentials"])
    assert allowed(session) == rights
    remembered = load_principal({"caller": json.loads(json.dumps(dump_principal(session)))})
    assert allowed(house.identity.current(remembered)) == rights, "work goes on with the same rights"


def test_a_changed_or_lost_managed_policy_changes_its_sessions(house, call, reader, clock):
    session = call("AssumeRole", **reader, PolicyArns=[policy_arn("listers")])["Credentials"]
    policies = house.identity.directory.policies
    policies.put(HERE, "listers", document_of("s3:GetObject"))
    house.identity._key_cache.clear()
    assert allowed(holder(house, session)) == {"s3:GetObject"}
    policies.delete(HERE, "listers")
    house.identity._key_cache.clear()
    assert allowed(holder(house, session)) == set(), "what is lost may have denied anything"


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole",
        f"arn:aws:iam::{HERE}:policy/nothing-of-that-name",
        "arn:aws:iam::999999999999:policy/listers",
        f"arn:aws:iam::{HERE}:role/reader-of-nothing",
        "listers-without-an-arn",
    ],
)
def test_a_managed_policy_must_be_of_the_roles_account(call, reader, arn):
    with pytest.raises((Wrong, Missing)):
        call("AssumeRole", **reader, PolicyArns=[{"arn": arn}])


def test_eleven_managed_policies_are_too_many(call, reader):
    with pytest.raises(Wrong, match="10 managed policies"):
        call("AssumeRole", **reader, PolicyArns=[policy_arn("listers")] * 11)
