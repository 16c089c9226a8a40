from typing import get_args

import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller, name_key
from doubles.lines import a_line
from vedette.api.rekognition import OPERATIONS, translate
from vedette.dialects.registry import REKOGNITION
from vedette.errors import Busy, Denied, Missing, Taken, Wrong
from vedette.projects.version import State

ALICE = a_caller("rekognition")
OUT = {"S3Bucket": "out", "S3KeyPrefix": "results"}


@pytest.fixture
def call(house):
    return lambda operation, caller=ALICE, **request: OPERATIONS[operation](house, caller, request)


@pytest.fixture
def boards(house, call):
    """A project with a training dataset; its trainings wait, since no server has begun."""
    house.blobs.make_bucket("out", account=HERE)
    house.blobs.make_bucket("pictures", account=HERE)
    house.blobs.put("pictures", "m.manifest", a_line(1, "a").encode())
    arn = call("CreateProject", ProjectName="boards")["ProjectArn"]
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "pictures", "Name": "m.manifest"}}}
    call("CreateDataset", ProjectArn=arn, DatasetType="TRAIN", DatasetSource=source)
    assert house.datasets.wait(30)
    return arn


@pytest.fixture
def version(house, call, boards):
    """A version as it is when its training has ended."""
    arn = call("CreateProjectVersion", ProjectArn=boards, VersionName="v1", OutputConfig=OUT)
    made = house.versions.find_by_arn(arn["ProjectVersionArn"], "eu-west-1")
    house.trainings.wait(made)
    return arn["ProjectVersionArn"]


def described(call, arn, **asked):
    return call("DescribeProjectVersions", ProjectArn=arn, **asked)["ProjectVersionDescriptions"]


def test_every_state_has_a_status():
    assert set(REKOGNITION.model_statuses.words) == set(get_args(State))


def test_a_training_that_cannot_succeed_ends_as_failed_and_says_why(call, boards, version):
    (found,) = described(call, boards, VersionNames=["v1"])
    assert found["ProjectVersionArn"] == version
    assert (found["Status"], found["StatusMessage"]) == (
        "TRAINING_FAILED",
        "Failed to copy images from S3 bucket.",
    )
    assert found["OutputConfig"] == OUT
    assert found["ManifestSummary"]["S3Object"] == {
        "Bucket": "out",
        "Name": "results/ManifestSummary-boards-v1.json",
    }
    assert "EvaluationResult" not in found
    assert "BillableTrainingTimeInSeconds" not in found
    assert "Validation" in found["TrainingDataResult"]


def test_a_failure_of_ours_is_said_to_be_the_services(house, call, boards, version):
    failed = house.versions.find_by_arn(version, "eu-west-1")
    house.versions.record(failed, message="The process was killed.", results={"fault": "service"})
    (found,) = described(call, boards)
    assert found["StatusMessage"] == (
        "Amazon Rekognition experienced a service issue. The process was killed."
    )
    assert "ManifestSummary" not in found


def test_a_trained_version_tells_every_place_and_only_what_is_so(house, call, boards, version):
    made = house.versions.find_by_arn(version, "eu-west-1")
    files = {kind: f"results/{kind}" for kind in ("test_snapshot", "test_validation")}
    house.versions.record(made, results={"files": files})
    (found,) = described(call, boards)
    places = [
        {"Assets": [{"GroundTruthManifest": {"S3Object": {"Bucket": "out", "Name": f"results/{kind}"}}}]}
        for kind in files
    ]
    assert found["TestingDataResult"] == {
        "Input": {"AutoCreate": False},
        "Output": places[0] | {"AutoCreate": False},
        "Validation": places[1],
    }


def test_a_version_has_tags_and_takes_them_along(call, boards, version):
    call("TagResource", ResourceArn=version, Tags={"line": "A"})
    assert call("ListTagsForResource", ResourceArn=version) == {"Tags": {"line": "A"}}
    assert call("DeleteProjectVersion", ProjectVersionArn=version) == {"Status": "DELETING"}
    assert described(call, boards, VersionNames=["v1"]) == []
    with pytest.raises(Missing):
        call("ListTagsForResource", ResourceArn=version)


