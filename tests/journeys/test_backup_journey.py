"""A server backed up while it is written to, lost, and put back: it starts, lists, reads and detects."""

import hashlib
import shutil
import threading
import time
from contextlib import contextmanager
from io import BytesIO

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from doubles.servers import start_server, stop_server
from doubles.trained import put_version

ACCOUNT = "000000000000"


def body_of(key, number):
    """What the writers write: an object says its own key, so that a mixed-up one is seen."""
    return f"{key} {number} ".encode() * 400


def write_on(server, name, stop, written):
    """Put, replace and delete objects, and make and delete projects, until told to stop."""
    s3, rekognition = server.client("s3"), server.client("rekognition")
    number = 0
    while not stop.is_set():
        number += 1
        key = f"{name}/{number % 23}.txt"
        s3.put_object(Bucket="written", Key=key, Body=body_of(key, number))
        written.add(hashlib.md5(body_of(key, number)).hexdigest())
        if number % 3 == 0:
            s3.delete_object(Bucket="written", Key=f"{name}/{(number * 7) % 23}.txt")
        if number % 5 == 0:
            arn = rekognition.create_project(ProjectName=f"{name}-{number}")["ProjectArn"]
            if number % 2:
                rekognition.delete_project(ProjectArn=arn)


@contextmanager
def writers(server, count=3):
    """Yield what was written so far, while threads go on writing."""
    stop, written = threading.Event(), set()
    threads = [
        threading.Thread(target=write_on, args=(server, f"w{number}", stop, written))
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield written
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def white_picture():
    file = BytesIO()
    Image.new("RGB", (64, 64), "white").save(file, "PNG")
    return file.getvalue()


def running(server, project):
    """Start the project's model and return what it says of a white picture."""
    lookout = server.client("lookoutvision")
    lookout.start_model(ProjectName=project, ModelVersion="1", MinInferenceUnits=1)
    for _ in range(600):
        found = lookout.describe_model(ProjectName=project, ModelVersion="1")["ModelDescription"]["Status"]
        if found == "HOSTED":
            break
        time.sleep(0.05)
    answer = lookout.detect_anomalies(
        ProjectName=project, ModelVersion="1", Body=white_picture(), ContentType="image/png"
    )
    return answer["DetectAnomalyResult"]["IsAnomalous"]


def test_an_installation_is_backed_up_while_it_is_written_to_and_put_back(tmp_path):
    data, backup, again = tmp_path / "data", tmp_path / "backup", tmp_path / "again"
    server = start_server(data)
    try:
        server.client("s3").create_bucket(Bucket="written")
        put_version(data, "lookoutvision", "doors", "anomaly", account=ACCOUNT)
        with writers(server) as written:
            deadline = time.monotonic() + 30
            while not written and time.monotonic() < deadline:
                time.sleep(0.05)
            said = server.vedette("backup", str(backup))
    finally:
        assert stop_server(server) == 0
    assert " objects, 1 model, the keys and the database." in said
    key = server.key
    shutil.rmtree(data)
    assert "Restored to" in server.vedette("restore", str(backup), "--data", str(again))

    server = start_server(again)
    try:
        assert server.key == key
        s3 = server.client("s3")
        listed = s3.list_objects_v2(Bucket="written")["Contents"]
        assert listed, "the backup was made before anything was written"
        for item in listed:
            body = s3.get_object(Bucket="written", Key=item["Key"])["Body"].read()
            assert body.startswith(f"{item['Key']} ".encode())
            assert hashlib.md5(body).hexdigest() == item["ETag"].strip('"')
            assert item["ETag"].strip('"') in written
        names = {
            one["ProjectArn"].split("/")[1]
            for one in server.client("rekognition").describe_projects()["ProjectDescriptions"]
        }
        assert all(name.startswith("w") for name in names)
        assert running(server, "doors") is True
        server.client("s3").put_object(Bucket="written", Key="after", Body=b"x")
        with pytest.raises(ClientError):
            server.client("s3").head_object(Bucket="written", Key="never")
    finally:
        assert stop_server(server) == 0
