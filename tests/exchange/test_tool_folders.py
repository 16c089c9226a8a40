"""LabelMe, VIA, Datumaro, imagefolder, MVTec AD and VisA: read as they are written, each loss named."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from doubles.drawn_items import SIZE, WHEN, box, items, labels, said
from vedette.cli.main import app
from vedette.errors import Wrong
from vedette.exchange.formats import from_lines, read_format
from vedette.exchange.items import Item, write_item
from vedette.exchange.losses import find_losses
from vedette.exchange.pieces import NoteList
from vedette.manifest.attributes import Stamp

GOLDEN = Path(__file__).parent.parent / "golden" / "exports"
STAMP = Stamp(moment=WHEN, job="labeling-job/test")
classes = st.lists(labels, unique=True, max_size=3).map(tuple)


def written(folder, form, many):
    """Write items in a format and read them again."""
    lines = [write_item(item, stamp=STAMP) for item in many]
    out = folder / ("via.json" if form == "via" else "out")
    from_lines(form, lines, out, written_at=WHEN)
    return list(read_format(form, out, images=folder))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A folder with six pictures, for formats that do not tell sizes."""
    folder = tmp_path_factory.mktemp("shelf")
    for number in range(6):
        Image.new("L", (640, 480)).save(folder / f"p{number}.png")
    return folder


@pytest.mark.parametrize("form", ["labelme", "via", "datumaro", "imagefolder"])
@settings(max_examples=15, deadline=None)
@given(many=items)
def test_boxes_are_read_as_they_were_written(shelf, form, many):
    shutil.rmtree(shelf / "out", ignore_errors=True)
    again = written(shelf, form, many)
    assert [(name.removeprefix("images/default/"), boxes) for name, boxes in said(again)] == said(many)
    assert all(item.boxes is not None for item in again)


@pytest.mark.parametrize("form", ["labelme", "via", "datumaro", "imagefolder"])
@settings(max_examples=15, deadline=None)
@given(found=st.lists(classes.filter(bool), min_size=1, max_size=6))
def test_labels_of_whole_pictures_are_read_as_they_were_written(shelf, form, found):
    shutil.rmtree(shelf / "out", ignore_errors=True)
    many = [Item(f"p{number}.png", names, None) for number, names in enumerate(found)]
    # A size stands in a line's boxes alone, so that the writer looks at the pictures.
    lines = [write_item(item, stamp=STAMP) for item in many]
    out = shelf / ("via.json" if form == "via" else "out")
    from_lines(form, lines, out, written_at=WHEN, images=shelf)
    again = read_format(form, out, images=shelf)
    assert [(sorted(item.labels), item.boxes) for item in again] == [
        (sorted(item.labels), None) for item in many
    ]


def test_labelme_shapes_become_boxes_and_flags_labels(tmp_path):
    shapes = [
        {"label": "cat", "points": [[30, 40], [10, 20]], "shape_type": "rectangle"},
        {"label": "dog", "points": [[0, 0], [50, 10], [20, 60]], "shape_type": "polygon"},
        {"label": "eye", "points": [[100, 100], [103, 104]], "shape_type": "circle"},
        {"label": "tip", "points": [[5, 5]], "shape_type": "point"},
        {"label": "far", "points": [[900, 900], [950, 950]], "shape_type": "rectangle"},
    ]
    document = {
        "version": "5.4.1",
        "flags": {"sharp": True, "dark": False},
        "shapes": shapes,
        "imagePath": "..\\pictures\\a.png",
        "imageData": "aGVsbG8=",
        "imageHeight": 480,
        "imageWidth": 640,
    }
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.json").write_text(json.dumps(document))
    notes = NoteList(str(tmp_path))
    [item] = read_format("labelme", tmp_path, notes=notes)
    assert (item.name, item.labels) == ("pictures/a.png", ("sharp",))
    assert said([item])[0][1] == [("cat", 10, 20, 20, 20), ("dog", 0, 0, 50, 60), ("eye", 95, 95, 10, 10)]
    assert [(note.sentence, note.is_refused) for note in notes.take()] == [
        ("labels/a.json has a polygon that becomes the box around it.", False),
        ("labels/a.json has a circle that becomes the box around it.", False),
        ("labels/a.json has a point, which has no area and becomes no box.", True),
        ("labels/a.json has a shape of far that is not on its picture.", True),
    ]


