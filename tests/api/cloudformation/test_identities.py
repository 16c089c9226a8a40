"""Stacks that hand out rights: what they must say, what their caller must have, and what is undone."""

import json

import pytest
from botocore.exceptions import ClientError

from doubles.stacks import events_of, given, put_stack, settled

NAMED = ["CAPABILITY_NAMED_IAM"]
PEOPLE = """
Parameters:
  Suffix: {Type: String}
  Action: {Type: String, Default: 'rekognition:DescribeProjects'}
Resources:
  Shift: {Type: AWS::IAM::Group, Properties: {GroupName: !Sub 'shift-${Suffix}'}}
  Reading:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      ManagedPolicyName: !Sub 'reading-${Suffix}'
      Groups: [!Ref Shift]
      PolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Action: !Ref Action, Resource: '*'}]
  Ann:
    Type: AWS::IAM::User
    Properties:
      UserName: !Sub 'ann-${Suffix}'
      Groups: [!Ref Shift]
      Tags: [{Key: line, Value: '4'}]
  AnnKey: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Ann}}
  Listing:
    Type: AWS::IAM::Policy
    Properties:
      PolicyName: listing
      Users: [!Ref Ann]
      PolicyDocument:
        Version: 2012-10-17
        Statement: [{Effect: Allow, Action: 's3:ListAllMyBuckets', Resource: '*'}]
  Maker:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub 'maker-${Suffix}'
      AssumeRolePolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Allow, Principal: {Service: cloudformation.amazonaws.com}, Action: 'sts:AssumeRole'}
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/AmazonRekognitionCustomLabelsFullAccess']
Outputs:
  Key: {Value: !Ref AnnKey}
  Secret: {Value: !GetAtt AnnKey.SecretAccessKey}
  Maker: {Value: !GetAtt Maker.Arn}
"""
PROJECT = json.dumps(
    {
        "Parameters": {"Name": {"Type": "String"}},
        "Resources": {
            "P": {"Type": "AWS::Rekognition::Project", "Properties": {"ProjectName": {"Ref": "Name"}}}
        },
    }
)


@pytest.fixture
def stacks(server):
    return server.client("cloudformation")


def as_key(server, service, key, secret):
    return server.client(service, key=(key, secret))


def outputs_of(stack):
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_people_keys_and_roles_live_with_their_stack(server, stacks):
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_NAMED_IAM\]") as refusal:
        put_stack(stacks, "people", PEOPLE, ["CAPABILITY_IAM"], Suffix="a")
    assert refusal.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"
    stack = put_stack(stacks, "people", PEOPLE, NAMED, Suffix="a")
    assert stack["StackStatus"] == "CREATE_COMPLETE", events_of(stacks, "people")
    outputs = outputs_of(stack)
    ann = as_key(server, "rekognition", outputs["Key"], outputs["Secret"])
    assert ann.describe_projects()["ProjectDescriptions"] is not None
    assert as_key(server, "s3", outputs["Key"], outputs["Secret"]).list_buckets()["Buckets"] is not None
    with pytest.raises(ClientError, match="not authorized"):
        ann.create_project(ProjectName="anns")
    told = json.dumps([event.get("ResourceProperties", "") for event in events(stacks, "people")])
    assert outputs["Secret"] not in told
    number = stacks.detect_stack_drift(StackName="people")["StackDriftDetectionId"]
    status = stacks.describe_stack_drift_detection_status(StackDriftDetectionId=number)
    assert status["StackDriftStatus"] == "IN_SYNC", stacks.describe_stack_resource_drifts(StackName="people")

    # A role that is passed is whom the stack acts as; who may pass none has none.
    with pytest.raises(ClientError, match="iam:PassRole"):
        as_key(server, "cloudformation", *key_of(server, "carl", "cloudformation:*")).create_stack(
            StackName="passed", TemplateBody=PROJECT, Parameters=given(Name="p-a"), RoleARN=outputs["Maker"]
        )
    stacks.create_stack(
        StackName="passed", TemplateBody=PROJECT, Parameters=given(Name="p-a"), RoleARN=outputs["Maker"]
    )
    assert settled(stacks, "passed")["StackStatus"] == "CREATE_COMPLETE", events_of(stacks, "passed")
    stacks.delete_stack(StackName="passed")
    gone(stacks, "passed")

    stack = put_stack(stacks, "people", PEOPLE, NAMED, Suffix="a", Action="rekognition:CreateProject")
    assert stack["StackStatus"] == "UPDATE_COMPLETE", events_of(stacks, "people")
    stacks.delete_stack(StackName="people")
    gone(stacks, "people")
    names = [user["UserName"] for user in server.client("iam").list_users()["Users"]]
    assert "ann-a" not in names


def test_a_stack_may_do_nothing_that_its_caller_may_not(server, stacks):
    key, secret = key_of(server, "bob", "cloudformation:*")
    theirs = as_key(server, "cloudformation", key, secret)
    theirs.create_stack(StackName="bobs", TemplateBody=PROJECT, Parameters=given(Name="p-bob"))
    stack = settled(stacks, "bobs")
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert any("rekognition:CreateProject" in reason for _, _, reason in events_of(stacks, "bobs"))
    assert server.client("rekognition").describe_projects(ProjectNames=["p-bob"])["ProjectDescriptions"] == []


def test_what_a_failed_update_changed_is_as_it_was(server, stacks):
    template = json.loads(PROJECT)
    template["Resources"]["B"] = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "update-back-b"}}
    stack = put_stack(stacks, "back", json.dumps(template), Name="p-back")
    assert stack["StackStatus"] == "CREATE_COMPLETE", events_of(stacks, "back")
    server.client("rekognition").create_project(ProjectName="p-taken")
    template["Resources"]["B"]["Properties"]["Tags"] = [{"Key": "a", "Value": "b"}]
    template["Resources"]["P"]["DependsOn"] = "B"
    stack = put_stack(stacks, "back", json.dumps(template), Name="p-taken")
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", events_of(stacks, "back")
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        server.client("s3").get_bucket_tagging(Bucket="update-back-b")
    rekognition = server.client("rekognition")
    names = rekognition.describe_projects(ProjectNames=["p-back", "p-taken"])["ProjectDescriptions"]
    assert len(names) == 2
    # Another name makes another project, and takes the first one away.
    stack = put_stack(stacks, "back", json.dumps(template), Name="p-new")
    assert stack["StackStatus"] == "UPDATE_COMPLETE", events_of(stacks, "back")
    assert rekognition.describe_projects(ProjectNames=["p-back"])["ProjectDescriptions"] == []
    stacks.delete_stack(StackName="back")
    gone(stacks, "back")


def events(stacks, name):
    return stacks.describe_stack_events(StackName=name)["StackEvents"]


def gone(stacks, name):
    stacks.get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )


def key_of(server, name, *actions):
    iam = server.client("iam")
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]
