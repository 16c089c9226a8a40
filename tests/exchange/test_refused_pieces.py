"""What is refused alone leaves nothing that says otherwise: no empty picture, no line held in memory."""

import json
import tracemalloc

import pytest

from vedette.exchange.formats import read_format
from vedette.exchange.imagefolder import MOST_LINE
from vedette.exchange.items import Item
from vedette.exchange.pieces import NoteList
from vedette.exchange.shape_masks import ShapeMasks
from vedette.manifest.detection import Size

HEADER = "filename,width,height,class,xmin,ymin,xmax,ymax\n"


def test_a_picture_whose_only_box_is_refused_is_not_one_in_which_nothing_was_found(tmp_path):
    rows = "a.jpg,64,48,dent,70,1,90,9\nb.jpg,64,48,dent,1,1,9,9\nb.jpg,64,48,dent,70,1,90,9\n"
    (tmp_path / "_annotations.csv").write_text(HEADER + rows)
    notes = NoteList()
    items = list(read_format("roboflow", tmp_path, notes=notes))
    assert [(item.name, len(item.boxes)) for item in items] == [("b.jpg", 1)]
    assert [note.is_refused for note in notes.notes] == [True, True]


def test_so_it_is_in_coco_where_the_picture_stays_as_one_that_nobody_looked_at(tmp_path):
    images = [{"id": n, "file_name": f"{n}.jpg", "width": 64, "height": 48} for n in range(3)]
    good, bad = {"bbox": [1, 1, 8, 8], "category_id": 1}, {"bbox": [1, 1, "x", 8], "category_id": 1}
    annotations = [{**bad, "image_id": 0}, {**bad, "image_id": 1}, {**good, "image_id": 1}]
    document = {"images": images, "categories": [{"id": 1, "name": "dent"}], "annotations": annotations}
    (tmp_path / "a.json").write_text(json.dumps(document))
    notes = NoteList()
    items = list(read_format("coco", tmp_path / "a.json", notes=notes))
    assert [None if item.boxes is None else len(item.boxes) for item in items] == [None, 1, 0]
    assert len(notes.notes) == 2


def test_a_line_without_an_end_is_refused_and_never_held_whole(tmp_path):
    with (tmp_path / "metadata.jsonl").open("wb") as file:
        file.write(b'{"file_name": "a.png", "label": "dent"}\n')
        file.seek(12 * MOST_LINE, 1)
        file.write(b'\n{"file_name": "b.png", "label": "dent"}\n')
    notes = NoteList()
    tracemalloc.start()
    try:
        items = list(read_format("imagefolder", tmp_path, notes=notes))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [item.name for item in items] == ["a.png", "b.png"]
    [note] = notes.notes
    assert "line 2, has more than 16,777,216 bytes" in note.sentence
    assert most < 6 * MOST_LINE


SIDES = {"width": 64, "height": 48}
POINT = {"classTitle": "dent", "geometryType": "point", "points": {"exterior": [[3, 3]], "interior": []}}
FILES = {
    "supervisely": ("ds/ann/a.png.json", {"size": SIDES, "objects": [POINT]}),
    "labelme": (
        "a.json",
        {
            "imagePath": "a.png",
            "imageWidth": 64,
            "imageHeight": 48,
            "shapes": [{"label": "dent", "shape_type": "line", "points": [[1, 1], [3, 3]]}],
        },
    ),
    "datumaro": (
        "annotations/default.json",
        {
            "categories": {"label": {"labels": [{"name": "dent"}]}},
            "items": [
                {
                    "id": "a",
                    "annotations": [{"type": "points", "label_id": 0, "points": [1, 2]}],
                    "image": {"path": "a.png", "size": [48, 64]},
                }
            ],
        },
    ),
    "cvat": (
        "",
        '<annotations><image name="a.png" width="64" height="48"><points label="dent" points="3,3"/></image>'
        "</annotations>",
    ),
    "labelstudio": (
        "",
        [
            {
                "data": {"image": "a.png"},
                "annotations": [
                    {
                        "result": [
                            {
                                "type": "rectanglelabels",
                                "original_width": 64,
                                "original_height": 48,
                                "value": {
                                    "x": 150, "y": 0, "width": 9, "height": 9, "rectanglelabels": ["dent"]
                                },
                            }
                        ]
                    }
                ],
            }
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", FILES)
def test_so_it_is_in_the_other_tools_files_and_no_normal_picture_comes_of_a_dent(tmp_path, form):
    name, content = FILES[form]
    path = tmp_path / (name or "set")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    notes = NoteList(are_shapes_drawn=True)
    items = list(read_format(form, tmp_path if name else path, images=tmp_path, notes=notes))
    assert [(item.boxes, note.is_refused) for item, note in zip(items, notes.notes, strict=True)] == [
        (None, True)
    ]
    [drawn] = ShapeMasks(lambda *_: "", lambda _: None, notes).masked(iter(items))
    assert drawn.is_anomalous is None


def test_what_a_person_said_of_the_whole_picture_stands_where_no_shape_is_there():
    item = Item("a.png", ("Anomaly",), (), Size(64, 48))
    [drawn] = ShapeMasks(lambda *_: "", lambda _: None, NoteList()).masked(iter([item]))
    assert (drawn.is_anomalous, drawn.labels) == (True, ())


@pytest.mark.parametrize("hole", [5, {"x": 1}, "abc", [[1]], [["x", 2]]])
def test_a_hole_that_is_none_is_refused_in_a_sentence(tmp_path, hole):
    outer = [[1, 1], [20, 1], [20, 20]]
    polygon = {**POINT, "geometryType": "polygon", "points": {"exterior": outer, "interior": [hole]}}
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "a.png.json").write_text(json.dumps({"size": SIDES, "objects": [polygon]}))
    notes = NoteList()
    [item] = read_format("supervisely", tmp_path, notes=notes)
    assert (item.boxes, [note.is_refused for note in notes.notes]) == (None, [False, True])
