"""How far a training is, by the own dialect and by the figures."""

import pytest

from doubles.houses import HERE, a_caller
from vedette.api.own import OPERATIONS
from vedette.errors import Missing
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion
from vedette.server.observe import Metrics

ALICE = a_caller("vedette")
JUDGING = {"stage": "judging probe-384", "done": 3, "of": 4, "seconds_left": 4.5}


@pytest.fixture
def version(house):
    project = house.projects.create(Scope("rekognition", HERE, "eu-west-1"), NewProject("boards"))
    made, _ = house.versions.create(project, NewVersion("v1"))
    return made


@pytest.fixture
def ask(house, version):
    def describe(caller=ALICE, arn=""):
        return OPERATIONS["DescribeTraining"](house, caller, {"ModelArn": arn or str(version.arn)})

    return describe


def test_a_training_says_its_stage_once_it_has_one(house, version, ask):
    assert ask() == {"IsUnderWay": True}, "it waits for its turn"
    house.trainings.stages.say(version, JUDGING)
    assert ask() == {
        "IsUnderWay": True,
        "Stage": "judging probe-384",
        "Done": 3,
        "Of": 4,
        "SecondsLeft": 4.5,
        "Candidates": [],
    }
    house.trainings.stages.say(version, {**JUDGING, "seconds_left": None})
    assert "SecondsLeft" not in ask()


def test_a_training_that_is_over_has_no_stage(house, version, ask):
    house.trainings.stages.say(version, JUDGING)
    house.trainings.stages.end(version)
    house.versions.move(version, "failed", "The manifest file is empty.")
    assert ask() == {"IsUnderWay": False}


def test_only_what_is_there_is_described(version, ask):
    with pytest.raises(Missing):
        ask(arn=str(version.arn).replace("v1", "v2"))
    with pytest.raises(Missing):
        ask(a_caller("vedette", region="us-east-1"))


def test_the_figures_show_the_stage_of_a_training_under_way(version):
    figures, arn = Metrics(), str(version.arn)
    labels = 'project="boards",service="rekognition",stage="{}",version="v1"'

    def shown():
        return [line for line in figures.page().decode().splitlines() if line.startswith("vedette_training")]

    figures.record_training(arn, JUDGING)
    assert shown() == [f"vedette_training_share{{{labels.format('judging probe-384')}}} 0.75"]
    figures.record_training(arn, {"stage": "packaging", "done": 0, "of": 0})
    assert shown() == [f"vedette_training_share{{{labels.format('packaging')}}} 0.0"]
    figures.record_training(arn, None)
    assert shown() == []


def test_candidates_are_told_while_they_compete(house, version, ask):
    candidates = [
        {"recipe": "probe-224", "state": "judged", "quality": 0.9},
        {"recipe": "probe-384", "state": "judging", "quality": None},
    ]
    house.trainings.stages.say(version, {**JUDGING, "candidates": candidates})
    assert ask()["Candidates"] == [
        {"Recipe": "probe-224", "State": "judged", "Quality": 0.9},
        {"Recipe": "probe-384", "State": "judging"},
    ]
