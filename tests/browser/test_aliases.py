"""A name for versions by clicks: made, moved, rolled back, shown with its history, asked by in programs."""

from playwright.sync_api import expect

from browser.looks import take_pictures
from doubles.console import HOME
from doubles.trained import put_version

PROJECT = "alias-doors"


def test_an_alias_is_made_moved_rolled_back_and_asked_by(console, signed_in):
    for name in ("v1", "v2"):
        put_version(console.data, "rekognition", PROJECT, "classification", account=HOME, name=name)
    page, route = signed_in, f"/console/projects/rekognition/{PROJECT}"
    page.goto(route)
    _make(page)
    dialog = page.get_by_role("dialog")
    row = page.get_by_role("row").nth(1)
    expect(row).to_contain_text("line-3")
    expect(row).to_contain_text("v1")
    page.get_by_role("button", name="Move line-3").click()
    dialog.get_by_label("Reason").fill("fewer misses")
    take_pictures(page, "alias-move")
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(row).to_contain_text("v2")
    page.get_by_role("button", name="Actions for line-3").click()
    page.get_by_role("menuitem", name="Roll back").click()
    expect(dialog.get_by_text("From v2 back to v1.")).to_be_visible()
    dialog.get_by_role("button", name="Roll back").click()
    expect(row).to_contain_text("v1")
    page.get_by_role("button", name="Actions for line-3").click()
    page.get_by_role("menuitem", name="History").click()
    expect(dialog.get_by_role("row")).to_have_count(4)
    expect(dialog.get_by_role("row").nth(2)).to_contain_text("fewer misses")
    take_pictures(page, "alias-history")
    dialog.get_by_role("button", name="Close").click()
    _ask_by_the_name(page)
    page.get_by_role("link", name="Aliases").click()
    page.get_by_role("button", name="Actions for line-3").click()
    page.get_by_role("menuitem", name="Delete alias").click()
    dialog.get_by_role("button", name="Delete alias").click()
    expect(page.get_by_text("No aliases yet")).to_be_visible()


def _make(page):
    page.get_by_role("link", name="Aliases").click()
    expect(page.get_by_text("No aliases yet")).to_be_visible()
    page.get_by_role("button", name="Create alias").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("v2")
    dialog.get_by_role("button", name="It points to").click()
    page.get_by_role("option", name="v1").click()
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_text("has a version named v2; an alias needs another name.")).to_be_visible()
    # The refusal belongs to the test.
    page.vedette_watch.errors = [line for line in page.vedette_watch.errors if "SetAlias" not in line]
    dialog.get_by_label("Name").fill("line-3")
    dialog.get_by_label("Reason").fill("the first")
    dialog.get_by_role("button", name="Create", exact=True).click()


def _ask_by_the_name(page):
    # Not by the version's own page: it was put beside the server, without a training that could be reported.
    page.goto(f"/console/projects/rekognition/{PROJECT}/versions/v1/use")
    page.get_by_role("button", name="Asked by").click()
    page.get_by_role("option", name="The alias line-3").click()
    expect(page.get_by_test_id("code-boto3")).to_contain_text(f":project/{PROJECT}/version/line-3/")
    take_pictures(page, "use-alias")
