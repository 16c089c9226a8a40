"""Shapes of every tool as masks: the same pixels again, in the stated order, none larger than its picture."""

import base64
import io
import json
import struct
import zlib

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from pycocotools import mask as coco_masks

from vedette.cli.main import app
from vedette.dialects.registry import LOOKOUT
from vedette.errors import Wrong
from vedette.exchange import shape_masks
from vedette.exchange.box_masks import BoxMaskShape
from vedette.exchange.formats import read_format
from vedette.exchange.items import Item
from vedette.exchange.mask_lines import region_of
from vedette.exchange.outlines import fill, outlines
from vedette.exchange.pieces import NoteList, StrictNotes
from vedette.exchange.shape_masks import ShapeMasks
from vedette.exchange.shapes import BitmapShape, BrushShape, EllipseShape, PolygonShape, RowRunShape
from vedette.manifest.detection import Size
from vedette.manifest.lines import read_line
from vedette.vision.annotations import Box, Mask
from vedette.vision.masks import read_mask

WIDE, HIGH = 12, 9
SIZE = Size(WIDE, HIGH)
masks = arrays.arrays(bool, (HIGH, WIDE), elements=st.booleans())
DRAWN = StrictNotes(are_shapes_drawn=True)


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8) * 255).convert("1").save(file, "PNG")
    return file.getvalue()


def letters(data):
    return base64.b64encode(data).decode()


