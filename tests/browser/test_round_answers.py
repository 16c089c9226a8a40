"""Answers of a round that are no labels, a deadline, a note, and an answer that is refused."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import close_page, enter, open_page
from browser.looks import axe_everywhere, axe_findings, take_pictures
from browser.test_labelling import at_position, saved, shown
from doubles.console import a_user
from doubles.labelled import detection_project, scenes
from doubles.servers import RunningServer

NAME = "shared-odd"
PLACE = f"/console/projects/rekognition/{NAME}/datasets/train/rounds"


@pytest.fixture
def ann(chromium: Browser, console: RunningServer) -> Any:
    """Somebody who only labels."""
    key = a_user(console, "odd-ann", "annotator")
    a_user(console, "odd-ben", "annotator")
    page = open_page(chromium, console)
    enter(page, console, key)
    yield page
    refusals = page.vedette_watch.errors
    refusals[:] = [error for error in refusals if not error.startswith(("400 ", "403 ", "404 "))]
    close_page(page)


def own(page: Page, operation: str, **members: Any) -> Any:
    """Ask for an operation of the own service, as the page's person."""
    text = page.evaluate(
        """async ([operation, body]) => {
            const session = await (await fetch("/console/api/session")).json();
            const answer = await fetch(`/console/api/vedette/${operation}`, {
                method: "POST",
                headers: {"Content-Type": "application/json", "X-Vedette-Csrf": session.csrf},
                body,
            });
            return await answer.text();
        }""",
        [operation, json.dumps(members)],
    )
    return json.loads(text)


def create(boss: Page) -> str:
    """Make a round in the dialog, with an example from the dataset; return its id."""
    boss.goto(PLACE)
    boss.get_by_role("button", name="Create round").first.click()
    boss.get_by_label("Name", exact=True).fill("odd-1")
    boss.get_by_label("Instructions").fill("One line.\nAnother <b>line</b>.")
    boss.get_by_role("button", name="People Choose people").click()
    for name in ("odd-ann", "odd-ben"):
        boss.get_by_role("option", name=name).click()
    boss.keyboard.press("Escape")
    boss.get_by_label("Search pictures by name").first.fill("001")
    boss.get_by_role("button", name="001.png", exact=True).click()
    boss.get_by_label("Remark on 001.png").fill("Mind the edge.")
    assert axe_findings(boss) == []
    boss.get_by_role("button", name="Create", exact=True).click()
    expect(boss.get_by_role("heading", name="odd-1")).to_be_visible()
    return boss.url.rsplit("/", 1)[1].partition("?")[0]


def ask_for(boss: Page, instructions: str, *, deadline: str) -> None:
    """Change what the round asks for, and until when."""
    boss.get_by_role("button", name="Change", exact=True).click()
    dialog = boss.get_by_role("dialog")
    dialog.get_by_label("Instructions").fill(instructions)
    dialog.get_by_label("Until", exact=True).fill(deadline)
    expect(dialog.get_by_label("Remark on 001.png")).to_have_value("Mind the edge.")
    assert axe_findings(boss) == []
    take_pictures(boss, "round-change")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog).to_have_count(0)
    expect(boss.get_by_text(instructions.splitlines()[-1])).to_be_visible()


def answer(ann: Page, round_id: str) -> None:
    """Say that there is nothing on the first picture, and tell the reviewer of the second."""
    ann.goto(f"/console/my-work/{round_id}/label")
    shown(ann)
    expect(ann.get_by_text("Another <b>line</b>.")).to_be_visible()
    expect(ann.get_by_text("Mind the edge.")).to_be_visible()
    expect(ann.get_by_text("marked as late")).to_be_visible()
    at_position(ann, 1, 4)
    ann.keyboard.press("0")
    at_position(ann, 2, 4)
    ann.get_by_role("button", name="Note for the reviewer").click()
    ann.get_by_label("Note for the reviewer").last.fill("Too <i>dark</i>.")
    ann.get_by_role("button", name="Save note").click()
    expect(ann.get_by_role("button", name="Saved")).to_be_visible()
    take_pictures(ann, "round-label")
    shown(ann)
    assert axe_findings(ann) == []
    saved(ann)
    tasks = own(ann, "ListMyTasks", RoundId=round_id)["Tasks"]
    assert [(task["Status"], task["Kind"]) for task in tasks[:2]] == [
        ("answered", "nothing"),
        ("open", "given"),
    ]
    assert tasks[1]["Note"] == "Too <i>dark</i>."


def test_a_round_with_answers_that_are_no_labels(console: RunningServer, signed_in: Page, ann: Page) -> None:
    boss = signed_in
    arn = detection_project(console, NAME, scenes(8, side=96))
    round_id = create(boss)
    names = {"ProjectArn": arn, "RoundId": round_id}
    ask_for(boss, "One line.\nAnother <b>line</b>.", deadline="2020/01/01")
    assert own(boss, "DescribeRound", **names)["Round"]["Deadline"] < "2020-01-03"

    ann.goto("/console/my-work")
    expect(ann.get_by_text("answers are marked as late")).to_be_visible()
    take_pictures(ann, "my-work")
    assert axe_everywhere(ann) == {}
    answer(ann, round_id)
    ask_for(boss, "Look at the edge first.", deadline="2020/01/02")
    expect(ann.get_by_text("Look at the edge first.")).to_be_visible()

    boss.reload()
    expect(boss.get_by_text("Who is how far")).to_be_visible()
    take_pictures(boss, "round-overview")
    assert axe_everywhere(boss) == {}
    boss.get_by_role("button", name="Give to others: odd-ann").click()
    boss.get_by_role("dialog").get_by_role("button", name="Give to others").click()
    expect(boss.get_by_role("dialog")).to_have_count(0)
    assert own(ann, "ListMyTasks", RoundId=round_id)["Total"] == 1

    # The page is open still, and its person does not know.
    ann.keyboard.press("q")
    ann.get_by_role("button", name="See why").click()
    expect(ann.get_by_role("dialog").get_by_text("no longer yours")).to_be_visible()
    take = ann.get_by_role("dialog").get_by_role("button", name="Discard")
    assert axe_findings(ann) == []
    take.first.click()
    expect(ann.get_by_role("dialog").get_by_role("button", name="Discard the answer")).to_have_count(0)
