"""Who labelled what when, and a snapshot restored, by clicks and keys alone."""

import os
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from browser.test_labelling import at_position, saved, shown
from doubles.console import signed_in as signed_in_browser
from doubles.labelled import detection_project, scenes
from doubles.servers import RunningServer

NAME = "history-parts"


def take_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("VEDETTE_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def ask(page: Page, operation: str, request: dict[str, Any]) -> Any:
    """Ask the server as the page itself does."""
    return page.evaluate(
        """async ([operation, request]) => {
            const session = await (await fetch("/console/api/session")).json();
            const answer = await fetch(`/console/api/vedette/${operation}`, {
                method: "POST",
                headers: {"Content-Type": "application/json", "X-Vedette-Csrf": session.csrf},
                body: JSON.stringify(request),
            });
            if (!answer.ok) throw new Error(await answer.text());
            return await answer.json();
        }""",
        [operation, request],
    )


def test_a_snapshot_brings_labels_back(console: RunningServer, signed_in: Page) -> None:
    arn = detection_project(console, NAME, scenes(4, side=96))
    page, dataset = signed_in, {"ProjectArn": arn, "DatasetType": "train"}
    setting = {"Name": "disc", "Color": "#23A436", "Key": "1"}
    signed_in_browser(console).call("vedette", "UpdateLabelSettings", ProjectArn=arn, Labels=[setting])
    page.goto(f"/console/projects/rekognition/{NAME}/datasets/train/label?mode=labels")
    shown(page)
    at_position(page, 1, 4)
    page.keyboard.press("1")
    saved(page)
    at_position(page, 2, 4)
    page.keyboard.press("PageUp")
    at_position(page, 1, 4)
    page.get_by_role("button", name="Who labelled this, and when").click()
    expect(page.get_by_text("– → disc")).to_be_visible()
    take_picture(page, "history-entry")

    page.goto(f"/console/projects/rekognition/{NAME}/datasets/train/snapshots")
    page.get_by_role("button", name="Make a snapshot").first.click()
    page.get_by_label("Name").fill("before the clean-up")
    page.get_by_role("button", name="Make", exact=True).click()
    expect(page.get_by_role("link", name="before the clean-up")).to_be_visible()
    take_picture(page, "history-snapshots")

    change = {"Kind": "label", "ClearLabels": True, "AddLabels": ["wrong"]}
    ask(page, "ChangeEntries", {**dataset, "Filter": {}, "Change": change})
    page.get_by_role("link", name="before the clean-up").click()
    expect(page.get_by_test_id("relabeled")).to_have_text("Other labels (4)")
    take_picture(page, "history-compare")
    page.get_by_role("button", name="Restore", exact=True).click()
    take_picture(page, "history-restore")
    page.get_by_role("button", name="Restore now").click()
    expect(page.get_by_text("The dataset was restored: 4 pictures.")).to_be_visible()
    counts = ask(page, "CountEntries", dataset)["Labels"]
    assert {label["Name"]: label["Pictures"] for label in counts if label["Pictures"]} == {"disc": 1}

    page.goto(f"/console/projects/rekognition/{NAME}/datasets/train/history?kind=restore")
    expect(page.get_by_text("Snapshot restored (before the clean-up): 4 pictures changed")).to_be_visible()
    take_picture(page, "history-page")
