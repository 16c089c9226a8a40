"""Datasets through boto3, step by step as the guides' scripts do it."""

import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from doubles.lines import a_box_line, a_line, an_anomaly_line, refs_of


@pytest.fixture
def name():
    """A name that no other test of the run has."""
    return f"d-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def rekognition(server):
    return server.client("rekognition")


@pytest.fixture
def lookout(server):
    return server.client("lookoutvision")


def put_manifest(server, lines, key):
    s3 = server.client("s3")
    s3.create_bucket(Bucket="manifests")
    data = lines if isinstance(lines, bytes) else "\n".join(lines).encode()
    s3.put_object(Bucket="manifests", Key=key, Body=data)
    return {"Bucket": "manifests", "Key": key}


def polled(describe, ready=lambda status: not status.endswith("IN_PROGRESS")):
    """Poll as the guides do, though more often."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = describe()
        if ready(found["Status"]):
            return found
        time.sleep(0.02)
    raise AssertionError(f"still {found['Status']}")


def failed(call, **request):
    with pytest.raises(ClientError) as refused:
        call(**request)
    return refused.value.response["Error"]["Code"]


def listed(client, **request):
    walked = client.get_paginator("list_dataset_entries").paginate(**request)
    return [line for page in walked for line in page["DatasetEntries"]]


class Script:
    """The guide's dataset scripts for Rekognition, in one place."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.client = server.client("rekognition")
        self.project = self.client.create_project(ProjectName=name)["ProjectArn"]

    def create(self, kind="TRAIN", lines=None, source=None, **more):
        if lines is not None:
            place = put_manifest(self.server, lines, f"{self.name}/{kind}.manifest")
            place["Name"] = place.pop("Key")
            source = {"GroundTruthManifest": {"S3Object": place}}
        told = {"DatasetSource": source} if source else {}
        made = self.client.create_dataset(ProjectArn=self.project, DatasetType=kind, **told, **more)
        return made["DatasetArn"]

    def described(self, arn):
        return polled(lambda: self.client.describe_dataset(DatasetArn=arn)["DatasetDescription"])

    def update(self, arn, *lines):
        self.client.update_dataset_entries(DatasetArn=arn, Changes={"GroundTruth": "\n".join(lines).encode()})
        return self.described(arn)


def test_a_rekognition_dataset_lives(server, name):
    script = Script(server, name)
    client = script.client
    lines = [a_line(number, "cat" if number % 2 else "dog") for number in range(250)]
    arn = script.create(lines=[*lines, a_line("none"), a_box_line("boxes", "cat", "cat", "bird")])
    found = script.described(arn)
    assert (found["Status"], found["StatusMessageCode"], found["StatusMessage"]) == (
        "CREATE_COMPLETE",
        "SUCCESS",
        "The dataset was successfully created from the manifest file.",
    )
    assert found["DatasetStats"] == {
        "LabeledEntries": 251,
        "TotalEntries": 252,
        "TotalLabels": 3,
        "ErrorEntries": 0,
    }
    assert len(listed(client, DatasetArn=arn)) == 252
    assert len(listed(client, DatasetArn=arn, ContainsLabels=["bird", "dog"])) == 126
    unlabelled = listed(client, DatasetArn=arn, Labeled=False)
    assert [json.loads(line)["cl-metadata"] for line in unlabelled] == [{"is_labeled": False}]
    assert refs_of(listed(client, DatasetArn=arn, SourceRefContains="boards/17", ContainsLabels=["cat"])) == [
        "17",
        "171",
        "173",
        "175",
        "177",
        "179",
    ]
    walked = client.get_paginator("list_dataset_labels").paginate(
        DatasetArn=arn, PaginationConfig={"PageSize": 2}
    )
    assert [
        (label["LabelName"], label["LabelStats"]["EntryCount"], label["LabelStats"]["BoundingBoxCount"])
        for page in walked
        for label in page["DatasetLabelDescriptions"]
    ] == [("dog", 125, 0), ("cat", 126, 1), ("bird", 1, 1)]
    after = script.update(arn, a_line("none", "fish"), a_line("new"))
    assert (after["Status"], after["DatasetStats"]["TotalEntries"], after["DatasetStats"]["TotalLabels"]) == (
        "UPDATE_COMPLETE",
        253,
        4,
    )
    assert failed(client.delete_project, ProjectArn=script.project) == "ResourceInUseException"
    client.delete_dataset(DatasetArn=arn)
    assert failed(client.describe_dataset, DatasetArn=arn) == "ResourceNotFoundException"
    client.delete_project(ProjectArn=script.project)
