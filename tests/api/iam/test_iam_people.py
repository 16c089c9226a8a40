"""Users, groups, roles and keys through IAM's operations: what is answered, kept and refused."""

import json

import pytest

from doubles.factors import app_code
from doubles.houses import HERE
from vedette.api.house import Caller
from vedette.api.iam import OPERATIONS, translate
from vedette.errors import BadToken, Busy, Denied, MalformedPolicy, Missing, Taken, TooMuch, Wrong
from vedette.identity.factors import FactorOwner
from vedette.identity.may import may

DETECT = {"Effect": "Allow", "Action": "rekognition:DetectCustomLabels", "Resource": "*"}
TRUST = {"Effect": "Allow", "Principal": {"AWS": HERE}, "Action": "sts:AssumeRole"}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def boss(house):
    house.identity.directory.create_user(HERE, "boss", ["administrator"])
    key = house.identity.directory.create_key(HERE, "boss")
    return Caller(house.identity.find_key(key.id, "", house.clock())[0], "us-east-1", "iam")


@pytest.fixture
def call(house, boss):
    return lambda operation, caller=None, **request: OPERATIONS[operation](house, caller or boss, request)


def caller_with(house, key):
    principal, secret = house.identity.find_key(key["AccessKeyId"], "", house.clock())
    assert secret == key["SecretAccessKey"]
    return Caller(principal, "us-east-1", "iam")


def test_a_user_gets_a_key_and_a_policy_and_may_do_what_that_says(house, call):
    user = call("CreateUser", UserName="ann", Path="/line/4/", Tags=[{"Key": "team", "Value": "red"}])["User"]
    assert user["Arn"] == f"arn:aws:iam::{HERE}:user/line/4/ann"
    key = call("CreateAccessKey", UserName="ann")["AccessKey"]
    assert key["Status"] == "Active"
    ann = caller_with(house, key).principal
    assert (ann.arn, dict(ann.holder_tags)) == (user["Arn"], {"team": "red"})
    assert not may(ann, "rekognition:DetectCustomLabels", "*")
    call("PutUserPolicy", UserName="ann", PolicyName="detect", PolicyDocument=document(DETECT))
    ann = caller_with(house, key).principal
    assert may(ann, "rekognition:DetectCustomLabels", "*")
    assert not may(ann, "rekognition:DeleteProject", "*")
    call("DeleteUserPolicy", UserName="ann", PolicyName="detect")
    assert not may(caller_with(house, key).principal, "rekognition:DetectCustomLabels", "*")


def test_the_caller_is_the_user_where_none_is_named(house, call, boss):
    assert call("GetUser")["User"]["UserName"] == "boss"
    assert call("CreateAccessKey")["AccessKey"]["UserName"] == "boss"
    assert {key["UserName"] for key in call("ListAccessKeys")["AccessKeyMetadata"]} == {"boss"}
    root_key = house.identity.directory.create_key(HERE, None)
    root = Caller(house.identity.find_key(root_key.id, "", house.clock())[0], "us-east-1", "iam")
    assert call("GetUser", root)["User"]["Arn"] == f"arn:aws:iam::{HERE}:root"
    assert [key["AccessKeyId"] for key in call("ListAccessKeys", root)["AccessKeyMetadata"]] == [root_key.id]


