"""The pages on moving run as they stand there, against a server, on drawn pictures."""

import json
import re
from pathlib import Path

import boto3
import pytest

from doubles.drawn import write_plates, write_set
from doubles.servers import start_server, stop_server

HOW_TO = Path(__file__).parent.parent.parent / "docs" / "how-to"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a server beside it that boto3 finds by the environment alone."""
    server = start_server(tmp_path / "data", VEDETTE_TRAINING_BUDGET="fast")
    key, secret = server.key
    for name, value in {
        "AWS_ENDPOINT_URL": server.address,
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    # boto3 remembers the credentials of its first client.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    assert stop_server(server) == 0


def write_manifest(export, bucket, attribute):
    lines = []
    for file in sorted(export.rglob("*.png")):
        metadata = {
            "class-name": file.parent.name,
            "confidence": 1,
            "human-annotated": "yes",
            "creation-date": "2026-05-04T11:00:00.000",
            "type": "groundtruth/image-classification",
        }
        address = f"s3://{bucket}/{file.relative_to(export).as_posix()}"
        lines.append(json.dumps({"source-ref": address, attribute: 1, f"{attribute}-metadata": metadata}))
    (export / "train.manifest").write_text("\n".join(lines), "utf-8")


def run_python(page):
    """Run the page's Python, one block after the other, as one program."""
    text = (HOW_TO / page).read_text("utf-8")
    program = "\n".join(re.findall(r"```python\n(.*?)```", text, re.DOTALL))
    exec(compile(program, page, "exec"), {})


@pytest.mark.slow
def test_the_page_on_custom_labels_runs(here, capsys):
    write_manifest(write_set(here / "export", ("disc", "square"), 12), "boards-pictures", "shape")
    run_python("move-from-custom-labels.md")
    said = capsys.readouterr().out
    assert said.startswith("TRAINING_COMPLETED")
    assert "disc" in said


@pytest.mark.slow
def test_the_page_on_lookout_runs(here, capsys):
    export = write_plates(here / "export", normal=22, anomalous=12)
    write_manifest(export, "doors-pictures", "anomaly-label")
    run_python("move-from-lookout-for-vision.md")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "{'Total': 34, 'Labeled': 34, 'Normal': 22, 'Anomaly': 12}"
    assert said[1].startswith("TRAINED Training completed successfully.")
    assert re.fullmatch(r"(anomaly|normal) [01]\.\d\d", said[2])
