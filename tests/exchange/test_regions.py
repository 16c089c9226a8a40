"""Regions of COCO: runs against the library of COCO's authors, and boxes around what has none."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_masks

from vedette.errors import Wrong
from vedette.exchange import coco
from vedette.exchange.pieces import NoteList
from vedette.exchange.regions import draw_runs, edges_of_region, read_runs
from vedette.manifest.detection import Size


@st.composite
def masks(draw):
    """Draw a mask of its own size, with few or many runs."""
    high, wide = draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    bits = draw(st.lists(st.booleans(), min_size=high * wide, max_size=high * wide))
    return np.array(bits, dtype=np.uint8).reshape(high, wide)


def as_lists(mask):
    """Return a mask as runs in a list, as the files of COCO's crowds have them."""
    flat = mask.flatten(order="F")
    runs, value = [0], 0
    for pixel in flat:
        if pixel != value:
            runs.append(0)
            value = pixel
        runs[-1] += 1
    return {"size": list(mask.shape), "counts": runs}


def as_letters(mask):
    """Return a mask as the library writes it."""
    coded = coco_masks.encode(np.asfortranarray(mask))
    return {"size": coded["size"], "counts": coded["counts"].decode()}


@settings(max_examples=30, deadline=None)
@given(mask=masks())
def test_runs_are_read_as_the_library_wrote_them(mask):
    size = Size(mask.shape[1], mask.shape[0])
    for segmentation in (as_letters(mask), as_lists(mask)):
        runs = read_runs(segmentation, size, "a mask")
        assert (draw_runs(runs, size) == mask.astype(bool)).all()
        edges = edges_of_region(segmentation, size, "a mask")
        left, top, width, height = coco_masks.toBbox(coco_masks.encode(np.asfortranarray(mask)))
        assert edges == ((left, top, left + width, top + height) if mask.any() else None)


def test_long_runs_of_a_large_picture_are_read():
    mask = np.zeros((3000, 4000), np.uint8)
    mask[2990:, 100:3990] = 1
    assert edges_of_region(as_letters(mask), Size(4000, 3000), "a mask") == (100, 2990, 3990, 3000)


def file_of(tmp_path, *annotations):
    """Write a file with one picture of 10 by 8 pixels, and these annotations."""
    path = tmp_path / "instances.json"
    common = {"image_id": 1, "category_id": 3}
    told = {
        "images": [{"id": 1, "width": 10, "height": 8, "file_name": "a.jpg"}],
        "categories": [{"id": 3, "name": "bolt"}],
        "annotations": [{"id": number, **common, **told} for number, told in enumerate(annotations)],
    }
    path.write_text(json.dumps(told), "utf-8")
    return path


def test_an_annotation_without_a_box_has_the_one_around_its_region(tmp_path):
    mask = np.zeros((8, 10), np.uint8)
    mask[2:4, 5:10] = 1
    path = file_of(
        tmp_path,
        {"segmentation": [[1, 1, 3, 1, 3, 5], [6, 6, 7, 6, 7, 7]]},
        {"segmentation": as_letters(mask), "bbox": []},
        {"segmentation": as_lists(mask), "bbox": [5, 2, 5, 2], "iscrowd": 1},
        {"bbox": [20, 20, 3, 3]},
    )
    notes = NoteList(str(tmp_path))
    (item,) = coco.read_coco(path, notes)
    sides = [
        (round(box.left * 10, 6), round(box.top * 8, 6), round(box.width * 10, 6), round(box.height * 8, 6))
        for _, box in item.boxes
    ]
    assert sides == [(1, 1, 6, 6), (5, 2, 5, 2), (5, 2, 5, 2)]
    assert [note.sentence for note in notes.take()] == [
        "instances.json, annotation 0, has a region that becomes the box around it.",
        "instances.json, annotation 1, has a region that becomes the box around it.",
        "instances.json, annotation 2, is a crowd of bolt, which becomes one box around all.",
        "instances.json, annotation 3, has no area on a.jpg, and is left out.",
    ]


WRONG = [
    ({"size": [8, 10], "counts": [0, 79]}, r"79 pixels long on a picture of 80"),
    ({"size": [8, 10], "counts": [90, -10]}, r"no number of pixels"),
    ({"size": [8, 10], "counts": [80.5]}, r"no number of pixels"),
    ({"size": [80, 100], "counts": [8000]}, r"100 x 80 pixels on a picture of 10 x 8"),
    ({"size": [8, 10], "counts": "not runs\x00"}, r"letters that are not COCO's"),
    ({"size": [8, 10], "counts": "oooooooooo0"}, r"letters that are not COCO's"),
    ({"size": [8, 10], "counts": "o"}, r"end within a number"),
    ({"size": [8, 10], "counts": None}, r"without a list of runs"),
    ({"counts": [80]}, r"is not 2 numbers"),
    ([[1, 2, 3, 4]], r"not three or more pairs"),
    ([[1, 2, 3, 4, 5, "6"]], r"is not 6 numbers"),
    ("polygon", r"segmentation that is no list"),
    ([], r"neither a bbox nor a segmentation"),
    (None, r"neither a bbox nor a segmentation"),
]


@pytest.mark.parametrize(("segmentation", "sentence"), WRONG)
def test_a_region_that_is_wrong_is_refused_in_a_sentence(tmp_path, segmentation, sentence):
    path = file_of(tmp_path, {"segmentation": segmentation})
    with pytest.raises(Wrong, match=sentence):
        list(coco.read_coco(path))
    notes = NoteList(str(tmp_path))
    (item,) = coco.read_coco(path, notes)
    assert item.boxes is None
    assert [note.is_refused for note in notes.take()] == [True]


@settings(max_examples=30, deadline=None)
@given(letters=st.text(alphabet=st.characters(min_codepoint=40, max_codepoint=120), max_size=20))
def test_any_letters_are_runs_or_refused_in_words(letters):
    try:
        runs = read_runs({"size": [8, 10], "counts": letters}, Size(10, 8), "a mask")
    except Wrong:
        return
    assert sum(runs) == 80
