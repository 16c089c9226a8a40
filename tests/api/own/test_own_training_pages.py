"""What the page of trainings asks: a preview, a stop, a report."""

from dataclasses import replace

import pytest

from doubles.houses import HERE, a_caller
from doubles.lines import a_line, an_anomaly_line
from vedette.api.own import OPERATIONS
from vedette.datasets.dataset import NewDataset
from vedette.datasets.editing import EntryEdit
from vedette.errors import BadToken, Busy, Denied, Missing
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject
from vedette.projects.version_states import NewVersion

ALICE = a_caller("vedette")
BUILT_IN = {
    "BackboneName": "lite0",
    "Network": "efficientnet-lite0",
    "Licence": "Apache-2.0",
    "BuiltIn": True,
}


class Place:
    """A project, and the operations on it."""

    def __init__(self, house, service):
        self.house = house
        self.project = house.projects.create(Scope(service, HERE, ALICE.region), NewProject("boards"))

    def put(self, kind, lines):
        dataset = self.house.datasets.create(self.project, NewDataset(kind, None, ALICE.principal, {}))
        edits = [EntryEdit(line) for line in lines]
        self.house.datasets.editor.update(self.project, dataset, edits, ALICE.principal)

    def preview(self):
        answer = OPERATIONS["PreviewTraining"](self.house, ALICE, {"ProjectArn": str(self.project.arn)})
        assert answer.pop("OutputBucket").startswith("vedette-console-")
        assert answer.pop("OutputPrefix") == "models/boards/"
        assert answer.pop("HasOutputBucket") is False
        assert answer.pop("DefaultBudget") == "balanced"
        answer.pop("Estimates", None)
        return answer

    def version(self):
        return self.house.versions.create(self.project, NewVersion("v1"))[0]


@pytest.fixture
def boards(house):
    return Place(house, "rekognition")


def test_without_a_dataset_there_is_nothing_to_learn_from(boards):
    sentence = "The project boards has no training dataset."
    assert boards.preview() == {
        "CanTrain": False,
        "Needs": [{"Code": "no dataset", "Message": sentence, "DatasetType": "train"}],
        "Labels": [],
        "Backbones": [BUILT_IN],
    }


def test_results_go_where_those_of_the_newest_version_went(house, boards):
    ask = {"ProjectArn": str(boards.project.arn)}
    house.versions.create(boards.project, NewVersion("v1", bucket="results", prefix="out/"))
    answer = OPERATIONS["PreviewTraining"](house, ALICE, ask)
    assert (answer["OutputBucket"], answer["OutputPrefix"]) == ("results", "out/")
    # Whatever wrote this one down named no bucket, and so no place for the next.
    house.versions.create(boards.project, NewVersion("v2"))
    answer = OPERATIONS["PreviewTraining"](house, ALICE, ask)
    assert answer["OutputBucket"].startswith("vedette-console-")
    assert answer["OutputPrefix"] == "models/boards/"


def test_a_preview_says_what_would_be_learnt(boards):
    boards.put("train", [*(a_line(n, "ab"[n % 2]) for n in range(5)), a_line("open")])
    boards.put("test", [a_line("t", "a"), a_line("u", "b")])
    assert boards.preview() == {
        "Split": "dataset",
        "CanTrain": True,
        "Needs": [],
        "Task": "classification",
        "TrainImages": 5,
        "TestImages": 2,
        "Unusable": 0,
        "Unlabeled": 1,
        "Labels": [
            {"Label": "a", "TrainImages": 3, "TestImages": 1},
            {"Label": "b", "TrainImages": 2, "TestImages": 1},
        ],
        "Backbones": [BUILT_IN],
    }


def test_a_preview_follows_the_dataset(boards):
    boards.put("train", [a_line(0, "a"), a_line(1, "a"), a_line(2, "b")])
    (need,) = boards.preview()["Needs"]
    assert (need["Labels"], need["Missing"]) == (["b"], 1)
    dataset = boards.house.datasets.find(boards.project, "train")
    edits = [EntryEdit(a_line(3, "b"))]
    boards.house.datasets.editor.update(boards.project, dataset, edits, ALICE.principal)
    answer = boards.preview()
    assert (answer["CanTrain"], answer["Split"]) == (True, "divide")


def test_a_lookout_preview_counts_by_class(house):
    place = Place(house, "lookoutvision")
    place.put("train", [an_anomaly_line(n, "normal" if n < 18 else "anomaly") for n in range(28)])
    answer = place.preview()
    assert answer["Labels"] == [
        {"Label": "anomaly", "TrainImages": 10, "TestImages": 0},
        {"Label": "normal", "TrainImages": 18, "TestImages": 0},
    ]
    assert answer["Needs"] == [
        {
            "Code": "LOOKOUT_TOO_FEW_NORMAL",
            "Message": "The training dataset has 18 images labeled normal; at least 20 are needed.",
            "DatasetType": "train",
            "Labels": ["normal"],
            "Missing": 2,
        }
    ]
    assert answer["Split"] == "once"


