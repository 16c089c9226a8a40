"""Journeys at the labelling page: an example to its end, holes, two versions, and networks that fail."""

import json
import signal
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, expect

from browser.conftest import Watch, close_page, enter, open_page, sign_in
from browser.test_labelling import (
    add_label,
    at_position,
    drag,
    labels_of,
    open_labelling,
    saved,
    second_window,
    until,
)
from doubles.console import signed_in as signed_in_browser
from doubles.labelled import anomaly_project, detection_project, entries_of, mask_of, plates, scenes
from doubles.servers import RunningServer, start_server, stop_server

__all__ = ["second_window"]  # a fixture


def test_an_example_project_is_labelled_to_its_end(chromium: Browser, tmp_path: Path) -> None:
    server = start_server(tmp_path / "data")
    page = open_page(chromium, server)
    sign_in(page, server)
    page.goto("/console/")
    page.get_by_role("button", name="Sort parts by type: Half labelled").click()
    expect(page.get_by_role("heading", name="sort-parts", level=1)).to_be_visible(timeout=60_000)
    before = [labels_of(entry) for entry in entries_of(server, "sort-parts", "rekognition")]
    missing = before.count([])
    assert 0 < missing < len(before)
    open_labelling(page, "rekognition", "sort-parts", "?show=unlabelled")
    label = page.locator(".vedette-labelling-give").first.locator("bdi").inner_text()
    for _ in range(missing):
        page.keyboard.press("1")
    expect(page.get_by_text("That was the last picture")).to_be_visible()
    saved(page)
    after = [labels_of(entry) for entry in entries_of(server, "sort-parts", "rekognition")]
    assert after == [labels or [label] for labels in before]
    close_page(page)
    assert stop_server(server) == 0


def test_a_mask_has_a_hole_and_two_types(console: RunningServer, signed_in: Page, tmp_path: Path) -> None:
    anomaly_project(console, "holes", plates(1))
    open_labelling(signed_in, "lookoutvision", "holes")
    add_label(signed_in, "chip")
    add_label(signed_in, "stain")
    signed_in.keyboard.press("1")
    signed_in.keyboard.press("r")
    drag(signed_in, (0.2, 0.2), (0.6, 0.6))
    signed_in.keyboard.down("Alt")
    drag(signed_in, (0.3, 0.3), (0.5, 0.5))
    signed_in.keyboard.up("Alt")
    signed_in.keyboard.press("2")
    drag(signed_in, (0.7, 0.7), (0.9, 0.9))
    saved(signed_in)
    (entry,) = entries_of(console, "holes", "lookoutvision")
    colors = entry["anomaly-mask-ref-metadata"]["internal-color-map"].values()
    by_color = {color["hex-color"]: color["class-name"] for color in colors}
    pixels = np.asarray(mask_of(console, entry, tmp_path).convert("RGB"))

    def type_at(x: float, y: float) -> str:
        return by_color[f"#{pixels[int(y * 256), int(x * 256)].tobytes().hex()}"]

    places = ((0.25, 0.25), (0.4, 0.4), (0.55, 0.4), (0.8, 0.8), (0.1, 0.9))
    assert [type_at(*place) for place in places] == ["chip", "BACKGROUND", "chip", "stain", "BACKGROUND"]


def test_a_label_is_found_among_250_by_typing(console: RunningServer, signed_in: Page) -> None:
    arn = detection_project(console, "many-labels", scenes(3, side=96))
    browser = signed_in_browser(console)
    settings = [{"Name": f"part {number:03}"} for number in range(250)]
    for start in range(0, len(settings), 100):
        answer = browser.call(
            "vedette", "UpdateLabelSettings", ProjectArn=arn, Labels=settings[start : start + 100]
        )
        assert answer.status == 200, answer.body
    open_labelling(signed_in, "rekognition", "many-labels")
    rows = signed_in.locator(".vedette-labelling-labels > li")
    expect(rows).to_have_count(250)
    signed_in.keyboard.press("/")
    signed_in.keyboard.type("13")
    expect(rows).to_have_count(13)  # 013, 113, 213, and 130 to 139
    signed_in.keyboard.type("7")
    expect(rows).to_have_count(1)
    signed_in.keyboard.press("Enter")
    at_position(signed_in, 2, 3)
    expect(rows).to_have_count(250)
    signed_in.keyboard.press("/")
    signed_in.keyboard.type("PART 249")
    signed_in.keyboard.press("Enter")
    at_position(signed_in, 3, 3)
    saved(signed_in)
    entries = entries_of(console, "many-labels", "rekognition")
    assert [labels_of(entry) for entry in entries] == [["part 137"], ["part 249"], []]


