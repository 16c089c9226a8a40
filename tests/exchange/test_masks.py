"""Masks in and out: regions become boxes, boxes are filled, and masks come back pixel by pixel."""

import json
import shutil
import struct
import zlib

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from doubles.drawn_items import WHEN
from doubles.lines import a_line, an_anomaly_line
from doubles.pictures import a_png
from vedette.cli.main import app
from vedette.cli.mask_drawing import MaskDrawing
from vedette.dialects.registry import LOOKOUT
from vedette.errors import Wrong
from vedette.exchange import mask_files
from vedette.exchange.formats import read_format, to_lines
from vedette.exchange.mask_regions import TooManyRegions, edges_of_regions
from vedette.exchange.pieces import NoteList
from vedette.manifest.attributes import Stamp
from vedette.manifest.lines import read_line
from vedette.vision.annotations import Mask
from vedette.vision.masks import read_mask

STAMP = Stamp(moment=WHEN, job="labeling-job/test")
WIDE, HIGH = 12, 9


def put(folder, mask, table="1,scratch\n2,dent\n", *, mode="L", name="a"):
    """Write a picture with its mask and the table."""
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (WIDE, HIGH)).save(folder / "images" / f"{name}.png")
    image = mask if isinstance(mask, Image.Image) else Image.fromarray(np.asarray(mask, np.uint8))
    if mode == "P":
        image.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    image.save(folder / "masks" / f"{name}.png")
    (folder / "labels.csv").write_text(table)
    return folder


def drawn(*areas):
    """Return a mask with a rectangle of a value in each area: value, left, top, width, height."""
    mask = np.zeros((HIGH, WIDE), np.uint8)
    for value, left, top, width, height in areas:
        mask[top : top + height, left : left + width] = value
    return mask


def in_pixels(item):
    return [
        (label, round(b.left * WIDE), round(b.top * HIGH), round(b.width * WIDE), round(b.height * HIGH))
        for label, b in item.boxes
    ]


def test_each_region_of_a_label_becomes_a_box_and_touching_corners_are_one(tmp_path):
    mask = drawn((1, 0, 0, 2, 2), (1, 2, 2, 3, 1), (1, 8, 0, 1, 1), (2, 6, 5, 4, 3))
    [item] = read_format("masks", put(tmp_path, mask))
    assert in_pixels(item) == [("scratch", 0, 0, 5, 3), ("scratch", 8, 0, 1, 1), ("dent", 6, 5, 4, 3)]


def test_a_picture_without_a_mask_was_not_looked_at_and_one_that_is_empty_was(tmp_path):
    put(tmp_path, drawn())
    Image.new("RGB", (WIDE, HIGH)).save(tmp_path / "images" / "b.png")
    assert [(item.name, item.boxes) for item in read_format("masks", tmp_path)] == [
        ("images/a.png", ()),
        ("images/b.png", None),
    ]


def test_masks_of_colours_are_read_by_colours_and_what_is_transparent_is_nothing(tmp_path):
    pixels = np.zeros((HIGH, WIDE, 4), np.uint8)
    pixels[2:4, 3:6] = (255, 0, 0, 255)
    pixels[6:8, 3:6] = (255, 0, 0, 0)
    [item] = read_format("masks", put(tmp_path, Image.fromarray(pixels), "#ff0000,scratch\n"))
    assert in_pixels(item) == [("scratch", 3, 2, 3, 2)]


@pytest.mark.parametrize(("mode", "colors"), [("L", ["#010101", "#020202"]), ("P", ["#ff0000", "#00ff00"])])
def test_for_lookout_a_mask_goes_along_as_it_is_with_the_colours_that_it_shows(tmp_path, mode, colors):
    put(tmp_path, drawn((1, 0, 0, 2, 2), (2, 6, 5, 4, 3)), mode=mode)
    put(tmp_path, drawn(), mode=mode, name="b")
    first, second = to_lines("masks", tmp_path, stamp=STAMP, anomalies=True, prefix="s3://bolts")
    verdict = LOOKOUT.judge_line(first)
    assert (verdict.flaws, verdict.is_anomalous) == ((), True)
    assert verdict.mask.ref == "s3://bolts/masks/a.png"
    assert verdict.mask.colors == dict(zip(colors, ["scratch", "dent"], strict=True))
    seen = read_mask(
        Mask(tmp_path / "masks" / "a.png", verdict.mask.colors), ["scratch", "dent"], height=HIGH, width=WIDE
    )
    assert (seen == drawn((1, 0, 0, 2, 2), (2, 6, 5, 4, 3))).all()
    assert LOOKOUT.judge_line(second).is_anomalous is False


