"""Production feedback by clicks: turned on, kept, verified, added; and a warning where pictures drift."""

import pytest
from playwright.sync_api import expect

from browser.looks import axe_everywhere, take_pictures
from doubles.console import HOME
from doubles.trained import put_version
from doubles.tried import BRIGHT, a_png

BUCKET = "line-three"


@pytest.fixture(scope="module")
def line(console):
    """The route of a Lookout project with a running version and a dataset with one picture."""
    lookout, s3 = console.client("lookoutvision"), console.client("s3")
    lookout.create_project(ProjectName="line-three")
    lookout.create_dataset(ProjectName="line-three", DatasetType="train")
    put_version(console.data, "lookoutvision", "line-three", "anomaly", account=HOME)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="first.png", Body=a_png(BRIGHT, (80, 64)))
    body = b'{"source-ref":"s3://line-three/first.png"}'
    lookout.update_dataset_entries(ProjectName="line-three", DatasetType="train", Changes=body)
    lookout.start_model(ProjectName="line-three", ModelVersion="1", MinInferenceUnits=1)
    return "/console/projects/lookoutvision/line-three"


def test_a_production_sample_is_kept_verified_and_added(console, signed_in, line):
    page = signed_in
    page.goto(line)
    page.get_by_role("link", name="Production feedback").click()
    expect(page.get_by_text("Keep a sample of what this version is asked")).to_be_visible()
    page.get_by_text("Keep a sample of what this version is asked").click()
    page.get_by_label("Share (percent)").fill("100")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Kept in")).to_be_visible()
    lookout = console.client("lookoutvision")
    while lookout.describe_model(ProjectName="line-three", ModelVersion="1")["ModelDescription"][
        "Status"
    ] != ("HOSTED"):
        page.wait_for_timeout(200)
    for shade in (250, 4):
        lookout.detect_anomalies(
            ProjectName="line-three",
            ModelVersion="1",
            ContentType="image/png",
            Body=a_png((shade, shade, shade), (80, 64)),
        )
    cards = page.get_by_role("button", name="Enlarge")
    expect(cards).to_have_count(2)
    take_pictures(page, "feedback")
    assert axe_everywhere(page) == {}
    page.get_by_role("button", name="Select all on this page").click()
    page.get_by_role("button", name="Verify as correct").click()
    expect(page.get_by_text("Correct (root)")).to_have_count(2)
    page.get_by_role("button", name="Add verified pictures (2)").click()
    page.get_by_role("menuitem", name="To the training dataset").click()
    expect(page.get_by_text("2 pictures added.")).to_be_visible()
    entries = lookout.list_dataset_entries(ProjectName="line-three", DatasetType="train")["DatasetEntries"]
    assert [text.count("vedette-feedback/line-three/1/") for text in entries] == [0, 1, 1]
