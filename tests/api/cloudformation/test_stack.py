"""Stacks through boto3, against a server: made, described, deleted, and what is refused."""

import json

import pytest
from botocore.exceptions import ClientError, WaiterError

from doubles.stacks import events_of, given, settled

WAIT = {"Delay": 1, "MaxAttempts": 60}
PROJECT = """
AWSTemplateFormatVersion: 2010-09-09
Description: A project for the boards
Parameters:
  Name: {Type: String, AllowedPattern: '[a-z0-9-]+'}
Resources:
  Boards:
    Type: AWS::Rekognition::Project
    Properties:
      ProjectName: !Sub '${Name}-boards'
Outputs:
  Arn: {Value: !GetAtt Boards.Arn, Export: {Name: !Sub '${AWS::StackName}-arn'}}
"""


@pytest.fixture
def stacks(server):
    return server.client("cloudformation")


def wait(stacks, name, state):
    stacks.get_waiter(state).wait(StackName=name, WaiterConfig=WAIT)


def test_a_stack_makes_its_project_and_takes_it_away(server, stacks):
    made = stacks.create_stack(StackName="one", TemplateBody=PROJECT, Parameters=given(Name="one"))
    wait(stacks, "one", "stack_create_complete")
    (stack,) = stacks.describe_stacks(StackName="one")["Stacks"]
    arn = stack["Outputs"][0]["OutputValue"]
    rekognition = server.client("rekognition")
    described = rekognition.describe_projects(ProjectNames=["one-boards"])["ProjectDescriptions"]
    assert (stack["StackId"], stack["StackStatus"]) == (made["StackId"], "CREATE_COMPLETE")
    assert stack["Outputs"][0]["ExportName"] == "one-arn"
    assert described[0]["ProjectArn"] == arn
    assert stack["Parameters"] == [{"ParameterKey": "Name", "ParameterValue": "one"}]
    stacks.delete_stack(StackName="one")
    wait(stacks, made["StackId"], "stack_delete_complete")
    assert rekognition.describe_projects(ProjectNames=["one-boards"])["ProjectDescriptions"] == []
    with pytest.raises(ClientError, match="Stack with id one does not exist"):
        stacks.describe_stacks(StackName="one")
    events = [
        (event["LogicalResourceId"], event["ResourceStatus"])
        for page in stacks.get_paginator("describe_stack_events").paginate(StackName=made["StackId"])
        for event in page["StackEvents"]
    ]
    assert events == [
        ("one", "DELETE_COMPLETE"),
        ("Boards", "DELETE_COMPLETE"),
        ("Boards", "DELETE_IN_PROGRESS"),
        ("one", "DELETE_IN_PROGRESS"),
        ("one", "CREATE_COMPLETE"),
        ("Boards", "CREATE_COMPLETE"),
        ("Boards", "CREATE_IN_PROGRESS"),
        ("one", "CREATE_IN_PROGRESS"),
    ]


def test_what_is_there_already_fails_the_stack_and_stays(server, stacks):
    rekognition = server.client("rekognition")
    arn = rekognition.create_project(ProjectName="mine-boards")["ProjectArn"]
    stacks.create_stack(StackName="mine", TemplateBody=PROJECT, Parameters=given(Name="mine"))
    with pytest.raises(WaiterError):
        wait(stacks, "mine", "stack_create_complete")
    assert settled(stacks, "mine")["StackStatus"] == "ROLLBACK_COMPLETE"
    (event,) = [
        event
        for event in stacks.describe_stack_events(StackName="mine")["StackEvents"]
        if event["ResourceStatus"] == "CREATE_FAILED"
    ]
    assert event["LogicalResourceId"] == "Boards"
    assert "Error Code: ResourceInUseException" in event["ResourceStatusReason"]
    stacks.delete_stack(StackName="mine")
    wait(stacks, "mine", "stack_delete_complete")
    (project,) = rekognition.describe_projects(ProjectNames=["mine-boards"])["ProjectDescriptions"]
    assert project["ProjectArn"] == arn
    rekognition.delete_project(ProjectArn=arn)


