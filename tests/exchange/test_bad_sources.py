"""Sources that are wrong as a whole: archives, names that differ in case, a table that lies; Geti."""

import io
import json
import zipfile

import pytest
from click.testing import CliRunner

from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.exchange.formats import IN, read_format


def zip_of_zips(depth=20):
    """Return an archive in an archive in an archive."""
    inner = b"nothing"
    for _ in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner.zip", inner)
        inner = out.getvalue()
    return inner


@pytest.mark.parametrize("form", [form for form in IN if form not in ("manifest", "groundtruth")])
@pytest.mark.parametrize("kind", ["zip", "parquet"])
def test_an_archive_and_a_table_are_refused_by_every_reader_and_nothing_is_written(tmp_path, form, kind):
    source = tmp_path / f"set.{kind}"
    # The table's directory says a terabyte, and that it begins before the file does.
    source.write_bytes(
        zip_of_zips() if kind == "zip" else b"PAR1" + (1 << 40).to_bytes(8, "little") + b"PAR1"
    )
    out = tmp_path / "out.manifest"
    answer = CliRunner().invoke(app, ["import", form, str(source), "--out", str(out)])
    assert answer.exit_code == 2, answer.output
    assert str(tmp_path) in answer.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == [source.name]


@pytest.mark.parametrize("form", ["coco", "fiftyone", "labelstudio"])
def test_a_number_with_more_digits_than_python_takes_is_refused(tmp_path, form):
    digits = b"1" * 5000
    (tmp_path / "samples.json").write_bytes(
        b"[%s]" % digits if form == "labelstudio" else b'{"samples":[%s]}' % digits
    )
    source = tmp_path if form == "fiftyone" else tmp_path / "samples.json"
    with pytest.raises(Wrong, match="has a number with too many digits"):
        list(read_format(form, source))


def test_names_that_differ_only_in_case_stay_apart_and_are_told(tmp_path):
    document = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 50}],
        "categories": [{"id": 1, "name": "Bolt"}, {"id": 2, "name": "bolt"}],
        "annotations": [
            {"id": number, "image_id": 1, "category_id": number, "bbox": [1, 1, 2, 2]} for number in (1, 2)
        ],
    }
    (tmp_path / "set.json").write_text(json.dumps(document))
    answer = CliRunner().invoke(app, ["import", "coco", str(tmp_path / "set.json"), "--dry-run"])
    assert (
        "Labels differ only in case, and stay apart unless a map joins them: Bolt and bolt." in answer.output
    )


def test_what_geti_exports_in_datumaro_s_form_is_read(tmp_path):
    """Its groups stand beside the labels, and its pictures lie below images/default."""
    document = {
        "dm_format_version": "1.0",
        "media_type": 2,
        "infos": {"ScriptName": "geti", "LabelGroups": ["parts"]},
        "categories": {
            "label": {
                "labels": [{"name": "bolt", "parent": "", "attributes": []}],
                "label_groups": [{"name": "parts", "group_type": "exclusive", "labels": ["bolt"]}],
                "attributes": [],
            },
            "mask": {"colormap": [{"label_id": 0, "r": 1, "g": 2, "b": 3}]},
        },
        "items": [
            {
                "id": "a",
                "annotations": [
                    {"id": 0, "type": "bbox", "label_id": 0, "bbox": [10, 10, 20, 10], "attributes": {}},
                    {
                        "id": 1, "type": "polygon", "label_id": 0, "points": [1.0, 1.0, 9.0, 1.0, 9.0, 6.0],
                        "attributes": {"__instance_id__": "7"},
                    },
                ],
                "attr": {"has_empty_label": False},
                "image": {"path": "a.jpg", "size": [50, 100]},
            }
        ],
    }  # fmt: skip
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "default.json").write_text(json.dumps(document))
    [item] = read_format("datumaro", tmp_path)
    assert item.name == "images/default/a.jpg"
    assert [
        (label, round(b.left * 100), round(b.top * 50), round(b.width * 100), round(b.height * 50))
        for label, b in item.boxes
    ] == [("bolt", 10, 10, 20, 10), ("bolt", 1, 1, 8, 5)]


def test_a_segmentation_that_lies_about_its_size_is_refused(tmp_path):
    runs = {"size": [1_000_000, 1_000_000], "counts": [10**12]}
    document = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 50}],
        "categories": [{"id": 1, "name": "bolt"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "iscrowd": 1, "segmentation": runs}],
    }
    (tmp_path / "set.json").write_text(json.dumps(document))
    with pytest.raises(Wrong, match=r"mask of 1000000 x 1000000|not 2 numbers"):
        list(read_format("coco", tmp_path / "set.json"))
