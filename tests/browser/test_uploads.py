"""Folders of this computer on their way into a dataset, and what may happen to them meanwhile."""

import base64
import json
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

from browser.conftest import Watch
from browser.looks import look_closely, take_pictures
from browser.test_datasets import a_project, drawn, entries

PATIENCE_MS = 120_000
# Keys a second, faster than anybody labels.
KEYS_A_SECOND = 10


def a_folder(place: Path, kinds: tuple[str, ...], count: int, *, start: int = 0) -> Path:
    """Draw a folder of pictures, each kind in a folder of its own."""
    for kind in kinds:
        (place / kind).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        picture = base64.b64decode(drawn(start + number, "upload"))
        (place / kinds[number % len(kinds)] / f"part {number}.jpg").write_bytes(picture)
    return place


def drag_in(page: Page, zone: str, *paths: Path) -> None:
    """Drag files and folders from the desktop onto the page, as the browser itself is told of it."""
    frame = page.get_by_test_id(zone).bounding_box()
    assert frame is not None
    place = {"x": frame["x"] + 30, "y": frame["y"] + 15}
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": data})


def open_datasets(console, page: Page, name: str = "") -> str:
    """Open the datasets of a project, a new one where none is named."""
    name = name or a_project(console)
    page.goto(f"/console/projects/rekognition/{name}/datasets")
    expect(page.get_by_text("Drop pictures or folders here").first).to_be_visible()
    return name


def labels_of(lines: list[str]) -> list[str]:
    """The label that each line gives, where it gives one."""
    return [
        value["class-name"]
        for line in lines
        for value in json.loads(line).values()
        if isinstance(value, dict) and "class-name" in value
    ]


def test_a_folder_is_dragged_in_with_its_labels_and_labelled_on_by_keys(console, signed_in: Page, tmp_path):
    page = signed_in
    name = open_datasets(console, page)
    drag_in(page, "drop-train", a_folder(tmp_path / "parts", ("bolt", "nut"), 120))
    expect(page.get_by_text("Do the folders say what the pictures show?")).to_be_visible()
    expect(page.get_by_role("row", name="bolt 60")).to_be_visible()
    assert look_closely(page, "upload-preview") == []
    page.get_by_test_id("upload-begin").click()
    expect(page.get_by_text("120 pictures were added.").first).to_be_visible(timeout=PATIENCE_MS)
    assert sorted(labels_of(entries(console, name))) == ["bolt"] * 60 + ["nut"] * 60
    page.goto(f"/console/projects/rekognition/{name}/datasets/train/label")
    expect(page.locator("[data-testid=stage][data-state=shown]")).to_be_visible()
    began = time.monotonic()
    for number in range(60):
        page.keyboard.press("2")
        page.wait_for_timeout(max(0.0, 1000 * (began + (number + 1) / KEYS_A_SECOND - time.monotonic())))
    expect(page.get_by_test_id("position")).to_have_text("61 of 120")
    page.wait_for_timeout(400)
    expect(page.locator("[data-testid=saved][data-state=saved]")).to_be_visible()
    lines = entries(console, name)
    assert len(labels_of(lines)) == 120
    assert len(set(labels_of(lines[:60]))) == 1, "sixty keys, sixty labels"
    assert all("/part " in json.loads(line)["source-ref"] for line in lines), "names stay what they were"


def test_files_that_are_no_pictures_are_named_and_run_nothing(console, signed_in: Page, tmp_path):
    page = signed_in
    watch: Watch = page.vedette_watch
    name = open_datasets(console, page)
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "drawing.jpg").write_text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")
    (folder / "empty.png").write_bytes(b"")
    (folder / "<img src=x onerror=alert(1)>.jpg").write_text("<html><script>alert(1)</script>")
    (folder / "a\u202egpj.jpg").write_bytes(b"\xff\xd8\xff\xe0no")
    (folder / f"{'long ' * 40}.jpg").write_bytes(base64.b64decode(drawn(400, "upload")))
    (folder / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(200))
    Image.new("RGB", (40, 30), "red").save(folder / "new.avif", "AVIF")
    (folder / "notes.txt").write_text("no picture")
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.locator("input[type=file]").first.set_input_files(sorted(folder.iterdir()))
    page.get_by_test_id("upload-over").wait_for(timeout=PATIENCE_MS)
    expect(page.get_by_text("1 file is no picture and was passed over.")).to_be_visible()
    expect(page.get_by_text("5 pictures were refused.").first).to_be_visible()
    expect(page.get_by_text("neither the server nor this browser reads this format")).to_be_visible()
    expect(page.get_by_text("drawing.jpg is no picture that can be read.")).to_be_visible()
    expect(page.get_by_text("<img src=x onerror=alert(1)>.jpg is no picture")).to_be_visible()
    take_pictures(page, "upload-refused")
    assert alerts == []
    assert len(entries(console, name)) == 2
    assert any("new.jpg" in line for line in entries(console, name))
    watch.errors = [error for error in watch.errors if not error.startswith("400 ")]


