"""A thing has one ARN: another spelling would slip past a policy, so that nothing is found by it."""

from dataclasses import replace

import pytest

from doubles.houses import HERE, a_caller
from vedette.access.parse import parse_policy
from vedette.access.policy import PolicyKind
from vedette.api import lookout, rekognition
from vedette.errors import Denied, Missing
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject

ALICE = a_caller("rekognition")
ONE_MODEL = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "lookoutvision:DescribeModel", '
    '"Resource": "arn:aws:lookoutvision:*:*:model/%s/*"}}'
)


@pytest.mark.parametrize("change", [("arn:aws:", "arn:aws-cn:"), ("/train/", "/train/0")])
def test_a_dataset_is_found_by_its_own_arn_alone(change, house):
    call = rekognition.OPERATIONS
    project = call["CreateProject"](house, ALICE, {"ProjectName": "boards"})["ProjectArn"]
    asked = {"ProjectArn": project, "DatasetType": "TRAIN"}
    arn = call["CreateDataset"](house, ALICE, asked)["DatasetArn"]
    assert call["DescribeDataset"](house, ALICE, {"DatasetArn": arn})
    with pytest.raises(Missing):
        call["DescribeDataset"](house, ALICE, {"DatasetArn": arn.replace(*change)})


@pytest.mark.parametrize(("named", "refusal"), [("doors", Missing), ("other", Denied)])
@pytest.mark.parametrize("project", ["doors", "nowhere"])
def test_the_latest_model_tells_of_a_project_to_those_alone_who_might_ask(named, refusal, project, house):
    house.projects.create(Scope("lookoutvision", HERE, "eu-west-1"), NewProject("doors"))
    policy = parse_policy(ONE_MODEL % (project if refusal is Missing else named), PolicyKind.IDENTITY)
    caller = a_caller("lookoutvision")
    caller = replace(caller, principal=replace(caller.principal, policies=(policy,)))
    asked = {"ProjectName": project, "ModelVersion": "latest"}
    with pytest.raises(refusal):
        lookout.OPERATIONS["DescribeModel"](house, caller, asked)
