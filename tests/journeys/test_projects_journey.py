"""Projects, tags, keys and sessions through boto3, as customers' code does it."""

import time
import uuid

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

SLOWEST_S = 1.5  # a key that was disabled in another process is refused within a second


@pytest.fixture
def name():
    """A name that no other test of the run has."""
    return f"p-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def rekognition(server):
    return server.client("rekognition")


@pytest.fixture
def lookout(server):
    return server.client("lookoutvision")


def key_in(said):
    words = dict(line.removeprefix("export ").split("=", 1) for line in said.splitlines())
    return words["AWS_ACCESS_KEY_ID"], words["AWS_SECRET_ACCESS_KEY"]


def session_key(credentials):
    return credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"]


def failed(call, **request):
    with pytest.raises(ClientError) as refused:
        call(**request)
    answer = refused.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"], answer


def test_a_rekognition_project_lives(rekognition, name):
    arn = rekognition.create_project(ProjectName=name, Tags={"stage": "dev"})["ProjectArn"]
    found = rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    assert [(project["ProjectArn"], project["Status"], project["Datasets"]) for project in found] == [
        (arn, "CREATED", [])
    ]
    assert abs(found[0]["CreationTimestamp"].timestamp() - time.time()) < 60
    rekognition.tag_resource(ResourceArn=arn, Tags={"line": "Straße 4"})
    rekognition.untag_resource(ResourceArn=arn, TagKeys=["stage"])
    assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"line": "Straße 4"}
    assert failed(rekognition.create_project, ProjectName=name)[:2] == ("ResourceInUseException", 400)
    assert rekognition.delete_project(ProjectArn=arn)["Status"] == "DELETING"
    assert rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"] == []
    assert failed(rekognition.delete_project, ProjectArn=arn)[:2] == ("ResourceNotFoundException", 400)


def test_a_lookout_project_lives(lookout, name):
    made = lookout.create_project(ProjectName=name)["ProjectMetadata"]
    assert lookout.describe_project(ProjectName=name)["ProjectDescription"] == {**made, "Datasets": []}
    code, status, answer = failed(lookout.create_project, ProjectName=name)
    assert (code, status, answer["ResourceId"], answer["ResourceType"]) == (
        "ConflictException",
        409,
        name,
        "PROJECT",
    )
    assert lookout.delete_project(ProjectName=name)["ProjectArn"] == made["ProjectArn"]
    code, status, answer = failed(lookout.describe_project, ProjectName=name)
    assert (code, status, answer["ResourceType"]) == ("ResourceNotFoundException", 404, "PROJECT")


def test_paginators_of_both_walk_all_pages(server):
    region = f"eu-test-{uuid.uuid4().hex[:6]}"
    rekognition = server.client("rekognition", region=region)
    lookout = server.client("lookoutvision", region=region)
    names = [f"p{number}" for number in range(7)]
    for each in names:
        rekognition.create_project(ProjectName=each)
        lookout.create_project(ProjectName=each)
    walked = rekognition.get_paginator("describe_projects").paginate(PaginationConfig={"PageSize": 3})
    listed = lookout.get_paginator("list_projects").paginate(PaginationConfig={"PageSize": 3})
    assert [p["ProjectArn"].split("/")[1] for page in walked for p in page["ProjectDescriptions"]] == names
    assert [p["ProjectName"] for page in listed for p in page["Projects"]] == names


@pytest.mark.parametrize(
    ("service", "operation", "request_", "code"),
    [
        ("rekognition", "create_project", {"ProjectName": "two words"}, "InvalidParameterException"),
        ("rekognition", "describe_projects", {"MaxResults": 101}, "ValidationException"),
        ("rekognition", "describe_projects", {"NextToken": "forged"}, "InvalidPaginationTokenException"),
        ("rekognition", "describe_projects", {"Features": ["FISH"]}, "InvalidParameterException"),
        ("lookoutvision", "create_project", {"ProjectName": "-bad"}, "ValidationException"),
        ("lookoutvision", "create_project", {"ProjectName": "x" * 256}, "ValidationException"),
        ("lookoutvision", "list_projects", {"MaxResults": 101}, "ValidationException"),
        ("lookoutvision", "list_projects", {"NextToken": "Zm9yZ2Vk"}, "ValidationException"),
    ],
)
def test_limits_that_clients_do_not_check_are_held(server, service, operation, request_, code):
    found, status, _ = failed(getattr(server.client(service), operation), **request_)
    assert (found, status) == (code, 400)