def test_a_project_of_via_is_read_with_its_dropdowns_and_checkboxes(tmp_path):
    Image.new("L", (640, 480)).save(tmp_path / "a.png")
    regions = [
        {
            "shape_attributes": {"name": "rect", "x": 10, "y": 20, "width": 30, "height": 40},
            "region_attributes": {"type": "bolt", "note": "old"},
        },
        {
            "shape_attributes": {"name": "ellipse", "cx": 100, "cy": 100, "rx": 10, "ry": 20, "theta": 0},
            "region_attributes": {"kinds": {"nut": True, "washer": True, "pin": False}},
        },
        {
            "shape_attributes": {"name": "polygon", "all_points_x": [0, 9, 4], "all_points_y": [1, 1, 8]},
            "region_attributes": {"label": "dent"},
        },
        {"shape_attributes": {"name": "point", "cx": 1, "cy": 1}, "region_attributes": {"label": "tip"}},
        {
            "shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4},
            "region_attributes": {"a": "1", "b": "2"},
        },
    ]
    entry = {"filename": "a.png", "size": 99, "regions": regions, "file_attributes": {"caption": "a tray"}}
    path = tmp_path / "via.json"
    path.write_text(json.dumps({"_via_settings": {}, "_via_img_metadata": {"a.png99": entry}}))
    notes = NoteList(str(tmp_path))
    [item] = read_format("via", path, notes=notes)
    assert said([item])[0][1] == [
        ("bolt", 10, 20, 30, 40),
        ("nut", 90, 80, 20, 40),
        ("washer", 90, 80, 20, 40),
        ("dent", 0, 1, 9, 7),
    ]
    assert item.labels == ()
    assert [note.sentence for note in notes.take() if note.is_refused] == [
        "a.png has a region of the kind point, which becomes no box.",
        "a.png has a region whose label is none of its attributes ('a', 'b'): call it 'label'.",
    ]


def test_the_folders_of_mvtec_and_visa_say_what_is_normal(tmp_path):
    for name in (
        "nut/train/good/0.png", "nut/test/good/1.png", "nut/test/bent/2.png",
        "nut/ground_truth/bent/2_mask.png", "nut/readme/3.png",
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8)).save(tmp_path / name)
    notes = NoteList(str(tmp_path))
    whole = [(item.name, item.is_anomalous) for item in read_format("mvtec", tmp_path, notes=notes)]
    assert whole == [
        ("nut/test/bent/2.png", True), ("nut/test/good/1.png", False), ("nut/train/good/0.png", False),
    ]  # fmt: skip
    assert [note.sentence for note in notes.take()] == [
        "nut/ground_truth/bent/2_mask.png is black, so that its picture has no mask."
    ]
    alone = [(item.name, item.is_anomalous) for item in read_format("mvtec", tmp_path / "nut" / "test")]
    assert alone == [("bent/2.png", True), ("good/1.png", False)]
    for name in "candle/Data/Images/Normal/0.png", "candle/Data/Images/Anomaly/1.png":
        (tmp_path / "visa" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8)).save(tmp_path / "visa" / name)
    assert [item.is_anomalous for item in read_format("visa", tmp_path / "visa")] == [True, False]
    with pytest.raises(Wrong, match="is it a product of MVTec"):
        list(read_format("mvtec", tmp_path / "visa" / "candle"))


def test_an_imagefolder_without_metadata_is_labelled_by_its_folders(tmp_path):
    for name in "train/cat/a.png", "test/dog/b.png", "c.png":
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (8, 8)).save(tmp_path / name)
    assert [(item.name, item.labels) for item in read_format("imagefolder", tmp_path)] == [
        ("c.png", ()), ("test/dog/b.png", ("dog",)), ("train/cat/a.png", ("cat",)),
    ]  # fmt: skip


BAD = [
    ("labelme", "[]", "is no JSON object"),
    ("labelme", "{", "is no JSON"),
    ("labelme", "{}", "is no file of LabelMe"),
    ("labelme", '{"shapes": [], "imagePath": "a"}', "no imageWidth"),
    ("labelme", '{"shapes": [], "imagePath": "a", "imageWidth": -1, "imageHeight": 4}', "no imageWidth"),
    ("labelme", '{"shapes": 7, "imagePath": "a", "imageWidth": 4, "imageHeight": 4}', "no list"),
    ("via", '{"a": 7}', "no text as filename"),
    ("via", '{"a": {"filename": "../../etc/passwd", "regions": []}}', "outside"),
    ("via", '{"a": {"filename": "none.png", "regions": []}}', "There is no picture none.png"),
    ("datumaro", '{"items": [{"id": "a", "annotations": [{"type": "label", "label_id": 5}]}]}', "number 5"),
    ("datumaro", '{"items": [7]}', "no object"),
    ("imagefolder", '{"file_name": "a.png", "label": 3}', "instead of their numbers"),
    ("imagefolder", "[" * 100_000, "is no JSON"),
    ("imagefolder", '{"label": "x"}', "no text as file_name"),
]