def test_a_name_can_be_had_once_and_a_project_with_a_version_stays(call, boards, version):
    with pytest.raises(Taken):
        call("CreateProjectVersion", ProjectArn=boards, VersionName="v1", OutputConfig=OUT)
    with pytest.raises(Busy, match="1 version"):
        call("DeleteProject", ProjectArn=boards)


def test_versions_come_in_pages_newest_first(house, call, boards):
    for name in ("v1", "v2", "v3"):
        call("CreateProjectVersion", ProjectArn=boards, VersionName=name, OutputConfig=OUT)
    page = call("DescribeProjectVersions", ProjectArn=boards, MaxResults=2)
    rest = call("DescribeProjectVersions", ProjectArn=boards, MaxResults=2, NextToken=page["NextToken"])
    both = page["ProjectVersionDescriptions"] + rest["ProjectVersionDescriptions"]
    names = [found["ProjectVersionArn"].split("/")[3] for found in both]
    assert (names, "NextToken" in rest) == (["v3", "v2", "v1"], False)
    for found in house.versions.in_state("training"):
        house.trainings.wait(found)


def test_a_key_is_kept_and_described_back(house, call, boards):
    name_key(house, "alias/mine", boards)
    for name, more in (("v1", {"KmsKeyId": "alias/mine"}), ("v2", {})):
        call("CreateProjectVersion", ProjectArn=boards, VersionName=name, OutputConfig=OUT, **more)
    assert [found.get("KmsKeyId") for found in described(call, boards)] == [None, "alias/mine"]
    for found in house.versions.in_state("training"):
        house.trainings.wait(found)


@pytest.mark.parametrize(
    ("more", "refusal", "match"),
    [
        ({"OutputConfig": {"S3Bucket": "nowhere"}}, Wrong, "Unable to write to output S3 bucket"),
        ({"OutputConfig": {}}, Wrong, "S3Bucket"),
        ({"FeatureConfig": {"ContentModeration": {}}}, Wrong, "CUSTOM_LABELS"),
        ({"TestingData": {"AutoCreate": True}, "TrainingData": {"Assets": [{}]}}, Wrong, "S3Object"),
        ({"TrainingData": {"Assets": [{}, {}]}}, Wrong, "one manifest"),
        (
            {
                "TrainingData": {
                    "Assets": [
                        {"GroundTruthManifest": {"S3Object": {"Bucket": "pictures", "Name": "m.manifest"}}}
                    ]
                },
                "TestingData": {"AutoCreate": True},
            },
            Wrong,
            "has datasets",
        ),
    ],
)
def test_a_request_that_cannot_be_right_changes_nothing(more, refusal, match, call, boards):
    with pytest.raises(refusal, match=match):
        call(
            "CreateProjectVersion", **{"ProjectArn": boards, "VersionName": "v1", "OutputConfig": OUT, **more}
        )
    assert described(call, boards) == []


def test_strangers_may_neither_train_nor_look_nor_delete(call, boards, version):
    stranger = a_caller("rekognition", account=ELSEWHERE)
    for operation, request in (
        ("CreateProjectVersion", {"ProjectArn": boards, "VersionName": "v2", "OutputConfig": OUT}),
        ("DescribeProjectVersions", {"ProjectArn": boards}),
        ("DeleteProjectVersion", {"ProjectVersionArn": version}),
    ):
        with pytest.raises(Denied):
            call(operation, caller=stranger, **request)


def test_a_version_that_nobody_has_is_missing(call, boards, version):
    for arn in (version[:-1], f"{version}0", version.replace("/v1/", "/v2/")):
        with pytest.raises(Missing):
            call("DeleteProjectVersion", ProjectVersionArn=arn)


def test_a_project_without_a_dataset_is_not_trained(call):
    arn = call("CreateProject", ProjectName="empty")["ProjectArn"]
    with pytest.raises(Busy, match="no training dataset") as refused:
        call("CreateProjectVersion", ProjectArn=arn, VersionName="v1", OutputConfig=OUT)
    # Programs take ResourceInUseException for a name that is taken, and go on.
    assert translate(refused.value).code == "ResourceNotFoundException"
