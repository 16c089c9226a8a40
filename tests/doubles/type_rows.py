"""What each type of resource is made with, and what each of its properties is changed to."""

from dataclasses import dataclass, field
from typing import Any

from doubles.houses import HERE

# A property that is left out.
NOWHERE = object()


def document(*actions, **more):
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def trust(service):
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def open_bucket(action, bucket="table-a"):
    statement = {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": f"arn:aws:s3:::{bucket}/*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def key_policy(*more):
    own = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{HERE}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [own, *more]}


def sealing(algorithm):
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    return {"ServerSideEncryptionConfiguration": [rule]}


def inline(*names):
    return [{"PolicyName": name, "PolicyDocument": document("s3:ListAllMyBuckets")} for name in names]


def tagged(**tags):
    return [{"Key": key, "Value": value} for key, value in tags.items()]


AWS_READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
AWS_FULL = "arn:aws:iam::aws:policy/AmazonS3FullAccess"
AWS_LOOKOUT = "arn:aws:iam::aws:policy/AmazonLookoutVisionReadOnlyAccess"
ARN = f"arn:aws:sns:eu-west-1:{HERE}:line"
KEY_TO_A, KEY_TO_B = {"Ref": "KeyA"}, {"Ref": "KeyB"}


@dataclass
class TypeRow:
    """A type: what its resource has at first, and for each property the value that it is changed to.

    `replaced` change into another resource, `refused` are never changed, and `unread` nobody can ask for.
    """

    first: dict[str, Any]
    changes: dict[str, Any]
    replaced: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    # Changed where the resource is, which is called otherwise from then on.
    renamed: set[str] = field(default_factory=set)


ALARM = {
    "AlarmName": "table-alarm",
    "Namespace": "Plant",
    "MetricName": "Rejected",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 2,
    "DatapointsToAlarm": 1,
    "Threshold": 5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "missing",
    "Unit": "Count",
    "AlarmDescription": "first",
    "ActionsEnabled": True,
    "Dimensions": [{"Name": "line", "Value": "4"}],
    "Tags": tagged(line="4"),
}
ROWS = {
    "AWS::Rekognition::Project": TypeRow(
        {"ProjectName": "table-boards", "Tags": tagged(line="4")},
        {"ProjectName": "table-boards-2", "Tags": tagged(line="5", by="ann")},
        replaced={"ProjectName"},
    ),
    "AWS::LookoutVision::Project": TypeRow(
        {"ProjectName": "table-doors"}, {"ProjectName": "table-doors-2"}, replaced={"ProjectName"}
    ),
    "AWS::S3::Bucket": TypeRow(
        {
            "BucketName": "table-pictures",
            "VersioningConfiguration": {"Status": "Enabled"},
            "PublicAccessBlockConfiguration": {"BlockPublicAcls": False},
        },
        {
            "BucketName": "table-pictures-2",
            "ObjectLockEnabled": True,
            "BucketEncryption": sealing("AES256"),
            "VersioningConfiguration": {"Status": "Suspended"},
            "PublicAccessBlockConfiguration": {"BlockPublicAcls": True},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "CorsConfiguration": {
                "CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": 60}]
            },
            "Tags": tagged(line="5"),
        },
        replaced={"BucketName", "ObjectLockEnabled"},
    ),
    "AWS::S3::BucketPolicy": TypeRow(
        {"Bucket": "table-a", "PolicyDocument": open_bucket("s3:DeleteObject")},
        {"Bucket": "table-b", "PolicyDocument": open_bucket("s3:PutObject")},
        replaced={"Bucket"},
    ),
    "AWS::KMS::Key": TypeRow(
        {
            "Description": "first",
            "EnableKeyRotation": True,
            "RotationPeriodInDays": 100,
            "KeyPolicy": key_policy(),
        },
        {
            "Description": "second",
            "Enabled": False,
            "EnableKeyRotation": False,
            "RotationPeriodInDays": 200,
            "KeyPolicy": key_policy(
                {
                    "Sid": "more",
                    "Effect": "Allow",
                    "Principal": {"AWS": HERE},
                    "Action": "kms:List*",
                    "Resource": "*",
                }
            ),
            "KeySpec": "RSA_2048",
            "KeyUsage": "SIGN_VERIFY",
            "MultiRegion": True,
            "PendingWindowInDays": 7,
            "Tags": tagged(line="5"),
        },
        refused={"KeySpec", "KeyUsage", "MultiRegion"},
        unread={"PendingWindowInDays", "KeySpec", "KeyUsage", "MultiRegion"},
    ),
    "AWS::KMS::Alias": TypeRow(
        {"AliasName": "alias/table", "TargetKeyId": KEY_TO_A},
        {"AliasName": "alias/table-2", "TargetKeyId": KEY_TO_B},
        replaced={"AliasName"},
    ),
    "AWS::CloudWatch::Alarm": TypeRow(
        ALARM,
        {
            "AlarmName": "table-alarm-2",
            "Namespace": "Plant2",
            "MetricName": "Accepted",
            "Statistic": "Average",
            "Period": 120,
            "EvaluationPeriods": 3,
            "DatapointsToAlarm": 2,
            "Threshold": 6.5,
            "ComparisonOperator": "LessThanThreshold",
            "TreatMissingData": "breaching",
            "Unit": "Seconds",
            "AlarmDescription": "second",
            "ActionsEnabled": False,
            "Dimensions": [{"Name": "line", "Value": "5"}],
            "AlarmActions": [ARN],
            "OKActions": [ARN],
            "InsufficientDataActions": [ARN],
            "Metrics": [
                {
                    "Id": "m",
                    "MetricStat": {
                        "Metric": {"Namespace": "P", "MetricName": "M"},
                        "Period": 60,
                        "Stat": "Sum",
                    },
                }
            ],
            "Tags": tagged(line="5"),
        },
        replaced={"AlarmName"},
    ),
    "AWS::IAM::User": TypeRow(
        {"UserName": "table-ann", "Path": "/line/", "Tags": tagged(line="4"), "Groups": ["table-shift"]},
        {
            "UserName": "table-ann-2",
            "Path": "/office/",
            "ManagedPolicyArns": [AWS_READ],
            "Policies": inline("a", "b"),
            "Groups": ["table-night"],
            "PermissionsBoundary": AWS_FULL,
            "Tags": tagged(line="5"),
        },
        replaced={"UserName"},
    ),
    "AWS::IAM::Group": TypeRow(
        {"GroupName": "table-crew", "ManagedPolicyArns": [AWS_READ], "Policies": inline("a")},
        {
            "GroupName": "table-crew-2",
            "Path": "/office/",
            "ManagedPolicyArns": [AWS_LOOKOUT],
            "Policies": inline("b"),
        },
        replaced={"GroupName"},
    ),
    "AWS::IAM::Role": TypeRow(
        {
            "RoleName": "table-role",
            "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
            "Description": "first",
        },
        {
            "RoleName": "table-role-2",
            "Path": "/office/",
            "ManagedPolicyArns": [AWS_READ],
            "Policies": inline("a"),
            "AssumeRolePolicyDocument": trust("cloudformation.amazonaws.com"),
            "Description": "second",
            "MaxSessionDuration": 7200,
            "PermissionsBoundary": AWS_FULL,
            "Tags": tagged(line="5"),
        },
        replaced={"RoleName", "Path"},
    ),
    "AWS::IAM::Policy": TypeRow(
        {
            "PolicyName": "table-listing",
            "PolicyDocument": document("s3:ListAllMyBuckets"),
            "Users": ["table-eve"],
            "Groups": ["table-shift"],
            "Roles": ["table-any"],
        },
        {
            "PolicyName": "table-listing-2",
            "PolicyDocument": document("s3:GetObject"),
            "Users": ["table-max"],
            "Groups": ["table-night"],
            "Roles": ["table-other"],
        },
        renamed={"PolicyName"},
    ),
    "AWS::IAM::ManagedPolicy": TypeRow(
        {
            "ManagedPolicyName": "table-reading",
            "PolicyDocument": document("s3:ListAllMyBuckets"),
            "Users": ["table-eve"],
            "Groups": ["table-shift"],
        },
        {
            "ManagedPolicyName": "table-reading-2",
            "Path": "/office/",
            "Description": "for readers",
            "PolicyDocument": document("s3:GetObject"),
            "Users": ["table-max"],
            "Groups": ["table-night", "table-shift"],
            "Roles": ["table-any"],
        },
        replaced={"ManagedPolicyName", "Path", "Description"},
    ),
    "AWS::IAM::AccessKey": TypeRow(
        {"UserName": "table-eve", "Status": "Active"},
        {"UserName": "table-max", "Status": "Inactive", "Serial": 2},
        replaced={"UserName", "Serial"},
        unread={"Serial"},
    ),
}
ROWS["AWS::CDK::Metadata"] = TypeRow({"Analytics": "v2:a"}, {"Analytics": "v2:b"}, unread={"Analytics"})
# What an update of all the others leaves out.
WITHOUT_OTHERS = {"Metrics", "RotationPeriodInDays"}
# What properties that cannot be together take along.
TOGETHER = {
    "Metrics": dict.fromkeys(
        ("Namespace", "MetricName", "Statistic", "Period", "Unit", "Dimensions"), NOWHERE
    ),
    # To replace what has a name of the template's, another name is needed (as in AWS).
    ("AWS::IAM::Role", "Path"): {"RoleName": "table-role-p"},
    ("AWS::IAM::ManagedPolicy", "Path"): {"ManagedPolicyName": "table-reading-p"},
    ("AWS::IAM::ManagedPolicy", "Description"): {"ManagedPolicyName": "table-reading-d"},
    ("AWS::S3::Bucket", "ObjectLockEnabled"): {
        "BucketName": "table-pictures-l",
        "VersioningConfiguration": NOWHERE,
    },
    ("AWS::S3::BucketPolicy", "Bucket"): {"PolicyDocument": open_bucket("s3:DeleteObject", "table-b")},
    ("AWS::KMS::Key", "EnableKeyRotation"): {"RotationPeriodInDays": NOWHERE},
}
