"""An export into a bucket over the wire: who may, what lies there, and a killed server that goes on."""

import io
import json
import time

import pytest
from PIL import Image

from doubles.console import a_user, signed_in
from doubles.servers import start_server, stop_server

PAIR = {
    "type": "groundtruth/image-classification", "class-name": "bolt", "confidence": 1,
    "human-annotated": "yes", "job-name": "labeling-job/x", "creation-date": "2026-11-28T10:00:00",
}  # fmt: skip


def a_picture(number):
    file = io.BytesIO()
    Image.new("RGB", (32, 24), (number % 256, number // 256, 90)).save(file, "JPEG")
    return file.getvalue()


def a_project(server, count):
    """A project whose pictures are few files under many names: an entry is a name."""
    s3, rekognition = server.client("s3"), server.client("rekognition")
    for name in ("acme-pictures", "acme-out"):
        s3.create_bucket(Bucket=name)
    for number in range(count):
        s3.put_object(Bucket="acme-pictures", Key=f"p/{number}.jpg", Body=a_picture(number))
    arn = rekognition.create_project(ProjectName="parts")["ProjectArn"]
    dataset = rekognition.create_dataset(ProjectArn=arn, DatasetType="TRAIN")["DatasetArn"]
    lines = [
        {"source-ref": f"s3://acme-pictures/p/{n}.jpg", "kind": 1, "kind-metadata": PAIR}
        for n in range(count)
    ]
    body = "\n".join(map(json.dumps, lines)).encode()
    rekognition.update_dataset_entries(DatasetArn=dataset, Changes={"GroundTruth": body})
    while rekognition.describe_dataset(DatasetArn=dataset)["DatasetDescription"]["Status"].endswith("GRESS"):
        time.sleep(0.05)
    return arn


def begin(browser, arn, address="s3://acme-out/run", **more):
    members = {"DatasetType": "train", "Format": "manifest", "WithPictures": True, "Address": address}
    return browser.call("vedette", "CreateExport", ProjectArn=arn, **(members | more))


def wait(browser, arn, export_id, *, until_s=60):
    deadline = time.monotonic() + until_s
    while time.monotonic() < deadline:
        state = browser.call("vedette", "DescribeExport", ProjectArn=arn, ExportId=export_id).json
        if state["Status"] != "running":
            return state
        time.sleep(0.05)
    raise AssertionError(state)


def objects(server, prefix="run/"):
    pages = server.client("s3").get_paginator("list_objects_v2").paginate(Bucket="acme-out", Prefix=prefix)
    return {item["Key"]: item["ETag"] for page in pages for item in page.get("Contents", ())}


def test_an_export_lies_in_the_bucket_and_comes_in_again(tmp_path):
    server = start_server(tmp_path / "data")
    arn, browser = a_project(server, 12), signed_in(server)
    made = begin(browser, arn).json
    state = wait(browser, arn, made["ExportId"])
    assert (state["Status"], state["Done"], state["Total"], state["Files"]) == ("done", 12, 12, 13)
    assert state["Address"] == "s3://acme-out/run/"
    answer = begin(browser, arn)
    assert (answer.status, answer.code) == (409, "ConflictException")
    assert answer.json["message"].startswith("There is something in s3://acme-out/run/ already.")
    rekognition = server.client("rekognition")
    again = rekognition.create_project(ProjectName="again")["ProjectArn"]
    place = {"Bucket": "acme-out", "Name": "run/dataset.manifest"}
    dataset = rekognition.create_dataset(
        ProjectArn=again,
        DatasetType="TRAIN",
        DatasetSource={"GroundTruthManifest": {"S3Object": place}},
    )["DatasetArn"]
    while (facts := rekognition.describe_dataset(DatasetArn=dataset)["DatasetDescription"])[
        "Status"
    ] == "CREATE_IN_PROGRESS":
        time.sleep(0.05)
    assert (facts["Status"], facts["DatasetStats"]["LabeledEntries"]) == ("CREATE_COMPLETE", 12)
    viewer = signed_in(server, a_user(server, "vera", "viewer"))
    assert begin(viewer, arn, "s3://acme-out/other").code == "AccessDeniedException"
    assert objects(server, "other") == {}
    listed = browser.call("vedette", "ListExports", ProjectArn=arn).json["Exports"]
    assert [export["Status"] for export in listed] == ["done"]
    browser.call("vedette", "DeleteExport", ProjectArn=arn, ExportId=made["ExportId"])
    assert browser.call("vedette", "ListExports", ProjectArn=arn).json["Exports"] == []
    assert stop_server(server) == 0


@pytest.mark.slow
@pytest.mark.parametrize("pause_s", [0.0, 0.15, 0.5, 1.0])
def test_a_killed_server_goes_on_with_its_export(tmp_path, pause_s):
    count = 1500
    server = start_server(tmp_path / "data")
    arn = a_project(server, count)
    made = begin(signed_in(server), arn).json
    time.sleep(pause_s)
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()
    server = start_server(tmp_path / "data")
    before = objects(server)
    state = wait(signed_in(server), arn, made["ExportId"])
    after = objects(server)
    assert (state["Status"], state["Done"], state["Files"], state["LeftOut"]) == ("done", count, count + 1, 0)
    assert len(after) == count + 1
    assert "run/.vedette-unfinished" not in after
    # What was there stays as it was, but for what said that it was not all.
    before.pop("run/.vedette-unfinished", None)
    assert {key: after.get(key) for key in before} == before
    manifest = server.client("s3").get_object(Bucket="acme-out", Key="run/dataset.manifest")["Body"].read()
    sources = [json.loads(line)["source-ref"] for line in manifest.splitlines()]
    assert sources == [f"s3://acme-out/run/images/p/{n}.jpg" for n in range(count)]
    assert stop_server(server) == 0