@pytest.mark.parametrize(
    ("call", "code", "sentence"),
    [
        (("describe_stacks", {"StackName": "none"}), "ValidationError", "Stack with id none does not exist"),
        (
            ("update_stack", {"StackName": "none", "TemplateBody": PROJECT}),
            "ValidationError",
            r"Stack \[none\] does not exist",
        ),
        (
            (
                "create_stack",
                {
                    "StackName": "s",
                    "TemplateBody": json.dumps({"Resources": {"A": {"Type": "AWS::EC2::Instance"}}}),
                },
            ),
            "ValidationError",
            r"Unrecognized resource types: \[AWS::EC2::Instance\]",
        ),
        (
            ("create_stack", {"StackName": "s", "TemplateBody": PROJECT}),
            "ValidationError",
            r"Parameters: \[Name\] must have values",
        ),
        (
            ("create_stack", {"StackName": "s", "TemplateBody": PROJECT, "Parameters": given(Name="No!")}),
            "ValidationError",
            "Parameter 'Name' must match pattern",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(stacks, call, code, sentence):
    name, request = call
    with pytest.raises(ClientError, match=sentence) as refusal:
        getattr(stacks, name)(**request)
    assert refusal.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("name", "kind", "properties"),
    [
        ("cors", "AWS::S3::Bucket", {"CorsConfiguration": [1]}),
        ("sealing", "AWS::S3::Bucket", {"BucketEncryption": {"ServerSideEncryptionConfiguration": ["a"]}}),
        ("nothing", "AWS::S3::Bucket", {"BucketName": None}),
        ("long", "AWS::S3::Bucket", {"BucketName": int("9" * 100)}),
        ("tags", "AWS::Rekognition::Project", {"ProjectName": "q", "Tags": [{"K": 1}]}),
        ("inline", "AWS::IAM::User", {"Policies": [{"PolicyName": "a"}]}),
        ("groups", "AWS::IAM::User", {"Groups": "x"}),
        ("trust", "AWS::IAM::Role", {"AssumeRolePolicyDocument": "nonsense"}),
        ("alarm", "AWS::CloudWatch::Alarm", {"ComparisonOperator": "x", "EvaluationPeriods": "many"}),
        ("key", "AWS::KMS::Key", {"KeyPolicy": [1]}),
    ],
)
def test_properties_of_another_form_are_named_and_leave_nothing(server, stacks, name, kind, properties):
    def there():
        s3, iam = server.client("s3"), server.client("iam")
        buckets = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
        return buckets | {user["UserName"] for user in iam.list_users()["Users"]}

    before = there()
    template = json.dumps({"Resources": {"A": {"Type": kind, "Properties": properties}}})
    stacks.create_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
    stack = settled(stacks, name)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE", events_of(stacks, name)
    assert there() == before
    stacks.delete_stack(StackName=name)
    wait(stacks, stack["StackId"], "stack_delete_complete")


@pytest.mark.parametrize("name", ["\x00", "\ud800"])
def test_a_text_that_no_answer_can_carry_is_refused(stacks, name):
    properties = {"ProjectName": name}
    template = json.dumps(
        {"Resources": {"A": {"Type": "AWS::LookoutVision::Project", "Properties": properties}}}
    )
    with pytest.raises(ClientError, match="control characters"):
        stacks.create_stack(StackName="illegal", TemplateBody=template)


def test_parameters_that_a_rule_forbids_make_nothing(server, stacks):
    rule = {"Assert": {"Fn::Contains": [["live"], {"Ref": "Name"}]}, "AssertDescription": "it is live"}
    text = json.dumps({**json.loads(RULED), "Rules": {"Stages": {"Assertions": [rule]}}})
    with pytest.raises(ClientError, match="Template rules are not kept: Stages: it is live") as refused:
        stacks.create_stack(StackName="ruled", TemplateBody=text)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    with pytest.raises(ClientError, match="does not exist"):
        stacks.describe_stacks(StackName="ruled")


RULED = json.dumps(
    {
        "Parameters": {"Name": {"Type": "String", "Default": "ruled"}},
        "Resources": {"P": {"Type": "AWS::LookoutVision::Project", "Properties": {"ProjectName": "ruled"}}},
    }
)
