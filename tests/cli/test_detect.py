"""`vedette detect`, as a person and as a script uses it."""

import csv
import io
import json

import pytest
from click.testing import CliRunner
from PIL import Image

from doubles.packages import save_patch, save_plain, tiny_package
from vedette.cli.main import app


def run(*words):
    return CliRunner().invoke(app, ["detect", *map(str, words)])


def lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_labels_are_one_line_of_json_a_picture(tmp_path):
    model = tiny_package(tmp_path / "m", "classification")
    red, dark = save_plain(tmp_path / "in/red.png", (255, 0, 0)), save_plain(tmp_path / "in/sub/dark.jpg", 0)
    result = run(model, tmp_path / "in", "--json")
    assert result.exit_code == 0
    assert lines(result) == [
        {"image": str(red), "findings": [{"label": "red", "confidence": 1.0}]},
        {"image": str(dark), "findings": [{"label": "dark", "confidence": pytest.approx(1.0)}]},
    ]


def test_boxes_are_shares_of_the_picture(tmp_path):
    model = tiny_package(tmp_path / "m.zip", "detection")
    result = run(model, save_patch(tmp_path / "a.png"), "--json", "--min-confidence", "0.9")
    assert lines(result)[0]["findings"] == [
        {
            "label": "light",
            "confidence": pytest.approx(1, abs=0.05),
            "box": {"left": 0, "top": 0, "width": 0.5, "height": 0.5},
        }
    ]


def test_anomalies_say_so_with_their_confidence(tmp_path):
    model = tiny_package(tmp_path / "m", "anomaly", thresholds={"anomaly": 0.5})
    pictures = [save_plain(tmp_path / "bad.png", 255), save_plain(tmp_path / "good.png", 0)]
    bad, good = lines(run(model, *pictures, "--json"))
    assert (bad["is_anomalous"], bad["confidence"], good["is_anomalous"], good["confidence"]) == (
        True,
        1,
        False,
        1,
    )
    assert bad["findings"] == [{"label": "anomaly", "confidence": 1.0}]
    assert good["findings"] == []


def test_masks_say_their_area(tmp_path):
    model = tiny_package(tmp_path / "m", "segmentation")
    (line,) = lines(run(model, save_patch(tmp_path / "a.png", (255, 0, 0)), "--json"))
    (finding,) = line["findings"]
    assert finding["label"] == "rust"
    assert finding["mask_area"] == pytest.approx(0.25, abs=0.05)
    assert line["is_anomalous"] is True


def test_a_person_reads_sentences(tmp_path):
    picture = save_patch(tmp_path / "a.png", (255, 0, 0))
    said = {
        task: run(tiny_package(tmp_path / task, task), picture, "--min-confidence", "0.5").stdout.strip()
        for task in ("classification", "detection", "anomaly", "segmentation")
    }
    assert said["classification"] == f"{picture}: dark 75.0%"
    assert said["detection"] == f"{picture}: nothing found"
    assert said["anomaly"] == f"{picture}: normal 66.7%"
    assert said["segmentation"].startswith(f"{picture}: anomalous 100.0%; rust ")


def test_a_broken_picture_is_named_and_the_rest_goes_on(tmp_path):
    model = tiny_package(tmp_path / "m", "classification")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing")
    good = save_plain(tmp_path / "red.png", (255, 0, 0))
    result = run(model, tmp_path / "broken.png", tmp_path / "gone.png", good, "--json")
    assert result.exit_code == 2
    first, second, third = lines(result)
    assert first["error"].startswith(f"{tmp_path}/broken.png")
    assert second["error"] == f"{tmp_path}/gone.png does not exist."
    assert third["findings"][0]["label"] == "red"
    assert "2 of 3 pictures could not be read" in result.stderr


