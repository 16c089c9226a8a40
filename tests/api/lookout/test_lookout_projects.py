import pytest

from doubles.houses import ELSEWHERE, HERE, NOON, a_caller
from vedette.api.lookout import OPERATIONS
from vedette.errors import BadToken, Busy, Denied, Missing, Taken, Wrong

ALICE = a_caller("lookoutvision")
DOORS = f"arn:aws:lookoutvision:eu-west-1:{HERE}:project/doors"
MODEL = f"arn:aws:lookoutvision:eu-west-1:{HERE}:model/doors/1"


@pytest.fixture
def call(house):
    return lambda operation, caller=ALICE, **request: OPERATIONS[operation](house, caller, request)


@pytest.fixture
def doors(call):
    return call("CreateProject", ProjectName="doors", ClientToken="t-1")["ProjectMetadata"]


def listed(answer):
    return [each["ProjectName"] for each in answer["Projects"]]


def test_a_new_project_is_described(call, doors):
    assert doors == {"ProjectArn": DOORS, "ProjectName": "doors", "CreationTimestamp": NOON}
    assert call("DescribeProject", ProjectName="doors") == {"ProjectDescription": {**doors, "Datasets": []}}
    assert call("ListProjects") == {"Projects": [doors]}


def test_a_project_of_rekognition_is_none_of_ours(house, call):
    from vedette.api import rekognition

    rekognition.OPERATIONS["CreateProject"](house, a_caller("rekognition"), {"ProjectName": "boards"})
    assert call("ListProjects") == {"Projects": []}
    with pytest.raises(Missing):
        call("DescribeProject", ProjectName="boards")


def test_a_repeat_with_the_same_token_answers_the_same(call, doors):
    assert call("CreateProject", ProjectName="doors", ClientToken="t-1")["ProjectMetadata"] == doors


def test_a_repeat_without_the_token_conflicts(call, doors):
    with pytest.raises(Taken, match="doors exists already"):
        call("CreateProject", ProjectName="doors", ClientToken="t-2")


def test_a_token_used_for_something_else_conflicts(call, doors):
    with pytest.raises(Taken, match="other parameters"):
        call("CreateProject", ProjectName="windows", ClientToken="t-1")


def test_a_deletion_is_answered_with_the_arn_also_when_repeated(call, doors):
    for _ in range(2):
        assert call("DeleteProject", ProjectName="doors", ClientToken="t-3") == {"ProjectArn": DOORS}
    with pytest.raises(Missing) as refused:
        call("DescribeProject", ProjectName="doors")
    assert (refused.value.kind, refused.value.name) == ("project", "doors")


def test_a_project_with_models_stays(house, call, doors):
    house.projects.ask_before_deleting(lambda connection, project: "a model")
    with pytest.raises(Busy, match="a model"):
        call("DeleteProject", ProjectName="doors")


def test_pages_hold_what_was_asked(call):
    for number in range(3):
        call("CreateProject", ProjectName=f"p{number}")
    first = call("ListProjects", MaxResults=2)
    second = call("ListProjects", MaxResults=2, NextToken=first["NextToken"])
    assert [listed(first), listed(second)] == [["p0", "p1"], ["p2"]]
    assert "NextToken" not in second


def test_a_token_of_another_region_is_refused(call):
    for number in range(2):
        call("CreateProject", ProjectName=f"p{number}")
    token = call("ListProjects", MaxResults=1)["NextToken"]
    with pytest.raises(BadToken):
        call("ListProjects", a_caller("lookoutvision", region="us-east-1"), NextToken=token)


def test_each_account_has_its_own(call, doors):
    stranger = a_caller("lookoutvision", account=ELSEWHERE)
    with pytest.raises(Missing):
        call("DescribeProject", stranger, ProjectName="doors")
    assert call("CreateProject", stranger, ProjectName="doors")["ProjectMetadata"]["ProjectArn"] != DOORS


def test_projects_and_datasets_cannot_be_tagged(call, doors):
    with pytest.raises(Wrong, match="cannot have tags"):
        call("TagResource", ResourceArn=DOORS, Tags=[{"Key": "a", "Value": "b"}])


def test_an_unknown_model_is_missing(house, call):
    house.projects.tags.register("lookoutvision", "model", lambda connection, arn: False)
    with pytest.raises(Missing) as refused:
        call("ListTagsForResource", ResourceArn=MODEL)
    assert refused.value.kind == "model"


def test_tags_of_a_model_are_a_list(house, call):
    house.projects.tags.register("lookoutvision", "model", lambda connection, arn: True)
    call(
        "TagResource", ResourceArn=MODEL, Tags=[{"Key": "stage", "Value": "live"}, {"Key": "a", "Value": ""}]
    )
    call("UntagResource", ResourceArn=MODEL, TagKeys=["a", "nobody"])
    assert call("ListTagsForResource", ResourceArn=MODEL) == {"Tags": [{"Key": "stage", "Value": "live"}]}


def test_a_key_stands_once_in_a_list(house, call):
    house.projects.tags.register("lookoutvision", "model", lambda connection, arn: True)
    with pytest.raises(Wrong, match="twice"):
        call("TagResource", ResourceArn=MODEL, Tags=[{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}])


def test_a_stranger_may_not_see_the_tags(call):
    with pytest.raises(Denied, match="lookoutvision:ListTagsForResource"):
        call("ListTagsForResource", a_caller("lookoutvision", account=ELSEWHERE), ResourceArn=MODEL)