def test_an_upload_waits_for_the_line_and_for_who_signed_out(console, signed_in: Page, tmp_path):
    page = signed_in
    watch: Watch = page.vedette_watch
    name = open_datasets(console, page)
    page.context.set_offline(True)
    page.get_by_test_id("choose-folder-train").set_input_files(
        a_folder(tmp_path / "p", ("bolt", "nut"), 30, start=500)
    )
    page.context.set_offline(False)
    page.route("**/console/api/upload?*", lambda route: route.abort())
    page.get_by_test_id("upload-begin").click()
    expect(page.get_by_text("The server cannot be reached. The upload goes on")).to_be_visible()
    page.get_by_role("link", name="Projects", exact=True).first.click()
    expect(page.get_by_text(f"Adding pictures to {name}: 0 of 30").first).to_be_visible()
    page.unroute("**/console/api/upload?*")
    expect(page.get_by_text("30 pictures of the upload are in").first).to_be_visible(timeout=PATIENCE_MS)
    assert len(entries(console, name)) == 30
    a_reload_ends_an_upload_which_is_told_and_taken_up_again(page, name, tmp_path / "q")
    assert len(entries(console, name)) == 36
    watch.errors.clear()


def a_reload_ends_an_upload_which_is_told_and_taken_up_again(page: Page, name: str, folder: Path) -> None:
    """Load the window anew while six pictures are on their way; choose them again."""
    page.goto(f"/console/projects/rekognition/{name}/datasets")
    page.get_by_role("button", name="Add pictures").first.click()
    page.route("**/console/api/upload?*", lambda route: route.abort())
    page.get_by_test_id("choose-folder-train").set_input_files(a_folder(folder, ("bolt",), 6, start=560))
    page.get_by_test_id("upload-begin").click()
    expect(page.get_by_text("The server cannot be reached. The upload goes on")).to_be_visible()
    page.reload()
    left = page.get_by_text(f"The upload into {name} ended when this page was loaded again: 0 of 6 are in")
    expect(left).to_be_visible()
    page.unroute("**/console/api/upload?*")
    page.get_by_role("button", name="Add pictures").first.click()
    page.get_by_test_id("choose-folder-train").set_input_files(folder)
    page.get_by_test_id("upload-begin").click()
    expect(left).to_have_count(0)
    page.get_by_test_id("upload-over").wait_for(timeout=PATIENCE_MS)


def test_two_tabs_with_one_folder_store_and_enter_everything_once(console, signed_in: Page, tmp_path):
    page = signed_in
    name = open_datasets(console, page)
    other = page.context.new_page()
    open_datasets(console, other, name)
    folder = a_folder(tmp_path / "p", ("bolt", "nut"), 40, start=700)
    for tab in (page, other):
        tab.bring_to_front()
        tab.get_by_test_id("choose-folder-train").set_input_files(folder)
        expect(tab.get_by_test_id("upload-begin")).to_be_visible()
    for tab in (page, other):
        tab.bring_to_front()
        tab.get_by_test_id("upload-begin").click()
    for tab in (page, other):
        tab.get_by_test_id("upload-over").wait_for(timeout=PATIENCE_MS)
    assert len(entries(console, name)) == 40
    page.vedette_watch.errors.clear()


def test_over_plain_http_a_worker_hashes(console, signed_in: Page, tmp_path):
    page = signed_in
    page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })")
    name = open_datasets(console, page)
    folder = a_folder(tmp_path / "p", ("bolt", "nut"), 10, start=800)
    for known in (0, 10):
        page.get_by_test_id("choose-folder-train").set_input_files(folder)
        page.get_by_test_id("upload-begin").click()
        expect(page.get_by_text(f"10 of 10; {known} were here already")).to_be_visible(timeout=PATIENCE_MS)
    assert len(entries(console, name)) == 10
