"""IAM by boto3 and a real server: rights that are given are there with the next request, and end likewise."""

import json
import uuid

import pytest
from botocore.exceptions import ClientError

HERE = "000000000000"


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **more):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def code(call, **words):
    """Return the code of the refusal; empty where the call was answered."""
    try:
        call(**words)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]
    return ""


@pytest.fixture
def iam(server):
    return server.client("iam")


@pytest.fixture
def ann(server, iam):
    """`ann(service)` is a client of a new user; its name is `ann.name`."""
    name = f"ann-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]

    def client(service):
        return server.client(service, key=(key["AccessKeyId"], key["SecretAccessKey"]))

    client.name, client.key = name, key["AccessKeyId"]
    return client


def test_a_user_that_boto3_makes_detects_what_its_policy_says(iam, ann):
    describe = ann("rekognition").describe_projects
    assert code(describe) == "AccessDeniedException"
    iam.put_user_policy(
        UserName=ann.name, PolicyName="see", PolicyDocument=document(allow("rekognition:DescribeProjects"))
    )
    assert code(describe) == ""
    assert code(ann("lookoutvision").list_projects) == "AccessDeniedException"
    stored = iam.get_user_policy(UserName=ann.name, PolicyName="see")["PolicyDocument"]
    assert stored["Statement"] == [allow("rekognition:DescribeProjects")]
    iam.delete_user_policy(UserName=ann.name, PolicyName="see")
    assert code(describe) == "AccessDeniedException"
    used = iam.get_access_key_last_used(AccessKeyId=ann.key)["AccessKeyLastUsed"]
    assert used["ServiceName"] in ("rekognition", "lookoutvision")
    iam.update_access_key(UserName=ann.name, AccessKeyId=ann.key, Status="Inactive")
    assert code(describe) == "UnrecognizedClientException"


def test_versions_of_a_policy_count_one_at_a_time(iam, ann):
    name = f"own-{uuid.uuid4().hex[:8]}"
    arn = iam.create_policy(
        PolicyName=name, PolicyDocument=document(allow("rekognition:DescribeProjects")), Path="/line/"
    )["Policy"]["Arn"]
    iam.attach_user_policy(UserName=ann.name, PolicyArn=arn)
    assert code(ann("rekognition").describe_projects) == ""
    second = iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=document(allow("lookoutvision:ListProjects")), SetAsDefault=True
    )["PolicyVersion"]["VersionId"]
    assert code(ann("rekognition").describe_projects) == "AccessDeniedException"
    assert code(ann("lookoutvision").list_projects) == ""
    iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert code(ann("rekognition").describe_projects) == ""
    assert code(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"
    iam.detach_user_policy(UserName=ann.name, PolicyArn=arn)
    assert code(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"
    iam.delete_policy_version(PolicyArn=arn, VersionId=second)
    iam.delete_policy(PolicyArn=arn)
    assert code(iam.get_policy, PolicyArn=arn) == "NoSuchEntity"


def test_pagers_and_waiters_of_boto3_work(iam):
    mark = uuid.uuid4().hex[:8]
    for number in range(5):
        iam.create_user(UserName=f"{mark}-{number}", Path=f"/{mark}/")
    iam.get_waiter("user_exists").wait(UserName=f"{mark}-4")
    pager = iam.get_paginator("list_users").paginate(PathPrefix=f"/{mark}/", PaginationConfig={"PageSize": 2})
    names = [user["UserName"] for page in pager for user in page["Users"]]
    assert names == [f"{mark}-{number}" for number in range(5)]
    details = iam.get_paginator("get_account_authorization_details").paginate(Filter=["User"])
    listed = {user["UserName"] for page in details for user in page["UserDetailList"]}
    assert set(names) <= listed
    assert iam.get_account_summary()["SummaryMap"]["Users"] >= 5


def test_errors_are_iams(iam, ann):
    assert code(iam.create_user, UserName=ann.name.upper()) == "EntityAlreadyExists"
    assert code(iam.get_user, UserName="nobody") == "NoSuchEntity"
    malformed = {"UserName": ann.name, "PolicyName": "p", "PolicyDocument": "{"}
    assert code(iam.put_user_policy, **malformed) == "MalformedPolicyDocument"
    assert code(iam.create_login_profile, UserName=ann.name, Password="x" * 20) == "UnsupportedOperation"
    assert code(iam.delete_policy, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess") == (
        "UnmodifiableEntity"
    )
    elsewhere = f"arn:aws:iam::{'9' * 12}:policy/theirs"
    assert code(iam.attach_user_policy, UserName=ann.name, PolicyArn=elsewhere) == "NoSuchEntity"
    assert code(ann("iam").list_users) == "AccessDenied"
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName="nobody")


def test_a_simulation_says_what_a_request_is_answered(iam, ann):
    iam.put_user_policy(
        UserName=ann.name,
        PolicyName="see",
        PolicyDocument=document(
            allow("rekognition:Describe*"),
            {"Effect": "Deny", "Action": "rekognition:DescribeDataset", "Resource": "*"},
        ),
    )
    results = iam.simulate_principal_policy(
        PolicySourceArn=f"arn:aws:iam::{HERE}:user/{ann.name}",
        ActionNames=["rekognition:DescribeProjects", "rekognition:DescribeDataset", "s3:GetObject"],
    )["EvaluationResults"]
    assert [each["EvalDecision"] for each in results] == ["allowed", "explicitDeny", "implicitDeny"]
    matched = results[0]["MatchedStatements"][0]
    assert (matched["SourcePolicyType"], matched["SourcePolicyId"]) == ("user", f"user_{ann.name}_see")
    assert matched["StartPosition"] == {"Line": 1, "Column": 41}
