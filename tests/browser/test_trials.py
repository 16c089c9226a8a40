"""Trial detections by clicks: chosen, looked at, verified, corrected on the canvas, added to a dataset."""

import io

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from browser.looks import axe_everywhere, take_pictures
from doubles.console import HOME
from doubles.console import signed_in as signed_in_browser
from doubles.trained import put_version
from doubles.tried import BRIGHT, DARK, a_png

BUCKET = "circuit-pictures"


@pytest.fixture(scope="module")
def boards(console):
    """The route of a Lookout project with a tiny version, an empty dataset, and pictures in a bucket."""
    lookout, s3 = console.client("lookoutvision"), console.client("s3")
    lookout.create_project(ProjectName="boards")
    lookout.create_dataset(ProjectName="boards", DatasetType="train")
    put_version(console.data, "lookoutvision", "boards", "anomaly", account=HOME)
    s3.create_bucket(Bucket=BUCKET)
    for name, color in (("a", BRIGHT), ("b", DARK), ("c", DARK)):
        s3.put_object(Bucket=BUCKET, Key=f"extra_images/{name}.png", Body=a_png(color))
    return "/console/projects/lookoutvision/boards"


def card(page: Page, name: str):
    return page.locator("li", has=page.get_by_role("button", name=f"Enlarge {name}"))


def test_a_trial_is_run_verified_corrected_and_added(console, signed_in, boards):
    page = signed_in
    page.goto(boards)
    page.get_by_role("link", name="Trial detections").click()
    expect(page.get_by_text("No trials yet")).to_be_visible()
    take_pictures(page, "trials-none")
    page.get_by_role("button", name="Run trial detection").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Monday's boards")
    dialog.get_by_label("Folder").fill(f"s3://{BUCKET}/extra_images/")
    page.keyboard.press("Escape")
    dialog.get_by_role("button", name="Detect").click()
    expect(page.get_by_role("heading", name="Monday's boards")).to_be_visible()
    expect(card(page, "a.png")).to_contain_text("Anomaly")
    expect(card(page, "c.png")).to_contain_text("Normal")
    page.get_by_role("button", name="Select all on this page").click()
    page.get_by_role("button", name="Verify as correct").click()
    expect(card(page, "b.png")).to_contain_text("Correct (")
    expect(card(page, "a.png")).to_contain_text("Correct (")
    card(page, "b.png").get_by_role("button", name="Incorrect").click()
    expect(card(page, "b.png")).to_contain_text("Incorrect (")
    card(page, "c.png").get_by_role("button", name="Enlarge c.png").click()
    expect(page.get_by_role("dialog").get_by_role("img")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    take_pictures(page, "trial")
    assert axe_everywhere(page) == {}
    card(page, "c.png").get_by_role("link", name="Draw").click()
    page.wait_for_url("**/label?trial=**")
    expect(page.get_by_text("c.png").first).to_be_visible()
    page.get_by_role("button", name="Anomaly", exact=True).first.click()
    expect(page.get_by_text("Saved").first).to_be_visible()
    page.get_by_role("link", name="Back to the trial").click()
    expect(card(page, "c.png")).to_contain_text("Corrected (")
    page.get_by_role("button", name="Add verified pictures (3)").click()
    page.get_by_role("menuitem", name="To the training dataset").click()
    expect(page.get_by_text("3 pictures added.")).to_be_visible()
    take_pictures(page, "trial-added")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    entries = console.client("lookoutvision").list_dataset_entries(ProjectName="boards", DatasetType="train")
    classes = [line.split('"class-name":"')[1].split('"')[0] for line in entries["DatasetEntries"]]
    assert classes == ["anomaly", "anomaly", "anomaly"]


def test_a_trial_of_2001_pictures_is_refused_before_anything_is_sent(signed_in, boards):
    page = signed_in
    page.goto(f"{boards}/trials")
    page.get_by_role("button", name="Run trial detection").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="On this computer").click()
    picture = {"mimeType": "image/png", "buffer": b"."}
    chosen = [{"name": f"{number}.png", **picture} for number in range(2001)]
    dialog.locator("input[type=file]").set_input_files(chosen)
    expect(dialog.get_by_text("A trial takes 2,000 pictures at most.", exact=False)).to_be_visible()
    expect(dialog.get_by_role("button", name="Detect")).to_be_disabled()


