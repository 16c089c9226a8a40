"""A version started, tried on a picture, called by the page's own programs, and stopped, by clicks."""

import base64
import io
import zipfile

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from browser.looks import axe_findings, take_pictures
from browser.test_datasets import DROP
from doubles.clients import customer, run
from doubles.console import HOME
from doubles.trained import put_version

STARTED_MS = 60_000


def a_picture(color=(204, 0, 0), *, size=(96, 64), patch=False, form="JPEG", **options) -> bytes:
    """Return a picture that the tiny models know: red, or with a bright quarter."""
    width, height = size
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2 if patch else height, : width // 2 if patch else width] = color
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form, **options)
    return stream.getvalue()


def file_of(name: str, data: bytes) -> dict[str, object]:
    """Return a file as a page is given one."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


def route_of(service: str, project: str, version: str) -> str:
    return f"/console/projects/{service}/{project}/versions/{version}/use"


def start(page: Page, route: str) -> None:
    """Start the version with its page's own button, and wait until it runs."""
    page.goto(route)
    page.get_by_role("button", name="Start the model").click()
    expect(page.get_by_role("button", name="Stop the model")).to_be_visible(timeout=STARTED_MS)


@pytest.fixture(scope="module")
def parts(console, chromium):
    """The route of a version that tells red from dark, running; and its ARN."""
    from browser.conftest import close_page, open_page, sign_in

    version = put_version(
        console.data, "rekognition", "used-parts", "classification", account=HOME, thresholds={"red": 0.6}
    )
    route = route_of("rekognition", "used-parts", version.name)
    page = open_page(chromium, console)
    sign_in(page, console)
    # As somebody gets there who has just trained it.
    page.goto(route.partition("/versions/")[0])
    page.get_by_text("Start it", exact=True).click()
    page.wait_for_url(f"**{route}**")
    page.get_by_role("button", name="Start the model").click()
    expect(page.get_by_role("button", name="Stop the model")).to_be_visible(timeout=STARTED_MS)
    close_page(page)
    yield route, str(version.arn)
    console.client("rekognition").stop_project_version(ProjectVersionArn=str(version.arn))


def test_a_picture_is_tried_and_the_limit_moves_what_is_shown_without_a_request(signed_in, parts):
    page, (route, _) = signed_in, parts
    page.goto(route)
    page.get_by_test_id("choose-files-try").set_input_files([file_of("red.jpg", a_picture())])
    findings = page.get_by_test_id("findings-list")
    expect(findings).to_contain_text("red")
    expect(findings).not_to_contain_text("dark")
    take_pictures(page, "use")
    assert axe_findings(page) == []
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_text("Each label’s own threshold").click()
    slider = page.get_by_role("slider", name="Least confidence")
    slider.focus()
    page.keyboard.press("Home")
    expect(findings).to_contain_text("dark")
    page.keyboard.press("End")
    expect(findings).to_contain_text("Nothing found")
    assert [url for url in asked if "DetectCustomLabels" in url] == []
    page.get_by_text("Show where the model looked").click()
    expect(page.locator("canvas.heat-layer[data-label]")).to_be_visible(timeout=30_000)
    assert axe_findings(page) == []


def test_the_projects_page_leads_to_a_model_that_runs(signed_in, parts):
    page, (route, _) = signed_in, parts
    page.goto(route.partition("/versions/")[0])
    page.get_by_text("Send it pictures", exact=True).click()
    page.wait_for_url(f"**{route}**")
    assert axe_findings(page) == []


def test_pictures_that_a_model_cannot_be_shown_say_why(signed_in, parts):
    page, (route, _) = signed_in, parts
    page.goto(route)
    turned = Image.Exif()
    turned[0x0112] = 6
    files = [
        file_of("<img src=x onerror=alert(1)> & ümläut \u202egpj.jpg", a_picture(exif=turned)),
        file_of("nonsense.jpg", b"no picture at all"),
        file_of("small.jpg", a_picture(size=(40, 30))),
    ]
    page.get_by_test_id("choose-files-try").set_input_files(files)
    expect(page.get_by_text("3 of 3 tried")).to_be_visible()
    for name, sentence in (("nonsense.jpg", "cannot be read as a picture"), ("small.jpg", "too small")):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_text(sentence)).to_be_visible()
    page.get_by_role("button", name="ümläut").click()
    expect(page.get_by_test_id("findings-list")).to_contain_text("red")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("3 of 3 tried")).to_have_count(0)


PASTE = """
([selector, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  if (data === "") transfer.setData("text/plain", "7");
  else transfer.items.add(new File([bytes], "image.png", { type: "image/png" }));
  const event = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
  return document.querySelector(selector).dispatchEvent(event);
}
"""


