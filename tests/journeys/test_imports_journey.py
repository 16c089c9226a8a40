"""An import over the wire: sent, seen, divided, run; a killed server loses and doubles nothing."""

import json
import time

import boto3
import pytest

from doubles.servers import start_server, stop_server


def wait(client, names, *, until_s=60):
    deadline = time.monotonic() + until_s
    while time.monotonic() < deadline:
        state = client.describe_import(**names)
        if state["Status"] not in ("reading", "mending", "running"):
            return state
        time.sleep(0.05)
    raise AssertionError(state)


def coco(count):
    images = [{"id": n, "width": 640, "height": 480, "file_name": f"{n}.jpg"} for n in range(count)]
    boxes = [
        {"id": n, "image_id": n, "category_id": 1 + n % 2, "bbox": [10, 10, 50, 50]} for n in range(count)
    ]
    names = [{"id": 1, "name": "bolt"}, {"id": 2, "name": "nut"}]
    return json.dumps({"images": images, "categories": names, "annotations": boxes}).encode()


def pieces_of(count):
    """A COCO file in three pieces, and the pictures that it names, which are in a bucket already."""
    body, size = coco(count), 1000
    third = len(body) // 3 + 1
    for number in range(3):
        part = body[number * third : (number + 1) * third]
        yield {"Number": number, "Files": [{"Path": "labels.json", "Offset": number * third, "Body": part}]}
    for start in range(0, count, size):
        pictures = [
            {"Path": f"images/{n}.jpg", "SourceRef": f"s3://acme-pictures/{n}.jpg"}
            for n in range(start, min(count, start + size))
        ]
        yield {"Number": 3 + start // size, "Pictures": pictures}


def begin(client, project, count):
    source = {"Kind": "files", "Format": "coco"}
    made = client.create_import(ProjectArn=project, DatasetType="train", Source=source)
    names = {"ProjectArn": project, "ImportId": made["ImportId"]}
    for piece in pieces_of(count):
        client.add_import_piece(**names, **piece)
    return names


def kill(server):
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()


@pytest.fixture
def own(monkeypatch, tmp_path):
    """Where boto3 finds the shapes of Vedette's own service."""
    from vedette.wire import shapes

    monkeypatch.setenv("AWS_DATA_PATH", str(next(iter(shapes.__path__))))
    # A session that was made before reads no other folder.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def test_an_export_is_sent_seen_divided_and_taken_in(own, tmp_path):
    server = start_server(tmp_path / "data")
    client = server.client("vedette")
    project = server.client("rekognition").create_project(ProjectName="parts")["ProjectArn"]
    names = begin(client, project, 50)
    client.read_import(**names)
    state = wait(client, names)
    assert state["Status"] == "ready"
    assert state["Summary"]["Labels"] == [
        {"Name": "bolt", "Pictures": 25, "Boxes": 25, "To": "bolt"},
        {"Name": "nut", "Pictures": 25, "Boxes": 25, "To": "nut"},
    ]
    options = {"Divide": True, "Labels": [{"From": "nut", "To": "hexagon"}]}
    split = client.configure_import(**names, Options=options)["Summary"]["Split"]
    assert (split["Train"], split["Test"]) == (40, 10)
    lines = client.list_import_lines(**names, MaxResults=10)
    assert [line["Number"] for line in lines["Lines"]] == list(range(1, 11))
    more = client.list_import_lines(**names, MaxResults=10, NextToken=lines["NextToken"])
    assert more["Lines"][0]["Number"] == 11
    manifest = client.get_import_manifest(**names)["Body"].read().decode()
    assert len(manifest.splitlines()) == 50
    client.run_import(**names)
    done = wait(client, names)
    assert (done["Status"], done["Result"]) == (
        "done", {"Train": 40, "Test": 10, "Added": 50, "Replaced": 0, "Present": 0},
    )  # fmt: skip
    counts = client.count_entries(ProjectArn=project, DatasetType="test")
    assert sorted((label["Name"], label["Pictures"]) for label in counts["Labels"]) == [
        ("bolt", 5),
        ("hexagon", 5),
    ]
    assert client.list_imports(ProjectArn=project)["Imports"][0]["Status"] == "done"
    assert stop_server(server) == 0


@pytest.mark.slow
@pytest.mark.parametrize("pause_s", [0.05, 0.4, 1.0])
def test_a_killed_server_goes_on_with_what_it_read_and_took_in(own, tmp_path, pause_s):
    count = 6000
    server = start_server(tmp_path / "data")
    project = server.client("rekognition").create_project(ProjectName="parts")["ProjectArn"]
    names = begin(server.client("vedette"), project, count)
    server.client("vedette").read_import(**names)
    time.sleep(pause_s)
    kill(server)
    server = start_server(tmp_path / "data")
    client = server.client("vedette")
    assert wait(client, names)["Summary"]["Usable"] == count
    client.configure_import(**names, Options={"Divide": True})
    client.run_import(**names)
    time.sleep(pause_s)
    kill(server)
    server = start_server(tmp_path / "data")
    client = server.client("vedette")
    state = wait(client, names)
    assert (state["Status"], state["Message"]) == ("done", "")
    totals = [
        client.count_entries(ProjectArn=project, DatasetType=kind)["Total"] for kind in ("train", "test")
    ]
    assert totals == [4800, 1200]
    assert stop_server(server) == 0


def test_who_may_not_put_entries_may_not_run_an_import(own, tmp_path):
    server = start_server(tmp_path / "data")
    project = server.client("rekognition").create_project(ProjectName="parts")["ProjectArn"]
    names = begin(server.client("vedette"), project, 3)
    server.vedette("user", "create", "lea", "--policy", "viewer")
    key = server.client("vedette").create_access_key(UserName="lea")
    lea = server.client("vedette", key=(key["AccessKeyId"], key["SecretAccessKey"]))
    assert lea.describe_import(**names)["Status"] == "open"
    for act in (lea.read_import, lea.run_import, lea.cancel_import, lea.delete_import):
        with pytest.raises(lea.exceptions.AccessDeniedException):
            act(**names)
    with pytest.raises(lea.exceptions.AccessDeniedException):
        lea.create_import(ProjectArn=project, DatasetType="train", Source={"Kind": "files", "Format": "csv"})
    assert stop_server(server) == 0
