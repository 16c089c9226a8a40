"""Every format that the command line reads, read in an import: label files here, pictures as a list."""

import json

import orjson
import pytest

from vedette.exchange.formats import IN
from vedette.imports.staging import FILES, PICTURES, StagingOrder, stage
from vedette.imports.tool_files import BY_PLACE, ENDINGS, label_files

UNLABELLED = ["WARNING_UNANNOTATED_RECORD"]
SIDES = (1000, 500)
SIDE_NAMES, BOX = ("left", "top", "width", "height"), (10, 10, 20, 10)


def staged(folder, form, files, pictures, *, dialect="rekognition", sides=SIDES):
    """Return what an import shows of a source: each row's name, its labels, and its problems' codes."""
    for name, told in files.items():
        place = folder / FILES / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(told if isinstance(told, str) else json.dumps(told), "utf-8")
    (folder / FILES).mkdir(exist_ok=True)
    rows = [orjson.dumps((name, f"s3://trays/{name}", *sides, "")) + b"\n" for name in pictures]
    (folder / PICTURES).write_bytes(b"".join(rows))
    order = StagingOrder(str(folder), form, dialect, stamp_s=1.0)
    return [
        (row.name, [tuple(label) for label in row.labels], [problem[0] for problem in row.problems])
        for block in stage(order)
        for row in block
    ]


RECTANGLE = {"label": "bolt", "shape_type": "rectangle", "points": [[10, 10], [30, 20]]}
LABELME = {"imagePath": "a.jpg", "imageWidth": 1000, "imageHeight": 500, "shapes": [RECTANGLE]}
REGION = {
    "shape_attributes": {"name": "rect", "x": 10, "y": 10, "width": 20, "height": 10},
    "region_attributes": {"label": "bolt"},
}
VIA = {"a.jpg-1": {"filename": "a.jpg", "regions": [REGION], "file_attributes": {}}}
DATUMARO = {
    "categories": {"label": {"labels": [{"name": "bolt"}]}},
    "items": [
        {
            "id": "a",
            "image": {"path": "a.jpg", "size": [500, 1000]},
            "annotations": [{"type": "bbox", "label_id": 0, "bbox": [10, 10, 20, 10]}],
        }
    ],
}
SUPERVISELY = {
    "size": {"width": 1000, "height": 500},
    "objects": [
        {"classTitle": "bolt", "geometryType": "rectangle", "points": {"exterior": [[10, 10], [29, 19]]}}
    ],
}
FIFTYONE = {"classes": ["bolt"], "labels": {"a": [{"label": 0, "bounding_box": [0.1, 0.2, 0.2, 0.2]}]}}
IMAGEFOLDER = '{"file_name": "a.jpg", "objects": {"bbox": [[10, 10, 20, 10]], "categories": ["bolt"]}}'
ROBOFLOW = "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,1000,500,bolt,10,10,30,20\n"
SOURCES = [
    ("labelme", {"labels/a.json": LABELME}, "images/a.jpg"),
    ("via", {"via.json": VIA}, "a.jpg"),
    ("datumaro", {"annotations/train.json": DATUMARO}, "images/train/a.jpg"),
    ("supervisely", {"ds1/ann/a.jpg.json": SUPERVISELY, "meta.json": {}}, "ds1/img/a.jpg"),
    ("fiftyone", {"labels.json": FIFTYONE}, "data/a.jpg"),
    ("imagefolder", {"metadata.jsonl": IMAGEFOLDER}, "a.jpg"),
    ("roboflow", {"train/_annotations.csv": ROBOFLOW}, "train/a.jpg"),
]


@pytest.mark.parametrize(("form", "files", "picture"), SOURCES, ids=[source[0] for source in SOURCES])
def test_a_tools_files_become_lines_with_the_pictures_that_came_along(tmp_path, form, files, picture):
    assert staged(tmp_path, form, files, [picture, "other.jpg"]) == [
        (picture, [("bolt", 1)], []),
        ("other.jpg", [], UNLABELLED),
    ]


def test_a_picture_of_a_tools_file_that_is_not_there_is_said(tmp_path):
    [row, other] = staged(tmp_path, "via", {"via.json": VIA}, ["b.jpg"])
    assert (row[2], other) == (["PIECE_REFUSED"], ("b.jpg", [], UNLABELLED))


@pytest.mark.parametrize(
    "form", ["labelme", "via", "datumaro", "supervisely", "fiftyone", "imagefolder", "roboflow"]
)
def test_a_source_without_label_files_is_refused_in_a_sentence(tmp_path, form):
    with pytest.raises(Exception, match="There is no label file here"):
        staged(tmp_path, form, {}, ["a.jpg"])


