"""How a version does on its test pictures: figures of the wire, thresholds, galleries, a label corrected.

The versions are put beside the server with evaluations that the tests make up: nothing is trained here.
"""

import json
import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import close_page, enter, open_page
from browser.looks import axe_everywhere, take_pictures
from browser.test_labelling import until
from browser.test_training import TRAINED_MS, version_of
from doubles.console import HOME
from doubles.console import signed_in as signed_in_browser
from doubles.evaluated import judged_lines, put_beside
from doubles.trained import put_version


class EvaluatedExample:
    """An example project with one version, whose test pictures were judged wrong at every fourth."""

    def __init__(self, console, example, task, labels, *, budget=""):
        self.browser = signed_in_browser(console)
        answer = self.browser.call("vedette", "CreateExampleProject", Example=example, Labeled="all").json
        self.service, self.name, self.arn = answer["Service"], answer["ProjectName"], answer["ProjectArn"]
        parts = ("train", "test") if self.service == "rekognition" else ("train",)
        lines = {part: [entry["Line"] for entry in self.entries(part)] for part in parts}
        pictures = judged_lines(self.service, lines[parts[-1]])
        more = {"account": HOME, "budget": budget}
        version = put_beside(console, self.name, self.service, task, pictures, labels, **more)
        for part in parts:
            frozen = console.data / "versions" / version.folder / f"{part}.manifest"
            frozen.write_text("".join(f"{line}\n" for line in lines[part]), "utf-8")
        # Every fourth picture, which is judged wrong, is a dark one; the others are not.
        rows = [[96, 96, 0.1 if number % 4 == 3 else 0.9, "", ""] for number in range(len(pictures))]
        (console.data / "versions" / version.folder / "slices.json").write_text(json.dumps(rows), "utf-8")
        self.route = f"/console/projects/{self.service}/{self.name}"
        self.arn_of_version = str(version.arn)
        self.page = f"{self.route}/versions/{version.name}/evaluation"

    def entries(self, part):
        """Return the entries of a dataset, with their revisions."""
        answer = self.browser.call("vedette", "ListEntries", ProjectArn=self.arn, DatasetType=part)
        return answer.json["Entries"]


@pytest.fixture(scope="module")
def parts(console):
    """Sorted parts, of which the model takes every fourth for another."""
    return EvaluatedExample(console, "sort-parts", "classification", ("bolt", "nut", "washer"))


def open_evaluation(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", name="How good it is")).to_be_visible()
    # The last thing that comes: what is drawn.
    expect(page.locator(".uplot")).not_to_have_count(0)


def now(page: Page) -> dict[str, str]:
    """Return what the label counts at the threshold as it is."""
    keys = ("tp", "fp", "fn", "tn", "precision", "recall")
    return {key: page.get_by_test_id(f"now-{key}").inner_text() for key in keys}


def test_figures_follow_the_threshold_and_go_back_to_the_versions_own(signed_in, parts):
    page = signed_in
    open_evaluation(page, f"{parts.page}?label=bolt")
    before = now(page)
    assert before == {"tp": "3", "fp": "0", "fn": "1", "tn": "8", "precision": "100%", "recall": "75%"}
    expect(page.get_by_test_id("overall-f1")).to_have_text("85.7%")
    assert axe_everywhere(page) == {}
    take_pictures(page, "evaluation-labels")
    page.get_by_role("button", name="Miss least").click()
    expect(page.get_by_test_id("now-fn")).to_have_text("0")
    assert now(page) == {"tp": "4", "fp": "8", "fn": "0", "tn": "0", "precision": "33.3%", "recall": "100%"}
    expect(page.get_by_role("button", name="Missed (0)")).to_be_visible()
    expect(page.get_by_test_id("overall-f1")).to_contain_text("85.7% →")
    expect(page.get_by_text("The mistakes on these test pictures cost 16.")).to_be_visible()
    page.get_by_role("slider").press("End")
    expect(page.get_by_test_id("now-tp")).to_have_text("0")
    page.get_by_role("button", name="Back to 45.5%").click()
    expect(page.get_by_test_id("now-fn")).to_have_text("1")
    assert now(page) == before


def test_a_threshold_that_is_used_is_kept_with_its_rule_and_its_costs(signed_in, parts):
    page = signed_in
    open_evaluation(page, f"{parts.page}?label=washer")
    expect(page.get_by_text("In use, as the training found it")).to_be_visible()
    page.get_by_label("One false alarm costs").fill("3")
    page.get_by_role("button", name="Cheapest").click()
    page.get_by_role("button", name="Use this threshold").click()
    expect(page.get_by_text("In use", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name=re.compile("^In use: "))).to_be_visible()
    answer = parts.browser.call("vedette", "GetVersionThresholds", ModelArn=parts.arn_of_version).json
    row = next(row for row in answer["Thresholds"] if row["Label"] == "washer")
    assert (row["Reason"], row["MissCost"], row["FalseAlarmCost"]) == ("cheapest", 100.0, 3.0)
    assert answer["UseOnWire"] is False


def test_a_number_of_the_confusions_opens_its_pictures(signed_in, parts):
    page = signed_in
    open_evaluation(page, parts.page)
    page.get_by_role("button", name="bolt found as bolt: 3 pictures").click()
    expect(page.get_by_role("heading", name="bolt, found as bolt")).to_be_visible()
    # By what it may be weak: all pictures lie in one folder and have one size, so that nothing else is asked.
    weak = page.get_by_role("table", name="Where it is weak")
    expect(weak.get_by_role("row")).to_have_text(
        [re.compile("^Brightness"), re.compile("^0% to 20%30%"), re.compile("^80% to 100%9100%")]
    )
    weak.get_by_role("button", name=re.compile("3 wrong")).click()
    expect(page.get_by_role("heading", name=re.compile("0% to 20%"))).to_be_visible()


def open_missed(page: Page, parts: EvaluatedExample) -> str:
    """Open the one bolt that was missed; return its address."""
    open_evaluation(page, f"{parts.page}?label=bolt&show=fn")
    tile = page.locator(".evaluation-tile").first
    source = tile.get_attribute("title")
    tile.click()
    expect(page.get_by_role("button", name="Correct the label")).to_be_visible()
    return str(source)


def line_of(parts: EvaluatedExample, source: str) -> str:
    return next(entry["Line"] for entry in parts.entries("test") if entry["SourceRef"] == source)


def choose_label(page: Page, label: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Its label now")).click()
    page.get_by_role("option", name=label).click()


def test_a_label_is_corrected_where_it_was_noticed_and_counted_for_the_next_training(signed_in, parts):
    page = signed_in
    source = open_missed(page, parts)
    take_pictures(page, "evaluation-picture")
    assert axe_everywhere(page) == {}
    choose_label(page, "nut")
    page.get_by_role("button", name="Correct the label").click()
    # The button is closed while it is saved, too.
    until(lambda: '"nut"' in line_of(parts, source))
    page.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("1 picture is labelled otherwise than when")).to_be_visible()
    expect(page.get_by_role("button", name="Train again")).to_be_enabled()


def test_where_the_model_looked_lies_over_the_picture_once_it_is_asked_for(signed_in, parts):
    page = signed_in
    open_missed(page, parts)
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("canvas.heat-layer")).to_have_count(0)
    dialog.get_by_text("Show where the model looked").click()
    # The label that was missed, though the model did not find it.
    expect(dialog.locator("canvas.heat-layer[data-label=bolt]")).to_be_visible(timeout=30_000)


