"""Who tries to get more than it has: each way is closed by the right that IAM asks for it, by no other."""

import json
from dataclasses import replace

import pytest

from doubles.houses import ELSEWHERE, HERE
from vedette.api.house import Caller
from vedette.api.iam import OPERATIONS
from vedette.errors import Denied, MalformedPolicy, Missing, Refusal, Wrong
from vedette.identity.holder import Holder
from vedette.identity.may import may

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions, resource="*", **more):
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


@pytest.fixture
def directory(house):
    made = house.identity.directory
    made.create_user(HERE, "boss", ["administrator"])
    made.create_user(HERE, "mallory")
    made.groups.create(HERE, "crew")
    made.groups.add(HERE, "crew", "mallory")
    made.policies.put(HERE, "crew-rights", document(allow("rekognition:Describe*")))
    made.policies.attach(Holder("group", HERE, "crew"), "crew-rights")
    trust = document({"Effect": "Allow", "Principal": {"AWS": HERE}, "Action": "sts:AssumeRole"})
    made.create_role(HERE, "chief", trust=trust, policies=["administrator"])
    return made


@pytest.fixture
def mallory(house, directory):
    """`mallory(statement, …)` calls IAM with these rights and no others."""
    key = directory.create_key(HERE, "mallory")

    def of(*statements):
        directory.inline.put(Holder("user", HERE, "mallory"), "rights", document(*statements))
        house.identity.forget()
        caller = Caller(house.identity.find_key(key.id, "", house.clock())[0], "us-east-1", "iam")
        return lambda operation, **request: OPERATIONS[operation](house, caller, request)

    return of


OWN = f"arn:aws:iam::{HERE}:policy/crew-rights"
WAYS_UP = [
    ("CreatePolicyVersion", {"PolicyArn": OWN, "PolicyDocument": document(ALL), "SetAsDefault": True}),
    ("SetDefaultPolicyVersion", {"PolicyArn": OWN, "VersionId": "v1"}),
    ("AttachUserPolicy", {"UserName": "mallory", "PolicyArn": ADMIN}),
    ("AttachGroupPolicy", {"GroupName": "crew", "PolicyArn": ADMIN}),
    ("AttachRolePolicy", {"RoleName": "chief", "PolicyArn": ADMIN}),
    ("PutUserPolicy", {"UserName": "mallory", "PolicyName": "up", "PolicyDocument": document(ALL)}),
    ("PutGroupPolicy", {"GroupName": "crew", "PolicyName": "up", "PolicyDocument": document(ALL)}),
    ("PutRolePolicy", {"RoleName": "chief", "PolicyName": "up", "PolicyDocument": document(ALL)}),
    ("AddUserToGroup", {"GroupName": "crew", "UserName": "mallory"}),
    ("CreateAccessKey", {"UserName": "boss"}),
    ("UpdateUser", {"UserName": "mallory", "NewUserName": "boss2"}),
    ("UpdateAssumeRolePolicy", {"RoleName": "chief", "PolicyDocument": document()}),
    ("DeleteUserPermissionsBoundary", {"UserName": "mallory"}),
    ("PutUserPermissionsBoundary", {"UserName": "mallory", "PermissionsBoundary": ADMIN}),
]


@pytest.mark.parametrize(("operation", "request_"), WAYS_UP, ids=[name for name, _ in WAYS_UP])
def test_every_way_up_asks_for_its_own_right(operation, request_, mallory):
    with pytest.raises(Denied, match=f"iam:{operation}"):
        mallory({"Effect": "Allow", "NotAction": f"iam:{operation}", "Resource": "*"})(operation, **request_)
    with pytest.raises(Denied, match=f"iam:{operation}"):
        mallory(ALL, {"Effect": "Deny", "Action": f"iam:{operation}", "Resource": "*"})(operation, **request_)
    try:
        mallory(allow(f"iam:{operation}"))(operation, **request_)
    except Denied:
        pytest.fail("the right alone is enough")
    except Refusal:
        pass  # what else is wrong with the request is another's matter


def test_a_key_for_another_is_another_right_than_one_for_oneself(mallory):
    call = mallory(allow("iam:CreateAccessKey", resource=f"arn:aws:iam::{HERE}:user/${{aws:username}}"))
    with pytest.raises(Denied):
        call("CreateAccessKey", UserName="boss")
    assert call("CreateAccessKey")["AccessKey"]["UserName"] == "mallory"


def test_a_path_in_a_right_is_the_path_of_the_user_that_there_is(mallory, directory):
    directory.holders.move(Holder("user", HERE, "boss"), "boss", "/office/")
    call = mallory(allow("iam:*", resource=f"arn:aws:iam::{HERE}:user/line/*"))
    with pytest.raises(Denied):
        call("CreateAccessKey", UserName="boss")
    with pytest.raises(Denied):
        call("UpdateUser", UserName="boss", NewPath="/line/")
    call("CreateUser", UserName="new", Path="/line/")
    with pytest.raises(Denied):
        call("UpdateUser", UserName="new", NewPath="/office/")
    with pytest.raises(Denied):
        call("CreateUser", UserName="other", Path="/office/")


