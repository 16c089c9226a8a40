"""Every operation of the services of trust, asked by the root of one account for what is another's.

Nothing may come back that only the other account knows, and nothing of it may change.
"""

import json

import pytest
from botocore.exceptions import ClientError, ParamValidationError

from vedette.server.doors import SERVICES
from vedette.wire import models

DOORS = {
    door.name: door for door in SERVICES if door.name in ("iam", "kms", "monitoring", "cloudtrail", "sts")
}
CLIENTS = {"monitoring": "cloudwatch"}
STRANGER = "717171717171"
# Stands in what the owner alone can read; the stranger never sends it.
MARK = "seen-by-its-owner-alone"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]})
SERVICE = {"Effect": "Allow", "Principal": {"Service": "x.amazonaws.com"}, "Action": "sts:AssumeRole"}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [SERVICE]})
TAGS = [{"Key": "mark", "Value": MARK}]


@pytest.fixture(scope="module")
def stranger(server):
    server.vedette("account", "create", STRANGER)
    key = json.loads(server.vedette("key", "create", "--account", STRANGER, "--format", "json"))
    return key["AccessKeyId"], key["SecretAccessKey"]


@pytest.fixture(scope="module")
def owned(server):
    """Make one thing of each sort; return the names by the members that take them."""
    iam, kms, cloudwatch = (server.client(name) for name in ("iam", "kms", "cloudwatch"))
    iam.create_user(UserName="owner-user", Tags=TAGS)
    iam.create_group(GroupName="owner-group")
    iam.add_user_to_group(GroupName="owner-group", UserName="owner-user")
    role = iam.create_role(
        RoleName="owner-role", AssumeRolePolicyDocument=TRUST, Description=MARK, Tags=TAGS
    )["Role"]["Arn"]
    policy = iam.create_policy(PolicyName="owner-policy", PolicyDocument=ALLOW, Description=MARK, Tags=TAGS)
    policy = policy["Policy"]["Arn"]
    iam.attach_user_policy(UserName="owner-user", PolicyArn=policy)
    iam.put_user_policy(UserName="owner-user", PolicyName=MARK, PolicyDocument=ALLOW)
    access_key = iam.create_access_key(UserName="owner-user")["AccessKey"]["AccessKeyId"]
    key = kms.create_key(Description=MARK, Tags=[{"TagKey": "mark", "TagValue": MARK}])["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/owner", TargetKeyId=key)
    grant = kms.create_grant(KeyId=key, GranteePrincipal=role, Operations=["Decrypt"], Name=MARK)
    sealed = kms.encrypt(KeyId=key, Plaintext=MARK.encode())["CiphertextBlob"]
    cloudwatch.put_metric_alarm(
        AlarmName="owner-alarm", AlarmDescription=MARK, MetricName="m", Namespace="Owner", Statistic="Sum",
        Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    text = {"type": "text", "properties": {"markdown": MARK}, "width": 1, "height": 1, "x": 0, "y": 0}
    cloudwatch.put_dashboard(DashboardName="owner-board", DashboardBody=json.dumps({"widgets": [text]}))
    cloudwatch.put_metric_data(Namespace="Owner", MetricData=[{"MetricName": MARK, "Value": 7.0}])
    account = role.split(":")[4]
    alarm = f"arn:aws:cloudwatch:us-east-1:{account}:alarm:owner-alarm"
    user = f"arn:aws:iam::{account}:user/owner-user"
    return {
        "UserName": ["owner-user", user],
        "GroupName": ["owner-group", f"arn:aws:iam::{account}:group/owner-group"],
        "RoleName": ["owner-role", role],
        "PolicyName": ["owner-policy", policy],
        "PolicyArn": [policy],
        "PolicySourceArn": [user, role, policy],
        "CallerArn": [user],
        "RoleArn": [role],
        "AccessKeyId": [access_key],
        "ResourceArn": [role, policy, user, alarm],
        "ResourceARN": [alarm],
        "KeyId": [key, key.rpartition("/")[2], f"arn:aws:kms:us-east-1:{account}:alias/owner", "alias/owner"],
        "TargetKeyId": [key],
        "SourceKeyId": [key],
        "DestinationKeyId": [key],
        "AliasName": ["alias/owner", f"arn:aws:kms:us-east-1:{account}:alias/owner"],
        "GrantId": [grant["GrantId"]],
        "GrantToken": [grant["GrantToken"]],
        "GrantTokens": [[grant["GrantToken"]]],
        "GranteePrincipal": [user],
        "RetiringPrincipal": [role, user],
        "CiphertextBlob": [sealed],
        "AlarmName": ["owner-alarm", alarm],
        "AlarmNames": [["owner-alarm"], [alarm]],
        "DashboardName": ["owner-board", f"arn:aws:cloudwatch::{account}:dashboard/owner-board"],
        "DashboardNames": [["owner-board"]],
        "Namespace": ["Owner"],
        "PolicyDocument": [ALLOW],
        "Policy": [ALLOW],
    }


def asked(shape, owned, turn):
    """Return members for a request: the owner's names where there are some, else whatever is valid."""
    members = {}
    for name, member in shape.members.items():
        if name in owned:
            members[name] = owned[name][turn % len(owned[name])]
        elif name in shape.required_members:
            members[name] = anything(member)
    return members


def anything(shape):
    """Return a valid value for a shape, as small as it may be."""
    if shape.type_name == "structure":
        return {name: anything(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [anything(shape.member)]
    if shape.type_name == "string":
        return shape.enum[0] if shape.enum else "anything"
    plain = {"map": {"k": "v"}, "blob": b"anything", "boolean": True, "timestamp": 1_795_000_000}
    return plain.get(shape.type_name, max(1, shape.metadata.get("min", 1)))


def everything(server, key=None):
    """Return all that an account sees of its own."""
    iam, kms, cloudwatch = (server.client(name, key=key) for name in ("iam", "kms", "cloudwatch"))
    keys = [key["KeyId"] for key in kms.list_keys()["Keys"]]
    answers = [
        iam.get_account_authorization_details(),
        iam.list_access_keys(UserName="owner-user"),
        kms.list_aliases(),
        *[kms.describe_key(KeyId=key) for key in keys],
        *[kms.get_key_policy(KeyId=key) for key in keys],
        *[kms.list_grants(KeyId=key) for key in keys],
        *[kms.list_resource_tags(KeyId=key) for key in keys],
        *[kms.get_key_rotation_status(KeyId=key) for key in keys],
        cloudwatch.describe_alarms(),
        cloudwatch.get_dashboard(DashboardName="owner-board"),
        cloudwatch.list_dashboards(),
    ]
    for answer in answers:
        del answer["ResponseMetadata"]
    return json.loads(json.dumps(answers, default=str))


@pytest.mark.parametrize("service", DOORS)
def test_an_account_neither_learns_nor_changes_what_is_another_s(service, server, owned, stranger):
    client = server.client(CLIENTS.get(service, service), key=stranger, checks=False)
    before = everything(server)
    assert MARK in json.dumps(before)
    refused = 0
    # Deleting comes last, so that it does not hide what the others would have shown.
    for name in sorted(
        DOORS[service].operations, key=lambda name: (name.startswith(("Delete", "Schedule")), name)
    ):
        shape = models.operation(service, name).input_shape
        for turn in range(4):
            members = asked(shape, owned, turn) if shape else {}
            try:
                answer = client._make_api_call(name, members)
            except ClientError as error:
                answer, refused = error.response, refused + 1
                assert answer["ResponseMetadata"]["HTTPStatusCode"] < 500, (name, answer)
            except ParamValidationError:
                continue
            assert MARK not in json.dumps(answer, default=str), (name, members)
    assert refused > 3 or service == "cloudtrail"
    assert everything(server) == before
