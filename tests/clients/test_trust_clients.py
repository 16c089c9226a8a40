"""IAM, STS and CloudFormation by unmodified clients, in the clear and by TLS."""

import json
import shutil
import sys
import uuid
from pathlib import Path

import pytest

from doubles.clients import customer, run

pytestmark = [pytest.mark.clients, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
STACK = {"drift": "IN_SYNC", "twice": "ValidationError", "deleted": "ValidationError"}


@pytest.fixture
def mark():
    return uuid.uuid4().hex[:8]


def expected(mark):
    return STACK | {
        "user": f"user/line/boto-{mark}",
        "before": "AccessDeniedException",
        "after": "none",
        "stored": True,
        "session": f"assumed-role/boto-{mark}/shift",
        "listed": True,
        "conflict": "DeleteConflict",
        "gone": "NoSuchEntity",
        "output": f"boto-{mark}",
    }


def test_the_last_boto3_with_lookoutvision_is_trusted(any_server, mark, tmp_path):
    said = run(sys.executable, str(HERE / "trust.py"), mark, env=customer(any_server, tmp_path))
    assert json.loads(said) == expected(mark)


def test_the_newest_boto3_is_trusted(any_server, newest, mark, tmp_path):
    said = run(str(newest / "python"), str(HERE / "trust.py"), mark, env=customer(any_server, tmp_path))
    assert json.loads(said) == expected(mark)


def test_the_javascript_sdk_is_trusted(any_server, javascript, mark, tmp_path):
    script = javascript / "trust.mjs"
    shutil.copyfile(HERE / "trust.mjs", script)
    said = run("node", str(script), mark, env=customer(any_server, tmp_path), cwd=javascript)
    assert json.loads(said) == STACK | {"session": f"assumed-role/js-{mark}/shift", "output": f"js-{mark}"}


TEMPLATE = """
Parameters: {Name: {Type: String}}
Resources:
  Doors: {Type: AWS::LookoutVision::Project, Properties: {ProjectName: !Ref Name}}
  Boards: {Type: AWS::Rekognition::Project, Properties: {ProjectName: !Ref Name}}
  Crew: {Type: AWS::IAM::Group, Properties: {GroupName: !Ref Name}}
"""
# `deploy` and `wait` look every half minute; test_stack_clients has them, and this looks for itself.
COMMANDS = """
settled() {
  while aws cloudformation describe-stacks --stack-name "$1" --query 'Stacks[0].StackStatus' --output text \
    | tee state | grep -q PROGRESS; do sleep 0.2; done
  cat state
}
aws sts get-caller-identity --query Account --output text
aws iam create-user --user-name "$NAME" --query User.UserName --output text
aws iam delete-user --user-name "$NAME"
stack=$(aws cloudformation create-stack --stack-name "$NAME" --template-body file://stack.yaml --output text \
  --parameters "ParameterKey=Name,ParameterValue=$NAME" --capabilities CAPABILITY_NAMED_IAM)
settled "$stack"
number=$(aws cloudformation detect-stack-drift --stack-name "$NAME" --output text)
aws cloudformation describe-stack-drift-detection-status --stack-drift-detection-id "$number" \
  --query StackDriftStatus --output text
aws rekognition describe-projects --project-names "$NAME" --output text \
  --query 'ProjectDescriptions[0].Status'
aws lookoutvision describe-project --project-name "$NAME" --query ProjectDescription.ProjectName --output text
aws cloudformation delete-stack --stack-name "$NAME"
settled "$stack"
"""


def test_the_aws_cli_is_trusted(any_server, newest, mark, tmp_path):
    name = f"cli-{mark}"
    environment = customer(any_server, tmp_path) | {"NAME": name}
    environment["PATH"] = f"{newest}:{environment['PATH']}"
    run(sys.executable, "-m", "vedette", "sdk", "install", env=environment)
    (tmp_path / "stack.yaml").write_text(TEMPLATE)
    said = run("bash", "-euc", COMMANDS, env=environment, cwd=tmp_path)
    seen = ["000000000000", name, "CREATE_COMPLETE", "IN_SYNC", "CREATED", name, "DELETE_COMPLETE"]
    assert said.split() == seen