@pytest.mark.parametrize(
    ("mask", "table", "problem"),
    [
        (drawn((7, 0, 0, 2, 2)), "1,scratch\n", "has 4 pixels of 7, which labels.csv does not name"),
        (np.zeros((3, 3), np.uint8), "1,scratch\n", "of 3 x 3 pixels on a picture of 12 x 9"),
        (drawn(), "1,scratch\n1,dent\n", "has the value 1 twice"),
        (drawn(), "1,scratch\n#ff0000,dent\n", "mixes numbers and colours"),
        (drawn(), "300,scratch\n", "row 1"),
        (drawn(), "0,background\n", "names no label"),
        (Image.new("RGB", (WIDE, HIGH)), "1,scratch\n", r"is of colours \(RGB\), and labels.csv has numbers"),
    ],
)
def test_masks_that_cannot_be_understood_are_refused_by_what_is_wrong(tmp_path, mask, table, problem):
    with pytest.raises(Wrong, match=problem):
        list(read_format("masks", put(tmp_path, mask, table)))


def test_a_mask_that_is_no_png_is_left_out_by_its_name_where_that_is_asked(tmp_path):
    put(tmp_path, drawn())
    (tmp_path / "masks" / "a.png").write_bytes(b"PK\x03\x04")
    notes = NoteList()
    assert list(read_format("masks", tmp_path, notes=notes)) == []
    [note] = notes.notes
    assert "cannot be read as a PNG" in note.sentence


@pytest.mark.parametrize(
    ("mask", "table", "problem"),
    [
        (drawn((2, 0, 0, 2, 2), (1, 4, 4, 2, 2)), "2,scratch\n1,\n", "must be black alone"),
    ],
)
def test_a_background_of_two_colours_is_refused_for_lookout(tmp_path, mask, table, problem):
    with pytest.raises(Wrong, match=problem):
        list(read_format("masks", put(tmp_path, mask, table), anomalies=True))


def test_noise_is_refused_and_stripes_are_quick():
    noise = np.indices((400, 400)).sum(axis=0) % 2 == 0
    assert edges_of_regions(noise) == [(0, 0, 400, 400)]  # corners touch
    lattice = np.zeros((400, 400), bool)
    lattice[::2, ::2] = True
    with pytest.raises(TooManyRegions):
        edges_of_regions(lattice)
    stripes = np.zeros((300, 2000), bool)
    stripes[:, ::2] = True
    assert len(edges_of_regions(stripes)) == 1000


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=WIDE * HIGH, max_size=WIDE * HIGH))
def test_regions_are_those_that_a_walk_from_pixel_to_pixel_finds(pixels):
    mask = (np.frombuffer(pixels, np.uint8) % 3 == 0).reshape(HIGH, WIDE)
    left = {(int(y), int(x)) for y, x in np.argwhere(mask)}
    walked = []
    while left:
        todo, region = [left.pop()], []
        while todo:
            y, x = todo.pop()
            region.append((y, x))
            near = {(y + down, x + right) for down in (-1, 0, 1) for right in (-1, 0, 1)} & left
            left -= near
            todo += near
        ys, xs = zip(*region, strict=True)
        walked.append((min(xs), min(ys), max(xs) + 1, max(ys) + 1))
    assert sorted(edges_of_regions(mask)) == sorted(walked)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return tmp_path_factory.mktemp("shelf")


def run(*words):
    answer = CliRunner().invoke(app, list(map(str, words)))
    assert answer.exit_code == 0, answer.output
    return answer


@settings(max_examples=10, deadline=None)
@given(pixels=st.lists(st.sampled_from([0, 0, 1, 2]), min_size=WIDE * HIGH, max_size=WIDE * HIGH))
def test_masks_come_back_pixel_by_pixel(shelf, pixels):
    mask = np.array(pixels, np.uint8).reshape(HIGH, WIDE)
    shutil.rmtree(shelf, ignore_errors=True)
    put(shelf / "in", mask, "1,dent\n2,scratch\n")
    run("import", "masks", shelf / "in", "--anomalies", "--out", shelf / "all.manifest")
    run("export", "masks", shelf / "all.manifest", "--out", shelf / "out", "--with-pictures")
    assert (shelf / "out" / "labels.csv").read_text() in ("0,background\n1,dent\n2,scratch\n",
        "0,background\n1,dent\n", "0,background\n1,scratch\n", "0,background\n")  # fmt: skip
    if not mask.any():
        assert not np.asarray(Image.open(next((shelf / "out" / "masks").rglob("*.png")))).any()
        return
    [item] = read_format("masks", shelf / "out")
    [before] = read_format("masks", shelf / "in")
    assert in_pixels(item) == in_pixels(before)


