"""The example policies of both guides: each allows what it is for, and denies the neighbour."""

import json

import pytest

from doubles.houses import HERE, a_caller
from vedette.api.iam import OPERATIONS

PROJECTS = f"arn:aws:rekognition:us-east-1:{HERE}:project"
MINE, SAMPLE = f"{PROJECTS}/MyProject/1760000000000", f"{PROJECTS}/SampleProject/1760000000000"
VERSION, OTHER = f"{PROJECTS}/MyProject/version/MyVersion/176", f"{PROJECTS}/MyProject/version/Other/176"
MODELS = f"arn:aws:lookoutvision:us-east-1:{HERE}:model"
ONE = f"{MODELS}/p/1"
FUNCTION = f"arn:aws:lambda:us-east-1:{HERE}:function:detect"
KEY = f"arn:aws:kms:us-east-1:{HERE}:key/1"
PICTURE, BUCKET = "arn:aws:s3:::pictures/a.png", "arn:aws:s3:::pictures"
CONSOLE = "arn:aws:s3:::custom-labels-console-us-east-1-abc"
VIA = {"aws:ViaAWSService": "true"}
LIVE, TEST = {"aws:ResourceTag/stage": "production"}, {"aws:ResourceTag/stage": "test"}


def allow(actions, resource="*", effect="Allow", **condition):
    statement = {"Effect": effect, "Action": actions, "Resource": resource}
    named = {operator.replace("_", ":"): wanted for operator, wanted in condition.items()}
    return {**statement, "Condition": named} if condition else statement


def of(service, names):
    return [f"{service}:{name}" for name in names.split()]


