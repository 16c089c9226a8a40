"""Managed policies, their versions, and the account as a whole; AWS's policies that both guides name."""

import json
from urllib.parse import unquote

import pytest

from doubles.houses import HERE, a_caller
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.api.iam import OPERATIONS
from vedette.errors import Busy, Missing, Taken, TooMuch, Wrong
from vedette.identity.builtin import AWS, AWS_NAMES, NAMES, builtin_document, builtin_path

BUILTIN = "arn:aws:iam::aws:policy/"


def arn_of_aws(name):
    return f"{BUILTIN}{builtin_path(f'{AWS}{name}')[1:]}{name}"


def document(*actions, resource="*"):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


@pytest.fixture
def call(house):
    return lambda operation, **request: OPERATIONS[operation](house, a_caller("iam"), request)


@pytest.fixture
def own(call):
    """The ARN of a policy of the account."""
    made = call("CreatePolicy", PolicyName="own", Path="/line/", PolicyDocument=document("s3:GetObject"))
    return made["Policy"]["Arn"]


def test_a_policy_has_five_versions_of_which_one_counts(call, own):
    for number in range(2, 6):
        version = call(
            "CreatePolicyVersion",
            PolicyArn=own,
            PolicyDocument=document("s3:PutObject"),
            SetAsDefault=number == 3,
        )["PolicyVersion"]
        assert (version["VersionId"], version["IsDefaultVersion"]) == (f"v{number}", number == 3)
    with pytest.raises(TooMuch, match="up to 5 versions"):
        call("CreatePolicyVersion", PolicyArn=own, PolicyDocument=document("s3:PutObject"))
    assert call("GetPolicy", PolicyArn=own)["Policy"]["DefaultVersionId"] == "v3"
    with pytest.raises(Busy, match="default version"):
        call("DeletePolicyVersion", PolicyArn=own, VersionId="v3")
    call("DeletePolicyVersion", PolicyArn=own, VersionId="v2")
    assert (
        call("CreatePolicyVersion", PolicyArn=own, PolicyDocument=document("s3:*"))["PolicyVersion"][
            "VersionId"
        ]
        == "v6"
    ), "no number is given twice"
    listed = call("ListPolicyVersions", PolicyArn=own)["Versions"]
    assert [(each["VersionId"], each["IsDefaultVersion"]) for each in listed] == [
        ("v6", False), ("v5", False), ("v4", False), ("v3", True), ("v1", False),
    ]  # fmt: skip
    call("SetDefaultPolicyVersion", PolicyArn=own, VersionId="v1")
    version = call("GetPolicyVersion", PolicyArn=own, VersionId="v1")["PolicyVersion"]
    assert (version["IsDefaultVersion"], unquote(version["Document"])) == (True, document("s3:GetObject"))
    for wrong in ("1", "v0", "latest"):
        with pytest.raises(Wrong):
            call("GetPolicyVersion", PolicyArn=own, VersionId=wrong)
    with pytest.raises(Missing):
        call("SetDefaultPolicyVersion", PolicyArn=own, VersionId="v2")


def test_our_own_way_to_change_a_policy_adds_a_version_and_never_runs_full(call, own, house):
    for number in range(8):
        house.identity.directory.policies.put(HERE, "own", document(f"s3:GetObject{'*' * number}"))
    ids = [each["VersionId"] for each in call("ListPolicyVersions", PolicyArn=own)["Versions"]]
    assert ids == ["v9", "v8", "v7", "v6", "v5"]


def test_a_policy_is_found_under_its_whole_arn_alone(call, own):
    assert own == f"arn:aws:iam::{HERE}:policy/line/own"
    for wrong in (
        own.replace("/line", ""),
        own.replace("/own", "/OWN"),
        f"{BUILTIN}own",
        f"{BUILTIN}line/own",
    ):
        with pytest.raises(Missing):
            call("GetPolicy", PolicyArn=wrong)
    with pytest.raises(Taken):
        call("CreatePolicy", PolicyName="OWN", PolicyDocument=document("s3:GetObject"))


def test_what_holds_a_policy_is_listed_and_keeps_it(call, own):
    call("CreateUser", UserName="ann")
    call("CreateGroup", GroupName="crew")
    call("CreateUser", UserName="bob", PermissionsBoundary=own)
    call("AttachUserPolicy", UserName="ann", PolicyArn=own)
    call("AttachGroupPolicy", GroupName="crew", PolicyArn=own)
    listed = call("ListEntitiesForPolicy", PolicyArn=own)
    assert [each["UserName"] for each in listed["PolicyUsers"]] == ["ann"]
    assert [each["GroupName"] for each in listed["PolicyGroups"]] == ["crew"]
    bounded = call("ListEntitiesForPolicy", PolicyArn=own, PolicyUsageFilter="PermissionsBoundary")
    assert [each["UserName"] for each in bounded["PolicyUsers"]] == ["bob"]
    policy = call("GetPolicy", PolicyArn=own)["Policy"]
    assert (policy["AttachmentCount"], policy["PermissionsBoundaryUsageCount"]) == (2, 1)
    call("DetachUserPolicy", UserName="ann", PolicyArn=own)
    call("DetachGroupPolicy", GroupName="crew", PolicyArn=own)
    with pytest.raises(Busy, match="user bob"):
        call("DeletePolicy", PolicyArn=own)
    call("DeleteUserPermissionsBoundary", UserName="bob")
    call("DeletePolicy", PolicyArn=own)


