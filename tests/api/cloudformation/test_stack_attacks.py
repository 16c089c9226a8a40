"""Ways in which a stack could lose what is somebody's, or give what is not its caller's."""

import json

import pytest

from doubles.houses import HERE
from doubles.stack_desks import PLACE
from vedette.errors import Refusal


def document(action):
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def listing(*users, name="listing", action="s3:ListAllMyBuckets"):
    properties = {"PolicyName": name, "PolicyDocument": document(action), "Users": list(users)}
    return {"It": {"Type": "AWS::IAM::Policy", "Properties": properties}}


def test_an_update_overwrites_no_policy_that_somebody_else_gave(desk):
    for user in ("eve", "max"):
        desk.service("iam", "CreateUser", UserName=user)
    own = {"UserName": "max", "PolicyName": "listing", "PolicyDocument": json.dumps(document("s3:GetObject"))}
    desk.service("iam", "PutUserPolicy", **own)
    desk.put("p", listing("eve"))
    for update in (listing("eve", "max"), listing("max", name="listing", action="s3:*")):
        stack = desk.put("p", update)
        assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
        assert any("max has a policy listing already" in reason for _, _, reason in desk.happened("p"))
        kept = desk.service("iam", "GetUserPolicy", UserName="max", PolicyName="listing")
        assert "s3%3AGetObject" in kept["PolicyDocument"]
        assert desk.service("iam", "ListUserPolicies", UserName="eve")["PolicyNames"] == ["listing"]
    desk.service("iam", "PutUserPolicy", **{**own, "UserName": "eve", "PolicyName": "other"})
    assert desk.put("p", listing("eve", name="other")).status == "UPDATE_ROLLBACK_COMPLETE"
    assert sorted(desk.service("iam", "ListUserPolicies", UserName="eve")["PolicyNames"]) == [
        "listing",
        "other",
    ]


def test_an_update_takes_no_policy_for_its_own_that_only_says_the_same(desk):
    for user in ("eve", "max"):
        desk.service("iam", "CreateUser", UserName=user)
    text = json.dumps(document("s3:ListAllMyBuckets"))
    desk.service("iam", "PutUserPolicy", UserName="max", PolicyName="listing", PolicyDocument=text)
    desk.put("p", listing("eve"))
    assert desk.put("p", listing("eve", "max")).status == "UPDATE_ROLLBACK_COMPLETE"
    assert any("max has a policy listing already" in reason for _, _, reason in desk.happened("p"))
    desk.put("p", listing("eve", action="s3:*"))
    desk.ask("DeleteStack", StackName="p")
    desk.house.jobs.wait(30)
    assert desk.service("iam", "ListUserPolicies", UserName="max")["PolicyNames"] == ["listing"]


def test_two_policies_that_say_the_same_and_take_each_others_name_stay_two(desk):
    desk.service("iam", "CreateUser", UserName="eve")
    names = [{"First": listing("eve", name=a)["It"], "Second": listing("eve", name=b)["It"]}
        for a, b in (("a", "b"), ("b", "c"))]  # fmt: skip
    desk.put("p", names[0])
    desk.put("p", names[1])
    held = desk.service("iam", "ListUserPolicies", UserName="eve")["PolicyNames"]
    stack = desk.house.stacks.find(PLACE, "p")
    assert (stack.status, sorted(held)) == ("UPDATE_ROLLBACK_COMPLETE", ["a", "b"])


