"""The tutorials of the four example projects, step by step as their pages say, with their figures."""

import time

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from browser.looks import picture_for_docs, take_pictures
from browser.test_labelling import drag, saved, shown
from doubles.console import signed_in as signed_in_browser
from doubles.labelled import entries_of, mask_of
from vedette.vision.drawn_sets import draw_set

DATASETS = {
    "sort-parts": ("rekognition", 48, 24),
    "parts-on-a-tray": ("rekognition", 56, 28),
    "locate-parts": ("rekognition", 48, 24),
    "find-scratches": ("lookoutvision", 96, 48),
}


@pytest.fixture
def example(console, signed_in: Page):
    """Makes an example, half labelled, and opens its training pictures without a label."""

    def make(name: str) -> str:
        browser = signed_in_browser(console)
        answer = browser.call("vedette", "CreateExampleProject", Example=name, Labeled="half").json
        service, pictures, unlabelled = DATASETS[name]
        project = answer["ProjectName"]
        route = f"/console/projects/{service}/{project}/datasets/train"
        signed_in.goto(route)
        expect(signed_in.get_by_text(f"{pictures} pictures").first).to_be_visible()
        signed_in.goto(f"{route}?labelled=no")
        expect(signed_in.get_by_text(f"{unlabelled} pictures").first).to_be_visible()
        arn = answer["ProjectArn"]

        def labelled() -> int:
            counts = browser.call("vedette", "CountEntries", ProjectArn=arn, DatasetType="train").json
            return int(counts["Labeled"])

        assert labelled() == pictures - unlabelled
        signed_in.labelled = labelled
        return route

    return make


def until_labelled(page: Page, count: int) -> None:
    """Wait until the server has so many labelled pictures."""
    end = time.monotonic() + 20
    while page.labelled() != count:
        assert time.monotonic() < end, f"{page.labelled()} labelled, not {count}"
        time.sleep(0.2)


def test_parts_are_sorted_by_keys(example, signed_in: Page):
    example("sort-parts")
    signed_in.get_by_role("option").first.click()
    signed_in.keyboard.press("1")
    until_labelled(signed_in, 25)
    expect(signed_in.get_by_text("23 pictures").first).to_be_visible()


def test_a_tray_gets_several_labels(example, signed_in: Page):
    example("parts-on-a-tray")
    signed_in.get_by_text("One label a picture").click()
    signed_in.get_by_role("option").first.click()
    signed_in.get_by_role("button", name="bolt").click()
    until_labelled(signed_in, 29)


def test_a_part_gets_a_box(example, signed_in: Page):
    route = example("locate-parts")
    signed_in.goto(f"{route}/label?mode=boxes")
    expect(signed_in.locator("[data-testid=stage][data-state=shown]")).to_be_visible()
    signed_in.get_by_role("button", name="Next without a label").click()
    signed_in.wait_for_timeout(500)
    signed_in.keyboard.press("b")
    signed_in.keyboard.press("1")
    frame = signed_in.locator("[data-testid=stage]").bounding_box()
    assert frame is not None
    middle = (frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    signed_in.mouse.move(middle[0] - 60, middle[1] - 60)
    signed_in.mouse.down()
    signed_in.mouse.move(middle[0] + 60, middle[1] + 60, steps=4)
    signed_in.mouse.up()
    until_labelled(signed_in, 25)


def test_a_plate_is_called_an_anomaly_by_a_key(example, signed_in: Page):
    example("find-scratches")
    expect(signed_in.get_by_role("button", name="normal")).to_be_visible()
    signed_in.get_by_role("option").first.click()
    signed_in.keyboard.press("2")
    until_labelled(signed_in, 49)


def test_a_scratch_is_marked_by_the_smart_outline(console, example, signed_in: Page, tmp_path):
    page, route = signed_in, example("find-scratches")
    project = route.split("/")[4]
    name, truth = first_defect(console, project)
    page.goto(f"{route}?labelled=no&name={name}")
    expect(page.get_by_role("option")).to_have_count(1)
    page.get_by_role("option").first.click()
    page.keyboard.press("Space")
    shown(page)
    page.keyboard.press("2")  # a scratch
    page.keyboard.press("s")
    rows, columns = np.nonzero(truth)
    height, width = truth.shape
    edges = columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height
    left, top, right, bottom = (float(edge) for edge in edges)
    drag(
        page, (max(0.0, left - 0.05), max(0.0, top - 0.05)), (min(1.0, right + 0.05), min(1.0, bottom + 0.05))
    )
    expect(page.locator("[data-testid=stage][data-tool=proposed]")).to_be_visible()
    take_pictures(page, "tutorial-outline")
    picture_for_docs(page, "tutorial-outline")
    page.keyboard.press("Enter")
    saved(page)
    (entry,) = [
        entry
        for entry in entries_of(console, project, "lookoutvision")
        if entry["source-ref"].endswith(f"/{name}")
    ]
    marked = np.asarray(mask_of(console, entry, tmp_path).convert("L")) < 255
    assert (marked & truth).sum() > 0.5 * truth.sum(), "most of the scratch"
    assert marked.sum() < 4 * truth.sum(), "and little beside it"


def first_defect(console, project: str) -> tuple[str, np.ndarray]:
    """Return the name of a plate without a label that has a defect, and where it is."""
    entries = entries_of(console, project, "lookoutvision")
    unlabelled = {entry["source-ref"].rpartition("/")[2] for entry in entries if "anomaly-label" not in entry}
    for picture in draw_set("segmentation", len(entries), seed=1):
        if picture.name in unlabelled and picture.mask is not None:
            return picture.name, np.asarray(picture.mask.convert("L")) < 255
    raise AssertionError("no plate without a label has a defect")
