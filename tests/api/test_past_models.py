"""Models that AWS trained are brought along by both services' operations: as figures, apart from our own."""

import json

import pytest

from doubles.houses import HERE, a_caller
from doubles.past_models import encode, result_of, summary_of
from vedette.api.lookout import OPERATIONS as LOOKOUT
from vedette.api.own import OPERATIONS as OWN
from vedette.api.rekognition import OPERATIONS as REKOGNITION
from vedette.errors import Busy, Missing, Taken, TooEarly, Wrong
from vedette.projects.version_states import NewVersion
from vedette.training.order import NETWORK_TAG, PAST_TAG

ALICE = a_caller("rekognition")
BOB = a_caller("lookoutvision")
SUMMARY = "boards/v3/EvaluationResultSummary-boards-v3.json"
RESULT = "doors/EvaluationResult-doors-2.json"


@pytest.fixture
def call(house):
    house.blobs.make_bucket("aws", account=HERE, region=ALICE.region)
    return lambda operation, **request: REKOGNITION[operation](house, ALICE, request)


@pytest.fixture
def look(house, call):
    return lambda operation, **request: LOOKOUT[operation](house, BOB, request)


@pytest.fixture
def boards(house, call):
    """A project, and what AWS left of a version of it."""
    house.blobs.put("aws", SUMMARY, encode(summary_of()))
    house.blobs.put("aws", "boards/v3/TestingGroundTruth-boards-v3.json", b"{}\n")
    house.blobs.put("aws", "boards/v3/TestingGroundTruth-boards-v4.json", b"{}\n")
    return call("CreateProject", ProjectName="boards")["ProjectArn"]


@pytest.fixture
def bring(call, boards):
    def bring(name="v3", key=SUMMARY, **more):
        output = {"S3Bucket": "aws", "S3KeyPrefix": "boards/v3"}
        tags = {PAST_TAG: f"s3://aws/{key}"}
        request = {"ProjectArn": boards, "VersionName": name, "OutputConfig": output, "Tags": tags, **more}
        return call("CreateProjectVersion", **request)["ProjectVersionArn"]

    return bring


def test_a_version_of_custom_labels_keeps_its_name_its_moments_and_its_figures(call, boards, bring):
    arn = bring(VersionDescription="night-shift")
    [told] = call("DescribeProjectVersions", ProjectArn=boards)["ProjectVersionDescriptions"]
    assert arn.endswith(":project/boards/version/v3/1700000000000")
    assert told["Status"] == "EXPIRED"
    assert told["StatusMessage"].startswith("Trained at AWS")
    assert told["VersionDescription"] == "night-shift"
    assert told["CreationTimestamp"].isoformat() == "2023-11-14T22:13:20+00:00"
    assert told["TrainingEndTimestamp"].isoformat().startswith("2023-11-14T23:29:58.431")
    assert told["EvaluationResult"] == {
        "F1Score": 0.89, "Summary": {"S3Object": {"Bucket": "aws", "Name": SUMMARY}},
    }  # fmt: skip
    snapshot = {"S3Object": {"Bucket": "aws", "Name": "boards/v3/TestingGroundTruth-boards-v3.json"}}
    assert told["TestingDataResult"]["Output"]["Assets"] == [{"GroundTruthManifest": snapshot}]
    assert "Output" not in told["TrainingDataResult"]


def test_it_cannot_be_started_asked_copied_or_downloaded(house, call, boards, bring):
    arn = bring()
    with pytest.raises(Busy, match="was trained at AWS"):
        call("StartProjectVersion", ProjectVersionArn=arn, MinInferenceUnits=1)
    with pytest.raises(TooEarly, match="was trained at AWS"):
        house.hosting.require_running(house.versions.find_by_arn(arn, ALICE.region))
    with pytest.raises(Busy, match="was trained at AWS"):
        call(
            "CopyProjectVersion",
            SourceProjectArn=boards,
            SourceProjectVersionArn=arn,
            DestinationProjectArn=call("CreateProject", ProjectName="live")["ProjectArn"],
            VersionName="v1",
            OutputConfig={"S3Bucket": "aws", "S3KeyPrefix": ""},
        )
    with pytest.raises((Busy, Missing)):
        OWN["DownloadModel"](house, ALICE, {"ModelArn": arn})
    with pytest.raises(Missing, match="no evaluation"):
        OWN["GetEvaluationColumns"](house, ALICE, {"ModelArn": arn})


def test_it_is_deleted_like_a_version_and_the_files_of_aws_stay(house, call, boards, bring):
    assert call("DeleteProjectVersion", ProjectVersionArn=bring())["Status"] == "DELETING"
    assert call("DescribeProjectVersions", ProjectArn=boards)["ProjectVersionDescriptions"] == []
    assert json.loads(house.blobs.read("aws", SUMMARY)) == summary_of()
    bring()


def test_its_figures_are_answered_as_those_of_a_training_without_what_aws_does_not_tell(house, bring):
    report = OWN["GetTrainingReport"](house, ALICE, {"ModelArn": bring()})
    assert {name: report[name] for name in ("Task", "TrainImages", "TestImages", "F1Score")} == {
        "Task": "detection", "TrainImages": 80, "TestImages": 20, "F1Score": 0.89,
    }  # fmt: skip
    assert report["TrainedAtAws"] is True
    assert report["Labels"][0] == {
        "Label": "comparator", "TestImages": 11, "Precision": 0.95, "Recall": 0.9, "F1Score": 0.92,
        "Threshold": 0.41,
    }  # fmt: skip
    assert "Correct" not in report
    assert "Seconds" not in report


