import pytest

from doubles.houses import ELSEWHERE, HERE, a_caller, name_key
from doubles.lines import an_anomaly_line
from vedette.api.lookout import OPERATIONS
from vedette.api.lookout.faults import translate
from vedette.errors import Busy, Denied, Missing, Refusal, Taken, Wrong
from vedette.projects.project import Scope
from vedette.projects.version_states import NewVersion

ALICE = a_caller("lookoutvision")
OUT = {"S3Location": {"Bucket": "out", "Prefix": "results/"}}
MODEL = f"arn:aws:lookoutvision:eu-west-1:{HERE}:model/doors/1"


@pytest.fixture
def call(house):
    return lambda operation, caller=ALICE, **request: OPERATIONS[operation](house, caller, request)


@pytest.fixture
def doors(house, call):
    """A project with one normal picture."""
    house.blobs.make_bucket("out", account=HERE, region="eu-west-1")
    house.blobs.make_bucket("pictures", account=HERE, region="eu-west-1")
    house.blobs.put("pictures", "m.manifest", an_anomaly_line(1, "normal").encode())
    call("CreateProject", ProjectName="doors")
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "pictures", "Key": "m.manifest"}}}
    call("CreateDataset", ProjectName="doors", DatasetType="train", DatasetSource=source)
    assert house.datasets.wait(30)
    return "doors"


def create(call, **more):
    return call("CreateModel", **{"ProjectName": "doors", "OutputConfig": OUT, **more})["ModelMetadata"]


def settle(house):
    for version in house.versions.in_state("training"):
        house.trainings.wait(version)


@pytest.fixture
def model(house, call, doors):
    """A model as it is when its training has ended."""
    made = create(call, Description="first", Tags=[{"Key": "line", "Value": "A"}])
    settle(house)
    return made


def described(call, number="1"):
    return call("DescribeModel", ProjectName="doors", ModelVersion=number)["ModelDescription"]


def test_a_model_is_in_training_when_the_call_returns(model):
    assert {name: model[name] for name in ("ModelVersion", "ModelArn", "Description", "Status")} == {
        "ModelVersion": "1",
        "ModelArn": MODEL,
        "Description": "first",
        "Status": "TRAINING",
    }
    assert model["StatusMessage"] == "The model is being trained."


def test_a_training_that_cannot_succeed_ends_as_failed_and_says_why(call, model):
    found = described(call)
    assert found["Status"] == "TRAINING_FAILED"
    assert "0 images labeled normal; at least 20 are needed" in found["StatusMessage"]
    assert found["OutputConfig"] == OUT
    assert "Performance" not in found
    assert "EvaluationResult" not in found
    assert described(call, "latest") == found


def test_a_key_is_kept_and_described_back(house, call, doors):
    name_key(house, "alias/mine", MODEL)
    for more in ({"KmsKeyId": "alias/mine"}, {}):
        create(call, **more)
    assert described(call, "1")["KmsKeyId"] == "alias/mine"
    assert "KmsKeyId" not in described(call, "2")
    settle(house)


def test_models_are_listed_newest_first(house, call, model):
    create(call)
    page = call("ListModels", ProjectName="doors", MaxResults=1)
    rest = call("ListModels", ProjectName="doors", MaxResults=1, NextToken=page["NextToken"])
    assert [each["ModelVersion"] for each in page["Models"] + rest["Models"]] == ["2", "1"]
    assert "NextToken" not in rest
    settle(house)


def test_only_models_have_tags_and_those_go_with_them(call, model):
    assert call("ListTagsForResource", ResourceArn=MODEL) == {"Tags": [{"Key": "line", "Value": "A"}]}
    assert call("DeleteModel", ProjectName="doors", ModelVersion="1") == {"ModelArn": MODEL}
    assert call("ListModels", ProjectName="doors") == {"Models": []}
    with pytest.raises(Missing):
        call("ListTagsForResource", ResourceArn=MODEL)


def test_what_was_not_given_is_absent(house, call, doors):
    made = create(call, OutputConfig={"S3Location": {"Bucket": "out"}})
    settle(house)
    found = described(call)
    assert {"Description", "Performance", "EvaluationEndTimestamp", "MinInferenceUnits"}.isdisjoint(found)
    assert "Description" not in made
    assert found["OutputConfig"] == {"S3Location": {"Bucket": "out", "Prefix": ""}}


