import json

import pytest

from doubles.houses import ELSEWHERE, HERE, NOON, a_caller
from doubles.lines import a_box_line, a_line
from vedette.api.rekognition import OPERATIONS
from vedette.api.rekognition.datasets import entry_text
from vedette.datasets.listing import ListedEntry
from vedette.dialects.rekognition.codes import flaw
from vedette.errors import BadToken, Busy, Denied, Missing, Taken, TooEarly, Wrong
from vedette.manifest.lines import read_line
from vedette.manifest.marks import strip_marks

ALICE = a_caller("rekognition")


@pytest.fixture
def call(house):
    return lambda operation, caller=ALICE, **request: OPERATIONS[operation](house, caller, request)


@pytest.fixture
def boards(call):
    return call("CreateProject", ProjectName="boards")["ProjectArn"]


@pytest.fixture
def train(call, boards):
    return call("CreateDataset", ProjectArn=boards, DatasetType="TRAIN")["DatasetArn"]


@pytest.fixture
def fill(call, house):
    def fill(arn, *lines):
        call("UpdateDatasetEntries", DatasetArn=arn, Changes={"GroundTruth": "\n".join(lines).encode()})
        assert house.datasets.wait(30)

    return fill


def test_an_empty_dataset_is_described(call, train):
    assert train == f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/dataset/train/1777896000000"
    assert call("DescribeDataset", DatasetArn=train)["DatasetDescription"] == {
        "CreationTimestamp": NOON,
        "LastUpdatedTimestamp": NOON,
        "Status": "CREATE_COMPLETE",
        "StatusMessage": "The dataset was successfully created.",
        "StatusMessageCode": "SUCCESS",
        "DatasetStats": {"LabeledEntries": 0, "TotalEntries": 0, "TotalLabels": 0, "ErrorEntries": 0},
    }


def test_a_project_lists_its_datasets(call, boards, train):
    test = call("CreateDataset", ProjectArn=boards, DatasetType="TEST")["DatasetArn"]
    call("CreateProject", ProjectName="others")
    found = call("DescribeProjects")["ProjectDescriptions"]
    assert [[each["DatasetArn"] for each in project["Datasets"]] for project in found] == [[train, test], []]


def test_a_line_says_whether_it_is_labelled(call, train, fill):
    fill(train, a_line(1, "a"), a_line(2))
    first, second = call("ListDatasetEntries", DatasetArn=train)["DatasetEntries"]
    assert first == a_line(1, "a")[:-1] + ',"cl-metadata":{"is_labeled":true}}'
    assert json.loads(second)["cl-metadata"] == {"is_labeled": False}
    assert json.loads(second)["cl-warnings"] == [
        {"code": "WARNING_UNANNOTATED_RECORD", "message": "Record is unannotated."}
    ]


def test_a_listed_line_sent_back_is_what_it_was(call, train, fill):
    lines = [a_line(1, "a"), a_line(2), a_box_line(3, "a", box=(-50, 0, 9, 9))]
    fill(train, *lines)
    fill(train, *call("ListDatasetEntries", DatasetArn=train)["DatasetEntries"])
    again = call("ListDatasetEntries", DatasetArn=train)["DatasetEntries"]
    kept = [dict(strip_marks(read_line(line)).values) for line in again]
    assert kept == [json.loads(line) for line in lines]


def test_flaws_of_a_picture_stand_beside_those_of_its_line():
    entry = ListedEntry(0, a_line(1, "a"), True, [flaw("ERROR_INVALID_IMAGE")])
    assert json.loads(entry_text(entry))["cl-errors"] == [
        {
            "code": "ERROR_INVALID_IMAGE",
            "message": "The image is invalid. Check S3 path and/or image properties.",
        }
    ]


def test_false_for_errors_means_any(call, train, fill):
    fill(train, a_line(1, "a"))
    assert len(call("ListDatasetEntries", DatasetArn=train, HasErrors=False)["DatasetEntries"]) == 1
    assert call("ListDatasetEntries", DatasetArn=train, HasErrors=True)["DatasetEntries"] == []


