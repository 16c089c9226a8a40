"""What Terraform's `aws_rekognition_project` asks, call by call: it polls, and compares what it reads."""

import pytest


@pytest.fixture
def rekognition(server):
    return server.client("rekognition")


def described(rekognition, name, feature):
    # It asks for both where its configuration names none.
    features = [feature] if feature else ["CONTENT_MODERATION", "CUSTOM_LABELS"]
    answer = rekognition.describe_projects(ProjectNames=[name], Features=features)
    return answer["ProjectDescriptions"]


def read_as_terraform(project):
    """Return what it keeps of an answer: an absent feature is Custom Labels, an absent update none."""
    return project.get("Feature") or "CUSTOM_LABELS", project.get("AutoUpdate")


@pytest.mark.parametrize("options", [{}, {"Feature": "CUSTOM_LABELS"}])
def test_a_project_of_terraform_is_made_read_and_destroyed(server, rekognition, options):
    account = server.client("sts").get_caller_identity()["Account"]
    name = f"terraform-{len(options)}"
    arn = rekognition.create_project(ProjectName=name, Tags={"line": "4"}, **options)["ProjectArn"]
    assert arn.split(":")[4] == account
    # It waits for the state to be the same twice running, and plans a change where these members differ.
    for _ in range(2):
        (project,) = described(rekognition, name, options.get("Feature"))
        assert (project["ProjectArn"], project["Status"]) == (arn, "CREATED")
        assert "AutoUpdate" not in project
        assert project.get("Feature") == options.get("Feature")
        # Named or not, it reads the same: no change is planned after the project is made.
        assert read_as_terraform(project) == ("CUSTOM_LABELS", None)
    assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"line": "4"}
    rekognition.tag_resource(ResourceArn=arn, Tags={"line": "5"})
    rekognition.untag_resource(ResourceArn=arn, TagKeys=["line"])
    assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == {}
    assert rekognition.delete_project(ProjectArn=arn)["Status"] == "DELETING"
    for _ in range(100):
        if not described(rekognition, name, "CUSTOM_LABELS"):
            break
    assert described(rekognition, name, "CUSTOM_LABELS") == []
