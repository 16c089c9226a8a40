"""Import and export as commands."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from vedette.cli.main import app
from vedette.dialects.samples import read_samples


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
    (tmp_path / "a.csv").write_text("a.png,cat\ns3://bucket/b.png,dog\n")
    answer = run("import", "csv", tmp_path / "a.csv", "--out", tmp_path / "out.manifest")
    assert answer.exit_code == 2
    assert "row 2: whole addresses and plain names are mixed" in answer.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


def test_a_csv_that_repeats_pictures_is_sorted_out_beside_itself(tmp_path):
    table, out = tmp_path / "a.csv", tmp_path / "out.manifest"
    table.write_text("a.png,cat\nb.png,cat,dog\n\na.png,dog\nb.png,cat,dog\nc.png,dog\n")
    for _ in range(2):  # the second time, both files are there and say the same
        answer = run("import", "csv", table, "--to", "s3://bucket/p", "--out", out)
        assert (answer.exit_code, out.exists()) == (2, False)
    assert answer.stderr == (
        f"{table}: 2 rows repeat an earlier picture; they are in a-duplicates.csv. The others are in "
        f"a-deduplicated.csv: check both, and import {tmp_path / 'a-deduplicated.csv'}.\n"
    )
    assert (tmp_path / "a-duplicates.csv").read_text() == "a.png,dog\nb.png,cat,dog\n"
    sound = tmp_path / "a-deduplicated.csv"
    assert sound.read_text() == "a.png,cat\nb.png,cat,dog\nc.png,dog\n"
    assert run("import", "csv", sound, "--to", "s3://bucket/p", "--out", out).exit_code == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["source-ref"] for line in lines] == [f"s3://bucket/p/{name}.png" for name in "abc"]
    assert lines[1]["cat-metadata"]["job-name"] == "labeling-job/cat"
    assert lines[1]["dog-metadata"]["job-name"] == "labeling-job/dog"


def test_a_csv_of_lookout_keeps_what_is_valid_and_says_what_is_wrong_where(tmp_path):
    table, out = tmp_path / "a.csv", tmp_path / "out.manifest"
    table.write_text("a.png,Normal\nb.png,fine\na.png,anomaly\nc.png,ANOMALY\nd.png\n")
    answer = run("import", "csv", table, "--anomalies", "--out", out)
    assert (answer.exit_code, out.exists()) == (2, False)
    assert "3 rows repeat an earlier picture, or are neither normal nor anomaly" in answer.stderr
    assert (tmp_path / "a_errors.csv").read_text() == (
        "2,b.png,fine,INVALID_CLASSIFICATION\n3,a.png,anomaly,DUPLICATE\n5,d.png,,INVALID_CLASSIFICATION\n"
    )
    sound = tmp_path / "a_deduplicated.csv"
    assert sound.read_text() == "a.png,normal\nc.png,anomaly\n"
    assert run("import", "csv", sound, "--anomalies", "--out", out).exit_code == 0
    lines = [json.loads(line)["anomaly-label-metadata"] for line in out.read_text().splitlines()]
    assert [line["class-name"] for line in lines] == ["normal", "anomaly"]
    assert {line["job-name"] for line in lines} == {"labeling-job/anomaly-classification"}


def test_somebodys_file_is_not_written_over_by_what_is_sorted_out(tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("a.png,cat\na.png,dog\n")
    (tmp_path / "a-deduplicated.csv").write_text("mine\n")
    answer = run("import", "csv", table, "--out", tmp_path / "out.manifest")
    assert (answer.exit_code, "a-deduplicated.csv is there already" in answer.stderr) == (2, True)
    assert (tmp_path / "a-deduplicated.csv").read_text() == "mine\n"


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
