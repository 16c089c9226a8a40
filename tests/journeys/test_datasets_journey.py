"""Datasets through boto3, step by step as the guides' scripts do it."""

import json
import time
import uuid
from datetime import timedelta

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


def test_a_test_dataset_is_filled_by_distribution(server, name):
    script = Script(server, name)
    train = script.create(lines=[a_line(number, "ab"[number % 2]) for number in range(50)])
    test = script.create("TEST")
    assert script.described(test)["Status"] == "CREATE_COMPLETE"
    script.described(train)
    script.client.distribute_dataset_entries(Datasets=[{"Arn": train}, {"Arn": test}])
    found = [script.described(arn) for arn in (train, test)]
    assert [(each["Status"], each["DatasetStats"]["TotalEntries"]) for each in found] == [
        ("UPDATE_COMPLETE", 40),
        ("UPDATE_COMPLETE", 10),
    ]
    datasets = script.client.describe_projects(ProjectNames=[name])["ProjectDescriptions"][0]["Datasets"]
    assert [(each["DatasetType"], each["DatasetArn"], each["Status"]) for each in datasets] == [
        ("TRAIN", train, "UPDATE_COMPLETE"),
        ("TEST", test, "UPDATE_COMPLETE"),
    ]
    assert {"CreationTimestamp", "StatusMessage", "StatusMessageCode"} <= set(datasets[0])
    again = script.client.distribute_dataset_entries
    assert failed(again, Datasets=[{"Arn": train}, {"Arn": test}]) == "InvalidParameterException"


def test_a_dataset_is_copied_from_another_project(server, name):
    first, second = Script(server, name), Script(server, f"{name}-2")
    arn = first.create(lines=[a_line(1, "a"), a_box_line(2, "b")])
    first.described(arn)
    copy = second.create("TEST", source={"DatasetArn": arn}, Tags={"from": name})
    assert second.described(copy)["DatasetStats"]["TotalLabels"] == 2
    assert second.client.list_tags_for_resource(ResourceArn=copy)["Tags"] == {"from": name}
    assert failed(second.create, kind="TEST") == "ResourceAlreadyExistsException"


def test_errors_of_lines_are_listed(server, name):
    """The guide's script for listing errors, and the repair that it goes on to."""
    script = Script(server, name)
    wrong = a_box_line("bad", "a", box=(-90, 5, 50, 50))
    arn = script.create(lines=[a_line(number, "a") for number in range(5)] + [wrong])
    assert script.described(arn)["DatasetStats"]["ErrorEntries"] == 1
    [line] = listed(script.client, DatasetArn=arn, HasErrors=True)
    told = json.loads(line)
    assert told["boxes"]["annotations"][0]["cl-errors"] == [
        {"code": "ERROR_INVALID_BOUNDING_BOX", "message": "The bounding box has off frame values."}
    ]
    assert told["boxes"]["cl-errors"][0]["code"] == "ERROR_NO_VALID_ANNOTATIONS"
    assert told["cl-metadata"] == {"is_labeled": True}
    told["boxes"]["annotations"][0]["left"] = 90
    mended = script.update(arn, json.dumps(told))
    assert (mended["DatasetStats"]["ErrorEntries"], mended["DatasetStats"]["LabeledEntries"]) == (0, 6)
    assert listed(script.client, DatasetArn=arn, HasErrors=True) == []
    assert "cl-errors" not in listed(script.client, DatasetArn=arn)[5]
    assert len(listed(script.client, DatasetArn=arn, HasErrors=False)) == 6


def test_a_bad_manifest_is_told_by_polling(server, name):
    script = Script(server, name)
    arn = script.create(lines=[a_line(1, "a"), a_line(2, "a", bucket="others")])
    found = script.described(arn)
    assert (found["Status"], found["StatusMessageCode"], found["StatusMessage"]) == (
        "CREATE_FAILED",
        "CLIENT_ERROR",
        "The manifest file contains images from multiple S3 buckets.",
    )


def test_an_update_from_another_bucket_fails_and_says_so(server, name):
    script = Script(server, name)
    arn = script.create(lines=[a_line(1, "a")])
    script.described(arn)
    failed_update = script.update(arn, a_line(2, "a"), a_line(3, "a", bucket="others"))
    assert (
        failed_update["Status"],
        failed_update["StatusMessageCode"],
        failed_update["StatusMessage"],
        failed_update["DatasetStats"]["TotalEntries"],
    ) == ("UPDATE_FAILED", "CLIENT_ERROR", "The manifest file contains images from multiple S3 buckets.", 1)


def test_lookout_tells_which_buckets_an_update_is_in(server, lookout, name):
    lookout.create_project(ProjectName=name)
    lookout.create_dataset(ProjectName=name, DatasetType="train")

    def update(bucket, number):
        lookout.update_dataset_entries(
            ProjectName=name,
            DatasetType="train",
            Changes=an_anomaly_line(number, "normal", bucket=bucket).encode(),
        )
        about = polled(
            lambda: lookout.describe_dataset(ProjectName=name, DatasetType="train")["DatasetDescription"]
        )
        return about["Status"], about["StatusMessage"], about["ImageStats"]["Total"]

    assert update("pictures", 1)[0] == "UPDATE_COMPLETE"
    assert update("others", 2) == (
        "UPDATE_FAILED_ROLLBACK_COMPLETE",
        "Line 1: The images and masks are in more than one bucket: pictures and others.",
        1,
    )


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({}, "InvalidParameterException"),
        ({"GroundTruthManifest": {}}, "InvalidParameterException"),
        ({"GroundTruthManifest": {"S3Object": {"Bucket": "manifests"}}}, "InvalidParameterException"),
        (
            {"DatasetArn": "arn:aws:rekognition:us-east-1:000000000000:project/none/dataset/train/1"},
            "ResourceNotFoundException",
        ),
    ],
    ids=["empty", "no object", "no name", "no such dataset"],
)
def test_a_source_that_is_none_is_refused(server, name, source, code):
    script = Script(server, name)
    request = {"ProjectArn": script.project, "DatasetType": "TRAIN", "DatasetSource": source}
    assert failed(script.client.create_dataset, **request) == code


