"""Two versions compared over the operations, in both dialects."""

from dataclasses import replace

import pytest

from doubles.evaluated import PICTURES, evaluation_of, labelled, put_evaluated
from doubles.houses import HERE, a_caller
from vedette.api.own import OPERATIONS
from vedette.errors import Denied, Missing, Wrong
from vedette.evaluation.document import write_evaluation
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion

ALICE = a_caller("vedette")
HALF = {"red": 0.5, "dark": 0.5}


def a_project(house, service="rekognition", name="boards"):
    return house.projects.create(Scope(service, HERE, ALICE.region), NewProject(name))


def a_version(house, project, task, evaluation, name=""):
    return put_evaluated(house, project, task, write_evaluation(evaluation), name=name)


def multilabel(scores):
    return evaluation_of("multilabel", labelled([("red",)] * len(scores), scores), thresholds=HALF)


def request(first, second, **more):
    return {"FirstModelArn": str(first.arn), "SecondModelArn": str(second.arn), **more}


def call(house, name, *arguments, caller=ALICE, **more):
    return OPERATIONS[name](house, caller, request(*arguments, **more))


def test_versions_are_compared_and_their_pictures_listed_by_what_became_of_them(house):
    project = a_project(house)
    first = a_version(house, project, "multilabel", multilabel([(0.1, 0.1)] * 8 + [(0.9, 0.1)]), "v1")
    second = a_version(house, project, "multilabel", multilabel([(0.9, 0.1)] * 8 + [(0.2, 0.1)]), "v2")
    answer = call(house, "CompareVersions", first, second)
    labels = answer.pop("Labels")
    lead = answer.pop("Lead")
    assert lead["Share"] == pytest.approx(7 / 9)
    assert 0 < lead["Low"] < lead["High"] < 1
    assert answer.pop("First") == {
        "ModelArn": str(first.arn),
        "VersionName": "v1",
        "Correct": 1,
        "Accuracy": pytest.approx(1 / 9),
        "Precision": 1.0,
        "Recall": pytest.approx(1 / 9),
        "F1Score": pytest.approx(0.2),
    }
    assert answer.pop("Second")["Correct"] == 8
    assert answer == {
        "Task": "multilabel",
        "Images": 9,
        "OnlyFirst": 0,
        "OnlySecond": 0,
        "Relabeled": 0,
        "PValue": pytest.approx(0.0390625),
        "Verdict": "better",
        "Better": 8,
        "Worse": 1,
        "BothRight": 0,
        "BothWrong": 0,
        "OnlyFirstLabels": [],
        "OnlySecondLabels": [],
    }
    assert [(row["Label"], row["TestImages"], row["Second"]["TruePositives"]) for row in labels] == [
        ("red", 9, 8),
        ("dark", 0, 0),
    ]
    red = labels[0]
    assert (red["Better"], red["Worse"], red["Lead"]) == (8, 1, lead)
    worse = call(house, "ListComparedImages", first, second, Kind="worse")
    assert worse == {
        "Images": [{"SourceRef": "s3://pictures/8.png", "FirstNumber": 8, "SecondNumber": 8, "Gain": -1}],
        "Total": 1,
    }
    page = call(house, "ListComparedImages", first, second, Kind="better", Offset=6, MaxResults=5)
    assert ([image["FirstNumber"] for image in page["Images"]], page["Total"]) == ([6, 7], 8)
    assert call(house, "ListComparedImages", first, second, Kind="better", Offset=99)["Images"] == []


@pytest.mark.parametrize("task", list(PICTURES))
def test_every_task_is_compared_in_the_dialect_that_has_it(house, task):
    service = "lookoutvision" if task in ("anomaly", "segmentation") else "rekognition"
    project = a_project(house, service)
    names = ("", "") if service == "lookoutvision" else ("v1", "v2")
    first, second = (a_version(house, project, task, evaluation_of(task), name) for name in names)
    answer = call(house, "CompareVersions", first, second)
    assert (answer["Verdict"], answer["Task"]) == ("none", task)
    assert answer["First"]["F1Score"] == pytest.approx(evaluation_of(task).f1)


def test_who_may_not_see_both_sees_neither(house):
    project = a_project(house)
    first, second = (
        a_version(house, project, "multilabel", multilabel([(0.9, 0.1)]), name) for name in ("v1", "v2")
    )
    nobody = replace(ALICE, principal=replace(ALICE.principal, policies=()))
    with pytest.raises(Denied):
        call(house, "CompareVersions", first, second, caller=nobody)
    elsewhere = a_caller("vedette", region="us-west-2")
    with pytest.raises(Missing):
        call(house, "CompareVersions", first, second, caller=elsewhere)


def test_what_cannot_be_compared_says_why(house):
    project = a_project(house)
    first = a_version(house, project, "multilabel", multilabel([(0.9, 0.1)]), "v1")
    boxes = a_version(house, project, "detection", evaluation_of("detection"), "v2")
    with pytest.raises(Wrong, match="answers multilabel, the other detection"):
        call(house, "CompareVersions", first, boxes)
    with pytest.raises(Wrong, match="another one"):
        call(house, "CompareVersions", first, first)
    training = house.versions.create(project, NewVersion("v3"))[0]
    with pytest.raises(Missing, match="has no evaluation"):
        call(house, "CompareVersions", first, training)
    house.trainings.delete(first)
    with pytest.raises(Missing, match="no version"):
        call(house, "CompareVersions", first, boxes)
