"""What an export loses is said beforehand, and what a box is does not end at the size of a training's."""

import pytest
from PIL import Image

from doubles.drawn_items import SIZE, WHEN, box
from vedette.exchange.formats import OUT, from_lines, read_format
from vedette.exchange.items import Item, read_item, write_item
from vedette.exchange.losses import WITHOUT_UNSEEN, find_losses
from vedette.exchange.mask_files import DrawnItem, write_masks
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import change_line
from vedette.manifest.unsure import mark_unsure
from vedette.vision.annotations import Box

STAMP = Stamp(moment=WHEN, job="labeling-job/test")
WIDE, HIGH = SIZE.width, SIZE.height
CORNER = box(WIDE - 1, HIGH - 1, 1, 1)


def line(*boxes, name="a.png", labels=()):
    return write_item(Item(name, labels, boxes, SIZE), stamp=STAMP)


@pytest.mark.parametrize("form", [form for form in OUT if form not in ("manifest", "csv")])
@pytest.mark.parametrize("others", [(), (("dent", box(1, 1, 9, 9)),)])
def test_a_box_of_a_pixel_in_the_corner_is_in_every_format(tmp_path, form, others):
    one = line(("scratch", CORNER), *others)
    assert find_losses(form, [one]) == []
    assert from_lines(form, [one], tmp_path / "out", written_at=WHEN) == 1 + len(others)


def test_a_box_is_written_as_far_as_it_lies_on_its_picture():
    one = line(("scratch", Box((WIDE - 2) / WIDE, 0.5, 8 / WIDE, 4 / HIGH)))
    [(label, cut)] = read_item(one).boxes
    assert (label, round(cut.left * WIDE), round(cut.width * WIDE)) == ("scratch", WIDE - 2, 2)


@pytest.mark.parametrize("left", [WIDE + 1, -9])
def test_a_box_beside_its_picture_is_lost_and_that_is_said(left):
    beside = line(("scratch", Box(left / WIDE, 0.5, 4 / WIDE, 4 / HIGH)), ("dent", box(1, 1, 9, 9)))
    assert [label for label, _ in read_item(beside).boxes] == ["dent"]
    assert find_losses("voc", [beside]) == [
        "1 picture was given labels that cannot be used, or boxes that are not on the picture; "
        "those are not written."
    ]
    assert find_losses("manifest", [beside]) == []


def test_labels_that_cannot_be_used_are_said_and_those_of_unsure_pictures():
    values = line(("dent", box(1, 1, 9, 9)), labels=("red",)).values
    names = {**values["bounding-box-metadata"], "class-map": {"7": "dent"}}
    unread = change_line(line(), {**values, "bounding-box-metadata": names})
    assert any("cannot be used" in sentence for sentence in find_losses("labelme", [unread]))
    unsure = mark_unsure(line(("dent", CORNER), name="b.png"))
    assert read_item(unsure).boxes is None
    assert "1 picture was marked as unsure, and labels of such are not written." in find_losses(
        "voc", [unsure]
    )


@pytest.mark.parametrize("form", [form for form in OUT if form not in ("manifest", "yolo")])
def test_formats_that_take_the_unseen_for_empty_are_those_that_say_so(tmp_path, form):
    (tmp_path / "out").mkdir()
    place = tmp_path / "out" if form in ("voc", "labelme", "datumaro", "imagefolder") else None
    out = place or tmp_path / "out" / ("f" if form in ("coco", "via", "csv", "cvat", "labelstudio") else "")
    Image.new("RGB", (WIDE, HIGH)).save(tmp_path / "out" / "a.png")
    from_lines(form, [write_item(Item("a.png"), stamp=STAMP)], out, written_at=WHEN, images={"a.png": SIZE})
    (again,) = read_format(form, out, images=tmp_path / "out")
    assert (again.boxes == ()) is (form in WITHOUT_UNSEEN)


def test_a_narrow_box_at_the_far_side_is_a_pixel_of_a_mask(tmp_path):
    narrow = Box(1 - 0.3 / WIDE, 1 - 0.3 / HIGH, 0.3 / WIDE, 0.3 / HIGH)
    write_masks([DrawnItem("a.png", SIZE, (("dent", narrow),))], tmp_path, ["dent"])
    with Image.open(tmp_path / "masks" / "a.png") as mask:
        assert mask.getpixel((WIDE - 1, HIGH - 1)) == 1