def test_a_conflict_shows_both_versions_on_the_picture(
    console: RunningServer, signed_in: Page, second_window: Page, watch: Watch
) -> None:
    detection_project(console, "both-versions", scenes(2))
    open_labelling(signed_in, "rekognition", "both-versions", "?mode=boxes")
    add_label(signed_in, "disc")
    open_labelling(second_window, "rekognition", "both-versions", "?mode=boxes")
    expect(second_window.locator(".vedette-labelling-give", has_text="disc")).to_be_visible()
    for page, corner in ((second_window, 0.1), (signed_in, 0.5)):
        page.keyboard.press("1")
        page.keyboard.press("b")
        drag(page, (corner, corner), (corner + 0.3, corner + 0.3))
        if page is second_window:
            saved(page)
    dialog = signed_in.get_by_role("dialog")
    versions = dialog.locator("canvas[data-state=shown]")
    expect(versions).to_have_count(2)
    one, other = (versions.nth(place).screenshot() for place in (0, 1))
    assert one != other
    dialog.get_by_role("button", name="Take mine").click()
    saved(signed_in)
    box = entries_of(console, "both-versions", "rekognition")[0]["bounding-box"]["annotations"][0]
    assert abs(box["left"] - 128) < 8
    watch.errors[:] = [error for error in watch.errors if not error.startswith("409 ")]


def test_keys_without_a_network_arrive_when_it_is_back(
    console: RunningServer, signed_in: Page, watch: Watch
) -> None:
    detection_project(console, "offline", scenes(4, side=96))
    open_labelling(signed_in, "rekognition", "offline")
    add_label(signed_in, "disc")
    saved(signed_in)
    signed_in.context.set_offline(True)
    for _ in range(4):
        signed_in.keyboard.press("1")
    waiting = signed_in.locator("[data-testid=saved][data-state=waiting]")
    expect(waiting).to_contain_text("4 pictures wait for the server")
    waiting.get_by_role("button").click()
    expect(signed_in.locator(".vedette-labelling-queue li")).to_have_count(4)
    signed_in.context.set_offline(False)
    saved(signed_in)
    assert [labels_of(entry) for entry in entries_of(console, "offline", "rekognition")] == [["disc"]] * 4
    watch.errors.clear()


def test_a_full_disk_is_told_and_loses_nothing(console: RunningServer, signed_in: Page, watch: Watch) -> None:
    detection_project(console, "full-disk", scenes(2, side=96))
    open_labelling(signed_in, "rekognition", "full-disk")
    add_label(signed_in, "disc")
    saved(signed_in)
    refusal = {"code": "InsufficientStorage", "message": "The disk is full.", "requestId": "r-1"}
    full = json.dumps(refusal)
    signed_in.route("**/vedette/UpdateEntries", lambda route: route.fulfill(status=507, body=full))
    signed_in.keyboard.press("1")
    waiting = signed_in.locator("[data-testid=saved][data-state=waiting]")
    waiting.get_by_role("button").click()
    expect(signed_in.get_by_text("The disk is full.")).to_be_visible()
    with signed_in.expect_response("**/vedette/UpdateEntries"):
        signed_in.get_by_role("button", name="Try now").click()
    signed_in.unroute("**/vedette/UpdateEntries")  # from here on the page may be faster than a click
    saved(signed_in)
    assert labels_of(entries_of(console, "full-disk", "rekognition")[0]) == ["disc"]
    watch.errors.clear()


def test_a_server_killed_under_the_page_gets_everything(chromium: Browser, tmp_path: Path) -> None:
    first = start_server(tmp_path / "data")
    port = first.address.rpartition(":")[2]
    detection_project(first, "killed", scenes(3, side=96))
    page = open_page(chromium, first)
    enter(page, first)
    open_labelling(page, "rekognition", "killed")
    add_label(page, "disc")
    page.keyboard.press("1")
    first.process.send_signal(signal.SIGKILL)
    stop_server(first)
    page.keyboard.press("1")
    expect(page.locator("[data-testid=saved][data-state=waiting]")).to_be_visible()
    second = start_server(tmp_path / "data", "--port", port)
    until(
        lambda: (
            [labels_of(entry) for entry in entries_of(second, "killed", "rekognition")][:2] == [["disc"]] * 2
        )
    )
    page.vedette_watch.errors.clear()  # type: ignore[attr-defined]
    close_page(page)
    assert stop_server(second) == 0


def test_a_page_that_slept_saves_when_it_wakes(console: RunningServer, signed_in: Page) -> None:
    detection_project(console, "asleep", scenes(2, side=96))
    open_labelling(signed_in, "rekognition", "asleep")
    add_label(signed_in, "disc")
    saved(signed_in)
    browser = signed_in.context.new_cdp_session(signed_in)
    signed_in.keyboard.press("1")
    browser.send("Page.setWebLifecycleState", {"state": "frozen"})
    browser.send("Page.setWebLifecycleState", {"state": "active"})
    saved(signed_in)
    assert labels_of(entries_of(console, "asleep", "rekognition")[0]) == ["disc"]
