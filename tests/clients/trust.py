"""People, roles and stacks by boto3, as customers have it; prints one JSON object."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

mark = sys.argv[1]
iam, sts, stacks = boto3.client("iam"), boto3.client("sts"), boto3.client("cloudformation")
found: dict[str, object] = {}


def code_of(call, **members):
    try:
        call(**members)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "none"


def document(action):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


account = sts.get_caller_identity()["Account"]
name = f"boto-{mark}"
user = iam.create_user(UserName=name, Path="/line/")["User"]
found["user"] = user["Arn"].split(":")[-1]
key = iam.create_access_key(UserName=name)["AccessKey"]
own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
theirs = boto3.client("rekognition", **own)
found["before"] = code_of(theirs.describe_projects)
policy = json.dumps(document("rekognition:Describe*"))
iam.put_user_policy(UserName=name, PolicyName="see", PolicyDocument=policy)
found["after"] = code_of(theirs.describe_projects)
kept = iam.get_user_policy(UserName=name, PolicyName="see")["PolicyDocument"]
found["stored"] = kept == json.loads(policy)
trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
trusting = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting)["Role"]["Arn"]
iam.put_role_policy(RoleName=name, PolicyName="see", PolicyDocument=policy)
iam.put_user_policy(UserName=name, PolicyName="be", PolicyDocument=json.dumps(document("sts:AssumeRole")))
assumed = boto3.client("sts", **own).assume_role(RoleArn=role, RoleSessionName="shift")["Credentials"]
session = boto3.client(
    "sts",
    aws_access_key_id=assumed["AccessKeyId"],
    aws_secret_access_key=assumed["SecretAccessKey"],
    aws_session_token=assumed["SessionToken"],
)
found["session"] = session.get_caller_identity()["Arn"].split(":")[-1]
roles = [row["RoleName"] for page in iam.get_paginator("list_roles").paginate() for row in page["Roles"]]
found["listed"] = name in roles
found["conflict"] = code_of(iam.delete_user, UserName=name)
for held in ("see", "be"):
    iam.delete_user_policy(UserName=name, PolicyName=held)
iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
iam.delete_user(UserName=name)
iam.delete_role_policy(RoleName=name, PolicyName="see")
iam.delete_role(RoleName=name)
found["gone"] = code_of(iam.get_user, UserName=name)

template = {
    "Parameters": {"Name": {"Type": "String"}},
    "Resources": {"P": {"Type": "AWS::Rekognition::Project", "Properties": {"ProjectName": {"Ref": "Name"}}}},
    "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["P", "Arn"]}}},
}
given = [{"ParameterKey": "Name", "ParameterValue": name}]
wait = {"Delay": 1, "MaxAttempts": 60}
stacks.create_stack(StackName=name, TemplateBody=json.dumps(template), Parameters=given)
stacks.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=wait)
[stack] = stacks.describe_stacks(StackName=name)["Stacks"]
found["output"] = stack["Outputs"][0]["OutputValue"].split("/")[1]
drift = stacks.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
found["drift"] = stacks.describe_stack_drift_detection_status(StackDriftDetectionId=drift)["StackDriftStatus"]
found["twice"] = code_of(stacks.update_stack, StackName=name, UsePreviousTemplate=True, Parameters=given)
stacks.delete_stack(StackName=name)
stacks.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"], WaiterConfig=wait)
found["deleted"] = code_of(stacks.describe_stacks, StackName=name)
print(json.dumps(found))