def test_a_repeated_token_makes_one_project(server, lookout, name):
    again = server.client("lookoutvision")
    made = lookout.create_project(ProjectName=name, ClientToken="deploy-" + name)["ProjectMetadata"]
    assert again.create_project(ProjectName=name, ClientToken="deploy-" + name)["ProjectMetadata"] == made
    code, status, _ = failed(again.create_project, ProjectName=name + "x", ClientToken="deploy-" + name)
    assert (code, status) == ("ConflictException", 409)


def test_tags_of_projects_are_refused_by_lookout(lookout, name):
    arn = lookout.create_project(ProjectName=name)["ProjectMetadata"]["ProjectArn"]
    code, status, _ = failed(lookout.tag_resource, ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert (code, status) == ("ValidationException", 400)


def test_whoever_has_a_key_may_ask_who_it_is(server):
    root = server.client("sts").get_caller_identity()
    assert (root["Account"], root["Arn"]) == ("000000000000", "arn:aws:iam::000000000000:root")


def test_a_users_key_works_until_it_is_disabled(server, name):
    server.vedette("user", "create", name, "--policy", "administrator")
    key = key_in(server.vedette("key", "create", "--user", name))
    sts = server.client("sts", key=key)
    assert sts.get_caller_identity()["Arn"] == f"arn:aws:iam::000000000000:user/{name}"
    server.vedette("key", "disable", key[0])
    time.sleep(SLOWEST_S)
    assert failed(sts.get_caller_identity)[:2] == ("InvalidClientTokenId", 403)
    assert failed(server.client("rekognition", key=key).describe_projects)[:2] == (
        "UnrecognizedClientException",
        400,
    )


def test_a_session_acts_for_its_holder(server, rekognition, name):
    arn = rekognition.create_project(ProjectName=name)["ProjectArn"]
    given = server.client("sts").get_session_token(DurationSeconds=900)["Credentials"]
    inside = server.client("rekognition", key=session_key(given))
    assert inside.describe_projects(ProjectNames=[name])["ProjectDescriptions"][0]["ProjectArn"] == arn
    stolen = (given["AccessKeyId"], given["SecretAccessKey"], "c3RvbGVu")
    assert failed(server.client("rekognition", key=stolen).describe_projects)[1] == 400
    again = server.client("sts", key=session_key(given)).get_session_token
    assert failed(again)[:2] == ("AccessDenied", 403)


def test_a_role_opens_another_account_and_nothing_else_does(server, rekognition, name):
    account = str(uuid.uuid4().int)[:12]
    server.vedette("account", "create", account)
    role = server.vedette(
        "role", "create", name, "--account", account, "--trust", "000000000000", "--policy", "administrator"
    ).strip()
    key = key_in(server.vedette("key", "create", "--account", account))
    theirs = server.client("rekognition", key=key).create_project(ProjectName=name)["ProjectArn"]

    code, status, answer = failed(rekognition.delete_project, ProjectArn=theirs)
    assert (code, status) == ("AccessDeniedException", 400)
    assert answer["Error"]["Message"] == (
        "User: arn:aws:iam::000000000000:root is not authorized to perform: "
        f"rekognition:DeleteProject on resource: {theirs}"
    )
    given = server.client("sts").assume_role(RoleArn=role, RoleSessionName="visit")
    assert given["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{account}:assumed-role/{name}/visit"
    visitor = server.client("rekognition", key=session_key(given["Credentials"]))
    assert visitor.delete_project(ProjectArn=theirs)["Status"] == "DELETING"
    unknown = f"arn:aws:iam::{account}:role/nobody"
    assume = server.client("sts").assume_role
    assert failed(assume, RoleArn=unknown, RoleSessionName="visit")[:2] == ("AccessDenied", 403)


def test_a_printed_profile_is_all_that_boto3_needs(server, tmp_path, monkeypatch):
    file = tmp_path / "credentials"
    file.write_text(server.vedette("credentials", "--format", "profile", "--profile", "factory"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    monkeypatch.setenv("AWS_ENDPOINT_URL", server.address)
    session = boto3.Session(profile_name="factory")
    client = session.client("rekognition", config=Config(retries={"total_max_attempts": 1}))
    assert "ProjectDescriptions" in client.describe_projects(MaxResults=1)


def test_an_operation_that_is_not_built_says_its_name(rekognition):
    code, status, answer = failed(rekognition.detect_faces, Image={"Bytes": b"x"})
    assert status == 400
    assert "DetectFaces" in answer["Error"]["Message"]
    assert code == "UnsupportedOperationException"
