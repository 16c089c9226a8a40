"""A batch by clicks: begun from a version's page, looked through, its doubtful pictures sent to a round."""

import json

from playwright.sync_api import expect

from browser.looks import take_pictures
from doubles.console import HOME
from doubles.trained import put_version
from doubles.tried import BRIGHT, DARK, a_png

BUCKET = "batch-pictures"
PROJECT = "batch-boards"


def prepare(console):
    """Make a project with a tiny version and an empty dataset, and pictures of which one is broken."""
    lookout, s3 = console.client("lookoutvision"), console.client("s3")
    lookout.create_project(ProjectName=PROJECT)
    lookout.create_dataset(ProjectName=PROJECT, DatasetType="train")
    put_version(console.data, "lookoutvision", PROJECT, "anomaly", account=HOME)
    s3.create_bucket(Bucket=BUCKET)
    for name, body in (("a", a_png(BRIGHT)), ("b", a_png(DARK)), ("c", a_png(DARK)), ("d", b"none")):
        s3.put_object(Bucket=BUCKET, Key=f"in/{name}.png", Body=body)


def test_a_batch_is_begun_looked_through_and_its_doubts_are_sent_to_a_round(console, signed_in):
    prepare(console)
    page = signed_in
    page.goto(f"/console/projects/lookoutvision/{PROJECT}/versions/1/use")
    page.get_by_role("link", name="Run batch").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Monday")
    dialog.get_by_label("Pictures").fill(f"s3://{BUCKET}/in/")
    page.keyboard.press("Escape")
    expect(dialog.get_by_label("Results")).to_have_value(f"s3://{BUCKET}/results/{PROJECT}/monday/")
    take_pictures(page, "batch-start")
    dialog.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Monday")).to_be_visible()
    expect(page.get_by_text("1 picture has no answer")).to_be_visible()
    expect(page.locator("main").get_by_text("Done", exact=True)).to_be_visible()
    expect(page.get_by_text("The picture is no JPEG and no PNG that can be read.")).to_be_visible()
    take_pictures(page, "batch")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download results").click()
    rows = [json.loads(line) for line in saved.value.path().read_text().splitlines()]
    assert [row["source"][-5:] for row in rows] == ["a.png", "b.png", "c.png", "d.png"]
    page.get_by_role("button", name="Enlarge a.png").click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    page.get_by_role("checkbox", name="c.png").uncheck()
    page.get_by_role("button", name="Send 2 to a labelling round").click()
    expect(page.get_by_text("2 pictures come into the dataset")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Create round").click()
    expect(page.get_by_role("heading", name="Monday-doubtful")).to_be_visible()
    entries = console.client("lookoutvision").list_dataset_entries(ProjectName=PROJECT, DatasetType="train")
    sources = [json.loads(line)["source-ref"] for line in entries["DatasetEntries"]]
    assert sorted(sources) == [f"s3://{BUCKET}/in/a.png", f"s3://{BUCKET}/in/b.png"]
    page.get_by_role("link", name="Batches").click()
    page.get_by_role("link", name="Monday", exact=True).click()
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete batch").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete batch").click()
    expect(page.get_by_text("Monday was deleted.")).to_be_visible()
    expect(page.get_by_text("No batches yet")).to_be_visible()
