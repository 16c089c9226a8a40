"""What Terraform's aws_rekognition_project asks, call by call, as its provider was seen to do it."""


def test_the_calls_of_terraform_make_a_project_read_it_twice_and_wait_until_it_is_gone(server):
    account = server.client("sts").get_caller_identity()["Account"]
    rekognition = server.client("rekognition")
    arn = rekognition.create_project(ProjectName="terraformed", Tags={"made-by": "terraform"})["ProjectArn"]
    assert arn.split(":")[4] == account

    def read():
        asked = {"ProjectNames": ["terraformed"], "Features": ["CUSTOM_LABELS"]}
        return rekognition.describe_projects(**asked)["ProjectDescriptions"]

    # It waits for CREATED two times in a row, and takes what it did not ask for as a change.
    for _ in range(2):
        (project,) = read()
        assert project["Status"] == "CREATED"
        assert project["ProjectArn"] == arn
        assert not {"Feature", "AutoUpdate"} & set(project)
    assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"made-by": "terraform"}
    rekognition.tag_resource(ResourceArn=arn, Tags={"line": "4"})
    rekognition.untag_resource(ResourceArn=arn, TagKeys=["made-by"])
    assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"line": "4"}
    assert rekognition.delete_project(ProjectArn=arn)["Status"] == "DELETING"
    assert read() == []
