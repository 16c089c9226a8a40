"""What who asks may choose: to cancel, to retain, to protect, and not to roll back."""

import json

import pytest
from botocore.exceptions import ClientError

from doubles.stacks import events_of, put_stack, settled


@pytest.fixture
def stacks(server):
    return server.client("cloudformation")


def project(name, **more):
    return {"Type": "AWS::LookoutVision::Project", "Properties": {"ProjectName": name}, **more}


def template(**resources):
    return json.dumps({"Resources": resources})


def chain(prefix):
    names = range(60)
    return template(
        **{f"P{n}": project(f"{prefix}-{n}", DependsOn=[f"P{n - 1}"] if n else []) for n in names}
    )


def exists(server, name):
    try:
        server.client("lookoutvision").describe_project(ProjectName=name)
    except ClientError:
        return False
    return True


def delete(stacks, name):
    number = stacks.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
    stacks.delete_stack(StackName=name)
    return settled(stacks, number)["StackStatus"]


def test_an_update_that_is_cancelled_goes_back(server, stacks):
    put_stack(stacks, "cancelled", chain("cancel-a"))
    stacks.update_stack(StackName="cancelled", TemplateBody=chain("cancel-b"))
    stacks.cancel_update_stack(StackName="cancelled")
    assert settled(stacks, "cancelled")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert exists(server, "cancel-a-59")
    assert not exists(server, "cancel-b-0")
    with pytest.raises(ClientError, match="cannot be called from current stack status"):
        stacks.cancel_update_stack(StackName="cancelled")


def test_what_is_to_be_retained_stays(server, stacks):
    put_stack(stacks, "retaining", template(A=project("retained", DeletionPolicy="Retain"), B=project("not")))
    assert delete(stacks, "retaining") == "DELETE_COMPLETE"
    assert exists(server, "retained")
    assert not exists(server, "not")


def test_a_protected_stack_is_deleted_by_nobody(server, stacks):
    put_stack(stacks, "protected", template(A=project("protected")))
    stacks.update_termination_protection(StackName="protected", EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection is enabled"):
        stacks.delete_stack(StackName="protected")
    assert exists(server, "protected")
    stacks.update_termination_protection(StackName="protected", EnableTerminationProtection=False)
    assert delete(stacks, "protected") == "DELETE_COMPLETE"


def test_what_is_not_rolled_back_is_mended_by_the_next_update(server, stacks):
    server.client("lookoutvision").create_project(ProjectName="somebodys")
    text = template(A=project("mended"), B=project("somebodys", DependsOn="A"))
    stacks.create_stack(StackName="mended", TemplateBody=text, DisableRollback=True)
    assert settled(stacks, "mended")["StackStatus"] == "CREATE_FAILED"
    assert exists(server, "mended")
    stack = put_stack(stacks, "mended", text.replace("somebodys", "mended-b"))
    assert stack["StackStatus"] == "UPDATE_COMPLETE", events_of(stacks, "mended")
    assert delete(stacks, "mended") == "DELETE_COMPLETE"
    assert exists(server, "somebodys")


def test_a_stack_is_deleted_while_it_is_made(server, stacks):
    number = stacks.create_stack(StackName="hasty", TemplateBody=chain("hasty"))["StackId"]
    stacks.delete_stack(StackName="hasty")
    stack = settled(stacks, number)
    assert stack["StackStatus"] == "DELETE_COMPLETE", events_of(stacks, number)
    names = [f"hasty-{n}" for n in range(60)]
    assert not [name for name in names if exists(server, name)]
    statuses = [status for name, status, _ in events_of(stacks, number) if name == "hasty"]
    assert statuses[:2] == ["DELETE_COMPLETE", "DELETE_IN_PROGRESS"]


def test_a_deletion_finds_every_moment_of_a_creation(server, stacks):
    # With one resource the deletion comes before it, with it, or as the stack is about to stand still.
    for number in range(6):
        name = stacks.create_stack(StackName="brief", TemplateBody=template(A=project(f"brief-{number}")))
        for _ in range(number):
            stacks.describe_stacks(StackName=name["StackId"])
        stacks.delete_stack(StackName="brief")
        assert settled(stacks, name["StackId"])["StackStatus"] == "DELETE_COMPLETE"
        assert not exists(server, f"brief-{number}")


def alarm_on(name, threshold):
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmName": name,
            "Namespace": "Plant",
            "MetricName": "Rejected",
            "Statistic": "Sum",
            "Period": 60,
            "EvaluationPeriods": 1,
            "Threshold": threshold,
            "ComparisonOperator": "GreaterThanThreshold",
        },
    }


def test_a_roll_back_that_cannot_be_goes_on_without_what_is_skipped(server, stacks):
    own = {
        "Effect": "Allow",
        "Principal": {"AWS": {"Ref": "AWS::AccountId"}},
        "Action": "kms:*",
        "Resource": "*",
    }
    sealed = {"Effect": "Deny", "Principal": "*", "Action": "kms:UpdateKeyDescription", "Resource": "*"}

    def text(description, *statements, **more):
        document = {"Version": "2012-10-17", "Statement": [own, *statements]}
        properties = {"Description": description, "PendingWindowInDays": 7, "KeyPolicy": document}
        key = {"Type": "AWS::KMS::Key", "Properties": properties}
        return template(Key=key, Alarm=alarm_on("skipping", 1), **more)

    put_stack(stacks, "skipping", text("before"))
    # The update gives the key a policy with which nobody can set its description back, and fails after that.
    server.client("lookoutvision").create_project(ProjectName="skipping-late")
    late = project("skipping-late", DependsOn=["Key"])
    stack = put_stack(stacks, "skipping", text("after", sealed, Late=late))
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED", events_of(stacks, "skipping")
    with pytest.raises(ClientError, match=r"\[Alarm\] cannot be skipped"):
        stacks.continue_update_rollback(StackName="skipping", ResourcesToSkip=["Alarm"])
    stacks.continue_update_rollback(StackName="skipping", ResourcesToSkip=["Key"])
    assert settled(stacks, "skipping")["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    happened = [(name, status) for name, status, _ in events_of(stacks, "skipping")]
    assert ("Key", "UPDATE_COMPLETE") in happened
    # What was skipped is told by drift, and not taken for what the template says.
    drift = stacks.detect_stack_resource_drift(StackName="skipping", LogicalResourceId="Key")
    differing = [row["PropertyPath"] for row in drift["StackResourceDrift"]["PropertyDifferences"]]
    assert differing == ["/Description", "/KeyPolicy"]
