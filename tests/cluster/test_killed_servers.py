"""kill -9 of one of two servers: the other one does what was promised, and does it once."""

import os
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from doubles.clusters import a_red_picture, members, status, until
from doubles.drawn import write_plates
from doubles.lines import a_box_line, an_anomaly_line
from vedette.jobs.store import LEASE_MS

pytestmark = pytest.mark.cluster

LINES = [a_box_line(number, f"l{number % 40}", f"l{number % 7}") for number in range(12_000)]
# A lease that has just been renewed, the beat that finds it lapsed, and the work itself.
TAKEN_OVER_S = LEASE_MS / 1000 + 45


def begin_import(cluster, server, project):
    client, s3 = cluster.client(server, "rekognition"), cluster.client(server, "s3")
    s3.create_bucket(Bucket="manifests")
    s3.put_object(Bucket="manifests", Key="m", Body="\n".join(LINES).encode())
    arn = client.create_project(ProjectName=project)["ProjectArn"]
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "manifests", "Name": "m"}}}
    return client.create_dataset(ProjectArn=arn, DatasetType="TRAIN", DatasetSource=source)["DatasetArn"]


def dataset(client, arn):
    return client.describe_dataset(DatasetArn=arn)["DatasetDescription"]


def test_an_import_of_a_killed_server_is_taken_over(lone):
    lone.start("A", "B")
    arn = begin_import(lone, "A", "parts")
    lone.kill("A")
    client = lone.client("B", "rekognition")
    until(lambda: dataset(client, arn)["Status"], "CREATE_COMPLETE", TAKEN_OVER_S)
    assert dataset(client, arn)["DatasetStats"]["TotalEntries"] == len(LINES)


def test_a_server_that_comes_back_spoils_nothing_of_the_others(lone):
    """What a start clears is nobody's: the import that runs on the other server goes on."""
    lone.start("A", "B")
    arn = begin_import(lone, "B", "parts")
    lone.kill("A")
    lone.start("A")
    client = lone.client("A", "rekognition")
    until(lambda: dataset(client, arn)["Status"], "CREATE_COMPLETE", TAKEN_OVER_S)
    assert dataset(client, arn)["DatasetStats"]["TotalEntries"] == len(LINES)
    scratch = lone.data / "servers"
    assert len([place for place in scratch.iterdir() if place.is_dir()]) == 2


def test_the_survivor_answers_and_forgets_the_dead_one(lone):
    lone.start("A", "B")
    version = lone.put_version("rekognition", "boards", "classification")
    arn = str(version.arn)
    lone.client("A", "rekognition").start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    survivor = lone.client("B", "rekognition")
    until(lambda: status(survivor, version), "RUNNING")
    lone.kill("A")
    found = survivor.detect_custom_labels(ProjectVersionArn=arn, Image={"Bytes": a_red_picture()})
    assert found["CustomLabels"][0]["Name"] == "red"
    until(lambda: len(members(lone)), 1, TAKEN_OVER_S)
    said = [line["message"] for line in lone.log("B") if "has not been heard of" in line.get("message", "")]
    assert len(said) == 1, lone.log("B")


def test_a_start_of_a_killed_server_is_finished_by_the_other(lone):
    lone.start("A", "B")
    version = lone.put_version("rekognition", "boards", "classification")
    arn = str(version.arn)
    lone.client("A", "rekognition").start_project_version(ProjectVersionArn=arn, MinInferenceUnits=1)
    lone.kill("A")
    survivor = lone.client("B", "rekognition")
    until(lambda: status(survivor, version), "RUNNING")
    survivor.stop_project_version(ProjectVersionArn=arn)
    until(lambda: status(survivor, version), "STOPPED")


def test_what_two_delete_and_tag_at_once_ends_as_one_of_them_said(lone):
    """Writes are one at a time over all servers: of ten that create one name, one does."""
    lone.start("A", "B")
    clients = [lone.client("AB"[number % 2], "rekognition") for number in range(10)]

    def create(client):
        try:
            return client.create_project(ProjectName="boards")["ProjectArn"]
        except ClientError as error:
            return error.response["Error"]["Code"]

    with ThreadPoolExecutor(10) as pool:
        codes = list(pool.map(create, clients))
    assert codes.count("ResourceInUseException") == 9, codes


def test_a_server_that_slept_through_its_lease_does_not_end_what_another_has(lone):
    lone.start("A", "B")
    arn = begin_import(lone, "A", "parts")
    sleeper = lone.servers["A"].process.pid
    os.kill(sleeper, signal.SIGSTOP)
    try:
        client = lone.client("B", "rekognition")
        until(lambda: dataset(client, arn)["Status"], "CREATE_COMPLETE", 150)
    finally:
        os.kill(sleeper, signal.SIGCONT)
    time.sleep(4)
    assert dataset(client, arn)["DatasetStats"]["TotalEntries"] == len(LINES)
    assert dataset(lone.client("A", "rekognition"), arn)["Status"] == "CREATE_COMPLETE"
    until(lambda: len(members(lone)), 2)


@pytest.mark.slow
def test_a_training_of_a_killed_server_ends_on_the_other(lone, tmp_path):
    lone.start("A", "B", VEDETTE_TRAINING_BUDGET="fast")
    s3, lookout = lone.client("A", "s3"), lone.client("A", "lookoutvision")
    for bucket in ("pictures", "out"):
        s3.create_bucket(Bucket=bucket)
    lines = []
    for number, file in enumerate(
        sorted(write_plates(tmp_path / "p", normal=22, anomalous=12).rglob("*.png"))
    ):
        s3.put_object(Bucket="pictures", Key=f"boards/{number}.png", Body=file.read_bytes())
        lines.append(an_anomaly_line(number, file.parent.name))
    s3.put_object(Bucket="pictures", Key="m.manifest", Body="\n".join(lines).encode())
    lookout.create_project(ProjectName="plates")
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "pictures", "Key": "m.manifest"}}}
    asked = {"ProjectName": "plates", "DatasetType": "train"}
    lookout.create_dataset(**asked, DatasetSource=source)
    until(lambda: lookout.describe_dataset(**asked)["DatasetDescription"]["Status"], "CREATE_COMPLETE")
    lookout.create_model(
        ProjectName="plates",
        OutputConfig={"S3Location": {"Bucket": "out"}},
        ClientToken=uuid.uuid4().hex,
    )
    time.sleep(5)
    lone.kill("A")
    other = lone.client("B", "lookoutvision")

    def model():
        return other.describe_model(ProjectName="plates", ModelVersion="1")["ModelDescription"]["Status"]

    until(model, "TRAINED", 240)
    assert other.list_models(ProjectName="plates")["Models"][0]["Performance"]["F1Score"] > 0.7
