"""What is refused alone leaves nothing that says otherwise: no empty picture, no line held in memory."""

import json
import tracemalloc

from vedette.exchange.formats import read_format
from vedette.exchange.imagefolder import MOST_LINE
from vedette.exchange.pieces import NoteList

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
