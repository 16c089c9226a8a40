"""Import and export as commands."""

from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from vedette.cli.main import app
from vedette.manifest.samples import read_samples


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def plants(tmp_path):
    for name in ("rose/a.png", "fern/b.png", "fern/c.png"):
        (tmp_path / "plants" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 64)).save(tmp_path / "plants" / name)
    return tmp_path / "plants"


def test_a_folder_becomes_a_manifest_that_can_be_learnt_from(plants, tmp_path):
    out = tmp_path / "lists" / "train.manifest"
    out.parent.mkdir()
    answer = run("import", "folder", plants, "--out", out)
    assert (answer.exit_code, answer.output) == (0, f"Written: {out} (3 pictures).\n")
    reading = read_samples(out)
    assert [(Path(s.picture).name, s.labels) for s in reading.samples] == [
        ("b.png", ("fern",)),
        ("c.png", ("fern",)),
        ("a.png", ("rose",)),
    ]
    assert reading.problems == []


def test_what_went_out_as_yolo_comes_in_again(tmp_path):
    Image.new("RGB", (100, 50)).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("0 0.5 0.5 0.2 0.4\n")
    (tmp_path / "classes.txt").write_text("bolt\n")
    first, second = tmp_path / "first.manifest", tmp_path / "second.manifest"
    assert run("import", "yolo", tmp_path, "--out", first).exit_code == 0
    assert run("export", "yolo", first, "--out", tmp_path / "out", "--with-pictures").exit_code == 0
    assert run("import", "yolo", tmp_path / "out", "--out", second).exit_code == 0
    assert [s.boxes for s in read_samples(second).samples] == [s.boxes for s in read_samples(first).samples]


def test_a_bad_source_ends_with_status_two_and_leaves_nothing(tmp_path):
    (tmp_path / "a.csv").write_text("a.png,cat\na.png,dog\n")
    answer = run("import", "csv", tmp_path / "a.csv", "--out", tmp_path / "out.manifest")
    assert answer.exit_code == 2
    assert "row 2: a.png is there twice" in answer.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


def test_neither_a_file_nor_a_project_is_a_question(plants):
    answer = run("import", "folder", plants)
    assert (answer.exit_code, "--out FILE" in answer.stderr) == (2, True)
    assert run("export", "csv", "--out", plants / "a.csv").exit_code == 2


def test_without_keys_the_command_says_where_to_get_them(plants, tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    answer = run("import", "folder", plants, "--project", "p", "--data", tmp_path / "none")
    assert answer.exit_code == 2
    assert "AWS_ACCESS_KEY_ID" in answer.stderr