def test_a_refusal_names_the_model_by_its_project_and_number(house, call, model):
    start = {"ProjectName": "doors", "ModelVersion": "latest"}
    for refused, units in (
        ((409, "ConflictException"), 1),
        ((402, "ServiceQuotaExceededException"), 10_000),
    ):
        with pytest.raises(Refusal) as caught:
            call("StartModel", **start, MinInferenceUnits=units)
        fault = translate(caught.value)
        assert (fault.status, fault.code) == refused
        members = {name: fault.members[name] for name in ("ResourceId", "ResourceType")}
        assert members == {"ResourceId": "doors/1", "ResourceType": "MODEL"}


def test_a_repeated_token_trains_once_and_another_request_under_it_is_a_conflict(house, call, doors):
    first, second = create(call, ClientToken="t"), create(call, ClientToken="t")
    assert first["ModelVersion"] == second["ModelVersion"] == "1"
    with pytest.raises(Taken):
        create(call, ClientToken="t", Description="other")
    settle(house)


def test_a_repeat_answers_as_the_first_call_did_whatever_became_of_the_dataset(house, call, doors):
    made = create(call, ClientToken="t")
    settle(house)
    call("DeleteDataset", ProjectName="doors", DatasetType="train")
    assert create(call, ClientToken="t")["ModelArn"] == made["ModelArn"]
    with pytest.raises(Taken):
        create(call, ClientToken="t", Description="other")
    with pytest.raises(Busy):
        create(call, ClientToken="u")


def test_a_repeated_deletion_is_answered_though_the_model_is_gone(call, model):
    delete = {"ProjectName": "doors", "ModelVersion": "1"}
    assert call("DeleteModel", **delete, ClientToken="t") == {"ModelArn": MODEL}
    assert call("DeleteModel", **delete, ClientToken="t") == {"ModelArn": MODEL}
    for repeat in ({}, {"ClientToken": "u"}):
        with pytest.raises(Missing):
            call("DeleteModel", **delete, **repeat)


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"OutputConfig": {"S3Location": {"Bucket": "nowhere"}}}, "Unable to write to output S3 bucket"),
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "twice"),
    ],
)
def test_a_request_that_cannot_be_right_changes_nothing(more, match, call, doors):
    with pytest.raises(Wrong, match=match):
        create(call, **more)
    assert call("ListModels", ProjectName="doors") == {"Models": []}


def test_a_project_without_a_dataset_is_a_conflict(call, house):
    call("CreateProject", ProjectName="doors")
    with pytest.raises(Busy) as refused:
        create(call)
    assert refused.value.kind == "no dataset"


def test_the_latest_that_is_described_and_deleted_is_the_newest_though_an_older_one_can_be_used(house, call):
    call("CreateProject", ProjectName="doors")
    project = house.projects.find(Scope("lookoutvision", HERE, ALICE.region), "doors")
    for number, state in (("1", "trained"), ("2", "failed")):
        house.versions.move(house.versions.create(project, NewVersion(number))[0], state)
    assert house.versions.find(project, "latest", with_package=True).name == "1"
    assert described(call, "latest")["ModelVersion"] == "2"
    call("DeleteModel", ProjectName="doors", ModelVersion="latest")
    assert [model["ModelVersion"] for model in call("ListModels", ProjectName="doors")["Models"]] == ["1"]


def test_what_nobody_has_is_missing(call, doors):
    for number in ("1", "latest"):
        with pytest.raises(Missing):
            described(call, number)
    with pytest.raises(Missing):
        call("DeleteModel", ProjectName="windows", ModelVersion="1")


def test_a_stranger_sees_nothing_of_it(call, model):
    stranger = a_caller("lookoutvision", account=ELSEWHERE)
    with pytest.raises(Missing):
        call("DescribeModel", caller=stranger, ProjectName="doors", ModelVersion="1")
    with pytest.raises(Denied):
        call("TagResource", caller=stranger, ResourceArn=MODEL, Tags=[])
