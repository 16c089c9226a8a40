"""Journey 5: a manifest with errors is mended by clicks alone; and the other ways in, each seen first."""

import io
import json
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import expect

from browser.looks import axe_everywhere, look_closely, take_pictures

BUCKET = "wizard-pictures"
LONG_MS = 30_000


def a_picture(color="red"):
    file = io.BytesIO()
    Image.new("RGB", (640, 480), color).save(file, "JPEG")
    return file.getvalue()


def labelled(key, label="bolt", **changes):
    metadata = {
        "class-name": label, "confidence": 1, "type": "groundtruth/image-classification",
        "human-annotated": "yes", "creation-date": "2026-02-11T09:30:05",
    }  # fmt: skip
    return {"source-ref": f"s3://{BUCKET}/{key}", "part": 1, "part-metadata": {**metadata, **changes}}


def boxed(key, *boxes, names=None):
    sides = ("left", "top", "width", "height")
    annotations = [{"class_id": 0, **dict(zip(sides, box, strict=True))} for box in boxes]
    metadata = {
        "objects": [{"confidence": 1} for _ in boxes], "class-map": {"0": "nut"} if names is None else names,
        "type": "groundtruth/object-detection", "human-annotated": "yes",
        "creation-date": "2026-02-11T09:30:05",
    }  # fmt: skip
    size = [{"width": 640, "height": 480, "depth": 3}]
    return {
        "source-ref": f"s3://{BUCKET}/{key}",
        "b": {"image_size": size, "annotations": annotations},
        "b-metadata": metadata,
    }


MANIFEST = [
    json.dumps(labelled("a1.jpg")),
    json.dumps(labelled("a2.jpg"))[:-1] + ",}",
    json.dumps(boxed("a3.jpg", (600, 400, 100, 100), (10, 10, 50, 50))),
    json.dumps(boxed("a4.jpg", (10, 10, 50, 50), names={})),
    json.dumps(labelled("moved/a5.jpg")),
    json.dumps(labelled("a1.jpg")),
    json.dumps(labelled("a6.jpg", **{"class-name": "x" * 300})),
    json.dumps(labelled("a7.jpg", confidence=None)),
    json.dumps(labelled("a8.jpg")).replace("{", "", 1),
]


@pytest.fixture(scope="module")
def buckets(console):
    s3 = console.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for number in range(1, 9):
        key = f"right/a{number}.jpg" if number == 5 else f"a{number}.jpg"
        s3.put_object(Bucket=BUCKET, Key=key, Body=a_picture())
    for label in ("round", "square"):
        for number in range(5):
            s3.put_object(Bucket=BUCKET, Key=f"set/{label}/{number}.jpg", Body=a_picture())
    s3.put_object(Bucket=BUCKET, Key="m.manifest", Body="\n".join(MANIFEST).encode())
    return s3


def open_wizard(page, console, name, service="rekognition"):
    client = console.client(service)
    client.create_project(ProjectName=name)
    page.goto(f"/console/projects/{service}/{name}/datasets/new")
    expect(page.get_by_role("heading", name="Add pictures and labels")).to_be_visible()


def choose_format(page, name):
    page.get_by_role("button", name="How are they labelled?").click()
    page.get_by_role("option", name=name).click()


def count(console, name, kind="train"):
    client = console.client("rekognition")
    project = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"][0]
    datasets = {item["DatasetType"]: item["DatasetArn"] for item in project["Datasets"]}
    stats = client.describe_dataset(DatasetArn=datasets[kind.upper()])["DatasetDescription"]["DatasetStats"]
    return stats["TotalEntries"], stats["LabeledEntries"], stats["ErrorEntries"]


