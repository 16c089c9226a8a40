"""Every page about a format shows an example that does what the page says."""

import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from vedette.cli.main import app
from vedette.exchange.formats import IN, LOCAL

HOW_TO = Path(__file__).parent.parent.parent / "docs" / "how-to"
PICTURE = re.compile(r"`(\S+\.(?:png|jpg))` \((\d+) × (\d+)\)")
FILE = re.compile(r"`([^`\n]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def told(text):
    """Return the lines of a manifest; what is written now is as good as what the page shows."""
    now = re.sub(r'"creation-date":"[^"]*"', '"creation-date":"(now)"', text)
    return [json.loads(line) for line in now.splitlines()]


def test_every_format_has_its_page():
    assert {path.stem.removeprefix("import-") for path in HOW_TO.glob("import-*.md")} == {*IN, *LOCAL}


@pytest.mark.parametrize("page", sorted(HOW_TO.glob("import-*.md")), ids=lambda path: path.stem)
def test_the_example_of_a_page_runs(page, tmp_path, monkeypatch):
    before, commands, after = COMMANDS.split(page.read_text("utf-8"), maxsplit=1)
    for name, width, height in PICTURE.findall(before):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (int(width), int(height))).save(tmp_path / name)
    for name, text in FILE.findall(before):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    for command in commands.splitlines():
        program, *words = shlex.split(command)
        answer = CliRunner().invoke(app, words)
        assert (program, answer.exit_code) == ("vedette", 0), answer.output
    expected = FILE.findall(after)
    assert expected
    for name, text in expected:
        assert told((tmp_path / name).read_text("utf-8")) == told(text)