def test_the_policies_that_may_be_attached_are_named_by_their_arns(mallory):
    arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    call = mallory(allow("iam:AttachUserPolicy", Condition={"ArnEquals": {"iam:PolicyARN": arn}}))
    with pytest.raises(Denied):
        call("AttachUserPolicy", UserName="mallory", PolicyArn=ADMIN)
    call("AttachUserPolicy", UserName="mallory", PolicyArn=arn)


def test_who_must_set_a_boundary_cannot_do_without(mallory, house):
    bound = "arn:aws:iam::aws:policy/AmazonRekognitionFullAccess"
    needs = {"StringEquals": {"iam:PermissionsBoundary": bound}}
    call = mallory(
        allow("iam:CreateUser", Condition=needs), allow("iam:CreateAccessKey", "iam:AttachUserPolicy")
    )
    with pytest.raises(Denied):
        call("CreateUser", UserName="puppet")
    with pytest.raises(Denied):
        call("CreateUser", UserName="puppet", PermissionsBoundary=ADMIN)
    call("CreateUser", UserName="puppet", PermissionsBoundary=bound)
    call("AttachUserPolicy", UserName="puppet", PolicyArn=ADMIN)
    key = call("CreateAccessKey", UserName="puppet")["AccessKey"]
    puppet, _ = house.identity.find_key(key["AccessKeyId"], "", house.clock())
    assert may(puppet, "rekognition:DescribeProjects", "*")
    assert not may(puppet, "iam:CreateUser", f"arn:aws:iam::{HERE}:user/x")
    stored = replace(puppet, boundary=())
    assert not may(house.identity.current(stored), "s3:GetObject", "*"), "work that goes on is bounded too"


def test_a_boundary_that_is_lost_or_was_deleted_denies(house, directory):
    directory.policies.put(HERE, "bound", document(ALL))
    directory.holders.set_boundary(Holder("user", HERE, "boss"), "bound")
    key = directory.create_key(HERE, "boss")
    assert may(house.identity.find_key(key.id, "", house.clock())[0], "s3:GetObject", "*")
    with pytest.raises(Refusal, match="attached to user boss"):
        directory.policies.delete(HERE, "bound")
    with directory._database.write() as connection:
        connection.exec_driver_sql("delete from identity_policies where name = 'bound'")
    house.identity.forget()
    assert not may(house.identity.find_key(key.id, "", house.clock())[0], "s3:GetObject", "*")


def test_another_accounts_things_are_neither_seen_nor_changed(mallory, directory):
    directory.policies.put(ELSEWHERE, "theirs", document(ALL))
    directory.create_user(ELSEWHERE, "bob")
    call = mallory(ALL)
    theirs = f"arn:aws:iam::{ELSEWHERE}:policy/theirs"
    with pytest.raises(Denied):
        call("GetPolicy", PolicyArn=theirs)
    with pytest.raises(Missing):
        call("AttachUserPolicy", UserName="mallory", PolicyArn=theirs)
    with pytest.raises(Missing):
        call("GetUser", UserName="bob")
    with pytest.raises(Missing):
        call(
            "SimulatePrincipalPolicy",
            PolicySourceArn=f"arn:aws:iam::{ELSEWHERE}:user/bob",
            ActionNames=["s3:GetObject"],
        )
    key = directory.create_key(ELSEWHERE, "bob")
    with pytest.raises(Missing):
        call("GetAccessKeyLastUsed", AccessKeyId=key.id)


