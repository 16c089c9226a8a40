"""Journeys at the labelling page, by pointer and keys alone, held against what the services then list."""

import io
import time
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Watch, close_page, enter, open_page
from browser.looks import axe_everywhere, look_closely, take_pictures
from doubles.labelled import (
    anomaly_project,
    detection_project,
    entries_of,
    plates,
    scenes,
)
from doubles.servers import RunningServer


def open_labelling(page: Page, service: str, project: str, query: str = "") -> None:
    """Open the labelling page of a project's training dataset, with its first picture in sight."""
    page.goto(f"/console/projects/{service}/{project}/datasets/train/label{query}")
    shown(page)


def shown(page: Page) -> None:
    """Wait until the picture is in sight."""
    expect(page.locator("[data-testid=stage][data-state=shown]")).to_be_visible()


def saved(page: Page) -> None:
    """Wait until the server has everything; the promise is two seconds, of the page alone."""
    page.wait_for_timeout(350)  # a change goes into the line after a quarter of a second
    expect(page.locator("[data-testid=saved][data-state=saved]")).to_be_visible()


def add_label(page: Page, name: str) -> None:
    """Add a label by typing its name where labels are found."""
    page.keyboard.press("/")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".vedette-labelling-give", has_text=name).first).to_be_visible()


def drag(page: Page, start: tuple[float, float], end: tuple[float, float], *, steps: int = 4) -> None:
    """Pull from one place of the picture to another; places are shares of it."""
    frame = page.locator("[data-testid=stage]").bounding_box()
    assert frame is not None
    side = min(frame["width"], frame["height"]) - 32  # the margin around a picture that fits
    left = frame["x"] + (frame["width"] - side) / 2
    top = frame["y"] + (frame["height"] - side) / 2
    page.mouse.move(left + start[0] * side, top + start[1] * side)
    page.mouse.down()
    page.mouse.move(left + end[0] * side, top + end[1] * side, steps=steps)
    page.mouse.up()


def click(page: Page, place: tuple[float, float]) -> None:
    """Click on a place of the picture."""
    drag(page, place, place, steps=1)


def at_position(page: Page, number: int, total: int) -> None:
    """Wait until a picture's turn has come."""
    expect(page.get_by_test_id("position")).to_have_text(f"{number} of {total}")


def until(check: Callable[[], bool]) -> None:
    """Wait for what a service lists."""
    end = time.monotonic() + 20
    while not check():
        assert time.monotonic() < end
        time.sleep(0.1)


def labels_of(entry: dict[str, object]) -> list[str]:
    """Return the image-level labels of an entry."""
    metadata = [
        value for key, value in entry.items() if key.endswith("-metadata") and isinstance(value, dict)
    ]
    return [value["class-name"] for value in metadata if "class-name" in value]


def test_sixty_pictures_are_labelled_by_keys_at_ten_a_second(console: RunningServer, signed_in: Page) -> None:
    detection_project(console, "keys-alone", scenes(60, side=96))
    open_labelling(signed_in, "rekognition", "keys-alone")
    add_label(signed_in, "disc")
    add_label(signed_in, "square")
    add_label(signed_in, "cross")
    pressed = [str(1 + number % 3) for number in range(60)]
    start = time.monotonic()
    for number, key in enumerate(pressed):
        signed_in.keyboard.press(key)
        time.sleep(max(0.0, start + (number + 1) / 10 - time.monotonic()))
    assert time.monotonic() - start < 12
    expect(signed_in.get_by_text("That was the last picture")).to_be_visible()
    saved(signed_in)
    names = {"1": "cross", "2": "disc", "3": "square"}
    by_key = {key: names[key] for key in "123"}
    listed = [labels_of(entry) for entry in entries_of(console, "keys-alone", "rekognition")]
    assert len({tuple(label) for label in listed}) == 3
    order = [label[0] for label in listed]
    keys_by_label = dict(zip(order[:3], pressed[:3], strict=True))
    assert [keys_by_label[label] for label in order] == pressed
    assert set(keys_by_label) == set(by_key.values())


def test_twenty_pictures_get_boxes(console: RunningServer, signed_in: Page) -> None:
    detection_project(console, "twenty-boxes", scenes(20))
    open_labelling(signed_in, "rekognition", "twenty-boxes", "?mode=boxes")
    add_label(signed_in, "disc")
    add_label(signed_in, "square")
    signed_in.keyboard.press("b")
    for number in range(20):
        at_position(signed_in, number + 1, 20)
        shown(signed_in)
        signed_in.keyboard.press("1")
        drag(signed_in, (0.1, 0.1), (0.4, 0.5))
        signed_in.keyboard.press("Escape")
        signed_in.keyboard.press("v")
        signed_in.keyboard.press("Escape")
        signed_in.keyboard.press("2")
        signed_in.keyboard.press("b")
        drag(signed_in, (0.6, 0.55), (0.9, 0.8))
        expect(signed_in.get_by_test_id("box-count")).to_have_text("2 boxes")
        if number == 3:
            saved(signed_in)
            take_pictures(signed_in, "labelling-boxes")
            shown(signed_in)
            signed_in.keyboard.press("b")
        signed_in.keyboard.press("PageDown")
    saved(signed_in)
    entries = entries_of(console, "twenty-boxes", "rekognition")
    assert len(entries) == 20
    assert [entry["source-ref"] for entry in entries if "bounding-box" not in entry] == []
    for entry in entries:
        names = entry["bounding-box-metadata"]["class-map"]
        boxes = entry["bounding-box"]["annotations"]
        assert [names[str(box["class_id"])] for box in boxes] == ["disc", "square"]
        sides = [box[side] / 256 for box in boxes for side in ("left", "top", "width", "height")]
        assert sides == pytest.approx([0.1, 0.1, 0.3, 0.4, 0.6, 0.55, 0.3, 0.25], abs=0.02)


