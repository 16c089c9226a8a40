"""Each type of resource made, changed, looked at for drift, and deleted, through boto3."""

import json
import time

import pytest
from botocore.exceptions import ClientError

from doubles.stacks import events_of, put_stack, settled

TEMPLATE = """
Parameters:
  Suffix: {Type: String}
  Threshold: {Type: Number, Default: 5}
Resources:
  Pictures:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub 'pictures-${Suffix}'
      VersioningConfiguration: {Status: Enabled}
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: {SSEAlgorithm: 'aws:kms', KMSMasterKeyID: !GetAtt Key.Arn}
      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: 'true'}
      CorsConfiguration:
        CorsRules: [{AllowedMethods: [GET], AllowedOrigins: ['*'], MaxAge: 60}]
      Tags: [{Key: line, Value: !Ref Threshold}]
  PicturesPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Pictures
      PolicyDocument:
        Version: 2012-10-17
        Statement:
          - {Effect: Deny, Principal: '*', Action: 's3:DeleteObject', Resource: !Sub '${Pictures.Arn}/*'}
  Key:
    Type: AWS::KMS::Key
    Properties: {Description: for pictures, EnableKeyRotation: true, PendingWindowInDays: 7}
  KeyName:
    Type: AWS::KMS::Alias
    Properties: {AliasName: !Sub 'alias/pictures-${Suffix}', TargetKeyId: !Ref Key}
  Doors:
    Type: AWS::LookoutVision::Project
    Properties: {ProjectName: !Sub 'doors-${Suffix}'}
  Rejects:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: Plant
      MetricName: Rejected
      Statistic: Sum
      Period: '60'
      EvaluationPeriods: 1
      Threshold: !Ref Threshold
      ComparisonOperator: GreaterThanThreshold
Outputs:
  Alarm: {Value: !Ref Rejects}
  Key: {Value: !Ref Key}
"""


@pytest.fixture
def stacks(server):
    return server.client("cloudformation")


def test_resources_of_every_plain_type_live_with_their_stack(server, stacks):
    stack = put_stack(stacks, "types", TEMPLATE, Suffix="types")
    assert stack["StackStatus"] == "CREATE_COMPLETE", events_of(stacks, "types")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    s3, kms, watch = (server.client(name) for name in ("s3", "kms", "cloudwatch"))
    assert s3.get_bucket_versioning(Bucket="pictures-types")["Status"] == "Enabled"
    assert s3.get_bucket_cors(Bucket="pictures-types")["CORSRules"][0]["MaxAgeSeconds"] == 60
    blocked = s3.get_public_access_block(Bucket="pictures-types")["PublicAccessBlockConfiguration"]
    assert blocked["BlockPublicPolicy"] is True
    assert kms.get_key_rotation_status(KeyId=outputs["Key"])["KeyRotationEnabled"] is True
    described = kms.describe_key(KeyId="alias/pictures-types")["KeyMetadata"]
    assert described["KeyId"] == outputs["Key"]
    (alarm,) = watch.describe_alarms(AlarmNames=[outputs["Alarm"]])["MetricAlarms"]
    assert alarm["Threshold"] == 5.0
    assert drift(stacks, "types") == ("IN_SYNC", [])

    s3.put_bucket_versioning(Bucket="pictures-types", VersioningConfiguration={"Status": "Suspended"})
    watch.delete_alarms(AlarmNames=[outputs["Alarm"]])
    status, drifted = drift(stacks, "types")
    assert status == "DRIFTED"
    assert sorted((row["LogicalResourceId"], row["StackResourceDriftStatus"]) for row in drifted) == [
        ("Pictures", "MODIFIED"),
        ("Rejects", "DELETED"),
    ]
    (difference,) = next(row["PropertyDifferences"] for row in drifted if row["PropertyDifferences"])
    assert difference["PropertyPath"] == "/VersioningConfiguration"
    assert json.loads(difference["ActualValue"]) == {"Status": "Suspended"}

    s3.put_bucket_versioning(Bucket="pictures-types", VersioningConfiguration={"Status": "Enabled"})
    stack = put_stack(stacks, "types", TEMPLATE, Suffix="types", Threshold="7")
    assert stack["StackStatus"] == "UPDATE_COMPLETE", events_of(stacks, "types")
    (alarm,) = watch.describe_alarms(AlarmNames=[outputs["Alarm"]])["MetricAlarms"]
    assert alarm["Threshold"] == 7.0
    assert drift(stacks, "types") == ("IN_SYNC", [])
    with pytest.raises(ClientError, match="No updates are to be performed"):
        put_stack(stacks, "types", TEMPLATE, Suffix="types", Threshold="7")

    s3.put_object(Bucket="pictures-types", Key="a.png", Body=b"x")
    stacks.delete_stack(StackName="types")
    stack = settled(stacks, "types")
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert "failed to delete: [Pictures]" in stack["StackStatusReason"]
    assert s3.get_object(Bucket="pictures-types", Key="a.png")["Body"].read() == b"x"
    stacks.delete_stack(StackName="types", RetainResources=["Pictures"])
    stacks.get_waiter("stack_delete_complete").wait(
        StackName=stack["StackId"], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert kms.describe_key(KeyId=outputs["Key"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert s3.list_object_versions(Bucket="pictures-types")["Versions"]


def drift(stacks, name):
    number = stacks.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    deadline = time.monotonic() + 30
    status = {"DetectionStatus": "DETECTION_IN_PROGRESS"}
    while status["DetectionStatus"] == "DETECTION_IN_PROGRESS":
        assert time.monotonic() < deadline
        status = stacks.describe_stack_drift_detection_status(StackDriftDetectionId=number)
    rows = stacks.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
    drifted = [row for row in rows if row["StackResourceDriftStatus"] != "IN_SYNC"]
    return status["StackDriftStatus"], drifted
