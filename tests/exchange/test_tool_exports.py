"""Exports of Label Studio and CVAT, read as their tools write them, and hostile ones refused in words."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles.drawn_items import SIZE, WHEN, box, items, said
from vedette.errors import Wrong
from vedette.exchange.cvat import read_cvat
from vedette.exchange.formats import from_lines, read_format, to_lines
from vedette.exchange.items import Item, write_item
from vedette.exchange.labelstudio import read_labelstudio
from vedette.exchange.pieces import NoteList
from vedette.exchange.turned_boxes import around, around_centred, around_turned
from vedette.manifest.attributes import Stamp

GOLDEN = Path(__file__).parent.parent / "golden" / "exports"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return tmp_path_factory.mktemp("shelf")


def pixels(item):
    """Return a picture's boxes in whole pixels."""
    return [
        (
            name,
            round(box.left * item.size.width),
            round(box.top * item.size.height),
            round(box.width * item.size.width),
            round(box.height * item.size.height),
        )
        for name, box in item.boxes or ()
    ]


def test_label_studio_tasks_become_pictures_with_boxes_and_labels():
    notes = NoteList(str(GOLDEN))
    items = list(read_labelstudio(GOLDEN / "labelstudio.json", notes))
    assert [(item.name, item.labels, pixels(item)) for item in items] == [
        ("3/8f3a1b2c-tray-01.jpg", ("bright",), [("bolt", 64, 120, 320, 240), ("nut", 320, 240, 160, 240)]),
        ("s3://acme-vision/trays/tray-02.jpg", (), []),
        ("trays/tray 03.jpg", (), [("bolt", 80, 50, 20, 50)]),
    ]
    assert [item.boxes is None for item in items] == [False, True, False]
    assert items[0].stamp
    assert items[0].stamp.write() == {
        "human-annotated": "yes", "creation-date": "2026-03-01T09:30:00.000000", "job-name": "label-studio",
    }  # fmt: skip
    assert [(note.sentence, note.is_refused) for note in notes.take()] == [
        ("task 11 has a polygon that becomes the box around it.", False),
        ("task 11 has a result of the type brushlabels, which becomes no label.", True),
        ("task 13 has a rectangle that becomes the box around it.", False),
    ]


def test_the_short_form_of_label_studio_is_read_too():
    items = list(read_labelstudio(GOLDEN / "labelstudio-min.json"))
    assert [(item.name, item.labels, pixels(item)) for item in items] == [
        ("3/8f3a1b2c-tray-01.jpg", (), [("bolt", 64, 120, 320, 240)]),
        ("3/aa11bb22-tray-02.jpg", ("bright",), []),
        ("3/aa11bb22-tray-03.jpg", ("bright", "full"), []),
    ]


def test_cvat_images_become_pictures_with_boxes_and_labels():
    notes = NoteList(str(GOLDEN))
    items = list(read_cvat(GOLDEN / "cvat.xml", notes))
    assert [(item.name, item.labels, pixels(item)) for item in items] == [
        ("trays/tray-01.jpg", ("bright",), [("bolt", 64, 120, 320, 240), ("nut", 320, 240, 160, 240)]),
        ("trays/tray-02.jpg", (), []),
        ("trays/tray-03.jpg", (), [("bolt", 90, 30, 20, 40), ("stain", 10, 20, 30, 40),
          ("ring", 80, 40, 40, 20)]),
    ]  # fmt: skip
    assert [note.sentence for note in notes.take() if note.is_refused] == [
        "trays/tray-01.jpg has points of pin, which become no box."
    ]
    assert items[1].stamp
    assert items[1].stamp.job == "cvat"


@pytest.mark.parametrize("form", ["labelstudio", "cvat"])
def test_an_export_becomes_manifest_lines_from_the_command_line(form, tmp_path):
    file = {"labelstudio": "labelstudio-min.json", "cvat": "cvat.xml"}[form]
    if form == "cvat":
        # A command has nobody to ask, so points that become no box refuse the file.
        with pytest.raises(Wrong, match="points of pin"):
            list(to_lines(form, GOLDEN / file, stamp=Stamp()))
        text = (GOLDEN / file).read_text("utf-8").replace("<points", "<tag").replace("</points", "</tag")
        (tmp_path / file).write_text(text, "utf-8")
    source = tmp_path / file if form == "cvat" else GOLDEN / file
    lines = list(to_lines(form, source, stamp=Stamp(), prefix="s3://acme/t"))
    assert len(lines) == 3
    assert all(line.source.startswith("s3://acme/t/") for line in lines)


@pytest.mark.parametrize("form", ["labelstudio", "cvat"])
@settings(max_examples=15, deadline=None)
@given(many=items)
def test_boxes_are_read_as_they_were_written(shelf, form, many):
    lines = [write_item(item, stamp=Stamp()) for item in many]
    assert from_lines(form, lines, shelf / "out", written_at=WHEN) == sum(len(item.boxes) for item in many)
    again = list(read_format(form, shelf / "out"))
    assert said(again) == said(many)
    # A task that shows nothing is one that nobody has annotated.
    assert [item.boxes is None for item in again] == [
        form == "labelstudio" and not item.boxes for item in many
    ]


