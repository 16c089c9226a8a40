"""Sets that are wrong as a whole: what crosses itself, has ten thousand names, or lies about its sizes."""

import json

import pytest
from click.testing import CliRunner

from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.exchange.formats import read_format


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