def test_a_card_shows_the_mask_that_agreeing_would_add(console, signed_in):
    """Whoever says "correct" adds the mask to the dataset, so that it is seen before."""
    name, people = "rusty", signed_in_browser(console)
    version = put_version(console.data, "lookoutvision", name, "segmentation", account=HOME)
    s3, stream = console.client("s3"), io.BytesIO()
    s3.create_bucket(Bucket="rusty-pictures")
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:32, :48] = (255, 0, 0)
    Image.fromarray(pixels).save(stream, "PNG")
    s3.put_object(Bucket="rusty-pictures", Key="red.png", Body=stream.getvalue())
    asked = {
        "ProjectArn": str(version.project.arn),
        "VersionName": version.name,
        "TrialName": "red",
        "SourceRefs": ["s3://rusty-pictures/red.png"],
    }
    trial = people.call("vedette", "StartTrialDetection", **asked).json["Trial"]["TrialId"]
    page = signed_in
    page.goto(f"/console/projects/lookoutvision/{name}/trials/{trial}")
    expect(card(page, "red.png")).to_contain_text("Anomaly")
    expect(card(page, "red.png").locator(".overlay-mask.is-model image")).to_have_count(1)
    take_pictures(page, "trial-masks")


def test_a_second_person_hears_of_the_first(console, signed_in, boards):
    page = signed_in
    people = signed_in_browser(console)
    arn = f"arn:aws:lookoutvision:us-east-1:{HOME}:project/boards"
    begun = people.call(
        "vedette",
        "StartTrialDetection",
        ProjectArn=arn,
        VersionName="1",
        TrialName="Twice",
        SourceRefs=[f"s3://{BUCKET}/extra_images/a.png"],
    ).json["Trial"]
    page.goto(f"{boards}/trials/{begun['TrialId']}")
    expect(card(page, "a.png")).to_contain_text("Not verified")
    # The other's word comes between two looks of this page.
    page.route("**/vedette/ListTrialPictures", lambda route: None)
    verdicts = [{"PictureId": 1, "Verdict": "correct", "Revision": 0}]
    which = {"ProjectArn": arn, "TrialId": begun["TrialId"]}
    assert people.call("vedette", "VerifyTrialPictures", **which, Verdicts=verdicts).status == 200
    card(page, "a.png").get_by_role("button", name="Incorrect").click()
    expect(page.get_by_text("Somebody else verified 1 of these pictures meanwhile")).to_be_visible()
    page.unroute("**/vedette/ListTrialPictures")
    take_pictures(page, "trial-conflict")
    listed = people.call("vedette", "ListTrialPictures", **which).json["Pictures"]
    assert [picture["Verdict"] for picture in listed] == ["correct"]
    page.get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete trial").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("1 verified picture is in no dataset")).to_be_visible()
    dialog.get_by_role("button", name="Delete trial").click()
    expect(page.get_by_text("Twice was deleted.")).to_be_visible()
    expect(page.get_by_role("link", name="Twice")).to_have_count(0)


def test_pictures_of_a_dataset_without_labels_are_tried_by_one_button(console, signed_in):
    page, s3, lookout = signed_in, console.client("s3"), console.client("lookoutvision")
    lookout.create_project(ProjectName="blank")
    put_version(console.data, "lookoutvision", "blank", "anomaly", account=HOME)
    s3.create_bucket(Bucket="blank-pictures")
    for name, color in (("a", BRIGHT), ("b", DARK)):
        s3.put_object(Bucket="blank-pictures", Key=f"{name}.png", Body=a_png(color))
    lookout.create_dataset(ProjectName="blank", DatasetType="train")
    lookout.create_dataset(ProjectName="blank", DatasetType="test")
    lines = "\n".join(f'{{"source-ref":"s3://blank-pictures/{name}.png"}}' for name in "ab")
    lookout.update_dataset_entries(ProjectName="blank", DatasetType="train", Changes=lines.encode())
    route = "/console/projects/lookoutvision/blank"
    page.goto(f"{route}/versions/1")
    page.get_by_role("link", name="Run trial detection").click()
    expect(page.get_by_role("dialog").get_by_label("Name")).to_have_value("Trial 1")
    # The version was put beside the server, without a training that could be reported.
    page.vedette_watch.errors = [
        line for line in page.vedette_watch.errors if "GetTrainingReport" not in line
    ]
    page.goto(f"{route}/datasets")
    button = page.get_by_role("button", name="Try a model on 2 pictures without labels")
    expect(button).to_be_visible()
    take_pictures(page, "datasets-try")
    button.click()
    expect(card(page, "a.png")).to_contain_text("Anomaly")
    card(page, "a.png").get_by_role("button", name="Correct", exact=True).click()
    card(page, "b.png").get_by_role("button", name="Correct", exact=True).click()
    page.get_by_role("button", name="Add verified pictures (2)").click()
    page.get_by_role("menuitem", name="To the test dataset").click()
    expect(page.get_by_text("2 pictures added.")).to_be_visible()
    counts = [
        len(lookout.list_dataset_entries(ProjectName="blank", DatasetType=kind)["DatasetEntries"])
        for kind in ("train", "test")
    ]
    assert counts == [0, 2]