def test_pictures_are_pasted_dropped_two_hundred_at_once_and_come_in_a_folder(signed_in, parts, tmp_path):
    page, (route, _) = signed_in, parts
    page.goto(route)
    expect(page.get_by_text("Drop pictures or folders here")).to_be_visible()
    red = base64.b64encode(a_picture()).decode()
    # A picture is taken wherever it is pasted, also while a field has the focus; text is the field's.
    assert page.evaluate(PASTE, ["input", ""]) is True, "the field gets what is pasted"
    assert page.evaluate(PASTE, ["input", base64.b64encode(a_picture(form="PNG")).decode()]) is False
    expect(page.get_by_text("1 of 1 tried")).to_be_visible()
    expect(page.get_by_test_id("findings-list")).to_contain_text("red")
    page.evaluate(
        DROP,
        [
            "[data-testid=drop-try]",
            [*([f"part_{n}.jpg", red] for n in range(200)), ["notes.txt", "aGk="]],
        ],
    )
    expect(page.get_by_text("1 file is no picture.")).to_be_visible()
    # The page can be used meanwhile.
    page.get_by_role("button", name="image.png").click()
    expect(page.get_by_test_id("findings-list")).to_contain_text("red")
    expect(page.get_by_text("201 of 201 tried")).to_be_visible(timeout=120_000)
    page.get_by_role("button", name="Clear").click()
    folder = tmp_path / "shift 1" / "ümläut & co"
    folder.mkdir(parents=True)
    (folder / "deep.jpg").write_bytes(a_picture())
    (folder.parent / ".hidden.jpg").write_bytes(b"no")
    page.get_by_test_id("choose-folder-try").set_input_files(folder.parent)
    expect(page.get_by_role("button", name="shift 1/ümläut & co/deep.jpg")).to_contain_text("red")
    expect(page.get_by_text("1 of 1 tried")).to_be_visible()


def test_the_pages_own_program_calls_the_version_and_the_model_leaves(console, signed_in, parts, tmp_path):
    page, (route, arn) = signed_in, parts
    page.goto(route)
    (tmp_path / "picture.jpg").write_bytes(a_picture())
    expect(page.get_by_test_id("code-credentials")).to_contain_text(f"AWS_ENDPOINT_URL={console.address}")
    page.get_by_role("tab", name="curl", exact=True).click()
    curl = page.get_by_test_id("code-curl").inner_text()
    assert arn in curl
    with page.expect_download() as package:
        page.get_by_role("button", name="Download the model").click()
    package.value.save_as(tmp_path / "model.zip")
    with page.expect_download() as network:
        page.get_by_role("button", name="Download the network").click()
    network.value.save_as(tmp_path / "model.onnx")
    with zipfile.ZipFile(tmp_path / "model.zip") as archive:
        assert archive.read("model.onnx") == (tmp_path / "model.onnx").read_bytes()
    assert (package.value.suggested_filename, network.value.suggested_filename) == (
        "used-parts-1.zip", "used-parts-1.onnx",
    )  # fmt: skip
    # The others are run from the golden files that the page is held to (tests/journeys/test_programs.py).
    assert "red" in run("bash", "-c", curl, cwd=tmp_path, env=customer(console, tmp_path))


def test_a_version_that_is_stopped_meanwhile_says_so_and_starts_again(console, signed_in, watch):
    page, rekognition = signed_in, console.client("rekognition")
    version = put_version(console.data, "rekognition", "stopped-parts", "detection", account=HOME)
    route = route_of("rekognition", "stopped-parts", version.name)
    page.goto(route)
    expect(page.get_by_text("Start the model first")).to_be_visible()
    page.get_by_role("textbox", name="Units at most").fill("0")
    expect(page.get_by_text("A whole number up to").first).to_be_visible()
    expect(page.get_by_role("button", name="Start the model")).to_be_disabled()
    page.get_by_role("textbox", name="Units at most").fill("2")
    start(page, route)
    page.get_by_test_id("choose-files-try").set_input_files(
        [file_of("bright.jpg", a_picture((255, 255, 255), patch=True))]
    )
    expect(page.get_by_test_id("findings-list")).to_contain_text("light")
    take_pictures(page, "use-running")
    # By another tab, or a program.
    rekognition.stop_project_version(ProjectVersionArn=str(version.arn))
    expect(page.get_by_role("button", name="Start the model")).to_be_visible()
    expect(page.get_by_text("Start the model first")).to_be_visible()
    rekognition.delete_project_version(ProjectVersionArn=str(version.arn))
    expect(page.get_by_text(f"Version {version.name} was deleted")).to_be_visible()
    # Its load was asked for once more than it was there.
    watch.errors[:] = [error for error in watch.errors if "DescribeServing" not in error]
