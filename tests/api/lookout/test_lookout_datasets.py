import pytest

from doubles.houses import ELSEWHERE, NOON, a_caller
from doubles.lines import an_anomaly_line
from vedette.api.lookout import OPERATIONS
from vedette.errors import BadToken, Busy, Missing, Taken, Wrong

ALICE = a_caller("lookoutvision")
TRAIN = {"ProjectName": "doors", "DatasetType": "train"}


@pytest.fixture
def call(house):
    return lambda operation, caller=ALICE, **request: OPERATIONS[operation](house, caller, request)


@pytest.fixture
def doors(call):
    call("CreateProject", ProjectName="doors")
    return call("CreateDataset", **TRAIN)["DatasetMetadata"]


@pytest.fixture
def fill(call, house):
    def fill(*lines, **more):
        answer = call("UpdateDatasetEntries", **TRAIN, Changes="\n".join(lines).encode(), **more)
        assert house.datasets.wait(30)
        return answer["Status"]

    return fill


def test_an_empty_dataset_is_there_at_once(call, doors):
    assert doors == {
        "DatasetType": "train",
        "CreationTimestamp": NOON,
        "Status": "CREATE_COMPLETE",
        "StatusMessage": "The dataset was created successfully.",
    }
    assert call("DescribeDataset", **TRAIN)["DatasetDescription"] == {
        **doors,
        "ProjectName": "doors",
        "LastUpdatedTimestamp": NOON,
        "ImageStats": {"Total": 0, "Labeled": 0, "Normal": 0, "Anomaly": 0},
    }
    assert call("DescribeProject", ProjectName="doors")["ProjectDescription"]["Datasets"] == [doors]


def test_lines_are_given_back_as_they_came(call, doors, fill):
    lines = [an_anomaly_line(1, "normal"), an_anomaly_line(2, "anomaly")]
    assert fill(*lines) == "UPDATE_IN_PROGRESS"
    assert call("ListDatasetEntries", **TRAIN) == {"DatasetEntries": lines}
    found = call("ListDatasetEntries", **TRAIN, AnomalyClass="anomaly", Labeled=True)
    assert found == {"DatasetEntries": lines[1:]}


def test_a_failed_update_says_so_and_changes_nothing(call, doors, fill):
    fill(an_anomaly_line(1, "normal"))
    fill(an_anomaly_line(2, "normal"), "no line")
    found = call("DescribeDataset", **TRAIN)["DatasetDescription"]
    assert (found["Status"], found["StatusMessage"], found["ImageStats"]["Total"]) == (
        "UPDATE_FAILED_ROLLBACK_COMPLETE",
        "Line 2: The line is not a JSON object.",
        1,
    )


def test_the_same_request_twice_is_done_once(call, doors, fill):
    fill(an_anomaly_line(1, "normal"), ClientToken="once")
    fill(an_anomaly_line(1, "normal"), ClientToken="once")
    with pytest.raises(Taken, match="used before"):
        fill(an_anomaly_line(2, "normal"), ClientToken="once")
    call("DeleteDataset", **TRAIN, ClientToken="gone")
    call("DeleteDataset", **TRAIN, ClientToken="gone")
    with pytest.raises(Missing):
        call("DeleteDataset", **TRAIN, ClientToken="other")
    made = call("CreateDataset", **TRAIN, ClientToken="made")
    assert call("CreateDataset", **TRAIN, ClientToken="made") == made


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("DescribeDataset", {}),
        ("ListDatasetEntries", {}),
        ("DeleteDataset", {}),
        ("UpdateDatasetEntries", {"Changes": b"{}"}),
    ],
)
def test_what_is_not_there_is_missed(call, doors, operation, more):
    for request in ({**TRAIN, "DatasetType": "test"}, {**TRAIN, "ProjectName": "windows"}):
        with pytest.raises(Missing):
            call(operation, **request, **more)
    with pytest.raises(Missing):
        call(operation, a_caller("lookoutvision", account=ELSEWHERE), **TRAIN, **more)
    with pytest.raises(Wrong, match="train or test"):
        call(operation, **{**TRAIN, "DatasetType": "TRAIN"}, **more)


def test_a_second_training_dataset_is_refused(call, doors):
    with pytest.raises(Taken):
        call("CreateDataset", **TRAIN)
    assert (
        call("CreateDataset", **{**TRAIN, "DatasetType": "test"})["DatasetMetadata"]["DatasetType"] == "test"
    )


def test_a_dataset_under_way_is_left_alone(call, database, doors):
    with database.write() as connection:
        connection.exec_driver_sql("update datasets set status = 'updating'")
    for operation, more in (("DeleteDataset", {}), ("UpdateDatasetEntries", {"Changes": b"{}"})):
        with pytest.raises(Busy):
            call(operation, **TRAIN, **more)
    with pytest.raises(BadToken):
        call("ListDatasetEntries", **TRAIN, NextToken="Zm9yZ2Vk")
