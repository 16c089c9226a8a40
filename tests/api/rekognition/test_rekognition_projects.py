import pytest

from doubles.houses import ELSEWHERE, HERE, NOON, a_caller
from vedette.api.rekognition import OPERATIONS
from vedette.api.rekognition.faults import translate
from vedette.errors import BadToken, Busy, Denied, Missing, Taken, Wrong

ALICE = a_caller("rekognition")


@pytest.fixture
def call(house):
    return lambda operation, caller=ALICE, **request: OPERATIONS[operation](house, caller, request)


@pytest.fixture
def boards(call):
    return call("CreateProject", ProjectName="boards")["ProjectArn"]


def listed(answer):
    return [each["ProjectArn"].split("/")[1] for each in answer["ProjectDescriptions"]]


def test_a_new_project_is_described_as_created(call, boards):
    assert boards == f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/1777896000000"
    assert call("DescribeProjects") == {
        "ProjectDescriptions": [
            {"ProjectArn": boards, "CreationTimestamp": NOON, "Status": "CREATED", "Datasets": []}
        ]
    }


def test_an_adapters_project_says_its_feature(call):
    call("CreateProject", ProjectName="a", Feature="CONTENT_MODERATION", AutoUpdate="DISABLED")
    assert listed(call("DescribeProjects")) == []
    found = call("DescribeProjects", Features=["CONTENT_MODERATION"])["ProjectDescriptions"][0]
    assert (found["Feature"], found["AutoUpdate"]) == ("CONTENT_MODERATION", "DISABLED")


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"Feature": "CUSTOM_LABELS"},
        {"AutoUpdate": "DISABLED"},
        {"Feature": "CUSTOM_LABELS", "AutoUpdate": "ENABLED"},
    ],
)
def test_a_feature_is_told_where_the_request_named_it(call, named):
    call("CreateProject", ProjectName="a", **named)
    (found,) = call("DescribeProjects")["ProjectDescriptions"]
    assert {key: found[key] for key in ("Feature", "AutoUpdate") if key in found} == named


def test_an_adapters_project_has_no_datasets_versions_policies_or_copies(call):
    adapter = {"Feature": "CONTENT_MODERATION", "AutoUpdate": "DISABLED"}
    arn = call("CreateProject", ProjectName="a", **adapter)["ProjectArn"]
    version = arn.replace("project/a", "project/a/version/v")
    output = {"VersionName": "v", "OutputConfig": {"S3Bucket": "out"}}
    for operation, more in (
        ("CreateDataset", {"ProjectArn": arn, "DatasetType": "TRAIN"}),
        ("CreateProjectVersion", {"ProjectArn": arn, **output}),
        ("PutProjectPolicy", {"ProjectArn": arn, "PolicyName": "p", "PolicyDocument": "{}"}),
        ("ListProjectPolicies", {"ProjectArn": arn}),
        ("DeleteProjectPolicy", {"ProjectArn": arn, "PolicyName": "p"}),
        (
            "CopyProjectVersion",
            {
                "SourceProjectArn": arn,
                "SourceProjectVersionArn": version,
                "DestinationProjectArn": arn,
                **output,
            },
        ),
    ):
        with pytest.raises(Wrong, match="is of the feature CONTENT_MODERATION") as refused:
            call(operation, **more)
        assert translate(refused.value).code == "InvalidParameterException"
    assert call("DescribeProjectVersions", ProjectArn=arn) == {"ProjectVersionDescriptions": []}
    assert call("DeleteProject", ProjectArn=arn) == {"Status": "DELETING"}


def test_an_adapters_project_needs_auto_update(call):
    with pytest.raises(Wrong, match="AutoUpdate is required"):
        call("CreateProject", ProjectName="a", Feature="CONTENT_MODERATION")


def test_a_name_is_given_once(call, boards):
    with pytest.raises(Taken):
        call("CreateProject", ProjectName="boards")


def test_unknown_names_give_an_empty_list(call, boards):
    assert call("DescribeProjects", ProjectNames=["nobody"]) == {"ProjectDescriptions": []}


