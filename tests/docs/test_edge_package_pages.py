"""The commands of the pages on edge packages run as they stand there, and the how-to quotes the code."""

import inspect
import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from doubles.packages import save_plain, tiny_package
from doubles.trained import put_version
from vedette.api.lookout.packaging import start_model_packaging_job
from vedette.packaging import linux, works

HOW_TO = Path(__file__).parent.parent.parent / "docs" / "how-to"
CONTAINER = (HOW_TO / "run-a-model-in-a-container.md").read_text("utf-8")
GREENGRASS = (HOW_TO / "run-a-model-with-greengrass.md").read_text("utf-8")
REFERENCE = (HOW_TO.parent / "reference" / "edge-packages.md").read_text("utf-8")
OPERATION = (HOW_TO / "add-a-dialect-operation.md").read_text("utf-8")


def run(page, place, **more):
    script = "\n".join(["set -e", *map(textwrap.dedent, re.findall(r"```sh\n(.*?)```", page, re.DOTALL))])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-c", script],
        cwd=place,
        check=True,
        env={**os.environ, "PATH": path, **more},
        timeout=120,
        capture_output=True,
        text=True,
    ).stdout


def test_the_archive_of_the_container_page_is_whole_and_says_what_it_is(tmp_path):
    tiny_package(tmp_path / "parts", "classification")
    assert "A component of Vedette, whole." in run(CONTAINER, tmp_path)
    top = tmp_path / "parts-1.0.0-linux-x86_64"
    assert os.access(top / "start.sh", os.X_OK)
    subprocess.run(["sh", "-n", top / "start.sh"], check=True)
    for name in (linux.UNIT, linux.CONTAINER, linux.README, linux.START):
        assert "@" not in re.sub(r"\$@", "", (top / name).read_text()), "a word was not filled in"


def test_the_packages_of_the_reference_page_are_signed_and_answer_their_golden_pictures(tmp_path):
    tiny_package(tmp_path / "parts", "classification")
    for number, color in enumerate(((255, 0, 0), (0, 0, 0), (200, 0, 0))):
        save_plain(tmp_path / "pictures" / f"{number}.png", color)
    shown = run(REFERENCE, tmp_path)
    key = (tmp_path / "signing.pub").read_text().strip()
    assert f"with the key {key}\n" in shown
    assert "3 golden pictures answered alike here" in shown


def test_the_start_script_starts_the_agent_with_its_model(tmp_path):
    """With an environment that is there already, and a program in it that writes down how it was called."""
    tiny_package(tmp_path / "parts", "classification")
    run(CONTAINER, tmp_path)
    program = tmp_path / "venv" / "bin" / "vedette"
    program.parent.mkdir(parents=True)
    (tmp_path / "venv" / ".complete").touch()
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    top = tmp_path / "parts-1.0.0-linux-x86_64"
    environment = {**os.environ, "VEDETTE_EDGE_VENV": str(tmp_path / "venv")}
    words = [top / "start.sh", "--listen", "127.0.0.1:1"]
    output = subprocess.run(words, env=environment, check=True, capture_output=True, text=True).stdout
    assert output == f"edge agent --models {top}/models --start=parts --listen 127.0.0.1:1\n"


@pytest.fixture
def doors(server):
    put_version(server.data, "lookoutvision", "doors", "anomaly", account="000000000000")
    server.client("s3").create_bucket(Bucket="edge-out")
    return server


def test_the_order_of_the_greengrass_page_is_carried_out(doors, tmp_path):
    """Its first command by boto3, since the newest command line has no Lookout for Vision; then ours."""
    order, ours = re.findall(r"```sh\n(.*?)```", GREENGRASS, re.DOTALL)
    short = re.search(r'Greengrass=\{(.*)\}"', order).group(1)
    assert short == (
        "TargetPlatform={Os=LINUX,Arch=X86_64},S3OutputLocation={Bucket=edge-out,Prefix=belt/},"
        "ComponentName=doors,ComponentVersion=1.0.0"
    )
    configuration = {
        "TargetPlatform": {"Os": "LINUX", "Arch": "X86_64"},
        "S3OutputLocation": {"Bucket": "edge-out", "Prefix": "belt/"},
        "ComponentName": "doors",
        "ComponentVersion": "1.0.0",
    }
    doors.client("lookoutvision").start_model_packaging_job(
        ProjectName="doors", ModelVersion="1", Configuration={"Greengrass": configuration}
    )
    run(f"```sh\n{ours}```", tmp_path, AWS_ENDPOINT_URL=doors.address, VEDETTE_DATA=str(doors.data))
    recipe = json.loads((tmp_path / "doors-edge" / "recipe.json").read_text())
    (artifact,) = recipe["Manifests"][0]["Artifacts"]
    assert artifact["Uri"] == "s3://your-bucket/belt/doors-1.0.0.zip"


def test_the_page_on_operations_quotes_the_code():
    for function, whole in ((start_model_packaging_job, True), (works.packaging_kind, False)):
        source = inspect.getsource(function)
        text = source if whole else source[source.index("    return JobKind") :]
        assert textwrap.indent(textwrap.dedent(text), "   ") in OPERATION
