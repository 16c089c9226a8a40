"""The columns by which test pictures may be told apart, in the order of the evaluation."""

import json
from dataclasses import replace

import pytest

from doubles.evaluated import evaluation_of, put_evaluated
from doubles.houses import HERE, a_caller
from vedette.api.own import OPERATIONS
from vedette.errors import Denied, Missing
from vedette.evaluation.document import write_evaluation
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion

ALICE = a_caller("vedette")
ROWS = [[64, 48, 0.5, "2026-05-04T12:00:00", "ACME"], [64, 48, None, "", ""], [32, 32, 0.1, "", "ACME"]]


@pytest.fixture
def project(house):
    return house.projects.create(Scope("rekognition", HERE, ALICE.region), NewProject("boards"))


@pytest.fixture
def version(house, project):
    document = write_evaluation(evaluation_of("multilabel"))
    return put_evaluated(house, project, "multilabel", document, name="v1")


def slices(house, version, caller=ALICE):
    return OPERATIONS["GetEvaluationSlices"](house, caller, {"ModelArn": str(version.arn)})


def test_facts_are_columns_in_the_order_of_the_test_pictures(house, version):
    house.trainings.folder(version).slices.write_text(json.dumps(ROWS))
    assert slices(house, version) == {
        "Images": 3,
        "Folders": ["pictures"],
        "FolderNumbers": [0, 0, 0],
        "Widths": [64, 64, 32],
        "Heights": [48, 48, 32],
        "Brightness": [0.5, -1.0, 0.1],
        "Taken": ["2026-05-04T12:00:00", "", ""],
        "Cameras": ["ACME"],
        "CameraNumbers": [0, -1, 0],
    }


def test_of_a_version_without_facts_the_folders_are_known(house, version):
    answer = slices(house, version)
    assert answer == {"Images": 3, "Folders": ["pictures"], "FolderNumbers": [0, 0, 0]}
    house.trainings.folder(version).slices.write_text(json.dumps(ROWS[:2]))
    assert slices(house, version) == answer


def test_only_who_may_sees_them_and_only_of_a_model(house, project, version):
    nobody = replace(ALICE, principal=replace(ALICE.principal, policies=()))
    with pytest.raises(Denied):
        slices(house, version, nobody)
    with pytest.raises(Missing, match="no evaluation"):
        slices(house, house.versions.create(project, NewVersion("v2"))[0])