def test_lists_tell_own_policies_from_those_that_come_with_the_program(call, own):
    def arns(**request):
        return [each["Arn"] for each in call("ListPolicies", MaxItems=1000, **request)["Policies"]]

    assert arns(Scope="Local") == [own]
    theirs = {arn_of_aws(name) for name in AWS_NAMES}
    assert set(arns(Scope="AWS")) == {BUILTIN + name for name in NAMES} | theirs
    assert arns(Scope="Local", PathPrefix="/other/") == []
    assert arns(OnlyAttached=True) == []
    call("CreateUser", UserName="ann")
    call("AttachUserPolicy", UserName="ann", PolicyArn=BUILTIN + "AmazonS3FullAccess")
    assert arns(OnlyAttached=True) == [BUILTIN + "AmazonS3FullAccess"]


def test_ten_managed_policies_are_the_most(call):
    call("CreateUser", UserName="ann")
    for name in AWS_NAMES[:10]:
        call("AttachUserPolicy", UserName="ann", PolicyArn=arn_of_aws(name))
    with pytest.raises(TooMuch):
        call("AttachUserPolicy", UserName="ann", PolicyArn=arn_of_aws(AWS_NAMES[10]))
    call("AttachUserPolicy", UserName="ann", PolicyArn=arn_of_aws(AWS_NAMES[0]))


def test_a_policy_of_aws_with_a_path_is_found_under_that_alone(call):
    """What scripts for AWS Lambda attach to their roles."""
    name, service = "AWSLambdaBasicExecutionRole", {"Service": "lambda.amazonaws.com"}
    trust = {"Effect": "Allow", "Principal": service, "Action": "sts:AssumeRole"}
    call("CreateRole", RoleName="detect", AssumeRolePolicyDocument=json.dumps({"Statement": trust}))
    arn = f"{BUILTIN}service-role/{name}"
    call("AttachRolePolicy", RoleName="detect", PolicyArn=arn)
    attached = call("ListAttachedRolePolicies", RoleName="detect")["AttachedPolicies"]
    assert attached == [{"PolicyName": name, "PolicyArn": arn}]
    assert call("GetPolicy", PolicyArn=arn)["Policy"]["Path"] == "/service-role/"
    for other in (BUILTIN + name, f"{BUILTIN}service-role/AdministratorAccess"):
        with pytest.raises(Missing):
            call("AttachRolePolicy", RoleName="detect", PolicyArn=other)


def test_the_account_is_described_in_pages_without_loss(call, own):
    call("CreateUser", UserName="ann", Tags=[{"Key": "team", "Value": "red"}])
    call("CreateGroup", GroupName="crew")
    call("PutGroupPolicy", GroupName="crew", PolicyName="p", PolicyDocument=document("s3:*"))
    call("AttachUserPolicy", UserName="ann", PolicyArn=own)
    whole = call("GetAccountAuthorizationDetails", MaxItems=1000)
    pages, marker = [], {}
    while not pages or pages[-1]["IsTruncated"]:
        pages.append(call("GetAccountAuthorizationDetails", MaxItems=2, **marker))
        marker = {"Marker": pages[-1].get("Marker")}
    for member in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"):
        assert [each for page in pages for each in page[member]] == whole[member]
    (ann,) = whole["UserDetailList"]
    assert (ann["AttachedManagedPolicies"], ann["Tags"]) == (
        [{"PolicyName": "own", "PolicyArn": own}],
        [{"Key": "team", "Value": "red"}],
    )
    (crew,) = whole["GroupDetailList"]
    assert unquote(crew["GroupPolicyList"][0]["PolicyDocument"]) == document("s3:*")
    summary = call("GetAccountSummary")["SummaryMap"]
    quotas = {name: number for name, number in summary.items() if name.endswith("Quota")}
    assert {name: number for name, number in summary.items() if name not in quotas} == {
        "Users": 1, "Groups": 1, "Roles": 0, "Policies": 1, "PolicyVersionsInUse": 1,
        "AccountAccessKeysPresent": 0, "AccountMFAEnabled": 0, "AccountSigningCertificatesPresent": 0,
        "InstanceProfiles": 0, "MFADevices": 0, "MFADevicesInUse": 0, "Providers": 0, "ServerCertificates": 0,
    }  # fmt: skip
    assert len(quotas) == 11
    assert min(quotas.values()) > 0


def test_an_account_has_one_alias(call):
    assert call("ListAccountAliases")["AccountAliases"] == []
    call("CreateAccountAlias", AccountAlias="plant-4")
    call("CreateAccountAlias", AccountAlias="plant-five")
    assert call("ListAccountAliases")["AccountAliases"] == ["plant-five"]
    with pytest.raises(Missing):
        call("DeleteAccountAlias", AccountAlias="plant-4")
    call("DeleteAccountAlias", AccountAlias="plant-five")
    assert call("ListAccountAliases")["AccountAliases"] == []