def test_a_token_is_of_one_dataset_and_one_filter(call, boards, train, fill):
    fill(train, *(a_line(number, "a") for number in range(4)))
    test = call("CreateDataset", ProjectArn=boards, DatasetType="TEST")["DatasetArn"]
    token = call("ListDatasetEntries", DatasetArn=train, MaxResults=3)["NextToken"]
    assert len(call("ListDatasetEntries", DatasetArn=train, NextToken=token)["DatasetEntries"]) == 1
    assert "NextToken" not in call("ListDatasetEntries", DatasetArn=train, NextToken=token)
    for wrong in ({"DatasetArn": test}, {"DatasetArn": train, "ContainsLabels": ["a"]}):
        with pytest.raises(BadToken):
            call("ListDatasetEntries", **wrong, NextToken=token)


@pytest.mark.parametrize(
    "operation",
    [
        "DescribeDataset",
        "DeleteDataset",
        "ListDatasetEntries",
        "ListDatasetLabels",
        "UpdateDatasetEntries",
        "DistributeDatasetEntries",
    ],
)
def test_only_the_account_may(call, train, operation):
    request = {"DatasetArn": train, "Changes": {"GroundTruth": b"{}"}, "Datasets": [{"Arn": train}] * 2}
    with pytest.raises(Denied, match=f"not authorized to perform: rekognition:{operation} on resource"):
        call(operation, a_caller("rekognition", account=ELSEWHERE), **request)
    for elsewhere in (train.replace("boards", "none"), train[:-1] + "9", train.replace("train", "test")):
        with pytest.raises(Missing):
            call(operation, **{**request, "DatasetArn": elsewhere, "Datasets": [{"Arn": elsewhere}] * 2})


def test_another_account_can_not_copy(call, train):
    bob = a_caller("rekognition", account=ELSEWHERE)
    mine = call("CreateProject", bob, ProjectName="mine")["ProjectArn"]
    with pytest.raises(Denied, match="rekognition:ListDatasetEntries"):
        call("CreateDataset", bob, ProjectArn=mine, DatasetType="TEST", DatasetSource={"DatasetArn": train})


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"GroundTruthManifest": {"S3Object": {"Bucket": "b", "Name": "n"}}, "DatasetArn": "both"},
        {"GroundTruthManifest": {"S3Object": {"Name": "n"}}},
    ],
)
def test_a_source_is_one_thing(call, boards, source):
    with pytest.raises(Wrong):
        call("CreateDataset", ProjectArn=boards, DatasetType="TRAIN", DatasetSource=source)


def test_an_update_needs_lines(call, train):
    with pytest.raises(Wrong, match="GroundTruth"):
        call("UpdateDatasetEntries", DatasetArn=train, Changes={})


def test_what_is_under_way_comes_first(call, house, database, boards, train):
    with database.write() as connection:
        connection.exec_driver_sql("update datasets set status = 'creating', message = '7 images so far.'")
    found = call("DescribeDataset", DatasetArn=train)["DatasetDescription"]
    assert (found["Status"], found["StatusMessage"]) == ("CREATE_IN_PROGRESS", "7 images so far.")
    for operation in ("ListDatasetEntries", "ListDatasetLabels"):
        with pytest.raises(TooEarly):
            call(operation, DatasetArn=train)
    for operation in ("DeleteDataset", "UpdateDatasetEntries"):
        with pytest.raises(Busy):
            call(operation, DatasetArn=train, Changes={"GroundTruth": b"{}"})
    with pytest.raises(TooEarly):
        call("CreateDataset", ProjectArn=boards, DatasetType="TEST", DatasetSource={"DatasetArn": train})
    with pytest.raises(Taken):
        call("CreateDataset", ProjectArn=boards, DatasetType="TRAIN")


def test_both_datasets_may_be_named_in_any_order(call, house, boards, train, fill):
    fill(train, *(a_line(number, "a") for number in range(10)))
    test = call("CreateDataset", ProjectArn=boards, DatasetType="TEST")["DatasetArn"]
    call("DistributeDatasetEntries", Datasets=[{"Arn": test}, {"Arn": train}])
    assert house.datasets.wait(30)
    stats = call("DescribeDataset", DatasetArn=test)["DatasetDescription"]["DatasetStats"]
    assert stats["TotalEntries"] == 2


def test_a_project_of_another_feature_has_no_datasets(call):
    arn = call("CreateProject", ProjectName="adapter", Feature="CONTENT_MODERATION", AutoUpdate="DISABLED")
    with pytest.raises(Wrong, match="adapter is of the feature CONTENT_MODERATION"):
        call("CreateDataset", ProjectArn=arn["ProjectArn"], DatasetType="TRAIN")
    (project,) = call("DescribeProjects", Features=["CONTENT_MODERATION"])["ProjectDescriptions"]
    assert project.get("Datasets", []) == []