def test_a_key_is_never_replaced_since_what_it_sealed_would_be_lost(desk):
    def key(**more):
        return {"Key": {"Type": "AWS::KMS::Key", "Properties": {"PendingWindowInDays": 7, **more}}}

    desk.put("k", key())
    number = desk.row("k", "Key").physical
    # What a template did not say and says now is what the key is already.
    said = {"KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": "false"}
    assert desk.put("k", key(**said)).status == "UPDATE_COMPLETE"
    assert desk.put("k", key(Description="other")).status == "UPDATE_COMPLETE"
    assert desk.put("k", key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")).status == "UPDATE_ROLLBACK_COMPLETE"
    assert desk.row("k", "Key").physical == number
    assert desk.service("kms", "DescribeKey", KeyId=number)["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_user_whose_path_changes_keeps_its_keys(desk):
    def user(path):
        ann = {"Type": "AWS::IAM::User", "Properties": {"UserName": "ann", "Path": path}}
        return {"Ann": ann}, {"Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["Ann", "Arn"]}}}}

    resources, outputs = user("/line/")
    desk.put("u", resources, template=outputs)
    key = desk.service("iam", "CreateAccessKey", UserName="ann")["AccessKey"]["AccessKeyId"]
    resources, outputs = user("/office/")
    stack = desk.put("u", resources, template=outputs)
    assert stack.status == "UPDATE_COMPLETE"
    assert [output.value for output in stack.secrets.outputs] == [f"arn:aws:iam::{HERE}:user/office/ann"]
    keys = desk.service("iam", "ListAccessKeys", UserName="ann")["AccessKeyMetadata"]
    assert [one["AccessKeyId"] for one in keys] == [key]


def test_what_cdk_says_with_each_deployment_is_taken_and_a_nested_stack_is_not(desk):
    project = {"Type": "AWS::LookoutVision::Project", "Properties": {"ProjectName": "p"}}
    text = json.dumps({"Resources": {"P": project, "M": {"Type": "AWS::CDK::Metadata"}}})
    request = {"StackName": "c", "ChangeSetName": "cdk", "ChangeSetType": "CREATE"}
    desk.ask("CreateChangeSet", **request, TemplateBody=text, IncludeNestedStacks=True)
    desk.ask("ExecuteChangeSet", StackName="c", ChangeSetName="cdk")
    assert desk.settled("c").status == "CREATE_COMPLETE"
    nested = json.dumps({"Resources": {"N": {"Type": "AWS::CloudFormation::Stack"}}})
    with pytest.raises(Refusal, match=r"Unrecognized resource types: \[AWS::CloudFormation::Stack\]"):
        desk.ask("CreateStack", StackName="n", TemplateBody=nested)


def exporting(name, imported=""):
    """Return a template that exports its project's name, and one with a project of an imported name."""
    project = {"Type": "AWS::LookoutVision::Project", "Properties": {"ProjectName": name}}
    resources = {"P": project}
    if imported:
        properties = {"ProjectName": {"Fn::Sub": ["${N}-2", {"N": {"Fn::ImportValue": imported}}]}}
        resources["Q"] = {"Type": "AWS::LookoutVision::Project", "Properties": properties}
    return resources, {"Outputs": {"O": {"Value": name, "Export": {"Name": f"export-{name}"}}}}


def test_an_import_of_ones_own_export_is_refused_since_nobody_could_delete_the_stack(desk):
    resources, outputs = exporting("own")
    desk.put("own", resources, template=outputs)
    resources, outputs = exporting("own", "export-own")
    with pytest.raises(Refusal, match="cannot import export-own, which it exports itself"):
        desk.put("own", resources, template=outputs)
    desk.ask("DeleteStack", StackName="own")
    desk.house.jobs.wait(30)
    with pytest.raises(Refusal, match="does not exist"):
        desk.ask("DescribeStacks", StackName="own")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"Transform": "AWS::Serverless-2016-10-31"}, "Transform"),
        ({"Resources": {"P": {"Fn::Transform": {"Name": "AWS::Include"}}}}, "Transform|Type"),
        ({"Resources": {"P": {"Type": "AWS::S3::Bucket", "DependsOn": "P"}}}, "(?i)circular"),
        ({"Outputs": {"O": {"Value": {"Fn::ImportValue": "export-nobodys"}}}}, "No export named"),
    ],
)
def test_what_a_template_may_not_be_is_refused_and_makes_nothing(desk, more, why):
    resources, _ = exporting("refused")
    text = json.dumps({"Resources": resources, **more})
    with pytest.raises(Refusal, match=why):
        desk.ask("CreateStack", StackName="refused", TemplateBody=text)
    assert desk.house.stacks.all_of(PLACE) == []