@pytest.mark.parametrize("dialect", ["rekognition", "lookoutvision"])
def test_the_folders_of_anomaly_sets_say_the_class_and_masks_are_no_pictures(tmp_path, dialect):
    mvtec = ["train/good/0.png", "test/hole/0.png", "ground_truth/hole/0_mask.png"]
    rows = staged(tmp_path, "mvtec", {}, mvtec, dialect=dialect)
    assert sorted(rows) == [
        # To Lookout a mask comes along; this one was not to be had.
        (
            "ground_truth/hole/0_mask.png",
            [],
            ["PIECE_REFUSED" if dialect == "lookoutvision" else "PIECE_CHANGED"],
        ),
        ("test/hole/0.png", [("anomaly", 0)], []),
        ("train/good/0.png", [("normal", 0)], []),
    ]


def test_visa_is_read_by_its_folders(tmp_path):
    visa = ["Data/Images/Normal/0.JPG", "Data/Images/Anomaly/1.JPG", "Data/Masks/Anomaly/1.png"]
    rows = staged(tmp_path, "visa", {}, visa, dialect="lookoutvision")
    assert [(name, labels) for name, labels, _ in sorted(rows)] == [
        ("Data/Images/Anomaly/1.JPG", [("anomaly", 0)]),
        ("Data/Images/Normal/0.JPG", [("normal", 0)]),
        ("Data/Masks/Anomaly/1.png", []),
    ]


def test_frames_of_a_film_are_found_by_their_numbers(tmp_path):
    shape = '<box frame="{}" outside="0" xtl="10" ytl="10" xbr="30" ybr="20"/>'
    film = (
        "<annotations><meta><task><mode>interpolation</mode><original_size><width>1000</width>"
        "<height>500</height></original_size></task></meta><track id='0' label='bolt'>"
        + "".join(shape.format(number) for number in (1, 3))
        + "</track></annotations>"
    )
    rows = staged(tmp_path, "cvat", {"a.xml": film}, ["x/frame_000001.jpg", "x/frame_000002.jpg"])
    assert sorted(rows) == [
        # Its tracks, and a frame without a picture.
        ("a.xml", [], ["PIECE_CHANGED"]),
        ("a.xml", [], ["PIECE_CHANGED"]),
        ("x/frame_000001.jpg", [("bolt", 1)], []),
        ("x/frame_000002.jpg", [("bolt", 1)], []),
    ]


def test_every_format_of_the_command_line_can_be_imported(tmp_path):
    assert set(ENDINGS) == set(IN)
    assert {form for form in IN if not ENDINGS[form]} == BY_PLACE
    with pytest.raises(Exception, match="no label file"):
        label_files(tmp_path, "coco")


@pytest.mark.parametrize(
    ("sides", "codes"),
    [
        ((1000, 500), []),
        ((500, 1000), []),  # which way the picture is turned is not known
        ((2000, 1000), ["BOXES_SCALED"]),
        ((333, 167), ["BOXES_SCALED"]),
        ((1000, 600), ["BOXES_ELSEWHERE"]),
    ],
)
@pytest.mark.parametrize("form", ["labelme", "manifest"])
def test_boxes_that_were_drawn_for_another_size_are_said(tmp_path, form, sides, codes):
    size, box = {"width": sides[0], "height": sides[1], "depth": 3}, dict(zip(SIDE_NAMES, BOX, strict=True))
    metadata = {
        "objects": [{"confidence": 1}], "class-map": {"0": "bolt"}, "type": "groundtruth/object-detection",
        "human-annotated": "yes", "creation-date": "2026-03-01T09:30:00", "job-name": "j",
    }  # fmt: skip
    value = {"image_size": [size], "annotations": [{"class_id": 0, **box}]}
    line = {"source-ref": "a.jpg", "bounding-box": value, "bounding-box-metadata": metadata}
    labelme = {**LABELME, "imageWidth": sides[0], "imageHeight": sides[1]}
    files = {"a.json": labelme} if form == "labelme" else {"a.manifest": json.dumps(line)}
    [(_, _, problems)] = staged(tmp_path, form, files, ["a.jpg"])
    assert [code for code in problems if code.startswith("BOXES")] == codes


def test_of_a_picture_of_no_known_size_nothing_is_said(tmp_path):
    [(_, labels, problems)] = staged(tmp_path, "labelme", {"a.json": LABELME}, ["a.jpg"], sides=(0, 0))
    assert (labels, problems) == ([("bolt", 1)], [])


def test_a_service_of_masks_has_no_boxes_that_could_lie_elsewhere(tmp_path):
    narrow = {**LABELME, "imageWidth": 600}
    [row] = staged(tmp_path, "labelme", {"a.json": narrow}, ["a.jpg"], dialect="lookoutvision")
    assert row[2] == ["BOXES_LEFT_OUT"]
