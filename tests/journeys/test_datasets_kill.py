"""kill -9 at random points of an import and an update: whole or not there, and nothing promised is lost."""

import random
import time
import uuid

import pytest

from doubles.lines import a_box_line, a_line
from doubles.servers import start_server, stop_server

LINES = [a_box_line(number, f"l{number % 40}", f"l{number % 7}") for number in range(12_000)]
ROUNDS = 6


def settled(client, arn, *, until_s=60):
    deadline = time.monotonic() + until_s
    while time.monotonic() < deadline:
        found = client.describe_dataset(DatasetArn=arn)["DatasetDescription"]
        if not found["Status"].endswith("IN_PROGRESS"):
            return found
        assert found["DatasetStats"]["TotalEntries"] in (0, len(LINES))
        time.sleep(0.05)
    raise AssertionError(found)


def kill(server):
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()


@pytest.mark.slow
@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_killed_server_finishes_what_it_promised(tmp_path, round_):
    dice = random.Random(round_)
    server = start_server(tmp_path / "data")
    s3, client = server.client("s3"), server.client("rekognition")
    s3.create_bucket(Bucket="manifests")
    s3.put_object(Bucket="manifests", Key="m", Body="\n".join(LINES).encode())
    project = client.create_project(ProjectName=f"p-{uuid.uuid4().hex[:8]}")["ProjectArn"]
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "manifests", "Name": "m"}}}
    arn = client.create_dataset(ProjectArn=project, DatasetType="TRAIN", DatasetSource=source)["DatasetArn"]
    time.sleep(dice.uniform(0, 1.5))
    kill(server)
    server = start_server(tmp_path / "data")
    client = server.client("rekognition")
    found = settled(client, arn)
    assert (found["Status"], found["DatasetStats"]["TotalEntries"]) == ("CREATE_COMPLETE", len(LINES))
    changes = "\n".join(a_line(number, "new") for number in range(11_000, 16_000)).encode()
    client.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": changes})
    time.sleep(dice.uniform(0, 0.8))
    kill(server)
    server = start_server(tmp_path / "data")
    client = server.client("rekognition")
    while client.describe_dataset(DatasetArn=arn)["DatasetDescription"]["Status"] == "UPDATE_IN_PROGRESS":
        time.sleep(0.05)
    stats = client.describe_dataset(DatasetArn=arn)["DatasetDescription"]["DatasetStats"]
    assert (stats["TotalEntries"], stats["TotalLabels"]) == (16_000, 41)
    walked = client.get_paginator("list_dataset_entries").paginate(DatasetArn=arn, ContainsLabels=["new"])
    assert sum(len(page["DatasetEntries"]) for page in walked) == 5_000
    assert stop_server(server) == 0
