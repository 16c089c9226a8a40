"""Evaluations that are small, large, empty, or whose pictures have gone: what each page says, and what to do.

Nothing is trained: versions lie beside the server with evaluations that are made up.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from browser.looks import take_pictures
from browser.test_early_ends import expected
from doubles.console import HOME
from doubles.console import signed_in as signed_in_browser
from doubles.evaluated import evaluation_of, judged_lines, put_beside
from doubles.trained import put_version
from vedette.evaluation.document import write_evaluation
from vedette.evaluation.judged import JudgedPicture
from vedette.vision.annotations import Sample

PARTS = ("bolt", "nut", "washer")
MANY = [f"label-{number:03}" for number in range(250)]


class OddProject:
    """An example project whose versions were tested with what a test likes."""

    def __init__(self, console):
        self.console, self.people = console, signed_in_browser(console)
        asked = {"Example": "sort-parts", "Labeled": "all"}
        answer = self.people.call("vedette", "CreateExampleProject", **asked).json
        self.name, self.arn = answer["ProjectName"], answer["ProjectArn"]

    def lines(self):
        """Return the lines of the test dataset."""
        asked = {"ProjectArn": self.arn, "DatasetType": "test"}
        answer = self.people.call("vedette", "ListEntries", **asked).json
        return [entry["Line"] for entry in answer["Entries"]]

    def put(self, name, pictures, labels=PARTS):
        """Put a version with the evaluation of these pictures; return its page."""
        more = {"account": HOME, "name": name}
        put_beside(self.console, self.name, "rekognition", "classification", pictures, labels, **more)
        return f"/console/projects/rekognition/{self.name}/versions/{name}"

    def put_untested(self, name):
        """Put a version that no picture tested; return its page."""
        document = write_evaluation(evaluation_of("classification", [], PARTS))
        more = {"account": HOME, "name": name, "evaluation": document, "labels": PARTS}
        put_version(self.console.data, "rekognition", self.name, "classification", **more)
        return f"/console/projects/rekognition/{self.name}/versions/{name}"


@pytest.fixture(scope="module")
def odd(console):
    return OddProject(console)


def many_pictures():
    """Pictures of 250 labels, of which the last is never told and another was never tested."""
    pictures = []
    for number in range(2 * len(MANY)):
        truth = number % len(MANY)
        if truth == 7:
            continue
        scores = np.full(len(MANY), 0.1)
        scores[truth] = 0.05 if truth == len(MANY) - 1 else 0.9
        sample = Sample(Path("p.jpg"), labels=(MANY[truth],), source=f"s3://never-there/{number}.jpg")
        pictures.append(JudgedPicture(sample, scores=dict(zip(MANY, scores.tolist(), strict=True))))
    return pictures


def test_three_test_pictures_prove_little_and_the_page_says_how_little(signed_in: Page, odd):
    page = signed_in
    address = odd.put("three", judged_lines("rekognition", odd.lines(), every=3)[:3])
    page.goto(f"{address}/evaluation")
    expect(
        page.get_by_text(
            "3 test pictures are few: with them the share of right ones may as well be 20.8% or 93.9%."
        )
    ).to_be_visible()
    page.goto(address)
    expect(page.get_by_text("3 test pictures are few", exact=False)).to_be_visible()
    expected(page, "404 ")


def test_without_a_test_picture_no_figure_is_shown_and_the_way_to_some_is(signed_in: Page, odd):
    page, address = signed_in, odd.put_untested("untested")
    page.goto(address)
    expect(page.get_by_text("No picture tested this version: how good it is, nobody knows.")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="All labels")).to_have_text("All labels––––0")
    take_pictures(page, "version-untested")
    page.get_by_role("tab", name="Evaluation").click()
    expect(page.get_by_text("With test pictures that it never saw you learn how good it is.")).to_be_visible()
    page.get_by_role("link", name="Show the test pictures").click()
    expect(page).to_have_url(re.compile(r"/datasets/test($|\?)"))
    expected(page, "404 ")


def test_of_250_labels_the_worst_is_shown_and_one_without_pictures_has_no_figure(signed_in: Page, odd):
    page, address = signed_in, odd.put("many", many_pictures(), MANY)
    page.goto(f"{address}/evaluation")
    table = page.get_by_role("table", name="Labels")
    expect(table.get_by_role("row")).to_have_count(21)
    expect(table.get_by_role("radio", name=MANY[-1])).to_be_checked()
    expect(page.get_by_role("heading", name=f"{MANY[-1]}: threshold and pictures")).to_be_visible()
    page.get_by_placeholder("Find a label").fill(MANY[7])
    row = table.get_by_role("row").filter(has_text=MANY[7])
    expect(row).to_have_text(re.compile("–––.*0 of 0"))
    row.click()
    expect(page.get_by_text("No test picture has this label", exact=False)).to_be_visible()
    # More columns than fit beside each other: what is mixed up most, as a list.
    pair = page.get_by_role("button", name=re.compile(f"^{MANY[-1]} found as label-000: 2 pictures"))
    pair.click()
    expect(page.get_by_role("heading", name=f"{MANY[-1]}, found as label-000")).to_be_visible()
    take_pictures(page, "evaluation-250-labels")
    expected(page, "404 ")


def test_pictures_that_left_their_bucket_say_so_and_the_figures_stand(console, signed_in: Page):
    page, project = signed_in, OddProject(console)
    lines = project.lines()
    address = project.put("v1", judged_lines("rekognition", lines))
    s3 = console.client("s3")
    for line in lines:
        bucket, _, key = json.loads(line)["source-ref"].removeprefix("s3://").partition("/")
        s3.delete_object(Bucket=bucket, Key=key)
    page.goto(f"{address}/evaluation?label=bolt&show=fn")
    tile = page.locator(".evaluation-tile").first
    expect(tile).to_contain_text("This picture is no longer in its bucket")
    expect(page.get_by_test_id("now-fn")).to_have_text("1")
    tile.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Put it back at its address to see it", exact=False)).to_be_visible()
    expected(page, "404 ")


def test_a_version_of_the_other_service_is_not_found_but_its_project_is_offered(signed_in: Page, odd):
    page = signed_in
    page.goto(f"/console/projects/lookoutvision/{odd.name}/versions/three/evaluation")
    expect(page.get_by_role("heading", name=f"no Lookout for Vision project {odd.name}")).to_be_visible()
    page.get_by_role("link", name=f"Open {odd.name} of Custom Labels").click()
    expect(page).to_have_url(re.compile(rf"/projects/rekognition/{odd.name}($|\?)"))
    expected(page, "404 ")
