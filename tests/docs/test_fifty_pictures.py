"""The tutorial's commands, run as it gives them, on drawn pictures."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from doubles import graphs
from doubles.drawn import PLAIN, draw_plain, write_set
from vedette.cli.main import app
from vedette.runtime.facts import PackageFacts
from vedette.runtime.package import write_package

PAGE = Path(__file__).parents[2] / "docs" / "tutorials" / "fifty-pictures.md"


def draw_part(label, rng):
    return draw_plain(dict(zip(("bolt", "nut", "washer"), PLAIN, strict=True))[label], rng).convert("RGB")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.S)


def test_what_comes_after_the_training_runs_as_the_page_says(tmp_path, monkeypatch, capsys):
    write_set(tmp_path / "parts", ("bolt", "nut"), 2, draw=draw_part, seed=6, suffix="jpg")
    (tmp_path / "parts/bolt/000.jpg").rename(tmp_path / "parts/bolt/0.jpg")
    facts = PackageFacts(
        task="classification",
        labels=("bolt", "nut"),
        thresholds={},
        input_size=(16, 16),
        versions={"vedette": "0"},
    )
    network = graphs.brightness_scores(size=16)
    write_package(tmp_path / "parts-model", model=network, facts=facts, evaluation={}, card="# Parts")
    monkeypatch.chdir(tmp_path)
    scripts = [script.split() for block in blocks("sh") for script in block.splitlines()]
    later = [words[1:] for words in scripts if words[1:2] in (["evaluate"], ["detect"])]
    assert len(later) == 2
    for words in later:
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
    assert (tmp_path / "report.html").exists()
    assert done.stdout.count('"findings"') == 2
    for script in blocks("python"):
        exec(compile(script, "fifty-pictures.md", "exec"), {})
        assert "Finding(" in capsys.readouterr().out


@pytest.mark.slow
def test_every_command_of_the_page_runs(tmp_path):
    write_set(tmp_path / "parts", ("bolt", "nut", "washer"), 10, draw=draw_part, seed=6, suffix="jpg")
    first = tmp_path / "parts" / "bolt" / "000.jpg"
    first.rename(first.with_name("0.jpg"))
    folder = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{folder}:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    said = ""
    for script in blocks("sh"):
        done = subprocess.run(
            script, shell=True, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=250
        )
        assert done.returncode == 0, done.stderr
        said += done.stdout
    assert "a model for classification by " in said
    assert (tmp_path / "report.html").exists()
    assert said.count('"findings"') == 10
    for script in blocks("python"):
        done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert "Finding(" in done.stdout