@pytest.mark.parametrize(("form", "text", "sentence"), BAD)
def test_a_file_that_is_wrong_is_refused_in_a_sentence(tmp_path, form, text, sentence):
    names = {"datumaro": "annotations/a.json", "imagefolder": "metadata.jsonl"}
    place = tmp_path / names.get(form, "a.json")
    place.parent.mkdir(exist_ok=True)
    place.write_text(text)
    with pytest.raises(Wrong, match=sentence):
        list(read_format(form, place if form == "via" else tmp_path))


def test_what_a_format_does_not_hold_is_counted_before_it_is_written(tmp_path):
    many = [Item("a.png", ("red",), None), Item("b.png", ("red",), (("cat", box(10, 20, 30, 40)),), SIZE)]
    lines = [write_item(item, stamp=STAMP) for item in many]
    unseen = "1 picture was not looked at for objects, which coco does not tell from pictures without any."
    assert find_losses("coco", lines) == ["2 pictures have labels, which coco does not hold.", unseen]
    assert find_losses("csv", lines) == ["1 picture has boxes, which csv does not hold."]
    assert find_losses("labelme", lines) == []
    manifest = tmp_path / "all.manifest"
    manifest.write_text("".join(f"{line.text}\n" for line in lines))
    answer = CliRunner().invoke(app, ["export", "coco", str(manifest), "--dry-run"])
    assert answer.output == (
        f"Lost: 2 pictures have labels, which coco does not hold.\nLost: {unseen}\n"
        "2 pictures would be written; nothing was.\n"
    )
    (tmp_path / "a.json").write_text(
        '{"shapes": [{"label": "x", "shape_type": "point", "points": []}],'
        ' "imagePath": "a.png", "imageWidth": 4, "imageHeight": 4}'
    )
    answer = CliRunner().invoke(app, ["import", "labelme", str(tmp_path), "--dry-run"])
    assert answer.exit_code == 0
    assert answer.output.splitlines()[-1] == "1 pictures would be brought; nothing was written."
    assert "Left out: " in answer.output
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "all.manifest"]


def test_what_datumaro_wrote_is_read_as_it_meant_it():
    """Datumaro 1.13.12 wrote these, 2026-11-29, out of pictures of 64 by 48 pixels that a test had drawn."""
    notes = NoteList()
    found = list(read_format("datumaro", GOLDEN / "datumaro", notes=notes))
    assert [(item.name, item.labels, item.boxes is None) for item in found] == [
        ("images/test/sub_b.jpg", ("bolt",), True),
        ("images/train/a.jpg", ("nut",), False),
    ]
    assert [
        (label, *(round(edge) for edge in (box.left * 64, box.top * 48, box.width * 64, box.height * 48)))
        for label, box in found[1].boxes
    ] == [("bolt", 10, 12, 20, 15), ("nut", 1, 1, 19, 11)]
    assert [note.sentence for note in notes.take()] == [
        "images/train/a.jpg has a polygon that becomes the box around it."
    ]


@pytest.mark.parametrize("form", ["labelme", "via", "datumaro", "imagefolder", "supervisely"])
def test_an_export_with_its_pictures_is_imported_again_as_it_lies(tmp_path, form):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    Image.new("RGB", (640, 480)).save(tmp_path / "in" / "deep" / "a.png")
    line = write_item(Item("deep/a.png", ("sharp",), (("cat", box(10, 20, 30, 40)),), SIZE), stamp=STAMP)
    (tmp_path / "in" / "all.manifest").write_text(f"{line.text}\n")
    out = tmp_path / "out" / ("via.json" if form == "via" else "")
    out.parent.mkdir(exist_ok=True)
    words = ["export", form, str(tmp_path / "in" / "all.manifest"), "--out", str(out), "--with-pictures"]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    [item] = read_format(form, out)
    assert (item.labels, said([item])[0][1]) == (("sharp",), [("cat", 10, 20, 30, 40)])
    assert (tmp_path / "out" / item.name).is_file()
