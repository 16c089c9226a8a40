"""The page on Python names what is public, and its examples run."""

import re
from pathlib import Path

import pytest

import vedette
from doubles.packages import save_plain, tiny_package
from doubles.pictures import a_png

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "python.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def run(number, folder, monkeypatch):
    monkeypatch.chdir(folder)
    exec(compile(BLOCKS[number], f"python.md {number}", "exec"), {})


def test_the_page_names_what_is_public_and_nothing_else():
    named = re.findall(r"^\| `(\w+)(?:\(.*?\))?` \| `vedette", PAGE, re.MULTILINE)
    assert sorted(named) == sorted(vedette.__all__) == dir(vedette)


def test_every_public_name_can_be_had():
    assert all(getattr(vedette, name) is not None for name in vedette.__all__)


def test_the_example_of_detection_runs(tmp_path, monkeypatch, capsys):
    tiny_package(tmp_path / "model", "classification")
    save_plain(tmp_path / "pictures" / "one.png", (255, 0, 0))
    run(0, tmp_path, monkeypatch)
    assert capsys.readouterr().out == "classification ('red', 'dark')\nred: 100% None\n"


def test_the_example_of_a_refusal_runs(tmp_path, monkeypatch, capsys):
    run(1, tmp_path, monkeypatch)
    assert "no-such-model" in capsys.readouterr().out


def test_a_broken_picture_is_a_refusal_as_the_page_says(tmp_path):
    tiny_package(tmp_path / "model", "classification")
    with pytest.raises(vedette.Refusal, match=r"x\.png"):
        vedette.load(tmp_path / "model").detect(b"no picture", name="x.png")


@pytest.mark.slow
def test_the_example_of_a_training_runs(tmp_path, monkeypatch, capsys):
    for label in ("light", "dark"):
        for number in range(10):
            file = tmp_path / "labelled" / label / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(a_png(seed=number + 100 * (label == "dark")))
    run(2, tmp_path, monkeypatch)
    assert capsys.readouterr().out.splitlines()[-1] == "new-model"
