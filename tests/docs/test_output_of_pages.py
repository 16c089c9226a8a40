"""Pages show what their commands print: typed as they stand there, their output held to the block below.

A shell block with a text block right below it is held so. Moments, milliseconds and the like vary, and are
not compared.
"""

import base64
import io
import json
import re
import shlex
import time
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from PIL import Image

from doubles.console import HOME
from doubles.example_runs import EXAMPLES
from doubles.lines import a_line
from doubles.packages import save_plain
from doubles.past_models import encode, result_of, summary_of
from doubles.pictures import a_png
from doubles.servers import start_server, stop_server
from doubles.trained import put_version
from doubles.weights import LITE1, timm_names, write_safetensors
from vedette.cli.client import open_client
from vedette.cli.main import app
from vedette.learn.net.efficientlite import on_no_device

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
SHOWN = re.compile(r"```(?:sh|console)\n([^`]*?)```\n+(?:[^`\n]+\n+)?```text\n(.*?)```", re.DOTALL)
VARIES = re.compile(
    r"\d{13}|\d{4}-\d\d-\d\d \d\d:\d\d|[\d.]+ ms"
    r"|(?<=differs by )\S+|(?<=boards/)\d(?=\.png)|(?<=\d\d\.)\d{6,}"
)


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A server of the test's own, which the commands find as a person's terminal does."""
    running = start_server(tmp_path / "data")
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.address)
    monkeypatch.setenv("VEDETTE_DATA", str(running.data))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    yield running
    stop_server(running)


def hold(page, **places):
    """Type the commands of a page that shows what they print, with the names of places put in."""
    blocks = SHOWN.findall((PAGES / f"{page}.md").read_text("utf-8"))
    assert blocks
    for commands, shown in blocks:
        printed = ""
        for line in commands.splitlines():
            for name, place in places.items():
                line = line.replace(name, place)
            answer = CliRunner().invoke(app, shlex.split(line)[1:])
            assert answer.exit_code == 0, answer.output
            printed += answer.stdout
        for name, place in places.items():
            printed = printed.replace(place, name)
        assert VARIES.sub("…", printed) == VARIES.sub("…", shown), printed


def start(house, version):
    client = house.client("rekognition")
    client.start_project_version(ProjectVersionArn=str(version.arn), MinInferenceUnits=1)
    project = str(version.arn).rpartition("/version/")[0]
    found = client.describe_projects(ProjectNames=[project.rpartition("/")[2]])["ProjectDescriptions"]
    end = time.monotonic() + 60
    while time.monotonic() < end:
        [told] = client.describe_project_versions(ProjectArn=found[0]["ProjectArn"])[
            "ProjectVersionDescriptions"
        ]
        if told["Status"] == "RUNNING":
            return
        time.sleep(0.1)
    pytest.fail(told["Status"])


def test_names_for_versions(house):
    for name in ("v1", "v2"):
        put_version(house.data, "rekognition", "boards", "classification", account=HOME, name=name)
    hold("names-for-versions")


def test_detect_in_many_pictures(house):
    labels = ("scratch", "plain")
    start(
        house,
        put_version(
            house.data, "rekognition", "boards", "classification", account=HOME, name="v1", labels=labels
        ),
    )
    for number in range(12):
        save_plain(Path(f"pictures/{number:02}.png"), (250 - 22 * number, 0, 0), height=96, width=96)
    Path("pictures/cut-off.jpg").write_bytes(b"\xff\xd8\xff")
    hold("detect-in-many-pictures")


def test_run_a_function(house):
    version = put_version(house.data, "rekognition", "boards", "classification", account=HOME, name="v1")
    start(house, version)
    Path("examples").symlink_to(EXAMPLES)
    picture = io.BytesIO()
    Image.new("RGB", (64, 64), (250, 0, 0)).save(picture, "PNG")
    Path("event.json").write_text(json.dumps({"image": base64.b64encode(picture.getvalue()).decode()}))
    hold("run-a-function", **{"arn:aws:rekognition:…": str(version.arn)})


def test_bring_aws_history(house):
    Path("history").mkdir()
    for name, created in (("v2", 1_690_000_000_000), ("v3", 1_700_000_000_000)):
        summary = encode(summary_of(name, "boards", created=created))
        Path(f"history/EvaluationResultSummary-boards-{name}.json").write_bytes(summary)
    Path("history/EvaluationResult-doors-2.json").write_bytes(encode(result_of(2, "doors")))
    hold("bring-aws-history")


def test_convert_a_model(house):
    pytest.importorskip("openvino")
    put_version(house.data, "rekognition", "doors", "classification", account=HOME, name="v1")
    save_plain(Path("pictures/red.png"), (250, 0, 0))
    hold("convert-a-model")


def fill(house, project, labels):
    """Put pictures into a project's dataset, each with its labels."""
    client, s3 = house.client("rekognition"), house.client("s3")
    s3.create_bucket(Bucket="line-3")
    arn = client.create_project(ProjectName=project)["ProjectArn"]
    client.create_dataset(ProjectArn=arn, DatasetType="TRAIN")
    lines = [a_line(number, *names, bucket="line-3") for number, names in enumerate(labels)]
    for number, line in enumerate(lines):
        key = json.loads(line)["source-ref"].removeprefix("s3://line-3/")
        s3.put_object(Bucket="line-3", Key=key, Body=a_png(seed=number))
    edits = [{"Line": line, "Revision": "none"} for line in lines]
    own = open_client("vedette", endpoint=house.address, data=house.data)
    own.update_entries(ProjectArn=arn, DatasetType="train", Edits=edits)


def test_copy_projects(house, tmp_path):
    fill(house, "boards", [["good"], ["good"], ["scratch"], []])
    other = start_server(tmp_path / "other")
    try:
        places = {"http://127.0.0.1:8080": house.address, "https://new.example": other.address}
        hold("copy-projects", **places, **{"/srv/old": str(house.data), "/srv/new": str(other.data)})
    finally:
        stop_server(other)


def test_find_what_to_label_next(house):
    fill(house, "boards", [["good"], ["scratch"], *[[]] * 6])
    hold("find-what-to-label-next")


def test_add_a_backbone(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.chdir(tmp_path)
    shapes = on_no_device("lite1", depth=1.1, side=240, revision="").state_dict().values()
    weights = dict(zip(timm_names(LITE1), (torch.rand(shape.shape) for shape in shapes), strict=False))
    write_safetensors(Path("lite1.safetensors"), weights)
    hold("add-a-backbone")
