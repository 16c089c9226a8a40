"""Supervisely and FiftyOne: read as they are written, and as the tools write them; each loss named."""

import base64
import io
import json
import zlib

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

STAMP = Stamp(moment=WHEN, job="labeling-job/test")


def pixels(item):
    """Return a picture's boxes in pixels."""
    wide, high = item.size.width, item.size.height
    return [
        (
            label,
            *(round(edge, 3) for edge in (at.left * wide, at.top * high, at.width * wide, at.height * high)),
        )
        for label, at in item.boxes or ()
    ]


@settings(max_examples=15, deadline=None)
@given(many=items)
def test_supervisely_is_read_as_it_was_written(tmp_path_factory, many):
    out = tmp_path_factory.mktemp("sly")
    from_lines("supervisely", [write_item(item, stamp=STAMP) for item in many], out, written_at=WHEN)
    again = list(read_format("supervisely", out))
    assert [(name.removeprefix("ds0/img/"), boxes) for name, boxes in said(again)] == sorted(said(many))


@settings(max_examples=10, deadline=None)
@given(names=st.lists(labels, unique=True, min_size=1, max_size=3))
def test_labels_of_a_picture_are_tags_of_supervisely(tmp_path_factory, names):
    out = tmp_path_factory.mktemp("sly")
    lines = [write_item(Item("a.png", tuple(names), None, SIZE), stamp=STAMP)]
    from_lines("supervisely", lines, out, written_at=WHEN, images={"a.png": SIZE})
    [item] = read_format("supervisely", out)
    assert (item.labels, item.boxes) == (tuple(names), None)


@settings(max_examples=10, deadline=None)
@given(many=items)
def test_fiftyone_is_read_as_it_was_written(tmp_path_factory, many):
    out = tmp_path_factory.mktemp("fo")
    (out / "data").mkdir()
    for item in many:
        Image.new("L", (item.size.width, item.size.height)).save(out / "data" / item.name)
    from_lines("fiftyone", [write_item(item, stamp=STAMP) for item in many], out, written_at=WHEN)
    again = list(read_format("fiftyone", out))
    assert [(name.removeprefix("data/"), boxes) for name, boxes in said(again)] == said(many)
    assert find_losses("fiftyone", [write_item(Item("a.png", ("red",)), stamp=STAMP)]) == [
        "1 picture has labels, which fiftyone does not hold.",
        "1 picture was not looked at for objects, which fiftyone does not tell from pictures without any.",
    ]


def bitmap(wide, high, *, packed=True):
    """Return a mask as Supervisely packs it."""
    out = io.BytesIO()
    Image.new("RGBA", (wide, high), (255, 255, 255, 255)).save(out, "PNG")
    return base64.b64encode(zlib.compress(out.getvalue()) if packed else out.getvalue()).decode()


def supervisely_file(folder, *objects, tags=(), size=(100, 50)):
    """Write one picture's file."""
    place = folder / "ds1" / "ann" / "a.jpg.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    document = {"size": {"width": size[0], "height": size[1]}, "tags": list(tags), "objects": list(objects)}
    place.write_text(json.dumps(document), "utf-8")


def shape(kind, *points, **told):
    """Return an object with its points."""
    return {
        "classTitle": "bolt",
        "geometryType": kind,
        "points": {"exterior": points, "interior": []},
        **told,
    }


def test_shapes_of_supervisely_become_boxes_and_tags_labels(tmp_path):
    supervisely_file(
        tmp_path,
        shape("rectangle", [30, 20], [10, 5]),
        shape("rectangle", [10.5, 5.0], [30.0, 20.0]),
        shape("polygon", [1, 1], [9, 1], [9, 9]),
        shape("bitmap", bitmap={"origin": [40, 10], "data": bitmap(20, 5)}),
        shape("bitmap", bitmap={"origin": [40, 10], "data": bitmap(3, 2, packed=False)}),
        shape("point", [1, 1]),
        tags=[{"name": "wet"}, {"name": "state", "value": "worn"}, {"name": "age", "value": 3}],
    )
    notes = NoteList(str(tmp_path))
    [item] = read_format("supervisely", tmp_path, notes=notes)
    assert (item.name, item.labels) == ("ds1/img/a.jpg", ("wet", "worn"))
    assert pixels(item) == [
        ("bolt", 10, 5, 21, 16),
        ("bolt", 10.5, 5, 19.5, 15),
        ("bolt", 1, 1, 9, 9),
        ("bolt", 40, 10, 20, 5),
        ("bolt", 40, 10, 3, 2),
    ]
    assert [note.sentence.split(" ", 1)[1] for note in notes.take()] == [
        "has the tag age with a number, which becomes no label.",
        "has a polygon of bolt that becomes the box around it.",
        "has a bitmap of bolt that becomes the box around it.",
        "has a bitmap of bolt that becomes the box around it.",
        "has a point of bolt, which becomes no box.",
    ]


BOMB = base64.b64encode(zlib.compress(b"\0" * (80 * 1024**2))).decode()


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        (shape("graph", [1, 1]), "a graph of bolt, which becomes no box"),
        (shape("rectangle", [1, 1]), "with 1 points"),
        (shape("polygon", [1, 1], [2, 2]), "with 2 points"),
        (shape("rectangle", [1, 1], ["a", 2]), "not 2 numbers"),
        (shape("rectangle", [200, 1], [300, 2]), "not on its picture"),
        (shape("bitmap", bitmap={"origin": [1, 1], "data": "no base64!"}), "cannot be read"),
        (shape("bitmap", bitmap={"origin": [1, 1], "data": BOMB}), "cannot be read"),
        (shape("bitmap", bitmap={"origin": [1], "data": bitmap(2, 2)}), "not 2 numbers"),
        ({"geometryType": "rectangle"}, "no text as classTitle"),
        ("rectangle", "no text as classTitle"),
    ],
)
def test_an_object_of_supervisely_that_is_wrong_is_refused_in_a_sentence(tmp_path, entry, sentence):
    supervisely_file(tmp_path, entry)
    with pytest.raises(Wrong, match=sentence):
        list(read_format("supervisely", tmp_path))


