"""`vedette import aws-history` brings along what AWS left, once, and overwrites nothing."""

import json
import uuid

import pytest
from click.testing import CliRunner

from doubles.past_models import encode, result_of, summary_of
from vedette.cli.main import app


@pytest.fixture
def run(server):
    def run(source, *words):
        words = ["import", "aws-history", str(source), *map(str, words)]
        return CliRunner().invoke(app, [*words, "--endpoint", server.address, "--data", str(server.data)])

    return run


@pytest.fixture
def boards():
    """A project's name that no other test has."""
    return f"boards-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def exported(tmp_path, boards):
    """What somebody copied out of the output bucket at AWS: two versions, and a model of Lookout."""
    folder = tmp_path / "out"
    for name, created in (("v2", 1_690_000_000_000), ("v3", 1_700_000_000_000)):
        place = folder / boards / name
        place.mkdir(parents=True)
        summary = encode(summary_of(name, boards, created=created))
        (place / f"EvaluationResultSummary-{boards}-{name}.json").write_bytes(summary)
        (place / f"TestingGroundTruth-{boards}-{name}.json").write_text("{}\n")
    (folder / "EvaluationResult-doors-2.json").write_bytes(encode(result_of(2, boards)))
    (folder / "notes.json").write_text("[]")
    return folder


def versions_of(server, project):
    rekognition = server.client("rekognition")
    [told] = rekognition.describe_projects(ProjectNames=[project])["ProjectDescriptions"]
    return rekognition.describe_project_versions(ProjectArn=told["ProjectArn"])["ProjectVersionDescriptions"]


def test_a_folder_becomes_versions_of_both_services_and_the_second_time_nothing(
    server, run, exported, boards
):
    rehearsal = run(exported, "--dry-run")
    assert rehearsal.exit_code == 0, rehearsal.output
    assert rehearsal.output.count("Would be brought along: ") == 3
    for said in ("brought along", "is there already"):
        answer = run(exported)
        assert answer.exit_code == 0, answer.stderr
        assert answer.output.splitlines() == [
            f"Lookout for Vision {boards}/2, F1 0.950: {said}.",
            f"Custom Labels {boards}/v2, F1 0.890: {said}.",
            f"Custom Labels {boards}/v3, F1 0.890: {said}.",
        ]
    told = versions_of(server, boards)
    assert sorted(version["ProjectVersionArn"].split("/")[3] for version in told) == ["v2", "v3"]
    assert {version["Status"] for version in told} == {"EXPIRED"}
    place = told[0]["EvaluationResult"]["Summary"]["S3Object"]
    body = server.client("s3").get_object(Bucket=place["Bucket"], Key=place["Name"])["Body"].read()
    assert json.loads(body)["EvaluationDetails"]["NumberOfTestingImages"] == 20
    assert "Output" in told[0]["TestingDataResult"]
    words = ["models", "--project", boards, "--service", "rekognition"]
    listed = CliRunner().invoke(app, [*words, "--endpoint", server.address, "--data", str(server.data)])
    assert "EXPIRED" in listed.output
    assert "Trained at AWS" in listed.output


def test_files_in_a_bucket_stay_where_they_are(server, run, boards):
    s3 = server.client("s3")
    s3.create_bucket(Bucket=boards)
    key = f"kept/EvaluationResultSummary-{boards}-v1.json"
    s3.put_object(Bucket=boards, Key=key, Body=encode(summary_of("v1", boards)))
    answer = run(f"s3://{boards}/kept")
    assert answer.exit_code == 0, answer.stderr
    [told] = versions_of(server, boards)
    assert told["EvaluationResult"]["Summary"]["S3Object"] == {"Bucket": boards, "Name": key}
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=boards)["Contents"]] == [key]
    start = server.client("rekognition")
    with pytest.raises(start.exceptions.ResourceInUseException, match="was trained at AWS"):
        start.start_project_version(ProjectVersionArn=told["ProjectVersionArn"], MinInferenceUnits=1)
    start.delete_project_version(ProjectVersionArn=told["ProjectVersionArn"])
    assert s3.head_object(Bucket=boards, Key=key)["ContentLength"] > 0


def test_what_cannot_be_brought_is_said_before_anything_is_sent(server, run, tmp_path, exported, boards):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no evaluation that AWS wrote" in run(empty).stderr
    assert "takes --project, --to and --dry-run alone" in run(exported, "--leave-out").stderr
    twin = exported / "again"
    twin.mkdir()
    (twin / f"EvaluationResultSummary-{boards}-x.json").write_bytes(encode(summary_of("v3", boards)))
    assert "are of the same model" in run(exported).stderr
    (twin / f"EvaluationResultSummary-{boards}-x.json").write_bytes(b"{}")
    refused = run(exported)
    assert refused.exit_code == 2
    assert "has not EvaluationDetails" in refused.stderr
    rekognition = server.client("rekognition")
    assert rekognition.describe_projects(ProjectNames=[boards])["ProjectDescriptions"] == []


def test_a_file_of_another_content_is_not_written_over(server, run, exported, boards):
    s3, bucket = server.client("s3"), f"vedette-{boards}"
    s3.create_bucket(Bucket=bucket)
    key = f"aws-history/{boards}/v2/TestingGroundTruth-{boards}-v2.json"
    s3.put_object(Bucket=bucket, Key=key, Body=b"mine")
    answer = run(exported)
    assert answer.exit_code == 2
    assert "which says something else" in answer.stderr
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"mine"


def test_versions_of_one_name_are_never_taken_for_each_other(server, run, tmp_path, boards):
    for project, created in (("night", 1_690_000_000_000), ("day", 1_700_000_000_000)):
        (tmp_path / project).mkdir()
        summary = encode(summary_of("v1", project, created=created))
        (tmp_path / project / f"EvaluationResultSummary-{project}-v1.json").write_bytes(summary)
    together = run(tmp_path, "--project", boards, "--dry-run")
    assert together.exit_code == 2
    assert f"would both be the version v1 of {boards}" in together.stderr
    assert run(tmp_path / "night", "--project", boards).exit_code == 0
    other = run(tmp_path / "day", "--project", boards)
    assert other.exit_code == 2, other.output
    assert f"The project {boards} has a version v1 already, which is another" in other.stderr
    assert "is there already" in run(tmp_path / "night", "--project", boards).output
    [told] = versions_of(server, boards)
    assert told["ProjectVersionArn"].endswith("/version/v1/1690000000000")