# By example: its statements, the requests that it allows, and those that it does not; a request is an action,
# a resource and what conditions may ask of it.
EXAMPLES = {
    "Custom Labels: manage one version": (
        [
            allow("rekognition:DescribeProjects"),
            allow(
                of("rekognition",
                   "StopProjectVersion StartProjectVersion DetectCustomLabels CreateProjectVersion"),
                "arn:aws:rekognition:*:*:project/MyProject/version/MyVersion/*",
            ),
            allow(
                of("rekognition", "CreateProject DescribeProjectVersions CreateProjectVersion"),
                "arn:aws:rekognition:*:*:project/MyProject/*",
            ),
            allow("rekognition:CreateProject", "arn:aws:rekognition:*:*:project/SampleProject/*", "Deny"),
        ],
        [("rekognition:DescribeProjects", "*"), ("rekognition:DetectCustomLabels", VERSION),
         ("rekognition:CreateProject", MINE), ("rekognition:CreateProjectVersion", VERSION)],
        [("rekognition:DetectCustomLabels", OTHER), ("rekognition:CreateProject", SAMPLE),
         ("rekognition:DeleteProject", MINE), ("rekognition:StopProjectVersion", OTHER)],
    ),
    "Custom Labels: detect alone": (
        [allow("rekognition:DetectCustomLabels", VERSION)],
        [("rekognition:DetectCustomLabels", VERSION)],
        [("rekognition:DetectCustomLabels", OTHER), ("rekognition:StartProjectVersion", VERSION)],
    ),
    "Custom Labels: the console": (
        [
            allow(of("s3", "ListBucket ListAllMyBuckets")),
            allow(
                of("s3", "ListBucket CreateBucket GetBucketAcl GetBucketLocation GetObject GetObjectAcl"
                   " GetObjectVersion GetObjectTagging GetBucketVersioning GetObjectVersionTagging"
                   " PutBucketCORS PutLifecycleConfiguration PutBucketPolicy PutObject PutObjectTagging"
                   " PutBucketVersioning PutObjectVersionTagging"),
                "arn:aws:s3:::custom-labels-console-*",
            ),
            allow("rekognition:*"),
            allow("groundtruthlabeling:*"),
            allow(
                of("s3", "GetBucketAcl GetBucketLocation GetObject GetObjectAcl GetObjectVersion"
                   " GetObjectTagging ListBucket PutObject"),
                "arn:aws:s3:::pictures*",
            ),
        ],
        [("s3:PutObject", f"{CONSOLE}/assets/a"), ("s3:PutBucketCORS", CONSOLE), ("s3:GetObject", PICTURE),
         ("rekognition:DeleteProject", MINE), ("s3:ListAllMyBuckets", "*")],
        [("s3:DeleteObject", f"{CONSOLE}/assets/a"), ("s3:PutBucketPolicy", BUCKET),
         ("s3:GetObject", "arn:aws:s3:::other/a"), ("iam:CreateUser", "*")],
    ),
    "Lookout: another bucket at the console": (
        [
            allow(of("s3", "GetBucketLocation ListBucket"), BUCKET),
            allow(of("s3", "GetObject GetObjectVersion PutObject"), f"{BUCKET}/*"),
        ],
        [("s3:ListBucket", BUCKET), ("s3:GetObject", PICTURE)],
        [("s3:DeleteObject", PICTURE), ("s3:ListBucket", "arn:aws:s3:::pictures2")],
    ),
    "Lookout: a bucket by the SDK, through the service": (
        [
            allow("s3:GetBucketLocation", BUCKET, Bool=VIA),
            allow(of("s3", "GetObject GetObjectVersion PutObject"), f"{BUCKET}/*", Bool=VIA),
        ],
        [("s3:GetObject", PICTURE, VIA), ("s3:GetBucketLocation", BUCKET, VIA)],
        [("s3:GetObject", PICTURE), ("s3:GetObject", PICTURE, {"aws:ViaAWSService": "false"})],
    ),
    "Lookout: a key": (
        [
            allow("kms:DescribeKey", KEY),
            allow(
                "kms:CreateGrant",
                KEY,
                StringLike={"kms:ViaService": "lookoutvision.*.amazonaws.com"},
                Bool={"kms:GrantIsForAWSResource": "true"},
            ),
        ],
        [("kms:DescribeKey", KEY),
         ("kms:CreateGrant", KEY, {"kms:ViaService": "lookoutvision.us-east-1.amazonaws.com",
                                   "kms:GrantIsForAWSResource": "true"})],
        [("kms:CreateGrant", KEY), ("kms:Decrypt", KEY),
         ("kms:CreateGrant", KEY, {"kms:ViaService": "s3.us-east-1.amazonaws.com",
                                   "kms:GrantIsForAWSResource": "true"})],
    ),
    "Lookout: one project": (
        [allow("lookoutvision:DetectAnomalies", f"{MODELS}/myproject/*")],
        [("lookoutvision:DetectAnomalies", f"{MODELS}/myproject/1"),
         ("LookoutVision:DetectAnomalies", f"{MODELS}/myproject/2")],
        [("lookoutvision:DetectAnomalies", f"{MODELS}/myproject2/1"),
         ("lookoutvision:StartModel", f"{MODELS}/myproject/1")],
    ),
    "Lookout: what has a tag": (
        [allow("LookoutVision:DetectAnomalies", StringEquals=LIVE)],
        [("lookoutvision:DetectAnomalies", f"{MODELS}/p/1", LIVE)],
        [("lookoutvision:DetectAnomalies", f"{MODELS}/p/1", TEST),
         ("lookoutvision:DetectAnomalies", f"{MODELS}/p/1")],
    ),
    "Lookout: never what has a tag": (
        [
            allow("lookoutvision:*"),
            allow(of("lookoutvision", "DeleteModel StopModel"), "*", "Deny", StringEquals=LIVE),
        ],
        [("lookoutvision:StopModel", ONE, TEST), ("lookoutvision:StartModel", ONE, LIVE)],
        [("lookoutvision:StopModel", ONE, LIVE), ("lookoutvision:DeleteModel", ONE, LIVE)],
    ),
    "Lookout: getting started": (
        [allow("s3:PutObject", f"{BUCKET}/circuitboard/*")],
        [("s3:PutObject", f"{BUCKET}/circuitboard/a.png")],
        [("s3:PutObject", f"{BUCKET}/a.png"), ("s3:GetObject", f"{BUCKET}/circuitboard/a.png")],
    ),
    "Lookout: exports": (
        [
            allow(of("s3", "PutObject PutObjectTagging"), "arn:aws:s3:::out/*"),
            allow(of("s3", "GetObject GetObjectTagging GetObjectVersion"), f"{BUCKET}/*"),
        ],
        [("s3:PutObjectTagging", "arn:aws:s3:::out/a"), ("s3:GetObjectVersion", PICTURE)],
        [("s3:PutObject", PICTURE), ("s3:GetObject", "arn:aws:s3:::out/a")],
    ),
    "Lookout: a function": (
        [allow(of("lookoutvision", "DetectAnomalies")), allow("s3:GetObject", f"{BUCKET}/*")],
        [("lookoutvision:DetectAnomalies", f"{MODELS}/p/1"), ("s3:GetObject", PICTURE)],
        [("lookoutvision:StopModel", f"{MODELS}/p/1"), ("s3:PutObject", PICTURE)],
    ),
    "Lookout: creating a dataset and a model": (
        [
            allow("s3:GetBucketLocation", [BUCKET, "arn:aws:s3:::out"]),
            allow(of("s3", "GetObject GetObjectVersion"), f"{BUCKET}/*"),
            allow("s3:PutObject", "arn:aws:s3:::out/results/*"),
        ],
        [("s3:GetBucketLocation", BUCKET), ("s3:GetObjectVersion", PICTURE),
         ("s3:PutObject", "arn:aws:s3:::out/results/a.json")],
        [("s3:PutObject", "arn:aws:s3:::out/a.json"), ("s3:PutObject", PICTURE), ("s3:ListBucket", BUCKET)],
    ),
    "Lookout: packaging for a device": (
        [
            allow("lookoutvision:StartModelPackagingJob", f"{MODELS}/p/*"),
            allow("s3:GetBucketLocation", BUCKET),
            allow("s3:PutObject", f"{BUCKET}/*"),
            allow("kms:GenerateDataKey", KEY),
            allow(of("greengrass", "CreateComponentVersion DescribeComponent TagResource")),
        ],
        [("lookoutvision:StartModelPackagingJob", ONE), ("kms:GenerateDataKey", KEY),
         ("greengrass:CreateComponentVersion", "*"), ("s3:PutObject", PICTURE)],
        [("lookoutvision:StartModel", ONE), ("kms:Decrypt", KEY), ("s3:GetObject", PICTURE),
         ("greengrass:CreateDeployment", "*")],
    ),
    "Lookout: deploying to a device": (
        [allow(of("greengrass", "ListComponents ListComponentVersions ListCoreDevices CreateDeployment"
                  " GetDeployment ListDeployments"))],
        [("greengrass:CreateDeployment", "*"), ("greengrass:ListCoreDevices", "*")],
        [("greengrass:CancelDeployment", "*"), ("greengrass:CreateComponentVersion", "*")],
    ),
    "Custom Labels: a key of one's own": (
        [allow(of("kms", "CreateGrant DescribeKey GenerateDataKey Decrypt"), KEY)],
        [("kms:CreateGrant", KEY), ("kms:DescribeKey", KEY), ("kms:GenerateDataKey", KEY),
         ("kms:Decrypt", KEY)],
        [("kms:Encrypt", KEY), ("kms:Decrypt", KEY.replace("key/1", "key/2")),
         ("kms:ScheduleKeyDeletion", KEY)],
    ),
    "Custom Labels: a function": (
        [allow("rekognition:DetectCustomLabels"), allow("s3:GetObject", f"{BUCKET}/*")],
        [("rekognition:DetectCustomLabels", VERSION), ("s3:GetObject", PICTURE)],
        [("rekognition:StartProjectVersion", VERSION), ("s3:PutObject", PICTURE)],
    ),
    "Both: calling the function": (
        [{**allow("lambda:InvokeFunction", FUNCTION), "Sid": "InvokeLambda"}],
        [("lambda:InvokeFunction", FUNCTION)],
        [("lambda:InvokeFunction", f"{FUNCTION}2"), ("lambda:UpdateFunctionCode", FUNCTION)],
    ),
    "Custom Labels: who tags may ask": (
        [allow("rekognition:TagResource", MINE, ForAnyValue_StringEquals={"aws:TagKeys": ["stage"]})],
        [("rekognition:TagResource", MINE, {"aws:TagKeys": "stage"})],
        [("rekognition:TagResource", MINE, {"aws:TagKeys": "owner"}),
         ("rekognition:UntagResource", MINE, {"aws:TagKeys": "stage"}), ("rekognition:TagResource", MINE)],
    ),
}  # fmt: skip
# Each place in the specifications that shows or tells a policy, and the examples that it is tried as here.
# Project policies (9.3) are tried with copies, managed ones (10.5; 12.3) in test_iam_policies.
SECTIONS = {
    "rekognition 10.2.1": {"Custom Labels: manage one version"},
    "rekognition 10.2.2": {"Custom Labels: detect alone"},
    "rekognition 2.21": {"Custom Labels: who tags may ask"},
    "rekognition 10.3": {"Custom Labels: the console"},
    "rekognition 10.7": {"Custom Labels: a key of one's own"},
    "rekognition 12.31": {"Custom Labels: a function", "Both: calling the function"},
    "lookout 10.4": {"Lookout: packaging for a device"},
    "lookout 10.6": {"Lookout: deploying to a device"},
    "lookout 12.4.1": {"Lookout: another bucket at the console"},
    "lookout 12.4.2": {"Lookout: a bucket by the SDK, through the service"},
    "lookout 12.4.3": {"Lookout: a key"},
    "lookout 12.4.4": {"Lookout: one project"},
    "lookout 12.4.5": {"Lookout: what has a tag"},
    "lookout 12.4.6": {"Lookout: never what has a tag"},
    "lookout 12.4.7": {
        "Lookout: getting started", "Lookout: exports", "Lookout: a function", "Both: calling the function",
    },
    "lookout 12.7": {"Lookout: creating a dataset and a model"},
}  # fmt: skip


def test_every_policy_of_the_specifications_is_an_example_here():
    assert set().union(*SECTIONS.values()) == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_allows_what_it_should_and_denies_the_neighbour(name, house):
    statements, allowed, denied = EXAMPLES[name]
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})

    def decision(action, resource, facts=None):
        entries = [
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in (facts or {}).items()
        ]
        asked = {"PolicyInputList": [document], "ActionNames": [action], "ResourceArns": [resource]}
        caller = a_caller("iam")
        answer = OPERATIONS["SimulateCustomPolicy"](house, caller, {**asked, "ContextEntries": entries})
        return answer["EvaluationResults"][0]["EvalDecision"]

    assert [request for request in allowed if decision(*request) != "allowed"] == []
    assert [request for request in denied if decision(*request) == "allowed"] == []
