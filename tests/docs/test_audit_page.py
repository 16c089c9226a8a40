"""The page on the audit trail does what it says, from top to bottom."""

import re
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from doubles.servers import start_server, stop_server

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "audit.md").read_text("utf-8")
PYTHON = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SHELL = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("audit-page")
    server = start_server(folder / "vedette-data")
    yield folder, server
    stop_server(server)


def test_its_python_shows_who_created_a_project(place, monkeypatch, capsys):
    _, server = place
    access_key, secret = server.key
    for name, value in {
        "AWS_ENDPOINT_URL": server.address,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    server.client("rekognition").create_project(ProjectName="doors")
    for block in PYTHON:
        exec(block, {})
    assert "root CreateProject" in capsys.readouterr().out


def test_its_shell_lines_run(place):
    folder, server = place
    server.client("lookoutvision").create_project(ProjectName="doors")
    lines = [line for block in SHELL for line in block.splitlines()]
    assert len(lines) >= 8
    for line in lines:
        command = re.sub(r"^vedette ", f"{sys.executable} -m vedette ", line)
        ran = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, f"{line}: {ran.stdout}{ran.stderr}"
        if "--resource doors" in line:
            assert "CreateProject" in ran.stdout
    assert '"CreateProject"' in (folder / "records.json").read_text()
