"""`vedette evaluate` and its page."""

import base64
import hashlib
import json
import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from doubles.packages import save_patch, save_plain, tiny_package
from vedette.cli.main import app
from vedette.runtime.package import open_package, write_package


def run(*words):
    return CliRunner().invoke(app, ["evaluate", *map(str, words)])


def colours(tmp_path):
    save_plain(tmp_path / "set/red/1.png", (255, 0, 0))
    save_plain(tmp_path / "set/red/2.png", (40, 0, 0))
    save_plain(tmp_path / "set/dark/3.png", 0)
    return tmp_path / "set"


def judged(tmp_path):
    save_plain(tmp_path / "set/normal/1.png", 0)
    save_plain(tmp_path / "set/anomaly/2.png", 255)
    save_plain(tmp_path / "set/anomaly/dent/3.png", 200)
    return tmp_path / "set"


def boxed(tmp_path):
    save_patch(tmp_path / "a.png")
    metadata = {
        "objects": [{"confidence": 1}],
        "class-map": {"0": "light"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-11-20T00:00:00",
        "job-name": "j",
    }
    annotation = {"class_id": 0, "left": 0, "top": 0, "width": 24, "height": 16}
    line = {
        "source-ref": "a.png",
        "boxes": {"image_size": [{"width": 48, "height": 32, "depth": 3}], "annotations": [annotation]},
        "boxes-metadata": metadata,
    }
    (tmp_path / "test.manifest").write_text(json.dumps(line) + "\n")
    return tmp_path / "test.manifest"


def test_labels_in_json(tmp_path):
    model = tiny_package(tmp_path / "m", "classification")
    result = run(model, colours(tmp_path), "--json")
    assert result.exit_code == 0, result.stderr
    said = json.loads(result.stdout)
    assert (said["task"], said["pictures"], said["broken"]) == ("classification", 3, [])
    assert said["accuracy"] == pytest.approx(2 / 3)
    assert said["f1"] == pytest.approx((2 / 3 + 2 / 3) / 2)
    assert {row["label"]: row["recall"] for row in said["labels"]} == {"red": 0.5, "dark": 1.0}


def test_the_names_for_programs_do_not_hang_on_the_task(tmp_path):
    names = []
    sources = {"classification": lambda: colours(tmp_path), "segmentation": lambda: judged(tmp_path / "j")}
    for task in ("classification", "segmentation"):
        result = run(tiny_package(tmp_path / task, task), sources[task](), "--output", "json")
        names.append(list(json.loads(result.stdout)))
        rows = run(tmp_path / task, sources[task](), "--output", "csv").stdout.splitlines()
        assert (len(rows), rows[0].split(",")) == (2, names[-1])
    assert names[0] == names[1]


def test_anomalies_at_the_models_own_threshold(tmp_path):
    model = tiny_package(tmp_path / "m", "anomaly", thresholds={"anomaly": 0.9})
    said = json.loads(run(model, judged(tmp_path), "--json").stdout)
    assert (said["auroc"], said["recall"], said["precision"]) == (1, 0.5, 1)


def test_boxes_from_a_manifest(tmp_path):
    model = tiny_package(tmp_path / "m", "detection")
    result = run(model, boxed(tmp_path), "--json")
    assert result.exit_code == 0, result.stderr
    said = json.loads(result.stdout)
    assert (said["map50"], said["map50_95"], said["f1"]) == (pytest.approx(1), pytest.approx(1), 1)


def test_anomaly_folders_serve_a_classifier_as_two_labels(tmp_path):
    model = tiny_package(tmp_path / "m", "classification")
    result = run(model, judged(tmp_path))
    assert result.exit_code == 2
    assert "None of the 3 pictures has one of the model's labels (red, dark)" in result.stderr


def test_a_person_reads_a_table(tmp_path):
    said = run(tiny_package(tmp_path / "m", "segmentation"), judged(tmp_path)).stdout
    assert "segmentation, 3 pictures" in said
    assert "rust" in said
    assert re.search(r"auroc\s+1\.000", said)


def test_a_broken_picture_is_named_and_does_not_count(tmp_path):
    source = colours(tmp_path)
    (source / "red/broken.png").write_bytes(b"no")
    result = run(tiny_package(tmp_path / "m", "classification"), source, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["pictures"] == 3
    assert "broken.png is no picture" in result.stderr


def test_sets_that_say_nothing_for_the_model_are_refused(tmp_path):
    for task, said in (("detection", "has boxes"), ("anomaly", "is judged; use normal/ and anomaly/")):
        result = run(tiny_package(tmp_path / task, task), colours(tmp_path))
        assert result.exit_code == 2
        assert said in result.stderr
    result = run(tmp_path / "detection", tmp_path / "nowhere")
    assert (result.exit_code, result.stderr) == (
        2,
        f"There is no folder or manifest at {tmp_path}/nowhere.\n",
    )


def test_all_pictures_broken_is_refused(tmp_path):
    (tmp_path / "set/red").mkdir(parents=True)
    (tmp_path / "set/red/a.png").write_bytes(b"no")
    result = run(tiny_package(tmp_path / "m", "classification"), tmp_path / "set")
    assert result.exit_code == 2
    assert "None of the 1 pictures" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("task", ["classification", "multilabel", "detection", "anomaly", "segmentation"])
def test_the_report_is_one_page_that_fetches_nothing_and_runs_its_own_script_alone(tmp_path, task):
    source = {"detection": boxed}.get(task, judged if task in ("anomaly", "segmentation") else colours)(
        tmp_path
    )
    model = tiny_package(tmp_path / "m", task)
    result = run(model, source, "--report", tmp_path / "pages/report.html")
    assert result.exit_code == 0, result.stderr
    page = (tmp_path / "pages/report.html").read_text("utf-8")
    assert "What it got wrong" in page
    assert "<svg" in page
    assert "data:image/jpeg;base64," in page
    assert not re.search(r"<link|@import|(src|href|url\()\s*=?\s*[\"']?(https?:|//|/)", page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    known = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert re.search(r"script-src ([^\";]*)", page)[1] == f"'sha256-{known}'"


def test_names_cannot_put_markup_into_the_report(tmp_path):
    save_plain(tmp_path / "set/red/<img src=x onerror=alert(1)>.png", 0)
    run(tiny_package(tmp_path / "m", "classification"), tmp_path / "set", "--report", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page


def test_labels_cannot_end_the_data_that_the_script_reads(tmp_path):
    label = "</script><script>alert(1)//"
    save_plain(tmp_path / "set/red/1.png", (255, 0, 0))
    folder = tiny_package(tmp_path / "m", "classification")
    facts = replace(open_package(folder).facts, labels=("red", label), thresholds={"red": 0.5, label: 0.5})
    write_package(folder, model=folder / "model.onnx", facts=facts, evaluation={}, card="")
    run(folder, tmp_path / "set", "--report", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text("utf-8")
    assert page.count("<script") == 2
    (data,) = re.findall(r'id="scores">(.*?)</script>', page, re.DOTALL)
    assert [row["label"] for row in json.loads(data)["labels"]] == ["red", label]


def test_only_columns_that_say_something_are_shown(tmp_path):
    said = run(tiny_package(tmp_path / "m", "classification"), colours(tmp_path)).stdout.splitlines()
    assert [line.split() for line in said if "label" in line or "red" in line] == [
        ["label", "pictures", "threshold", "precision", "recall", "f1", "av.", "precision"],
        ["red", "2", "0.500", "1.000", "0.500", "0.667", "1.000"],
    ]


def test_a_picture_is_no_manifest_and_a_folder_no_page(tmp_path):
    model = tiny_package(tmp_path / "m", "classification")
    picture = colours(tmp_path) / "red/1.png"
    result = run(model, picture)
    assert (result.exit_code, result.stderr) == (
        2,
        f"{picture} is one picture: name a folder with a subfolder a label, or a manifest.\n",
    )
    result = run(model, tmp_path / "set", "--report", tmp_path)
    assert (result.exit_code, result.stderr) == (
        2,
        f"{tmp_path} is a folder: name a file for the report, such as {tmp_path}/report.html.\n",
    )
    page = tmp_path / "file/report.html"
    (tmp_path / "file").write_text("")
    result = run(model, tmp_path / "set", "--report", page)
    assert (result.exit_code, result.stderr) == (
        2,
        f"The report cannot be written to {page}: {tmp_path}/file cannot be written to.\n",
    )


def test_of_a_file_that_is_no_manifest_a_few_lines_are_named(tmp_path):
    (tmp_path / "notes.txt").write_text("hello\n" * 9)
    result = run(tiny_package(tmp_path / "m", "classification"), tmp_path / "notes.txt")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 7
    assert "4 more things are wrong." in result.stderr


def test_pictures_without_labels_are_told_from_files_of_no_known_kind(tmp_path):
    model = tiny_package(tmp_path / "m", "classification")
    save_plain(tmp_path / "flat/1.png", 0)
    assert run(model, tmp_path / "flat").stderr.endswith(
        f" 1 pictures lie in {tmp_path}/flat itself, where nothing says what they show.\n"
    )
    (tmp_path / "odd/red").mkdir(parents=True)
    (tmp_path / "odd/red/1.heic").write_bytes(b"x")
    assert run(model, tmp_path / "odd").stderr.endswith(
        " It holds 1 files such as 1.heic, but none whose name ends in "
        ".bmp, .gif, .jpeg, .jpg, .png, .tif, .tiff, .webp.\n"
    )
