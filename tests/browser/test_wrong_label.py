"""From a wrong label to a better model: found in the gallery, corrected there, trained anew, and better.

Both trainings are real, of an example project with the smallest budget.
"""

import re

from playwright.sync_api import expect

from browser.looks import take_pictures
from browser.test_labelling import until
from browser.test_training import TRAINED_MS, relabelled, version_of
from doubles.console import signed_in as signed_in_browser


def test_a_wrong_label_is_found_corrected_and_the_next_version_is_better(console, signed_in):
    page, people = signed_in, signed_in_browser(console)
    project = people.call("vedette", "CreateExampleProject", Example="sort-parts", Labeled="all").json
    route = f"/console/projects/rekognition/{project['ProjectName']}"

    def test_entries():
        asked = {"ProjectArn": project["ProjectArn"], "DatasetType": "test"}
        return people.call("vedette", "ListEntries", **asked).json["Entries"]

    # Somebody took a bolt for a nut.
    entry = next(item for item in test_entries() if '"bolt"' in item["Line"])
    edits = [{"Line": relabelled(entry["Line"], "bolt", "nut"), "Revision": entry["Revision"]}]
    names = {"ProjectArn": project["ProjectArn"], "DatasetType": "test"}
    assert people.call("vedette", "UpdateEntries", **names, Edits=edits).status == 200
    preview = people.call("vedette", "PreviewTraining", ProjectArn=project["ProjectArn"]).json
    if not preview["HasOutputBucket"]:
        people.call("s3", "CreateBucket", Bucket=preview["OutputBucket"])
    place = {"S3Bucket": preview["OutputBucket"], "S3KeyPrefix": preview["OutputPrefix"]}
    people.call(
        "rekognition",
        "CreateProjectVersion",
        ProjectArn=project["ProjectArn"],
        VersionName="v1",
        OutputConfig=place,
        Tags={"vedette:training-budget": "fast"},
    )
    page.goto(f"{route}/train?version=v1")
    expect(page.get_by_text("How good v1 is")).to_be_visible(timeout=TRAINED_MS)
    page.goto(f"{route}/versions/v1/evaluation?label=nut&show=fn")
    page.locator(f'.evaluation-tile[title="{entry["SourceRef"]}"]').click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Its label now")).click()
    page.get_by_role("option", name="bolt").click()
    take_pictures(page, "wrong-label")
    page.get_by_role("button", name="Correct the label").click()
    # What the server holds, since a button says only that it was pressed.
    until(lambda: '"bolt"' in next(
        item["Line"] for item in test_entries() if item["SourceRef"] == entry["SourceRef"]
    ))  # fmt: skip
    page.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("1 picture is labelled otherwise than when")).to_be_visible()
    page.get_by_role("button", name="Train again").click()
    expect(page.get_by_text("How good v2 is")).to_be_visible(timeout=TRAINED_MS)
    before, after = (version_of(console, route, name)["EvaluationResult"]["F1Score"] for name in ("v1", "v2"))
    assert before < after
    figure = f"{100 * after:.1f}".removesuffix(".0") + "%"
    expect(page.get_by_role("row").filter(has_text="All labels")).to_contain_text(figure)
    take_pictures(page, "better-model")