def trimmed(pixels):
    """Return where pixels begin, and the rectangle around them."""
    rows, columns = np.nonzero(pixels)
    part = pixels[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    return int(columns.min()), int(rows.min()), part


def flat(ring):
    return [side for corner in ring for side in corner]


def write_coco(folder, mask):
    image = {"id": 1, "file_name": "a.png", "width": WIDE, "height": HIGH}
    annotations = [
        {
            "id": number,
            "image_id": 1,
            "category_id": 1,
            "bbox": [0, 0, WIDE, HIGH],
            **region_of(rings, SIZE)[1],
        }
        for number, rings in enumerate(outlines(mask))
    ]
    document = {"images": [image], "categories": [{"id": 1, "name": "dent"}], "annotations": annotations}
    (folder / "coco.json").write_text(json.dumps(document))
    return "coco", folder / "coco.json"


def write_cvat(folder, mask):
    shapes = []
    for rings in outlines(mask):
        if len(rings) == 1:
            points = ";".join(f"{x:.2f},{y:.2f}" for x, y in rings[0])
            shapes.append(f'<polygon label="dent" points="{points}" z_order="0"/>')
        else:
            left, top, part = trimmed(region(rings))
            steps = np.flatnonzero(np.diff(part.reshape(-1), prepend=False))
            runs = np.diff([0, *steps, part.size])
            shapes.append(
                f'<mask label="dent" rle="{", ".join(map(str, runs))}" left="{left}" top="{top}" '
                f'width="{part.shape[1]}" height="{part.shape[0]}"/>'
            )
    image = f'<image name="a.png" width="{WIDE}" height="{HIGH}">{"".join(shapes)}</image>'
    (folder / "cvat.xml").write_text(f"<annotations>{image}</annotations>")
    return "cvat", folder / "cvat.xml"


def region(rings):
    return fill(rings, SIZE)


def write_labelme(folder, mask):
    shapes = []
    for rings in outlines(mask):
        if len(rings) == 1:
            shapes.append({"label": "dent", "shape_type": "polygon", "points": rings[0]})
        else:
            left, top, part = trimmed(region(rings))
            # Its points are the first pixel and the last.
            points = [[left, top], [left + part.shape[1] - 1, top + part.shape[0] - 1]]
            shapes.append(
                {"label": "dent", "shape_type": "mask", "points": points, "mask": letters(png(part))}
            )
    document = {"imagePath": "a.png", "imageWidth": WIDE, "imageHeight": HIGH, "shapes": shapes}
    (folder / "labelme").mkdir(exist_ok=True)
    (folder / "labelme" / "a.json").write_text(json.dumps(document))
    return "labelme", folder / "labelme"


def packed_brush(pixels):
    """Return pixels as Label Studio's brush has them, in blocks of one value each."""
    values = np.repeat(pixels.reshape(-1), 4) * 255
    bits = f"{values.size:032b}{7:05b}{2:04b}{3:04b}{7:04b}{15:04b}"
    for value in values:
        bits += f"101{0:04b}{value:08b}" if value else f"000{0:03b}{value:08b}"
    bits += "0" * (-len(bits) % 8)
    return [int(bits[start : start + 8], 2) for start in range(0, len(bits), 8)]


def write_labelstudio(folder, mask):
    results, sides = [], {"original_width": WIDE, "original_height": HIGH}
    for rings in outlines(mask):
        if len(rings) == 1:
            points = [[100 * x / WIDE, 100 * y / HIGH] for x, y in rings[0]]
            results.append({"type": "polygonlabels", "value": {"points": points, "polygonlabels": ["dent"]}})
        else:
            value = {"format": "rle", "rle": packed_brush(region(rings)), "brushlabels": ["dent"]}
            results.append({"type": "brushlabels", "value": value})
    tasks = [{"data": {"image": "a.png"}, "annotations": [{"result": [{**one, **sides} for one in results]}]}]
    (folder / "tasks.json").write_text(json.dumps(tasks))
    return "labelstudio", folder / "tasks.json"


def write_supervisely(folder, mask):
    objects = []
    for number, rings in enumerate(outlines(mask)):
        common = {"classTitle": "dent"}
        if number % 2:
            left, top, part = trimmed(region(rings))
            bitmap = {"origin": [left, top], "data": letters(zlib.compress(png(part)))}
            objects.append({**common, "geometryType": "bitmap", "bitmap": bitmap})
        else:
            points = {"exterior": rings[0], "interior": rings[1:]}
            objects.append({**common, "geometryType": "polygon", "points": points})
    (folder / "sly" / "ann").mkdir(parents=True, exist_ok=True)
    document = {"size": {"width": WIDE, "height": HIGH}, "tags": [], "objects": objects}
    (folder / "sly" / "ann" / "a.png.json").write_text(json.dumps(document))
    return "supervisely", folder / "sly"


def write_datumaro(folder, mask):
    annotations = []
    for rings in outlines(mask):
        if len(rings) == 1:
            annotations.append({"type": "polygon", "label_id": 0, "points": flat(rings[0])})
        else:
            coded = coco_masks.encode(np.asfortranarray(region(rings).astype(np.uint8)))
            runs = {"counts": coded["counts"].decode(), "size": [HIGH, WIDE]}
            annotations.append({"type": "mask", "label_id": 0, "rle": runs})
    document = {
        "categories": {"label": {"labels": [{"name": "dent"}]}},
        "items": [{"id": "a", "image": {"path": "a.png", "size": [HIGH, WIDE]}, "annotations": annotations,
                   "attr": {"objects": True}}],
    }  # fmt: skip
    (folder / "dm" / "annotations").mkdir(parents=True, exist_ok=True)
    (folder / "dm" / "annotations" / "default.json").write_text(json.dumps(document))
    return "datumaro", folder / "dm"


WRITERS = (
    write_coco, write_cvat, write_labelme, write_labelstudio, write_supervisely, write_datumaro,
)  # fmt: skip


def taken(items, *, with_boxes=False, notes=DRAWN, size=None):
    """Return the pictures with their masks as numbers, by the names of labels."""
    files = {}

    def keep(name, data):
        files[name] = data
        return name

    drawn = list(ShapeMasks(keep, lambda name: size, notes, with_boxes).masked(iter(items)))
    pictures = []
    for item in drawn:
        kinds = {}
        if item.mask is not None:
            pixels = np.asarray(Image.open(io.BytesIO(files[item.name])).convert("RGB")).astype(int)
            codes = pixels[:, :, 0] << 16 | pixels[:, :, 1] << 8 | pixels[:, :, 2]
            kinds = {label: codes == int(color[1:], 16) for color, label in item.mask.colors.items()}
            assert (sum(kinds.values()) + (codes == 0xFFFFFF) == 1).all()
        pictures.append((item, kinds))
    return pictures


@pytest.mark.parametrize("write", WRITERS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mask=masks)
def test_a_mask_that_a_tool_holds_as_shapes_comes_back_pixel_by_pixel(tmp_path, write, mask):
    form, source = write(tmp_path, mask)
    [(item, kinds)] = taken(read_format(form, source, notes=DRAWN))
    if mask.any():
        assert (item.is_anomalous, item.boxes) == (True, None)
        assert (kinds["dent"] == mask).all()
    elif form != "labelstudio":  # which tells no size without a shape
        assert (item.is_anomalous, item.mask) == (False, None)


@settings(max_examples=30, deadline=None)
@given(mask=masks)
def test_polygons_in_shares_and_lists_of_corners_are_filled_alike(tmp_path_factory, mask):
    rings = [rings[0] for rings in outlines(mask)]
    folder = tmp_path_factory.mktemp("yolo")
    Image.new("RGB", (WIDE, HIGH)).save(folder / "a.png")
    (folder / "classes.txt").write_text("dent\n")
    rows = [" ".join(f"{x / WIDE:.6f} {y / HIGH:.6f}" for x, y in ring) for ring in rings]
    (folder / "a.txt").write_text("".join(f"0 {row}\n" for row in rows))
    regions = [
        {
            "shape_attributes": {
                "name": "polygon",
                "all_points_x": [x for x, _ in ring],
                "all_points_y": [y for _, y in ring],
            },
            "region_attributes": {"label": "dent"},
        }
        for ring in rings
    ]
    (folder / "via.json").write_text(json.dumps({"a": {"filename": "a.png", "regions": regions}}))
    whole = np.any([np.zeros_like(mask), *(region([ring]) for ring in rings)], axis=0)
    for form, source in (("yolo", folder), ("via", folder / "via.json")):
        [(_, kinds)] = taken(read_format(form, source, notes=DRAWN))
        assert (kinds.get("dent", np.zeros_like(mask)) == whole).all()


def square(left, top, side, **more):
    ring = [(left, top), (left + side, top), (left + side, top + side), (left, top + side)]
    return PolygonShape(ring, **more)


def a_box(left, top, wide, high):
    return Box(left / WIDE, top / HIGH, wide / WIDE, high / HIGH)


def an_item(*entries, name="a.png"):
    boxes = tuple((label, box) for label, box, _ in entries)
    return Item(name, (), boxes, SIZE, shapes=tuple(shape for _, _, shape in entries))


ALL = a_box(0, 0, WIDE, HIGH)


def test_what_lies_above_and_what_is_lost_is_as_it_is_said():
    notes = NoteList(are_shapes_drawn=True)
    item = an_item(
        ("top", ALL, square(0, 0, 4, order=1)),
        ("later", ALL, square(2, 0, 4)),
        ("first", ALL, square(4, 4, 2)),
        ("last", ALL, square(4, 4, 2)),
        ("box", a_box(0, 0, 8, 8), None),
        ("box", a_box(1, 1, 2, 2), square(1, 1, 2, is_box=True)),
    )
    [(_, kinds)] = taken([item], notes=notes)
    assert {label: int(pixels.sum()) for label, pixels in kinds.items()} == {"top": 16, "later": 8, "last": 4}
    assert [note.sentence for note in notes.take()] == [
        "a.png has boxes that are not drawn: 2 (box).",
        "a.png has 4 pixels of first below last, which are lost.",
        "a.png has 8 pixels of later below top, which are lost.",
    ]
    [(_, kinds)] = taken([item], with_boxes=True, notes=notes)
    assert {label: int(pixels.sum()) for label, pixels in kinds.items()} == {
        "box": 36, "top": 16, "later": 8, "last": 4,
    }  # fmt: skip
    assert "a.png has 8 pixels of box below top, which are lost." in {note.sentence for note in notes.take()}


def test_a_picture_of_boxes_alone_is_an_anomaly_without_a_mask_unless_they_are_asked_for():
    item = an_item(("dent", a_box(1, 1, 3, 2), None), ("hole", a_box(11.4, 8.6, 0.1, 0.1), None))
    [(bare, _)] = taken([item])
    assert (bare.is_anomalous, bare.mask, bare.boxes) == (True, None, None)
    [(_, kinds)] = taken([item], with_boxes=True)
    assert {label: int(pixels.sum()) for label, pixels in kinds.items()} == {"dent": 6, "hole": 1}


def test_who_has_not_looked_and_who_has_found_nothing_are_told_apart():
    items = [
        Item("a.png"), Item("b.png", (), (), SIZE), Item("c.png", ("Normal",)), Item("d.png", ("other",)),
    ]  # fmt: skip
    drawn = [item for item, _ in taken(items)]
    assert [(item.is_anomalous, item.labels) for item in drawn] == [
        (None, ()), (False, ()), (False, ()), (None, ("other",)),
    ]  # fmt: skip


def test_holes_turned_boxes_and_ellipses_are_where_they_should_be():
    holes = [square(2, 2, 3).ring, square(8, 7, 12).ring]
    ring = PolygonShape([(1, 1), (9, 1), (9, 8), (1, 8)], holes)
    assert ring.draw(SIZE, "").pixels.sum() == 56 - 9 - 1
    bow = PolygonShape([(0, 0), (8, 8), (8, 0), (0, 8)]).draw(SIZE, "").pixels
    assert (bow[:, 0].sum(), bow[:, 3].sum(), bow[:, 7].sum()) == (6, 0, 8)
    circle = EllipseShape((6, 4.5), (3, 3)).draw(SIZE, "")
    ys, xs = np.indices((HIGH, WIDE))
    expected = (xs + 0.5 - 6) ** 2 + (ys + 0.5 - 4.5) ** 2 <= 9
    assert circle.pixels.sum() == expected.sum()
    flat_one = EllipseShape((6, 4.5), (4, 1), 90).draw(SIZE, "").pixels
    assert (flat_one.any(axis=0).sum(), flat_one.any(axis=1).sum()) == (2, 7)
    assert EllipseShape((60, 4.5), (3, 3)).draw(SIZE, "") is None


def test_a_brush_that_label_studio_packed_is_read():
    """Of label_studio_sdk 2.1.2, `converter/brush.py`, mask2rle."""
    packed = [
        0, 0, 1, 176, 57, 27, 254, 55, 0, 195, 127, 248, 76, 3, 13, 255, 225, 48, 9, 255, 227, 0, 191, 255,
        132, 192, 48, 223, 254, 19, 0, 195, 127, 250, 92, 2, 63, 240,
    ]  # fmt: skip
    mask = np.zeros((HIGH, WIDE), bool)
    mask[1:6, 2:9], mask[3, 4], mask[8, 11] = True, False, True
    assert (BrushShape(packed).draw(SIZE, "").pixels == mask).all()


HUGE = 16_384


def huge_png():
    """Return the head of a PNG that says it has 268 million pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", HUGE, HUGE, 1, 0, 0, 0, 0)
    parts = (struct.pack(">I", 13) + head, struct.pack(">I", zlib.crc32(head)), struct.pack(">I", 0), b"IDAT")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + struct.pack(">I", zlib.crc32(b"IDAT"))


@pytest.mark.parametrize(
    ("shape", "problem"),
    [
        (
            lambda: BitmapShape((0, 0), letters(huge_png())),
            "a mask of more pixels than any picture",
        ),
        (
            lambda: BitmapShape(
                (0, 0), letters(zlib.compress(png(np.ones((HIGH, WIDE + 1))))), "supervisely"
            ),
            "mask of 13 x 9 pixels on a picture of 12 x 9",
        ),
        (
            lambda: BitmapShape((0, 0), letters(zlib.compress(bytes(1 << 24))), "supervisely"),
            "cannot be read",
        ),
        (lambda: BitmapShape((0, 0), "%"), "cannot be read"),
        (lambda: RowRunShape((0, 0), (HUGE, HUGE), f"0, {HUGE * HUGE}"), "mask of 16384 x 16384 pixels"),
        (lambda: RowRunShape((0, 0), (2, 2), "1, 2"), "runs are not the 2 x 2 pixels"),
        (lambda: RowRunShape((0, 0), (2, 2), "5, -1"), "runs are not the 2 x 2 pixels"),
        (lambda: RowRunShape((0, 0), (2, 2), "four"), "runs are not the 2 x 2 pixels"),
        (lambda: BrushShape([255] * 40), "brush that cannot be read: it is not of its picture's size"),
        (lambda: BrushShape(packed_brush(np.ones((HIGH, WIDE), bool))[:-9]), "it ends within a block"),
        (lambda: BrushShape(["x"]), "brush that cannot be read"),
    ],
)
def test_a_shape_that_lies_or_is_larger_than_its_picture_is_refused_and_the_others_stay(shape, problem):
    item = an_item(("dent", ALL, shape()), ("hole", ALL, square(1, 1, 2)))
    with pytest.raises(Wrong, match=problem):
        taken([item])
    notes = NoteList(are_shapes_drawn=True)
    [(_, kinds)] = taken([item], notes=notes)
    assert (set(kinds), [note.is_refused for note in notes.take()]) == ({"hole"}, [True])


def test_a_picture_that_is_too_large_or_of_another_size_is_refused_before_anything_is_drawn():
    one = an_item(("dent", ALL, square(1, 1, 2)))
    with pytest.raises(Wrong, match=r"a.png should have 12 x 9 pixels, and has 24 x 18\."):
        taken([one], size=Size(24, 18))
    large = Item("a.png", (), one.boxes, Size(HUGE, HUGE), shapes=one.shapes)
    with pytest.raises(Wrong, match="would have a mask of 16384 x 16384 pixels, more than 67,108,864"):
        taken([large])


def test_a_picture_of_more_shapes_than_anybody_draws_is_refused(monkeypatch):
    monkeypatch.setattr(shape_masks, "MOST_DRAWN", 8)
    two = [("dent", ALL, square(n, 1, 2)) for n in (1, 4)]
    assert len(taken([an_item(*two)])) == 1
    with pytest.raises(Wrong, match=r"a\.png has shapes of more than 8 pixels together, and is not drawn\."):
        taken([an_item(*two, ("dent", ALL, square(1, 1, 2)))])


def test_a_mask_shows_twenty_labels_and_no_background():
    twenty = [(f"kind {n}", ALL, square(n % 5 * 2, n // 5 * 2, 2)) for n in range(20)]
    [(_, kinds)] = taken([an_item(*twenty)])
    assert len(kinds) == 20
    with pytest.raises(Wrong, match="more than 20 labels"):
        taken([an_item(*twenty, ("one more", ALL, square(10, 0, 1)))])
    with pytest.raises(Wrong, match='has the label "Background", which in a mask is what shows nothing'):
        taken([an_item(("Background", ALL, square(1, 1, 2)))])


def test_more_labels_than_a_byte_holds_have_colours_of_their_own_and_none_is_black_or_white():
    items = (an_item((f"kind {n}", ALL, square(1, 1, 2)), name=f"{n}.png") for n in range(300))
    drawn = ShapeMasks(lambda name, _: name, lambda _: None, DRAWN).masked(items)
    colors = {color for item in drawn for color in item.mask.colors}
    assert (len(colors), colors & {"#000000", "#ffffff"}) == (300, set())


def put_set(folder):
    """Write pictures and a COCO file: a bow tie, a box over it, one without anything."""
    (folder / "images").mkdir(parents=True)
    for name in "ab":
        Image.new("RGB", (WIDE, HIGH)).save(folder / "images" / f"{name}.png")
    pictures = [
        {"id": number, "file_name": f"images/{name}.png", "width": WIDE, "height": HIGH}
        for number, name in enumerate("ab")
    ]
    annotations = [
        {"id": 1, "image_id": 0, "category_id": 1, "bbox": [1, 1, 8, 8],
         "segmentation": [[1, 1, 9, 1, 9, 9, 1, 9]]},
        {"id": 2, "image_id": 0, "category_id": 2, "bbox": [0, 0, 4, 4]},
    ]  # fmt: skip
    names = [{"id": 1, "name": "dent"}, {"id": 2, "name": "hole"}]
    document = {"images": pictures, "categories": names, "annotations": annotations}
    (folder / "coco.json").write_text(json.dumps(document))
    return folder / "coco.json"


def run(*words, code=0):
    answer = CliRunner().invoke(app, list(map(str, words)))
    assert answer.exit_code == code, answer.output
    return answer


def test_the_command_writes_masks_beside_the_manifest_that_a_training_reads(tmp_path):
    source, out = put_set(tmp_path / "set"), tmp_path / "train.manifest"
    (tmp_path / "names.csv").write_text("dent,Delle\n")
    run("import", "coco", source, "--masks-from", "polygons", "--map", tmp_path / "names.csv", "--out", out)
    first, second = (read_line(text) for text in out.read_text().splitlines())
    verdict = LOOKOUT.judge_line(first, strict=False)
    assert (verdict.is_anomalous, LOOKOUT.judge_line(second, strict=False).is_anomalous) == (True, False)
    assert verdict.mask.ref == "train-masks/images/a.png"
    assert first.source == "set/images/a.png"
    mask = Mask(tmp_path / verdict.mask.ref, verdict.mask.colors)
    kinds = read_mask(mask, ["Delle"], height=HIGH, width=WIDE)
    assert (kinds.sum(), kinds[1:9, 1:9].sum()) == (64, 64)
    # And out again, as it was.
    run(
        "export",
        "coco",
        out,
        "--images",
        tmp_path,
        "--polygons-from",
        "masks",
        "--out",
        tmp_path / "again.json",
    )
    [annotation] = json.loads((tmp_path / "again.json").read_text())["annotations"]
    assert annotation["segmentation"] == [[1, 1, 9, 1, 9, 9, 1, 9]]


def test_a_rehearsal_names_what_would_be_lost_and_writes_nothing(tmp_path):
    source = put_set(tmp_path / "set")
    before = sorted(tmp_path.rglob("*"))
    assert run("import", "coco", source, "--masks-from", "polygons", "--dry-run").output == (
        "Changed: images/a.png has boxes that are not drawn: 1 (hole).\n"
        "2 pictures would be brought; nothing was written.\n"
    )
    assert run("import", "coco", source, "--masks-from", "shapes", "--dry-run").output == (
        "Changed: images/a.png has 9 pixels of hole below dent, which are lost.\n"
        "2 pictures would be brought; nothing was written.\n"
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_what_is_refused_leaves_nothing_and_what_is_there_stays(tmp_path):
    source, out = put_set(tmp_path / "set"), tmp_path / "train.manifest"
    document = json.loads(source.read_text())
    document["images"][0]["width"] = 2 * WIDE
    source.with_name("lie.json").write_text(json.dumps(document))
    ask = ("import", "coco", source.with_name("lie.json"), "--masks-from", "polygons", "--out", out)
    before = sorted(tmp_path.rglob("*"))
    assert "images/a.png should have 24 x 9 pixels, and has 12 x 9." in run(*ask, code=2).stderr
    assert sorted(tmp_path.rglob("*")) == before
    (tmp_path / "train-masks").mkdir()
    assert "is there already" in run("import", "coco", source, *ask[3:], code=2).stderr
    assert not out.exists()
    (tmp_path / "train-masks").rmdir()
    assert "Left out: images/a.png should have" in run(*ask, "--leave-out").stderr
    assert len(out.read_text().splitlines()) == 1
    for words, problem in (
        (("mvtec", source.parent, *ask[3:]), "has no shapes that masks could be drawn of"),
        (("coco", source, *ask[3:], "--boxes-from", "masks"), "Say --masks-from or --boxes-from"),
        (("coco", source, "--masks-from", "polygons", "--project", "bolts"), "Custom Labels has no masks"),
    ):
        assert problem in run("import", *words, code=2).stderr


def npy(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def packed(data):
    return letters(zlib.compress(data))


@pytest.mark.parametrize("wrap", [str, lambda text: {"$binary": {"base64": text, "subType": "00"}}])
@pytest.mark.parametrize("kind", [np.bool_, np.uint8, np.float32])
@given(masks)
@settings(max_examples=10)
def test_a_mask_of_a_box_is_drawn_as_it_is(wrap, kind, pixels):
    turned = np.asfortranarray(pixels.astype(kind))
    shape = BoxMaskShape((0, 0, WIDE, HIGH), wrap(packed(npy(turned))))
    assert (shape.draw(SIZE, "a").pixels == pixels).all()


def test_a_mask_of_a_box_covers_its_box_at_any_resolution_and_no_more():
    shape = BoxMaskShape((2.0, -2.0, 6.0, 4.0), [[0, 1], [1, 0]])
    patch = shape.draw(SIZE, "a")
    canvas = np.zeros((HIGH, WIDE), int)
    high, wide = patch.pixels.shape
    canvas[patch.top : patch.top + high, patch.left : patch.left + wide] = patch.pixels
    assert canvas[0].tolist() == [0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]
    assert [row.tolist() for row in canvas[1:4]] == [[0, 0, 1, 1] + [0] * 8] * 3
    assert canvas[4:].sum() == 0
    assert BoxMaskShape((20.0, 0.0, 24.0, 4.0), [[1]]).draw(SIZE, "a") is None


LYING = npy(np.zeros((2, 2), np.uint8)).replace(b"(2, 2)", b"(9, 9)")
VAST = npy(np.zeros((2, 2), np.uint8)).replace(b"(2, 2), }       ", b"(9999999, 9999999), }")
# Heads that are no words of Python's, of which numpy says so in two ways.
UNCLOSED, UNEVEN = LYING.replace(b"}", b" "), b"\x93NUMPY\x01\x00\x06\x00  1\n 2"


@pytest.mark.parametrize(
    "value",
    [
        "", "!", letters(b"no zlib"), packed(b"no numpy"), packed(LYING), packed(VAST),
        packed(UNCLOSED), packed(UNEVEN), packed(npy(np.array([1]))),
        packed(npy(np.array([[{}]], object))), packed(npy(np.array([["a"]]))), packed(bytes(100_000_000)),
        packed(npy(np.ones((2, 2))))[:-8], {"$binary": 3}, {}, 3, [[1], [1, 2]], [1, 2], [["a"]], [[]],
    ],
)  # fmt: skip
def test_what_is_no_mask_of_a_box_is_refused_in_a_sentence(value):
    with pytest.raises(Wrong, match=r"^a has a mask that is no"):
        BoxMaskShape((0, 0, WIDE, HIGH), value).draw(SIZE, "a")


def test_masks_of_fiftyones_detections_are_drawn(tmp_path):
    entry = {"_cls": "Detection", "label": "rust", "bounding_box": [0.5, 0, 0.5, 1], "mask": [[1, 0]]}
    field = {
        "_cls": "Detections",
        "detections": [entry, {**entry, "label": "dent", "mask": {"$binary": "?"}}],
    }
    sample = {"filepath": "a.jpg", "metadata": {"width": WIDE, "height": HIGH}, "ground_truth": field}
    (tmp_path / "samples.json").write_text(json.dumps({"samples": [sample]}), "utf-8")
    notes, kept = NoteList(str(tmp_path), are_shapes_drawn=True), {}
    drawing = ShapeMasks(lambda name, data: kept.setdefault(name, data) and "m.png", lambda _: SIZE, notes)
    (item,) = drawing.masked(read_format("fiftyone", tmp_path, notes=notes))
    mask = np.asarray(Image.open(io.BytesIO(kept["a.jpg"])))
    assert (mask == np.array([0] * 6 + [1] * 3 + [0] * 3)).all()
    assert list(item.mask.colors.values()) == ["rust"]
    assert [note.sentence for note in notes.take()] == ["a.jpg has a mask that is no packed array of numpy."]


def test_where_nobody_asks_for_masks_shapes_are_the_boxes_around_them(tmp_path):
    (item,) = read_format(*write_coco(tmp_path, np.eye(HIGH, WIDE, dtype=bool)))
    assert (bool(item.boxes), list(item.shapes)) == (True, [])