def test_only_who_may_stop_a_training_does(house, boards):
    version = boards.version()
    nobody = replace(ALICE, principal=replace(ALICE.principal, policies=()))
    with pytest.raises(Denied):
        OPERATIONS["StopTraining"](house, nobody, {"ModelArn": str(version.arn)})
    house.versions.move(version, "failed", "no labels")
    with pytest.raises(Busy, match="no training to stop"):
        OPERATIONS["StopTraining"](house, ALICE, {"ModelArn": str(version.arn)})


def test_a_version_without_a_model_has_no_report(house, boards):
    with pytest.raises(Missing, match="has no model"):
        OPERATIONS["GetTrainingReport"](house, ALICE, {"ModelArn": str(boards.version().arn)})


def trained(place, name, lines):
    """Put lines in as all there is, and a version that froze them."""
    version = place.house.versions.create(place.project, NewVersion(name, inputs={"budget": "fast"}))[0]
    folder = place.house.trainings.folder(version)
    folder.root.mkdir(parents=True)
    folder.manifest("train").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return version


def test_versions_say_what_changed_and_what_did_since(house, boards):
    lines = [a_line(n, "ab"[n % 2]) for n in range(4)]
    trained(boards, "v1", lines)
    trained(boards, "v2", [*lines[:3], a_line(3, "a"), a_line(4, "c")])
    boards.put("train", [*lines[:2], a_line(5, "a")])
    answer = OPERATIONS["ListVersionChanges"](house, ALICE, {"ProjectArn": str(boards.project.arn)})
    second, first = answer["Versions"]
    assert (first["VersionName"], first.get("SinceVersion")) == ("v1", None)
    assert {name: second[name] for name in second if name not in ("ModelArn", "Budget")} == {
        "VersionName": "v2",
        "SinceVersion": "v1",
        "Added": 1,
        "Removed": 0,
        "Relabeled": 1,
        "LabelsAdded": ["c"],
        "LabelsRemoved": [],
        "ThresholdsChanged": 0,
        "Backbone": "lite0",
    }
    assert answer["Since"] == {
        "SinceVersion": "v2",
        "Added": 1,
        "Removed": 3,
        "Relabeled": 0,
        "LabelsAdded": [],
        "LabelsRemoved": ["c"],
    }


def test_an_estimate_comes_with_what_would_be_learnt(boards):
    boards.put("train", [a_line(n, "ab"[n % 2]) for n in range(4)])
    estimates = OPERATIONS["PreviewTraining"](boards.house, ALICE, {"ProjectArn": str(boards.project.arn)})[
        "Estimates"
    ]
    assert [item["Budget"] for item in estimates] == ["fast", "balanced", "best"]
    assert all(item["LeastSeconds"] < item["Seconds"] < item["MostSeconds"] for item in estimates)
    assert {item["Trainings"] for item in estimates} == {0}


def test_changes_come_a_page_at_a_time_and_each_is_from_the_version_before(house, boards):
    lines = [a_line(n, "ab"[n % 2]) for n in range(9)]
    for number in range(1, 8):
        trained(boards, f"v{number}", lines[: number + 1])
        if number == 4:
            house.versions.create(boards.project, NewVersion("copied", source="arn:of:another"))
    boards.put("train", lines)

    def page(**asked):
        request = {"ProjectArn": str(boards.project.arn), **asked}
        return OPERATIONS["ListVersionChanges"](house, ALICE, request)

    pages = [page(MaxResults=2)]
    while "NextToken" in pages[-1]:
        pages.append(page(MaxResults=2, NextToken=pages[-1]["NextToken"]))
    assert ["Since" in answer for answer in pages] == [True, False, False, False]
    changes = [change for answer in pages for change in answer["Versions"]]
    assert [(c["VersionName"], c.get("SinceVersion"), c.get("Added")) for c in changes] == [
        *((f"v{number}", f"v{number - 1}", 1) for number in (7, 6, 5)),
        ("copied", None, None),
        *((f"v{number}", f"v{number - 1}", 1) for number in (4, 3, 2)),
        ("v1", None, None),
    ]
    assert changes == page(MaxResults=100)["Versions"]
    assert page(MaxResults=100).get("NextToken") is None
    with pytest.raises(BadToken):
        page(NextToken="of another list")


def test_what_changed_is_told_since_the_newest_version_that_did_not_fail(house, boards):
    lines = [a_line(n, "ab"[n % 2]) for n in range(3)]
    trained(boards, "v1", lines[:2])
    for number in range(2, 5):
        house.versions.move(trained(boards, f"v{number}", lines), "failed")
    boards.put("train", lines)
    request = {"ProjectArn": str(boards.project.arn), "MaxResults": 2}
    since = OPERATIONS["ListVersionChanges"](house, ALICE, request)["Since"]
    assert (since["SinceVersion"], since["Added"]) == ("v1", 1)
