"""Masks to polygons and back: identical pixel by pixel, whatever their holes, parts and corners."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from vedette.cli.main import app
from vedette.cli.mask_regions import WITH_POLYGONS
from vedette.exchange.formats import read_format
from vedette.exchange.mask_lines import region_of
from vedette.exchange.mask_regions import TooManyRegions, edges_of_regions
from vedette.exchange.outlines import area_of, fill, join_rings, outlines
from vedette.exchange.pieces import NoteList
from vedette.exchange.regions import draw_runs, edges_of_region, read_rings, read_runs
from vedette.exchange.turned_boxes import around
from vedette.manifest.detection import Size

masks = arrays.arrays(bool, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.booleans())
points = st.tuples(st.floats(-3, 15, width=32), st.floats(-3, 15, width=32))


def of(*rows):
    return np.array([[letter == "#" for letter in row] for row in rows])


def size_of(mask):
    return Size(mask.shape[1], mask.shape[0])


@settings(max_examples=300, deadline=None)
@given(mask=masks)
def test_what_is_outlined_and_filled_again_is_the_same(mask):
    regions = outlines(mask)
    assert (fill([ring for rings in regions for ring in rings], size_of(mask)) == mask).all()


@settings(max_examples=200, deadline=None)
@given(mask=masks)
def test_regions_are_those_that_become_boxes_and_each_pixel_is_in_one(mask):
    regions = outlines(mask)
    assert sorted(around(rings[0]) for rings in regions) == sorted(edges_of_regions(mask))
    parts = [fill(rings, size_of(mask)) for rings in regions]
    assert (sum(parts, np.zeros(mask.shape, int)) == mask).all()


@settings(max_examples=100, deadline=None)
@given(ring=st.lists(points, min_size=3, max_size=8))
def test_a_polygon_is_filled_by_the_even_odd_rule_at_the_centres(ring):
    filled = fill([ring], Size(12, 9))
    for row in range(9):
        for column in range(12):
            crossings = 0
            for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
                if (y0 > row + 0.5) != (y1 > row + 0.5):
                    at = x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                    if abs(at - column - 0.5) < 1e-6:
                        break  # on the side, to within what floats tell apart
                    crossings += at < column + 0.5
            else:
                assert filled[row, column] == bool(crossings % 2)


def test_a_pixel_a_hole_and_parts_that_touch_at_a_corner():
    assert outlines(of("#")) == [[[(0, 0), (1, 0), (1, 1), (0, 1)]]]
    [ring] = outlines(of("###", "#.#", "###"))
    assert [len(part) for part in ring] == [4, 4]
    assert len(outlines(of("#.", ".#"))) == 1
    assert len(outlines(of("#.#", "...", "#.#"))) == 4
    assert [len(rings) for rings in outlines(of("#####", "#...#", "#.#.#", "#...#", "#####"))] == [2, 1]
    assert outlines(np.zeros((3, 3), bool)) == []


def test_what_crosses_itself_is_outside_where_it_is_covered_twice_and_what_leaves_the_picture_is_cut():
    bow = [(0, 0), (4, 4), (4, 0), (0, 4)]
    assert (fill([bow], Size(4, 4)) == of("#..#", "####", "####", "#..#")).sum() >= 12
    twice = [(0, 0), (4, 0), (4, 4), (0, 4)]
    assert not fill([twice, twice], Size(4, 4)).any()
    assert fill([[(-5, -5), (20, -5), (20, 20), (-5, 20)]], Size(4, 3)).all()


@pytest.mark.parametrize("side", [64, 257])
def test_polygons_that_share_a_side_share_no_pixel(side):
    size = Size(side, side)
    left, right = (
        [(0, 0), (side / 3, 0), (side / 2, side), (0, side)],
        [(side / 3, 0), (side, 0), (side, side), (side / 2, side)],
    )
    assert (fill([left], size) ^ fill([right], size)).all()


def drawn(segmentation, size):
    """Return the pixels of what COCO says of a region."""
    if isinstance(segmentation, dict):
        return draw_runs(read_runs(segmentation, size, "a region"), size)
    return fill(read_rings(segmentation, "a region"), size)


@settings(max_examples=100, deadline=None)
@given(mask=masks)
def test_regions_are_written_to_coco_and_read_pixel_by_pixel(mask):
    size = size_of(mask)
    written = [region_of(rings, size) for rings in outlines(mask)]
    again = [drawn(json.loads(json.dumps(region))["segmentation"], size) for _, region in written]
    assert (sum(again, np.zeros(mask.shape, int)) == mask).all()
    assert [region["area"] for _, region in written] == [int(one.sum()) for one in again]
    for box, region in written:
        edges = (box.left, box.top, box.left + box.width, box.top + box.height)
        sides = (size.width, size.height, size.width, size.height)
        pixels = tuple(round(edge * side) for edge, side in zip(edges, sides, strict=True))
        assert edges_of_region(region["segmentation"], size, "a region") == pixels


def test_an_export_writes_each_region_of_each_mask_with_its_holes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "masks").mkdir()
    pixels = np.zeros((9, 12), np.uint8)
    pixels[1:6, 1:6], pixels[3, 3], pixels[7, 10] = 1, 0, 2
    for name in "ab":
        Image.new("L", (12, 9)).save(tmp_path / f"{name}.png")
    image = Image.fromarray(pixels)
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    image.save(tmp_path / "masks" / "a.png")
    colors = {
        "1": {"class-name": "dent", "hex-color": "#ff0000"},
        "2": {"class-name": "hole", "hex-color": "#00ff00"},
    }
    metadata = {"internal-color-map": colors, "type": "groundtruth/semantic-segmentation"}
    lines = [
        {"source-ref": "a.png", "m-ref": "masks/a.png", "m-ref-metadata": metadata},
        {"source-ref": "b.png"},
    ]
    (tmp_path / "t.manifest").write_text("".join(json.dumps(line) + "\n" for line in lines))
    ask = ["export", "coco", "t.manifest", "--polygons-from", "masks"]
    assert CliRunner().invoke(app, [*ask, "--dry-run"]).output == (
        "Lost: 1 picture was not looked at for objects, which coco does not tell from pictures without any.\n"
        "2 pictures would be written; nothing was.\n"
    )
    answer = CliRunner().invoke(app, [*ask, "--out", "c.json"])
    assert answer.exit_code == 0, answer.output
    document = json.loads((tmp_path / "c.json").read_text())
    dent, hole = document["annotations"]
    assert (dent["bbox"], dent["area"], hole["bbox"], hole["area"]) == ([1, 1, 5, 5], 24, [10, 7, 1, 1], 1)
    assert (drawn(dent["segmentation"], Size(12, 9)) == (pixels == 1)).all()
    assert hole["segmentation"] == [[10, 7, 11, 7, 11, 8, 10, 8]]
    assert [image["file_name"] for image in document["images"]] == ["a.png", "b.png"]
    assert "labelstudio, supervisely, via, yolo, and not to voc" in CliRunner().invoke(
        app, ["export", "voc", "t.manifest", "--polygons-from", "masks", "--out", "y"]
    ).output  # fmt: skip


@given(masks)
@settings(max_examples=60)
def test_a_region_as_one_ring_is_filled_as_it_was(mask):
    for rings in outlines(mask):
        one = [join_rings(rings)]
        assert (fill(one, size_of(mask)) == fill(rings, size_of(mask))).all()
        assert area_of(one) == area_of(rings)


@pytest.mark.parametrize("form", [form for form in WITH_POLYGONS if form != "coco"])
def test_polygons_without_holes_are_the_masks_again(tmp_path, monkeypatch, form):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "masks").mkdir()
    random = np.random.default_rng(3)
    size = Size(41, 29)
    pixels = np.kron(random.integers(0, 3, (15, 21)), np.ones((2, 2), int)).astype(np.uint8)[:29, :41]
    pixels[3:26, 3:30], pixels[5:9, 5:9], pixels[12:20, 12:13] = 1, 0, 0
    Image.new("L", (41, 29)).save(tmp_path / "a.png")
    image = Image.fromarray(pixels)
    image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    image.save(tmp_path / "masks" / "a.png")
    names = {"1": "dent", "2": "hole"}
    colors = {key: {"class-name": name, "hex-color": "#ff0000"} for key, name in names.items()}
    colors["2"]["hex-color"] = "#00ff00"
    metadata = {"internal-color-map": colors, "type": "groundtruth/semantic-segmentation"}
    line = {"source-ref": "a.png", "m-ref": "masks/a.png", "m-ref-metadata": metadata}
    (tmp_path / "t.manifest").write_text(json.dumps(line) + "\n")
    out = {"via": "v.json", "cvat": "v.xml", "labelstudio": "v.json"}.get(form, "out")
    ask = ["export", form, "t.manifest", "--polygons-from", "masks", "--with-pictures", "--out", out]
    answer = CliRunner().invoke(app, ask)
    assert answer.exit_code == 0, answer.output
    images = tmp_path / "out" if out == "out" else tmp_path
    (item,) = read_format(form, tmp_path / out, images=images, notes=NoteList(are_shapes_drawn=True))
    found = np.zeros(pixels.shape, np.uint8)
    for (label, _), shape in zip(item.boxes, item.shapes, strict=True):
        patch = shape.draw(size, "a.png")
        high, wide = patch.pixels.shape
        part = found[patch.top : patch.top + high, patch.left : patch.left + wide]
        assert not part[patch.pixels].any()
        part[patch.pixels] = {"dent": 1, "hole": 2}[label]
    assert (found == pixels).all()


def test_what_nobody_drew_is_refused_by_a_count_before_it_is_traced_or_filled():
    with pytest.raises(TooManyRegions):
        outlines(np.indices((2100, 2100)).sum(axis=0) % 2 == 0)
    zigzag = [(column % 2, row) for column, row in zip(range(30_000), [0, 8000] * 15_000, strict=True)]
    with pytest.raises(TooManyRegions):
        fill([zigzag], Size(8192, 8192))


def test_a_hole_within_holes_of_other_regions_goes_to_its_own():
    mask = np.zeros((40, 40), bool)
    for edge in range(0, 20, 4):
        mask[edge : 40 - edge, edge : 40 - edge] = True
        mask[edge + 2 : 38 - edge, edge + 2 : 38 - edge] = False
    regions = outlines(mask)
    assert [[around(ring) for ring in rings] for rings in regions] == [
        [(edge, edge, 40 - edge, 40 - edge), (edge + 2, edge + 2, 38 - edge, 38 - edge)]
        for edge in range(0, 20, 4)
    ]
