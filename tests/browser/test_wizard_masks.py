"""Pictures with PNG masks brought in by hand: colours named by keys, losses told before they happen."""

import io
import json
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from browser.looks import axe_everywhere, look_closely, sideways
from browser.test_wizard import LONG_MS, choose_format, open_wizard
from vedette.dialects.registry import LOOKOUT
from vedette.manifest.lines import read_line

SIDES = (96, 64)
RED, BLUE, GREY = (255, 0, 0), (0, 0, 255), (9, 9, 9)


def png(*areas: tuple[tuple[int, int, int], int, int, int, int]) -> bytes:
    """Return a mask with a rectangle of a colour in each area: colour, left, top, width, height."""
    pixels = np.zeros((SIDES[1], SIDES[0], 3), np.uint8)
    for color, left, top, width, height in areas:
        pixels[top : top + height, left : left + width] = color
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def archive(masks: dict[str, bytes], table: str = "") -> dict[str, object]:
    """Return a zip of pictures and masks, and of a table where there is one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as opened:
        for number, (name, mask) in enumerate(masks.items()):
            picture = io.BytesIO()
            Image.new("RGB", SIDES, (40 + 60 * number, 4 * len(table), 77)).save(picture, "JPEG")
            opened.writestr(f"set/images/{name}.jpg", picture.getvalue())
            opened.writestr(f"set/masks/{name}.png", mask)
        if table:
            opened.writestr("set/labels.csv", table)
    return {"name": "set.zip", "mimeType": "application/zip", "buffer": file.getvalue()}


def lines_of(console, name: str) -> dict[str, str]:
    """Return the lines of a project's pictures by the names that those had."""
    client = console.client("lookoutvision")
    lines = client.list_dataset_entries(ProjectName=name, DatasetType="train")["DatasetEntries"]
    return {json.loads(line)["source-ref"].rpartition("/")[2]: line for line in lines}


def test_colours_are_named_by_keys_and_masks_come_in_as_they_are(console, signed_in: Page):
    page, name = signed_in, "masked"
    open_wizard(page, console, name, "lookoutvision")
    masks = {
        "a": png((RED, 8, 8, 20, 10), (BLUE, 50, 30, 16, 16)),
        "b": png(),
        "c": png((RED, 8, 8, 20, 10), (GREY, 28, 8, 1, 10)),
    }
    page.get_by_test_id("wizard-files").set_input_files([archive(masks)])
    expect(page.get_by_text("The files look like this format: PNG masks")).to_be_visible()
    expect(page.get_by_test_id("chosen")).to_contain_text("6 pictures")
    look = page.get_by_role("button", name="Show what it will be")
    expect(look).to_be_disabled()
    page.get_by_label("One set of pictures").check()
    red = page.get_by_label("Label of #ff0000")
    red.focus()
    page.keyboard.type("crack")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Label of #0000ff")).to_be_focused()
    page.keyboard.type("stain")
    expect(page.get_by_text("Without a name, these colours are lost: #090909")).to_be_visible()
    expect(page.get_by_role("row", name="#ff0000")).to_contain_text("400")
    assert axe_everywhere(page) == {}
    assert look_closely(page, "wizard-masks") == []
    assert sideways(page) == []
    look.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What it will be")).to_be_visible(timeout=LONG_MS)
    # The third has a colour that shows nothing beside black; the service knows one background.
    expect(page.get_by_text("has a background of #000000, #090909").first).to_be_visible()
    assert look_closely(page, "wizard-masks-preview") == []
    page.get_by_label("Put a fifth of every label aside").click()
    page.get_by_role("button", name="Add 2 pictures").click()
    expect(page.get_by_text("2 added, 0 replaced, 0 were there already.")).to_be_visible(timeout=LONG_MS)
    verdicts = {key: LOOKOUT.judge_line(read_line(line)) for key, line in lines_of(console, name).items()}
    assert {key: verdict.is_anomalous for key, verdict in verdicts.items()} == {"a.jpg": True, "b.jpg": False}
    mask = verdicts["a.jpg"].mask
    assert mask.colors == {"#ff0000": "crack", "#0000ff": "stain"}
    bucket, _, key = mask.ref.removeprefix("s3://").partition("/")
    assert console.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == masks["a"]


