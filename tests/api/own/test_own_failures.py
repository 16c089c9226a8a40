"""Why a training came to nothing, as its page asks: what it lacked, which lines it could not use."""

import json
from dataclasses import asdict, replace

import pytest

from doubles.houses import HERE, a_caller
from vedette.api.own import OPERATIONS
from vedette.dialects.training_data import FrozenProblem, Need
from vedette.errors import Denied, Missing
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion
from vedette.training.finish import STOPPED

ALICE = a_caller("vedette")
NEED = Need("The manifest file has too few usable labels.", "ERROR_MANIFEST_TOO_FEW_USABLE_LABELS", "train")
PROBLEM = FrozenProblem("train", 3, "s3://pictures/3.png", "ERROR_INVALID_IMAGE", "The image is invalid.")


def a_failed(house, message="no", result=None, **values):
    project = house.projects.create(Scope("rekognition", HERE, ALICE.region), NewProject("boards"))
    version, _ = house.versions.create(project, NewVersion("v1", inputs=values.pop("inputs", {})))
    folder = house.trainings.folder(version)
    folder.root.mkdir(parents=True)
    if result is not None:
        folder.finish(result)
    return house.versions.move(version, "failed", message, **values)


def failure_of(house, version, caller=ALICE):
    return OPERATIONS["DescribeTrainingFailure"](house, caller, {"ModelArn": str(version.arn)})


def test_a_failure_says_what_was_needed_and_which_lines_were_wrong(house):
    result = {
        "refused": NEED.message,
        "needs": [asdict(NEED)],
        "problems": [asdict(PROBLEM)],
        "problem_count": 7,
    }
    version = a_failed(house, NEED.message, json.loads(json.dumps({**result, "seconds": 1.0})))
    assert failure_of(house, version) == {
        "Message": NEED.message,
        "Blame": "data",
        "Needs": [{"Code": NEED.code, "Message": NEED.message, "DatasetType": "train"}],
        "Problems": [
            {
                "DatasetType": "train",
                "Line": 3,
                "SourceRef": "s3://pictures/3.png",
                "Code": "ERROR_INVALID_IMAGE",
                "Message": "The image is invalid.",
            }
        ],
        "ProblemCount": 7,
        "HasManifests": False,
    }


def test_a_failure_of_a_release_that_kept_less_has_its_message(house):
    version = a_failed(
        house, "Too few.", {"refused": "Too few.", "seconds": 1.0}, inputs={"train": {"bucket": "b"}}
    )
    answer = failure_of(house, version)
    assert (answer["Blame"], answer["Needs"], answer["Problems"]) == ("data", [], [])
    assert answer["HasManifests"] is True


@pytest.mark.parametrize("needs", [[{"moreover": 1}], "x", [7], None])
def test_a_result_that_cannot_be_read_leaves_the_message(house, needs):
    version = a_failed(house, "Too few.", {"refused": "Too few.", "seconds": 1.0, "needs": needs})
    answer = failure_of(house, version)
    assert (answer["Message"], answer["Blame"], answer["Needs"]) == ("Too few.", "data", [])


def test_who_is_to_blame_is_said(house):
    stopped = a_failed(house, STOPPED)
    assert failure_of(house, stopped)["Blame"] == "stopped"


def test_a_fault_of_ours_is_no_fault_of_the_data(house):
    ours = a_failed(house, "The server's disk is full.", results={"fault": "service"})
    assert failure_of(house, ours)["Blame"] == "service"


def test_what_did_not_fail_has_no_failure(house):
    project = house.projects.create(Scope("rekognition", HERE, ALICE.region), NewProject("boards"))
    version, _ = house.versions.create(project, NewVersion("v1"))
    with pytest.raises(Missing, match="is being trained"):
        failure_of(house, version)
    with pytest.raises(Denied):
        failure_of(house, version, replace(ALICE, principal=replace(ALICE.principal, policies=())))
