"""A labelling round between two people, by clicks and keys alone, down to the bytes that are listed."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import close_page, open_page, sign_in
from browser.looks import look_closely, take_pictures
from browser.test_labelling import at_position, saved, shown
from doubles.console import a_user
from doubles.console import signed_in as signed_in_browser
from doubles.labelled import detection_project, scenes
from doubles.servers import RunningServer

NAME = "shared-parts"
MOMENT = re.compile(r'"creation-date":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6})"')


@pytest.fixture(scope="module")
def people(chromium: Browser, console: RunningServer):
    """Two people, each in a window of their own, with the policy for rounds alone."""
    pages = {}
    for name in ("round-ann", "round-ben"):
        a_user(console, name, "annotator")
        pages[name] = open_page(chromium, console)
        sign_in(pages[name], console, "--user", name)
        # Who may see no projects is taken to their own work.
        expect(pages[name].get_by_role("heading", name="My work")).to_be_visible()
    yield pages
    for page in pages.values():
        refusals = page.vedette_watch.errors  # by the home page, once
        refusals[:] = [error for error in refusals if not error.startswith(("400 ", "403 "))]
        close_page(page)


def begin(page: Page) -> None:
    page.goto("/console/my-work")
    page.get_by_role("button", name="Label", exact=True).click()
    shown(page)


def create_round(boss: Page) -> None:
    boss.goto(f"/console/projects/rekognition/{NAME}/datasets/train/rounds")
    boss.get_by_role("button", name="Create round").first.click()
    boss.get_by_label("Name", exact=True).fill("shift-1")
    boss.get_by_label("Instructions").fill("Discs are <b>round</b>.")
    boss.get_by_role("button", name="People Choose people").click()
    for name in ("round-ann", "round-ben"):
        boss.get_by_role("option", name=name).click()
    boss.keyboard.press("Escape")
    boss.get_by_role("button", name="Pictures for two people").click()
    boss.get_by_role("option", name="100 %").click()
    take_pictures(boss, "round-create")
    boss.get_by_role("button", name="Create", exact=True).click()
    expect(boss.get_by_role("heading", name="shift-1")).to_be_visible()


def send_back(boss: Page) -> None:
    boss.get_by_role("tab", name="Review").click()
    boss.get_by_role("button", name="Accept all that nobody contradicts").click()
    second = boss.get_by_role("region", name="round-ben")
    expect(second).to_have_count(1)
    assert look_closely(boss, "round-review") == []
    second.get_by_label("Comment for round-ben").fill("Is that <i>really</i> a square?")
    second.get_by_role("button", name="Send back").click()


def filter_by(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def lines_of(console: RunningServer) -> list[str]:
    rekognition = console.client("rekognition")
    (project,) = rekognition.describe_projects(ProjectNames=[NAME])["ProjectDescriptions"]
    dataset = project["Datasets"][0]["DatasetArn"]
    return list(rekognition.list_dataset_entries(DatasetArn=dataset)["DatasetEntries"])


def test_two_people_label_one_round(console: RunningServer, signed_in: Page, people: dict[str, Page]) -> None:
    arn = detection_project(console, NAME, scenes(3, side=96))
    settings = [{"Name": "disc", "Color": "#23A436", "Key": "1"}, {"Name": "square", "Color": "", "Key": "2"}]
    signed_in_browser(console).call("vedette", "UpdateLabelSettings", ProjectArn=arn, Labels=settings)
    boss, ann, ben = signed_in, people["round-ann"], people["round-ben"]

    create_round(boss)
    for page, keys in ((ann, "111"), (ben, "121")):
        begin(page)
        expect(page.get_by_text("Discs are <b>round</b>.")).to_be_visible()
        take_pictures(page, "round-labelling")
        for number, key in enumerate(keys):
            at_position(page, number + 1, 3)
            page.keyboard.press(key)
        saved(page)
    assert all('"job-name"' not in line for line in lines_of(console))

    send_back(boss)
    begin(ben)
    expect(ben.get_by_text("Is that <i>really</i> a square?")).to_be_visible()
    at_position(ben, 2, 3)
    ben.keyboard.press("2")
    ben.goto("/console/my-work")
    boss.get_by_role("tab", name="Agreement").click()
    expect(boss.get_by_text("What is mixed up")).to_be_visible()
    assert look_closely(boss, "round-agreement") == []
    boss.get_by_role("tab", name="Review").click()
    filter_by(boss, "Disagreements")
    first = boss.get_by_role("region", name="round-ann")
    first.get_by_role("button", name="Accept", exact=True).click()
    expect(first.get_by_text("Accepted")).to_be_visible()

    boss.get_by_role("tab", name="Hand back").click()
    assert look_closely(boss, "round-hand-back") == []
    boss.get_by_role("button", name="Hand back", exact=True).click()
    expect(boss.get_by_text("3 pictures were handed back.")).to_be_visible()
    texts = [MOMENT.sub('"creation-date":"WHEN"', line) for line in lines_of(console)]
    assert texts == [
        f'{{"source-ref":"s3://{NAME}/pictures/00{number}.png","disc":1,"disc-metadata":{{'
        f'"class-name":"disc","confidence":{sure},"type":"groundtruth/image-classification",'
        '"human-annotated":"yes","creation-date":"WHEN","job-name":"labeling-job/shift-1"},"cl-metadata":{"is_labeled":true}}'
        for number, sure in enumerate(("1", "0.5", "1"))
    ]


def test_who_labels_sees_nothing_else(people: dict[str, Page]) -> None:
    ann = people["round-ann"]
    statuses = ann.evaluate(
        """async () => {
            const session = await (await fetch("/console/api/session")).json();
            const ask = async (path) => (await fetch(`/console/api/${path}`, {
                method: "POST",
                headers: {"Content-Type": "application/json", "X-Vedette-Csrf": session.csrf},
                body: "{}",
            })).status;
            return [await ask("rekognition/DescribeProjects"), await ask("s3/ListBuckets")];
        }"""
    )
    assert statuses == [400, 403]