def test_page_tokens_belong_to_their_filter(server, name):
    script = Script(server, name)
    arn = script.create(lines=[a_line(number, "a") for number in range(5)])
    script.described(arn)
    entries = script.client.list_dataset_entries
    token = entries(DatasetArn=arn, MaxResults=2)["NextToken"]
    assert len(entries(DatasetArn=arn, MaxResults=100, NextToken=token)["DatasetEntries"]) == 3
    other = {"DatasetArn": arn, "Labeled": True, "NextToken": token}
    assert failed(entries, **other) == "InvalidPaginationTokenException"


def test_the_official_cookie_manifest_is_taken_as_it_is(server, name, pictures):
    """It breaks the documented rules (lookout.md 3.4): 63 pictures, 31 normal, 32 with an anomaly."""
    template = pictures / "cookies" / "dataset-files" / "manifests" / "template.manifest"
    text = template.read_text("utf-8")
    for folder in ("training-images/", "mask-images/"):
        text = text.replace(f'"{folder}', f'"s3://cookies/{folder}')
    lines = [line.strip() for line in text.splitlines()]
    lookout = server.client("lookoutvision")
    lookout.create_project(ProjectName=name)
    place = put_manifest(server, lines, f"{name}.manifest")
    source = {"GroundTruthManifest": {"S3Object": place}}
    made = lookout.create_dataset(ProjectName=name, DatasetType="train", DatasetSource=source)
    assert made["DatasetMetadata"]["Status"] in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE")
    found = described(lookout, name)
    assert (found["Status"], found["ImageStats"]) == (
        "CREATE_COMPLETE",
        {"Total": 63, "Labeled": 63, "Normal": 31, "Anomaly": 32},
    )
    request = {"ProjectName": name, "DatasetType": "train"}
    assert listed(lookout, **request) == lines
    assert len(listed(lookout, **request, AnomalyClass="normal")) == 31


def described(lookout, name, kind="train"):
    return polled(lambda: lookout.describe_dataset(ProjectName=name, DatasetType=kind)["DatasetDescription"])


def test_a_lookout_dataset_lives(server, lookout, name):
    lookout.create_project(ProjectName=name)
    request = {"ProjectName": name, "DatasetType": "train"}
    made = lookout.create_dataset(**request)["DatasetMetadata"]
    assert (made["Status"], made["StatusMessage"]) == (
        "CREATE_COMPLETE",
        "The dataset was created successfully.",
    )
    assert failed(lookout.create_dataset, **request) == "ConflictException"
    lines = [an_anomaly_line(number, "normal" if number % 3 else "anomaly") for number in range(30)]
    sent = lookout.update_dataset_entries(**request, Changes="\n".join(lines).encode())
    assert sent["Status"] == "UPDATE_IN_PROGRESS"
    found = described(lookout, name)
    assert (found["Status"], found["ImageStats"]) == (
        "UPDATE_COMPLETE",
        {"Total": 30, "Labeled": 30, "Normal": 20, "Anomaly": 10},
    )
    assert listed(lookout, **request, PaginationConfig={"PageSize": 7}) == lines
    assert refs_of(listed(lookout, **request, AnomalyClass="anomaly", SourceRefContains="/2")) == [
        "21",
        "24",
        "27",
    ]
    now = found["LastUpdatedTimestamp"]
    assert len(listed(lookout, **request, AfterCreationDate=now - timedelta(hours=1))) == 30
    assert listed(lookout, **request, BeforeCreationDate=now - timedelta(hours=1)) == []
    bad = "\n".join([an_anomaly_line("x", "normal"), an_anomaly_line("y", "normal", bucket="others")])
    lookout.update_dataset_entries(**request, Changes=bad.encode())
    found = described(lookout, name)
    assert (found["Status"], found["ImageStats"]["Total"]) == ("UPDATE_FAILED_ROLLBACK_COMPLETE", 30)
    [dataset] = lookout.describe_project(ProjectName=name)["ProjectDescription"]["Datasets"]
    assert (dataset["DatasetType"], dataset["Status"]) == ("train", "UPDATE_FAILED_ROLLBACK_COMPLETE")
    assert failed(lookout.delete_project, ProjectName=name) == "ConflictException"
    lookout.delete_dataset(**request)
    assert failed(lookout.describe_dataset, **request) == "ResourceNotFoundException"
    lookout.delete_project(ProjectName=name)


def test_a_token_makes_one_update_of_two_calls(lookout, name):
    lookout.create_project(ProjectName=name)
    request = {"ProjectName": name, "DatasetType": "train"}
    first = lookout.create_dataset(**request, ClientToken=f"{name}-c")
    assert (
        lookout.create_dataset(**request, ClientToken=f"{name}-c")["DatasetMetadata"]
        == first["DatasetMetadata"]
    )
    changes = {**request, "ClientToken": f"{name}-u"}
    lookout.update_dataset_entries(**changes, Changes=an_anomaly_line(1, "normal").encode())
    lookout.update_dataset_entries(**changes, Changes=an_anomaly_line(1, "normal").encode())
    assert failed(lookout.update_dataset_entries, **changes, Changes=b"{}") == "ConflictException"
    assert described(lookout, name)["ImageStats"]["Total"] == 1