def test_boxes_are_filled_the_smaller_above_the_larger_and_the_pictures_go_along(tmp_path):
    put(tmp_path / "in", drawn((1, 1, 1, 8, 6)))
    run("import", "masks", tmp_path / "in", "--out", tmp_path / "in" / "all.manifest")
    line = json.loads((tmp_path / "in" / "all.manifest").read_text())
    line["bounding-box"]["annotations"].insert(
        0, {"class_id": 1, "left": 2, "top": 2, "width": 2, "height": 2}
    )
    line["bounding-box-metadata"]["class-map"]["1"] = "dent"
    line["bounding-box-metadata"]["objects"] *= 2
    (tmp_path / "in" / "all.manifest").write_text(json.dumps(line))
    out = tmp_path / "out"
    run("export", "masks", tmp_path / "in" / "all.manifest", "--out", out, "--with-pictures")
    assert (out / "labels.csv").read_text() == "0,background\n1,dent\n2,scratch\n"
    [file] = (out / "masks").rglob("*.png")
    expected = drawn((2, 1, 1, 8, 6), (1, 2, 2, 2, 2))
    assert (np.asarray(Image.open(file)) == expected).all()
    assert [item.name for item in read_format("masks", out)] == ["images/images/a.png"]


def test_the_masks_of_mvtec_and_visa_go_along_as_they_lie(tmp_path):
    for name in ("train/good/0.png", "test/good/0.png", "test/bent/0.png", "test/hole/1.png"):
        (tmp_path / "nut" / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (WIDE, HIGH)).save(tmp_path / "nut" / name)
    place = tmp_path / "nut" / "ground_truth" / "bent"
    place.mkdir(parents=True)
    Image.fromarray(drawn((255, 2, 2, 3, 3))).save(place / "0_mask.png")
    items = {item.name: item for item in read_format("mvtec", tmp_path / "nut")}
    assert sorted(items) == ["test/bent/0.png", "test/good/0.png", "test/hole/1.png", "train/good/0.png"]
    assert dict(items["test/bent/0.png"].mask.colors) == {"#ffffff": "bent"}
    assert items["test/bent/0.png"].mask.ref == "ground_truth/bent/0_mask.png"
    assert items["test/hole/1.png"].mask is None
    [line] = [
        line
        for line in to_lines("mvtec", tmp_path / "nut", stamp=STAMP, prefix="s3://bolts")
        if "bent" in line.source
    ]
    verdict = LOOKOUT.judge_line(line)
    assert (verdict.flaws, verdict.mask.ref) == ((), "s3://bolts/ground_truth/bent/0_mask.png")
    visa = tmp_path / "pcb" / "Data"
    for name in ("Images/Normal/0.JPG", "Images/Anomaly/1.JPG"):
        (visa / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (WIDE, HIGH)).save(visa / name)
    (visa / "Masks" / "Anomaly").mkdir(parents=True)
    Image.fromarray(drawn((1, 2, 2, 3, 3), (3, 6, 6, 2, 2))).save(visa / "Masks" / "Anomaly" / "1.png")
    first, second = read_format("visa", tmp_path / "pcb")
    assert dict(first.mask.colors) == {"#010101": "anomaly", "#030303": "anomaly"}
    assert second.mask is None


def test_labels_are_renamed_on_their_way_out_and_the_rehearsal_says_so(tmp_path):
    put(tmp_path, drawn((1, 1, 1, 8, 6)))
    run("import", "masks", tmp_path, "--out", tmp_path / "all.manifest")
    (tmp_path / "names.csv").write_text("scratch,score\n")
    words = ("export", "coco", tmp_path / "all.manifest", "--map", tmp_path / "names.csv")
    assert "scratch becomes score in 1 picture." in run(*words, "--dry-run").output
    assert not (tmp_path / "out.json").exists()
    assert "scratch becomes score" in run(*words, "--out", tmp_path / "out.json").stderr
    document = json.loads((tmp_path / "out.json").read_text())
    assert [category["name"] for category in document["categories"]] == ["score"]


def test_a_label_may_be_black_on_what_is_transparent(tmp_path):
    pixels = np.full((HIGH, WIDE, 4), (255, 255, 255, 0), np.uint8)
    pixels[2:4, 3:6] = (0, 0, 0, 255)
    put(tmp_path, Image.fromarray(pixels), "#000000,scratch\n")
    [item] = read_format("masks", tmp_path)
    assert in_pixels(item) == [("scratch", 3, 2, 3, 2)]
    # A training lays it on white, beside which black would be a second background.
    pixels[6:8, 3:6] = (255, 0, 0, 255)
    put(tmp_path, Image.fromarray(pixels), "#ff0000,scratch\n")
    with pytest.raises(Wrong, match="a background of #000000, #ffffff"):
        list(read_format("masks", tmp_path, anomalies=True))


