"""The way of who has no mouse: from the list of projects to labels, boxes and masks that are stored.

Nothing here touches the pointer. On the way every stop of the Tab key must be in sight and look focused.
"""

import re

from playwright.sync_api import Locator, Page, expect

from browser.test_labelling import at_position, labels_of, saved, shown
from doubles.labelled import anomaly_project, detection_project, entries_of, mask_of, plates, scenes
from doubles.servers import RunningServer

MOST_STOPS = 60
# What tells a person where the focus is: whether any of it changes when the focus goes. Then it comes back.
LOOKS_FOCUSED = """
() => {
  const element = document.activeElement;
  // Its thumb has the ring, whose style no script can read.
  if (element.matches("input[type=range]")) return true;
  const around = [element, element.parentElement, element.parentElement?.parentElement, ...element.children];
  const traits = ["outline", "boxShadow", "borderColor", "backgroundColor", "textDecoration", "transform"];
  const sign = () => around.filter(Boolean).flatMap((one) =>
    [null, "::before", "::after"].map((part) => {
      const style = getComputedStyle(one, part);
      return traits.map((trait) => style[trait]).join();
    })).join("|");
  const focused = sign();
  element.blur();
  const left = sign();
  element.focus();
  const box = element.getBoundingClientRect();
  return focused !== left && document.activeElement === element &&
    box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
}
"""
NAME = "() => document.activeElement.outerHTML.slice(0, 160)"


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target is focused; every stop before must be one that can be seen."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement === document.body"):
            continue  # behind the last stop, where a browser goes on to its own bar
        name = page.evaluate(NAME)
        assert page.evaluate(LOOKS_FOCUSED), f"no focus to be seen: {name}"
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"not reached in {MOST_STOPS} stops; the last was {name}")


def test_a_dataset_is_labelled_by_the_keyboard_alone(console: RunningServer, signed_in: Page) -> None:
    page = signed_in
    detection_project(console, "by-keyboard", scenes(3, side=96))
    page.goto("/console/projects")
    link = page.get_by_role("link", name="by-keyboard")
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".vedette-content")).to_be_focused()
    tab_to(page, link)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="by-keyboard", level=1)).to_be_visible()
    tab_to(page, page.get_by_role("link", name="Training dataset", exact=True))
    page.keyboard.press("Enter")
    tiles = page.get_by_role("listbox", name="Pictures of the dataset Training")
    expect(page.get_by_role("option")).to_have_count(3)
    give_a_label_in_the_gallery(page, tiles)
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    shown(page)
    at_position(page, 2, 3)
    page.keyboard.press("1")
    at_position(page, 3, 3)
    draw_a_box(page)
    saved(page)
    entries = entries_of(console, "by-keyboard", "rekognition")
    assert [labels_of(entry) for entry in entries] == [["disc"], ["disc"], []]
    (box,) = entries[2]["bounding-box"]["annotations"]
    assert box["left"] < (96 - box["width"]) / 2, "moved to the left of the middle"


def give_a_label_in_the_gallery(page: Page, tiles: Locator) -> None:
    """Select the first picture, add a label to it by its name, and come back to the pictures."""
    tab_to(page, tiles)
    page.keyboard.press("Home")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    tab_to(page, page.get_by_label("Find or add a label"))
    page.keyboard.type("disc")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option").first).to_contain_text("disc")
    while not tiles.evaluate("(element) => element === document.activeElement"):
        page.keyboard.press("Shift+Tab")


def draw_a_box(page: Page) -> None:
    """Ask for the keys, which gives the focus back; go over to boxes, put one in and move it."""
    tab_to(page, page.get_by_role("button", name="Keys"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Keys")).to_be_focused()
    chosen = page.get_by_role("button", name="Pictures", exact=True)
    while not chosen.evaluate("(element) => element === document.activeElement"):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("mode=boxes"))
    shown(page)
    tab_to(page, page.get_by_role("button", name="Keys"))  # where arrows are the picture's again
    page.keyboard.press("k")
    page.keyboard.press("Shift+ArrowLeft")
    expect(page.get_by_test_id("box-count")).to_have_text("1 box")


def test_a_mask_is_made_by_the_keyboard_alone(console: RunningServer, signed_in: Page, tmp_path) -> None:
    page = signed_in
    anomaly_project(console, "mask-by-keyboard", plates(2))
    page.goto("/console/projects/lookoutvision/mask-by-keyboard/datasets/train/label")
    shown(page)
    page.keyboard.press("/")
    page.keyboard.type("stain")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    colors = dialog.get_by_role("radiogroup", name="Colour").get_by_role("radio")
    tab_to(page, colors.and_(page.locator(":checked")))
    page.keyboard.press("ArrowRight")
    expect(colors.nth(1)).to_be_checked()
    expect(colors.nth(1)).to_be_focused()
    tab_to(page, dialog.get_by_role("button", name="Save", exact=True))
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    page.keyboard.press("1")
    for key in ("v", "k", "Shift+ArrowLeft", "Alt+ArrowDown", "x"):
        page.keyboard.press(key)
    page.keyboard.press("PageDown")
    at_position(page, 2, 2)
    page.keyboard.press("n")
    saved(page)
    first, second = entries_of(console, "mask-by-keyboard", "lookoutvision")
    assert (first["anomaly-label"], second["anomaly-label"]) == (1, 0)
    assert mask_of(console, first, tmp_path).convert("RGB").getextrema() != ((255, 255),) * 3