def test_a_table_that_lies_beside_the_masks_names_them(console, signed_in: Page):
    page, name = signed_in, "tabled"
    open_wizard(page, console, name, "lookoutvision")
    choose_format(page, "PNG masks (images, masks)")
    file = archive({"x": png((RED, 8, 8, 20, 10)), "y": png()}, "#ff0000,crack\n")
    page.get_by_test_id("wizard-files").set_input_files([file])
    expect(page.get_by_test_id("chosen")).to_contain_text("4 pictures, 1 label files")
    expect(page.get_by_text("What do the colours of the masks show?")).to_have_count(0)
    page.get_by_label("One set of pictures").check()
    page.get_by_role("button", name="Show what it will be").click()
    expect(page.get_by_text("No problems. Every line can be added as it is.")).to_be_visible(timeout=LONG_MS)
    page.get_by_label("Put a fifth of every label aside").click()
    page.get_by_role("button", name="Add 2 pictures").click()
    expect(page.get_by_text("2 added, 0 replaced, 0 were there already.")).to_be_visible(timeout=LONG_MS)
    verdict = LOOKOUT.judge_line(read_line(lines_of(console, name)["x.jpg"]))
    assert verdict.mask.colors == {"#ff0000": "crack"}


@pytest.mark.parametrize("form", ["image", "noise"])
def test_masks_with_soft_edges_are_refused_before_anything_is_sent(console, signed_in: Page, form):
    page = signed_in
    open_wizard(page, console, f"soft-{form}", "lookoutvision")
    pixels = np.random.default_rng(1).integers(0, 256, (64, 96, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    masks = {"a": file.getvalue() if form == "noise" else b"no picture"}
    page.get_by_test_id("wizard-files").set_input_files([archive(masks)])
    sentence = (
        "The masks have more than 64 colours" if form == "noise" else "These are no pictures: masks/a.png"
    )
    expect(page.get_by_text(sentence)).to_be_visible()
    expect(page.get_by_role("button", name="Show what it will be")).to_be_disabled()


def test_a_folder_of_an_export_that_was_cut_off_is_not_taken(console, signed_in: Page, tmp_path):
    page = signed_in
    open_wizard(page, console, "cut-off")
    folder = tmp_path / "set"
    for path in ("a/1.jpg", ".vedette-writing-set/a/2.jpg"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", SIDES).save(folder / path)
    page.get_by_test_id("wizard-folder").set_input_files(folder)
    expect(page.get_by_text("an export that was cut off: write it again")).to_be_visible()
    expect(page.get_by_role("button", name="Show what it will be")).to_be_disabled()


def test_outlines_of_a_tool_come_in_as_masks_where_that_is_asked(console, signed_in: Page):
    page, name = signed_in, "outlined"
    open_wizard(page, console, name, "lookoutvision")
    files = [{"name": "labels.xml", "mimeType": "text/xml", "buffer": CVAT.encode()}]
    for number, stem in enumerate("abc"):
        picture = io.BytesIO()
        Image.new("RGB", SIDES, (40 + 60 * number, 200, 77)).save(picture, "JPEG")
        files.append({"name": f"{stem}.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()})
    page.get_by_test_id("wizard-files").set_input_files(files)
    expect(page.get_by_text("The files look like this format: CVAT")).to_be_visible()
    page.get_by_label("One set of pictures").check()
    page.get_by_label("Masks, of polygons and brushes").check()
    assert look_closely(page, "wizard-outlines") == []
    page.get_by_role("button", name="Show what it will be").click()
    expect(page.get_by_role("heading", name="What it will be")).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_text("a.jpg has boxes that are not drawn: 1 (hole).").first).to_be_visible()
    expect(page.get_by_text("c.jpg should have 960 x 64 pixels, and has 96 x 64.").first).to_be_visible()
    page.get_by_label("Put a fifth of every label aside").click()
    page.get_by_role("button", name="Add 2 pictures").click()
    expect(page.get_by_text("2 added, 0 replaced, 0 were there already.")).to_be_visible(timeout=LONG_MS)
    verdicts = {key: LOOKOUT.judge_line(read_line(line)) for key, line in lines_of(console, name).items()}
    assert {key: verdict.is_anomalous for key, verdict in verdicts.items()} == {"a.jpg": True, "b.jpg": False}
    mask = verdicts["a.jpg"].mask
    bucket, _, key = mask.ref.removeprefix("s3://").partition("/")
    body = console.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    [color] = mask.colors
    pixels = np.asarray(Image.open(io.BytesIO(body)).convert("RGB"))
    shown = (pixels == [int(color[at : at + 2], 16) for at in (1, 3, 5)]).all(axis=2)
    assert (mask.colors[color], int(shown.sum()), bool(shown[8:18, 8:28].all())) == ("dent", 200, True)


CVAT = """<annotations>
<image name="a.jpg" width="96" height="64">
  <polygon label="dent" points="8,8;28,8;28,18;8,18"/><box label="hole" xtl="50" ytl="30" xbr="60" ybr="40"/>
</image>
<image name="b.jpg" width="96" height="64"></image>
<image name="c.jpg" width="960" height="64"><polygon label="dent" points="8,8;28,8;28,18"/></image>
</annotations>"""