@pytest.mark.parametrize("form", ["labelstudio", "cvat"])
def test_names_and_labels_are_read_as_they_were_written(tmp_path, form):
    many = [
        Item("lines/4 & 5/ä 1.png", ('"<bolt>" & nut', "a\tb"), None, SIZE),
        Item("s3://acme/x/2.png", ("good",), (("dent", box(1, 2, 3, 4)),), SIZE),
    ]
    lines = [write_item(item, stamp=Stamp()) for item in many]
    sizes = {item.name: SIZE for item in many}
    from_lines(form, lines, tmp_path / "out", written_at=WHEN, prefix=None, images=sizes)
    again = list(read_format(form, tmp_path / "out"))
    assert [(item.name, item.labels, item.boxes is None) for item in again] == [
        (item.name, item.labels, item.boxes is None) for item in many
    ]


@pytest.mark.parametrize("form", ["cvat", "voc"])
def test_what_xml_cannot_hold_is_refused_and_not_written_broken(tmp_path, form):
    line = write_item(Item("a.png", (), (("bell\x07", box(1, 2, 3, 4)),), SIZE), stamp=Stamp())
    with pytest.raises(Wrong, match=r"a character that XML cannot hold"):
        from_lines(form, [line], tmp_path / "out", written_at=WHEN)


BOMB = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<annotations><image name="&b;" width="1" height="1"/></annotations>"""
OUTSIDE = '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotations/>'
VIDEO = '<annotations><track id="0" label="x"/></annotations>'
DEEP = "<annotations>" + "<a>" * 1000


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (BOMB, "declares a document type"),
        (BOMB.encode("utf-16"), "declares a document type"),
        (OUTSIDE, "declares a document type"),
        (VIDEO, "no original_size of its film"),
        (DEEP, "nested too deep"),
        ("<html/>", "no export of the form"),
        ("not xml", "is no XML"),
        ("", "is no XML"),
        ('<annotations><image name="a.jpg" width="0" height="1"/></annotations>', "has no width"),
        ('<annotations><image name=" " width="9" height="9"/></annotations>', "an image without a name"),
        ('<annotations><image name="a.jpg" width="nan" height="1"/></annotations>', "no number for width"),
        (
            '<annotations><image name="a.jpg" width="9" height="9"><box label="x" xtl="1e999" ytl="0"'
            ' xbr="1" ybr="1"/></image></annotations>',
            "no number for xtl",
        ),
    ],
)
def test_a_hostile_cvat_file_is_refused_in_words(content, sentence, tmp_path):
    file = tmp_path / "a.xml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(Wrong, match=sentence):
        list(read_cvat(file))


def task(**value):
    shape = {"x": 1, "y": 1, "width": 5, "height": 5, "rectanglelabels": ["x"], **value}
    result = {"type": "rectanglelabels", "original_width": 10, "original_height": 10, "value": shape}
    return {"id": 1, "data": {"image": "a.jpg"}, "annotations": [{"result": [result]}]}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{}", r"has '\{' where '\['"),
        ("[" * 100_000, "nested too deep"),
        ('["x"]', "is no task"),
        ('[{"id": 1, "data": {"image": "http://x.example/none.exe"}}]', "names no picture"),
        ('[{"id": 1, "data": {"image": "file:///etc/passwd"}}]', "names no picture"),
        ("[NaN]", "NaN, which is no number"),
        (json.dumps([task(x=None)]), "a shape without x, y"),
        (json.dumps([task(x=1e99)]), "a shape without x, y"),
        (json.dumps([task(rotation="x")]), "rotation that is no number"),
        (json.dumps([task(rectanglelabels=[3])]), "are no texts"),
        (json.dumps([task(x=200)]), "not on its picture"),
    ],
)
def test_a_hostile_label_studio_file_is_refused_in_words(content, sentence, tmp_path):
    file = tmp_path / "a.json"
    file.write_text(content, "utf-8")
    with pytest.raises(Wrong, match=sentence):
        list(read_labelstudio(file))


def test_one_bad_task_is_noted_and_the_others_are_read(tmp_path):
    file = tmp_path / "a.json"
    file.write_text(json.dumps([task(x=None), task()]), "utf-8")
    notes = NoteList(str(tmp_path))
    assert len(list(read_labelstudio(file, notes))) == 1
    assert [(note.name, note.is_refused) for note in notes.take()] == [("a.json, task 1", True)]


numbers = st.floats(-1000, 1000)


@given(st.tuples(numbers, numbers), st.tuples(st.floats(0.1, 100), st.floats(0.1, 100)), st.floats(-720, 720))
def test_a_box_around_a_turned_one_holds_its_centre_and_at_least_its_area(anchor, sides, turn):
    left, top, right, bottom = around_turned(anchor, sides, turn)
    assert (right - left) * (bottom - top) >= sides[0] * sides[1] * 0.999
    upright = (0.0, 0.0, sides[0], sides[1])
    assert around_centred(upright, 0) == pytest.approx(upright)
    assert around([anchor]) == (*anchor, *anchor)
