"""What to do next with a dataset, by clicks and keys: suggestions acted on and dismissed; unsure pictures."""

import io
import json
import uuid

import pytest
from playwright.sync_api import Page, expect

from browser.looks import take_pictures
from browser.test_labelling import at_position, open_labelling, saved, until
from doubles.lines import a_line
from doubles.servers import RunningServer
from vedette.vision.drawn_sets import draw_set

COUNT = 48
# Which of them are called something that they are not; two are suspected at least.
WRONG = (7, 16, 29)
OTHERS = {"bolt": "nut", "nut": "washer", "washer": "bolt"}


@pytest.fixture
def parts(console: RunningServer) -> str:
    """A project with 48 labelled pictures, three of them wrongly, and six without a label."""
    name = f"parts-{uuid.uuid4().hex[:6]}"
    client, buckets = console.client("rekognition"), console.client("s3")
    bucket = f"{name}-pictures"
    buckets.create_bucket(Bucket=bucket)
    arn = client.create_project(ProjectName=name)["ProjectArn"]
    lines = []
    for number, drawn in enumerate(draw_set("classification", COUNT + 6, seed=3)):
        file = io.BytesIO()
        drawn.image.save(file, "PNG")
        buckets.put_object(Bucket=bucket, Key=f"boards/{number}.png", Body=file.getvalue())
        label = OTHERS[drawn.labels[0]] if number in WRONG else drawn.labels[0]
        lines.append(a_line(number, *([label] if number < COUNT else []), bucket=bucket))
    dataset = client.create_dataset(ProjectArn=arn, DatasetType="TRAIN")["DatasetArn"]
    client.update_dataset_entries(
        DatasetArn=dataset, Changes={"GroundTruth": "\n".join(lines).encode("utf-8")}
    )
    return name


def entries(console: RunningServer, name: str, **conditions: object) -> list[dict[str, object]]:
    """The lines of the training dataset, as a customer's program lists them."""
    client = console.client("rekognition")
    (project,) = client.describe_projects(ProjectNames=[name])["ProjectDescriptions"]
    arn = project["Datasets"][0]["DatasetArn"]
    return [
        json.loads(line)
        for line in client.list_dataset_entries(DatasetArn=arn, **conditions)["DatasetEntries"]
    ]


def open_dismissed(page: Page) -> None:
    """Unfold the list, unless it is unfolded."""
    header = page.locator("[aria-expanded]", has_text="Dismissed").first
    expect(header).to_be_visible()
    if header.get_attribute("aria-expanded") != "true":
        header.click()


def test_a_suggestion_is_dismissed_by_keys_and_taken_back(
    console: RunningServer, signed_in: Page, parts: str
):
    page = signed_in
    page.goto(f"/console/projects/rekognition/{parts}/datasets")
    page.get_by_role("button", name="Look through the pictures").click()
    rows = page.locator("[data-list=mislabelled] > li")
    expect(rows.nth(1)).to_be_visible(timeout=90_000)
    take_pictures(page, "suggestions")
    count = rows.count()
    keep = page.get_by_role("button", name="This label is right")
    keep.first.focus()
    page.keyboard.press("Enter")
    for rest in range(count - 1, 0, -1):
        expect(rows).to_have_count(rest)
        # The keyboard stays where it was: at the same button of the next one.
        expect(keep.first).to_be_focused()
        page.keyboard.press("Enter")
    expect(rows).to_have_count(0)
    page.wait_for_function("document.activeElement !== document.body")
    open_dismissed(page)
    back = page.locator("[data-list=dismissed]").get_by_role("button", name="Take back")
    expect(back).to_have_count(count)
    take_pictures(page, "suggestions-dismissed")
    open_dismissed(page)
    back.first.focus()
    page.keyboard.press("Enter")
    expect(back).to_have_count(count - 1)
    expect(back.first).to_be_focused()
    expect(rows).to_have_count(1)
    page.reload()
    expect(rows).to_have_count(1)
    expect(page.get_by_text("Dismissed", exact=True)).to_be_visible()


def test_pictures_are_marked_as_unsure_found_and_labelled_for_sure(
    console: RunningServer, signed_in: Page, parts: str
):
    page = signed_in
    open_labelling(page, "rekognition", parts, "?show=unlabelled")
    at_position(page, 1, 6)
    page.keyboard.press("q")
    at_position(page, 2, 6)
    page.keyboard.press("q")
    at_position(page, 3, 6)
    saved(page)
    take_pictures(page, "labelling-unsure")
    unsure = [entry for entry in entries(console, parts) if "source-ref-metadata" in entry]
    assert [entry["source-ref-metadata"] for entry in unsure] == [{"vedette-unsure": "yes"}] * 2
    page.goto(f"/console/projects/rekognition/{parts}/datasets/train?unsure=yes")
    expect(page.get_by_role("option")).to_have_count(2)
    expect(page.get_by_text("unsure").first).to_be_visible()
    take_pictures(page, "gallery-unsure")
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="bolt", exact=False).first.click()
    expect(page.get_by_role("option")).to_have_count(1)
    page.goto(f"/console/projects/rekognition/{parts}/datasets/train?sort=name")
    page.get_by_role("option").nth(4).click()
    page.keyboard.press("q")
    until(lambda: len([entry for entry in entries(console, parts) if "source-ref-metadata" in entry]) == 2)
    page.goto(f"/console/projects/rekognition/{parts}/datasets")
    expect(page.locator("a[href*='unsure=yes']").first).to_have_text("2")
    take_pictures(page, "datasets-unsure")
