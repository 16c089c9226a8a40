"""A stack's policy is obeyed by every update, and by nothing that goes back."""

import json

import pytest
from botocore.exceptions import ClientError

from doubles.stacks import events_of, put_stack, settled


@pytest.fixture
def stacks(server):
    return server.client("cloudformation")


def template(mark, *, key="first", kept=True):
    described = {"Type": "AWS::KMS::Key", "Properties": {"Description": key, "PendingWindowInDays": 7}}
    project = {"Type": "AWS::Rekognition::Project", "Properties": {"ProjectName": f"protected-{mark}"}}
    extra = {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "protected-group"}}
    resources = {"Key": described, "Project": project} | ({"Group": extra} if kept else {})
    return json.dumps({"Resources": resources})


def rule(effect, actions, resource):
    return {"Effect": effect, "Principal": "*", "Action": actions, "Resource": resource}


ALL = rule("Allow", "Update:*", "*")
POLICY = json.dumps(
    {
        "Statement": [
            ALL,
            rule("Deny", "Update:Modify", "LogicalResourceId/Key"),
            rule("Deny", "Update:Replace", "LogicalResourceId/Project"),
            rule("Deny", "Update:Delete", "LogicalResourceId/Group"),
        ]
    }
)


def test_what_a_stacks_policy_forbids_is_rolled_back_and_named(server, stacks):
    stacks.create_stack(
        StackName="guarded", TemplateBody=template("a"), Capabilities=["CAPABILITY_NAMED_IAM"],
        StackPolicyBody=POLICY,
    )  # fmt: skip
    settled(stacks, "guarded")
    assert stacks.get_stack_policy(StackName="guarded")["StackPolicyBody"] == POLICY
    forbidden = {
        "Key": template("a", key="other"),
        "Project": template("b"),
        "Group": template("a", key="not reached", kept=False),
    }
    for logical, text in forbidden.items():
        stack = put_stack(stacks, "guarded", text, ["CAPABILITY_NAMED_IAM"])
        assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
        reasons = [reason for name, _, reason in events_of(stacks, "guarded") if name == logical]
        assert "Action denied by stack policy: Statement [#" in reasons[0]
    assert server.client("iam").get_group(GroupName="protected-group")
    assert server.client("rekognition").describe_projects(ProjectNames=["protected-a"])["ProjectDescriptions"]
    (key,) = [
        row["PhysicalResourceId"]
        for row in stacks.describe_stack_resources(StackName="guarded")["StackResources"]
        if row["LogicalResourceId"] == "Key"
    ]
    assert server.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Description"] == "first"

    # For one update another policy, and a next one that holds from then on.
    allowing = json.dumps({"Statement": ALL})
    stacks.update_stack(
        StackName="guarded", TemplateBody=template("a", key="second"), Capabilities=["CAPABILITY_NAMED_IAM"],
        StackPolicyDuringUpdateBody=allowing,
    )  # fmt: skip
    assert settled(stacks, "guarded")["StackStatus"] == "UPDATE_COMPLETE"
    assert stacks.get_stack_policy(StackName="guarded")["StackPolicyBody"] == POLICY
    put_stack(stacks, "guarded", template("a", key="third"), ["CAPABILITY_NAMED_IAM"])
    assert settled(stacks, "guarded")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    stacks.set_stack_policy(StackName="guarded", StackPolicyBody=allowing)
    stack = put_stack(stacks, "guarded", template("a", key="third"), ["CAPABILITY_NAMED_IAM"])
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    with pytest.raises(ClientError, match="Error validating stack policy"):
        stacks.set_stack_policy(StackName="guarded", StackPolicyBody='{"Statement": []}')
    # Who deletes the stack deletes its resources: as in AWS a stack policy is about updates.
    stacks.delete_stack(StackName="guarded")
    stacks.get_waiter("stack_delete_complete").wait(
        StackName=stack["StackId"], WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