def test_it_is_never_taken_for_one_that_was_trained_here(house, call, boards, bring):
    bring()
    project = house.projects.find_by_arn(boards, ALICE.region)
    assert house.versions.newest_whole(project) is None
    made, _ = house.versions.create(project, NewVersion("own", bucket="results", prefix="own"))
    changes = OWN["ListVersionChanges"](house, ALICE, {"ProjectArn": boards})
    told = {change["VersionName"]: change.get("SinceVersion") for change in changes["Versions"]}
    assert told == {"own": None, "v3": None}
    assert house.versions.learnt_before(made) is None
    place = OWN["PreviewTraining"](house, ALICE, {"ProjectArn": boards})
    assert (place["OutputBucket"], place["OutputPrefix"]) == ("results", "own")


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"Tags": {PAST_TAG: "https://elsewhere"}}, "is the address of an evaluation"),
        ({"Tags": {PAST_TAG: "s3://EvaluationResultSummary-v3.json"}}, "is the address of an evaluation"),
        ({"Tags": {PAST_TAG: "s3://aws/boards/v3/TestingGroundTruth-boards-v3.json"}}, "of an evaluation"),
        ({"key": "boards/EvaluationResultSummary-none.json"}, "There is no s3://aws/boards/Evalu"),
        ({"OutputConfig": {"S3Bucket": "other"}}, "the output bucket is aws"),
        ({"TestingData": {"AutoCreate": True}}, "without manifests"),
        ({"Tags": {PAST_TAG: f"s3://aws/{SUMMARY}", NETWORK_TAG: "s3://aws/n.onnx"}}, "network or backbone"),
    ],
)
def test_what_goes_with_no_past_model_is_refused_and_leaves_no_version(call, boards, bring, more, problem):
    with pytest.raises(Wrong, match=problem):
        bring(**more)
    assert call("DescribeProjectVersions", ProjectArn=boards)["ProjectVersionDescriptions"] == []


def test_an_evaluation_of_the_other_service_and_one_that_is_none_are_refused(house, bring):
    house.blobs.put("aws", "EvaluationResultSummary-other.json", encode(result_of()))
    house.blobs.put("aws", "EvaluationResultSummary-zip.json", b"PK\x03\x04" + bytes(99))
    with pytest.raises(Wrong, match="does not say its ProjectVersionArn"):
        bring(key="EvaluationResultSummary-other.json")
    with pytest.raises(Wrong, match="is no JSON"):
        bring(key="EvaluationResultSummary-zip.json")


def test_who_may_not_read_the_file_is_told_what_one_is_told_of_none(house, call, boards, bring):
    house.blobs.make_bucket("theirs", account="222222222222", region=ALICE.region)
    house.blobs.put("theirs", "EvaluationResultSummary-x.json", encode(summary_of()))
    place = {"OutputConfig": {"S3Bucket": "theirs"}}
    with pytest.raises(Wrong, match="may not read it"):
        bring(Tags={PAST_TAG: "s3://theirs/EvaluationResultSummary-x.json"}, **place)


@pytest.fixture
def doors(house, look):
    look("CreateProject", ProjectName="doors")
    for number in (2, 5):
        house.blobs.put("aws", f"doors/EvaluationResult-doors-{number}.json", encode(result_of(number)))
    house.blobs.put("aws", "doors/EvaluationManifest-doors-2.json", b"{}\n")

    def bring(number=2, **more):
        place = {"Bucket": "aws", "Prefix": "doors/"}
        tag = {"Key": PAST_TAG, "Value": f"s3://aws/doors/EvaluationResult-doors-{number}.json"}
        request = {"ProjectName": "doors", "OutputConfig": {"S3Location": place}, "Tags": [tag], **more}
        return look("CreateModel", **request)["ModelMetadata"]

    return bring


def test_a_model_of_lookout_keeps_its_number_and_the_next_one_is_above_it(house, look, doors):
    assert doors(5)["ModelVersion"] == "5"
    made = doors(2)
    assert (made["ModelVersion"], made["Status"]) == ("2", "TRAINED")
    assert made["StatusMessage"].startswith("Trained at AWS")
    told = look("DescribeModel", ProjectName="doors", ModelVersion="2")["ModelDescription"]
    assert told["Performance"] == {"Precision": 0.97, "Recall": 0.93, "F1Score": 0.95}
    assert told["EvaluationResult"] == {"Bucket": "aws", "Key": RESULT}
    assert told["EvaluationManifest"] == {"Bucket": "aws", "Key": "doors/EvaluationManifest-doors-2.json"}
    assert told["EvaluationEndTimestamp"].isoformat() == "2024-05-02T09:31:40.250000+00:00"
    with pytest.raises(Taken, match="named 5"):
        doors(5)
    with pytest.raises(Busy, match="was trained at AWS"):
        look("StartModel", ProjectName="doors", ModelVersion="2", MinInferenceUnits=1)
    project = house.projects.find(house.versions.in_state("archived")[0].project.scope, "doors")
    own, _ = house.versions.create(project, NewVersion())
    assert own.name == "6"


def test_the_latest_model_is_the_latest_that_was_trained_here(house, look, doors):
    doors(2)
    latest = look("DescribeModel", ProjectName="doors", ModelVersion="latest")["ModelDescription"]
    assert latest["ModelVersion"] == "2"
    project = house.versions.in_state("archived")[0].project
    own, _ = house.versions.create(project, NewVersion())
    doors(5)
    latest = look("DescribeModel", ProjectName="doors", ModelVersion="latest")["ModelDescription"]
    assert latest["ModelVersion"] == own.name == "3"