def test_a_manifest_with_errors_is_mended_by_clicks_alone(signed_in, console, buckets):
    page = signed_in
    open_wizard(page, console, "mended")
    take_pictures(page, "wizard-start")
    assert axe_everywhere(page) == {}
    page.get_by_text("A bucket", exact=True).click()
    choose_format(page, "Manifest (JSON Lines)")
    page.get_by_label("Place in the bucket").fill(f"s3://{BUCKET}/m.manifest")
    page.get_by_role("button", name="Show what it will be").click()
    expect(page.get_by_role("heading", name="What it will be")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_test_id("line-2")).to_be_visible()
    take_pictures(page, "wizard-problems")
    assert axe_everywhere(page) == {}
    table = page.get_by_role("table").last
    for mend in (
        "Cut boxes at the edge",
        "Find the picture by its name",
        "Name missing classes",
        "Shorten names",
    ):
        table.get_by_role("button", name=mend).first.click()
        expect(table.get_by_role("button", name=mend)).to_have_count(0)
    table.get_by_role("row", name="metadata").get_by_role("button", name="Add what is missing").click()
    page.get_by_test_id("line-2").get_by_role("button", name="Repair the JSON").click()
    expect(page.get_by_test_id("line-2").get_by_text("mended", exact=True)).to_be_visible()
    table.get_by_role("row", name="earlier line").get_by_role("button", name="Show lines").click()
    line = page.get_by_test_id("line-6")
    line.get_by_role("button", name="Leave out").click()
    expect(line.get_by_text("left out by you")).to_be_visible()
    line = page.get_by_test_id("line-9")
    line.scroll_into_view_if_needed()
    line.get_by_role("button", name="Edit the line").click()
    text = page.get_by_label("Text of line 9")
    expect(page.get_by_role("button", name="Save the line")).to_be_disabled()
    text.press("Home")
    text.press("Control+Home")
    text.press_sequentially("{")
    expect(page.get_by_text("This is a line.")).to_be_visible()
    page.get_by_role("button", name="Save the line").click()
    expect(page.get_by_text("No problems. Every line can be added as it is.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the manifest").click()
    lines = download.value.path().read_text("utf-8").splitlines()
    assert [json.loads(line)["source-ref"].rpartition("/")[2] for line in lines] == [
        f"a{number}.jpg" for number in range(1, 9)
    ]
    add_all(page)
    assert count(console, "mended") == (8, 8, 0)


def undivide(page):
    box = page.get_by_label("Put a fifth of every label aside")
    box.click()
    expect(box).not_to_be_checked()


def add_all(page):
    page.reload()
    undivide(page)
    page.get_by_role("button", name="Add 8 pictures").click()
    expect(page.get_by_text("8 added, 0 replaced, 0 were there already.")).to_be_visible(timeout=LONG_MS)


def test_a_folder_of_a_bucket_is_divided_as_it_was_shown(signed_in, console, buckets):
    page = signed_in
    open_wizard(page, console, "divided")
    page.get_by_text("A bucket", exact=True).click()
    page.get_by_label("Place in the bucket").fill(f"s3://{BUCKET}/set")
    page.get_by_role("button", name="Show what it will be").click()
    expect(page.get_by_text("8 to train, 2 to test")).to_be_visible(timeout=LONG_MS)
    page.get_by_label("Becomes square").fill("box")
    page.get_by_role("button", name="Count again").click()
    expect(page.get_by_role("button", name="Add 10 pictures")).to_be_enabled()
    take_pictures(page, "wizard-preview")
    page.get_by_role("button", name="Add 10 pictures").click()
    expect(page.get_by_text("8 to train, 2 to test.")).to_be_visible(timeout=LONG_MS)
    take_pictures(page, "wizard-done")
    assert [count(console, "divided", kind) for kind in ("train", "test")] == [(8, 8, 0), (2, 2, 0)]


def coco_archive():
    images = [{"id": n, "width": 640, "height": 480, "file_name": f"{n}.jpg"} for n in range(4)]
    boxes = [{"id": n, "image_id": n, "category_id": 1, "bbox": [10, 10, 50, 50]} for n in range(4)]
    labels = {"images": images, "categories": [{"id": 1, "name": "bolt"}], "annotations": boxes}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export/annotations/instances.json", json.dumps(labels))
        for n in range(3):
            archive.writestr(f"export/images/{n}.jpg", a_picture(("red", "green", "blue")[n]))
        archive.writestr("export/images/notes.jpg", b"no picture")
        archive.writestr("../escape.jpg", a_picture())
        link = zipfile.ZipInfo("export/link.jpg")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return file.getvalue()


def test_an_archive_of_a_tool_is_opened_here_and_what_cannot_be_used_is_named(signed_in, console, buckets):
    page = signed_in
    open_wizard(page, console, "archive")
    choose_format(page, "COCO (JSON)")
    file = {"name": "export.zip", "mimeType": "application/zip", "buffer": coco_archive()}
    page.get_by_test_id("wizard-files").set_input_files([file])
    expect(page.get_by_text("4 pictures, 1 label files")).to_be_visible()
    expect(page.get_by_text("../escape.jpg: its path leaves the folder")).to_be_visible()
    expect(page.get_by_text("export/link.jpg: a link")).to_be_visible()
    page.get_by_label("One set of pictures").check()
    page.get_by_role("button", name="Show what it will be").click()
    expect(page.get_by_role("heading", name="What it will be")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("There is no picture 3.jpg among the 4 that are here.")).to_be_visible()
    expect(page.get_by_text("notes.jpg").first).to_be_visible()
    undivide(page)
    page.get_by_role("button", name="Add 3 pictures").click()
    expect(page.get_by_text("3 added")).to_be_visible(timeout=LONG_MS)
    assert count(console, "archive") == (3, 3, 0)
    page.vedette_watch.errors[:] = [error for error in page.vedette_watch.errors if "/upload?" not in error]


def test_another_dataset_and_an_empty_one(signed_in, console, buckets):
    page = signed_in
    open_wizard(page, console, "empty")
    page.get_by_text("Nothing yet", exact=True).click()
    page.get_by_role("button", name="Create an empty dataset").click()
    expect(page.get_by_role("heading", name="Datasets", level=1)).to_be_visible()
    assert count(console, "empty") == (0, 0, 0)
    page.goto("/console/projects/rekognition/empty/datasets/new")
    page.get_by_text("Another dataset", exact=True).click()
    page.get_by_role("button", name="Project").last.click()
    page.get_by_role("option", name="divided · Training").click()
    page.get_by_role("button", name="Show what it will be").click()
    page.get_by_role("button", name="Add 8 pictures").click(timeout=LONG_MS)
    expect(page.get_by_text("8 added")).to_be_visible(timeout=LONG_MS)
    assert count(console, "empty") == (8, 8, 0)


def test_another_picture_is_chosen_by_looking(signed_in, console, buckets):
    page = signed_in
    buckets.put_object(Bucket=BUCKET, Key="one.manifest", Body=json.dumps(labelled("set/gone.jpg")).encode())
    open_wizard(page, console, "picked")
    page.get_by_text("A bucket", exact=True).click()
    choose_format(page, "Manifest (JSON Lines)")
    page.get_by_label("Place in the bucket").fill(f"s3://{BUCKET}/one.manifest")
    page.get_by_role("button", name="Show what it will be").click()
    line = page.get_by_test_id("line-1")
    line.get_by_role("button", name="Choose another picture").click(timeout=LONG_MS)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="round").click()
    expect(dialog.get_by_role("button", name="4.jpg")).to_be_visible()
    dialog.get_by_label("Names that begin with …").fill("3")
    expect(dialog.get_by_role("button", name="4.jpg")).to_have_count(0)
    assert look_closely(page, "wizard-picker") == []
    dialog.get_by_role("button", name="3.jpg").click()
    line.get_by_role("button", name="Choose another picture").click()
    expect(page.get_by_text("No problems. Every line can be added as it is.")).to_be_visible()