def test_normal_pictures_and_anomalies_are_told_by_keys(console: RunningServer, signed_in: Page) -> None:
    anomaly_project(console, "told-by-keys", plates(6, side=96))
    open_labelling(signed_in, "lookoutvision", "told-by-keys")
    for key in "nanaan":
        signed_in.keyboard.press(key)
    expect(signed_in.get_by_text("That was the last picture")).to_be_visible()
    saved(signed_in)
    classes = [labels_of(entry)[0] for entry in entries_of(console, "told-by-keys", "lookoutvision")]
    assert classes == ["normal", "anomaly", "normal", "anomaly", "anomaly", "normal"]


@pytest.fixture
def second_window(chromium: Browser, console: RunningServer) -> Iterator[Page]:
    """Another person's window."""
    page = open_page(chromium, console)
    enter(page, console)
    yield page
    close_page(page)


def test_two_windows_on_one_picture_overwrite_nobody(
    console: RunningServer, signed_in: Page, second_window: Page, watch: Watch
) -> None:
    detection_project(console, "two-windows", scenes(3))
    open_labelling(signed_in, "rekognition", "two-windows")
    add_label(signed_in, "disc")
    add_label(signed_in, "square")
    open_labelling(second_window, "rekognition", "two-windows")
    expect(second_window.locator(".vedette-labelling-give", has_text="square")).to_be_visible()
    second_window.keyboard.press("1")
    saved(second_window)
    signed_in.keyboard.press("2")
    dialog = signed_in.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert look_closely(signed_in, "labelling-conflict") == []
    signed_in.keyboard.press("Escape")  # decides nothing
    expect(signed_in.locator("[data-testid=saved][data-state=conflict]")).to_be_visible()
    signed_in.get_by_role("button", name="Decide", exact=True).click()
    assert labels_of(entries_of(console, "two-windows", "rekognition")[0]) == ["disc"]
    dialog.get_by_role("button", name="Take mine").click()
    saved(signed_in)
    assert labels_of(entries_of(console, "two-windows", "rekognition")[0]) == ["square"]
    watch.errors[:] = [error for error in watch.errors if not error.startswith("409 ")]


def test_labels_given_without_a_network_arrive_after_a_reload(
    console: RunningServer, signed_in: Page, watch: Watch
) -> None:
    detection_project(console, "no-network", scenes(4, side=96))
    open_labelling(signed_in, "rekognition", "no-network")
    add_label(signed_in, "disc")
    saved(signed_in)
    signed_in.route("**/vedette/UpdateEntries", lambda route: route.abort())
    for _ in range(4):
        signed_in.keyboard.press("1")
    waiting = signed_in.locator("[data-testid=saved][data-state=waiting]")
    expect(waiting).to_have_text("4 pictures wait for the server")
    signed_in.once("dialog", lambda dialog: dialog.accept())
    signed_in.reload()
    signed_in.unroute("**/vedette/UpdateEntries")
    until(
        lambda: (
            [labels_of(entry) for entry in entries_of(console, "no-network", "rekognition")] == [["disc"]] * 4
        )
    )
    watch.errors.clear()


def test_keys_and_undo_go_picture_by_picture(console: RunningServer, signed_in: Page) -> None:
    detection_project(console, "step-by-step", scenes(3, side=96))
    open_labelling(signed_in, "rekognition", "step-by-step")
    add_label(signed_in, "disc")
    signed_in.keyboard.press("1")
    at_position(signed_in, 2, 3)
    signed_in.keyboard.press("1")
    at_position(signed_in, 3, 3)
    signed_in.keyboard.press("Control+z")
    at_position(signed_in, 2, 3)
    saved(signed_in)
    signed_in.keyboard.press("?")
    expect(signed_in.get_by_role("dialog")).to_contain_text("Next without a label")
    signed_in.keyboard.press("1")  # belongs to the sheet that is open, and to no picture
    signed_in.keyboard.press("Escape")
    entries = entries_of(console, "step-by-step", "rekognition")
    assert [labels_of(entry) for entry in entries] == [["disc"], [], []]


def test_a_turned_picture_is_labelled_as_it_is_stored(console: RunningServer, signed_in: Page) -> None:
    name = "turned-pictures"
    detection_project(console, name, scenes(2))
    exif = Image.Exif()
    exif[0x0112] = 6
    out = io.BytesIO()
    Image.new("RGB", (200, 100), "#804020").save(out, "JPEG", exif=exif)
    console.client("s3").put_object(Bucket=name, Key="pictures/000.png", Body=out.getvalue())
    open_labelling(signed_in, "rekognition", name, "?mode=boxes")
    add_label(signed_in, "disc")
    signed_in.keyboard.press("k")
    saved(signed_in)
    entry = entries_of(console, name, "rekognition")[0]
    assert entry["bounding-box"]["image_size"] == [{"width": 200, "height": 100, "depth": 3}]


def test_the_page_can_be_read_by_everybody(console: RunningServer, signed_in: Page) -> None:
    detection_project(console, "for-everybody", scenes(2))
    open_labelling(signed_in, "rekognition", "for-everybody", "?mode=boxes")
    add_label(signed_in, "disc")
    signed_in.keyboard.press("k")
    saved(signed_in)
    assert axe_everywhere(signed_in) == {}
