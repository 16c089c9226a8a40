"""The commands of the page on detection run as they stand there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from doubles.packages import save_plain, tiny_package

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "how-to" / "detect.md").read_text("utf-8")


@pytest.fixture
def place(tmp_path):
    tiny_package(tmp_path / "model", "classification")
    save_plain(tmp_path / "pictures/one.png", (255, 0, 0))
    save_plain(tmp_path / "labelled/red/one.png", (255, 0, 0))
    save_plain(tmp_path / "labelled/dark/two.png", 0)
    return tmp_path


def test_its_shell_lines_run(place):
    script = "\n".join(["set -e", *re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        ["bash", "-c", script], cwd=place, check=True, env={**os.environ, "PATH": path}, timeout=120
    )
    assert json.loads((place / "findings.jsonl").read_text())["findings"][0]["label"] == "red"
    assert (place / "drawn/one.jpg").exists()
    assert (place / "why/one.jpg").exists()
    assert (place / "report.html").exists()


def test_its_python_runs(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    (block,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(block, "detect.md", "exec"), {})
    assert capsys.readouterr().out == "red 1.0 None\n"
