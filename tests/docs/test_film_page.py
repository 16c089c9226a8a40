"""The page on films shows what its command prints and writes."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from doubles.packages import tiny_package
from doubles.videos import write_video
from vedette.cli.main import app

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "look-at-a-film.md").read_text("utf-8")
BLUE, RED = (0, 0, 250), (250, 0, 0)


def test_the_page_shows_what_its_command_says_of_a_film(tmp_path, monkeypatch):
    pytest.importorskip("av")
    monkeypatch.chdir(tmp_path)
    tiny_package(Path("boards.zip"), "classification", labels=("scratch", "plain"))
    write_video(Path("belt.mp4"), [BLUE] * 40 + [RED] * 30 + [BLUE] * 50)
    [command] = re.findall(r"^vedette (video belt.*)$", PAGE, re.MULTILINE)
    answer = CliRunner().invoke(app, shlex.split(command))
    assert answer.exit_code == 0, answer.output
    [shown] = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
    assert answer.stderr == shown
    [segment] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert json.loads(segment) in json.loads(Path("belt.mp4.json").read_text("utf-8"))["segments"]
