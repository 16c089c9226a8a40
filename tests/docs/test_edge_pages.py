"""What the pages about the edge say is what the agent does."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from doubles.devices import running_device, tiny_models
from doubles.packages import save_plain
from doubles.videos import write_video
from vedette.cli.main import app
from vedette.edge.agent import MOST_REQUEST
from vedette.edge.served import LOSSES_WITHIN_S, MOST_LOSSES, MOST_WAITING
from vedette.edge.sockets import DEFAULT

ROOT = Path(__file__).parents[2]
BELT = (ROOT / "docs" / "how-to" / "from-training-to-the-belt.md").read_text("utf-8")
REFERENCE = (ROOT / "docs" / "reference" / "edge.md").read_text("utf-8")
UNIT = (ROOT / "packaging" / "vedette-edge.service").read_text("utf-8")


def test_the_program_of_the_page_asks_an_agent(tmp_path, monkeypatch, capsys):
    models = tiny_models(tmp_path / "models")
    (models / "anomalies.zip").rename(models / "parts.zip")
    (program,) = re.findall(r"```python\n(.*?)```", BELT, re.DOTALL)
    assert DEFAULT in program
    monkeypatch.chdir(tmp_path)
    save_plain(tmp_path / "part.png", 255, height=64, width=64)
    with running_device(models) as device:
        device.run("parts")
        exec(compile(program.replace(DEFAULT, device.agent.addresses[0]), "page", "exec"), {})
    assert capsys.readouterr().out == "reject 1.0\n"


def test_the_unit_s_command_is_one_that_the_command_line_takes():
    (line,) = re.findall(r"^ExecStart=(.*)$", UNIT, re.MULTILINE)
    words = shlex.split(line.replace("$VEDETTE_EDGE_OPTIONS", "--start parts --status 127.0.0.1:9464"))
    assert words[0].endswith("/bin/vedette")
    ran = CliRunner().invoke(app, [*words[1:], "--help"])
    assert ran.exit_code == 0
    options = set(re.findall(r"--[a-z-]+", ran.output))
    assert {word for word in words if word.startswith("--")} <= options


WATCH_UNIT = (ROOT / "packaging" / "vedette-edge-watch@.service").read_text("utf-8")
SYSTEMD = (ROOT / "docs" / "how-to" / "edge-systemd.md").read_text("utf-8")


def test_the_watch_of_the_page_looks_at_a_film(tmp_path, monkeypatch):
    (line,) = re.findall(r"^(vedette edge watch .*)$", BELT, re.MULTILINE)
    assert "--source rtsp://camera/1" in line
    tiny_models(tmp_path / "models")
    (tmp_path / "models" / "anomalies.zip").rename(tmp_path / "models" / "parts.zip")
    (tmp_path / "events").mkdir()
    write_video(tmp_path / "belt.mp4", [255, 0] * 10)
    words = (
        line.replace("rtsp://camera/1", "belt.mp4").replace("models/parts", "models/parts.zip").split()[1:]
    )
    words[words.index("127.0.0.1:9465")] = "127.0.0.1:0"
    ran = subprocess.run(
        [sys.executable, "-m", "vedette", *words], cwd=tmp_path, capture_output=True, check=True
    )
    assert ran.stdout == (tmp_path / "parts.jsonl").read_bytes()
    assert len(ran.stdout.splitlines()) == 10
    assert list((tmp_path / "events").glob("*-event.jpg"))


def test_the_watch_s_unit_and_the_page_s_options_are_taken():
    (line,) = re.findall(r"^ExecStart=(.*)$", WATCH_UNIT, re.MULTILINE)
    (options,) = re.findall(r"echo 'VEDETTE_EDGE_OPTIONS=(.*?)' > /etc/vedette-edge/belt", SYSTEMD)
    words = shlex.split(line.replace("$VEDETTE_EDGE_OPTIONS", options))
    ran = CliRunner().invoke(app, [*words[1:], "--help"])
    assert ran.exit_code == 0
    known = set(re.findall(r"--[a-z-]+", ran.output))
    assert {word for word in words if word.startswith("--")} <= known


@pytest.mark.parametrize(
    "words",
    [
        f"{MOST_WAITING} calls wait for this model already",
        f"a message over {MOST_REQUEST >> 20} MiB",
        "ended four times within a minute",
    ],
)
def test_the_bounds_on_the_page_are_those_of_the_code(words):
    assert (MOST_LOSSES, LOSSES_WITHIN_S) == (4, 60.0)
    assert words in REFERENCE
