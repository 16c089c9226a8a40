"""Exports of VOC, YOLO, CSV, Label Studio and CVAT brought in by clicks, each as its tool writes it."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from browser.conftest import close_page, enter, open_page
from browser.test_datasets import entries
from browser.test_wizard import LONG_MS, choose_format, open_wizard, undivide
from doubles.servers import RunningServer

SIDES = (640, 480)
# A picture's name in the archive, and its boxes: label, left, top, width, height.
BOXES = {
    "0.jpg": [("bolt", 10, 20, 100, 60), ("nut", 300, 200, 64, 48)],
    "pièce 1.jpg": [("bolt", 32, 48, 160, 96)],
    "2.jpg": [("nut", 480, 360, 160, 120)],
}
NAMES = ("bolt", "nut")
# Of no other test on this server: what is stored already keeps the name that it had first.
COLORS = ("teal", "olive", "indigo")


def voc(name: str, boxes: list[tuple[str, int, int, int, int]]) -> str:
    """Return the annotation that LabelImg writes; corners are pixels."""
    objects = "".join(
        f"<object><name>{label}</name><bndbox><xmin>{left}</xmin><ymin>{top}</ymin>"
        f"<xmax>{left + width}</xmax><ymax>{top + height}</ymax></bndbox></object>"
        for label, left, top, width, height in boxes
    )
    size = f"<size><width>{SIDES[0]}</width><height>{SIDES[1]}</height><depth>3</depth></size>"
    return f"<annotation><filename>{name}</filename>{size}{objects}</annotation>"


def yolo(boxes: list[tuple[str, int, int, int, int]]) -> str:
    """Return the text of a picture: a class and a middle and sides in shares a line."""
    width, height = SIDES
    return "".join(
        f"{NAMES.index(label)} {(left + w / 2) / width} {(top + h / 2) / height} {w / width} {h / height}\n"
        for label, left, top, w, h in boxes
    )


def label_studio() -> str:
    """Return a project's JSON export: pictures have a made-up beginning, places are in percent."""

    def result(box: tuple[str, int, int, int, int]) -> dict[str, Any]:
        label, left, top, w, h = box
        shares = {"x": left / 6.4, "y": top / 4.8, "width": w / 6.4, "height": h / 4.8, "rotation": 0}
        value = {**shares, "rectanglelabels": [label]}
        sides = {"original_width": SIDES[0], "original_height": SIDES[1]}
        return {"type": "rectanglelabels", "from_name": "label", "to_name": "image", "value": value, **sides}

    tasks = [
        {
            "data": {"image": f"/data/upload/3/1a2b3c4d-{name}"},
            "annotations": [{"result": [*map(result, boxes)]}],
        }
        for name, boxes in BOXES.items()
    ]
    return json.dumps(tasks)


def cvat() -> str:
    """Return annotations of CVAT for images 1.1."""
    images = "".join(
        f'<image id="{number}" name="{name}" width="{SIDES[0]}" height="{SIDES[1]}">'
        + "".join(
            f'<box label="{label}" occluded="0" xtl="{x}" ytl="{y}" xbr="{x + w}" ybr="{y + h}"></box>'
            for label, x, y, w, h in boxes
        )
        + "</image>"
        for number, (name, boxes) in enumerate(BOXES.items())
    )
    return f'<?xml version="1.0"?><annotations><version>1.1</version>{images}</annotations>'


def label_files(form: str) -> dict[str, str]:
    """Return the label files of an export by their paths."""
    stems = {name: name.removesuffix(".jpg") for name in BOXES}
    if form == "voc":
        return {f"Annotations/{stems[name]}.xml": voc(name, boxes) for name, boxes in BOXES.items()}
    if form == "yolo":
        texts = {f"labels/train/{stems[name]}.txt": yolo(boxes) for name, boxes in BOXES.items()}
        return {**texts, "data.yaml": "train: images/train\nnames:\n  0: bolt\n  1: nut\n"}
    if form == "csv":
        return {"labels.csv": "".join(f"{name},{boxes[0][0]}\n" for name, boxes in BOXES.items())}
    if form == "labelstudio":
        return {"export.json": label_studio()}
    return {"annotations.xml": cvat()}


FOLDERS = {
    "voc": "JPEGImages/",
    "yolo": "images/train/",
    "labelstudio": "images/",
    "cvat": "images/",
    "csv": "",
}


def archive(form: str) -> bytes:
    """Return an export as a zip, pictures beside the labels as the tool lays them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as opened:
        for path, text in label_files(form).items():
            opened.writestr(f"export/{path}", text)
        for number, name in enumerate(BOXES):
            picture = io.BytesIO()
            Image.new("RGB", SIDES, COLORS[number]).save(picture, "JPEG")
            opened.writestr(f"export/{FOLDERS.get(form, '')}{name}", picture.getvalue())
    return file.getvalue()


def boxes_of(line: dict[str, Any]) -> list[tuple[str, int, int, int, int]]:
    """Return the boxes of a line, as the service lists it."""
    (value,) = [item for item in line.values() if isinstance(item, dict) and "annotations" in item]
    (facts,) = [item for item in line.values() if isinstance(item, dict) and "class-map" in item]
    return [
        (facts["class-map"][str(box["class_id"])], box["left"], box["top"], box["width"], box["height"])
        for box in value["annotations"]
    ]


def labels_of(line: dict[str, Any]) -> list[str]:
    """Return the labels of a picture."""
    return [item["class-name"] for item in line.values() if isinstance(item, dict) and "class-name" in item]


@pytest.fixture(scope="module")
def tab(chromium: Browser, console: RunningServer) -> Iterator[Page]:
    """One window, signed in once for all formats."""
    page = open_page(chromium, console)
    enter(page, console)
    yield page
    close_page(page)


@pytest.mark.parametrize(
    ("form", "title"),
    [
        ("voc", "Pascal VOC (XML)"),
        ("yolo", "YOLO (text files and data.yaml)"),
        ("csv", "CSV (picture, label, …)"),
        ("labelstudio", "Label Studio (JSON)"),
        ("cvat", "CVAT for images or video (XML)"),
    ],
)
def test_an_export_of_another_tool_comes_in_with_its_labels(console, tab: Page, form, title):
    project = f"from-{form}"
    open_wizard(tab, console, project)
    choose_format(tab, title)
    file = {"name": "export.zip", "mimeType": "application/zip", "buffer": archive(form)}
    tab.get_by_test_id("wizard-files").set_input_files([file])
    expect(tab.get_by_test_id("chosen")).to_contain_text("3 pictures")
    tab.get_by_label("One set of pictures").check()
    tab.get_by_role("button", name="Show what it will be").click()
    expect(tab.get_by_text("No problems. Every line can be added as it is.")).to_be_visible(timeout=LONG_MS)
    undivide(tab)
    tab.get_by_role("button", name="Add 3 pictures").click()
    expect(tab.get_by_text("3 added, 0 replaced, 0 were there already.")).to_be_visible(timeout=LONG_MS)
    lines = [json.loads(line) for line in entries(console, project)]
    by_name = {line["source-ref"].rpartition("/")[2]: line for line in lines}
    assert sorted(by_name) == sorted(BOXES)
    if form == "csv":
        classes = {name: labels_of(line) for name, line in by_name.items()}
        assert classes == {name: [boxes[0][0]] for name, boxes in BOXES.items()}
    else:
        assert {name: sorted(boxes_of(line)) for name, line in by_name.items()} == BOXES
