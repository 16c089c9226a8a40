"""A stack's tags are its resources' tags too, and change with it."""

import json

import pytest

from doubles.stacks import events_of, settled

OWN = [{"Key": "line", "Value": "own"}]
TYPES = {
    "Pictures": ("AWS::S3::Bucket", {"BucketName": "tagged-pictures", "Tags": OWN}),
    "Boards": ("AWS::Rekognition::Project", {"ProjectName": "tagged-boards"}),
    "Doors": ("AWS::LookoutVision::Project", {"ProjectName": "tagged-doors"}),
    "Ann": ("AWS::IAM::User", {"UserName": "tagged-ann"}),
    "Key": ("AWS::KMS::Key", {"PendingWindowInDays": 7}),
    "Alarm": (
        "AWS::CloudWatch::Alarm",
        {
            "AlarmName": "tagged-alarm", "Namespace": "Plant", "MetricName": "Rejected",
            "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 1,
            "ComparisonOperator": "GreaterThanThreshold",
        },
    ),
}  # fmt: skip
TEMPLATE = json.dumps(
    {"Resources": {name: {"Type": kind, "Properties": body} for name, (kind, body) in TYPES.items()}}
)


def given(**tags):
    return {
        "StackName": "tagged",
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }


@pytest.fixture
def tags_at(server):
    """Read the tags of all resources, each from its own service."""
    watch = server.client("cloudwatch")

    def read(ids):
        boards = server.client("rekognition").describe_projects(ProjectNames=["tagged-boards"])
        arn = boards["ProjectDescriptions"][0]["ProjectArn"]
        alarm = watch.describe_alarms(AlarmNames=["tagged-alarm"])["MetricAlarms"][0]["AlarmArn"]
        key_tags = server.client("kms").list_resource_tags(KeyId=ids["Key"])["Tags"]
        return {
            "Pictures": plain(server.client("s3").get_bucket_tagging(Bucket="tagged-pictures")["TagSet"]),
            "Boards": server.client("rekognition").list_tags_for_resource(ResourceArn=arn)["Tags"],
            "Ann": plain(server.client("iam").list_user_tags(UserName="tagged-ann")["Tags"]),
            "Key": {tag["TagKey"]: tag["TagValue"] for tag in key_tags},
            "Alarm": plain(watch.list_tags_for_resource(ResourceARN=alarm)["Tags"]),
        }

    return read


def plain(tags):
    return {tag["Key"]: tag["Value"] for tag in tags}


def test_a_stacks_tags_are_its_resources(server, tags_at):
    stacks = server.client("cloudformation")
    stacks.create_stack(TemplateBody=TEMPLATE, **given(line="4", owner="ann"))
    assert settled(stacks, "tagged")["StackStatus"] == "CREATE_COMPLETE", events_of(stacks, "tagged")
    rows = stacks.describe_stack_resources(StackName="tagged")["StackResources"]
    ids = {row["LogicalResourceId"]: row["PhysicalResourceId"] for row in rows}
    both = {"line": "4", "owner": "ann"}
    others = ["Boards", "Ann", "Key", "Alarm"]
    assert tags_at(ids) == {"Pictures": {"line": "own", "owner": "ann"}, **dict.fromkeys(others, both)}
    assert stacks.detect_stack_drift(StackName="tagged")
    assert (
        stacks.describe_stacks(StackName="tagged")["Stacks"][0]["DriftInformation"]["StackDriftStatus"]
        == "IN_SYNC"
    )

    stacks.update_stack(UsePreviousTemplate=True, **given(line="5"))
    assert settled(stacks, "tagged")["StackStatus"] == "UPDATE_COMPLETE", events_of(stacks, "tagged")
    assert tags_at(ids) == {"Pictures": {"line": "own"}, **{name: {"line": "5"} for name in others}}
    # Of what nobody gave a tag none is left, and what is not said stays.
    stacks.update_stack(
        UsePreviousTemplate=True, StackName="tagged", Tags=[], Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    assert settled(stacks, "tagged")["StackStatus"] == "UPDATE_COMPLETE", events_of(stacks, "tagged")
    assert tags_at(ids) == {"Pictures": {"line": "own"}, **{name: {} for name in others}}
    stacks.delete_stack(StackName="tagged")
    assert settled(stacks, rows[0]["StackId"])["StackStatus"] == "DELETE_COMPLETE"