def test_programs_have_a_list_or_rows_also_of_what_is_broken(tmp_path):
    model = tiny_package(tmp_path / "m", "segmentation")
    # A separator of lines that JSON leaves as it is, and what CSV quotes.
    odd = save_patch(tmp_path / 'in/a,\u2028"b.png', (255, 0, 0))
    (tmp_path / "in/broken.png").write_bytes(b"no")
    plain = [json.loads(line) for line in run(model, tmp_path / "in", "--json").stdout.split("\n")[:-1]]
    result = run(model, tmp_path / "in", "--output", "json")
    assert result.exit_code == 2
    rows = json.loads(result.stdout)
    assert rows[0] == {"error": None, **plain[0]}
    assert rows[0]["image"] == str(odd)
    assert rows[1] == {"is_anomalous": None, "confidence": None, **plain[1]}
    table = list(csv.DictReader(io.StringIO(run(model, tmp_path / "in", "--output", "csv").stdout)))
    assert json.loads(table[0]["findings"]) == plain[0]["findings"]
    assert (table[0]["image"], table[1]["is_anomalous"], table[1]["error"]) == (
        str(odd),
        "",
        plain[1]["error"],
    )


def test_drawings_keep_their_place_below_the_folder(tmp_path):
    model = tiny_package(tmp_path / "m", "segmentation", colors={"rust": "#0000ff"})
    save_patch(tmp_path / "in/a.png", (255, 0, 0), height=320, width=480)
    save_plain(tmp_path / "in/a.jpg", 0)
    save_plain(tmp_path / "in/deep/b.png", 0)
    result = run(model, tmp_path / "in", "--draw", tmp_path / "out", "--heatmap", tmp_path / "heat")
    assert result.exit_code == 0
    for folder in ("out", "heat"):
        found = {str(p.relative_to(tmp_path / folder)) for p in (tmp_path / folder).rglob("*.*")}
        assert found == {"a.jpg", "a-2.jpg", "deep/b.jpg"}
    with Image.open(tmp_path / "out/a-2.jpg") as drawn:
        assert drawn.size == (480, 320)
        red, _, blue = drawn.getpixel((150, 100))
        assert blue > 100
        assert red > 100


def test_a_detector_has_no_heat_map_and_says_so(tmp_path):
    model = tiny_package(tmp_path / "m", "detection")
    result = run(model, save_plain(tmp_path / "a.png", 0), "--heatmap", tmp_path / "heat")
    assert result.exit_code == 2
    assert "has no heat maps" in result.stderr


@pytest.mark.parametrize("confidence", ["-0.1", "80", "many"])
def test_a_confidence_beyond_0_and_1_is_refused(tmp_path, confidence):
    assert run(tmp_path, tmp_path, "--min-confidence", confidence).exit_code == 2


def test_a_folder_without_pictures_and_a_missing_model_are_named(tmp_path):
    model = tiny_package(tmp_path / "m", "detection")
    (tmp_path / "empty").mkdir()
    result = run(model, tmp_path / "empty")
    assert (result.exit_code, result.stderr) == (
        2,
        f"{tmp_path}/empty has no pictures in it: no file there ends in "
        ".bmp, .gif, .jpeg, .jpg, .png, .tif, .tiff, .webp.\n",
    )
    result = run(tmp_path / "no-model", tmp_path / "empty")
    assert (result.exit_code, result.stderr) == (2, f"There is no model at {tmp_path}/no-model.\n")


@pytest.mark.parametrize("option", ["--draw", "--heatmap"])
def test_drawings_go_into_a_folder_and_not_over_a_file(tmp_path, option):
    model = tiny_package(tmp_path / "m", "anomaly")
    picture = save_plain(tmp_path / "in/1.png", 0)
    result = run(model, picture, option, picture)
    assert (result.exit_code, result.stderr) == (
        2,
        f"{picture} is a file: name a folder for the drawings.\n",
    )
    below = picture / "drawn"
    result = run(model, picture, option, below)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"{below}/1.jpg cannot be written: Not a directory.\n"
