"""`vedette dataset suggest` on a running server, which looks at real pictures."""

import uuid

import pytest
from click.testing import CliRunner

from doubles.lines import a_line, a_ref
from doubles.pictures import a_png
from vedette.cli.main import app


@pytest.fixture(scope="module")
def project(server):
    """A project with two labelled pictures and six without a label."""
    name = f"s-{uuid.uuid4().hex[:8]}"
    client, s3 = server.client("rekognition"), server.client("s3")
    s3.create_bucket(Bucket=name)
    lines = []
    for number in range(8):
        ref = a_ref(number, name)
        s3.put_object(Bucket=name, Key=ref.removeprefix(f"s3://{name}/"), Body=a_png(seed=number))
        labels = ["a", "b"][number : number + 1]
        lines.append(a_line(number, *labels, bucket=name))
    arn = client.create_project(ProjectName=name)["ProjectArn"]
    s3.put_object(Bucket=name, Key="m.manifest", Body="\n".join(lines).encode())
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": name, "Name": "m.manifest"}}}
    made = client.create_dataset(ProjectArn=arn, DatasetType="TRAIN", DatasetSource=source)
    while client.describe_dataset(DatasetArn=made["DatasetArn"])["DatasetDescription"]["Status"].endswith(
        "PROGRESS"
    ):
        pass
    return name


@pytest.fixture
def run(server, project):
    place = ["--project", project, "--endpoint", server.address, "--data", str(server.data)]
    return lambda *words: CliRunner().invoke(app, ["dataset", "suggest", *map(str, words), *place])


def test_pictures_without_a_label_are_named_and_go_into_a_round(server, project, run):
    answer = run("--most", 4, "--round", "first", "--task", "labels")
    assert answer.exit_code == 0, answer.output
    *pictures, looked, made = answer.output.splitlines()
    assert len(pictures) == 4
    assert {line.split()[0] for line in pictures} <= {a_ref(number, project) for number in range(2, 8)}
    assert all(line.split()[1:3] == ["stands", "for"] for line in pictures)
    assert looked == "Looked at 8 pictures. Label these and ask again: labels change the choice."
    assert made == "Round: first, 4 pictures. Assign it to people in the console."
    listed = run("--most", 2, "--sources").stdout.splitlines()
    assert listed == [line.split()[0] for line in pictures[:2]]


def test_a_round_needs_what_is_labelled_in_it(run):
    answer = run("--round", "second")
    assert (answer.exit_code, "--task labels|boxes|masks" in answer.output) == (2, True)


def test_a_dataset_that_is_not_there_is_a_sentence(run):
    answer = run("--type", "test")
    assert answer.exit_code == 2
    assert answer.output.strip().endswith(".")
