"""The page on big datasets: its Python runs as it stands, and a server takes what its setting allows."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doubles.lines import a_box_line, a_line, an_anomaly_line
from doubles.servers import start_server, stop_server

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "big-datasets.md").read_text("utf-8")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server that allows a little more than Lookout does in a test dataset."""
    running = start_server(tmp_path_factory.mktemp("big") / "data", VEDETTE_DATASET_ENTRIES="4001")
    yield running
    stop_server(running)


def test_its_python_runs(server, tmp_path):
    lines = [a_box_line(number, "scratch") for number in range(300)]
    lines += [a_line(f"line-3/{number}") for number in range(120)]
    lines += [a_box_line("outside", "scratch", box=(-9, 0, 30, 40))]
    (tmp_path / "many.manifest").write_text("\n".join(lines), "utf-8")
    key = server.key
    environment = {
        **os.environ,
        "AWS_ENDPOINT_URL": server.address,
        "AWS_ACCESS_KEY_ID": key[0],
        "AWS_SECRET_ACCESS_KEY": key[1],
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    script = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    ran = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        env=environment,
        cwd=tmp_path,
        timeout=120,
        capture_output=True,
        text=True,
    )
    printed = ran.stdout.splitlines()
    (stats,) = [line for line in printed if line.startswith("{'LabeledEntries'")]
    assert "'TotalEntries': 421" in stats
    assert [line for line in printed if "outside" in line]
    assert printed[-2:] == ["100", "20"]


@pytest.mark.parametrize(("count", "status"), [(4001, "CREATE_COMPLETE"), (4002, "CREATE_FAILED")])
def test_a_dataset_has_as_many_entries_as_the_setting_allows(server, count, status):
    s3, lookout = server.client("s3"), server.client("lookoutvision")
    s3.create_bucket(Bucket="pictures")
    body = "\n".join(an_anomaly_line(number, "normal") for number in range(count))
    s3.put_object(Bucket="pictures", Key=f"{count}.manifest", Body=body.encode())
    lookout.create_project(ProjectName=f"doors-{count}")
    source = {"GroundTruthManifest": {"S3Object": {"Bucket": "pictures", "Key": f"{count}.manifest"}}}
    dataset = {"ProjectName": f"doors-{count}", "DatasetType": "test"}
    lookout.create_dataset(**dataset, DatasetSource=source)
    deadline = time.monotonic() + 60
    while True:
        described = lookout.describe_dataset(**dataset)["DatasetDescription"]
        if not described["Status"].endswith("IN_PROGRESS") or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert described["Status"] == status, described["StatusMessage"]
    assert ("4001" in described["StatusMessage"]) == (status == "CREATE_FAILED")
