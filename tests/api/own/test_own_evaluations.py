"""What the page of an evaluation asks: columns of all test pictures, and some pictures in full."""

import json
from dataclasses import replace

import pytest

from doubles.evaluated import evaluation_of, put_evaluated, unpack_columns
from doubles.houses import HERE, a_caller
from doubles.lines import an_anomaly_line
from vedette.api.own import OPERATIONS
from vedette.errors import Denied, Missing
from vedette.evaluation.document import write_evaluation
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion

ALICE = a_caller("vedette")
SERVICES = {"anomaly": "lookoutvision", "segmentation": "lookoutvision"}


@pytest.fixture
def evaluated(house):
    """Return what makes a version with the evaluation of a task."""

    def make(task, **more):
        service = SERVICES.get(task, "rekognition")
        project = house.projects.create(Scope(service, HERE, ALICE.region), NewProject("boards"))
        return put_evaluated(house, project, task, write_evaluation(evaluation_of(task)), **more)

    return make


def ask(house, name, version, **members):
    return OPERATIONS[name](house, ALICE, {"ModelArn": str(version.arn), **members})


def images(house, version, *numbers):
    return ask(house, "ListEvaluationImages", version, Numbers=list(numbers))["Images"]


@pytest.mark.parametrize("task", ["classification", "multilabel", "detection", "anomaly", "segmentation"])
def test_columns_are_made_once_of_the_packages_evaluation(house, evaluated, task):
    version = evaluated(task)
    answer = ask(house, "GetEvaluationColumns", version)
    head, _ = unpack_columns(answer["Body"])
    assert head["figures"]["task"] == task
    assert answer["ContentLength"] == len(answer["Body"])
    (house.trainings.folder(version).package / "evaluation.json").unlink()
    assert ask(house, "GetEvaluationColumns", version)["Body"] == answer["Body"]


def test_a_picture_with_boxes_says_how_far_each_overlaps_a_true_one(house, evaluated):
    first, second = images(house, evaluated("detection"), 0, 1)
    left = {"Label": "light", "Left": 0.1, "Top": 0.1, "Width": 0.3, "Height": 0.3}
    right = {**left, "Left": 0.6, "Top": 0.6}
    assert (first["TrueBoxes"], first["MissedBoxes"]) == ([left, right], [right])
    hit, false = first["Findings"]
    assert hit == {**left, "Confidence": 0.9, "Outcome": "tp", "IoU": pytest.approx(1.0)}
    assert (false["Outcome"], false["IoU"]) == ("tn", 0.0)
    assert (second["SourceRef"], second["TrueBoxes"], second["Correct"]) == ("s3://pictures/1.png", [], True)


def test_a_picture_with_labels_says_what_is_true_and_what_was_called(house, evaluated):
    version = evaluated("multilabel")
    (image,) = images(house, version, 0)
    assert (image["TrueLabels"], image["Correct"]) == (["red", "dark"], True)
    assert [finding["Label"] for finding in image["Findings"]] == ["red", "dark"]


def test_an_anomalous_picture_names_the_masks_of_the_person_and_of_the_model(house, evaluated):
    version = evaluated("segmentation")
    folder = house.trainings.folder(version)
    line = json.loads(an_anomaly_line(0, "anomaly"))
    pair = {
        "anomaly-mask-ref": "s3://pictures/masks/0.png",
        "anomaly-mask-ref-metadata": {
            "internal-color-map": {
                "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff", "confidence": 0.0},
                "1": {"class-name": "rust", "hex-color": "#ff0000", "confidence": 0.0},
            },
            "type": "groundtruth/semantic-segmentation",
            "human-annotated": "yes",
            "creation-date": "2026-01-01T00:00:00",
            "job-name": "labeling-job/rust",
        },
    }
    folder.manifest("test").write_text(json.dumps({**line, **pair, "source-ref": "s3://pictures/0.png"}))
    anomalous, normal = images(house, version, 0, 1)
    assert anomalous["IsAnomalous"] is True
    assert anomalous["TrueMask"] == {
        "SourceRef": "s3://pictures/masks/0.png",
        "Colors": [{"Name": "rust", "Color": "#ff0000"}],
    }
    assert anomalous["FoundMask"]["SourceRef"].startswith("s3://results/out/")
    assert anomalous["Overlaps"] == [
        {"Label": "rust", "IoU": pytest.approx(1 / 3), "TrueArea": 0.02, "FoundArea": 0.02}
    ]
    assert (normal["IsAnomalous"], normal.get("TrueMask"), normal.get("FoundMask")) == (False, None, None)


def test_numbers_of_no_picture_are_left_out(house, evaluated):
    assert [image["Number"] for image in images(house, evaluated("anomaly"), 7, 1)] == [1]


def test_a_version_that_is_not_trained_has_no_evaluation(house):
    project = house.projects.create(Scope("rekognition", HERE, ALICE.region), NewProject("boards"))
    version = house.versions.create(project, NewVersion("v1"))[0]
    with pytest.raises(Missing, match="v1 of boards has no evaluation"):
        ask(house, "GetEvaluationColumns", version)


def test_a_damaged_evaluation_is_said_to_be_none(house, evaluated):
    version = evaluated("anomaly")
    (house.trainings.folder(version).package / "evaluation.json").write_text("{")
    with pytest.raises(Missing, match="has no evaluation"):
        images(house, version, 0)


def test_only_who_may_see_an_evaluation_does(house, evaluated):
    version = evaluated("anomaly")
    nobody = replace(ALICE, principal=replace(ALICE.principal, policies=()))
    with pytest.raises(Denied):
        OPERATIONS["GetEvaluationColumns"](house, nobody, {"ModelArn": str(version.arn)})
    with pytest.raises(Denied):
        OPERATIONS["ListEvaluationImages"](house, nobody, {"ModelArn": str(version.arn), "Numbers": [0]})
