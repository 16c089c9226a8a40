"""Labelled pictures come in from every format and go out again with nothing lost."""

import contextlib
import json
import os
import random
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from doubles.drawn_items import SIZE, WHEN, box, items, labels, said
from vedette.dialects.rekognition import line_rules as rekognition
from vedette.errors import Wrong
from vedette.exchange import coco, folders, tables, voc, yolo
from vedette.exchange.formats import from_lines, to_lines
from vedette.exchange.groundtruth import convert_line
from vedette.exchange.items import Item, read_item, write_item
from vedette.exchange.places import TargetFolder
from vedette.manifest.attributes import Stamp
from vedette.manifest.detection import Size
from vedette.manifest.lines import read_line, write_line
from vedette.vision.annotations import Box

PICTURES = Path(os.environ.get("VEDETTE_TEST_DATA", "../shared/data"))
STAMP = Stamp(moment=WHEN, job="labeling-job/test")


@settings(max_examples=30)
@given(items)
def test_coco_is_read_as_it_was_written(tmp_path_factory, many):
    path = tmp_path_factory.mktemp("coco") / "boxes.json"
    coco.write_coco(many, path, written_at=WHEN)
    assert said(coco.read_coco(path)) == said(many)
    assert [path] == list(path.parent.iterdir())


@settings(max_examples=20)
@given(items)
def test_voc_is_read_as_it_was_written(tmp_path_factory, many):
    folder = tmp_path_factory.mktemp("voc")
    target = TargetFolder(folder)
    for item in many:
        voc.write_voc(item, target)
    assert said(voc.read_voc(folder)) == said(many)


@settings(max_examples=8)
@given(items)
def test_yolo_is_read_as_it_was_written(tmp_path_factory, many):
    folder = tmp_path_factory.mktemp("yolo")
    names = sorted({name for item in many for name, _ in item.boxes})
    yolo.write_yolo(many, folder, names=names)
    (folder / "images").mkdir()
    for item in many:
        Image.new("L", (640, 480)).save(folder / "images" / item.name)
    again = [(name.removeprefix("images/"), boxes) for name, boxes in said(yolo.read_yolo(folder))]
    assert again == said(many)


