"""The tutorial on a board with parts: its commands as they stand there, and its output as it is printed."""

import re
import shlex

import pytest
from click.testing import CliRunner

from doubles.example_runs import ROOT, shown_on
from vedette.cli.main import app

PAGE = "a-board-with-parts.md"
FINDING = re.compile(r"(\w+) \d+\.\d% at (\d+),(\d+) (\d+)×(\d+)")
NEAR = 8  # pixels of 256


def parts_of(lines):
    """Return what is found on each board: the parts in an order of their own, with their boxes."""
    return {
        line.partition(":")[0]: sorted(
            ((name, *map(int, box)) for name, *box in FINDING.findall(line)), key=lambda part: part[1:]
        )
        for line in lines
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_parts_of_the_page_are_found_where_it_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / "tutorials" / PAGE).read_text("utf-8")
    alone = text.partition("## The same on a server")[0]
    output = ""
    for command in re.findall(r"^vedette (.*)$", alone, re.MULTILINE):
        answer = CliRunner().invoke(app, shlex.split(command))
        assert answer.exit_code == 0, f"{command}: {answer.output}"
        output = answer.stdout
    found, shown = parts_of(output.splitlines()), parts_of(shown_on(PAGE, "board-parts/new"))
    assert found.keys() == shown.keys()
    for board, parts in shown.items():
        assert sorted(name for name, *_ in found[board]) == sorted(name for name, *_ in parts)
        for name, *box in parts:
            others = [other for kind, *other in found[board] if kind == name]
            assert any(max(map(abs, map(int.__sub__, box, other))) <= NEAR for other in others), board
