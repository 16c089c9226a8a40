"""The pictures of README and tutorials, taken while the tutorials are walked with really trained examples.

`make screenshots` runs this, and writes docs/pictures. Without the folder that it names there is nothing to
write, and the ways themselves are walked by the other tests of this lane.
"""

import io
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from browser.conftest import close_page, enter, open_page
from browser.looks import picture_for_docs
from browser.test_labelling import shown
from browser.test_training import TRAINED_MS, make_example, relabelled
from doubles.console import signed_in as signed_in_browser
from vedette.vision.drawn_sets import draw_set

FOLDER = os.environ.get("VEDETTE_DOCS_PICTURES")
pytestmark = [
    pytest.mark.skipif(not FOLDER, reason="VEDETTE_DOCS_PICTURES is not set"),
    pytest.mark.timeout(900),
]
STARTED_MS = 60_000


def project_of(route: str) -> str:
    return route.rsplit("/", 1)[1]


def files_of(kind: str, count: int, *, seed: int) -> list[dict[str, object]]:
    """Return drawn pictures that no training has seen, as a page is given files."""
    files = []
    for drawn in draw_set(kind, count, seed=seed):
        stream = io.BytesIO()
        drawn.image.save(stream, "PNG")
        files.append({"name": drawn.name, "mimeType": "image/png", "buffer": stream.getvalue()})
    return files


def train(page: Page, route: str, version: str, picture: str = "") -> None:
    """Train with the smallest budget; take a picture while it learns."""
    page.goto(f"{route}/train?new")
    expect(page.get_by_text("Everything that a training needs is there")).to_be_visible()
    page.get_by_text("Seconds", exact=True).click()
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_text(f"{version} is being trained")).to_be_visible()
    if picture:
        expect(page.get_by_role("table").first).to_be_visible(timeout=TRAINED_MS)
        picture_for_docs(page, picture)
    expect(page.get_by_text(f"How good {version} is")).to_be_visible(timeout=TRAINED_MS)


def start(page: Page, route: str) -> None:
    page.goto(route)
    page.get_by_role("button", name="Start the model").click()
    expect(page.get_by_role("button", name="Stop the model")).to_be_visible(timeout=STARTED_MS)


@pytest.fixture(scope="module")
def sorted_parts(console, chromium: Browser) -> str:
    """The route of the tutorial's project, half labelled."""
    wanted = {"Example": "sort-parts", "Labeled": "half"}
    answer = signed_in_browser(console).call("vedette", "CreateExampleProject", **wanted)
    return f"/console/projects/{answer.json['Service']}/{answer.json['ProjectName']}"


def test_sort_parts(signed_in: Page, sorted_parts: str) -> None:
    page = signed_in
    page.goto(f"{sorted_parts}/datasets/train?labelled=no")
    page.get_by_role("option").nth(2).click()
    expect(page.get_by_text("24 pictures").first).to_be_visible()
    picture_for_docs(page, "tutorial-sort")


@pytest.fixture(scope="module")
def trained_parts(console, chromium: Browser) -> str:
    """The route of a project with two versions: some labels were wrong when the first one learnt."""
    page = open_page(chromium, console)
    enter(page, console)
    route = make_example(console, "sort-parts")
    rekognition = console.client("rekognition")
    (project,) = rekognition.describe_projects(ProjectNames=[project_of(route)])["ProjectDescriptions"]
    train_set = next(item["DatasetArn"] for item in project["Datasets"] if item["DatasetType"] == "TRAIN")
    lines = rekognition.list_dataset_entries(DatasetArn=train_set)["DatasetEntries"]
    bolts = [line for line in lines if '"bolt"' in line][:9]
    wrong = {"GroundTruth": "\n".join(relabelled(line, "bolt", "nut") for line in bolts).encode()}
    rekognition.update_dataset_entries(DatasetArn=train_set, Changes=wrong)
    train(page, route, "v1", "tutorial-train")
    right = {"GroundTruth": "\n".join(bolts).encode()}
    rekognition.update_dataset_entries(DatasetArn=train_set, Changes=right)
    train(page, route, "v2")
    picture_for_docs(page, "tutorial-trained")
    close_page(page)
    return route


