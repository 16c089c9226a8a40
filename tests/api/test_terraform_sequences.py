"""What Terraform's resources of S3, IAM and KMS ask, call by call: what is read must be what was made.

The sequences are those of its AWS provider, which reads a resource whole once it is made and before a plan.
"""

import json

import pytest
from botocore.exceptions import ClientError

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}
READING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
# What each setting of a bucket says where there is none. The provider takes what is not implemented for none.
SETTINGS = {
    "get_bucket_policy": "NoSuchBucketPolicy",
    "get_bucket_cors": "NoSuchCORSConfiguration",
    "get_bucket_website": "NoSuchWebsiteConfiguration",
    "get_bucket_lifecycle_configuration": "NoSuchLifecycleConfiguration",
    "get_bucket_replication": "NotImplemented",
    "get_bucket_encryption": "ServerSideEncryptionConfigurationNotFoundError",
    "get_object_lock_configuration": "ObjectLockConfigurationNotFoundError",
    "get_bucket_tagging": "NoSuchTagSet",
    "get_bucket_acl": "",
    "get_bucket_versioning": "",
    "get_bucket_accelerate_configuration": "",
    "get_bucket_request_payment": "",
    "get_bucket_logging": "",
    "get_bucket_location": "",
}


def code_of(call, **members):
    try:
        call(**members)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return ""


def test_a_provider_that_starts_asks_who_it_is(server):
    account = server.client("sts").get_caller_identity()["Account"]
    assert server.client("iam").get_user()["User"]["Arn"] == f"arn:aws:iam::{account}:root"
    assert isinstance(server.client("iam").list_account_aliases()["AccountAliases"], list)


def test_a_bucket_is_made_read_changed_and_destroyed(server):
    s3, bucket = server.client("s3"), "terraform-bucket"
    assert code_of(s3.head_bucket, Bucket=bucket) == "404"
    s3.create_bucket(Bucket=bucket)
    assert {name: code_of(getattr(s3, name), Bucket=bucket) for name in SETTINGS} == SETTINGS
    assert s3.head_bucket(Bucket=bucket)["BucketRegion"] == "us-east-1"
    with pytest.raises(ClientError, match="encryption configuration was not found"):
        s3.get_bucket_encryption(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "line", "Value": "4"}]})
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": True}
    block |= {"BlockPublicPolicy": True, "RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "line", "Value": "4"}]
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == block
    s3.delete_public_access_block(Bucket=bucket)
    assert code_of(s3.get_public_access_block, Bucket=bucket) == "NoSuchPublicAccessBlockConfiguration"
    # `force_destroy` empties it of every version first.
    s3.put_object(Bucket=bucket, Key="a", Body=b"1")
    assert code_of(s3.delete_bucket, Bucket=bucket) == "BucketNotEmpty"
    for version in s3.list_object_versions(Bucket=bucket)["Versions"]:
        s3.delete_object(Bucket=bucket, Key="a", VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=bucket)
    assert code_of(s3.head_bucket, Bucket=bucket) == "404"


def test_a_role_and_its_policy_are_made_read_changed_and_destroyed(server):
    iam, name = server.client("iam"), "terraform-role"
    policy = iam.create_policy(
        PolicyName=name, PolicyDocument=json.dumps(READING), Tags=[{"Key": "line", "Value": "4"}]
    )["Policy"]["Arn"]
    described = iam.get_policy(PolicyArn=policy)["Policy"]
    assert described["Tags"] == [{"Key": "line", "Value": "4"}]
    version = iam.get_policy_version(PolicyArn=policy, VersionId=described["DefaultVersionId"])
    assert version["PolicyVersion"]["Document"] == READING
    tags = [{"Key": "line", "Value": "4"}]
    trust = json.dumps(TRUST)
    iam.create_role(
        RoleName=name, Path="/", MaxSessionDuration=3600, AssumeRolePolicyDocument=trust, Tags=tags
    )
    iam.attach_role_policy(RoleName=name, PolicyArn=policy)
    role = iam.get_role(RoleName=name)["Role"]
    assert (role["AssumeRolePolicyDocument"], role["Tags"], role["MaxSessionDuration"]) == (TRUST, tags, 3600)
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == []
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [row["PolicyArn"] for row in attached] == [policy]
    iam.update_role_description(RoleName=name, Description="changed")
    iam.update_role(RoleName=name, MaxSessionDuration=7200, Description="changed")
    assert iam.get_role(RoleName=name)["Role"]["Description"] == "changed"
    # A changed document is a new version; of five the oldest goes first.
    iam.create_policy_version(PolicyArn=policy, PolicyDocument=json.dumps(TRUST | READING), SetAsDefault=True)
    versions = iam.list_policy_versions(PolicyArn=policy)["Versions"]
    assert [row["VersionId"] for row in versions if not row["IsDefaultVersion"]] == ["v1"]
    assert iam.list_instance_profiles_for_role(RoleName=name)["InstanceProfiles"] == []
    assert code_of(iam.delete_role, RoleName=name) == "DeleteConflict"
    iam.detach_role_policy(RoleName=name, PolicyArn=policy)
    iam.delete_role(RoleName=name)
    assert code_of(iam.get_role, RoleName=name) == "NoSuchEntity"
    iam.delete_policy_version(PolicyArn=policy, VersionId="v1")
    iam.delete_policy(PolicyArn=policy)
    assert code_of(iam.get_policy, PolicyArn=policy) == "NoSuchEntity"


def test_a_key_and_its_alias_are_made_read_changed_and_destroyed(server):
    kms, alias = server.client("kms"), "alias/terraform"
    key = kms.create_key(
        BypassPolicyLockoutSafetyCheck=False, KeySpec="SYMMETRIC_DEFAULT", KeyUsage="ENCRYPT_DECRYPT",
        Description="first", Tags=[{"TagKey": "line", "TagValue": "4"}],
    )["KeyMetadata"]["KeyId"]  # fmt: skip
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (described["Origin"], described["KeyState"], described["MultiRegion"]) == (
        "AWS_KMS",
        "Enabled",
        False,
    )
    assert json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])["Statement"]
    rotation = kms.get_key_rotation_status(KeyId=key)
    assert (rotation["KeyRotationEnabled"], rotation["RotationPeriodInDays"]) == (True, 180)
    assert kms.list_resource_tags(KeyId=key)["Tags"] == [{"TagKey": "line", "TagValue": "4"}]
    kms.create_alias(AliasName=alias, TargetKeyId=key)
    pages = kms.get_paginator("list_aliases").paginate()
    assert [row["TargetKeyId"] for page in pages for row in page["Aliases"] if row["AliasName"] == alias] == [
        key
    ]
    kms.update_key_description(KeyId=key, Description="second")
    kms.disable_key(KeyId=key)
    described = kms.describe_key(KeyId=key)["KeyMetadata"]
    assert (described["Description"], described["KeyState"]) == ("second", "Disabled")
    kms.delete_alias(AliasName=alias)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    # Destroyed twice, as after a run that was broken off: the words are those that it looks for.
    with pytest.raises(ClientError, match="is pending deletion") as refusal:
        kms.schedule_key_deletion(KeyId=key)
    assert refusal.value.response["Error"]["Code"] == "KMSInvalidStateException"
