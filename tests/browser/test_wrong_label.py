"""From a wrong label to a better model: found in the gallery, corrected there, trained anew, and better.

As docs/tutorials/from-mistakes-to-a-better-model.md says it, with pictures that nobody had labelled besides.
Both trainings are real, of an example project with the smallest budget.
"""

import re

from playwright.sync_api import Page, expect

from browser.looks import take_pictures
from browser.test_labelling import until
from browser.test_training import TRAINED_MS, relabelled, version_of
from doubles.console import signed_in as signed_in_browser


class SortedParts:
    """The example project, half labelled, with one bolt of its test dataset labelled as a nut."""

    def __init__(self, console):
        self.people = signed_in_browser(console)
        project = self.people.call(
            "vedette", "CreateExampleProject", Example="sort-parts", Labeled="half"
        ).json
        self.arn, name = project["ProjectArn"], project["ProjectName"]
        self.route = f"/console/projects/rekognition/{name}"
        entry = next(item for item in self.entries() if '"bolt"' in item["Line"])
        self.source = entry["SourceRef"]
        edits = [{"Line": relabelled(entry["Line"], "bolt", "nut"), "Revision": entry["Revision"]}]
        asked = {"ProjectArn": self.arn, "DatasetType": "test"}
        assert self.people.call("vedette", "UpdateEntries", **asked, Edits=edits).status == 200
        self.train()

    def entries(self):
        """Return the test dataset's entries."""
        asked = {"ProjectArn": self.arn, "DatasetType": "test"}
        return self.people.call("vedette", "ListEntries", **asked).json["Entries"]

    def is_right(self):
        """Say whether the bolt is labelled as one."""
        return any('"bolt"' in item["Line"] for item in self.entries() if item["SourceRef"] == self.source)

    def train(self):
        """Begin the first training, with the smallest budget."""
        preview = self.people.call("vedette", "PreviewTraining", ProjectArn=self.arn).json
        if not preview["HasOutputBucket"]:
            self.people.call("s3", "CreateBucket", Bucket=preview["OutputBucket"])
        place = {"S3Bucket": preview["OutputBucket"], "S3KeyPrefix": preview["OutputPrefix"]}
        names = {"ProjectArn": self.arn, "VersionName": "v1", "OutputConfig": place}
        tags = {"vedette:training-budget": "fast"}
        assert self.people.call("rekognition", "CreateProjectVersion", **names, Tags=tags).status == 200


def correct_the_label(page: Page, parts: SortedParts) -> None:
    """Find the bolt among the missed nuts, and correct its label there."""
    page.goto(f"{parts.route}/versions/v1/evaluation?label=nut&show=fn")
    page.locator(f'.evaluation-tile[title="{parts.source}"]').click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Its label now")).click()
    page.get_by_role("option", name="bolt").click()
    take_pictures(page, "wrong-label")
    page.get_by_role("button", name="Correct the label").click()
    # What the server holds, since a button says only that it was pressed.
    until(parts.is_right)
    page.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("1 picture is labelled otherwise than when")).to_be_visible()


def label_the_rest_by_the_model(page: Page, parts: SortedParts) -> None:
    """Try the version on what nobody has labelled, and verify and add that."""
    page.goto(f"{parts.route}/datasets")
    page.get_by_role("button", name="Try a model on 24 pictures without labels").click()
    expect(page.get_by_role("button", name="Draw").or_(page.get_by_role("link", name="Draw"))).to_have_count(
        24, timeout=TRAINED_MS
    )
    page.get_by_role("button", name="Select all on this page").click()
    page.get_by_role("button", name="Verify as correct").click()
    expect(page.get_by_text("Correct (root)")).to_have_count(24)
    page.get_by_role("button", name="Add verified pictures (24)").click()
    page.get_by_role("menuitem", name="To the training dataset").click()
    expect(page.get_by_text("24 pictures added.")).to_be_visible()


def test_a_wrong_label_is_found_corrected_and_the_next_version_is_better(console, signed_in):
    page, parts = signed_in, SortedParts(console)
    page.goto(f"{parts.route}/train?version=v1")
    expect(page.get_by_text("How good v1 is")).to_be_visible(timeout=TRAINED_MS)
    correct_the_label(page, parts)
    label_the_rest_by_the_model(page, parts)
    page.get_by_role("link", name="Train again with what was added").click()
    page.get_by_role("button", name="Train again", exact=True).click()
    expect(page.get_by_text("How good v2 is")).to_be_visible(timeout=TRAINED_MS)
    before, after = (
        version_of(console, parts.route, name)["EvaluationResult"]["F1Score"] for name in ("v1", "v2")
    )
    assert before < after
    figure = f"{100 * after:.1f}".removesuffix(".0") + "%"
    expect(page.get_by_role("row").filter(has_text="All labels")).to_contain_text(figure)
    take_pictures(page, "better-model")