def test_understand(signed_in: Page, trained_parts: str) -> None:
    page = signed_in
    page.goto(f"{trained_parts}/versions/v1/evaluation")
    expect(page.locator(".uplot").first).to_be_visible()
    picture_for_docs(page, "tutorial-evaluation")
    page.goto(f"{trained_parts}/compare?versions=v1,v2")
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    picture_for_docs(page, "tutorial-compare")


def test_use(signed_in: Page, trained_parts: str) -> None:
    page = signed_in
    start(page, f"{trained_parts}/versions/v2/use")
    page.get_by_test_id("choose-files-try").set_input_files(files_of("classification", 6, seed=77))
    expect(page.get_by_text("6 of 6 tried")).to_be_visible(timeout=STARTED_MS)
    page.get_by_text("Show where the model looked").click()
    expect(page.locator("canvas.heat-layer[data-label]")).to_be_visible(timeout=STARTED_MS)
    picture_for_docs(page, "tutorial-use")
    page.goto("/console/dashboard?range=1d")
    expect(page.get_by_role("row").filter(has_text=project_of(trained_parts)).first).to_be_visible()
    picture_for_docs(page, "tutorial-dashboard")
    page.goto(f"{trained_parts}/versions/v2/use")
    page.get_by_role("button", name="Stop the model").click()
    expect(page.get_by_role("button", name="Start the model")).to_be_visible(timeout=STARTED_MS)


def test_trials(console, signed_in: Page) -> None:
    page, route = signed_in, make_example(console, "find-scratches")
    train(page, route, "1")
    page.goto(f"{route}/trials")
    page.get_by_role("button", name="Run trial detection").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Monday's plates")
    dialog.get_by_text("On this computer").click()
    dialog.locator("input[type=file]").first.set_input_files(files_of("segmentation", 8, seed=77))
    dialog.get_by_role("button", name="Detect").click()
    expect(page.get_by_role("heading", name="Monday's plates")).to_be_visible(timeout=STARTED_MS)
    expect(page.get_by_role("button", name="Enlarge")).to_have_count(8, timeout=STARTED_MS)
    expect(page.get_by_text("Done", exact=True).first).to_be_visible(timeout=STARTED_MS)
    picture_for_docs(page, "tutorial-trial")


def test_tray_and_boxes(console, signed_in: Page) -> None:
    page = signed_in
    page.goto(f"{make_example(console, 'parts-on-a-tray')}/datasets/train")
    page.get_by_text("One label a picture").click()
    page.get_by_role("option").nth(1).click()
    picture_for_docs(page, "tutorial-tray")
    route = make_example(console, "locate-parts")
    page.goto(f"{route}/datasets/train")
    page.get_by_role("option").nth(3).click()
    picture_for_docs(page, "console-gallery")
    page.goto(f"{route}/datasets/train/label?mode=boxes")
    shown(page)
    page.keyboard.press("v")
    picture_for_docs(page, "tutorial-boxes")


def test_report(console, chromium: Browser, trained_parts: str, tmp_path: Path) -> None:
    for drawn in draw_set("classification", 24, seed=77):
        place = tmp_path / "parts" / drawn.labels[0]
        place.mkdir(parents=True, exist_ok=True)
        drawn.image.save(place / drawn.name)
    own = signed_in_browser(console)
    (project,) = own.call("rekognition", "DescribeProjects", ProjectNames=[project_of(trained_parts)]).json[
        "ProjectDescriptions"
    ]
    versions = own.call("rekognition", "DescribeProjectVersions", ProjectArn=project["ProjectArn"]).json
    arn = next(
        version["ProjectVersionArn"]
        for version in versions["ProjectVersionDescriptions"]
        if "/version/v1/" in version["ProjectVersionArn"]
    )
    (tmp_path / "model.zip").write_bytes(own.call("vedette", "DownloadModel", ModelArn=arn).body)
    report = tmp_path / "report.html"
    console.vedette("evaluate", str(tmp_path / "model.zip"), str(tmp_path / "parts"), "--report", str(report))
    page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(report.as_uri())
    assert urlsplit(page.url).scheme == "file"
    picture_for_docs(page, "tutorial-report")
    page.context.close()