# A ring of three pixels by three, as the documentation of the SDK 6.74 has it for its Bitmap.
RING = (
    "eJzrDPBz5+WS4mJgYOD19HAJAtLMIMwIInOeqf8BUmwBPiGuQPr///9Lb86/C2QxlgT5BTM4PLuRBuTwebo4hlTMSa44sKHhISMDuxpTYrr0"
    "3F6gDIOnq5/LOqeEJgDM5ht6"
)


def test_a_bitmap_that_the_sdk_of_supervisely_packed_is_read(tmp_path):
    supervisely_file(tmp_path, shape("bitmap", bitmap={"origin": [7, 9], "data": RING}))
    [item] = read_format("supervisely", tmp_path)
    assert pixels(item) == [("bolt", 7, 9, 3, 3)]


def sample(**fields):
    """Return a sample of FiftyOne with these fields."""
    metadata = {"_cls": "ImageMetadata", "width": 100, "height": 50}
    return {"filepath": "data/a.jpg", "tags": ["train"], "metadata": metadata, **fields}


def detections(*entries):
    """Return a field of boxes."""
    return {"_cls": "Detections", "detections": list(entries)}


def fiftyone_file(folder, *samples):
    """Write a dataset's samples."""
    (folder / "samples.json").write_text(json.dumps({"samples": list(samples)}), "utf-8")


BOLT = {"_cls": "Detection", "label": "bolt", "bounding_box": [0.1, 0.2, 0.3, 0.4]}
LINE = {"_cls": "Polyline", "label": "cut", "points": [[[0.1, 0.1], [0.3, 0.5]], [[0.2, 0.6]]]}


def test_samples_of_fiftyone_become_pictures_with_boxes_or_labels(tmp_path):
    fiftyone_file(
        tmp_path,
        sample(ground_truth=detections({**BOLT, "mask": {"$binary": ""}}), predictions=detections()),
        sample(ground_truth=None),
        sample(ground_truth=detections()),
        sample(ground_truth={"_cls": "Polylines", "polylines": [LINE]}),
        sample(ground_truth={"_cls": "Classification", "label": "wet"}),
        sample(ground_truth={"_cls": "Classifications", "classifications": [{"label": "a"}, {"label": "b"}]}),
    )
    notes = NoteList(str(tmp_path))
    found = list(read_format("fiftyone", tmp_path, notes=notes))
    assert [(item.labels, item.boxes is None, pixels(item)) for item in found] == [
        ((), False, [("bolt", 10, 10, 30, 20)]),
        ((), True, []),
        ((), False, []),
        ((), False, [("cut", 10, 5, 20, 25)]),
        (("wet",), True, []),
        (("a", "b"), True, []),
    ]
    assert [note.sentence for note in notes.take()] == [
        "data/a.jpg has a mask of bolt of which the box is kept.",
        "data/a.jpg has a polyline of cut that becomes the box around it.",
    ]


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (sample(one=detections(BOLT), two=detections(BOLT)), r"several fields \(one, two\)"),
        (sample(ground_truth={"_cls": "Keypoints", "keypoints": []}), "Keypoints as ground_truth"),
        (sample(only=detections({"label": "bolt"})), "without a box or points"),
        (sample(only=detections({**BOLT, "bounding_box": [2, 2, 1, 1]})), "not on its picture"),
        (sample(only=detections({**BOLT, "label": None})), "no text as label"),
        (sample(only={"_cls": "Detections", "detections": 3}), "no list"),
        ({"tags": []}, "no text as filepath"),
        (3, "no text as filepath"),
    ],
)
def test_a_sample_of_fiftyone_that_is_wrong_is_refused_in_a_sentence(tmp_path, told, sentence):
    fiftyone_file(tmp_path, told)
    with pytest.raises(Wrong, match=sentence):
        list(read_format("fiftyone", tmp_path))


def test_labels_of_fiftyone_need_one_picture_each(tmp_path):
    (tmp_path / "labels.json").write_text('{"classes": ["a"], "labels": {"p": [{"label": 0}]}}', "utf-8")
    with pytest.raises(Wrong, match="no picture, or several"):
        list(read_format("fiftyone", tmp_path))
    for name in ("p.png", "p.jpg"):
        Image.new("L", (4, 4)).save(tmp_path / name)
    with pytest.raises(Wrong, match="no picture, or several"):
        list(read_format("fiftyone", tmp_path))
    lines = [write_item(Item(name, (), (), SIZE), stamp=STAMP) for name in ("p.png", "p.jpg")]
    with pytest.raises(Wrong, match="would both be p"):
        from_lines("fiftyone", lines, tmp_path, written_at=WHEN)


def test_an_export_with_its_pictures_lies_flat_and_is_imported_again(tmp_path):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    Image.new("RGB", (640, 480)).save(tmp_path / "in" / "deep" / "a.png")
    line = write_item(Item("deep/a.png", (), (("cat", box(10, 20, 30, 40)),), SIZE), stamp=STAMP)
    (tmp_path / "in" / "all.manifest").write_text(f"{line.text}\n")
    out = tmp_path / "out"
    words = [
        "export",
        "fiftyone",
        str(tmp_path / "in" / "all.manifest"),
        "--out",
        str(out),
        "--with-pictures",
    ]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    [item] = read_format("fiftyone", out)
    assert (item.name, said([item])[0][1]) == ("data/deep_a.png", [("cat", 10, 20, 30, 40)])