@given(
    st.lists(
        st.tuples(labels, st.lists(labels, unique=True, max_size=3)), unique_by=lambda r: r[0], max_size=6
    )
)
def test_csv_is_read_as_it_was_written(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "labels.csv"
    many = [Item(f"{name}.png", tuple(told)) for name, told in rows]
    tables.write_csv(many, path)
    assert list(tables.read_csv(path)) == many


@given(items)
def test_a_manifest_line_is_read_as_it_was_written_and_passes_the_strict_rules(many):
    for item in many:
        line = write_item(item, prefix="s3://bucket/in", stamp=STAMP)
        assert rekognition.judge_line(line).errors == ()
        assert said([read_item(read_line(line.text))]) == said(
            [Item(f"s3://bucket/in/{item.name}", (), item.boxes)]
        )


# COCO as the guide's script does it


def guide(**changes):
    told = {
        "info": {"year": 2026},
        "licenses": [],
        "annotations": [
            {
                "image_id": 7,
                "category_id": 3,
                "bbox": [10, 20, 30.5, 40],
                "segmentation": [[1, 2, 3]],
                "iscrowd": 0,
            }
        ],
        "images": [
            {
                "id": 7,
                "width": 640,
                "height": 480,
                "file_name": "a.jpg",
                "date_captured": "2013-11-18 02:53:27",
            },
            {
                "id": 9,
                "width": 64,
                "height": 48,
                "file_name": "b.jpg",
                "date_captured": "2013-11-18 02:53:27",
            },
        ],
        "categories": [{"id": 3, "name": "echo"}, {"id": 4, "name": "unused"}],
    }
    return {**told, **changes}


def coco_file(folder, told):
    path = folder / "instances.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    return path


def test_coco_becomes_the_lines_that_the_guides_script_writes(tmp_path):
    path = coco_file(tmp_path, guide())
    first, second = to_lines("coco", path, stamp=STAMP, prefix="s3://bucket/images/")
    assert first.values == {
        "source-ref": "s3://bucket/images/a.jpg",
        "bounding-box": {
            "image_size": [{"width": 640, "height": 480, "depth": 3}],
            "annotations": [{"class_id": 0, "left": 10, "top": 20, "width": 30.5, "height": 40}],
        },
        "bounding-box-metadata": {
            "objects": [{"confidence": 1}],
            "class-map": {"0": "echo"},
            "type": "groundtruth/object-detection",
            "human-annotated": "yes",
            "creation-date": "2013-11-18T02:53:27.000000",
            "job-name": "coco",
        },
    }
    assert second["bounding-box"]["annotations"] == []


@pytest.mark.parametrize(
    "told",
    [
        '{"images":[',
        '{"images":[{}]}',
        '{"images":[]}',
        "[1]",
        '{"images":[{"id":1,"width":NaN,"height":2,"file_name":"a"}]}',
        '{"images":' + "[" * 5000,
        guide(annotations=[{"image_id": 1, "category_id": 3, "bbox": [1, 2, 3, 4]}]),
        guide(annotations=[{"image_id": 7, "category_id": 8, "bbox": [1, 2, 3, 4]}]),
        guide(annotations=[{"image_id": 7, "category_id": 3, "bbox": ["1", 2, 3, 4]}]),
        guide(categories=[{"id": 3}]),
        guide(annotations=[{"image_id": [7], "category_id": 3, "bbox": [1, 2, 3, 4]}]),
        guide(annotations=[{"image_id": 7, "category_id": {}, "bbox": [1, 2, 3, 4]}]),
        guide(images=[{"id": [], "width": 9, "height": "many", "file_name": "a"}]),
        guide(images=[{"id": 1, "width": 9, "height": 1e300, "file_name": "a"}]),
    ],
)
def test_a_bad_coco_file_is_refused_by_name(tmp_path, told):
    with pytest.raises(Wrong, match=r"instances\.json"):
        list(coco.read_coco(coco_file(tmp_path, told)))


def test_a_coco_box_off_the_picture_is_cut_and_one_outside_is_left_out(tmp_path):
    boxes = [[-10, 0, 20, 480], [700, 0, 10, 10]]
    told = guide(annotations=[{"image_id": 7, "category_id": 3, "bbox": b} for b in boxes])
    first, _ = coco.read_coco(coco_file(tmp_path, told))
    assert first.boxes == (("echo", box(0, 0, 10, 480)),)


def test_coco_of_many_boxes_is_read_in_memory_that_segmentations_do_not_grow(tmp_path):
    path = tmp_path / "instances.json"
    outline = json.dumps([[n / 7 for n in range(400)]])
    with path.open("w") as stream:
        stream.write('{"annotations":[')
        for n in range(1500):
            told = (
                f'{{"id":{n},"image_id":{n % 100},"category_id":1,"bbox":[1,2,3,4],"segmentation":{outline}}}'
            )
            stream.write(("," if n else "") + told)
        images = [{"id": n, "width": 640, "height": 480, "file_name": f"{n}.jpg"} for n in range(100)]
        stream.write('],"categories":[{"id":1,"name":"a"}],"images":' + json.dumps(images) + "}")
    tracemalloc.start()
    found = sum(len(item.boxes) for item in coco.read_coco(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == 1500
    assert path.stat().st_size > 8_000_000
    assert peak < 4_000_000


# VOC


def test_the_raccoons_are_read_with_their_boxes():
    folder = PICTURES / "raccoon" / "annotations"
    if not folder.is_dir():
        pytest.skip("the raccoon pictures are not beside the repository")
    found = list(voc.read_voc(folder))
    assert len(found) == 200
    assert {name for item in found for name, _ in item.boxes} == {"raccoon"}
    assert (found[0].name, found[0].size) == ("raccoon-1.jpg", Size(650, 417))
    assert found[0].boxes[0][1] == Box(81 / 650, 88 / 417, 441 / 650, 320 / 417)


def test_voc_keeps_pictures_of_one_name_in_two_folders_apart(tmp_path):
    for place in ("left/a.png", "right/a.png"):
        voc.write_voc(
            Item(place, (), (("bolt", box(1, 2, 30, 40)),), SIZE), TargetFolder(tmp_path / "Annotations")
        )
    assert [item.name for item in voc.read_voc(tmp_path)] == ["left/a.png", "right/a.png"]


BOMB = '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><annotation>&y;</annotation>'


@pytest.mark.parametrize(
    "told",
    [
        BOMB,
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><annotation/>',
        "<annotation>",
        "<other/>",
        "<annotation><size><width>0</width><height>9</height></size></annotation>",
        "<annotation><size><width>many</width><height>9</height></size></annotation>",
    ],
)
def test_a_bad_voc_file_is_refused_by_name(tmp_path, told):
    (tmp_path / "a.xml").write_text(told)
    with pytest.raises(Wrong, match=r"a\.xml"):
        list(voc.read_voc(tmp_path))


# YOLO


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("data.yaml", "nc: 2\nnames: ['cat', \"dog\"]\n"),
        ("data.yaml", "names:\n  0: cat\n  1: 'dog'\nnc: 2\n"),
        ("data.yaml", "names:\n- cat\n- dog\n"),
        ("classes.txt", "cat\ndog\n\n"),
    ],
)
def test_class_names_are_found_in_every_form_that_tools_write(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert yolo.read_names(tmp_path) == ["cat", "dog"]


def test_a_yolo_polygon_becomes_its_box_and_a_picture_without_a_file_is_unlabelled(tmp_path):
    (tmp_path / "classes.txt").write_text("cat\n")
    for name in ("a", "b", "c"):
        Image.new("L", (100, 100)).save(tmp_path / f"{name}.png")
    (tmp_path / "a.txt").write_text("0 0.1 0.2 0.5 0.2 0.5 0.6 0.1 0.6\n")
    (tmp_path / "b.txt").write_text("")
    a, b, c = yolo.read_yolo(tmp_path)
    assert said([a]) == [("a.png", [("cat", 64, 96, 256, 192)])]
    assert (b.boxes, c.boxes) == ((), None)


@pytest.mark.parametrize(
    "row",
    [
        "1 0.5 0.5 0.1 0.1",
        "-1 0.5 0.5 0.1 0.1",
        "0 0.5 0.5",
        "0 0.5 0.5 0 0.1",
        "cat 1 1 1 1",
        "0 nan 0.5 0.1 0.1",
    ],
)
def test_a_bad_yolo_row_is_refused_by_line(tmp_path, row):
    (tmp_path / "classes.txt").write_text("cat\n")
    Image.new("L", (100, 100)).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text(f"0 0.5 0.5 0.1 0.1\n{row}\n")
    with pytest.raises(Wrong, match=r"a\.txt, line 2"):
        list(yolo.read_yolo(tmp_path))


# CSV, folders, Ground Truth


def test_a_lookout_csv_takes_either_case(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a.png,Normal\n\nb.png,ANOMALY\n")
    assert [(i.name, i.is_anomalous) for i in tables.read_csv(path, anomalies=True)] == [
        ("a.png", False),
        ("b.png", True),
    ]


@pytest.mark.parametrize(
    ("text", "anomalies", "match"),
    [
        ("a.png,cat\nb.png,cat\na.png,dog\n", False, "row 3: a.png is there twice"),
        ("a.png,cat\ns3://bucket/b.png,cat\n", False, "row 2: whole addresses and plain names are mixed"),
        (",cat\n", False, "row 1: the first column names no picture"),
        ("a.png,fine\n", True, "row 1: column 2 must be normal or anomaly, not 'fine'"),
        ("a.png\n", True, "row 1: column 2 must be"),
    ],
)
def test_a_bad_csv_is_refused_by_row(tmp_path, text, anomalies, match):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(Wrong, match=match):
        list(tables.read_csv(path, anomalies=anomalies))


def test_the_first_folder_names_the_label_and_deeper_ones_do_not(tmp_path):
    for name in ("rose/a.png", "fern/young/b.png", "c.png", "normal/d.png", "anomaly/e.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (9, 9)).save(tmp_path / name)
    found = {item.name: item.labels for item in folders.read_folder(tmp_path)}
    assert found["rose/a.png"] == ("rose",)
    assert found["fern/young/b.png"] == ("fern",)
    assert found["c.png"] == ()
    classes = {item.name: item.is_anomalous for item in folders.read_folder(tmp_path, anomalies=True)}
    assert (classes["normal/d.png"], classes["anomaly/e.png"], classes["rose/a.png"]) == (False, True, None)


TAGS = {
    "source-ref": "s3://bucket/1.jpg",
    "tags": [1, 3],
    "tags-metadata": {
        "class-map": {"1": "ball", "3": "football"},
        "confidence-map": {"1": 0.9, "3": 0.8},
        "type": "groundtruth/image-classification-multilabel",
        "job-name": "labeling-job/tags",
        "human-annotated": "yes",
        "creation-date": "2026-01-05T08:00:00.000000",
    },
}


def test_a_multi_label_line_is_converted_as_the_guides_script_does():
    line = convert_line(write_line(TAGS))
    assert list(line.values) == ["source-ref", "tags0", "tags0-metadata", "tags1", "tags1-metadata"]
    assert (line["tags1"], line["tags1-metadata"]) == (
        1,
        {
            "class-name": "football",
            "confidence": 0.8,
            "type": "groundtruth/image-classification",
            "job-name": "labeling-job/tags",
            "human-annotated": "yes",
            "creation-date": "2026-01-05T08:00:00.000000",
        },
    )
    assert rekognition.judge_line(line).labels == ("ball", "football")
    assert convert_line(line) is line


def test_a_relative_manifest_gets_its_prefix_and_keeps_the_rest(tmp_path):
    path = tmp_path / "template.manifest"
    path.write_text('{"anomaly-mask-ref": "masks/a.png", "source-ref": "in/a.jpg", "odd": [1, 2]}\n')
    (line,) = to_lines("manifest", path, stamp=STAMP, prefix="s3://bucket/cookies/")
    assert (
        line.text
        == '{"anomaly-mask-ref":"s3://bucket/cookies/masks/a.png","source-ref":"s3://bucket/cookies/in/a.jpg","odd":[1,2]}'
    )
    (same,) = to_lines("manifest", path, stamp=STAMP)
    assert same.text + "\n" == path.read_text()


@pytest.mark.parametrize("form", ["coco", "voc", "yolo", "csv"])
def test_every_format_is_written_from_a_manifest(tmp_path, form):
    lines = [
        write_item(
            Item("a.png", (), (("bolt", box(10, 10, 64, 48)),), SIZE), prefix="s3://bucket/in", stamp=STAMP
        )
    ]
    out = tmp_path / "out"
    count = from_lines(form, lines, out, written_at=WHEN, prefix="s3://bucket/in", images=None)
    assert count == 1
    assert out.exists()


def mutated(raw, dice):
    """Change some bytes, take some out, put some in."""
    held = bytearray(raw)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(held))
        kind = dice.randrange(3)
        if kind == 0:
            held[place] = dice.randrange(256)
        elif kind == 1:
            del held[place : place + dice.randint(1, 9)]
        else:
            held[place:place] = dice.choice(
                [
                    b"null",
                    b"-1",
                    b"1e999",
                    b"[]",
                    b"{}",
                    b'"',
                    b"\xff",
                    b"NaN",
                    b"<a>",
                    b"inf",
                    b"\n",
                    b"9" * 400,
                ]
            )
        held = held or bytearray(b"x")
    return bytes(held)


VOC = (
    b"<annotation><filename>r.jpg</filename><size><width>650</width><height>417</height><depth>3</depth></size>"
    b"<object><name>r</name><bndbox><xmin>81</xmin><ymin>88</ymin><xmax>522</xmax><ymax>408</ymax></bndbox></object>"
    b"</annotation>"
)


@pytest.mark.parametrize(
    ("name", "raw", "read"),
    [
        ("a.json", json.dumps(guide()).encode(), lambda path: list(coco.read_coco(path))),
        ("a.xml", VOC, voc.read_file),
        (
            "a.txt",
            b"0 0.5 0.5 0.2 0.4\n0 0.1 0.2 0.5 0.2 0.5 0.6\n",
            lambda path: list(yolo.read_yolo(path.parent)),
        ),
        ("a.csv", b'a.png,cat,dog\n"b,c.png",x\n', lambda path: list(tables.read_csv(path))),
    ],
)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(tmp_path, name, raw, read):
    Image.new("L", (64, 64)).save(tmp_path / "a.png")
    (tmp_path / "classes.txt").write_text("cat\n")
    dice = random.Random(7)
    path = tmp_path / name
    for _ in range(400):
        path.write_bytes(mutated(raw, dice))
        with contextlib.suppress(Wrong):
            read(path)
