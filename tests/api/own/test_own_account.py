"""The people of an account through Vedette's own service."""

import json
from dataclasses import replace

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.api.house import Caller
from vedette.api.own import OPERATIONS
from vedette.errors import Busy, Denied, MalformedPolicy, Missing, Taken
from vedette.identity.builtin import builtin_document
from vedette.identity.holder import Holder

ROOT = a_caller("vedette")
SMALL = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
)


@pytest.fixture
def call(house):
    return lambda operation, caller=ROOT, **request: OPERATIONS[operation](house, caller, request)


def holder_of(policy):
    """Return a caller who holds one of the built-in policies."""
    parsed = parse_policy(builtin_document(policy), PolicyKind.IDENTITY, name=policy)
    return replace(ROOT, principal=replace(ROOT.principal, policies=(parsed,)))


def test_a_user_is_created_changed_and_deleted(call):
    call("CreateGroup", GroupName="shift", Policies=["labeller"])
    made = call("CreateUser", UserName="ann", Policies=["viewer"], Groups=["shift"])
    assert made["Arn"] == f"arn:aws:iam::{HERE}:user/ann"
    call(
        "UpdateUser",
        UserName="ann",
        AttachPolicies=["trainer"],
        DetachPolicies=["viewer"],
        Tags={"team": "x"},
    )
    user = call("GetUser", UserName="ann")
    assert {name: user[name] for name in ("Policies", "GroupPolicies", "Groups", "AccessKeys", "Tags")} == {
        "Policies": ["trainer"],
        "GroupPolicies": ["shift/labeller"],
        "Groups": ["shift"],
        "AccessKeys": [],
        "Tags": {"team": "x"},
    }
    with pytest.raises(Busy):
        call("DeleteGroup", GroupName="shift")
    call("UpdateUser", UserName="ann", LeaveGroups=["shift"], RemoveTags=["team"])
    call("DeleteGroup", GroupName="shift")
    call("DeleteUser", UserName="ann")
    assert call("ListUsers")["Users"] == []
    with pytest.raises(Missing):
        call("GetUser", UserName="ann")


def test_a_key_is_shown_once_and_works(call, house, clock):
    call("CreateUser", UserName="ann")
    key = call("CreateAccessKey", UserName="ann")
    assert house.identity.find_key(key["AccessKeyId"], "", clock())[1] == key["SecretAccessKey"]
    listed = call("GetUser", UserName="ann")["AccessKeys"]
    assert [(item["AccessKeyId"], item["Enabled"]) for item in listed] == [(key["AccessKeyId"], True)]
    call("UpdateAccessKey", UserName="ann", AccessKeyId=key["AccessKeyId"], Enabled=False)
    assert call("GetUser", UserName="ann")["AccessKeys"][0]["Enabled"] is False
    call("DeleteAccessKey", UserName="ann", AccessKeyId=key["AccessKeyId"])
    assert call("GetUser", UserName="ann")["AccessKeys"] == []


def test_a_key_of_somebody_else_is_not_reached_by_naming_another_user(call, house):
    call("CreateUser", UserName="ann")
    call("CreateUser", UserName="bob")
    key = call("CreateAccessKey", UserName="bob")["AccessKeyId"]
    root = house.identity.directory.create_key(HERE, None).id
    foreign = house.identity.directory.create_key(ELSEWHERE, None).id
    for key_id in (key, root, foreign):
        with pytest.raises(Missing):
            call("DeleteAccessKey", UserName="ann", AccessKeyId=key_id)
        with pytest.raises(Missing):
            call("UpdateAccessKey", UserName="ann", AccessKeyId=key_id, Enabled=False)
        assert house.identity.directory.key(key_id).enabled


def test_policies_are_put_listed_and_deleted(call):
    document = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
    assert call("PutPolicy", PolicyName="buckets", PolicyDocument=document)["IsBuiltIn"] is False
    names = {policy["PolicyName"]: policy["IsBuiltIn"] for policy in call("ListPolicies")["Policies"]}
    assert (names["buckets"], names["administrator"]) == (False, True)
    with pytest.raises(MalformedPolicy):
        call("PutPolicy", PolicyName="broken", PolicyDocument='{"Statement":[{"Effect":"Maybe"}]}')
    with pytest.raises(Taken):
        call("PutPolicy", PolicyName="viewer", PolicyDocument=document)
    call("DeletePolicy", PolicyName="buckets")
    assert "buckets" not in [policy["PolicyName"] for policy in call("ListPolicies")["Policies"]]


@pytest.fixture
def alone(call):
    """An account whose only administrator is a user with one key: its root has none."""
    call("CreateUser", UserName="ann", Policies=["administrator"])
    return call("CreateAccessKey", UserName="ann")["AccessKeyId"]


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("DeleteUser", {}),
        ("UpdateUser", {"DetachPolicies": ["administrator"]}),
        ("UpdateAccessKey", {"Enabled": False}),
        ("DeleteAccessKey", {}),
    ],
)
def test_the_last_administrator_stays(call, alone, operation, request_):
    key = {"AccessKeyId": alone} if "Key" in operation else {}
    with pytest.raises(Busy, match="last administrator"):
        call(operation, UserName="ann", **key, **request_)
    call("CreateUser", UserName="bob", Policies=["administrator"])
    call("CreateAccessKey", UserName="bob")
    call(operation, UserName="ann", **key, **request_)


