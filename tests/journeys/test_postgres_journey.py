"""The same server on PostgreSQL: what it answered is there after kill -9."""

import pytest

from doubles.servers import start_server, stop_server


@pytest.mark.postgres
def test_projects_on_postgresql_outlive_a_killed_server(postgres_maker, tmp_path):
    address, _ = postgres_maker.new()
    server = start_server(tmp_path / "data", VEDETTE_DATABASE=address)
    arn = server.client("rekognition").create_project(ProjectName="boards", Tags={"a": "b"})["ProjectArn"]
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()
    again = start_server(tmp_path / "data", VEDETTE_DATABASE=address)
    try:
        rekognition = again.client("rekognition")
        assert rekognition.describe_projects()["ProjectDescriptions"][0]["ProjectArn"] == arn
        assert rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "b"}
        assert not (tmp_path / "data" / "vedette.db").exists()
    finally:
        assert stop_server(again) == 0
