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
