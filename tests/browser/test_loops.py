"""Feedback loops by clicks: begun, stopped and gone on with, refused in a sentence, and rolled back."""

import time

import pytest
from playwright.sync_api import expect

from browser.looks import look_closely, take_pictures
from doubles.console import HOME
from doubles.put_loops import BETTER, LABELLED, put_loop
from doubles.trained import put_version
from doubles.tried import BRIGHT, DARK, a_png
from vedette.cli.client import open_client

BUCKET = "loop-pictures"
PROJECT = "loop-boards"
PAGE = f"/console/projects/lookoutvision/{PROJECT}/loops"


def prepare(console):
    """Make a project with two tiny versions and an alias that has moved, datasets and pictures."""
    lookout, s3 = console.client("lookoutvision"), console.client("s3")
    lookout.create_project(ProjectName=PROJECT)
    for kind in ("train", "test"):
        lookout.create_dataset(ProjectName=PROJECT, DatasetType=kind)
    versions = [
        put_version(console.data, "lookoutvision", PROJECT, "anomaly", account=HOME, bucket=BUCKET)
        for _ in range(2)
    ]
    s3.create_bucket(Bucket=BUCKET)
    # Of the first two people are asked by a loop that is put there, so that no other asks about them.
    for name, color in (("in/a", BRIGHT), ("in/b", DARK), ("new/c", (200, 30, 30)), ("new/d", (30, 30, 90))):
        s3.put_object(Bucket=BUCKET, Key=f"{name}.png", Body=a_png(color))
    own = open_client("vedette", endpoint=console.address, data=console.data)
    for version in versions:
        own.set_alias(ModelArn=str(version.arn), AliasName="line-3")
    return versions


def run(console, number):
    """Start a version, and wait until it runs."""
    lookout, which = console.client("lookoutvision"), {"ProjectName": PROJECT, "ModelVersion": number}
    lookout.start_model(**which, MinInferenceUnits=1)
    while lookout.describe_model(**which)["ModelDescription"]["Status"] != "HOSTED":
        time.sleep(0.1)


@pytest.fixture(scope="module")
def boards(console):
    """A project with a loop that asks, and one that is done."""
    first, second = prepare(console)
    run(console, second.name)
    state = {"facts": LABELLED, "wish": {"alias": "line-3"}}
    put_loop(console.data, first, "labelled", step="train", status="running", **state)
    state["facts"] = {**LABELLED, **BETTER, "new": second.id, "new_name": "2"}
    message = "line-3 points to the version 2, which is better than 1."
    put_loop(console.data, first, "monday", step="end", status="done", message=message, **state)
    return str(first.project.arn)


def test_a_loop_is_begun_stopped_and_gone_on_with(boards, signed_in):
    page = signed_in
    page.goto(PAGE)
    expect(page.get_by_text("Asks you")).to_be_visible()
    assert look_closely(page, "loops") == []
    page.get_by_role("button", name="Begin loop").click()
    dialog = page.get_by_role("dialog")
    begin = dialog.get_by_role("button", name="Begin", exact=True)
    dialog.get_by_role("combobox", name="Folder").fill(f"s3://{BUCKET}/new/")
    page.keyboard.press("Escape")
    dialog.get_by_label("Name").fill("a b")
    expect(begin).to_be_disabled()
    dialog.get_by_label("Name").fill("tuesday")
    expect(dialog.get_by_text("The one that the alias points to.")).to_be_visible()
    assert look_closely(page, "loop-start") == []
    begin.click()
    expect(page.get_by_role("heading", name="tuesday")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("It was stopped before its next step.")).to_be_visible()
    take_pictures(page, "loop-stopped")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()


def test_a_loop_asks_and_says_what_its_training_was_refused_for(boards, signed_in):
    page = signed_in
    page.goto(PAGE)
    page.get_by_role("link", name="labelled", exact=True).click()
    expect(page.get_by_text("The pictures are labelled. Go on to train the next version.")).to_be_visible()
    expect(page.get_by_text("2 pictures were chosen. 1 of them is for the test.")).to_be_visible()
    assert look_closely(page, "loop-asks") == []
    page.get_by_role("button", name="Train the next version").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("A step failed")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    take_pictures(page, "loop-failed")


def test_a_loop_is_led_back_once_the_version_before_runs_and_deleted(boards, console, signed_in):
    page = signed_in
    page.goto(PAGE)
    page.get_by_role("link", name="monday", exact=True).click()
    expect(page.get_by_text("Right of 40 test pictures: 36 by version 2, 22 by version 1.")).to_be_visible()
    assert look_closely(page, "loop-done") == []
    page.get_by_role("button", name="Roll back").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("more false alarms")
    take_pictures(page, "loop-rollback")
    dialog.get_by_role("button", name="Start version 1").click()
    dialog.get_by_role("button", name="Roll back").click(timeout=60_000)
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name="Roll back")).to_have_count(0)
    own = open_client("vedette", endpoint=console.address, data=console.data)
    facts = own.describe_alias(ProjectArn=boards, AliasName="line-3")
    assert (facts["Alias"]["VersionName"], facts["Moves"][0]["Reason"]) == ("1", "more false alarms")
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete loop").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete loop").click()
    expect(page.get_by_text("monday was deleted.")).to_be_visible()
    assert "monday" not in [loop["LoopName"] for loop in own.list_loops(ProjectArn=boards)["Loops"]]


def test_a_project_without_a_version_says_what_to_do_first(console, signed_in):
    console.client("lookoutvision").create_project(ProjectName="loop-empty")
    signed_in.goto("/console/projects/lookoutvision/loop-empty/loops")
    expect(signed_in.get_by_text("No feedback loops yet")).to_be_visible()
    expect(signed_in.get_by_role("button", name="Begin loop")).to_be_disabled()
    signed_in.get_by_role("link", name="Train a model").click()
    expect(signed_in.get_by_text("What is missing").first).to_be_visible()