def test_a_built_in_policy_is_neither_changed_nor_shadowed(mallory, house):
    call = mallory(ALL)
    for operation, more in [
        ("DeletePolicy", {}),
        ("CreatePolicyVersion", {"PolicyDocument": document(ALL)}),
        ("TagPolicy", {"Tags": [{"Key": "a", "Value": "b"}]}),
    ]:
        with pytest.raises(Wrong, match="comes with the program"):
            call(operation, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", **more)
    own = call("CreatePolicy", PolicyName="AmazonS3ReadOnlyAccess", PolicyDocument=document(ALL))["Policy"]
    assert own["Arn"] == f"arn:aws:iam::{HERE}:policy/AmazonS3ReadOnlyAccess"
    call("CreateUser", UserName="reader")
    call("AttachUserPolicy", UserName="reader", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    key = call("CreateAccessKey", UserName="reader")["AccessKey"]
    reader, _ = house.identity.find_key(key["AccessKeyId"], "", house.clock())
    assert may(reader, "s3:GetObject", "arn:aws:s3:::b/k")
    assert not may(reader, "s3:PutObject", "arn:aws:s3:::b/k")


@pytest.mark.parametrize(
    "nonsense",
    [
        "[]", "{}", '"*"', "null", "{" * 900, document(), "\x00", '{"Statement": {"Effect": "Allow"}}',
        document({**ALL, "Action": "${aws:username}:*"}), document({**ALL, "Action": "iam:CreateUsr"}),
        document({**ALL, "Condition": {"StringEquals": {"aws:UnheardOf": "x"}}}),
        document({**ALL, "Condition": {"StringEqualsIfExists": {"my:key": "x"}}}),
        document({**ALL, "Principal": "*"}), document({**ALL, "Effect": "allow"}),
        document({**ALL, "Condition": {"IpAddress": {"aws:SourceIp": "everywhere"}}}),
        '{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}',
    ],
)  # fmt: skip
def test_nonsense_is_refused_and_changes_nothing(nonsense, mallory, directory):
    call = mallory(ALL)
    call("PutUserPolicy", UserName="boss", PolicyName="p", PolicyDocument=document(allow("s3:GetObject")))
    with pytest.raises(MalformedPolicy):
        call("PutUserPolicy", UserName="boss", PolicyName="p", PolicyDocument=nonsense)
    assert directory.inline.find(Holder("user", HERE, "boss"), "p") == document(allow("s3:GetObject"))
    with pytest.raises(MalformedPolicy):
        call("CreatePolicyVersion", PolicyArn=OWN, PolicyDocument=nonsense, SetAsDefault=True)
    assert len(directory.versions.versions(HERE, "crew-rights")) == 1


def test_a_policy_of_ten_kilobytes_is_a_limit_and_not_a_failure(mallory):
    call = mallory(ALL)
    long = document(*(allow("s3:GetObject", resource=f"arn:aws:s3:::{n:060}/*") for n in range(80)))
    assert len(long) > 10_240
    for operation, request in [
        ("PutUserPolicy", {"UserName": "boss", "PolicyName": "p", "PolicyDocument": long}),
        ("PutRolePolicy", {"RoleName": "chief", "PolicyName": "p", "PolicyDocument": long}),
        ("CreatePolicy", {"PolicyName": "p", "PolicyDocument": long}),
    ]:
        with pytest.raises(Refusal, match="exceed"):
            call(operation, **request)


def test_a_role_that_trusts_everybody_is_assumed_across_accounts_only_by_who_may(house, mallory, directory):
    from vedette.api.sts import OPERATIONS as STS

    trust = document({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"})
    role = mallory(ALL)("CreateRole", RoleName="open", AssumeRolePolicyDocument=trust)["Role"]
    directory.create_user(ELSEWHERE, "bob")
    key = directory.create_key(ELSEWHERE, "bob")
    asked = {"RoleArn": role["Arn"], "RoleSessionName": "x"}

    def assume():
        house.identity.forget()
        caller = Caller(house.identity.find_key(key.id, "", house.clock())[0], "us-east-1", "sts")
        return STS["AssumeRole"](house, caller, asked)

    with pytest.raises(Denied):
        assume()
    directory.inline.put(Holder("user", ELSEWHERE, "bob"), "p", document(allow("sts:AssumeRole")))
    assert assume()["AssumedRoleUser"]["Arn"].startswith(f"arn:aws:sts::{HERE}:assumed-role/open/")


def test_tags_decide_whom_an_administrator_of_one_team_may_touch(mallory, directory):
    directory.create_user(HERE, "red")
    directory.create_user(HERE, "blue")
    directory.set_tags(Holder("user", HERE, "red"), {"team": "red"})
    directory.set_tags(Holder("user", HERE, "blue"), {"team": "blue"})
    own = {"StringEquals": {"iam:ResourceTag/team": "red"}}
    new = {
        "StringEquals": {"aws:RequestTag/team": "red"},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
    }
    call = mallory(
        allow("iam:CreateAccessKey", Condition=own), allow("iam:CreateUser", "iam:TagUser", Condition=new)
    )
    call("CreateAccessKey", UserName="red")
    with pytest.raises(Denied):
        call("CreateAccessKey", UserName="blue")
    call("CreateUser", UserName="more", Tags=[{"Key": "team", "Value": "red"}])
    for tags in (
        [],
        [{"Key": "team", "Value": "blue"}],
        [{"Key": "team", "Value": "red"}, {"Key": "x", "Value": "y"}],
    ):
        with pytest.raises(Denied):
            call("CreateUser", UserName="other", Tags=tags)


def test_a_disabled_user_cannot_be_renamed_into_anothers_rights(mallory, directory, house):
    trust = document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{HERE}:user/boss"},
            "Action": "sts:AssumeRole",
        }
    )
    call = mallory(ALL)
    role = call("CreateRole", RoleName="boss-only", AssumeRolePolicyDocument=trust)["Role"]
    call("UpdateUser", UserName="boss", NewUserName="old-boss")
    call("UpdateUser", UserName="mallory", NewUserName="boss")
    key = directory.keys(HERE, "boss")[0]
    from vedette.api.sts import OPERATIONS as STS

    caller = Caller(house.identity.find_key(key.id, "", house.clock())[0], "us-east-1", "sts")
    assert caller.principal.arn == f"arn:aws:iam::{HERE}:user/boss"
    directory.inline.delete(Holder("user", HERE, "boss"), "rights")
    house.identity.forget()
    caller = Caller(house.identity.find_key(key.id, "", house.clock())[0], "us-east-1", "sts")
    with pytest.raises(Denied):
        STS["AssumeRole"](house, caller, {"RoleArn": role["Arn"], "RoleSessionName": "x"})
