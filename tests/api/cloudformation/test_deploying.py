"""Change sets as `aws cloudformation deploy` asks for them, exports, hidden parameters, and a kill."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from botocore.exceptions import ClientError, WaiterError

from doubles.houses import ELSEWHERE, a_caller
from doubles.servers import RunningServer, start_server, stop_server
from doubles.stacks import events_of, given, put_stack, settled
from vedette.api.cloudformation import OPERATIONS
from vedette.errors import Denied, Missing

PROJECT = """
Parameters:
  Name: {Type: String}
  Word: {Type: String, NoEcho: true, Default: open-sesame}
Resources:
  P:
    Type: AWS::Rekognition::Project
    Properties: {ProjectName: !Ref Name, Tags: [{Key: word, Value: !Ref Word}]}
Outputs:
  Name: {Value: !Ref P, Export: {Name: !Sub 'name-${Name}'}}
  Word: {Value: !Sub 'it is ${Word}'}
"""
WAIT = {"Delay": 1, "MaxAttempts": 60}


@pytest.fixture
def stacks(server):
    return server.client("cloudformation")


def is_there(stacks, name):
    try:
        return bool(stacks.describe_stacks(StackName=name)["Stacks"])
    except ClientError as error:
        # The words by which the AWS CLI knows that it has to create the stack.
        return f"Stack with id {name} does not exist" not in str(error)


def deploy(stacks, name, template, number, **parameters):
    """Do what `aws cloudformation deploy` does, call by call; return whether there was a change."""
    kind = "UPDATE" if is_there(stacks, name) else "CREATE"
    change_set = f"awscli-cloudformation-package-deploy-{number}"
    stacks.create_change_set(
        StackName=name, ChangeSetName=change_set, ChangeSetType=kind, TemplateBody=template,
        Parameters=given(**parameters), Description="Created by AWS CLI",
    )  # fmt: skip
    try:
        stacks.get_waiter("change_set_create_complete").wait(
            StackName=name, ChangeSetName=change_set, WaiterConfig=WAIT
        )
    except WaiterError as error:
        response = error.last_response
        assert response["Status"] == "FAILED"
        assert "The submitted information didn't contain changes." in response["StatusReason"]
        return False
    stacks.execute_change_set(StackName=name, ChangeSetName=change_set)
    state = "stack_create_complete" if kind == "CREATE" else "stack_update_complete"
    stacks.get_waiter(state).wait(StackName=name, WaiterConfig=WAIT)
    return True


def test_deploying_twice_changes_nothing_the_second_time(server, stacks):
    assert deploy(stacks, "deployed", PROJECT, 1, Name="deployed")
    assert not deploy(stacks, "deployed", PROJECT, 2, Name="deployed")
    assert deploy(stacks, "deployed", PROJECT.replace("key: word", "key: w"), 3, Name="deployed-2")
    sets = stacks.list_change_sets(StackName="deployed")["Summaries"]
    assert [one["ExecutionStatus"] for one in sets] == ["EXECUTE_COMPLETE", "UNAVAILABLE", "EXECUTE_COMPLETE"]
    changes = stacks.describe_change_set(StackName="deployed", ChangeSetName=sets[2]["ChangeSetId"])
    (change,) = changes["Changes"]
    assert change["ResourceChange"]["Replacement"] == "True"
    with pytest.raises(ClientError, match="does not exist") as refusal:
        stacks.describe_change_set(StackName="deployed", ChangeSetName="none")
    assert refusal.value.response["Error"]["Code"] == "ChangeSetNotFound"


def test_a_value_that_nobody_is_to_see_is_in_no_answer_no_event_and_no_audit_line(server, stacks):
    put_stack(stacks, "hidden", PROJECT, Name="hidden", Word="abracadabra-77")
    trail = server.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateStack"}]
    )["Events"]
    told = [
        stacks.describe_stacks(StackName="hidden")["Stacks"],
        stacks.describe_stack_events(StackName="hidden")["StackEvents"],
        stacks.describe_stack_resources(StackName="hidden")["StackResources"],
        trail,
    ]
    assert trail
    assert "abracadabra-77" not in json.dumps(told, default=str)
    assert "it is ****" in json.dumps(told, default=str)


def test_an_export_that_is_used_stays(server, stacks):
    put_stack(stacks, "exporting", PROJECT, Name="exporting")
    using = json.dumps(
        {
            "Resources": {
                "D": {
                    "Type": "AWS::LookoutVision::Project",
                    "Properties": {"ProjectName": {"Fn::ImportValue": "name-exporting"}},
                }
            }
        }
    )
    assert put_stack(stacks, "importing", using)["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.list_imports(ExportName="name-exporting")["Imports"] == ["importing"]
    with pytest.raises(ClientError, match="cannot be deleted as it is in use by importing"):
        stacks.delete_stack(StackName="exporting")
    stacks.delete_stack(StackName="importing")
    stacks.get_waiter("stack_delete_complete").wait(StackName="importing", WaiterConfig=WAIT)
    with pytest.raises(ClientError, match="No export named name-nobody found"):
        put_stack(stacks, "nothing", using.replace("name-exporting", "name-nobody"))


def test_a_stack_of_another_account_or_region_is_not_seen(house):
    template = PROJECT.replace("{Type: String}", "{Type: String, Default: ours}")
    request = {"StackName": "ours", "ChangeSetName": "c", "ChangeSetType": "CREATE", "TemplateBody": template}
    arn = OPERATIONS["CreateChangeSet"](house, a_caller("cloudformation"), request)["StackId"]
    ours = OPERATIONS["DescribeStacks"](house, a_caller("cloudformation"), {"StackName": arn})
    assert ours["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"
    strangers = [
        a_caller("cloudformation", account=ELSEWHERE),
        a_caller("cloudformation", region="eu-central-1"),
    ]
    for stranger in strangers:
        for name in ("ours", arn):
            for operation in (
                "DescribeStacks",
                "GetTemplate",
                "DescribeStackEvents",
                "DescribeStackResources",
            ):
                with pytest.raises((Missing, Denied)):
                    OPERATIONS[operation](house, stranger, {"StackName": name})
        assert OPERATIONS["ListStacks"](house, stranger, {})["StackSummaries"] == []
        OPERATIONS["DeleteStack"](house, stranger, {"StackName": "ours"})
    again = OPERATIONS["DescribeStacks"](house, a_caller("cloudformation"), {"StackName": arn})
    assert again["Stacks"][0]["StackStatus"] == "REVIEW_IN_PROGRESS"


def test_two_updates_at_once_are_one_and_a_refusal(server, stacks):
    put_stack(stacks, "twice", PROJECT, Name="twice")
    answers = []
    for name in ("twice-a", "twice-b"):
        try:
            stacks.update_stack(StackName="twice", TemplateBody=PROJECT, Parameters=given(Name=name))
            answers.append("")
        except ClientError as error:
            answers.append(str(error))
    assert answers[0] == ""
    assert answers[1] == "" or "can not be updated" in answers[1]
    assert settled(stacks, "twice")["StackStatus"] == "UPDATE_COMPLETE"


MANY = {
    "Resources": {
        f"P{number}": {
            "Type": "AWS::LookoutVision::Project",
            "Properties": {"ProjectName": f"kill-{number}"},
            **({"DependsOn": f"P{number - 1}"} if number else {}),
        }
        for number in range(40)
    }
}


def many(prefix, count=40):
    """Return a template of projects, each after the one before; another prefix replaces them all."""
    resources = json.loads(json.dumps(MANY).replace('"kill-', f'"{prefix}-'))["Resources"]
    return json.dumps({"Resources": dict(list(resources.items())[:count])})


def names_at(server):
    answer = server.client("lookoutvision").list_projects(MaxResults=100)
    return {row["ProjectName"] for row in answer["Projects"]}


def kill_once(server, is_begun):
    """Kill a server, in the middle of what it does, once that has begun."""
    deadline = time.monotonic() + 60
    while not is_begun(names_at(server)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    stop_server(server)


def named(prefix, count=40):
    return {f"{prefix}-{number}" for number in range(count)}


@pytest.mark.slow
def test_a_server_that_is_killed_in_everything_it_does_goes_on_at_its_next_start(tmp_path):
    data = tmp_path / "data"
    server = start_server(data)
    server.client("cloudformation").create_stack(StackName="many", TemplateBody=many("a"))
    kill_once(server, lambda names: len(names) > 5)

    server = start_server(data)
    stacks = server.client("cloudformation")
    assert settled(stacks, "many")["StackStatus"] == "CREATE_COMPLETE", events_of(stacks, "many")
    assert names_at(server) == named("a")
    stacks.update_stack(StackName="many", TemplateBody=many("b"))
    kill_once(server, lambda names: "b-5" in names)

    server = start_server(data)
    stacks = server.client("cloudformation")
    assert settled(stacks, "many")["StackStatus"] == "UPDATE_COMPLETE", events_of(stacks, "many")
    assert names_at(server) == named("b")
    # The last one's name is somebody else's: all the others go back, and the server dies while they do.
    server.client("lookoutvision").create_project(ProjectName="c-39")
    stacks.update_stack(StackName="many", TemplateBody=many("c"))
    deadline = time.monotonic() + 60
    while "c-38" not in names_at(server):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    kill_once(server, lambda names: "c-38" not in names)

    server = start_server(data)
    stacks = server.client("cloudformation")
    stack = settled(stacks, "many")
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE", events_of(stacks, "many")
    assert names_at(server) == named("b") | {"c-39"}
    stacks.delete_stack(StackName="many")
    kill_once(server, lambda names: len(names) < 35)

    server = start_server(data)
    stacks = server.client("cloudformation")
    stacks.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"], WaiterConfig=WAIT)
    assert names_at(server) == {"c-39"}
    assert stop_server(server) == 0


# A server that dies when it has changed a resource, before it writes that down.
DYING = """
import os, signal
from vedette.api.cloudformation.maker import TypeMaker
from vedette.cli.main import run