PICTURES, CONSOLE = "arn:aws:s3:::pictures/a.png", "arn:aws:s3:::lookoutvision-eu-west-1-abc"
# By policy what the guides say that it allows, and the neighbours that it does not.
GUIDES = {
    "AmazonRekognitionCustomLabelsFullAccess": (
        [("rekognition:DetectCustomLabels", "*"), ("rekognition:CopyProjectVersion", "*"),
         ("s3:GetObject", "arn:aws:s3:::custom-labels-console-eu-west-1-x/a"),
         ("s3:ListBucket", "arn:aws:s3:::my-custom-labels")],
        [("rekognition:DetectFaces", "*"), ("s3:GetObject", PICTURES), ("lookoutvision:ListProjects", "*"),
         ("s3:DeleteObject", "arn:aws:s3:::custom-labels-x/a")],
    ),
    "AmazonLookoutVisionReadOnlyAccess": (
        [("lookoutvision:DescribeModel", "*"), ("lookoutvision:ListModelPackagingJobs", "*")],
        [("lookoutvision:DetectAnomalies", "*"), ("lookoutvision:ListTrialDetections", "*"),
         ("s3:ListAllMyBuckets", "*")],
    ),
    "AmazonLookoutVisionFullAccess": (
        [("lookoutvision:DetectAnomalies", "*"), ("lookoutvision:DeleteProject", "*")],
        [("s3:ListAllMyBuckets", "*"), ("rekognition:DetectCustomLabels", "*")],
    ),
    "AmazonLookoutVisionConsoleReadOnlyAccess": (
        [("lookoutvision:ListTrialDetections", "*"), ("s3:GetObject", f"{CONSOLE}/a"),
         ("s3:ListAllMyBuckets", "*"), ("cloudwatch:GetMetricData", "*")],
        [("lookoutvision:StartTrialDetection", "*"), ("s3:PutObject", f"{CONSOLE}/a"),
         ("s3:GetObject", PICTURES), ("kms:ListAliases", "*")],
    ),
    "AmazonLookoutVisionConsoleFullAccess": (
        [("lookoutvision:StartTrialDetection", "*"), ("s3:PutObject", f"{CONSOLE}/a"),
         ("s3:CreateBucket", CONSOLE), ("s3:GetBucketVersioning", CONSOLE), ("kms:ListAliases", "*"),
         ("groundtruthlabeling:DescribeConsoleJob", "*"), ("tag:GetTagKeys", "*")],
        [("s3:PutObject", PICTURES), ("s3:DeleteObject", f"{CONSOLE}/a"), ("kms:Decrypt", "*"),
         ("s3:DeleteBucket", CONSOLE)],
    ),
    "AmazonS3ReadOnlyAccess": (
        [("s3:GetObject", PICTURES), ("s3:ListAllMyBuckets", "*")],
        [("s3:PutObject", PICTURES), ("s3:DeleteObject", PICTURES), ("rekognition:DescribeProjects", "*")],
    ),
    "AmazonS3FullAccess": ([("s3:DeleteObject", PICTURES)], [("rekognition:DescribeProjects", "*")]),
    "AmazonRekognitionFullAccess": ([("rekognition:DetectCustomLabels", "*")], [("s3:GetObject", PICTURES)]),
    "AdministratorAccess": ([("iam:CreateUser", "*"), ("s3:GetObject", PICTURES)], []),
    "PowerUserAccess": (
        [("rekognition:CreateProject", "*"), ("iam:ListRoles", "*")],
        [("iam:CreateUser", "*"), ("iam:AttachUserPolicy", "*"), ("iam:PassRole", "*")],
    ),
    "AWSLambdaBasicExecutionRole": (
        [("logs:PutLogEvents", "*"), ("logs:CreateLogGroup", "*")],
        [("logs:DeleteLogGroup", "*"), ("lambda:InvokeFunction", "*")],
    ),
    "IAMFullAccess": ([("iam:CreateUser", "*")], [("s3:GetObject", PICTURES)]),
    "IAMReadOnlyAccess": (
        [("iam:GetUser", "*"), ("iam:SimulatePrincipalPolicy", "*")], [("iam:CreateAccessKey", "*")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", AWS_NAMES)
def test_a_policy_of_aws_allows_what_the_guides_say_and_not_its_neighbour(name, call):
    allowed, denied = GUIDES[name]
    text = unquote(
        call("GetPolicyVersion", PolicyArn=arn_of_aws(name), VersionId="v1")["PolicyVersion"]["Document"]
    )
    assert text == builtin_document(f"{AWS}{name}")
    assert parse_policy(text, PolicyKind.IDENTITY).statements

    def decisions(pairs):
        return {
            result["EvalDecision"]
            for action, resource in pairs
            for result in call(
                "SimulateCustomPolicy", PolicyInputList=[text], ActionNames=[action], ResourceArns=[resource]
            )["EvaluationResults"]
        }

    assert decisions(allowed) == {"allowed"}
    assert decisions(denied) <= {"implicitDeny"}