def test_a_user_is_deleted_once_it_has_nothing(call):
    call("CreateUser", UserName="ann")
    call("CreateGroup", GroupName="shift")
    key = call("CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    call("AddUserToGroup", GroupName="shift", UserName="ann")
    call("AttachUserPolicy", UserName="ann", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    call("PutUserPolicy", UserName="ann", PolicyName="own", PolicyDocument=document(DETECT))
    steps = [
        ("access keys", "DeleteAccessKey", {"UserName": "ann", "AccessKeyId": key}),
        ("from group", "RemoveUserFromGroup", {"UserName": "ann", "GroupName": "shift"}),
        (
            "detach all",
            "DetachUserPolicy",
            {"UserName": "ann", "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"},
        ),
        ("delete policies", "DeleteUserPolicy", {"UserName": "ann", "PolicyName": "own"}),
    ]
    for words, operation, request in steps:
        with pytest.raises(Busy, match=words):
            call("DeleteUser", UserName="ann")
        call(operation, **request)
    call("DeleteUser", UserName="ann")
    with pytest.raises(Missing):
        call("GetUser", UserName="ann")


def test_a_renamed_user_keeps_its_keys_its_groups_its_rights_and_its_id(house, call):
    before = call("CreateUser", UserName="ann")["User"]
    key = call("CreateAccessKey", UserName="ann")["AccessKey"]
    call("CreateGroup", GroupName="shift")
    call("AddUserToGroup", GroupName="shift", UserName="ann")
    call("PutGroupPolicy", GroupName="shift", PolicyName="detect", PolicyDocument=document(DETECT))
    call("UpdateUser", UserName="ann", NewUserName="anna", NewPath="/day/")
    call("UpdateGroup", GroupName="shift", NewGroupName="day-shift")
    found = caller_with(house, key).principal
    assert (found.arn, found.user_id) == (f"arn:aws:iam::{HERE}:user/day/anna", before["UserId"])
    assert may(found, "rekognition:DetectCustomLabels", "*")
    assert [user["UserName"] for user in call("GetGroup", GroupName="day-shift")["Users"]] == ["anna"]
    with pytest.raises(Missing):
        call("GetUser", UserName="ann")


def test_a_caller_that_was_stored_goes_on_under_its_new_name(house, call):
    call("CreateUser", UserName="ann")
    key = call("CreateAccessKey", UserName="ann")["AccessKey"]
    call("PutUserPolicy", UserName="ann", PolicyName="detect", PolicyDocument=document(DETECT))
    stored = caller_with(house, key).principal
    call("UpdateUser", UserName="ann", NewUserName="anna")
    now = house.identity.current(stored)
    assert (now.name, now.arn) == ("anna", f"arn:aws:iam::{HERE}:user/anna")
    assert may(now, "rekognition:DetectCustomLabels", "*")


@pytest.mark.parametrize("kind", ["User", "Group", "Role"])
def test_names_that_differ_in_case_only_are_one(call, kind):
    more = {"AssumeRolePolicyDocument": document(TRUST)} if kind == "Role" else {}
    call(f"Create{kind}", **{f"{kind}Name": "Ann", **more})
    with pytest.raises(Taken):
        call(f"Create{kind}", **{f"{kind}Name": "aNN", **more})


def test_lists_come_in_pages_and_by_path(call):
    for number in range(5):
        call("CreateUser", UserName=f"u{number}", Path="/a%/" if number % 2 else "/ab/")
    names, request = [], {"PathPrefix": "/a", "MaxItems": 2}
    while True:
        page = call("ListUsers", **request)
        names += [user["UserName"] for user in page["Users"]]
        if not page["IsTruncated"]:
            break
        request["Marker"] = page["Marker"]
    assert names == ["u0", "u1", "u2", "u3", "u4"]
    assert [user["UserName"] for user in call("ListUsers", PathPrefix="/a%")["Users"]] == ["u1", "u3"]
    first = call("ListUsers", MaxItems=1)
    with pytest.raises(BadToken):
        call("ListUsers", PathPrefix="/a", Marker=first["Marker"])


def test_a_role_is_assumed_by_whom_its_trust_policy_names_and_no_longer_than_it_says(house, call, boss):
    from vedette.api.sts import OPERATIONS as STS

    role = call(
        "CreateRole",
        RoleName="reader",
        Path="/jobs/",
        AssumeRolePolicyDocument=document(TRUST),
        Description="d",
    )["Role"]
    assert (role["Arn"], role["MaxSessionDuration"]) == (f"arn:aws:iam::{HERE}:role/jobs/reader", 3600)
    sts = Caller(boss.principal, "us-east-1", "sts")
    asked = {"RoleArn": role["Arn"], "RoleSessionName": "visit"}
    with pytest.raises(Wrong, match="MaxSessionDuration"):
        STS["AssumeRole"](house, sts, {**asked, "DurationSeconds": 7200})
    with pytest.raises(Denied):
        STS["AssumeRole"](house, sts, {**asked, "RoleArn": f"arn:aws:iam::{HERE}:role/reader"})
    given = STS["AssumeRole"](house, sts, asked)["Credentials"]
    session, _ = house.identity.find_key(given["AccessKeyId"], given["SessionToken"], house.clock())
    assert session.role_arn == role["Arn"]
    call("UpdateRole", RoleName="reader", MaxSessionDuration=7200, Description="")
    assert "Description" not in call("GetRole", RoleName="reader")["Role"]
    STS["AssumeRole"](house, sts, {**asked, "DurationSeconds": 7200})
    call("UpdateAssumeRolePolicy", RoleName="reader", PolicyDocument=document({**TRUST, "Effect": "Deny"}))
    with pytest.raises(Denied):
        STS["AssumeRole"](house, sts, asked)


def test_a_trust_policy_names_only_those_who_exist(call):
    nobody = {**TRUST, "Principal": {"AWS": f"arn:aws:iam::{HERE}:user/nobody"}}
    with pytest.raises(MalformedPolicy, match="Invalid principal"):
        call("CreateRole", RoleName="r", AssumeRolePolicyDocument=document(nobody))
    elsewhere = {**TRUST, "Principal": {"AWS": "arn:aws:iam::123456789012:role/far"}}
    call("CreateRole", RoleName="r", AssumeRolePolicyDocument=document(elsewhere))


def test_the_last_administrator_can_neither_go_nor_lose_its_rights(call, boss):
    key = boss.principal.key_id
    for operation, request in [
        ("DeleteAccessKey", {"UserName": "boss", "AccessKeyId": key}),
        ("UpdateAccessKey", {"UserName": "boss", "AccessKeyId": key, "Status": "Inactive"}),
        ("DetachUserPolicy", {"UserName": "boss", "PolicyArn": "arn:aws:iam::aws:policy/administrator"}),
    ]:
        with pytest.raises(Busy, match="last administrator"):
            call(operation, **request)
    call("AttachUserPolicy", UserName="boss", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    call("DetachUserPolicy", UserName="boss", PolicyArn="arn:aws:iam::aws:policy/administrator")
    with pytest.raises(Busy, match="last administrator"):
        call("DetachUserPolicy", UserName="boss", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")


def test_a_key_tells_when_and_where_it_was_last_used(house, call, boss):
    call("CreateUser", UserName="ann")
    key = call("CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    unused = call("GetAccessKeyLastUsed", AccessKeyId=key)
    assert unused == {"UserName": "ann", "AccessKeyLastUsed": {"ServiceName": "N/A", "Region": "N/A"}}
    house.identity.uses.note(key, "s3", "eu-west-1", house.clock())
    used = call("GetAccessKeyLastUsed", AccessKeyId=key)["AccessKeyLastUsed"]
    assert used == {"ServiceName": "s3", "Region": "eu-west-1", "LastUsedDate": house.clock()}
    with pytest.raises(Missing):
        call("GetAccessKeyLastUsed", AccessKeyId="AKIANOBODYKNOWSTHIS1")


def test_limits_are_those_of_iam(call):
    call("CreateUser", UserName="ann")
    call("CreateAccessKey", UserName="ann")
    call("CreateAccessKey", UserName="ann")
    with pytest.raises(TooMuch):
        call("CreateAccessKey", UserName="ann")
    long = document({**DETECT, "Resource": [f"arn:aws:rekognition:*:*:project/{n:090}/*" for n in range(20)]})
    with pytest.raises(TooMuch, match="2048"):
        call("PutUserPolicy", UserName="ann", PolicyName="long", PolicyDocument=long)
    call("CreateGroup", GroupName="shift")
    call("PutGroupPolicy", GroupName="shift", PolicyName="long", PolicyDocument=long)
    assert translate(TooMuch("")).code == "LimitExceeded"


def test_second_factors_are_told_and_taken_away_by_iam(call, house, clock):
    call("CreateUser", UserName="ann")
    made = house.identity.factors.begin_totp(FactorOwner(HERE, "ann"), "phone")
    assert call("ListMFADevices", UserName="ann")["MFADevices"] == [], "no code of it was shown yet"
    house.identity.factors.confirm_totp(FactorOwner(HERE, "ann"), made.id, app_code(made.secret, clock()))
    [device] = call("ListMFADevices", UserName="ann")["MFADevices"]
    number = f"arn:aws:iam::{HERE}:mfa/ann-{made.id}"
    assert device == {"UserName": "ann", "SerialNumber": number, "EnableDate": clock()}
    ann = caller_with(house, call("CreateAccessKey", UserName="ann")["AccessKey"])
    # As AWS's own example has it, for people who see to their own factors.
    own = f"arn:aws:iam::{HERE}:user/${{aws:username}}"
    call("PutUserPolicy", UserName="ann", PolicyName="see", PolicyDocument=document(
        {"Effect": "Allow", "Action": "iam:ListMFADevices", "Resource": own}
    ))  # fmt: skip
    ann = Caller(house.identity.current(ann.principal), "us-east-1", "iam")
    assert call("ListMFADevices", ann)["MFADevices"] == [device]
    for nobodys in ({"UserName": "boss"}, {"UserName": "nobody"}):
        with pytest.raises(Denied):
            call("ListMFADevices", ann, **nobodys)
    with pytest.raises(Denied):
        call("DeactivateMFADevice", ann, SerialNumber=number)
    call("PutUserPolicy", UserName="ann", PolicyName="see", PolicyDocument=document(
        {"Effect": "Allow", "Action": "iam:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "vedette:RemoveSecondFactors", "Resource": "*"},
    ))  # fmt: skip
    ann = Caller(house.identity.current(ann.principal), "us-east-1", "iam")
    with pytest.raises(Denied, match="vedette:RemoveSecondFactors"):
        call("DeactivateMFADevice", ann, SerialNumber=number)
    summary = call("GetAccountSummary")["SummaryMap"]
    assert (summary["MFADevicesInUse"], summary["AccountMFAEnabled"]) == (1, 0)
    for wrong in ({"UserName": "boss", "SerialNumber": number}, {"UserName": "ann", "SerialNumber": "GAHT1"}):
        with pytest.raises(Missing):
            call("DeactivateMFADevice", **wrong)
    call("DeactivateMFADevice", UserName="ann", SerialNumber=number)
    assert call("ListMFADevices", UserName="ann")["MFADevices"] == []
    assert house.identity.factors.count_codes(FactorOwner(HERE, "ann")) == 0


def test_what_nothing_here_has_is_an_empty_list_and_a_password_is_missing(call):
    call("CreateUser", UserName="ann")
    assert call("ListMFADevices", UserName="ann") == {"MFADevices": [], "IsTruncated": False}
    assert call("ListInstanceProfiles") == {"InstanceProfiles": [], "IsTruncated": False}
    with pytest.raises(Missing):
        call("GetLoginProfile", UserName="ann")
    with pytest.raises(Missing):
        call("ListMFADevices", UserName="nobody")