change = TypeMaker.change

def change_and_die(*words):
    change(*words)
    os.kill(os.getpid(), signal.SIGKILL)

TypeMaker.change = change_and_die
run()
"""
READER = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


@pytest.mark.slow
def test_a_server_that_dies_within_a_change_takes_back_nothing_that_was_given_by_hand(tmp_path):
    data = tmp_path / "data"

    def template(**user):
        eve = {"Type": "AWS::IAM::User", "Properties": {"UserName": "eve", **user}}
        group = {"GroupName": "crew", "ManagedPolicyArns": ["arn:aws:iam::aws:policy/NoSuch"]}
        fails = {"Type": "AWS::IAM::Group", "DependsOn": "Eve", "Properties": group}
        return json.dumps({"Resources": {"Eve": eve, **({"Fails": fails} if user else {})}})

    server = start_server(data)
    stacks, capable = server.client("cloudformation"), {"Capabilities": ["CAPABILITY_NAMED_IAM"]}
    stacks.create_stack(StackName="s", TemplateBody=template(), **capable)
    settled(stacks, "s")
    server.client("iam").attach_user_policy(UserName="eve", PolicyArn=READER)
    stop_server(server)

    words = [sys.executable, "-c", DYING, "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        address = re.search(r"http://\S+", process.stdout.readline()).group()
        dying = RunningServer(address, data, process)
        body = template(ManagedPolicyArns=[READER, READER.replace("ReadOnly", "Full")])
        dying.client("cloudformation").update_stack(StackName="s", TemplateBody=body, **capable)
        assert process.wait(60) == -signal.SIGKILL

    server = start_server(data)
    stack = settled(server.client("cloudformation"), "s")
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    attached = server.client("iam").list_attached_user_policies(UserName="eve")["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [READER]
    assert stop_server(server) == 0