def test_the_last_administrator_by_a_group_stays_too(call):
    call("CreateGroup", GroupName="admins", Policies=["administrator"])
    call("CreateUser", UserName="ann", Groups=["admins"])
    call("CreateAccessKey", UserName="ann")
    with pytest.raises(Busy):
        call("UpdateUser", UserName="ann", LeaveGroups=["admins"])
    with pytest.raises(Busy):
        call("UpdateGroup", GroupName="admins", DetachPolicies=["administrator"])
    call("UpdateUser", UserName="ann", AttachPolicies=["administrator"])


@pytest.mark.parametrize("policy", ["trainer", "labeller", "viewer", "caller"])
@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("CreateUser", {"UserName": "eve", "Policies": ["administrator"]}),
        ("UpdateUser", {"UserName": "ann", "AttachPolicies": ["administrator"]}),
        ("CreateAccessKey", {"UserName": "ann"}),
        ("GetUser", {"UserName": "ann"}),
        ("DeleteUser", {"UserName": "ann"}),
        ("PutPolicy", {"PolicyName": "p", "PolicyDocument": "{}"}),
        ("UpdateGroup", {"GroupName": "g", "AttachPolicies": ["administrator"]}),
    ],
)
def test_nobody_but_an_administrator_gains_rights_so(call, policy, operation, request_):
    call("CreateUser", UserName="ann")
    with pytest.raises(Denied):
        call(operation, caller=holder_of(policy), **request_)


def test_people_of_another_account_are_not_seen(call):
    call("CreateUser", UserName="ann")
    other = a_caller("vedette", account=ELSEWHERE)
    assert call("ListUsers", caller=other)["Users"] == []
    with pytest.raises(Missing):
        call("GetUser", caller=other, UserName="ann")


def with_policy(house, document):
    """Return a caller of our own operations who holds this document and nothing else."""
    directory = house.identity.directory
    directory.create_user(HERE, "engineer")
    directory.inline.put(Holder("user", HERE, "engineer"), "own", document)
    key = directory.create_key(HERE, "engineer")
    return Caller(house.identity.find_key(key.id, "", house.clock())[0], "us-east-1", "vedette")


WAYS_UP = [
    ("CreateUser", {"UserName": "puppet", "Policies": ["administrator"]}),
    ("CreateAccessKey", {"UserName": "boss"}),
    ("UpdateUser", {"UserName": "engineer", "AttachPolicies": ["administrator"]}),
    ("UpdateUser", {"UserName": "engineer", "JoinGroups": ["chiefs"]}),
    ("UpdateGroup", {"GroupName": "chiefs", "AttachPolicies": ["administrator"]}),
    ("PutPolicy", {"PolicyName": "p", "PolicyDocument": "{}"}),
    ("GetUser", {"UserName": "boss"}),
    ("ListUsers", {}),
]


@pytest.mark.parametrize(("operation", "request_"), WAYS_UP, ids=[name for name, _ in WAYS_UP])
def test_who_may_do_everything_but_iam_finds_no_other_way_to_people(operation, request_, house):
    """AWS's PowerUserAccess is written for that; our own operations are no way around it (0391)."""
    house.identity.directory.create_user(HERE, "boss", ["administrator"])
    house.identity.directory.groups.create(HERE, "chiefs")
    engineer = with_policy(house, builtin_document("aws:PowerUserAccess"))
    with pytest.raises(Denied, match="iam:"):
        OPERATIONS[operation](house, engineer, request_)


def test_who_may_attach_one_policy_attaches_no_other_by_our_own_operations(house):
    arn = "arn:aws:iam::aws:policy/viewer"
    only = {"ArnEquals": {"iam:PolicyARN": arn}}
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"},
                {"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*", "Condition": only},
            ],
        }
    )
    engineer = with_policy(house, document)
    house.identity.directory.create_user(HERE, "ann")
    both = {"UserName": "ann", "AttachPolicies": ["viewer", "administrator"]}
    with pytest.raises(Denied):
        OPERATIONS["UpdateUser"](house, engineer, both)
    assert house.identity.directory.policies_of_user(HERE, "ann") == [], "nothing is half done"
    OPERATIONS["UpdateUser"](house, engineer, {"UserName": "ann", "AttachPolicies": ["viewer"]})


def test_an_inline_policy_shows_and_is_taken_away_like_the_others(house, call):
    directory = house.identity.directory
    directory.create_user(HERE, "ann")
    directory.inline.put(Holder("user", HERE, "ann"), "own", SMALL)
    assert call("GetUser", UserName="ann")["Policies"] == ["inline:own"]
    call("UpdateUser", UserName="ann", DetachPolicies=["inline:own"])
    assert call("GetUser", UserName="ann")["Policies"] == []