def test_pages_hold_what_was_asked_and_only_the_last_has_no_token(call):
    for number in range(5):
        call("CreateProject", ProjectName=f"p{number}")
    first = call("DescribeProjects", MaxResults=2)
    second = call("DescribeProjects", MaxResults=2, NextToken=first["NextToken"])
    third = call("DescribeProjects", MaxResults=2, NextToken=second["NextToken"])
    assert [listed(page) for page in (first, second, third)] == [["p0", "p1"], ["p2", "p3"], ["p4"]]
    assert "NextToken" not in third


def test_an_empty_token_is_the_first_page(call, boards):
    assert listed(call("DescribeProjects", NextToken="")) == ["boards"]


@pytest.mark.parametrize(
    "other",
    [
        {"ProjectNames": ["p1"]},
        {"Features": ["CONTENT_MODERATION"]},
        {"caller": a_caller("rekognition", account=ELSEWHERE)},
    ],
    ids=["names", "features", "account"],
)
def test_a_token_of_another_question_is_refused(other, call):
    for number in range(3):
        call("CreateProject", ProjectName=f"p{number}")
    token = call("DescribeProjects", MaxResults=1)["NextToken"]
    with pytest.raises(BadToken):
        call("DescribeProjects", MaxResults=1, NextToken=token, **other)


def test_each_region_and_account_has_its_own(call, boards):
    for other in (a_caller("rekognition", region="us-east-1"), a_caller("rekognition", account=ELSEWHERE)):
        assert listed(call("DescribeProjects", other)) == []


def test_a_deleted_project_says_that_it_is_going_and_is_gone(call, boards):
    assert call("DeleteProject", ProjectArn=boards) == {"Status": "DELETING"}
    assert listed(call("DescribeProjects", ProjectNames=["boards"])) == []
    with pytest.raises(Missing):
        call("DeleteProject", ProjectArn=boards)


def test_a_project_with_datasets_stays(house, call, boards):
    house.projects.ask_before_deleting(lambda connection, project: "a dataset")
    with pytest.raises(Busy, match="a dataset"):
        call("DeleteProject", ProjectArn=boards)


def test_a_stranger_may_not_touch_it(call, boards):
    stranger = a_caller("rekognition", account=ELSEWHERE)
    for operation, request in [
        ("DeleteProject", {"ProjectArn": boards}),
        ("TagResource", {"ResourceArn": boards, "Tags": {"a": "b"}}),
        ("UntagResource", {"ResourceArn": boards, "TagKeys": ["a"]}),
        ("ListTagsForResource", {"ResourceArn": boards}),
    ]:
        with pytest.raises(Denied, match=f"perform: rekognition:{operation} on resource: {boards}"):
            call(operation, stranger, **request)


def test_a_project_is_not_in_another_region(call, boards):
    with pytest.raises(Missing):
        call("DeleteProject", a_caller("rekognition", region="us-east-1"), ProjectArn=boards)


def test_tags_are_set_listed_and_removed(call):
    arn = call("CreateProject", ProjectName="boards", Tags={"stage": "dev"})["ProjectArn"]
    assert call("TagResource", ResourceArn=arn, Tags={"stage": "live", "line": "4"}) == {}
    assert call("ListTagsForResource", ResourceArn=arn) == {"Tags": {"stage": "live", "line": "4"}}
    assert call("UntagResource", ResourceArn=arn, TagKeys=["stage"]) == {}
    assert call("ListTagsForResource", ResourceArn=arn) == {"Tags": {"line": "4"}}


def test_an_untagged_project_has_an_empty_map(call, boards):
    assert call("ListTagsForResource", ResourceArn=boards) == {"Tags": {}}


@pytest.mark.parametrize(
    ("arn", "refusal"),
    [
        ("no ARN at all, but long enough", Wrong),
        (f"arn:aws:lookoutvision:eu-west-1:{HERE}:model/doors/1", Wrong),
        (f"arn:aws:rekognition:eu-west-1:{HERE}:collection/faces", Wrong),
        (f"arn:aws:rekognition:eu-west-1:{HERE}:project/nobody/1777896000000", Missing),
        (f"arn:aws:rekognition:eu-west-1:{HERE}:project/boards/1777896000001", Missing),
    ],
)
def test_what_is_not_there_has_no_tags(arn, refusal, call, boards):
    with pytest.raises(refusal):
        call("ListTagsForResource", ResourceArn=arn)