@pytest.mark.parametrize("table", ["1,scratch\n", "#ffffff,scratch\n"])
def test_values_of_sixteen_bits_are_refused_and_not_cut(tmp_path, table):
    wide = np.zeros((HIGH, WIDE), np.uint16)
    wide[:2], wide[4:6] = 300, 400
    with pytest.raises(Wrong, match="has values of sixteen bits"):
        list(read_format("masks", put(tmp_path, Image.fromarray(wide), table)))


@pytest.mark.parametrize("value", ["#-12345", "#1_2345", "1_0", "+1", "\u0661", "#fff"])
def test_a_value_is_digits_alone(tmp_path, value):
    with pytest.raises(Wrong, match="a row that is not a value and a label: row 1"):
        list(read_format("masks", put(tmp_path, drawn(), f"{value},scratch\n")))


def test_a_mask_of_two_pictures_or_of_none_is_refused_by_its_name(tmp_path):
    put(tmp_path, drawn((1, 0, 0, 2, 2)))
    Image.new("RGB", (WIDE, HIGH)).save(tmp_path / "images" / "a.jpg")
    with pytest.raises(Wrong, match=r"masks/a.png would be the mask of images/a.jpg and of images/a.png"):
        list(read_format("masks", tmp_path))
    (tmp_path / "images" / "a.jpg").unlink()
    (tmp_path / "masks" / "a.png").rename(tmp_path / "masks" / "a.PNG")
    with pytest.raises(Wrong, match=r"masks/a.PNG is the mask of no picture"):
        list(read_format("masks", tmp_path))
    notes = NoteList()
    assert [item.boxes for item in read_format("masks", tmp_path, notes=notes)] == [None]
    assert [note.name for note in notes.notes] == ["masks/a.PNG"]


def test_a_label_that_masks_would_take_for_nothing_is_refused_on_its_way_out(tmp_path):
    put(tmp_path, drawn((1, 1, 1, 8, 6)))
    run("import", "masks", tmp_path, "--out", tmp_path / "all.manifest")
    (tmp_path / "names.csv").write_text("scratch,Background\n")
    words = ["export", "masks", tmp_path / "all.manifest", "--map", tmp_path / "names.csv"]
    answer = CliRunner().invoke(app, [*map(str, words), "--out", str(tmp_path / "out")])
    assert (answer.exit_code, 'In masks "Background" is what shows nothing' in answer.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


def test_a_mask_of_another_size_is_refused_by_its_head(tmp_path):
    """Nothing of it is decoded: there is nothing after the head."""
    folder = put(tmp_path, drawn((1, 0, 0, 2, 2)))
    head = struct.pack(">IIBBBBB", 9000, 7000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + head
    body = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(head)) + chunk + struct.pack(">I", zlib.crc32(chunk))
    (folder / "masks" / "a.png").write_bytes(body + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", 0))
    with pytest.raises(Wrong, match=r"masks/a.png is a mask of 9000 x 7000 pixels on a picture of 12 x 9\."):
        list(read_format("masks", folder))


def test_labels_that_a_mask_does_not_show_are_not_looked_for(tmp_path, monkeypatch):
    looks = []

    def look(pixels):
        looks.append(int(pixels.sum()))
        return edges_of_regions(pixels)

    monkeypatch.setattr(mask_files, "edges_of_regions", look)
    table = "".join(f"{value},label {value}\n" for value in range(1, 256))
    [item] = read_format("masks", put(tmp_path, drawn((7, 0, 0, 2, 2), (200, 5, 5, 3, 1)), table))
    assert in_pixels(item) == [("label 7", 0, 0, 2, 2), ("label 200", 5, 5, 3, 1)]
    assert looks == [4, 3]


@pytest.mark.parametrize("alpha", [0, 127, 128, 255])
def test_colours_are_read_with_how_solid_they_are(tmp_path, alpha):
    image = np.zeros((HIGH, WIDE, 4), np.uint8)
    image[:, :] = (0, 0, 0, 255)
    image[2:4, 3:6] = (1, 2, 254, alpha)
    folder = put(tmp_path, Image.fromarray(image), "#0102fe,dent\n")
    [item] = read_format("masks", folder)
    assert in_pixels(item) == ([("dent", 3, 2, 3, 2)] if alpha > 127 else [])


def test_a_picture_that_somebody_found_normal_has_an_empty_mask_and_an_unseen_one_none(tmp_path):
    def fetch(ref, path):
        path.write_bytes(a_png())
        return bool(ref)

    drawing = MaskDrawing(fetch, tmp_path / "out", "", with_pictures=False)
    lines = [read_line(an_anomaly_line("a", "normal")), read_line(a_line("b"))]
    assert drawing.draw(lines) == (1, 0)
    assert [path.stem for path in (tmp_path / "out").rglob("*.png")] == ["a"]
