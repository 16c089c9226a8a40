"""Production feedback by clicks: turned on, kept, verified, added; and a warning where pictures drift."""

import io
from contextlib import closing

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from browser.looks import axe_everywhere, axe_findings, take_pictures
from doubles.console import HOME
from doubles.console import signed_in as signed_in_browser
from doubles.trained import put_version
from doubles.tried import BRIGHT, a_png
from vedette.feedback import records
from vedette.feedback.drift import LookedAtPicture
from vedette.store.db import open_database
from vedette.vision.features import measure_features

BUCKET = "line-three"


def shade(middle, number):
    """Return a picture of about one shade, each another."""
    rng = np.random.default_rng(1000 * middle + number)
    pixels = rng.normal(rng.normal(middle, 8), 6, (64, 80, 3))
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def teach(console, version):
    """Write down bright pictures as those of the version's training, as the job that measures them does."""
    rows = [LookedAtPicture(measure_features(shade(170, number)), "True", 0.1) for number in range(40)]
    with closing(open_database("", console.data)) as database, database.write() as connection:
        facts = {"status": "ready", "message": "", "reference": records.pack_pictures(rows)}
        records.put_drift(connection, version.id, version.project.id, **facts)


@pytest.fixture(scope="module")
def line(console):
    """The route of a Lookout project with a running version and a dataset with one picture."""
    lookout, s3 = console.client("lookoutvision"), console.client("s3")
    lookout.create_project(ProjectName="line-three")
    lookout.create_dataset(ProjectName="line-three", DatasetType="train")
    version = put_version(console.data, "lookoutvision", "line-three", "anomaly", account=HOME)
    teach(console, version)
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


def test_a_warning_shows_the_pictures_that_it_is_about_and_marks_them(console, signed_in, line):
    page = signed_in
    lookout, own = console.client("lookoutvision"), signed_in_browser(console)
    arn = f"arn:aws:lookoutvision:us-east-1:{HOME}:model/line-three/1"
    own.call("vedette", "UpdateFeedback", ModelArn=arn, Enabled=True, Share=1.0)
    # As many as wait in memory at once, so that none is passed over.
    for number in range(25):
        file = io.BytesIO()
        shade(40, number).save(file, "PNG")
        lookout.detect_anomalies(
            ProjectName="line-three", ModelVersion="1", ContentType="image/png", Body=file.getvalue()
        )
    page.goto(f"{line}/feedback")
    warning = page.get_by_text("The pictures of production are not like those of the training")
    expect(warning).to_be_visible()
    expect(page.get_by_text("Brightness: less than in training")).to_be_visible()
    expect(page.get_by_text("These kept pictures show it most:")).to_be_visible()
    examples = page.locator(".trials-examples img")
    expect(examples).to_have_count(8)
    # Wherever they are in the list.
    expect(page.get_by_text("Unlike the training").first).to_be_visible()
    take_pictures(page, "feedback-drift")
    assert axe_findings(page) == []
