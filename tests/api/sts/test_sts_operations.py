from datetime import timedelta

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller
from vedette.api.house import Caller
from vedette.api.sts import OPERATIONS
from vedette.errors import Denied, Wrong


@pytest.fixture
def alice(house):
    house.identity.directory.create_user(HERE, "alice")
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
    role = house.identity.directory.create_role(ELSEWHERE, "reader", [HERE])
    answer = call(
        "AssumeRole", RoleArn=role.arn, RoleSessionName="visit", Tags=[{"Key": "line", "Value": "4"}]
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
