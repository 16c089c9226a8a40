"""Sets that are wrong as a whole: what crosses itself, has ten thousand names, or lies about its sizes."""

import json

import pytest
from click.testing import CliRunner
from PIL import Image

from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.exchange.formats import read_format
from vedette.exchange.items import write_item
from vedette.manifest.attributes import Stamp


def coco(folder, **told):
    """Write a COCO file of one picture of 100 by 50 pixels."""
    document = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 50}],
        "categories": [{"id": 1, "name": "bolt"}],
        "annotations": [],
        **told,
    }
    (folder / "set.json").write_text(json.dumps(document), "utf-8")
    return folder / "set.json"


def test_a_polygon_that_crosses_itself_has_the_box_around_all_of_it(tmp_path):
    bow = [[10, 10, 40, 30, 40, 10, 10, 30]]
    annotations = [{"id": 1, "image_id": 1, "category_id": 1, "segmentation": bow}]
    [item] = read_format("coco", coco(tmp_path, annotations=annotations))
    [(_, box)] = item.boxes
    assert [round(side, 6) for side in (box.left, box.top, box.width, box.height)] == [0.1, 0.2, 0.3, 0.4]


def test_ten_thousand_categories_keep_their_names(tmp_path):
    names = [f"kind {number}" for number in range(10_000)]
    path = coco(
        tmp_path,
        categories=[{"id": number, "name": name} for number, name in enumerate(names)],
        annotations=[
            {"id": number, "image_id": 1, "category_id": number, "bbox": [1, 1, 2, 2]}
            for number in range(10_000)
        ],
    )
    [item] = read_format("coco", path)
    assert [label for label, _ in item.boxes] == names


@pytest.mark.parametrize(("width", "height"), [(0, 50), (-5, 50), (1e300, 50), ("wide", 50), (None, 50)])
def test_a_set_that_lies_about_a_size_is_refused_and_nothing_is_written(tmp_path, width, height):
    path = coco(tmp_path, images=[{"id": 1, "file_name": "a.jpg", "width": width, "height": height}])
    out = tmp_path / "out.manifest"
    answer = CliRunner().invoke(app, ["import", "coco", str(path), "--out", str(out)])
    assert answer.exit_code == 2
    assert "set.json" in answer.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["set.json"]


def test_a_zip_where_a_label_file_is_wanted_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "set.json").write_bytes(b"PK\x03\x04" + b"\xff" * 40)
    with pytest.raises(Wrong, match=r"set\.json is not UTF-8"):
        list(read_format("coco", tmp_path / "set.json"))


@pytest.mark.parametrize(
    ("form", "pixels", "end"),
    [
        ("coco", (64, 64), "has 64 x 64, which are other proportions: its boxes would lie elsewhere."),
        ("manifest", (50, 100), "has 50 x 100, which are other proportions: its boxes would lie elsewhere."),
        ("coco", (201, 100), "has 201 x 100; its boxes are scaled."),
        ("manifest", (100, 50), ""),
    ],
)
def test_a_picture_of_another_size_than_its_boxes_are_drawn_for_is_told(tmp_path, form, pixels, end):
    Image.new("RGB", pixels).save(tmp_path / "a.jpg")
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 30]}
    path, runner = coco(tmp_path, annotations=[box]), CliRunner()
    if form == "manifest":
        [item] = read_format("coco", path)
        path = tmp_path / "set.manifest"
        path.write_text(write_item(item, stamp=Stamp()).text + "\n")
    rehearsal = runner.invoke(app, ["import", form, str(path), "--dry-run"])
    sentence = f"a.jpg should have 100 x 50 pixels, and {end}"
    assert (sentence in rehearsal.output, "should have" in rehearsal.output) == (bool(end), bool(end))
    out = tmp_path / "out.manifest"
    answer = runner.invoke(app, ["import", form, str(path), "--out", str(out)])
    assert (answer.exit_code, out.exists()) == ((2, False) if "elsewhere" in end else (0, True))


def test_a_picture_that_exif_turns_may_have_its_boxes_as_it_is_shown(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (50, 100)).save(tmp_path / "a.jpg", exif=exif)
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 40, 30]}
    words = ["import", "coco", str(coco(tmp_path, annotations=[box])), "--out", str(tmp_path / "m.manifest")]
    assert CliRunner().invoke(app, words).exit_code == 0
