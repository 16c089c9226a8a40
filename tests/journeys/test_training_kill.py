"""kill -9 of the worker and of the server while a model is trained: it ends as if nothing had been."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from doubles.drawn import write_plates
from doubles.lines import an_anomaly_line
from doubles.servers import start_server, stop_server
from vedette.cli.client import open_client

ASKED = {"ProjectName": "plates", "ModelVersion": "1"}


def begin(server, folder):
    """Begin a training on drawn plates."""
    s3, lookout = server.client("s3"), server.client("lookoutvision")
    for bucket in ("pictures", "out"):
        s3.create_bucket(Bucket=bucket)
    lines = []
    for number, file in enumerate(sorted(write_plates(folder, normal=22, anomalous=12).rglob("*.png"))):
        s3.put_object(Bucket="pictures", Key=f"boards/{number}.png", Body=file.read_bytes())
        lines.append(an_anomaly_line(number, file.parent.name))
    s3.put_object(Bucket="pictures", Key="m.manifest", Body="\n".join(lines).encode())
    lookout.create_project(ProjectName="plates")
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "pictures", "Key": "m.manifest"}}}
    dataset = {"ProjectName": "plates", "DatasetType": "train"}
    lookout.create_dataset(**dataset, DatasetSource=source)
    while "PROGRESS" in lookout.describe_dataset(**dataset)["DatasetDescription"]["Status"]:
        time.sleep(0.1)
    lookout.create_model(ProjectName="plates", OutputConfig={"S3Location": {"Bucket": "out"}})


def described(server):
    return server.client("lookoutvision").describe_model(**ASKED)["ModelDescription"]


def stage(server):
    """Return the stage that the training is in, which the status message of the service does not tell."""
    own = open_client("vedette", endpoint=server.address, data=server.data)
    return own.describe_training(ModelArn=described(server)["ModelArn"]).get("Stage", "")


def until(server, claim, *, look=described, most_s=200):
    # Below the time that a test has, so that it is this assertion which says what was waited for.
    deadline = time.monotonic() + most_s
    while not claim(found := look(server)):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def worker_of(server):
    """Return the process in which the server trains."""
    for folder in Path(f"/proc/{server.process.pid}/task").iterdir():
        for child in (folder / "children").read_text("utf-8").split():
            words = Path(f"/proc/{child}/cmdline").read_text("utf-8")
            if "vedette.engines.local" in words:
                return int(child)
    raise AssertionError("no worker runs")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux's /proc whose child a process is")
def test_a_training_outlives_its_worker_and_its_server(tmp_path):
    server = start_server(tmp_path / "data", VEDETTE_TRAINING_BUDGET="fast")
    begin(server, tmp_path / "plates")
    until(server, lambda found: "features" in found, look=stage)
    os.kill(worker_of(server), signal.SIGKILL)
    until(server, lambda found: "judging" in found, look=stage)
    server.process.kill()
    server.process.wait()
    server.process.stdout.close()
    again = start_server(tmp_path / "data", VEDETTE_TRAINING_BUDGET="fast")
    found = until(again, lambda found: found["Status"] != "TRAINING")
    assert (found["Status"], found["StatusMessage"]) == ("TRAINED", "Training completed successfully.")
    assert found["Performance"]["F1Score"] > 0.7
    assert stop_server(again) == 0