def test_who_was_overtaken_sees_what_was_saved_and_overwrites_nothing(console, signed_in, parts):
    page = signed_in
    source = open_missed(page, parts)
    entry = next(entry for entry in parts.entries("test") if entry["SourceRef"] == source)
    values = json.loads(entry["Line"])
    other = json.dumps({**values, "note": "washed"})
    edits = [{"Line": other, "Revision": entry["Revision"]}]
    parts.browser.call("vedette", "UpdateEntries", ProjectArn=parts.arn, DatasetType="test", Edits=edits)
    choose_label(page, "washer")
    page.get_by_role("button", name="Correct the label").click()
    expect(page.get_by_text("Somebody else changed this label meanwhile")).to_be_visible()
    page.vedette_watch.errors = [line for line in page.vedette_watch.errors if "409" not in line]
    assert '"note"' in line_of(parts, source)
    assert '"washer"' not in line_of(parts, source)


def test_a_label_is_corrected_and_trained_anew_in_french(chromium, console):
    labels = ("bolt", "nut", "washer")
    parts = EvaluatedExample(console, "sort-parts", "classification", labels, budget="fast")
    page = open_page(chromium, console, locale="fr-CA")
    enter(page, console)
    page.goto(f"{parts.page}?label=bolt&show=fn")
    tile = page.locator(".evaluation-tile").first
    source = str(tile.get_attribute("title"))
    tile.click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile("Son étiquette actuelle")).click()
    page.get_by_role("option", name="nut").click()
    page.get_by_role("button", name="Corriger l’étiquette").click()
    until(lambda: '"nut"' in line_of(parts, source))
    page.get_by_role("button", name="Fermer").last.click()
    expect(page.get_by_text("1 image est étiquetée autrement que lors de")).to_be_visible()
    page.get_by_role("button", name="Entraîner de nouveau").click()
    expect(page.get_by_text("Qualité de v2")).to_be_visible(timeout=TRAINED_MS)
    assert version_of(console, parts.route, "v2")["Status"] == "TRAINING_COMPLETED"
    close_page(page)


def test_versions_without_a_model_say_why_there_is_no_evaluation(console, signed_in, parts):
    page = signed_in
    put_version(console.data, "rekognition", "unlucky", "classification", account=HOME, moves=("failed",))
    page.goto("/console/projects/rekognition/unlucky/versions/1/evaluation")
    expect(page.get_by_text("This training failed, so that there is nothing to judge")).to_be_visible()
    page.goto(f"{parts.route}/versions/gone/evaluation")
    expect(page.get_by_text("There is no version gone")).to_be_visible()
    assert axe_everywhere(page) == {}


def test_a_version_without_an_evaluation_says_so(console, signed_in):
    page = signed_in
    put_version(console.data, "rekognition", "unjudged", "classification", account=HOME)
    page.goto("/console/projects/rekognition/unjudged/versions/1/evaluation")
    expect(page.get_by_text("There is no evaluation of this version")).to_be_visible()
    page.vedette_watch.errors = [line for line in page.vedette_watch.errors if "404" not in line]


def test_boxes_of_the_model_and_of_the_person_are_drawn_and_left_out(console, signed_in):
    page = signed_in
    example = EvaluatedExample(console, "locate-parts", "detection", ("bolt", "nut", "washer"))
    open_evaluation(page, f"{example.page}?label=nut&show=fn")
    expect(page.locator(".evaluation-tile rect.is-person")).not_to_have_count(0)
    expect(page.locator(".evaluation-tile rect.is-wrong")).not_to_have_count(0)
    page.get_by_role("button", name="Model", exact=True).click()
    expect(page.locator(".evaluation-tile rect.is-person")).to_have_count(0)
    take_pictures(page, "evaluation-boxes")
    page.locator(".evaluation-tile").first.click()
    expect(page.get_by_role("link", name="Correct on the labelling page")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Overlap (IoU)")).to_be_visible()
    assert axe_everywhere(page) == {}
