"""Dataset pages: 200 pictures dragged in, found, and labelled by keys."""

import base64
import io
import time
import uuid

from PIL import Image, ImageDraw
from playwright.sync_api import FloatRect, Locator, Page, expect

from browser.looks import take_pictures

# Puts files into a drop as a folder of pictures would be dropped: each file with its name.
DROP = """
async ([selector, files]) => {
  const transfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  }
  const zone = document.querySelector(selector);
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
}
"""


def drawn(number: int, mark: str = "part") -> str:
    """A small picture like no other, in base64; another mark is another content."""
    image = Image.new("RGB", (320, 240), ((number * 37) % 256, (number * 91) % 256, (number * 53) % 256))
    draw = ImageDraw.Draw(image)
    draw.ellipse((20 + number % 90, 30, 150 + number % 90, 30 + 60 + number), fill="white", outline="black")
    draw.text((10, 10), f"{mark} {number}", fill="white", stroke_width=1, stroke_fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return base64.b64encode(out.getvalue()).decode()


def a_project(console) -> str:
    name = f"parts-{uuid.uuid4().hex[:6]}"
    console.client("rekognition").create_project(ProjectName=name)
    return name


def entries(console, name: str, **conditions) -> list[str]:
    """Every line of the training dataset, as a customer's program lists them."""
    client = console.client("rekognition")
    (project,) = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    pages = client.get_paginator("list_dataset_entries").paginate(
        DatasetArn=project["Datasets"][0]["DatasetArn"], **conditions
    )
    return [line for page in pages for line in page["DatasetEntries"]]


def test_200_pictures_are_dragged_in_and_labelled_by_keys(console, signed_in: Page):
    page, name = signed_in, a_project(console)
    page.goto(f"/console/projects/rekognition/{name}/datasets")
    expect(page.get_by_text("Drop pictures or folders here").first).to_be_visible()
    take_pictures(page, "datasets-empty")
    files = [[f"part_{number}.jpg", drawn(number)] for number in range(200)]
    page.evaluate(DROP, ["[data-testid=drop-train]", [*files, ["notes.txt", "aGVsbG8="]]])
    expect(page.get_by_text("200 pictures were added.").first).to_be_visible(timeout=120_000)
    expect(page.get_by_text("1 file is no picture and was passed over.").first).to_be_visible()
    assert len(entries(console, name)) == 200
    page.evaluate(DROP, ["[data-testid=drop-train]", files[:20]])
    expect(page.get_by_text("20 of 20; 20 were here already").first).to_be_visible(timeout=60_000)
    assert len(entries(console, name)) == 200, "nothing twice"

    page.goto(f"/console/projects/rekognition/{name}/datasets/train?sort=name")
    expect(page.get_by_role("option").first).to_contain_text("part_0.jpg")
    for label in ("bolt", "nut"):
        page.get_by_role("option").first.click()
        page.get_by_label("Find or add a label").fill(label)
        page.get_by_role("button", name=f"Add “{label}”").click()
        expect(page.get_by_role("button", name=label)).to_be_visible()
    grid = page.get_by_role("listbox", name="Pictures of the dataset Training")
    grid.focus()
    grid.press("Home")
    for number in range(60):
        grid.press("1" if number % 2 else "2")
        grid.press("ArrowRight")
    deadline = time.monotonic() + 60
    while len(entries(console, name, Labeled=True)) < 60 and time.monotonic() < deadline:
        time.sleep(0.3)
    labelled = entries(console, name, Labeled=True)
    assert len(labelled) == 60, "no key is lost"
    take_pictures(page, "gallery")
    remove_and_undo(page)
    assert len(entries(console, name)) == 200
    find_and_select(page)


def remove_and_undo(page: Page) -> None:
    """Look at one labelled picture, remove four, and take that back."""
    page.get_by_role("listbox").first.press("Home")
    page.get_by_role("option").nth(2).click()
    details = page.get_by_role("region", name="Details")
    expect(details.get_by_text("320 × 240 px")).to_be_visible()
    expect(details.get_by_text("– → nut")).to_be_visible()
    page.get_by_role("option").nth(5).click(modifiers=["Shift"])
    expect(page.get_by_text("4 selected").first).to_be_visible()
    page.get_by_role("listbox").first.press("Delete")
    expect(page.get_by_text("4 pictures removed from the dataset.").first).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("4 pictures are as they were.").first).to_be_visible()


def find_and_select(page: Page) -> None:
    """Find by size and day, and select by a rectangle and all at once."""
    filter_by_size_and_day(page)
    select_by_band_and_all(page)


def filter_by_size_and_day(page: Page) -> None:
    """All pictures are 320 by 240 and came today."""
    for choice, field, value, token, count in (
        ("Size …", "From", "241", "At least 241 px", "0 pictures"),
        ("Size …", "From", "240", "At least 240 px", "200 pictures"),
        ("Date added …", "To", "2020/01/31", "Added until 2020-01-31", "0 pictures"),
        ("Date added …", "From", "2020/01/31", "Added from 2020-01-31", "200 pictures"),
    ):
        page.get_by_role("button", name="Add a filter").click()
        page.get_by_role("option", name=choice).click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label(field, exact=True).fill(value)
        dialog.get_by_role("button", name="Apply").click()
        expect(page.get_by_text(count).first).to_be_visible()
        page.get_by_role("button", name=f"Remove the filter {token}").click()
        expect(page.get_by_text("200 pictures").first).to_be_visible()


def box_of(tile: Locator) -> FloatRect:
    """Return where a tile is, once it stays: pictures that come meanwhile have it drawn anew."""
    for _ in range(50):
        box = tile.bounding_box()
        if box is not None:
            return box
        tile.page.wait_for_timeout(100)
    raise AssertionError("the tile is nowhere")


def select_by_band_and_all(page: Page) -> None:
    """A rectangle over the first two tiles of the first row, then all that match."""
    first, second = (box_of(page.get_by_role("option").nth(place)) for place in (0, 1))
    # Above the first row there is room of eight pixels to begin in.
    page.mouse.move(first["x"] + 20, first["y"] - 4)
    page.mouse.down()
    page.mouse.move(second["x"] + 30, second["y"] + 60, steps=5)
    page.mouse.up()
    expect(page.get_by_text("2 selected").first).to_be_visible()
    page.get_by_role("button", name="Select all 200").click()
    expect(page.get_by_text("200 selected").first).to_be_visible()
